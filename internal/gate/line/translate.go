package line

import (
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"twokey/internal/gate"
	"twokey/parser"
	"twokey/parser/effect"
)

// Translate returns the effects of an invocation. What only the run can tell,
// such as commands that come by standard input, is left to the exec gate.
func Translate(in Invocation, ctx parser.Context) []effect.Effect {
	ctx.Args = in.Args
	switch {
	case in.Asks:
		return nil
	case in.HasText:
		if len(ctx.Args) == 0 {
			ctx.Args = []string{in.Shell}
		}
		return gate.LeaveToExec(gate.RelevantEnv(parser.Line(in.Text, ctx)))
	case in.Script != "":
		return gate.LeaveToExec(gate.RelevantEnv(parser.Exec(append([]string{in.Shell}, in.Args...), nil, ctx)))
	}
	return nil
}

// SyntaxError returns why a command string is no shell text at all: a mistake
// that nobody needs to be asked about.
func SyntaxError(in Invocation) error {
	if !in.HasText || in.Shell == "zsh" || !utf8.ValidString(in.Text) { // bash runs other bytes, the parser does not read them
		return nil
	}
	_, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(in.Text), "")
	return err
}
