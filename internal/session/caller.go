package session

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"twokey/internal/control"
	"twokey/internal/gate"
	"twokey/parser/effect"
	"twokey/sandbox"
)

// caller is one twokey-sh at the other end of the shell socket.
type caller struct {
	conn    control.Conn
	writing sync.Mutex

	mu      sync.Mutex
	process *sandbox.Process // nil until the command runs
	last    syscall.Signal   // the signal that ended the wait
	gone    bool
}

func (c *caller) send(t control.Type, payload []byte, files ...int) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return control.Write(c.conn, control.Message{Type: t, Payload: payload, Files: files})
}

func (c *caller) notice(text string) { c.send(control.TypeNotice, []byte(text)) }

func (c *caller) terminal(master *os.File) error {
	return c.send(control.TypeTerminal, nil, int(master.Fd()))
}

// follow lets later signals reach the process's group, and ends it at once if
// the caller is gone already.
func (c *caller) follow(p *sandbox.Process) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.process = p
	switch {
	case c.gone:
		p.Signal(syscall.SIGKILL)
	case c.last != 0: // it came after the decision and before the start
		p.Signal(c.last)
	}
}

// interrupted is the status of a command line that a signal withdrew.
func (c *caller) interrupted() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == 0 {
		return exitDenied
	}
	return 128 + int(c.last)
}

// listen carries out what the caller sends after its command line. It returns
// when the connection ends; withdraw ends a wait for approval.
func (c *caller) listen(withdraw context.CancelFunc) {
	defer withdraw()
	for {
		m, err := control.Read(c.conn)
		for _, fd := range m.Files {
			syscall.Close(fd)
		}
		var n int
		if err == nil && m.Type == control.TypeSignal {
			n, err = control.DecodeNumber(m.Payload)
		} else if err == nil {
			err = errors.New("out of phase")
		}
		if err != nil {
			c.left()
			return
		}
		c.signal(syscall.Signal(n), withdraw)
	}
}

func (c *caller) left() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = true
	if c.process != nil {
		c.process.Signal(syscall.SIGKILL)
	}
}

// over leaves alone what the command left running: its caller goes now.
func (c *caller) over() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.process = nil
}

func (c *caller) signal(n syscall.Signal, withdraw context.CancelFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.process != nil {
		c.process.Signal(n)
		return
	}
	switch n {
	case syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2:
		c.last = n
		withdraw()
	}
}

// serveCaller takes one command line from conn and answers it.
func (s *Session) serveCaller(ctx context.Context, conn control.Conn) {
	defer conn.Close()
	c := &caller{conn: conn}
	m, err := control.Read(conn)
	if err != nil {
		return
	}
	files := make([]*os.File, len(m.Files))
	for i, fd := range m.Files {
		files[i] = os.NewFile(uintptr(fd), "descriptor")
		defer files[i].Close()
	}
	fail := func(err error) {
		c.send(control.TypeAccepted, nil)
		c.send(control.TypeFail, control.End{Status: exitFailed, Text: err.Error()}.Encode())
	}
	peer, err := conn.Peer()
	if err != nil || int(peer.Uid) != os.Getuid() {
		fail(errors.New("cannot serve another user's command"))
		return
	}
	if m.Type != control.TypeRun || len(files) != 3 {
		fail(errors.New("internal error: the first message is not a command line"))
		return
	}
	run, err := control.DecodeRun(m.Payload)
	if err != nil {
		fail(err)
		return
	}
	if s.replaced() {
		s.leave("the workspace was replaced")
		return // not accepted: the caller starts a new session
	}
	if broken := s.broken.Load(); broken != nil {
		fail(errors.New(strings.ReplaceAll((*broken).Error(), "\n", "; ")))
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	other, err := s.otherWorkspace(run)
	if err != nil {
		fail(err)
		return
	}
	if other != "" {
		s.move(ctx, cancel, c, other, run)
		return
	}
	if err := c.send(control.TypeAccepted, nil); err != nil {
		return // nothing ran
	}
	go c.listen(cancel)
	end := s.execute(ctx, c, run, files)
	c.over()
	c.send(control.TypeExit, end.Encode())
}

// otherWorkspace returns the workspace that dir belongs to when that is one of
// its own and not this session's. A directory that could not be a workspace
// grants nothing and stays in this session's view.
func (s *Session) otherWorkspace(run control.Run) (string, error) {
	dir := run.Dir
	if dir == "" || control.Within(dir, s.workspace) {
		return "", nil
	}
	// Whoever names this workspace means it, wherever the command starts.
	named := slices.ContainsFunc(run.Env, func(e string) bool {
		name, value, _ := strings.Cut(e, "=")
		return name == "TWOKEY_WORKSPACE" && value != "" && filepath.Clean(value) == s.workspace
	})
	if named {
		return "", nil
	}
	workspace := control.Workspace(filepath.Clean(dir))
	if refuseWorkspace(workspace, s.home, s.hides) != nil {
		return "", nil
	}
	return workspace, nil
}

// move asks a person whether the caller may have a second workspace, and if
// so sends it there.
func (s *Session) move(ctx context.Context, cancel context.CancelFunc, c *caller, workspace string, run control.Run) {
	cmd := s.commands.add(run, "use the workspace "+workspace, nil)
	defer s.commands.ended(cmd)
	if err := c.send(control.TypeAccepted, nil); err != nil {
		return
	}
	cmd.Notify = c.notice
	go c.listen(cancel)
	answer := s.judge.Hold(ctx, gate.Inquiry{
		Gate: gate.Session, Command: &cmd.Command,
		Effects: []effect.Effect{{Kind: effect.KindFile, File: &effect.File{
			Op: effect.OpWrite, Path: effect.Lit(workspace), Scope: effect.ScopeSystem, Recursive: true, By: "workspace",
		}}},
	}, "session/second-workspace", "The caller is bound to "+s.workspace+", and would get a second workspace")
	switch {
	case !answer.Allowed && answer.Withdrawn:
		c.send(control.TypeExit, control.End{Status: c.interrupted(), Text: answer.Reason}.Encode())
	case !answer.Allowed:
		c.send(control.TypeExit, control.End{Status: exitDenied, Text: answer.Reason}.Encode())
	default:
		place := s.home.Place(s.callerID, workspace)
		if err := place.Allow(); err != nil {
			c.send(control.TypeFail, control.End{Status: exitFailed, Text: err.Error()}.Encode())
			return
		}
		c.send(control.TypeMoved, []byte(workspace))
	}
}
