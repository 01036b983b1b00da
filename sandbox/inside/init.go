package inside

import (
	"bytes"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"twokey/internal/sys"
	"twokey/sandbox/wire"
)

// initSocket is the descriptor of the supervisor's socket in init.
const initSocket = 3

// runInit is pid 1 of the sandbox.
func runInit() error {
	c := sys.NewConn(initSocket)
	if err := unix.Close(InitSocket); err != nil {
		return err
	}
	m, err := receive(c, wire.TypeLockdown)
	if err != nil {
		return err
	}
	l, err := wire.DecodeLockdown(m.Payload)
	if err != nil {
		return report(c, err)
	}
	s := newServer(c)
	if err := s.surviveSignals(); err != nil {
		return report(c, err)
	}
	if err := s.prepare(); err != nil {
		return report(c, err)
	}
	if err := lockDown(c, l.Filter); err != nil {
		return report(c, err)
	}
	return s.serve()
}

// prepare does what needs privileges: /proc, the root, what commands need.
func (s *server) prepare() error {
	if err := mountProc(viewRoot + "/proc"); err != nil {
		return err
	}
	if err := sys.PivotHere(viewRoot); err != nil {
		return step("change root", err)
	}
	var err error
	if s.null, err = openNull("/dev/null"); err != nil {
		return step("open /dev/null", err)
	}
	if s.limbo, err = deletedDirectory(); err != nil {
		return step("make a directory", err)
	}
	// No core dumps: they would carry secrets into the workspace.
	return step("limit core dumps", os.NewSyscallError("setrlimit", unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})))
}

// deletedDirectory makes and removes a directory and returns a descriptor of
// it: the working directory of a command whose own is gone. Nothing can be
// created in it and no pattern matches anything, as in a deleted directory.
func deletedDirectory() (int, error) {
	const path = "/dev/shm/.twokey"
	if err := unix.Mkdir(path, 0o700); err != nil {
		return -1, os.NewSyscallError("mkdir", err)
	}
	fd, err := unix.Open(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, os.NewSyscallError("open", err)
	}
	return fd, os.NewSyscallError("rmdir", unix.Rmdir(path))
}

// Parts of /proc that show or change the whole machine (proc(5)). Real root
// could write core_pattern and so run code outside; Docker hides the same.
var (
	procReadOnly = []string{"sys", "sysrq-trigger", "irq", "bus", "fs"}
	procHidden   = []string{"kcore", "keys", "key-users", "timer_list", "sched_debug", "latency_stats", "kmsg", "kallsyms",
		"kpagecount", "kpageflags", "kpagecgroup", "vmallocinfo", "slabinfo", "acpi", "scsi", "asound", "dynamic_debug"}
)

// mountProc mounts the proc file system of the caller's pid namespace at path.
func mountProc(path string) error {
	if err := unix.Mount("proc", path, "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return step("mount /proc", os.NewSyscallError("mount", err))
	}
	root, err := unix.Open(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return step("open /proc", err)
	}
	defer unix.Close(root)
	for _, name := range procReadOnly {
		if err := coverProc(root, name, name); err != nil {
			return step("make /proc/"+name+" read-only", err)
		}
	}
	for _, name := range procHidden {
		if err := coverProc(root, name, ""); err != nil {
			return step("hide /proc/"+name, err)
		}
	}
	return nil
}

// coverProc mounts source, an entry of /proc, or what is empty, read-only over
// the entry name, if this kernel has it.
func coverProc(root int, name, source string) error {
	target, err := sys.OpenBeneath(root, name)
	if gone(err) == errGone {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(target)
	from := target
	if source == "" {
		directory, err := isDirectory(target)
		if err != nil {
			return err
		}
		path := viewRoot + "/" + store + "/empty"
		if directory {
			path = viewRoot + "/" + store + "/void"
		}
		if from, err = unix.Open(path, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0); err != nil {
			return err
		}
		defer unix.Close(from)
	}
	detached, err := sys.CloneTree(from, false)
	if err != nil {
		return err
	}
	defer unix.Close(detached)
	attr := uint64(unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV | unix.MOUNT_ATTR_NOEXEC)
	if err := sys.SetMountAttr(detached, attr, false); err != nil {
		return err
	}
	return sys.Attach(detached, target)
}

// lockDown gives up every privilege for every thread, installs the filter,
// hands the listener to the supervisor and keeps no copy, so that a dead
// supervisor makes held calls fail instead of hang.
func lockDown(c *sys.Conn, filter []byte) error {
	if err := sys.DropAll(); err != nil {
		return step("drop privileges", err)
	}
	listener, killable, err := sys.InstallFilter(filter)
	if err != nil {
		return step("install the system call filter", err)
	}
	defer unix.Close(listener)
	if err := verifyLocked(); err != nil {
		return step("verify the privileges", err)
	}
	locked := wire.Locked{Killable: killable}
	return c.Send(sys.Message{Type: wire.TypeLocked, Payload: locked.Encode(), Files: []int{listener}})
}

// verifyLocked reads back what every thread has, which costs little and would
// notice a kernel or runtime that treats one thread differently.
func verifyLocked() error {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	want := map[string]string{"CapInh": "0000000000000000", "CapPrm": "0000000000000000", "CapEff": "0000000000000000",
		"CapBnd": "0000000000000000", "CapAmb": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2"}
	for _, t := range tasks {
		status, err := os.ReadFile("/proc/self/task/" + t.Name() + "/status")
		if err != nil {
			return err
		}
		seen := 0
		for line := range bytes.Lines(status) {
			key, value, _ := bytes.Cut(line, []byte(":"))
			expected, ok := want[string(key)]
			if !ok {
				continue
			}
			seen++
			if got := string(bytes.TrimSpace(value)); got != expected {
				return fmt.Errorf("thread %s has %s %s, want %s", t.Name(), key, got, expected)
			}
		}
		if seen != len(want) {
			return fmt.Errorf("thread %s shows %d of %d fields", t.Name(), seen, len(want))
		}
	}
	return nil
}
