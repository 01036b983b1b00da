package parser

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

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
