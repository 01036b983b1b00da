// Package exec is the exec gate: it turns the real argv of every execve in
// the sandbox into effects and carries the decision out. It sees all that the
// line's text did not say, but a process can act without an exec, so nothing
// may rest on it alone; it must never decide.
package exec

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"twokey/internal/gate"
	"twokey/parser"
	"twokey/parser/effect"
	"twokey/sandbox/notify"
)

// Owner is the command line that a process belongs to.
type Owner struct {
	Command *gate.Command
	// Baseline holds the strings of the environment that the caller came with:
	// only what differs from them is an effect.
	Baseline map[string]bool
	// Ran notes a program that ran unasked.
	Ran func(program string)
}

// Gate judges execs. Its fields are set once, before the first one.
type Gate struct {
	Judge   *gate.Judge
	Owner   func(tag uint64) (Owner, bool)
	Context func(dir string, env []string) parser.Context
	// Ancestry says who a process is and who started it, nearest first.
	Ancestry func(pid int) []string
	Programs *Programs

	denials denials
}

// Exec implements the exec part of notify.Handler.
func (g *Gate) Exec(ctx context.Context, e *notify.Exec) notify.Answer {
	owner, known := g.Owner(e.Tag)
	// This is the gate that the line left it to: nothing follows it.
	inquiry := gate.Inquiry{
		Gate: gate.Exec, Command: owner.Command, Complete: true,
		Process: func() []string { return g.Ancestry(e.PID) }, Lineage: []int{e.PID},
	}
	if e.Unreadable != "" {
		inquiry.Effects = []effect.Effect{{Kind: effect.KindCommand, Command: &effect.Command{
			Path: e.Path, Traits: []effect.Trait{effect.TraitUnparsed},
		}}}
	} else {
		inquiry.Effects = g.effects(e, owner.Baseline)
	}
	if g.denials.again(e.PID, inquiry.Effects) {
		return notify.Answer{Errno: syscall.EACCES}
	}
	answer := g.Judge.Decide(ctx, inquiry)
	switch {
	case answer.Allowed:
		if known && owner.Ran != nil {
			owner.Ran(e.Path)
		}
		return notify.Answer{}
	case answer.Withdrawn:
		return notify.Answer{Errno: syscall.EINTR}
	}
	g.denials.add(e.PID, inquiry.Effects)
	return notify.Answer{Errno: syscall.EACCES, Message: "twokey: " + answer.Reason}
}

func (g *Gate) effects(e *notify.Exec, baseline map[string]bool) []effect.Effect {
	var assigns []effect.Assign
	for _, entry := range e.Env {
		if baseline[entry] {
			continue
		}
		name, value, ok := strings.Cut(entry, "=")
		if ok && parser.RelevantEnv(name) && !tellsNothing(name, value) && !(strings.HasPrefix(name, "GIT_") && startedByGit(e.PID)) {
			assigns = append(assigns, effect.Assign{Name: name, Value: effect.Lit(value)})
		}
	}
	argv := g.argv(e)
	// The text of a script or of sh -c is a line of which each program is
	// judged in its turn.
	effects := gate.LeaveToExec(gate.RelevantEnv(parser.Exec(argv, assigns, g.Context(e.Cwd, e.Env))))
	if slices.Contains(starters, filepath.Base(argv[0])) {
		effects = slices.DeleteFunc(effects, func(x effect.Effect) bool {
			return len(x.Origin.Through) > 0 && x.Origin.Where == "" && !x.Origin.Scanned
		})
	}
	return effects
}

// starters do nothing but start another program, whose exec is judged in its
// turn: held here, a timeout would not even begin to count.
var starters = []string{
	"chrt", "env", "flock", "ionice", "nice", "nohup", "parallel", "setarch", "setsid", "stdbuf", "taskset", "time", "timeout", "xargs",
}

// tellsNothing is true for variables that programs set for their children all
// day: PATH, since the program is known by what it is, and git's own place.
func tellsNothing(name, value string) bool {
	return name == "PATH" || name == "LD_LIBRARY_PATH" || name == "GIT_EXEC_PATH" && strings.HasPrefix(value, "/usr/lib")
}

// startedByGit reports whether the process is git until this exec: what git
// tells its children it was told itself, and was judged by.
func startedByGit(pid int) bool {
	image, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/exe")
	return err == nil && (image == "/usr/bin/git" || strings.HasPrefix(image, "/usr/lib/git-core/"))
}

// argv is what will run: the interpreter's words in front for a script, and a
// program by the name that it is known by, whatever it is called here.
func (g *Gate) argv(e *notify.Exec) []string {
	if e.Script != "" {
		argv := append(append([]string(nil), e.Interpreter...), e.Script)
		if len(e.Argv) > 1 {
			argv = append(argv, e.Argv[1:]...)
		}
		return argv
	}
	argv := append([]string{e.Path}, e.Argv[min(1, len(e.Argv)):]...)
	name := filepath.Base(e.Path)
	if real := g.Programs.name(e); real != "" && real != name {
		argv[0], name = real, real
	}
	if len(e.Argv) > 0 && name == "git" {
		if called := filepath.Base(e.Argv[0]); strings.HasPrefix(called, "git-") {
			argv[0] = called // git takes its subcommand from there
		}
		return argv
	}
	// A multi-call binary goes by its argv[0].
	if len(e.Argv) > 0 && g.Programs.multiCall(e) {
		argv[0] = filepath.Base(strings.TrimPrefix(e.Argv[0], "-"))
	}
	return argv
}
