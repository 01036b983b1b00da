package parser

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
	"twokey/parser/effect"
)

// maxRounds bounds how often a loop's body is walked for its values.
const maxRounds = 64

func (sh *shell) stmts(list []*syntax.Stmt, in *value) value {
	var out value
	for _, s := range list {
		if sh.w.stopped {
			return value{text: unknown}
		}
		out = join(out, sh.stmt(s, in))
	}
	return out
}

// stmt walks one statement and returns what it is known to print.
func (sh *shell) stmt(s *syntax.Stmt, in *value) value {
	sh.nest++
	defer func() { sh.nest-- }()
	if sh.nest > maxNesting || !sh.w.step(sh) {
		sh.w.overflow(sh)
		return value{text: unknown}
	}
	if s.Background || s.Coprocess || s.Disown {
		return sh.fork().redirected(s, in)
	}
	return sh.redirected(s, in)
}

func (sh *shell) redirected(s *syntax.Stmt, in *value) value {
	mark := len(sh.pending)
	if len(s.Redirs) == 0 {
		out := sh.cmd(s.Cmd, &redirs{in: in})
		sh.feed(mark, out)
		return out
	}
	if !sh.frame.fixed {
		sh.frame.start, sh.frame.end = int(s.Position.Offset()), int(s.Redirs[len(s.Redirs)-1].End().Offset())
	}
	r := sh.redirects(s.Redirs, in)
	out := sh.cmd(s.Cmd, r)
	out = sh.deliver(r, out)
	sh.feed(mark, out)
	return out
}

// feed walks the output process substitutions that the command at hand opened.
func (sh *shell) feed(mark int, out value) {
	for len(sh.pending) > mark {
		p := sh.pending[len(sh.pending)-1]
		sh.pending = sh.pending[:len(sh.pending)-1]
		sub := sh.fork()
		sub.stmts(p.Stmts, &out)
	}
}

func (sh *shell) cmd(c syntax.Command, r *redirs) value {
	switch c := c.(type) {
	case nil:
		return value{}
	case *syntax.CallExpr:
		return sh.callExpr(c, r)
	case *syntax.BinaryCmd:
		if c.Op == syntax.Pipe || c.Op == syntax.PipeAll {
			return sh.pipeline(c, r.in)
		}
		return sh.andOr(c, r.in)
	case *syntax.Block:
		return sh.stmts(c.Stmts, r.in)
	case *syntax.Subshell:
		return sh.fork().stmts(c.Stmts, r.in)
	case *syntax.IfClause:
		return sh.ifClause(c, r.in)
	case *syntax.WhileClause:
		return sh.loop(func() value {
			out := sh.stmts(c.Cond, r.in)
			return join(out, sh.stmts(c.Do, r.in))
		})
	case *syntax.ForClause:
		return sh.forClause(c, r.in)
	case *syntax.CaseClause:
		return sh.caseClause(c, r.in)
	case *syntax.FuncDecl:
		sh.funcDecl(c)
	case *syntax.ArithmCmd:
		sh.arithm(c.X)
	case *syntax.LetClause:
		for _, x := range c.Exprs {
			sh.arithm(x)
		}
	case *syntax.TestClause:
		sh.test(c.X)
	case *syntax.DeclClause:
		return sh.decl(c, r)
	case *syntax.TimeClause:
		if c.Stmt != nil {
			return sh.stmt(c.Stmt, r.in)
		}
	case *syntax.CoprocClause:
		return sh.fork().stmt(c.Stmt, r.in)
	case *syntax.TestDecl:
		return sh.fork().stmt(c.Body, r.in)
	default:
		sh.unparsed()
	}
	return value{}
}

// andOr walks a list of && and ||. What an element changes holds after it only
// where the element is sure to have run.
func (sh *shell) andOr(b *syntax.BinaryCmd, in *value) value {
	type link struct {
		op   syntax.BinCmdOperator
		stmt *syntax.Stmt
	}
	var chain []link
	first := b.X
	for {
		chain = append(chain, link{b.Op, b.Y})
		next, ok := first.Cmd.(*syntax.BinaryCmd)
		if !ok || !plain(first) || next.Op != syntax.AndStmt && next.Op != syntax.OrStmt {
			break
		}
		b, first = next, next.X
	}
	slices.Reverse(chain)
	out := sh.stmt(first, in)
	prev := first
	for _, l := range chain {
		before, cwd := sh.facts.fork(), sh.cwd
		if l.op == syntax.AndStmt {
			out = join(out, sh.stmt(l.stmt, in))
			if !certain(prev) {
				sh.facts.merge(&before)
			}
			if mayFail(prev) && sh.cwd != cwd {
				sh.cwd = ""
			}
		} else {
			other := sh.stmt(l.stmt, in)
			switch {
			case leaves(l.stmt):
				sh.facts, sh.cwd = before, cwd
			default:
				sh.facts.merge(&before)
				if sh.cwd != cwd {
					sh.cwd = ""
				}
				if other.text != out.text && other.text != "" {
					out = value{unknown, out.taint | other.taint}
				}
			}
		}
		prev = l.stmt
	}
	return out
}

func plain(s *syntax.Stmt) bool {
	return len(s.Redirs) == 0 && !s.Negated && !s.Background && !s.Coprocess && !s.Disown
}

