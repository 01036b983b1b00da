package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"twokey/internal/approval"
	"twokey/internal/audit"
	"twokey/internal/control"
	"twokey/internal/gate"
	"twokey/internal/gate/egress"
	"twokey/internal/gate/exec"
	"twokey/internal/secrets"
	"twokey/parser"
	"twokey/parser/effect"
	"twokey/rules"
	"twokey/sandbox"
	"twokey/sandbox/notify"
)

// hostname is the sandbox's own.
const hostname = "twokey"

// systemPrograms are where programs live whatever PATH says.
var systemPrograms = []string{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/lib/git-core"}

// Session is one supervisor's state.
type Session struct {
	home       control.Home
	callerID   control.Caller
	place      control.Place
	workspace  string
	redactor   *secrets.Redactor
	audit      *audit.Log
	judge      *gate.Judge
	sandbox    *sandbox.Sandbox
	execGate   *exec.Gate
	commands   commands
	registries []egress.Host
	view       sandbox.View
	cacheLock  *os.File // held for the session's life

	current atomic.Pointer[rules.Policy]
	broken  atomic.Pointer[error] // why the policy's files do not decode now

	// identity is the workspace's own, by which a replaced one is noticed.
	identity identity

	mu      sync.Mutex
	busy    int // callers being served
	idle    *time.Timer
	closing bool
	ending  string // why it closes
}

// Supervise runs the supervisor of a caller's session in a workspace until it
// is idle, its sandbox ends or it is killed. It writes "ready", or why it
// cannot start, to ready and closes it.
func Supervise(home control.Home, callerName, workspace string, ready *os.File) error {
	defer ready.Close()
	s, listeners, err := open(home, callerName, workspace)
	if err != nil {
		fmt.Fprintln(ready, err)
		return err
	}
	if s == nil { // another supervisor serves
		fmt.Fprintln(ready, "ready")
		return nil
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	if err := s.begin(ctx); err != nil {
		listeners.close()
		fmt.Fprintln(ready, err)
		return err
	}
	go listeners.serveShell(ctx, s)
	go listeners.servePerson(ctx, s)
	fmt.Fprintln(ready, "ready")
	ready.Close()
	s.rest(0)
	return s.wait(ctx, listeners)
}

// listeners are a session's two sockets.
type listeners struct {
	shell, person *net.UnixListener
	lock          *os.File
}

func (l *listeners) close() {
	l.shell.Close()
	l.person.Close()
	l.lock.Close()
}

// open takes the session's lock and checks what a caller asked for. It returns
// a nil session when another supervisor has the lock.
func open(home control.Home, callerName, workspace string) (*Session, *listeners, error) {
	s := &Session{home: home, callerID: control.Caller{Name: callerName}, workspace: workspace}
	s.place = home.Place(s.callerID, workspace)
	if err := s.place.Make(); err != nil {
		return nil, nil, err
	}
	lock, err := takeOver(s.place)
	if err != nil || lock == nil {
		return nil, nil, err
	}
	l, err := s.prepare(lock)
	if err != nil {
		lock.Close() // before the caller hears of it and tries again
		return nil, nil, err
	}
	return s, l, nil
}

// prepare checks the workspace, binds the caller to it and opens the sockets.
func (s *Session) prepare(lock *os.File) (*listeners, error) {
	home, workspace := s.home, s.workspace
	// It is watched, so it must be there before a policy is.
	if err := os.MkdirAll(home.Config, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the policy's directory: %w", err)
	}
	policy, err := loadPolicy(home, workspace)
	if err != nil {
		return nil, err
	}
	s.current.Store(policy)
	if err := refuseWorkspace(workspace, home, s.hides); err != nil {
		return nil, err
	}
	if s.identity, err = identify(workspace); err != nil {
		return nil, fmt.Errorf("cannot use %s as a workspace: %w", workspace, err)
	}
	if err := home.Sweep(); err != nil {
		return nil, err
	}
	if err := s.place.Bind(s.callerID, workspace); err != nil {
		return nil, err
	}
	allowed, err := s.place.Allowed(workspace)
	if err != nil {
		return nil, err
	}
	if !allowed {
		return nil, fmt.Errorf("cannot use %s: its caller is bound to another workspace", workspace)
	}
	l := &listeners{lock: lock}
	if l.shell, err = control.Listen(s.place.Shell()); err != nil {
		return nil, err
	}
	if l.person, err = control.Listen(s.place.Control()); err != nil {
		return nil, err
	}
	return l, nil
}

// takeOver takes the session's lock. It returns nil when another supervisor
// serves, and waits for one that is just leaving.
func takeOver(place control.Place) (*os.File, error) {
	const patience = 5 * time.Second
	for deadline := time.Now().Add(patience); ; {
		lock, held, err := control.Lock(place.RunLock(), true)
		if err != nil || !held {
			return lock, err
		}
		if conn, err := control.Connect(place.Shell()); err == nil {
			conn.Close()
			return nil, nil
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("cannot start the supervisor: another holds %s and does not answer; end it", place.RunLock())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// begin starts the log, the gates and the sandbox.
func (s *Session) begin(ctx context.Context) error {
	var err error
	if s.audit, err = audit.Open(filepath.Join(s.home.State, "log")); err != nil {
		return err
	}
	s.redactor = secrets.NewRedactor()
	s.audit.Redact = s.redactor.JSON
	grants := approval.NewGrants()
	s.judge = &gate.Judge{
		SessionID: s.place.ID, Workspace: s.workspace, Home: s.home.Dir,
		Deadline:  func() time.Duration { return s.policy().Approval.Deadline },
		Approvals: approval.NewStore(recorder{s}),
		Grants:    grants,
		Log:       s.log,
	}
	s.registries = egress.Registries(s.home.Dir, os.Getenv)
	if err := s.setPolicy(s.policy()); err != nil {
		return err
	}
	if s.view, err = s.buildView(); err != nil {
		return err
	}
	s.execGate = &exec.Gate{
		Judge: s.judge, Owner: s.owner, Context: s.parserContext, Ancestry: ancestry,
		Programs: exec.FindPrograms(append(filepath.SplitList(os.Getenv("PATH")), systemPrograms...)),
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("cannot find twokey-init: %w", err)
	}
	if err := s.startSandbox(ctx, filepath.Join(filepath.Dir(self), "twokey-init")); err != nil {
		return err
	}
	if err := s.log("session", nil, false, map[string]any{
		"event": "start", "workspace": s.workspace, "caller": s.callerID.Name, "hidden": len(s.view.Hidden),
	}); err != nil {
		s.sandbox.Close()
		return err
	}
	go s.serveEgress(ctx)
	return s.watchPolicy(ctx)
}

// startSandbox starts it with the package caches in overlays, and without
// them where the file system cannot carry an overlay.
func (s *Session) startSandbox(ctx context.Context, init string) error {
	config := sandbox.Config{
		View: s.view, Init: init, Hostname: hostname, Handler: s.execGate, Judged: parser.RelevantEnv,
		OnMismatch: s.mismatch, Log: complain,
	}
	lock, err := s.addCaches(&config.View)
	if err != nil {
		return err
	}
	s.cacheLock = lock
	s.sandbox, err = sandbox.Start(ctx, config)
	var unavailable *sandbox.UnavailableError
	if err == nil || errors.As(err, &unavailable) {
		return err
	}
	first := err
	config.View.Overlays = nil
	if s.sandbox, err = sandbox.Start(ctx, config); err != nil {
		return err
	}
	complain("package caches are private to this session: " + first.Error())
	return nil
}

func (s *Session) policy() *rules.Policy { return s.current.Load() }

func (s *Session) hides(path string) bool {
	return s.policy().Hides(path, s.home.Dir, s.workspace)
}

// shows reports whether a file outside is what the view shows at its path.
func (s *Session) shows(path string) bool {
	return control.Within(path, s.workspace) && !s.hides(path)
}

func (s *Session) owner(tag uint64) (exec.Owner, bool) {
	cmd := s.commands.get(tag)
	if cmd == nil {
		return exec.Owner{}, false
	}
	return exec.Owner{Command: &cmd.Command, Baseline: cmd.baseline, Ran: cmd.touched.program}, true
}

// mismatch records an exec that was killed because it became another after it
// was judged, and says so to the process.
func (s *Session) mismatch(e *notify.Exec, why notify.Mismatch) string {
	var command *gate.Command
	if cmd := s.commands.get(e.Tag); cmd != nil {
		command = &cmd.Command
	}
	if err := s.log("exec", command, true, map[string]any{"event": "killed", "error": string(why), "path": e.Path, "argv": e.Argv}); err != nil {
		complain(err.Error())
	}
	return "twokey: killed " + e.Path + ": " + string(why)
}

func (s *Session) log(kind string, command *gate.Command, sync bool, data any) error {
	entry := audit.Entry{Session: s.place.ID, Kind: kind, Data: data}
	if command != nil {
		entry.Command = command.Tag
	}
	if sync {
		return s.audit.AppendSync(entry)
	}
	return s.audit.Append(entry)
}

// recorder writes requests and decisions to the log before they count.
type recorder struct{ s *Session }

type requestRecord struct {
	ID      string            `json:"id"`
	Gate    string            `json:"gate"`
	Text    string            `json:"text"`
	Dir     string            `json:"dir,omitempty"`
	Effects []effect.Effect   `json:"effects"`
	Rules   []approval.Reason `json:"rules"`
	Process []string          `json:"process,omitempty"`
}

type decisionRecord struct {
	ID       string `json:"id"`
	Approved bool   `json:"approved"`
	State    string `json:"state"`
	By       string `json:"by,omitempty"`
	How      string `json:"how,omitempty"`
	Reason   string `json:"reason,omitempty"`
	For      string `json:"for,omitempty"`
}

func (r recorder) Requested(q approval.Request) error {
	return r.s.log("request", &gate.Command{Tag: q.Command}, true, requestRecord{
		ID: q.ID, Gate: q.Gate, Text: q.Text, Dir: q.Cwd, Effects: q.Effects, Rules: q.Rules, Process: q.Process,
	})
}

func (r recorder) Decided(q approval.Request, d approval.Decision) error {
	return r.s.log("decision", &gate.Command{Tag: q.Command}, true, decisionRecord{
		ID: q.ID, Approved: d.Approved, State: string(q.State), By: d.By, How: d.How, Reason: d.Reason, For: string(d.For),
	})
}

// arrive and rest count the callers; when the last has gone and nothing runs,
// the session leaves after its idle time.
func (s *Session) arrive() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.busy++
	if s.idle != nil {
		s.idle.Stop()
	}
	return true
}

func (s *Session) rest(gone int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy -= gone
	if s.busy == 0 && !s.closing {
		s.idle = time.AfterFunc(s.policy().Session.Idle, s.leaveIfIdle)
	}
}

func (s *Session) leaving() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

func (s *Session) leaveIfIdle() {
	left, err := s.sandbox.Processes()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy > 0 || s.closing {
		return
	}
	if err == nil && len(left) > 0 || s.judge.Approvals.Busy() { // a dev server lives on, a ticket waits
		s.idle = time.AfterFunc(s.policy().Session.Idle, s.leaveIfIdle)
		return
	}
	s.closing, s.ending = true, "idle"
	s.sandbox.Close()
}

// leave ends the session for a reason.
func (s *Session) leave(why string) {
	s.mu.Lock()
	s.closing, s.ending = true, why
	s.mu.Unlock()
	s.sandbox.Close()
}

// replaced reports whether another directory is at the workspace's path now,
// which the sandbox does not show.
func (s *Session) replaced() bool {
	now, err := identify(s.workspace)
	return err != nil || now != s.identity
}

// wait ends the session when its sandbox has ended. Callers that were not
// accepted by then start a new one.
func (s *Session) wait(ctx context.Context, l *listeners) error {
	<-s.sandbox.Done()
	s.mu.Lock()
	meant, event := s.closing, s.ending
	s.closing = true
	s.mu.Unlock()
	os.Remove(s.place.Shell())
	os.Remove(s.place.Control())
	l.close()
	if !meant {
		event = "sandbox ended"
	}
	err := s.log("session", nil, true, map[string]any{"event": event})
	if !meant {
		return errors.Join(errors.New("the sandbox ended"), err)
	}
	return err
}

func (l *listeners) serveShell(ctx context.Context, s *Session) {
	accept(l.shell, func(conn *net.UnixConn) {
		if !s.arrive() {
			conn.Close()
			return
		}
		defer s.rest(1)
		s.serveCaller(ctx, control.Conn{UnixConn: conn})
	})
}

func (l *listeners) servePerson(ctx context.Context, s *Session) {
	accept(l.person, func(conn *net.UnixConn) {
		defer conn.Close()
		s.servePerson(ctx, control.Conn{UnixConn: conn})
	})
}

func accept(l *net.UnixListener, serve func(*net.UnixConn)) {
	for {
		conn, err := l.AcceptUnix()
		switch {
		case err == nil:
			go serve(conn)
		case errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE):
			time.Sleep(10 * time.Millisecond) // until a descriptor is free
		default:
			return
		}
	}
}
