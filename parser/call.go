package parser

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
	"twokey/parser/effect"
	"twokey/parser/tool"
)

// call is one program about to run, or a builtin.
type call struct {
	argv   []arg
	env    []effect.Assign
	in     *value // standard input; nil when it is the shell's own
	net    bool   // a descriptor is tied to a connection
	real   bool   // an argv that a kernel would get: no functions, no aliases
	plain  bool   // skip functions and aliases: after command or builtin
	redirs *redirs
}

func (c call) with(argv []arg) call {
	c.argv = argv
	return c
}

// callExpr walks a simple command.
func (sh *shell) callExpr(c *syntax.CallExpr, r *redirs) value {
	if !sh.frame.fixed {
		sh.frame.start, sh.frame.end = int(c.Pos().Offset()), int(c.End().Offset())
	}
	start, end := sh.frame.start, sh.frame.end
	if len(c.Args) == 0 {
		for _, a := range c.Assigns {
			sh.assignment(a)
		}
		return value{}
	}
	if name := soleVariable(c.Args[0]); name != "" {
		if f := sh.fact(name); f != nil && f.alts != nil {
			return sh.eachOf(name, f.alts, c, r)
		}
	}
	w := sh.w
	outer := w.defaulted
	w.defaulted = false
	argv := sh.fields(c.Args)
	depends := w.defaulted
	w.defaulted = outer
	sh.frame.start, sh.frame.end = start, end
	if len(argv) == 0 {
		for _, a := range c.Assigns {
			sh.assignment(a)
		}
		return value{}
	}
	cl := call{argv: argv, in: r.in, net: r.net, redirs: r}
	if len(c.Assigns) > 0 {
		cl.env = sh.prefix(c.Assigns)
		if n := base(argv[0].text); n != "git" && n != "rsync" { // their grammars read them
			sh.envCode(cl.env)
		}
	}
	cl.env = append(cl.env, sh.exported()...)
	out := sh.run(cl)
	sh.frame.start, sh.frame.end = start, end
	if depends && !w.environment && len(argv) > 1 {
		// The environment may hold another value than the default. In command
		// position that is left to whoever sees the real program.
		w.environment = true
		w.mute++
		other := sh.fork().fields(c.Args)
		w.mute--
		if len(other) > 0 && other[0].text == argv[0].text && !slices.EqualFunc(other, argv, func(a, b arg) bool { return a.text == b.text }) {
			sh.fork().run(cl.with(other))
		}
		w.environment = false
	}
	return out
}

// soleVariable returns the variable that a whole word expands.
func soleVariable(w *syntax.Word) string {
	if len(w.Parts) != 1 {
		return ""
	}
	part := w.Parts[0]
	if q, ok := part.(*syntax.DblQuoted); ok && len(q.Parts) == 1 {
		part = q.Parts[0]
	}
	p, ok := part.(*syntax.ParamExp)
	if !ok || p.Param == nil || p.Excl || p.Length || p.Index != nil || p.Exp != nil || p.Repl != nil || p.Slice != nil || p.Flags != nil || p.NestedParam != nil {
		return ""
	}
	return p.Param.Value
}

// eachOf walks a command once for each program that its first word may be.
func (sh *shell) eachOf(name string, alts []value, c *syntax.CallExpr, r *redirs) value {
	var out value
	before := sh.fork()
	for i, v := range alts {
		sub := before.fork()
		sub.setVar(name, &fact{value: v})
		o := sub.callExpr(c, r)
		sub.facts.set(factVar, name, before.facts.get(factVar, name))
		out.taint |= o.taint
		if i == 0 {
			sh.facts, sh.cwd, sh.args, sh.argsUnknown, sh.aliases = sub.facts, sub.cwd, sub.args, sub.argsUnknown, sub.aliases
			out.text = o.text
			continue
		}
		sh.converge(sub)
		if o.text != out.text {
			out.text = unknown
		}
	}
	return out
}

// prefix returns the assignments in front of a command.
func (sh *shell) prefix(list []*syntax.Assign) []effect.Assign {
	out := make([]effect.Assign, 0, len(list))
	for _, a := range list {
		if a.Name == nil || a.Array != nil {
			continue
		}
		v := sh.single(a.Value).value
		if a.Index != nil {
			sh.arithm(a.Index)
		}
		out = append(out, effect.Assign{Name: a.Name.Value, Value: v.word()})
	}
	return out
}

