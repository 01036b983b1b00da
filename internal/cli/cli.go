// Package cli is the person's command: one verb to a file. It turns flags into
// calls and results into text; it must never decide anything that a gate
// decides, and it is the only place that ends the process.
package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"twokey/internal/control"
)

const usage = `Usage: twokey VERB [ARGUMENTS]

While something is held:
    pending [--json]                      list the requests of all sessions
    show ID [--json]                      all that is known of one request
    approve ID [--for SCOPE] [--type NAME]
                                          let it go on: once (the default), for
                                          this command, the session, or a time (10m)
    deny ID [--reason TEXT]               refuse it; the agent is told the reason
    watch                                 show requests as they come, and answer them

Before and after:
    check [--json] -- COMMAND             judge without running anything
    check --sql DIALECT -- STATEMENT      the same for SQL
    check --http METHOD URL [BODY]        the same for a request
    check --jsonl                         a batch: one JSON object a line
    log [--json] [--session ID]           what was run, asked and decided
    log verify                            find any edit, cut or reordering
    session [--json]                      the sessions that live
    session stop ID                       end one and all that runs in it
    policy check [FILE]                   read the policy and say what is wrong with it

Agents run their commands through twokey-sh, which takes bash's place.
`

// exit statuses
const (
	exitOK     = 0
	exitUsage  = 2
	exitFailed = 125
)

// env is what every verb has.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

// errUsage is a mistake in the arguments; its text says which.
type errUsage struct{ text string }

func (e errUsage) Error() string { return e.text }

// errStatus ends with a status and no words.
type errStatus int

func (e errStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// Main runs one verb; args are without the program's name. It returns the exit
// status.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	e := &env{stdin: stdin, stdout: stdout, stderr: stderr}
	err := e.dispatch(args)
	var bad errUsage
	var status errStatus
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &status):
		return int(status)
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, usage)
		return exitOK
	case errors.As(err, &bad):
		e.say(bad.text)
		e.say("hint: twokey help lists the verbs")
		return exitUsage
	}
	e.say(err.Error())
	return exitFailed
}

func (e *env) dispatch(args []string) error {
	if len(args) == 0 {
		fmt.Fprint(e.stderr, usage)
		return errStatus(exitUsage)
	}
	verbs := map[string]func([]string) error{
		"supervise": e.supervise,
		"pending":   e.pending,
		"show":      e.show,
		"approve":   e.approve,
		"deny":      e.deny,
		"watch":     e.watch,
		"check":     e.check,
		"log":       e.log,
		"session":   e.session,
		"policy":    e.policy,
		"help":      func([]string) error { return flag.ErrHelp },
		"--help":    func([]string) error { return flag.ErrHelp },
		"-h":        func([]string) error { return flag.ErrHelp },
	}
	verb, ok := verbs[args[0]]
	if !ok {
		return errUsage{fmt.Sprintf("unknown verb %q", args[0])}
	}
	return verb(args[1:])
}

// say writes twokey's own words, a line each.
func (e *env) say(text string) {
	for line := range strings.Lines(text) {
		io.WriteString(e.stderr, control.Line(line))
	}
}

// flags parses a verb's options, which may stand among its operands.
func flags(set *flag.FlagSet, args []string) ([]string, error) {
	set.SetOutput(io.Discard)
	var operands []string
	for {
		if err := set.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, errUsage{set.Name() + ": " + err.Error()}
		}
		rest := set.Args()
		consumed := len(args) - len(rest)
		if consumed > 0 && args[consumed-1] == "--" {
			return append(operands, rest...), nil
		}
		if len(rest) == 0 {
			return operands, nil
		}
		operands, args = append(operands, rest[0]), rest[1:]
	}
}

func home() (control.Home, error) { return control.FindHome(os.Getenv) }

func visible(s string) string { return control.Visible(s) }
