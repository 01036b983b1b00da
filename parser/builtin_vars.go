package parser

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
	"twokey/parser/effect"
)

func (sh *shell) set(c call) value {
	args := c.argv[1:]
	if len(args) == 0 {
		sh.simple(c, effect.TraitEnvDump)
		return value{unknown, taintEnv}
	}
	sh.simple(c)
	for i, a := range args {
		if len(a.text) > 1 && a.text[0] == '-' && a.text[1] != '-' && strings.IndexByte(a.text, 'a') > 0 || a.is("allexport") {
			sh.exporting = true
		}
		if a.is("--") || len(a.text) > 0 && a.text[0] != '-' && a.text[0] != '+' && !(i > 0 && (args[i-1].is("-o", "+o"))) {
			if a.is("--") {
				i++
			}
			sh.args, sh.argsUnknown = nil, false
			for _, v := range args[i:] {
				if v.bare {
					sh.args, sh.argsUnknown = nil, true
					return value{}
				}
				sh.args = append(sh.args, arg{value: v.value})
			}
			return value{}
		}
	}
	return value{}
}

func (sh *shell) unset(a arg, all []arg) {
	name, _, subscripted := strings.Cut(a.text, "[")
	if subscripted {
		sh.subscriptCode(a.text)
		sh.setVar(name, &fact{value: value{text: unknown}})
		return
	}
	if !syntax.ValidName(name) && strings.HasPrefix(name, "-") {
		return
	}
	if all[0].is("-f") || sh.facts.get(factVar, name) == nil && sh.facts.get(factFunc, name) != nil {
		sh.facts.set(factFunc, name, nil)
		return
	}
	sh.setVar(name, &fact{unset: true})
}

// read sets variables from the first line of the input.
func (sh *shell) read(c call) {
	args := c.argv[1:]
	in := c.in
	array, delim := "", "\n"
	for len(args) > 0 && len(args[0].text) > 1 && args[0].text[0] == '-' {
		o := args[0].text
		args = args[1:]
		if o == "--" {
			break
		}
		i := strings.IndexAny(o[1:], "adinNptu")
		if i < 0 {
			continue
		}
		letter, val := o[i+1], value{text: o[i+2:]}
		if val.text == "" && len(args) > 0 {
			val, args = args[0].value, args[1:]
		}
		switch letter {
		case 'a':
			array = val.text
		case 'd':
			delim = val.text
		case 'n', 'N':
			delim = unknown
		case 'u':
			if f := sh.facts.get(factFD, val.text); f != nil {
				v := f.value
				in = &v
			}
		}
	}
	line := value{text: unknown}
	if in != nil {
		line.taint = in.taint
		if in.known() && delim != unknown {
			text := in.text
			if delim != "" {
				text, _, _ = strings.Cut(text, delim)
			}
			line.text = text
		}
	}
	ifs := sh.ifs()
	for _, e := range c.env {
		if e.Name == "IFS" {
			ifs = e.Value.Text
		}
	}
	if array != "" {
		sh.setVar(array, &fact{isList: true, list: splitFields(line, ifs)})
		return
	}
	if len(args) == 0 {
		args = []arg{lit("REPLY")}
	}
	rest := splitFields(line, ifs)
	for i, a := range args {
		sh.subscriptCode(a.text)
		v := value{text: unknown, taint: line.taint}
		if line.known() {
			switch {
			case i == len(args)-1:
				v = joined(rest)
				if i == 0 && ifs == "" {
					v = line
				}
			case len(rest) > 0:
				v, rest = rest[0].value, rest[1:]
			default:
				v.text = ""
			}
		}
		sh.assign(a.text, v)
	}
}

func splitFields(v value, ifs string) []arg {
	if !v.known() {
		return []arg{{value: v, bare: true}}
	}
	b := fieldBuilder{ifs: ifs}
	b.split(v, false)
	b.flush(0)
	for i := range b.done {
		b.done[i].taint |= v.taint
	}
	return b.done
}

func (sh *shell) mapfile(c call) {
	args := c.argv[1:]
	name := "MAPFILE"
	for i := 0; i < len(args); i++ {
		a := args[i].text
		if len(a) > 1 && a[0] == '-' {
			if strings.ContainsAny(a[len(a)-1:], "dnOsuCc") && i+1 < len(args) {
				i++
				if a[len(a)-1] == 'C' {
					cb := args[i].value
					sh.inside("", "mapfile").code(join(cb, value{text: " " + unknown}), nil, "mapfile")
				}
			}
			continue
		}
		name = a
	}
	list := []arg{{value: value{text: unknown}, bare: true}}
	if c.in != nil {
		list[0].taint = c.in.taint
		if c.in.known() {
			list = nil
			for _, l := range strings.Split(strings.TrimSuffix(c.in.text, "\n"), "\n") {
				list = append(list, arg{value: value{l, c.in.taint}})
				if len(list) > maxFields {
					list = []arg{{value: value{unknown, c.in.taint}, bare: true}}
					break
				}
			}
		}
	}
	sh.setVar(name, &fact{isList: true, list: list})
}

