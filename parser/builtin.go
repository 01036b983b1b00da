package parser

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
	"twokey/parser/effect"
)

// builtin deals with the commands that a shell carries out itself and that
// change what the rest of the text means. ok is false for every other command.
func (sh *shell) builtin(name string, c call) (out value, ok bool) {
	args := c.argv[1:]
	if c.real {
		switch name {
		case "exec", "command", "builtin", "eval", "source", ".", "trap":
			// No such programs, but a wrapper around a shell may mean them.
		default:
			return value{}, false
		}
	}
	switch name {
	case "cd", "chdir":
		sh.simple(c)
		sh.cd(args)
		return sh.cdPrints(args), true
	case "pushd":
		sh.simple(c)
		if len(args) == 0 || strings.HasPrefix(args[len(args)-1].text, "+") {
			sh.cwd = ""
		} else {
			if len(sh.dirs) < maxDepth {
				sh.dirs = append(sh.dirs, sh.cwd)
			}
			sh.cd(args)
		}
		return value{text: unknown}, true
	case "popd":
		sh.simple(c)
		if n := len(sh.dirs); n > 0 {
			sh.cwd, sh.dirs = sh.dirs[n-1], sh.dirs[:n-1]
		} else {
			sh.cwd = ""
		}
		return value{text: unknown}, true
	case "eval":
		if len(args) > 0 && args[0].is("--") {
			args = args[1:]
		}
		frame := sh.frame
		sh.frame.through = append(slices.Clip(frame.through), "eval")
		out = sh.code(joined(args), c.in, "eval")
		sh.frame = frame
		return out, true
	case "source", ".":
		return sh.source(name, c), true
	case "exec":
		return sh.exec(c), true
	case "command":
		return sh.commandBuiltin(c), true
	case "builtin":
		if len(args) > 0 && args[0].is("--") {
			args = args[1:]
		}
		c.plain = true
		if len(args) == 0 {
			return value{}, true
		}
		return sh.run(c.with(args)), true
	case "trap":
		sh.trap(c)
		return value{}, true
	case "alias":
		sh.simple(c)
		for _, a := range args {
			if n, v, found := strings.Cut(a.text, "="); found {
				sh.facts.set(factAlias, n, &fact{value: value{v, a.taint}})
				if sh.frame.where != "" || len(sh.frame.through) > 0 {
					continue
				}
			}
		}
		return value{text: unknown}, true
	case "unalias":
		sh.simple(c)
		for _, a := range args {
			sh.facts.set(factAlias, a.text, nil)
		}
		return value{}, true
	case "shopt":
		sh.simple(c)
		for i, a := range args {
			if a.is("expand_aliases") && i > 0 {
				sh.aliases = args[0].is("-s")
			}
		}
		return value{}, true
	case "set":
		return sh.set(c), true
	case "shift":
		n := 1
		if len(args) > 0 {
			var err error
			if n, err = strconv.Atoi(args[0].text); err != nil {
				sh.args, sh.argsUnknown = nil, true
				return value{}, true
			}
		}
		sh.args = sh.args[min(max(n, 0), len(sh.args)):]
		return value{}, true
	case "unset":
		sh.simple(c)
		for _, a := range args {
			sh.unset(a, args)
		}
		return value{}, true
	case "export", "readonly", "local", "declare", "typeset":
		return sh.declare(name, c), true
	case "read":
		sh.simple(c)
		sh.read(c)
		return value{}, true
	case "mapfile", "readarray":
		sh.simple(c)
		sh.mapfile(c)
		return value{}, true
	case "printf":
		if len(args) > 1 && args[0].is("-v") {
			sh.simple(c)
			v := printf(args[2:])
			if base, _, found := strings.Cut(args[1].text, "["); found {
				sh.subscriptCode(args[1].text)
				sh.setVar(base, &fact{value: value{text: unknown}})
			} else if args[1].known() {
				sh.assign(args[1].text, v)
			}
			return value{}, true
		}
		return value{}, false
	case "let":
		sh.simple(c)
		for _, a := range args {
			sh.letText(a)
		}
		return value{}, true
	case "test", "[":
		sh.simple(c)
		for i, a := range args {
			if i > 0 && args[i-1].is("-v") {
				sh.subscriptCode(a.text)
			}
		}
		return value{}, true
	case "complete", "compgen", "bind", "fc":
		sh.simple(c)
		for i, a := range args {
			if i > 0 && (args[i-1].is("-C") || name == "bind" && args[i-1].is("-x")) {
				text := a.value
				if name == "bind" {
					_, text.text, _ = strings.Cut(text.text, ":")
				}
				sh.inside("", name).code(text, nil, name)
			}
		}
		return value{text: unknown}, true
	case "hash":
		sh.simple(c)
		for i, a := range args {
			if a.is("-p") && i+2 < len(args) {
				sh.facts.set(factHash, args[i+2].text, &fact{value: args[i+1].value})
			}
		}
		return value{}, true
	case "getopts":
		sh.simple(c)
		if len(args) > 1 {
			sh.setVar(args[1].text, &fact{value: value{text: unknown}})
		}
		sh.setVar("OPTARG", &fact{value: value{text: unknown}})
		return value{}, true
	case ":", "true", "false", "return", "exit", "break", "continue", "wait", "umask", "ulimit", "times",
		"jobs", "fg", "bg", "disown", "caller", "logout", "suspend", "enable", "history", "dirs", "type", "setopt", "unsetopt", "emulate", "autoload", "zmodload":
		sh.simple(c)
		return sh.output(name, c), true
	}
	return value{}, false
}

