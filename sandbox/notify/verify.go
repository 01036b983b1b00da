package notify

import (
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

func itoa(n int) string { return strconv.Itoa(n) }

const seizeOptions = unix.PTRACE_O_TRACEEXEC | unix.PTRACE_O_EXITKILL

// ptrace makes one request. The caller is the tracer's own thread.
func ptrace(request, pid int, address, data uintptr) error {
	_, _, e := unix.Syscall6(unix.SYS_PTRACE, uintptr(request), uintptr(pid), address, data, 0, 0)
	if e != 0 {
		return e
	}
	return nil
}

// seize attaches to a thread that waits for its notification, so that it stops
// when its exec has replaced it or, failing that, when the call returns. Were
// the interrupt sent after the call went on, the thread could fail one exec and
// wait for the answer to its next before it took the stop.
func (t tracee) seize() error {
	if err := ptrace(unix.PTRACE_SEIZE, t.tid, 0, seizeOptions); err != nil {
		return err
	}
	if err := ptrace(unix.PTRACE_INTERRUPT, t.tid, 0, 0); err != nil {
		t.release() // it can only be dying
		return err
	}
	return nil
}

// A tracee is a seized thread. Its process is waited for by id, never all of
// them: a Go thread may have children of its own, started by whatever goroutine
// ran on it before.
type tracee struct{ pid, tid int }

// release undoes seize for a call that is not going on.
func (t tracee) release() {
	if pid, status, ok := t.wait(); ok && status.Stopped() {
		detach(pid, stopSignal(status))
	}
}

// wait waits for the thread's next stop or its death. A thread other than the
// leader that execs comes back under the leader's id; for that both are asked
// in turn, since the wait for an id that changes hands never ends.
func (t tracee) wait() (int, unix.WaitStatus, bool) {
	if t.pid == t.tid {
		return waitFor(t.pid, 0)
	}
	for pause := 20 * time.Microsecond; ; pause = min(2*pause, time.Millisecond) {
		pid, status, thread := waitFor(t.tid, unix.WNOHANG)
		if pid > 0 {
			return pid, status, true
		}
		pid, status, group := waitFor(t.pid, unix.WNOHANG)
		if pid > 0 {
			return pid, status, true
		}
		if !thread && !group {
			return 0, 0, false
		}
		time.Sleep(pause)
	}
}

// waitFor returns false when the id is none of this thread's.
func waitFor(id, options int) (int, unix.WaitStatus, bool) {
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(id, &status, unix.WALL|unix.WNOTHREAD|options, nil)
		if err != unix.EINTR {
			return pid, status, err == nil
		}
	}
}

// waitExec waits for the outcome of the call. It detaches unless the exec took
// place, and returns the process's id then.
func (t tracee) waitExec() (pid int, executed bool) {
	pid, status, ok := t.wait()
	if !ok || !status.Stopped() {
		return t.pid, false // dead
	}
	if status.TrapCause() == unix.PTRACE_EVENT_EXEC {
		return pid, true
	}
	detach(pid, stopSignal(status))
	return pid, false
}

// stopSignal is the signal that a detached process must still get: one whose
// delivery the stop intercepted, never the stop of ptrace itself.
func stopSignal(status unix.WaitStatus) int {
	if int(status)>>16 != 0 {
		return 0
	}
	return int(status.StopSignal())
}

// detach lets the process go. One that was killed meanwhile is no longer
// stopped: it is waited for, since its zombie would keep its pid namespace.
func detach(pid, signal int) {
	for ptrace(unix.PTRACE_DETACH, pid, 0, uintptr(signal)) != nil {
		_, status, ok := waitFor(pid, 0)
		if !ok || !status.Stopped() {
			return
		}
	}
}

// kill ends a stopped process and waits for its end, without which its parent
// would not hear of it.
func kill(pid int) {
	_ = unix.Kill(pid, unix.SIGKILL)
	for {
		_, status, ok := waitFor(pid, 0)
		if !ok || status.Exited() || status.Signaled() {
			return
		}
		_ = ptrace(unix.PTRACE_CONT, pid, 0, uintptr(unix.SIGKILL))
	}
}
