package inside

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"twokey/internal/sys"
	"twokey/sandbox/wire"
)

// server starts commands and reaps everything that ends in the sandbox.
type server struct {
	conn  *sys.Conn
	null  int // /dev/null
	limbo int // a deleted directory

	signals chan os.Signal // nobody reads: what comes in is dropped

	// mu is held from fork until the child is known, and while one is reaped:
	// a status can neither be lost nor given to another command.
	mu      sync.Mutex
	groups  map[int]uint64   // process group -> the command that it belongs to
	leaders map[uint64]int   // command -> its process group, while that exists
	running map[int]struct{} // first processes that have not been reaped
	born    chan struct{}    // tells the reaper that there is a child
}

func newServer(c *sys.Conn) *server {
	return &server{conn: c, groups: map[int]uint64{}, leaders: map[uint64]int{}, running: map[int]struct{}{},
		born: make(chan struct{}, 1), signals: make(chan os.Signal)}
}

// surviveSignals gives every signal that ends a program a handler. The kernel
// delivers to pid 1 what it has handlers for, also from inside, and Go's end
// the program where nobody asked for the signal. For what it has no handlers
// for the kernel looks at the first thread alone: while that has signals
// blocked, as in a handler, they kill pid 1 all the same. They must not be
// ignored, since commands would inherit that.
func (s *server) surviveSignals() error {
	for n := syscall.Signal(1); n <= 64; n++ {
		switch n {
		case syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGCHLD, syscall.SIGURG:
		case 33: // Go's own, once it has run a system call on every thread
		case 32, 34: // Go leaves these to a C library
			if err := sys.DropSignal(n); err != nil {
				return step("handle signals", err)
			}
		default:
			signal.Notify(s.signals, n)
		}
	}
	return nil
}

func (s *server) serve() error {
	reaperFailed := make(chan error, 1)
	go func() { reaperFailed <- s.reap() }()
	received := make(chan error, 1)
	go func() { received <- s.listen() }()
	select {
	case err := <-reaperFailed:
		return err
	case err := <-received:
		return err
	}
}

// listen carries out the supervisor's messages until it is gone.
func (s *server) listen() error {
	for {
		m, err := s.conn.Receive()
		if err != nil {
			return err
		}
		switch m.Type {
		case wire.TypeStart:
			err = s.start(m)
		case wire.TypeSignal:
			err = s.signal(m)
		default:
			err = fmt.Errorf("internal error: message %d out of phase", m.Type)
		}
		m.CloseFiles()
		if err != nil {
			return err
		}
	}
}

