package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"twokey/internal/sys"
	"twokey/sandbox/filter"
	"twokey/sandbox/notify"
	"twokey/sandbox/wire"
)

// Handler judges execs. It is the part of [notify.Handler] that the sandbox
// does not do itself.
type Handler interface {
	Exec(ctx context.Context, e *notify.Exec) notify.Answer
}

// Config of a sandbox.
type Config struct {
	View     View
	Init     string // path of the program twokey-init
	Hostname string // "": the host's
	Handler  Handler
	// Judged and OnMismatch are those of [notify.Config].
	Judged     func(name string) bool
	OnMismatch func(e *notify.Exec, why notify.Mismatch) (message string)
	// Log gets one line for what went wrong without being an answer. May be nil.
	Log func(string)
}

// Sandbox is a running sandbox. Its methods may be called by several
// goroutines.
type Sandbox struct {
	config  Config
	mounter *mounter
	init    *sys.Conn
	initPID int
	pidfd   int
	root    *os.File
	sockets Sockets
	notify  *notify.Server
	lost    []string

	running sync.Mutex // one Start message at a time
	masking sync.Mutex // one Mask message at a time

	mu        sync.Mutex
	nextID    uint64
	current   *starting           // the command that is being started
	processes map[uint64]*Process // started and not ended
	err       error               // why the sandbox ended

	done chan struct{} // closed when all has ended and been released
}

const startLimit = 30 * time.Second

// Start builds a sandbox. It fails with an [UnavailableError] where the machine
// cannot have one; every other failure leaves nothing behind either. ctx
// bounds the start alone.
func Start(ctx context.Context, c Config) (*Sandbox, error) {
	if c.Handler == nil {
		return nil, errors.New("internal error: a sandbox needs a handler")
	}
	if c.Log == nil {
		c.Log = func(string) {}
	}
	for _, state := range c.View.Overlays {
		for _, d := range []string{"upper", "work"} {
			if err := os.MkdirAll(filepath.Join(state, d), 0o700); err != nil {
				return nil, fmt.Errorf("cannot make the cache's layer: %w", err)
			}
		}
	}
	m, initConn, err := startMounter(c.Init, c.Log)
	if err != nil {
		return nil, err
	}
	s := &Sandbox{config: c, mounter: m, init: initConn, pidfd: -1, processes: map[uint64]*Process{}, done: make(chan struct{})}
	// A caller that gives up, or a set-up that hangs on a dead file system, ends
	// both processes.
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	stop := context.AfterFunc(ctx, m.kill)
	defer stop()
	if err := s.setUp(); err != nil {
		m.kill()
		m.wait()
		s.release()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, err
	}
	go s.watch()
	return s, nil
}

// compile makes the filter and the plan, while the mounter starts.
func (s *Sandbox) compile() (program []byte, plan *MountPlan, err error) {
	compiled := make(chan error, 1)
	go func() {
		var err error
		program, err = filter.Program()
		compiled <- err
	}()
	host, ok := os.DirFS("/").(fs.ReadLinkFS)
	if !ok {
		return nil, nil, errors.New("internal error: the host's root has no links")
	}
	hostname := s.config.Hostname
	if hostname == "" {
		hostname, _ = os.Hostname()
	}
	plan, err = Plan(s.config.View, host, os.Getuid(), hostname)
	if ferr := <-compiled; ferr != nil {
		return nil, nil, fmt.Errorf("cannot build the system call filter: %w", ferr)
	}
	return program, plan, err
}

// setUp walks through the messages of a start.
func (s *Sandbox) setUp() error {
	program, plan, err := s.compile()
	if err != nil {
		return err
	}
	lockdown := wire.Lockdown{Filter: program}
	if err := s.init.Send(sys.Message{Type: wire.TypeLockdown, Payload: lockdown.Encode()}); err != nil {
		return s.mounter.explain(err)
	}
	setup := wire.Setup{Hostname: s.config.Hostname, Ops: plan.Ops}
	if err := s.mounter.conn.Send(sys.Message{Type: wire.TypeSetup, Payload: setup.Encode()}); err != nil {
		return s.mounter.explain(err)
	}
	msg, err := s.expect(s.mounter.conn, wire.TypeReady)
	if err != nil {
		return err
	}
	if err := s.takeReady(msg); err != nil {
		return err
	}
	if msg, err = s.expect(s.init, wire.TypeLocked); err != nil {
		return err
	}
	return s.takeLocked(msg)
}

