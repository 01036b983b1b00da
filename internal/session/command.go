package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"

	"twokey/internal/control"
	"twokey/internal/gate"
	"twokey/internal/gate/line"
	"twokey/internal/secrets"
	"twokey/parser/effect"
	"twokey/rules"
	"twokey/sandbox"
)

// Exit statuses of twokey's own; see DESIGN: exit codes and words.
const (
	exitFailed = 125
	exitDenied = 126
)

// command is one command line of a caller, from its arrival to its end.
type command struct {
	gate.Command
	run      control.Run
	baseline map[string]bool // the environment that the caller came with
	touched  touched
}

// commands are those that run or left processes behind.
type commands struct {
	mu   sync.Mutex
	last uint64
	live map[uint64]*command
}

func (c *commands) add(run control.Run, text string, notify func(string)) *command {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	cmd := &command{run: run, baseline: make(map[string]bool, len(run.Env))}
	cmd.Tag, cmd.Text, cmd.Dir, cmd.Notify = c.last, text, run.Dir, notify
	for _, e := range run.Env {
		cmd.baseline[e] = true
	}
	if c.live == nil {
		c.live = map[uint64]*command{}
	}
	c.live[cmd.Tag] = cmd
	return cmd
}

func (c *commands) get(tag uint64) *command {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.live[tag]
}

// ended keeps what a command left running attributable, without its caller.
func (c *commands) ended(cmd *command) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.live[cmd.Tag] = &command{Command: gate.Command{Tag: cmd.Tag, Text: cmd.Text, Dir: cmd.Dir}, baseline: cmd.baseline}
	const kept = 4096
	delete(c.live, cmd.Tag-kept)
}

// touched is what a command did that nobody was asked about, for its record.
type touched struct {
	mu       sync.Mutex
	programs map[string]int
	connects []string
	cut      bool
}

func (t *touched) program(path string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.programs == nil {
		t.programs = map[string]int{}
	}
	if _, known := t.programs[path]; !known && len(t.programs) >= 256 {
		t.cut = true
		return
	}
	t.programs[path]++
}

func (t *touched) connection(host string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case slices.Contains(t.connects, host):
	case len(t.connects) >= 256:
		t.cut = true
	default:
		t.connects = append(t.connects, host)
	}
}

type commandRecord struct {
	Text    string          `json:"text"`
	Dir     string          `json:"dir"`
	Verdict string          `json:"verdict"`
	Rule    string          `json:"rule,omitempty"`
	Effects []effect.Effect `json:"effects,omitempty"`
	Dropped []string        `json:"env_dropped,omitempty"`
}

type endRecord struct {
	Status   int            `json:"status"`
	Reason   string         `json:"reason,omitempty"`
	Programs map[string]int `json:"programs,omitempty"`
	Connects []string       `json:"connects,omitempty"`
	Cut      bool           `json:"cut,omitempty"`
}

// execute judges a command line, runs it and follows it to its end.
func (s *Session) execute(ctx context.Context, caller *caller, run control.Run, files []*os.File) control.End {
	invocation := line.ParseInvocation(run.Args)
	text := invocation.Text
	if !invocation.HasText {
		text = strings.Join(run.Args, " ")
	}
	cmd := s.commands.add(run, text, caller.notice)
	defer s.commands.ended(cmd)
	defer s.judge.Grants.Release(cmd.Tag)
	end := s.judgeAndRun(ctx, caller, cmd, invocation, files)
	cmd.touched.mu.Lock()
	record := endRecord{
		Status: end.Status, Reason: end.Text,
		Programs: cmd.touched.programs, Connects: cmd.touched.connects, Cut: cmd.touched.cut,
	}
	cmd.touched.mu.Unlock()
	if err := s.log("end", &cmd.Command, false, record); err != nil && end.Text == "" {
		end.Text = err.Error()
	}
	return end
}