// letText evaluates one argument of let.
func (sh *shell) letText(a arg) {
	sh.subscriptCode(a.text)
	name, _, found := strings.Cut(a.text, "=")
	name = strings.TrimRight(name, "+-*/%&|^<> ")
	if found && syntax.ValidName(name) {
		sh.setVar(name, &fact{value: value{text: unknown}})
	}
}

// decl walks declare and its kin where the grammar knows them.
func (sh *shell) decl(c *syntax.DeclClause, r *redirs) value {
	if !sh.frame.fixed {
		sh.frame.start, sh.frame.end = int(c.Pos().Offset()), int(c.End().Offset())
	}
	name := c.Variant.Value
	argv := []arg{lit(name)}
	flags := ""
	type change struct {
		name string
		v    value
		set  bool
	}
	var changes []change
	for _, a := range c.Args {
		if a.Naked {
			if a.Name != nil {
				argv = append(argv, lit(a.Name.Value))
				changes = append(changes, change{name: a.Name.Value})
				continue
			}
			for _, w := range sh.wordFields(nil, a.Value) {
				argv = append(argv, w)
				if strings.HasPrefix(w.text, "-") || strings.HasPrefix(w.text, "+") {
					flags += w.text
				} else if n, v, found := strings.Cut(w.text, "="); found {
					sh.subscriptCode(n)
					changes = append(changes, change{n, value{v, w.taint}, true})
				} else {
					changes = append(changes, change{name: n})
				}
			}
			continue
		}
		n := a.Name.Value
		if a.Value != nil && a.Index == nil && !a.Append {
			v := sh.single(a.Value).value
			argv = append(argv, arg{value: join(value{text: n + "="}, v)})
			changes = append(changes, change{n, v, true})
			continue
		}
		if name == "local" || len(sh.calls) > 0 && name != "export" && name != "readonly" {
			sh.makeLocal(n)
		}
		if strings.Contains(flags, "A") {
			if f := sh.facts.get(factVar, n); f == nil || f.keys == nil {
				sh.setVar(n, &fact{isList: true, keys: []string{}})
			}
		}
		sh.assignment(a)
		v := sh.lookup(n)
		argv = append(argv, arg{value: join(value{text: n + "="}, v)})
		changes = append(changes, change{n, v, false})
	}
	for _, ch := range changes {
		if name == "local" || len(sh.calls) > 0 && name != "export" && name != "readonly" {
			sh.makeLocal(ch.name)
		}
		sh.declared(name, flags, ch.name, ch.v, ch.set)
	}
	return sh.declaredCommand(name, flags, call{argv: argv, in: r.in})
}

func (sh *shell) makeLocal(name string) {
	if len(sh.calls) == 0 {
		return
	}
	sh.locals = append(sh.locals, local{name, sh.facts.get(factVar, name)})
}

// declare is decl for words that are already expanded.
func (sh *shell) declare(name string, c call) value {
	flags := ""
	for _, a := range c.argv[1:] {
		if strings.HasPrefix(a.text, "-") {
			flags += a.text
			continue
		}
		n, v, found := strings.Cut(a.text, "=")
		sh.subscriptCode(n)
		if name == "local" {
			sh.makeLocal(n)
		}
		sh.declared(name, flags, n, value{v, a.taint}, found)
	}
	return sh.declaredCommand(name, flags, c)
}

func (sh *shell) declared(name, flags, n string, v value, set bool) {
	if !syntax.ValidName(n) {
		return
	}
	switch {
	case name == "nameref" || strings.Contains(flags, "n"):
		target := v.text
		if target == "" {
			target = sh.lookup(n).text
		}
		if syntax.ValidName(target) && target != n {
			sh.setVar(n, &fact{ref: target})
		}
		return
	case set:
		sh.assign(n, v)
	case strings.Contains(flags, "A"):
		if f := sh.facts.get(factVar, n); f == nil {
			sh.setVar(n, &fact{isList: true, keys: []string{}})
		}
	}
	if strings.Contains(flags, "f") {
		return
	}
	if name == "export" || strings.Contains(flags, "x") {
		f := sh.fact(n)
		if f == nil {
			f = &fact{value: sh.lookup(n)}
		}
		g := *f
		g.exported = true
		sh.setVar(n, &g)
		if RelevantEnv(n) && g.known() {
			sh.envCode([]effect.Assign{{Name: n, Value: g.word()}})
		}
	}
}

func (sh *shell) declaredCommand(name, flags string, c call) value {
	dump := len(c.argv) == 1 || strings.Contains(flags, "p") && len(c.argv) == 2 || flags == "-x" && len(c.argv) == 2
	if dump && name != "local" {
		sh.simple(c, effect.TraitEnvDump)
		return value{unknown, taintEnv}
	}
	sh.simple(c)
	return value{}
}
