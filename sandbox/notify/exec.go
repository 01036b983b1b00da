package notify

import (
	"errors"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// execCall is the call's own arguments.
type execCall struct {
	id         uint64
	kernelName string // as the kernel will pass a script's path on
	directory  string // that a relative path starts from
	dirfd      int
	empty      bool // execveat of the descriptor itself
	follow     bool
	argv, envp uint64
}

func (w *worker) serveExec(n *notification) {
	tid := int(n.pid)
	var limit unix.Rlimit
	if err := prlimit(tid, nil, &limit); err != nil {
		w.answerGone(n, err)
		return
	}
	e := &Exec{PID: tid, TID: tid, file: -1}
	switch {
	case limit.Cur != w.untagged:
		e.Tag = limit.Cur
	case w.config.Init != 0 && w.startsCommand(tid):
		w.start(n, tid)
		return
	}
	defer func() {
		if e.file >= 0 {
			_ = unix.Close(e.file)
		}
	}()
	call, expected, err := w.read(e, n)
	if !w.listener.valid(n.id) {
		return // nothing that was read counts
	}
	// A bare errno is what the kernel would answer; one with a system call's
	// name around it is this process's own trouble.
	if errno, ok := err.(unix.Errno); ok {
		_ = w.listener.fail(n.id, errno)
		return
	}
	if err != nil {
		e.Unreadable = err.Error()
	}
	w.judge(call, e, expected)
}

func (w *worker) answerGone(n *notification, err error) {
	if w.listener.valid(n.id) {
		w.log("cannot look at process %d: %v", n.pid, err)
		_ = w.listener.fail(n.id, unix.EACCES)
	}
}

// startsCommand reports whether the process is init's own child.
func (w *worker) startsCommand(tid int) bool {
	st, err := readStatus(tid)
	return err == nil && st.number("PPid") == w.config.Init && st.number("Tgid") == tid
}

// start tags the child of init that is about to become a command. What it execs
// is what the supervisor told init to run, and init waits for it.
func (w *worker) start(n *notification, pid int) {
	tag := w.config.Handler.Started(pid)
	if !w.listener.valid(n.id) {
		return
	}
	if err := prlimit(pid, &unix.Rlimit{Cur: tag, Max: tag}, nil); err != nil {
		w.log("cannot tag process %d: %v", pid, err)
		_ = w.listener.fail(n.id, unix.EPERM)
		return
	}
	if err := w.listener.goOn(n.id); err != nil && !errors.Is(err, errGone) {
		w.log("cannot let process %d start its command: %v", pid, err)
	}
}

// read fills in the facts. An unix.Errno in err is the call's answer; another
// error makes the exec unreadable.
func (w *worker) read(e *Exec, n *notification) (*execCall, plan, error) {
	call := &execCall{id: n.id, dirfd: unix.AT_FDCWD, follow: true}
	address := n.data.args[0]
	call.argv, call.envp = n.data.args[1], n.data.args[2]
	if n.data.number == unix.SYS_EXECVEAT {
		call.dirfd = int(int32(n.data.args[0]))
		address = n.data.args[1]
		call.argv, call.envp = n.data.args[2], n.data.args[3]
		flags := n.data.args[4]
		call.follow = flags&unix.AT_SYMLINK_NOFOLLOW == 0
		call.empty = flags&unix.AT_EMPTY_PATH != 0
	}
	pid, err := leader(e.TID)
	if err != nil {
		return call, plan{}, errGone
	}
	e.PID = pid
	name, err := w.readStrings(e, address, call)
	if err != nil {
		return call, plan{}, err
	}
	if e.Cwd, err = directory(e.TID, unix.AT_FDCWD); err != nil {
		return call, plan{}, errUnresolved
	}
	if err := e.locate(call, name); err != nil {
		return call, plan{}, err
	}
	expected, err := w.find(e, call)
	return call, expected, err
}

// readStrings reads the path, argv and the environment.
func (w *worker) readStrings(e *Exec, address uint64, call *execCall) (string, error) {
	m := w.memories.Get().(*memory)
	defer func() {
		if !m.large() {
			w.memories.Put(m)
		}
	}()
	m.reset(e.TID)
	m.need(address)
	m.need(call.argv)
	m.need(call.envp)
	if err := m.load(); err != nil {
		return "", err
	}
	name, err := m.path(address)
	if err != nil {
		return "", err
	}
	words, err := m.pointers(call.argv, m.words[:0])
	if err != nil {
		return "", err
	}
	args := len(words)
	words, err = m.pointers(call.envp, words)
	m.words = words
	if err != nil {
		return "", err
	}
	for _, p := range words {
		m.need(p)
	}
	if err := m.load(); err != nil {
		return "", err
	}
	all, err := m.strings(words)
	if err != nil {
		return "", err
	}
	e.Argv, e.Env = all[:args:args], all[args:]
	if args == 0 {
		e.Argv = []string{""} // as Linux does since 5.18
	}
	return name, nil
}

// locate makes the path absolute and works out what the kernel calls the file.
func (e *Exec) locate(call *execCall, name string) error {
	switch {
	case name == "" && !call.empty:
		return unix.ENOENT
	case name == "":
		link, err := directory(e.TID, call.dirfd)
		if err != nil {
			return errUnresolved
		}
		e.Path = link
		call.kernelName = "/dev/fd/" + itoa(call.dirfd)
		if call.dirfd == unix.AT_FDCWD {
			return unix.EACCES // a directory
		}
		return nil
	}
	call.empty = false
	call.kernelName = name
	call.directory = ""
	if name[0] == '/' {
		e.Path = name
		return nil
	}
	call.directory = e.Cwd
	if call.dirfd != unix.AT_FDCWD {
		link, err := directory(e.TID, call.dirfd)
		if err != nil {
			return errUnresolved
		}
		call.directory = link
		call.kernelName = "/dev/fd/" + itoa(call.dirfd) + "/" + name
	}
	e.Path = join(call.directory, name)
	return nil
}

// judge asks the handler and carries its answer out.
func (w *worker) judge(call *execCall, e *Exec, expected plan) {
	h := w.hold(call.id, e.TID)
	defer h.end()
	answer := w.config.Handler.Exec(h, e)
	if answer.Errno == 0 && e.Unreadable == "" {
		runtime.LockOSThread() // the tracer is a thread
		defer runtime.UnlockOSThread()
		err := tracee{e.PID, e.TID}.seize()
		if err == nil {
			w.proceed(h, e, expected)
			return
		}
		if !w.listener.valid(call.id) {
			return
		}
		e.Unreadable = "the process cannot be verified: " + err.Error()
		if st, err := readStatus(e.TID); err == nil && st.number("TracerPid") != 0 {
			e.Unreadable = "the process is being traced"
		}
		answer = w.config.Handler.Exec(h, e)
	}
	if !h.claim() {
		return // withdrawn
	}
	if answer.Errno != 0 {
		w.tell(e, answer.Message)
		_ = w.listener.fail(call.id, unix.Errno(answer.Errno))
		return
	}
	_ = w.listener.goOn(call.id)
}

// proceed lets a seized process run its exec and verifies what came of it.
func (w *worker) proceed(h *held, e *Exec, expected plan) {
	t := tracee{e.PID, e.TID}
	if !h.claim() || w.listener.goOn(h.id) != nil {
		t.release()
		return
	}
	h.end()
	pid, executed := t.waitExec()
	if !executed {
		return
	}
	why, ok := w.verify(pid, e, expected)
	if ok {
		detach(pid, 0)
		return
	}
	message := ""
	if w.config.OnMismatch != nil {
		message = w.config.OnMismatch(e, why)
	}
	w.tell(e, message)
	kill(pid)
}

// variable is the name of an environment string.
func variable(s string) string {
	name, _, _ := strings.Cut(s, "=")
	return name
}
