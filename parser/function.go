package parser

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
	"twokey/parser/effect"
)

func (sh *shell) funcDecl(c *syntax.FuncDecl) {
	names := c.Names
	if c.Name != nil {
		names = append(slices.Clip(names), c.Name)
	}
	if len(names) == 0 {
		sh.fork().stmt(c.Body, nil) // zsh runs an anonymous function at once
		return
	}
	for _, n := range names {
		if !sh.facts.set(factFunc, n.Value, &fact{body: c.Body}) {
			sh.w.overflow(sh)
		}
	}
}

// maxRecursion is how many calls of a function inside itself are walked with
// their own arguments.
const maxRecursion = 3

// callFunction walks a function's body with its arguments.
func (sh *shell) callFunction(name string, body *syntax.Stmt, args []arg, in *value) value {
	times := 0
	for _, n := range sh.calls {
		if n == name {
			times++
		}
	}
	if times == 1 && bombs(name, body) {
		sh.command(name, nil, effect.TraitForkBomb)
	}
	switch {
	case times == maxRecursion:
		args = []arg{{value: value{text: unknown}, bare: true}} // as for any arguments
	case times > maxRecursion:
		return value{text: unknown}
	}
	if len(sh.calls) >= maxDepth {
		sh.w.overflow(sh)
		return value{text: unknown}
	}
	saved := *sh
	sh.calls = append(slices.Clip(sh.calls), name)
	sh.args, sh.argsUnknown, sh.locals = args, false, nil
	for _, a := range args {
		if a.bare {
			sh.args, sh.argsUnknown = nil, true
		}
	}
	out := sh.stmt(body, in)
	for i := len(sh.locals) - 1; i >= 0; i-- {
		sh.facts.set(factVar, sh.locals[i].name, sh.locals[i].old)
	}
	sh.calls, sh.args, sh.argsUnknown, sh.locals = saved.calls, saved.args, saved.argsUnknown, saved.locals
	sh.frame = saved.frame
	return out
}

// bombs reports whether a function starts itself in the background or in a
// pipeline.
func bombs(name string, body *syntax.Stmt) bool {
	found := false
	syntax.Walk(body, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.BinaryCmd:
			if n.Op == syntax.Pipe || n.Op == syntax.PipeAll {
				found = found || callsItself(name, n.X) || callsItself(name, n.Y)
			}
		case *syntax.Stmt:
			if n.Background {
				found = found || callsItself(name, n)
			}
		}
		return !found
	})
	return found
}

func callsItself(name string, s *syntax.Stmt) bool {
	c, ok := s.Cmd.(*syntax.CallExpr)
	return ok && len(c.Args) > 0 && c.Args[0].Lit() == name
}
