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
// stays, since no exec shows it.
func LeaveToExec(effects []effect.Effect) []effect.Effect {
	left := map[[2]int]bool{}
	for _, e := range effects {
		if e.Kind == effect.KindCommand && unknownArgv(e.Command) {
			left[[2]int{e.Origin.Start, e.Origin.End}] = true
		}
	}
	for _, e := range effects {
		if e.Kind == effect.KindCommand && !mayBeLeft(e.Command) {
			delete(left, [2]int{e.Origin.Start, e.Origin.End})
		}
	}
	return slices.DeleteFunc(effects, func(e effect.Effect) bool {
		return e.Origin.End > 0 && left[[2]int{e.Origin.Start, e.Origin.End}]
	})
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
