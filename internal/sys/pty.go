package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// OpenTerminal opens a new pseudoterminal of the devpts whose multiplexer is
// at path. The slave is opened from the master (TIOCGPTPEER, ioctl_tty(2)), so
// that no path is looked up in a devpts which might be another.
func OpenTerminal(path string, rows, cols uint16) (master, slave int, err error) {
	m, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, -1, &os.PathError{Op: "open", Path: path, Err: err}
	}
	fail := func(call string, err error) (int, int, error) {
		unix.Close(m)
		return -1, -1, os.NewSyscallError(call, err)
	}
	if err := unix.IoctlSetPointerInt(m, unix.TIOCSPTLCK, 0); err != nil {
		return fail("ioctl(TIOCSPTLCK)", err)
	}
	if rows > 0 && cols > 0 {
		if err := unix.IoctlSetWinsize(m, unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: cols}); err != nil {
			return fail("ioctl(TIOCSWINSZ)", err)
		}
	}
	s, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(m), unix.TIOCGPTPEER, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC)
	if e != 0 {
		return fail("ioctl(TIOCGPTPEER)", e)
	}
	return m, int(s), nil
}
