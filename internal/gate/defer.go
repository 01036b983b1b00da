package gate

import (
	"slices"

	"twokey/parser/effect"
)

// builtins are the commands that bash runs itself, without an exec.
var builtins = []string{
	".", ":", "[", "alias", "bg", "bind", "break", "builtin", "caller", "cd", "command", "compgen", "complete", "compopt",
	"continue", "declare", "dirs", "disown", "echo", "enable", "eval", "exec", "exit", "export", "false", "fc", "fg",
	"getopts", "hash", "help", "history", "jobs", "kill", "let", "local", "logout", "mapfile", "popd", "printf", "pushd",
	"pwd", "read", "readarray", "readonly", "return", "set", "shift", "shopt", "source", "suspend", "test", "times", "trap",
	"true", "type", "typeset", "ulimit", "umask", "unalias", "unset", "wait",
}

// keep are traits that come of the line as a whole, which no exec shows.
var keep = []effect.Trait{
	effect.TraitPipeToShell, effect.TraitReverseShell, effect.TraitExfil, effect.TraitDecoded, effect.TraitUnparsed, effect.TraitForkBomb,
}

// LeaveToExec drops the effects of programs whose words are not all known
// before the run: the exec gate judges their real argv, and a guess would only
// ask about what may be harmless. What reaches a program by its standard input
// stays, since no exec shows it. The parser puts a command before the effects
// that it makes of it.
func LeaveToExec(effects []effect.Effect) []effect.Effect {
	kept := effects[:0]
	left := false // the command that the effects after it were made of
	for _, e := range effects {
		if e.Kind == effect.KindCommand {
			left = unknownArgv(e.Command) && mayBeLeft(e.Command)
		}
		redirect := e.Kind == effect.KindFile && e.File.By == "redirect"
		if (!left || redirect) && !guessed(e) {
			kept = append(kept, e)
		}
	}
	return kept
}

// guessed is true for what a light scan of another language found without
// knowing it whole: the gate that meets the real act will see it.
func guessed(e effect.Effect) bool {
	if !e.Origin.Scanned {
		return false
	}
	switch e.Kind {
	case effect.KindCommand:
		return true // its exec is judged
	case effect.KindHTTP:
		return e.HTTP.Host == "" || !e.HTTP.URLKnown || e.HTTP.Opaque != "" || e.HTTP.Method == "?"
	case effect.KindFile:
		return !e.File.Path.Known
	case effect.KindSQL:
		return e.SQL.Unparsed != ""
	}
	return false
}

func unknownArgv(c *effect.Command) bool {
	unknown := func(w effect.Word) bool { return !w.Known }
	return c.Program == "" || slices.ContainsFunc(c.Operands, unknown) ||
		slices.ContainsFunc(c.Flags, func(f effect.Flag) bool { return f.Value != nil && unknown(*f.Value) })
}

func mayBeLeft(c *effect.Command) bool {
	return c.Stdin == nil && !slices.Contains(builtins, c.Program) &&
		!slices.ContainsFunc(keep, func(t effect.Trait) bool { return c.Has(t) })
}
