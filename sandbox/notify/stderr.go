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
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFIFO, unix.S_IFCHR:
		// A description of our own can be non-blocking without changing the
		// process's.
		fd, err := unix.Open(name, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
		if err != nil {
			return
		}
		_, _ = unix.Write(fd, line)
		_ = unix.Close(fd)
	case unix.S_IFREG:
		// The process's own description, so that its offset moves on.
		s.withDescriptor(e.PID, 2, func(fd int) { _, _ = unix.Write(fd, line) })
	case unix.S_IFSOCK:
		s.withDescriptor(e.PID, 2, func(fd int) { _ = unix.Sendto(fd, line, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, nil) })
	}
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