// certain reports whether a statement cannot fail in a way that matters.
func certain(s *syntax.Stmt) bool {
	if s.Negated {
		return false
	}
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		if len(c.Args) == 0 {
			return true
		}
		switch c.Args[0].Lit() {
		case ":", "true", "echo", "printf", "cd", "pushd", "popd", "export", "set", "shopt", "mkdir", "alias", "unset":
			return true
		}
	case *syntax.DeclClause, *syntax.FuncDecl:
		return true
	}
	return false
}

// mayFail reports whether a statement's purpose is to fail at times.
func mayFail(s *syntax.Stmt) bool {
	if s.Negated {
		return true
	}
	switch c := s.Cmd.(type) {
	case *syntax.TestClause, *syntax.ArithmCmd:
		return true
	case *syntax.CallExpr:
		if len(c.Args) > 0 {
			switch c.Args[0].Lit() {
			case "[", "test", "false", "grep", "command", "which":
				return true
			}
		}
	}
	return false
}

// leaves reports whether nothing in the same shell runs after the statement.
func leaves(s *syntax.Stmt) bool {
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		if len(c.Args) > 0 {
			switch c.Args[0].Lit() {
			case "exit", "return", "die":
				return true
			}
		}
	case *syntax.Block:
		return len(c.Stmts) > 0 && leaves(c.Stmts[len(c.Stmts)-1])
	}
	return false
}

// pipeline walks the stages of a pipeline, each in a subshell, and hands what
// is known of one's output to the next.
func (sh *shell) pipeline(b *syntax.BinaryCmd, in *value) value {
	stages := stagesOf(b)
	sends := make([]bool, len(stages))
	flows := sh.sends
	for i := len(stages) - 1; i >= 0; i-- {
		sends[i] = flows
		flows = flows || sendsAway(stages[i])
	}
	var out value
	for i, s := range stages {
		if sh.w.stopped {
			return value{text: unknown}
		}
		sub := sh.fork()
		sub.sends = sends[i]
		out = sub.stmt(s, in)
		next := out
		in = &next
		if i == len(stages)-1 {
			// zsh, ksh and lastpipe run the last stage in the shell itself.
			sh.facts.merge(&sub.facts)
		}
	}
	return out
}

func stagesOf(b *syntax.BinaryCmd) []*syntax.Stmt {
	var stages []*syntax.Stmt
	todo := []*syntax.Stmt{b.Y, b.X}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if p, ok := s.Cmd.(*syntax.BinaryCmd); ok && plain(s) && (p.Op == syntax.Pipe || p.Op == syntax.PipeAll) {
			todo = append(todo, p.Y, p.X)
			continue
		}
		stages = append(stages, s)
	}
	return stages
}

func (sh *shell) ifClause(c *syntax.IfClause, in *value) value {
	out := value{}
	// An elif is an if in the else of the one before: walked in a loop, since
	// a chain of them can be long.
	var ends []*shell
	for ; c != nil; c = c.Else {
		if len(c.Cond) > 0 {
			out = join(out, sh.stmts(c.Cond, in))
		}
		branch := sh
		if len(c.Cond) > 0 || c.Else != nil {
			branch = sh.fork()
		}
		r := branch.stmts(c.Then, in)
		if r.text != "" || r.taint != 0 {
			out = join(out, value{unknown, r.taint})
		}
		if branch != sh && (len(c.Then) == 0 || !leaves(c.Then[len(c.Then)-1])) {
			ends = append(ends, branch)
		}
		if sh.w.stopped {
			break
		}
	}
	for _, e := range ends {
		sh.converge(e)
	}
	return out
}

// converge makes sh the state in which either sh or other may be.
func (sh *shell) converge(other *shell) {
	sh.facts.merge(&other.facts)
	if sh.cwd != other.cwd {
		sh.cwd = ""
	}
	if sh.aliases != other.aliases {
		sh.aliases = true
	}
	if !slices.EqualFunc(sh.args, other.args, func(a, b arg) bool { return a.value == b.value }) {
		sh.args, sh.argsUnknown = nil, true
	}
}

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
	if times >= 2 {
		return value{text: unknown} // what it does was walked twice already
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

func (sh *shell) test(x syntax.TestExpr) {
	sh.nest++
	defer func() { sh.nest-- }()
	if sh.nest > maxNesting {
		sh.w.overflow(sh)
		return
	}
	switch x := x.(type) {
	case *syntax.ParenTest:
		sh.test(x.X)
	case *syntax.UnaryTest:
		if w, ok := x.X.(*syntax.Word); ok {
			v := sh.single(w)
			if x.Op == syntax.TsVarSet {
				sh.subscriptCode(v.text)
			}
			return
		}
		sh.test(x.X)
	case *syntax.BinaryTest:
		switch x.Op {
		case syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr:
			for _, side := range []syntax.TestExpr{x.X, x.Y} {
				if w, ok := side.(*syntax.Word); ok {
					if v := sh.single(w); v.known() {
						sh.arithmText(v.text)
					}
				}
			}
			return
		}
		sh.test(x.X)
		sh.test(x.Y)
	case *syntax.Word:
		sh.single(x)
	}
}
