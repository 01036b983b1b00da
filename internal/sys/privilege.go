package sys

import (
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// secureBits: uid 0 means nothing, setuid changes no capability, nothing
// becomes ambient, and none of it can be taken back (capabilities(7)).
const secureBits = 1<<0 | 1<<1 | 1<<2 | 1<<3 | 1<<6 | 1<<7

// DropBoundingSet empties the capability bounding set of the calling thread
// and so of what it starts (capabilities(7)). What it starts keeps its
// capabilities across execve(2) as ambient or inheritable ones alone.
func DropBoundingSet() error {
	for c := uintptr(0); ; c++ {
		err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0)
		if err == unix.EINVAL && c > 0 {
			return nil
		}
		if err != nil {
			return os.NewSyscallError("prctl(PR_CAPBSET_DROP)", err)
		}
	}
}

// DropAll takes every capability, the ambient set and the meaning of uid 0
// from every thread of the process, and sets no_new_privs on each
// (capabilities(7), prctl(2)). The bounding set must be empty already. It
// needs a program built without cgo. The process also becomes non-dumpable, so
// that nothing of the same user inside can trace it or read its memory.
func DropAll() error {
	if err := allPrctl(unix.PR_SET_SECUREBITS, secureBits); err != nil {
		return os.NewSyscallError("prctl(PR_SET_SECUREBITS)", err)
	}
	if err := allPrctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL); err != nil {
		return os.NewSyscallError("prctl(PR_CAP_AMBIENT)", err)
	}
	hdr := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	_, _, e := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&hdr)), uintptr(unsafe.Pointer(&data)), 0)
	if e != 0 {
		return os.NewSyscallError("capset", e)
	}
	if err := allPrctl(unix.PR_SET_NO_NEW_PRIVS, 1); err != nil {
		return os.NewSyscallError("prctl(PR_SET_NO_NEW_PRIVS)", err)
	}
	return SetDumpable(false)
}

func allPrctl(option int, arg uintptr) error {
	_, _, e := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, uintptr(option), arg, 0, 0, 0, 0)
	if e != 0 {
		return e
	}
	return nil
}

// SetDumpable says whether others of the same user may trace the process and
// read its memory (PR_SET_DUMPABLE, prctl(2)).
func SetDumpable(on bool) error {
	var v uintptr
	if on {
		v = 1
	}
	return os.NewSyscallError("prctl(PR_SET_DUMPABLE)", unix.Prctl(unix.PR_SET_DUMPABLE, v, 0, 0, 0))
}

// DieWithParent has the process killed when the thread that started it ends
// (PR_SET_PDEATHSIG, prctl(2)).
func DieWithParent() error {
	return os.NewSyscallError("prctl(PR_SET_PDEATHSIG)", unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0))
}

// Seccomp flags of a filter that was installed.
const (
	FilterKillable = unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
	filterFlags    = unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | unix.SECCOMP_FILTER_FLAG_TSYNC | unix.SECCOMP_FILTER_FLAG_TSYNC_ESRCH
)

// InstallFilter installs program, an array of struct sock_filter in host byte
// order, on every thread and returns the user notification listener
// (seccomp(2), SECCOMP_SET_MODE_FILTER). killable says whether held calls
// react to SIGKILL alone, which kernels before 5.19 cannot do. EBUSY means
// that a listener exists above this process already.
func InstallFilter(program []byte) (listener int, killable bool, err error) {
	if len(program) == 0 || len(program)%8 != 0 || len(program)/8 > 4096 {
		return -1, false, os.NewSyscallError("seccomp", unix.EINVAL)
	}
	fprog := struct {
		n uint16
		p unsafe.Pointer
	}{uint16(len(program) / 8), unsafe.Pointer(&program[0])}
	for _, extra := range []uintptr{FilterKillable, 0} {
		fd, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, filterFlags|extra, uintptr(unsafe.Pointer(&fprog)))
		if e == 0 {
			unix.CloseOnExec(int(fd))
			return int(fd), extra != 0, nil
		}
		if e != unix.EINVAL {
			return -1, false, os.NewSyscallError("seccomp", e)
		}
	}
	return -1, false, os.NewSyscallError("seccomp", unix.EINVAL)
}
