package tool

import "twokey/parser/effect"

// Translate returns what one argv would do. It never fails: an argv whose
// program is not known is a command effect with TraitDynamicProgram.
func Translate(in Invocation) Result {
	c := &effect.Command{Env: in.Env, Stdin: in.Stdin}
	if len(in.Argv) > 0 {
		c.Operands = in.Argv[1:]
		c.Program = in.Argv[0].Text
	}
	return Result{Effects: []effect.Effect{{Kind: effect.KindCommand, Command: c}}}
}