// simple records a builtin as the command that it is.
func (sh *shell) simple(c call, traits ...effect.Trait) {
	cmd := effect.Command{Program: base(c.argv[0].text), Operands: words(c.argv[1:]), Env: c.env, Traits: traits}
	sh.emit(effect.Effect{Kind: effect.KindCommand, Command: &cmd})
}

func (sh *shell) cd(args []arg) {
	for len(args) > 0 && len(args[0].text) > 1 && args[0].text[0] == '-' && strings.Trim(args[0].text[1:], "LPe@n-") == "" {
		args = args[1:]
	}
	old := sh.cwd
	switch {
	case len(args) == 0:
		sh.cwd = sh.resolve(sh.lookup("HOME"))
	case args[0].is("-"):
		sh.cwd = sh.resolve(sh.lookup("OLDPWD"))
	case args[0].glob || args[0].text == "":
		sh.cwd = ""
	default:
		sh.cwd = sh.resolve(args[0].value)
		if f := sh.facts.get(factVar, "CDPATH"); f != nil && f.text != "" && !strings.HasPrefix(args[0].text, "/") && !strings.HasPrefix(args[0].text, ".") {
			sh.cwd = ""
		}
	}
	if old == "" {
		old = unknown
	}
	sh.setVar("OLDPWD", &fact{value: value{text: old}})
}

func (sh *shell) cdPrints(args []arg) value {
	if len(args) > 0 && args[len(args)-1].is("-") {
		return value{text: sh.cwdText() + "\n"}
	}
	return value{}
}

func (sh *shell) source(name string, c call) value {
	args := c.argv[1:]
	if len(args) > 0 && args[0].is("--") {
		args = args[1:]
	}
	if len(args) == 0 {
		sh.simple(c)
		return value{}
	}
	f := args[0]
	frame, saved, savedUnknown := sh.frame, sh.args, sh.argsUnknown
	sh.frame.through = append(slices.Clip(frame.through), "source")
	if len(args) > 1 {
		sh.args, sh.argsUnknown = args[1:], false
	}
	out := value{text: unknown}
	text, known := sh.script(f, c.in)
	switch {
	case known:
		out = sh.code(text, c.in, "source")
	default:
		sh.frame = frame
		sh.file(effect.OpExec, f.value, "source")
		sh.simple(c)
	}
	sh.frame, sh.args, sh.argsUnknown = frame, saved, savedUnknown
	return out
}