// exported returns the variables that the text exported and that change what
// programs do.
func (sh *shell) exported() []effect.Assign {
	var out []effect.Assign
	if sh.facts.t == nil {
		return nil
	}
	for k, f := range sh.facts.t.m {
		if k.kind == factVar && f.exported && !f.unset && RelevantEnv(k.name) {
			out = append(out, effect.Assign{Name: k.name, Value: f.word()})
		}
	}
	slices.SortFunc(out, func(a, b effect.Assign) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// assignment sets a variable of the shell.
func (sh *shell) assignment(a *syntax.Assign) {
	if a.Name == nil {
		if a.Value != nil {
			sh.single(a.Value)
		}
		return
	}
	name := a.Name.Value
	old := sh.fact(name)
	switch {
	case a.Array != nil:
		f := &fact{isList: true}
		if a.Append && old != nil {
			if old.isList {
				f.list, f.keys = slices.Clip(old.list), slices.Clip(old.keys)
			} else if !old.unset {
				f.list = []arg{{value: old.value}}
			}
		} else if a.Append {
			f.list = []arg{{value: value{text: unknown}, bare: true}}
		}
		for _, e := range a.Array.Elems {
			var key string
			if e.Index != nil {
				if w, ok := e.Index.(*syntax.Word); ok {
					key = sh.single(w).text
				} else {
					sh.arithm(e.Index)
				}
			}
			if e.Value == nil {
				continue
			}
			vs := sh.wordFields(nil, e.Value)
			f.list = append(f.list, vs...)
			if e.Index != nil && old != nil && old.keys != nil {
				for range vs {
					f.keys = append(f.keys, key)
				}
			}
			if len(f.list) > maxWords {
				sh.w.overflow(sh)
				return
			}
		}
		if old != nil && old.keys != nil && f.keys == nil {
			f.keys = []string{}
		}
		sh.setVar(name, f)
	case a.Index != nil:
		i, known := 0, false
		key := ""
		if w, ok := a.Index.(*syntax.Word); ok && old != nil && old.keys != nil {
			key = sh.single(w).text
		} else {
			i, known = sh.integer(a.Index)
		}
		v := sh.single(a.Value)
		f := &fact{isList: true}
		if old != nil && old.isList {
			f.list, f.keys = slices.Clone(old.list), slices.Clone(old.keys)
		}
		switch {
		case f.keys != nil:
			f.list, f.keys = append(f.list, v), append(f.keys, key)
		case known && i >= 0 && i < len(f.list):
			f.list[i] = v
		case known && i == len(f.list):
			f.list = append(f.list, v)
		default:
			f.list = append(f.list, arg{value: value{text: unknown}, bare: true})
		}
		if len(f.list) > maxWords {
			sh.w.overflow(sh)
			return
		}
		sh.setVar(name, f)
	default:
		v := sh.single(a.Value)
		if a.Append {
			if old == nil || old.isList {
				prev := sh.lookup(name)
				v.value = join(prev, v.value)
			} else {
				v.value = join(old.value, v.value)
			}
		}
		sh.assign(name, v.value)
	}
}

// run translates one command: a function, a builtin, a wrapper around another
// command, an interpreter, or a tool.
func (sh *shell) run(c call) value {
	if len(c.argv) == 0 {
		return value{}
	}
	if !sh.w.step(sh) || len(sh.frame.through) > maxDepth {
		sh.w.overflow(sh)
		return value{text: unknown}
	}
	first := c.argv[0]
	name := base(first.text)
	if strings.ContainsAny(name, " \t\n") {
		if len(c.argv) == 1 && c.real && len(sh.frame.through) > 0 {
			// A wrapper's only word is more likely text for a shell.
			return sh.inside("", "").code(first.value, c.in, sh.frame.through[len(sh.frame.through)-1])
		}
		if strings.TrimSpace(name) == "" {
			return sh.dynamic(c)
		}
		sh.emit(effect.Effect{Kind: effect.KindCommand, Command: &effect.Command{
			Program: name, Path: first.text, Operands: words(c.argv[1:]), Env: c.env,
		}})
		return value{unknown, c.taint()}
	}
	if first.glob && name != "[" || strings.IndexByte(name, 0) >= 0 || name == "" {
		return sh.dynamic(c)
	}
	path := len(name) != len(first.text)
	if !path && !c.real && !c.plain {
		if sh.aliases {
			if f := sh.facts.get(factAlias, name); f != nil && !slices.Contains(sh.calls, "alias "+name) {
				return sh.alias(name, f, c)
			}
		}
		if f := sh.facts.get(factFunc, name); f != nil {
			return sh.withEnv(c.env, func() value { return sh.callFunction(name, f.body, c.argv[1:], c.in) })
		}
	}
	if !path {
		if f := sh.facts.get(factHash, name); f != nil && !c.real {
			return sh.run(c.with(append([]arg{{value: f.value}}, c.argv[1:]...)))
		}
		if out, ok := sh.builtin(name, c); ok {
			return out
		}
	} else if out, ok := sh.runFile(c); ok {
		return out
	}
	return sh.program(program(name), c)
}

// program is the name that a program is known by.
func program(name string) string {
	if name == "ash" || name == "rbash" {
		return "sh"
	}
	canonical, _, _ := strings.Cut(tool.Name(effect.Lit(name)), " ")
	return canonical
}

// withEnv runs something with variables that are set for its time.
func (sh *shell) withEnv(env []effect.Assign, run func() value) value {
	old := make([]*fact, len(env))
	for i, a := range env {
		old[i] = sh.facts.get(factVar, a.Name)
		sh.setVar(a.Name, &fact{value: value{text: a.Value.Text}, exported: true})
	}
	out := run()
	for i, a := range env {
		sh.facts.set(factVar, a.Name, old[i])
	}
	return out
}

// dynamic records a command whose program is not known. What follows is
// judged as a command too when it looks like one, since the unknown word may
// be a wrapper or nothing at all.
func (sh *shell) dynamic(c call) value {
	traits := []effect.Trait{effect.TraitDynamicProgram}
	if c.argv[0].taint&(taintRemote|taintDecoded) != 0 {
		traits = append(traits, effect.TraitPipeToShell)
	}
	if c.net {
		traits = append(traits, effect.TraitReverseShell)
	}
	e := effect.Command{Operands: words(c.argv[1:]), Env: c.env, Traits: traits}
	if c.argv[0].text != unknown {
		e.Path = c.argv[0].text
	}
	sh.exfil(&e, c)
	sh.emit(effect.Effect{Kind: effect.KindCommand, Command: &e})
	if len(c.argv) > 1 && c.argv[0].bare && c.argv[1].known() && plainName(c.argv[1].text) {
		return sh.wrapped("?", c.with(c.argv[1:]))
	}
	return value{unknown, taints(c.argv)}
}

func plainName(s string) bool {
	if s == "" || s[0] == '-' {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '/' || c == '+') {
			return false
		}
	}
	return true
}

// taint is where the command's words and input came from.
func (c *call) taint() taint {
	t := taints(c.argv)
	if c.in != nil {
		t |= c.in.taint
	}
	return t
}
