package parser

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// lookup returns a variable's value; one that is not set here or in the
// context is unknown, since the environment may hold it.
func (sh *shell) lookup(name string) value {
	v, _ := sh.variable(name)
	return v
}

// variable also tells whether the variable is known to be set or unset.
func (sh *shell) variable(name string) (v value, certain bool) {
	if f := sh.fact(name); f != nil {
		switch {
		case f.unset:
			return value{}, true
		case f.isList:
			if len(f.list) > 0 {
				return f.list[0].value, true
			}
			return value{}, true
		}
		return f.value, f.known()
	}
	if v, ok := sh.special(name); ok {
		return v, v.known()
	}
	if s, ok := sh.env(name); ok {
		return value{text: s}, true
	}
	return value{text: unknown}, false
}

// fact returns what the text itself says about a variable, through namerefs.
func (sh *shell) fact(name string) *fact {
	f := sh.facts.get(factVar, name)
	for i := 0; f != nil && f.ref != "" && i < 8; i++ {
		name = f.ref
		f = sh.facts.get(factVar, name)
	}
	return f
}

func (sh *shell) env(name string) (string, bool) {
	if sh.frame.where != "" {
		return "", false
	}
	s, ok := sh.w.ctx.Vars[name]
	if !ok && name == "HOME" && sh.w.ctx.Home != "" {
		return sh.w.ctx.Home, true
	}
	return s, ok && strings.IndexByte(s, 0) < 0
}

func (sh *shell) special(name string) (value, bool) {
	switch name {
	case "PWD":
		return value{text: sh.cwdText()}, true
	case "IFS":
		return value{text: " \t\n"}, true
	case "@", "*":
		return joined(sh.args), true
	case "#":
		if sh.argsUnknown {
			return value{text: unknown}, true
		}
		return value{text: strconv.Itoa(len(sh.args))}, true
	case "0":
		if sh.arg0 == "" {
			return value{text: unknown}, true
		}
		return value{text: sh.arg0}, true
	case "?", "$", "!", "-", "_", "RANDOM", "SECONDS", "LINENO", "BASHPID":
		return value{text: unknown}, true
	}
	if n, err := strconv.Atoi(name); err == nil {
		if n >= 1 && n <= len(sh.args) {
			return sh.args[n-1].value, true
		}
		if sh.argsUnknown {
			return value{text: unknown}, true
		}
		return value{}, true
	}
	return value{}, false
}

func (sh *shell) ifs() string {
	f := sh.facts.get(factVar, "IFS")
	if f == nil || f.unset || !f.known() {
		return " \t\n"
	}
	return f.text
}

func (sh *shell) indirect(name string) (value, bool) {
	if base, rest, ok := strings.Cut(name, "["); ok {
		if f := sh.fact(base); f != nil && f.isList {
			i, err := strconv.Atoi(strings.TrimSuffix(rest, "]"))
			if err == nil && i >= 0 && i < len(f.list) {
				return f.list[i].value, true
			}
		}
		return value{text: unknown}, false
	}
	return sh.variable(name)
}

// element returns one element of an array.
func (sh *shell) element(name string, index syntax.ArithmExpr) (value, bool) {
	f := sh.fact(name)
	if f != nil && f.keys != nil {
		w, ok := index.(*syntax.Word)
		if !ok {
			return value{text: unknown}, false
		}
		key := sh.single(w)
		for i := len(f.keys) - 1; i >= 0 && key.known(); i-- {
			if f.keys[i] == key.text {
				return f.list[i].value, true
			}
		}
		return value{text: unknown}, false
	}
	if s := subscript(index); s == "@" || s == "*" {
		if f == nil || !f.isList {
			return sh.variable(name)
		}
		return joined(f.list), true
	}
	i, ok := sh.integer(index)
	switch {
	case !ok || f == nil:
		return value{text: unknown}, false
	case !f.isList:
		if i == 0 {
			return f.value, f.known()
		}
		return value{}, true
	}
	if i < 0 {
		i += len(f.list)
	}
	if i < 0 || i >= len(f.list) {
		return value{}, true
	}
	return f.list[i].value, true
}

// assign sets a variable of the shell.
func (sh *shell) assign(name string, v value) {
	f := &fact{value: v}
	old := sh.facts.get(factVar, name)
	for i := 0; old != nil && old.ref != "" && i < 8; i++ {
		name = old.ref
		old = sh.facts.get(factVar, name)
	}
	if old != nil {
		f.exported = old.exported
	}
	sh.setVar(name, f)
}

func (sh *shell) setVar(name string, f *fact) {
	if sh.exporting && f != nil {
		f.exported = true
	}
	if !sh.facts.set(factVar, name, f) {
		sh.w.overflow(sh)
	}
	switch name {
	case "PROMPT_COMMAND":
		if f != nil && !f.isList && f.known() && f.text != "" {
			sh.inside("", name).code(f.value, nil, name)
		}
	case "PS0", "PS1", "PS4":
		if f != nil && !f.isList && f.known() && strings.ContainsAny(f.text, "$`") {
			sh.expandText(f.value)
		}
	}
}