// script returns the text of a script operand, where it is known or where it
// is known to be a download or the like; ok is false for an ordinary file
// that cannot be read.
func (sh *shell) script(f arg, in *value) (text value, ok bool) {
	if f.content != nil {
		return *f.content, true
	}
	switch f.text {
	case "/dev/stdin", "/proc/self/fd/0", "/dev/fd/0":
		if in != nil {
			return *in, true
		}
		return value{}, false
	}
	if fd, found := strings.CutPrefix(f.text, "/dev/fd/"); found {
		if d := sh.facts.get(factFD, fd); d != nil {
			return d.value, true
		}
	}
	p := sh.resolve(f.value)
	if p == "" {
		return value{}, false
	}
	if w := sh.versions(p); w != nil {
		if w.known() || w.taint&(taintRemote|taintDecoded) != 0 || strings.Trim(w.text, unknown) != "" {
			return *w, true
		}
		return value{}, false
	}
	if read := sh.w.ctx.ReadFile; read != nil && sh.frame.where == "" {
		if data, err := read(p); err == nil && len(data) <= maxText && isText(data) {
			return value{text: string(data)}, true
		}
	}
	return value{}, false
}

func isText(data []byte) bool {
	for _, b := range data[:min(len(data), 1024)] {
		if b == 0 {
			return false
		}
	}
	return true
}

func (sh *shell) exec(c call) value {
	args := c.argv[1:]
	for len(args) > 0 && len(args[0].text) > 1 && args[0].text[0] == '-' {
		o := args[0].text
		args = args[1:]
		if o == "--" {
			break
		}
		if i := strings.IndexByte(o, 'a'); i > 0 && i == len(o)-1 && len(args) > 0 {
			args = args[1:]
		}
	}
	if len(args) == 0 {
		if c.redirs != nil {
			for fd, f := range c.redirs.fds {
				if !sh.facts.set(factFD, fd, f) {
					sh.w.overflow(sh)
				}
			}
			if c.net {
				sh.simple(c)
			}
		}
		return value{}
	}
	return sh.wrapped("exec", c.with(args))
}

func (sh *shell) commandBuiltin(c call) value {
	args := c.argv[1:]
	for len(args) > 0 && len(args[0].text) > 1 && args[0].text[0] == '-' {
		o := args[0].text
		args = args[1:]
		if o == "--" {
			break
		}
		if strings.ContainsAny(o, "vV") {
			sh.simple(c)
			return located(args)
		}
	}
	if len(args) == 0 {
		return value{}
	}
	c.plain = true
	return sh.run(c.with(args))
}

// located is what which and command -v print: the program's name is known,
// its directory is not.
func located(args []arg) value {
	for len(args) > 0 && strings.HasPrefix(args[0].text, "-") {
		args = args[1:]
	}
	if len(args) == 1 && args[0].known() {
		return value{text: unknown + "/" + base(args[0].text) + "\n"}
	}
	return value{text: unknown}
}

func (sh *shell) trap(c call) {
	args := c.argv[1:]
	if len(args) > 0 && args[0].is("--") {
		args = args[1:]
	}
	sh.simple(c)
	if len(args) < 2 || args[0].is("-", "", "-p", "-l") {
		return
	}
	sh.inside("", "trap").code(args[0].value, nil, "trap")
}

// alias walks an alias's text with the words that follow it.
func (sh *shell) alias(name string, f *fact, c call) value {
	args, argsUnknown, calls := sh.args, sh.argsUnknown, sh.calls
	sh.args, sh.argsUnknown = c.argv[1:], false
	sh.calls = append(slices.Clip(calls), "alias "+name)
	out := sh.code(join(f.value, value{text: ` "$@"`}), c.in, name)
	sh.args, sh.argsUnknown, sh.calls = args, argsUnknown, calls
	return out
}

func (sh *shell) set(c call) value {
	args := c.argv[1:]
	if len(args) == 0 {
		sh.simple(c, effect.TraitEnvDump)
		return value{unknown, taintEnv}
	}
	sh.simple(c)
	for i, a := range args {
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
