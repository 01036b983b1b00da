package notify

import (
	"strings"

	"golang.org/x/sys/unix"
)

const maxMessage = 4000 // below PIPE_BUF: a pipe takes it whole or not at all

// tell writes one line to the process's standard error, best effort. It never
// blocks: the process may have given its end to something that does not read.
func (s *Server) tell(e *Exec, message string) {
	if message == "" {
		return
	}
	message = strings.ReplaceAll(strings.TrimRight(message, "\n"), "\n", " ")
	line := []byte(message[:min(len(message), maxMessage)] + "\n")
	name := procPath(e.TID, "fd/2")
	var st unix.Stat_t
	if err := unix.Stat(name, &st); err != nil {
		return // closed
	}
	switch kind := st.Mode & unix.S_IFMT; {
	case kind == unix.S_IFIFO, kind == unix.S_IFCHR && reopens(st.Rdev):
		// A description of our own can be non-blocking without changing the
		// process's.
		fd, err := unix.Open(name, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
		if err != nil {
			return
		}
		_, _ = unix.Write(fd, line)
		_ = unix.Close(fd)
	case kind == unix.S_IFREG:
		// The process's own description, so that its offset moves on.
		s.withDescriptor(e.PID, 2, func(fd int) { _, _ = unix.Write(fd, line) })
	case kind == unix.S_IFSOCK:
		s.withDescriptor(e.PID, 2, func(fd int) { _ = unix.Sendto(fd, line, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, nil) })
	case kind == unix.S_IFCHR:
		s.withDescriptor(e.PID, 2, func(fd int) {
			ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
			if n, err := unix.Poll(ready, 0); err == nil && n == 1 && ready[0].Revents == unix.POLLOUT {
				_, _ = unix.Write(fd, line)
			}
		})
	}
}

// reopens reports whether a character device is the same one whoever opens it:
// a pseudoterminal or /dev/null. /dev/tty would be this process's own terminal.
func reopens(device uint64) bool {
	major, minor := unix.Major(device), unix.Minor(device)
	return major >= 136 && major <= 143 || major == 1 && minor == 3
}

// withDescriptor copies a descriptor of a process (pidfd_getfd(2)) for the time
// of use.
func (s *Server) withDescriptor(pid, fd int, use func(fd int)) {
	if copied, err := copyDescriptor(pid, fd); err == nil {
		use(copied)
		_ = unix.Close(copied)
	}
}

func copyDescriptor(pid, fd int) (int, error) {
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return -1, err
	}
	defer unix.Close(pidfd)
	return unix.PidfdGetfd(pidfd, fd, 0)
}
