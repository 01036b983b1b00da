package parser

import (
	"mvdan.cc/sh/v3/syntax"
)

// maxRounds bounds how often a loop's body is walked for its values.
const maxRounds = 64

// loop walks a body that runs any number of times: once with what is known
// before it, and again with what is left of that after a round.
func (sh *shell) loop(body func() value) value {
	var out value
	for range 3 {
		before := sh.fork()
		r := body()
		if r.text != "" {
			out = value{unknown, out.taint | r.taint}
		}
		sh.converge(before)
		if sh.w.stopped || sh.facts.settled(&before.facts) && sh.cwd == before.cwd {
			break
		}
	}
	return out
}

func (sh *shell) forClause(c *syntax.ForClause, in *value) value {
	iter, ok := c.Loop.(*syntax.WordIter)
	if !ok {
		if l, ok := c.Loop.(*syntax.CStyleLoop); ok {
			if l.Init != nil {
				sh.arithm(l.Init)
			}
			return sh.loop(func() value {
				if l.Cond != nil {
					sh.arithm(l.Cond)
				}
				out := sh.stmts(c.Do, in)
				if l.Post != nil {
					sh.arithm(l.Post)
				}
				return out
			})
		}
		return sh.loop(func() value { return sh.stmts(c.Do, in) })
	}
	var items []arg
	if iter.InPos.IsValid() {
		items = sh.fields(iter.Items)
	} else if sh.argsUnknown {
		items = []arg{{value: value{text: unknown}, bare: true}}
	} else {
		items = sh.args
	}
	exact := !c.Select && len(items) <= maxRounds
	for _, it := range items {
		if !it.known() || it.glob {
			exact = exact && len(items) > 1
		}
	}
	if len(items) == 1 || !exact {
		v := arg{value: value{text: unknown, taint: taints(items)}}
		if len(items) == 1 {
			v = sh.oneOf(items[0])
		}
		return sh.loop(func() value {
			sh.assign(iter.Name.Value, v.value)
			return sh.stmts(c.Do, in)
		})
	}
	early := leavesEarly(c.Do)
	start := sh.fork()
	var out value
	for _, it := range items {
		if sh.w.stopped {
			break
		}
		sh.assign(iter.Name.Value, sh.oneOf(it).value)
		out = join(out, sh.stmts(c.Do, in))
		if early {
			sh.converge(start)
			out = value{unknown, out.taint}
		}
	}
	return out
}

// oneOf is one of the names that a pattern stands for: its fixed parts are
// known, the rest is not.
func (sh *shell) oneOf(a arg) arg {
	if !a.glob {
		return a
	}
	b := make([]byte, 0, len(a.text))
	for i := 0; i < len(a.text); i++ {
		c := a.text[i]
		if c == '[' {
			if j := i + 1; j < len(a.text) {
				for j < len(a.text) && a.text[j] != ']' {
					j++
				}
				if j < len(a.text) {
					i, c = j, '*'
				}
			}
		}
		if c == '*' || c == '?' {
			if len(b) == 0 || b[len(b)-1] != 0 {
				b = append(b, 0)
			}
			continue
		}
		b = append(b, c)
	}
	return arg{value: value{string(b), a.taint}}
}

// leavesEarly reports whether a loop's body may end a round before its end.
func leavesEarly(body []*syntax.Stmt) bool {
	early := false
	for _, s := range body {
		syntax.Walk(s, func(n syntax.Node) bool {
			if c, ok := n.(*syntax.CallExpr); ok && len(c.Args) > 0 {
				switch c.Args[0].Lit() {
				case "break", "continue", "return", "exit":
					early = true
				}
			}
			return !early
		})
	}
	return early
}

func (sh *shell) caseClause(c *syntax.CaseClause, in *value) value {
	sh.single(c.Word)
	var out value
	before := sh.fork()
	for i, item := range c.Items {
		branch := before.fork()
		for _, p := range item.Patterns {
			branch.pattern(p)
		}
		if i > 0 && (c.Items[i-1].Op != syntax.Break) {
			branch.converge(sh)
		}
		r := branch.stmts(item.Stmts, in)
		if r.text != "" || r.taint != 0 {
			out = join(out, value{unknown, r.taint})
		}
		if len(item.Stmts) == 0 || !leaves(item.Stmts[len(item.Stmts)-1]) {
			sh.converge(branch)
		}
		if sh.w.stopped {
			break
		}
	}
	return out
}
