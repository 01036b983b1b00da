package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"twokey/internal/sys"
	"twokey/sandbox/wire"
)

// Command is one program to start in the sandbox.
type Command struct {
	Path string   // absolute, in the view
	Argv []string // Argv[0] included
	Env  []string // NAME=value, as given to execve(2)
	Dir  string   // absolute, in the view
	// Files are descriptors 0, 1, 2 and so on; nil leaves one out, and below 3
	// is /dev/null then. They stay the caller's. Directories and O_PATH
	// descriptors are refused, since they would lead out of the view; a regular
	// file that the view does not show can be opened again for writing through
	// /proc/self/fd, and is better relayed.
	Files []*os.File
	// TTY gives the command a new terminal as its controlling one; TTYFiles are
	// the descriptors that are it, 0, 1 and 2 when there are none.
	TTY           bool
	TTYFiles      []int
	Rows, Columns int
	Umask         int              // permission bits that new files do not get
	Ignored       []syscall.Signal // ignored from the start; all others have their default
	Rlimits       []Rlimit         // besides those of the supervisor
	Tag           uint64           // who it is, for notifications
}

// Rlimit is one limit of setrlimit(2).
type Rlimit struct {
	Resource int
	Cur, Max uint64
}

// ErrEnded is the error of what is asked of a sandbox that has ended.
var ErrEnded = errors.New("the sandbox has ended")

// starting is a command on its way to its execve.
type starting struct {
	tag    uint64
	limits []Rlimit
	pid    int   // the host's, once init has forked
	err    error // why it may not go on
	answer chan outcome
}

// outcome is how a start ended.
type outcome struct {
	process *Process
	err     error
}

// Run starts a command in a new session and process group. It returns when the
// program runs; an error wraps the errno of execve(2), with the path. A
// directory that is gone is no error: see Process.DirGone. Calls are carried
// out one at a time.
func (s *Sandbox) Run(c Command) (*Process, error) {
	req, files, err := c.request()
	if err != nil {
		return nil, err
	}
	s.running.Lock()
	defer s.running.Unlock()
	answer := make(chan outcome, 1)
	s.mu.Lock()
	if s.err != nil {
		s.mu.Unlock()
		return nil, s.err
	}
	s.nextID++
	req.ID = s.nextID
	s.current = &starting{tag: c.Tag, limits: c.Rlimits, answer: answer}
	s.mu.Unlock()
	err = s.init.Send(sys.Message{Type: wire.TypeStart, Payload: req.Encode(), Files: files})
	runtime.KeepAlive(c.Files)
	if err != nil {
		s.answer(outcome{})
		return nil, fmt.Errorf("cannot start %s: %w", c.Path, err)
	}
	o := <-answer
	return o.process, o.err
}

// request checks the command and makes it a message.
func (c Command) request() (wire.Start, []int, error) {
	fail := func(format string, a ...any) (wire.Start, []int, error) {
		return wire.Start{}, nil, fmt.Errorf("cannot start %s: "+format, append([]any{c.Path}, a...)...)
	}
	if !path.IsAbs(c.Path) || !path.IsAbs(c.Dir) || len(c.Argv) == 0 {
		return fail("path and directory must be absolute, and argv not empty")
	}
	req := wire.Start{Path: c.Path, Argv: c.Argv, Env: c.Env, Dir: c.Dir, Rows: c.Rows, Cols: c.Columns, Umask: c.Umask & 0o777}
	if c.TTY {
		if req.TTY = c.TTYFiles; len(req.TTY) == 0 {
			req.TTY = []int{0, 1, 2}
		}
	}
	for _, n := range c.Ignored {
		req.Ignored = append(req.Ignored, int(n))
	}
	var files []int
	for slot, f := range c.Files {
		if f == nil {
			continue
		}
		fd := int(f.Fd())
		var st unix.Stat_t
		if err := unix.Fstat(fd, &st); err != nil {
			return fail("descriptor %d: %w", slot, err)
		}
		if st.Mode&unix.S_IFMT == unix.S_IFDIR {
			return fail("descriptor %d is a directory, which would lead out of the view", slot)
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); err != nil || flags&unix.O_PATH != 0 {
			return fail("descriptor %d is only a path, which could be opened inside", slot)
		}
		req.Slots, files = append(req.Slots, slot), append(files, fd)
	}
	if len(files) > sys.MaxDescriptors || len(c.Files) > sys.MaxDescriptors {
		return fail("more than %d descriptors", sys.MaxDescriptors)
	}
	return req, files, nil
}

// endLimit bounds the wait for what was killed. Only a process that a tracer
// does not let go, or that hangs in the kernel, can outlast it.
const endLimit = 5 * time.Second

// watch receives what init says until the sandbox ends, and then releases all.
func (s *Sandbox) watch() {
	served := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer close(served)
		_ = s.notify.Run(ctx)
	}()
	err := s.receive()
	s.end(err)
	s.killInit()
	if !sys.WaitProcess(s.pidfd, endLimit) {
		s.config.Log("a killed process of the sandbox does not end")
	}
	// The mounter reaps init and leaves.
	s.mounter.conn.Shutdown()
	late := time.AfterFunc(endLimit, s.mounter.kill)
	s.mounter.wait()
	late.Stop()
	cancel()
	<-served
	s.release()
	close(s.done)
}

// receive handles init's messages; it returns when there are no more.
func (s *Sandbox) receive() error {
	for {
		msg, err := s.init.Receive()
		if err != nil {
			return ErrEnded
		}
		switch msg.Type {
		case wire.TypeStarted:
			err = s.started(msg)
		case wire.TypeNotStarted:
			err = s.notStarted(msg)
		case wire.TypeExited:
			err = s.exited(msg)
		default:
			msg.CloseFiles()
			err = fmt.Errorf("internal error: message %d out of phase", msg.Type)
		}
		if err != nil {
			return err
		}
	}
}

// answer hands the outcome of the current start over.
func (s *Sandbox) answer(o outcome) *starting {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.current
	s.current = nil
	if c != nil {
		if o.process != nil {
			o.process.pid = c.pid
			s.processes[o.process.id] = o.process
		}
		if c.err != nil {
			o = outcome{err: fmt.Errorf("cannot limit the command: %w", c.err)}
		}
		c.answer <- o
	}
	return c
}

func (s *Sandbox) started(msg sys.Message) error {
	m, err := wire.DecodeStarted(msg.Payload)
	if err != nil || len(msg.Files) > 1 {
		msg.CloseFiles()
		return errors.New("internal error: a start that cannot be understood")
	}
	p := &Process{s: s, id: m.ID, dirGone: m.DirGone, ended: make(chan struct{})}
	if len(msg.Files) == 1 {
		p.master = newMaster(msg.Files[0])
	}
	if c := s.answer(outcome{process: p}); c != nil && c.err != nil {
		return p.Signal(unix.SIGKILL)
	}
	return nil
}

func (s *Sandbox) notStarted(msg sys.Message) error {
	m, err := wire.DecodeNotStarted(msg.Payload)
	if err != nil {
		return err
	}
	s.answer(outcome{err: &os.PathError{Op: m.Call, Path: m.Path, Err: syscall.Errno(m.Errno)}})
	return nil
}

func (s *Sandbox) exited(msg sys.Message) error {
	m, err := wire.DecodeExited(msg.Payload)
	if err != nil {
		return err
	}
	s.mu.Lock()
	p := s.processes[m.ID]
	delete(s.processes, m.ID)
	s.mu.Unlock()
	if p == nil {
		return fmt.Errorf("internal error: process %d ended and was not started", m.ID)
	}
	p.end(m.Status, nil)
	return nil
}