func (s *Session) judgeAndRun(ctx context.Context, caller *caller, cmd *command, invocation line.Invocation, files []*os.File) control.End {
	refuse := func(status int, err error) control.End { return control.End{Status: status, Text: err.Error()} }
	policy := s.policy()
	env, dropped := secrets.Environment(cmd.run.Env, policy.Env.Pass, policy.Env.Hide)
	s.redactor.AddEnvironment(cmd.run.Env, dropped)
	shell, err := s.shell(invocation.Shell)
	if err != nil {
		return refuse(exitFailed, err)
	}
	if bad := slices.IndexFunc(cmd.run.Args, func(a string) bool { return strings.ContainsRune(a, 0) }); bad >= 0 {
		return refuse(exitDenied, fmt.Errorf("denied: argument %d contains a NUL byte, which no program can be given", bad))
	}
	effects := line.Translate(invocation, s.parserContext(cmd.Dir, env))
	inquiry := gate.Inquiry{Gate: gate.Line, Command: &cmd.Command, Effects: effects}
	judgement := s.judge.Judgement(inquiry)
	record := commandRecord{Text: cmd.Text, Dir: cmd.Dir, Verdict: judgement.Verdict.String(), Effects: effects, Dropped: dropped}
	if len(judgement.Findings) > 0 {
		record.Rule = judgement.Findings[0].Rule
	}
	if err := s.log("command", &cmd.Command, false, record); err != nil {
		return refuse(exitDenied, fmt.Errorf("denied: nothing runs that is not logged: %w", err))
	}
	if err := line.SyntaxError(invocation); err != nil && judgement.Verdict != rules.Allow {
		return refuse(exitDenied, fmt.Errorf("denied: the shell could not read it either: %w; mend the text", err))
	}
	answer := s.judge.Decide(ctx, inquiry)
	if !answer.Allowed {
		if answer.Withdrawn {
			return control.End{Status: caller.interrupted(), Text: answer.Reason}
		}
		return control.End{Status: exitDenied, Text: answer.Reason}
	}
	return s.start(ctx, caller, cmd, shell, env, files)
}

// start runs a command line that may run.
func (s *Session) start(ctx context.Context, caller *caller, cmd *command, shell string, env []string, files []*os.File) control.End {
	failed := func(err error) control.End { return control.End{Status: exitFailed, Text: err.Error()} }
	var relays relays
	guarded, err := relays.guard(files, s.shows)
	if err != nil {
		relays.handedOver()
		return failed(err)
	}
	args := slices.Clone(cmd.run.Args)
	args[0] = asShell(args[0])
	process, err := s.sandbox.Run(sandbox.Command{
		Path: shell, Argv: args, Env: env, Dir: cmd.Dir, Umask: cmd.run.Umask,
		Files: guarded, TTY: len(cmd.run.Terminals) > 0, TTYFiles: cmd.run.Terminals,
		Rows: cmd.run.Rows, Columns: cmd.run.Columns, Tag: cmd.Tag,
	})
	relays.handedOver()
	if err != nil {
		if errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.EACCES) {
			return control.End{Status: exitDenied, Text: err.Error()}
		}
		return failed(err)
	}
	for _, f := range files {
		f.Close() // what outlives the command in here would keep its pipes open
	}
	if master := process.Master(); master != nil {
		err := caller.terminal(master)
		master.Close()
		if err != nil {
			process.Signal(syscall.SIGKILL)
		}
	}
	caller.follow(process)
	status, err := process.Wait()
	if err != nil {
		return failed(err)
	}
	relays.finish()
	return control.End{Status: status}
}

// asShell is the argv[0] that the shell inside is given: the caller's own,
// but for our name, which would show in every error message of the shell.
func asShell(argv0 string) string {
	if strings.HasSuffix(argv0, "twokey-sh") {
		return strings.TrimSuffix(argv0, "twokey-sh")[:dashes(argv0)] + "bash"
	}
	return argv0
}

func dashes(argv0 string) int {
	if strings.HasPrefix(argv0, "-") {
		return 1
	}
	return 0
}
