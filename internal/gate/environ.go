package gate

import (
	"slices"

	"twokey/parser"
	"twokey/parser/effect"
)

// RelevantEnv drops from commands the variables that do not change what
// programs do, so that the line's and the exec gate's effects of one act are
// equal: the exec gate sees whole environments.
func RelevantEnv(effects []effect.Effect) []effect.Effect {
	for _, e := range effects {
		if e.Kind == effect.KindCommand && len(e.Command.Env) > 0 {
			e.Command.Env = slices.DeleteFunc(e.Command.Env, func(a effect.Assign) bool { return !parser.RelevantEnv(a.Name) })
		}
	}
	return effects
}
