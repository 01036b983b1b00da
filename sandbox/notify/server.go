package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sys/unix"
)

// A Server answers the notifications of one sandbox.
type Server struct {
	config   Config
	listener *listener
	view     view
	untagged uint64 // init's own RLIMIT_LOCKS
	headers  headers
	sockets  sockets

	ctx    context.Context // ends when the server closes
	cancel context.CancelFunc
	crew   crew

	memories, images sync.Pool // buffers, which a held call need not keep
}

// New takes over the listener. Init, when given, must already have its final
// root directory and its own RLIMIT_LOCKS: a process with that limit counts as
// untagged. Errors leave the listener closed, so that every notified call of
// the sandbox fails with ENOSYS.
func New(c Config) (*Server, error) {
	if c.Listener == nil {
		return nil, errors.New("cannot serve without a listener")
	}
	if c.Handler == nil {
		c.Listener.Close()
		return nil, errors.New("cannot serve without a handler")
	}
	s := &Server{config: c, untagged: unix.RLIM_INFINITY, view: view{-1}}
	if err := s.open(); err != nil {
		c.Listener.Close()
		return nil, err
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.crew.lead = make(chan struct{}, 1)
	s.memories.New = func() any { return new(memory) }
	s.images.New = func() any { return new(image) }
	return s, nil
}

func (s *Server) open() error {
	l, err := newListener(s.config.Listener)
	if err != nil {
		return err
	}
	s.listener = l
	pid := s.config.Init
	if pid == 0 {
		pid = unix.Getpid()
	} else {
		var limit unix.Rlimit
		if err := prlimit(pid, nil, &limit); err != nil {
			return fmt.Errorf("cannot read init's limits: %w", err)
		}
		s.untagged = limit.Cur
	}
	if s.view, err = newView(pid); err != nil {
		return fmt.Errorf("cannot open the sandbox's root directory: %w", err)
	}
	return nil
}

// Run serves until no process of the sandbox is left (nil) or ctx ends. When
// ctx ends, held calls are withdrawn and every later notified call fails with
// EPERM for as long as a process of the sandbox lives. Run may be called once.
func (s *Server) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, s.cancel)
	defer stop()
	ignoreStops()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		s.listener.hungUp(-1)
	}()
	s.passLead()
	defer s.sockets.close()
	select {
	case <-gone:
		s.cancel()
		go s.dispose()
		return nil
	case <-ctx.Done():
		go func() {
			<-gone
			s.dispose()
		}()
		return ctx.Err()
	}
}

// dispose closes the descriptors when the last worker is through. Until the
// last process is gone the listener must stay open: calls would fail with
// ENOSYS otherwise, which is safe, but the workers could not be woken.
func (s *Server) dispose() {
	s.crew.all.Wait()
	_ = s.config.Listener.Close()
	_ = unix.Close(s.view.root)
}

func (w *worker) serve(n *notification) {
	if w.ctx.Err() != nil {
		_ = w.listener.fail(n.id, unix.EPERM)
		return
	}
	switch n.data.number {
	case unix.SYS_EXECVE, unix.SYS_EXECVEAT:
		w.serveExec(n)
	case unix.SYS_CONNECT:
		w.serveConnect(n)
	default:
		// The filter asks about nothing else.
		_ = w.listener.fail(n.id, unix.ENOSYS)
	}
}

func (s *Server) log(format string, args ...any) {
	if s.config.Log != nil {
		s.config.Log(fmt.Sprintf(format, args...))
	}
}

// leader returns the thread group of a thread. Most execs come from the leader,
// for which one cheap call is enough.
func leader(tid int) (int, error) {
	if err := unix.Tgkill(tid, tid, 0); err == nil {
		return tid, nil
	}
	st, err := readStatus(tid)
	if err != nil {
		return 0, err
	}
	if pid := st.number("Tgid"); pid > 0 {
		return pid, nil
	}
	return 0, errGone
}
