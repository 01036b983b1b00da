package sys

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// OpenProcess returns a process descriptor (pidfd_open(2)).
func OpenProcess(pid int) (int, error) {
	fd, err := unix.PidfdOpen(pid, 0)
	return fd, os.NewSyscallError("pidfd_open", err)
}

// SignalProcess sends sig to the process that pidfd names
// (pidfd_send_signal(2)).
func SignalProcess(pidfd int, sig unix.Signal) error {
	return os.NewSyscallError("pidfd_send_signal", unix.PidfdSendSignal(pidfd, sig, nil, 0))
}

// WaitProcess blocks until the process that pidfd names has ended, with it,
// for the first process of a pid namespace, all others there; or for limit,
// and reports whether it has ended. It need not be a child, and is not reaped.
func WaitProcess(pidfd int, limit time.Duration) bool {
	end := time.Now().Add(limit)
	for {
		left := max(time.Until(end), 0)
		fds := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
		n, err := unix.Poll(fds, int(left.Milliseconds()))
		if err == unix.EINTR {
			continue
		}
		return err == nil && n > 0
	}
}

// ProcessID is the number, in the caller's pid namespace, of the process that
// pidfd names; proc(5), fdinfo. An error means that it is gone.
func ProcessID(pidfd int) (int, error) {
	b, err := os.ReadFile("/proc/self/fdinfo/" + strconv.Itoa(pidfd))
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(b) {
		if v, ok := bytes.CutPrefix(line, []byte("Pid:")); ok {
			pid, err := strconv.Atoi(string(bytes.TrimSpace(v)))
			if err != nil || pid <= 0 {
				return 0, os.NewSyscallError("fdinfo", unix.ESRCH)
			}
			return pid, nil
		}
	}
	return 0, errors.New("cannot find Pid in fdinfo of a process descriptor")
}

// WaitAny blocks until a child has ended and returns its pid without reaping
// it (waitid(2), WNOWAIT): until Reap the pid cannot be used again.
func WaitAny() (int, error) {
	for {
		// siginfo_t of SIGCHLD: signo, errno, code, padding, pid.
		var info unix.Siginfo
		err := unix.Waitid(unix.P_ALL, 0, &info, unix.WEXITED|unix.WNOWAIT, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return 0, os.NewSyscallError("waitid", err)
		}
		return siginfoPid(&info), nil
	}
}

// Reap collects the ended child pid. The status is its exit status, or 128+n
// for a death by signal n.
func Reap(pid int) (status int, err error) {
	var ws unix.WaitStatus
	for {
		_, err = unix.Wait4(pid, &ws, 0, nil)
		if err != unix.EINTR {
			break
		}
	}
	if err != nil {
		return 0, os.NewSyscallError("wait4", err)
	}
	if ws.Signaled() {
		return 128 + int(ws.Signal()), nil
	}
	return ws.ExitStatus(), nil
}
