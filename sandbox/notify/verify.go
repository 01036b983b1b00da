package notify

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"
	"unsafe"

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

func detach(pid, signal int) { _ = ptrace(unix.PTRACE_DETACH, pid, 0, uintptr(signal)) }

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

// verify compares the image of a process stopped at PTRACE_EVENT_EXEC, before
// its first instruction, with what was judged.
func (w *worker) verify(pid int, e *Exec, expected plan) (Mismatch, bool) {
	got, err := w.readImage(pid)
	if err != nil {
		return MismatchUnreadable, false
	}
	var st unix.Stat_t
	if err := unix.Stat(procPath(pid, "exe"), &st); err != nil {
		return MismatchUnreadable, false
	}
	if !expected.certain {
		return w.judgeImage(pid, e, got, identity{st.Dev, st.Ino})
	}
	switch {
	case expected.image != identity{st.Dev, st.Ino}:
		return MismatchProgram, false
	case !slices.Equal(got.argv, expected.argv):
		return MismatchArgv, false
	case !w.sameEnv(got.env, e.Env):
		return MismatchEnvironment, false
	}
	return "", true
}

// sameEnv compares the variables that were part of the judgement, in order.
func (s *Server) sameEnv(a, b []string) bool {
	if s.config.Judged == nil {
		return slices.Equal(a, b)
	}
	if slices.Equal(a, b) {
		return true
	}
	return slices.Equal(s.judged(a), s.judged(b))
}

func (s *Server) judged(env []string) []string {
	var out []string
	for _, v := range env {
		name, _, _ := strings.Cut(v, "=")
		if s.config.Judged(name) {
			out = append(out, v)
		}
	}
	return out
}

// judgeImage asks about an image that an interpreter of binfmt_misc runs: the
// kernel's list of those is not known here, but the image is there to be read.
// It cannot change any more; a signal meanwhile ends it, as it would have.
func (w *worker) judgeImage(pid int, e *Exec, got image, exe identity) (Mismatch, bool) {
	path, err := readlink(procPath(pid, "exe"))
	if err != nil {
		return MismatchUnreadable, false
	}
	file, err := unix.Open(procPath(pid, "exe"), unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return MismatchUnreadable, false
	}
	defer unix.Close(file)
	actual := &Exec{PID: pid, TID: pid, Tag: e.Tag, Path: path, Argv: got.argv, Env: got.env, Cwd: e.Cwd,
		Dev: exe.dev, Ino: exe.ino, ImageDev: exe.dev, ImageIno: exe.ino, file: file}
	h := w.watch(0, pid)
	defer h.stop()
	answer := w.config.Handler.Exec(h.ctx, actual)
	if answer.Errno != 0 || h.ctx.Err() != nil {
		w.tell(actual, answer.Message)
		return MismatchDenied, false
	}
	return "", true
}

// image is what the kernel put on the new stack.
type image struct{ argv, env []string }

const maxImage = maxTotal + 512<<10

// readImage reads the new stack: argc, the pointers of argv and environment,
// and above them the strings. Nothing has run that could have changed it.
func (w *worker) readImage(pid int) (image, error) {
	sp, err := stackPointer(pid)
	if err != nil {
		return image{}, err
	}
	if w.image == nil {
		w.image = make([]byte, 16*pageSize)
	}
	// The stack ends somewhere above: whole pages are read until one is not
	// there, most times in one call.
	have := 0
	local := make([]unix.Iovec, 1)
	var far [64]unix.RemoteIovec
	for address := sp; ; {
		if have == len(w.image) {
			if have >= maxImage {
				return image{}, errTooLarge
			}
			w.image = append(w.image, make([]byte, len(w.image))...)
		}
		n, space := 0, len(w.image)-have
		for next := address; n < len(far) && space > 0; n++ {
			size := min(int(pageOf(next)+pageSize-next), space)
			far[n] = unix.RemoteIovec{Base: uintptr(next), Len: size}
			next += uint64(size)
			space -= size
		}
		local[0] = unix.Iovec{Base: &w.image[have], Len: uint64(len(w.image) - have - space)}
		got, err := processRead(pid, local, far[:n])
		if err != nil && err != unix.EFAULT {
			return image{}, err
		}
		if got <= 0 {
			break
		}
		have += got
		address += uint64(got)
		if uint64(got) < local[0].Len {
			break
		}
	}
	defer func() {
		if len(w.image) > 64*pageSize {
			w.image = nil
		}
	}()
	return parseStack(w.image[:have], sp)
}

// parseStack takes argv and the environment from the stack of a new image that
// starts at address sp.
func parseStack(b []byte, sp uint64) (image, error) {
	word := func(i uint64) (uint64, bool) {
		if i >= uint64(len(b)/8) {
			return 0, false
		}
		return *(*uint64)(unsafe.Pointer(&b[8*i])), true
	}
	argc, ok := word(0)
	if !ok || argc > maxTotal/8 {
		return image{}, errFault
	}
	list := func(i uint64) ([]string, uint64, bool) {
		var out []string
		for ; ; i++ {
			p, ok := word(i)
			if !ok {
				return nil, i, false
			}
			if p == 0 {
				return out, i + 1, true
			}
			if p < sp || p-sp >= uint64(len(b)) {
				return nil, i, false
			}
			s := b[p-sp:]
			end := bytes.IndexByte(s, 0)
			if end < 0 {
				return nil, i, false
			}
			out = append(out, string(s[:end]))
		}
	}
	argv, next, ok := list(1)
	if !ok || uint64(len(argv)) != argc {
		return image{}, errFault
	}
	env, _, ok := list(next)
	if !ok {
		return image{}, errFault
	}
	return image{argv, env}, nil
}
