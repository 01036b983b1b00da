package notify

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// struct seccomp_notif, seccomp_data and seccomp_notif_resp of linux/seccomp.h.
type (
	notification struct {
		id    uint64
		pid   uint32
		flags uint32
		data  seccompData
	}
	seccompData struct {
		number int32
		arch   uint32
		ip     uint64
		args   [6]uint64
	}
	response struct {
		id    uint64
		value int64
		errno int32
		flags uint32
	}
)

// errGone is the end of one notification: its process died or was interrupted.
var errGone = errors.New("the process is gone")

// errClosed is the end of the listener: no process runs under the filter.
var errClosed = errors.New("no process is left under the filter")

// listener wraps the descriptor's ioctls, each a plain blocking system call.
type listener struct {
	file *os.File
	fd   int
	size int // of the kernel's struct seccomp_notif
}

func newListener(file *os.File) (*listener, error) {
	var sizes struct{ notif, resp, data uint16 }
	if _, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_GET_NOTIF_SIZES, 0, uintptr(unsafe.Pointer(&sizes))); e != 0 {
		return nil, os.NewSyscallError("seccomp", e)
	}
	if int(sizes.resp) < int(unsafe.Sizeof(response{})) || int(sizes.notif) < int(unsafe.Sizeof(notification{})) {
		return nil, fmt.Errorf("cannot serve notifications of %d bytes", sizes.notif)
	}
	l := &listener{file: file, fd: int(file.Fd()), size: int(sizes.notif)}
	// Waking the receiver on the sender's processor saves most of a round
	// trip; kernels before 6.6 do not have it.
	_, _, _ = unix.Syscall(unix.SYS_IOCTL, uintptr(l.fd), unix.SECCOMP_IOCTL_NOTIF_SET_FLAGS, unix.SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
	return l, nil
}

// buffer makes room for one notification of this kernel.
func (l *listener) buffer() []uint64 { return make([]uint64, (l.size+7)/8) }

// receive waits for the next notification.
func (l *listener) receive(buffer []uint64) (*notification, error) {
	for {
		clear(buffer) // the kernel refuses a buffer that is not zero
		_, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(l.fd), unix.SECCOMP_IOCTL_NOTIF_RECV, uintptr(unsafe.Pointer(&buffer[0])))
		switch e {
		case 0:
			return (*notification)(unsafe.Pointer(&buffer[0])), nil
		case unix.EINTR, unix.EAGAIN:
		case unix.ENOENT:
			// Either this one call is gone or every process is.
			if l.hungUp(0) {
				return nil, errClosed
			}
		default:
			return nil, os.NewSyscallError("ioctl SECCOMP_IOCTL_NOTIF_RECV", e)
		}
	}
}

// hungUp waits up to timeout milliseconds, -1 for ever, for the last process
// under the filter to be gone.
func (l *listener) hungUp(timeout int) bool {
	for {
		fds := []unix.PollFd{{Fd: int32(l.fd)}}
		n, err := unix.Poll(fds, timeout)
		if err == unix.EINTR {
			continue
		}
		return err == nil && n > 0 && fds[0].Revents&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0
	}
}

// pending reports whether a call waits to be received.
func (l *listener) pending() bool {
	fds := [1]unix.PollFd{{Fd: int32(l.fd), Events: unix.POLLIN}}
	n, _, _ := unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&fds)), 1, uintptr(unsafe.Pointer(&unix.Timespec{})), 0, 0, 0)
	return n == 1 && fds[0].Revents&unix.POLLIN != 0
}

// valid reports whether the call is still waiting, that is whether what was
// read from /proc/PID since belongs to the process that made it.
func (l *listener) valid(id uint64) bool {
	_, _, e := unix.RawSyscall(unix.SYS_IOCTL, uintptr(l.fd), unix.SECCOMP_IOCTL_NOTIF_ID_VALID, uintptr(unsafe.Pointer(&id)))
	return e == 0
}

// goOn lets the call run.
func (l *listener) goOn(id uint64) error {
	return l.send(&response{id: id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE})
}

// fail ends the call with an errno.
func (l *listener) fail(id uint64, errno unix.Errno) error {
	return l.send(&response{id: id, errno: -int32(errno)})
}

func (l *listener) send(r *response) error {
	for {
		_, _, e := unix.RawSyscall(unix.SYS_IOCTL, uintptr(l.fd), unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(r)))
		switch e {
		case 0:
			return nil
		case unix.EINTR:
		case unix.ENOENT:
			return errGone
		default:
			return os.NewSyscallError("ioctl SECCOMP_IOCTL_NOTIF_SEND", e)
		}
	}
}