// start starts one command and answers Started or NotStarted.
func (s *server) start(m sys.Message) error {
	req, err := wire.DecodeStart(m.Payload)
	if err != nil {
		return err
	}
	if len(req.Slots) != len(m.Files) {
		return errors.New("internal error: descriptors do not match their slots")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := launch{server: s, req: req, passed: m.Files}
	pid, err := l.run()
	defer l.close()
	if err != nil {
		answer := wire.NotStarted{ID: req.ID, Call: l.call, Path: l.path, Errno: errnoOf(err)}
		return s.conn.Send(sys.Message{Type: wire.TypeNotStarted, Payload: answer.Encode()})
	}
	// A number is used again only once the group that had it is gone.
	delete(s.leaders, s.groups[pid])
	s.groups[pid], s.leaders[req.ID], s.running[pid] = req.ID, pid, struct{}{}
	select {
	case s.born <- struct{}{}:
	default:
	}
	var files []int
	if l.master >= 0 {
		files = append(files, l.master)
	}
	answer := wire.Started{ID: req.ID, DirGone: l.dirGone}
	return s.conn.Send(sys.Message{Type: wire.TypeStarted, Payload: answer.Encode(), Files: files})
}

// launch is one attempt to start a command.
type launch struct {
	*server
	req           wire.Start
	passed        []int
	master, slave int
	dirGone       bool
	call, path    string // what failed, on what
}

func (l *launch) close() {
	for _, fd := range []int{l.master, l.slave} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

func (l *launch) run() (pid int, err error) {
	l.master, l.slave = -1, -1
	if len(l.req.TTY) > 0 {
		l.call, l.path = "open", "/dev/pts/ptmx"
		if l.master, l.slave, err = sys.OpenTerminal("/dev/pts/ptmx", uint16(l.req.Rows), uint16(l.req.Cols)); err != nil {
			return 0, err
		}
	}
	dir, err := l.directory()
	if err != nil {
		return 0, err
	}
	files, err := l.files()
	if err != nil {
		return 0, err
	}
	attr := &syscall.ProcAttr{
		Dir:   dir,
		Env:   l.req.Env,
		Files: files,
		Sys:   &syscall.SysProcAttr{Setsid: true},
	}
	if l.slave >= 0 {
		attr.Sys.Setctty, attr.Sys.Ctty = true, l.req.TTY[0]
	}
	l.call, l.path = "execve", l.req.Path
	unix.Umask(l.req.Umask)
	for _, n := range l.req.Ignored {
		signal.Ignore(syscall.Signal(n))
		defer signal.Notify(l.signals, syscall.Signal(n))
	}
	return syscall.ForkExec(l.req.Path, l.req.Argv, attr)
}

// directory is where the command starts. One that is gone, or that the view
// does not have, is answered with a deleted directory: the root would not do,
// since a command such as "rm -rf *" there would reach the workspace.
func (l *launch) directory() (string, error) {
	l.call, l.path = "chdir", l.req.Dir
	if !path.IsAbs(l.req.Dir) {
		return "", unix.EINVAL
	}
	fd, err := unix.Open(l.req.Dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err == nil {
		err = unix.Faccessat(fd, ".", unix.X_OK, 0)
		unix.Close(fd)
	}
	if err == nil {
		return l.req.Dir, nil
	}
	l.dirGone = true
	return "/proc/self/fd/" + strconv.Itoa(l.limbo), nil
}

// files is the command's descriptor table; what is neither passed nor a
// terminal below 3 is /dev/null.
func (l *launch) files() ([]uintptr, error) {
	l.call, l.path = "dup2", "descriptors"
	const none = ^uintptr(0)
	table := []uintptr{uintptr(l.null), uintptr(l.null), uintptr(l.null)}
	put := func(slot, fd int) error {
		if slot < 0 || slot >= sys.MaxDescriptors {
			return unix.EBADF
		}
		for len(table) <= slot {
			table = append(table, none)
		}
		table[slot] = uintptr(fd)
		return nil
	}
	for i, slot := range l.req.Slots {
		if err := put(slot, l.passed[i]); err != nil {
			return nil, err
		}
	}
	for _, slot := range l.req.TTY {
		if err := put(slot, l.slave); err != nil {
			return nil, err
		}
	}
	return table, nil
}

// signal signals a command's process group, which may outlive its leader.
func (s *server) signal(m sys.Message) error {
	req, err := wire.DecodeSignal(m.Payload)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	pid, ok := s.leaders[req.ID]
	if !ok {
		return nil
	}
	if err := unix.Kill(-pid, unix.Signal(req.Signal)); err != nil {
		s.forget(pid)
	}
	return nil
}

// forget drops a process group that is gone.
func (s *server) forget(pid int) {
	if _, ok := s.running[pid]; !ok && unix.Kill(-pid, 0) == unix.ESRCH {
		delete(s.leaders, s.groups[pid])
		delete(s.groups, pid)
	}
}

// reap collects every process that ends in the sandbox and reports commands.
func (s *server) reap() error {
	for {
		pid, err := sys.WaitAny()
		if errors.Is(err, unix.ECHILD) {
			<-s.born
			continue
		}
		if err != nil {
			return err
		}
		if err := s.reapOne(pid); err != nil {
			return err
		}
	}
}

func (s *server) reapOne(pid int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	status, err := sys.Reap(pid)
	if errors.Is(err, unix.ECHILD) {
		return nil // a child that could not exec: its starter has collected it
	}
	if err != nil {
		return err
	}
	if _, ok := s.running[pid]; !ok {
		return nil // an orphan
	}
	id := s.groups[pid]
	delete(s.running, pid)
	s.forget(pid)
	exited := wire.Exited{ID: id, Status: status}
	return s.conn.Send(sys.Message{Type: wire.TypeExited, Payload: exited.Encode()})
}