// expect receives one message, or says why it does not come.
func (s *Sandbox) expect(c *sys.Conn, want wire.Type) (sys.Message, error) {
	msg, err := c.Receive()
	if err != nil {
		return msg, s.mounter.explain(err)
	}
	if msg.Type == wire.TypeFailed {
		msg.CloseFiles()
		failed, err := wire.DecodeFailed(msg.Payload)
		if err != nil {
			return msg, err
		}
		return msg, explainSetup(failed, readSysctl)
	}
	if msg.Type != want {
		msg.CloseFiles()
		return msg, fmt.Errorf("internal error: message %d out of phase, want %d", msg.Type, want)
	}
	return msg, nil
}

func (s *Sandbox) takeReady(msg sys.Message) error {
	ready, err := wire.DecodeReady(msg.Payload)
	want := 5
	if ready.IPv6 {
		want++
	}
	if err == nil && len(msg.Files) != want {
		err = errors.New("internal error: descriptors are missing")
	}
	if err != nil {
		msg.CloseFiles()
		return err
	}
	s.pidfd, s.root = msg.Files[0], os.NewFile(uintptr(msg.Files[1]), "/")
	if s.initPID, err = sys.ProcessID(s.pidfd); err != nil {
		for _, fd := range msg.Files[2:] {
			unix.Close(fd)
		}
		return s.mounter.explain(err)
	}
	if !ready.IPv6 {
		s.lost = append(s.lost, "the sandbox has no IPv6: the kernel refuses it")
	}
	for _, p := range ready.Skip {
		s.config.Log("left out of the view, since it is gone or cannot be reached: " + p)
	}
	s.sockets, err = takeSockets(msg.Files[2:])
	return err
}

func (s *Sandbox) takeLocked(msg sys.Message) error {
	locked, err := wire.DecodeLocked(msg.Payload)
	if err == nil && len(msg.Files) != 1 {
		err = errors.New("internal error: the seccomp listener is missing")
	}
	if err != nil {
		msg.CloseFiles()
		return err
	}
	if !locked.Killable {
		s.lost = append(s.lost, "a signal restarts a held program start: the kernel is older than 5.19")
	}
	s.notify, err = notify.New(notify.Config{
		Listener: os.NewFile(uintptr(msg.Files[0]), "seccomp"), Init: s.initPID, Handler: gate{s.config.Handler, s},
		Judged: s.config.Judged, OnMismatch: s.config.OnMismatch, Log: s.config.Log,
	})
	return err
}

// gate adds to the caller's handler what the sandbox knows itself.
type gate struct {
	Handler
	s *Sandbox
}

func (gate) Connect(*notify.Connection) {}

// Started is told of the process that init is about to turn into the command:
// one at a time is. It waits in its execve meanwhile.
func (g gate) Started(pid int) uint64 {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	c := g.s.current
	if c == nil {
		return 0
	}
	c.pid = pid
	for _, l := range c.limits {
		if err := unix.Prlimit(pid, l.Resource, &unix.Rlimit{Cur: l.Cur, Max: l.Max}, nil); err != nil && c.err == nil {
			c.err = os.NewSyscallError("prlimit64", err)
		}
	}
	return c.tag
}

// Lost lists what this kernel cannot do, one line each; the sandbox runs
// without it.
func (s *Sandbox) Lost() []string { return s.lost }

// Root is the sandbox's root directory, opened with O_PATH: openat2(2) with
// RESOLVE_IN_ROOT sees what the sandbox sees. It is borrowed, and closed when
// the sandbox is.
func (s *Sandbox) Root() *os.File { return s.root }

// Init is the host's pid of the sandbox's first process.
func (s *Sandbox) Init() int { return s.initPID }
