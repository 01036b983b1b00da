package parser

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxPattern bounds the text that a pattern is matched against, since the
// shortest and longest matches are found by trying every length.
const maxPattern = 2048

// starred reports whether a parameter joins its elements ("$*", "${a[*]}").
func (sh *shell) starred(p *syntax.ParamExp) bool {
	if p.Param != nil && p.Param.Value == "*" {
		return true
	}
	return subscript(p.Index) == "*"
}

func subscript(x syntax.ArithmExpr) string {
	if w, ok := x.(*syntax.Word); ok {
		return w.Lit()
	}
	return ""
}

// elements returns the words of a parameter that stands for a list.
func (sh *shell) elements(p *syntax.ParamExp) ([]arg, bool) {
	if p.Param == nil || p.Length || p.Excl || p.NestedParam != nil {
		return nil, false
	}
	var list []arg
	switch name := p.Param.Value; {
	case name == "@" || name == "*":
		list = sh.args
		if sh.argsUnknown {
			list = []arg{{value: value{text: unknown}, bare: true}}
		}
		if p.Slice != nil && sh.arg0 != "" {
			list = append([]arg{lit(sh.arg0)}, list...)
		}
	case subscript(p.Index) == "@" || subscript(p.Index) == "*":
		f := sh.fact(name)
		switch {
		case f == nil:
			list = []arg{{value: value{text: unknown}, bare: true}}
		case f.isList:
			list = f.list
		case !f.unset:
			list = []arg{{value: f.value}}
		}
	default:
		return nil, false
	}
	if p.Slice != nil {
		list = sh.sliceList(list, p.Slice, p.Param.Value == "@" || p.Param.Value == "*")
	}
	if p.Exp != nil {
		switch p.Exp.Op {
		case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull:
			if len(list) == 0 {
				return []arg{sh.single(p.Exp.Word)}, true
			}
			return list, true
		case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
			if len(list) == 0 {
				return nil, true
			}
			return []arg{sh.single(p.Exp.Word)}, true
		}
	}
	if p.Exp != nil || p.Repl != nil {
		out := make([]arg, len(list))
		for i, e := range list {
			out[i] = arg{value: sh.operate(p, e.value)}
		}
		return out, true
	}
	return list, true
}

func (sh *shell) sliceList(list []arg, s *syntax.Slice, positional bool) []arg {
	from, ok := sh.integer(s.Offset)
	if !ok {
		return []arg{{value: value{text: unknown}, bare: true}}
	}
	if from < 0 {
		from += len(list)
	}
	if positional && sh.arg0 == "" {
		from--
	}
	from = min(max(from, 0), len(list))
	list = list[from:]
	if s.Length != nil {
		n, ok := sh.integer(s.Length)
		if !ok || n < 0 {
			return []arg{{value: value{text: unknown}, bare: true}}
		}
		list = list[:min(n, len(list))]
	}
	return list
}

// param returns the value of a parameter expansion.
func (sh *shell) param(p *syntax.ParamExp) value {
	if p.NestedParam != nil || p.Param == nil || p.Flags != nil {
		sh.walkNested(p)
		return value{text: unknown}
	}
	name := p.Param.Value
	if p.Names != 0 || p.Width || p.IsSet || len(p.Modifiers) > 0 {
		return value{text: unknown}
	}
	var v value
	certain := true
	switch {
	case p.Index != nil:
		v, certain = sh.element(name, p.Index)
		if p.Length && (subscript(p.Index) == "@" || subscript(p.Index) == "*") {
			if f := sh.fact(name); f != nil && f.isList {
				return value{text: strconv.Itoa(len(f.list))}
			}
			return value{text: unknown}
		}
	case p.Excl:
		v, certain = sh.variable(name)
		if f := sh.facts.get(factVar, name); f != nil && f.ref != "" {
			v = value{text: f.ref}
		} else if certain && v.known() {
			sh.subscriptCode(v.text)
			v, certain = sh.indirect(v.text)
		}
	default:
		v, certain = sh.variable(name)
	}
	if p.Length {
		if !certain || !v.known() {
			return value{text: unknown}
		}
		return value{text: strconv.Itoa(len([]rune(v.text)))}
	}
	if p.Exp != nil {
		if word, stands, ok := sh.defaulted(p, name, v, certain); ok {
			switch {
			case word != nil:
				return sh.single(word).value
			case stands:
				return v
			}
			return value{}
		}
	}
	return sh.operate(p, v)
}

// defaulted deals with the operators that ask whether a variable is set: word
// is the one to expand in its place, nil when the value v itself stands. ok is
// false for other operators. A variable that neither the text nor the context
// sets is taken to be unset; sh.w.defaulted then says that the environment may
// say otherwise.
func (sh *shell) defaulted(p *syntax.ParamExp, name string, v value, certain bool) (word *syntax.Word, stands, ok bool) {
	orNull := false
	switch p.Exp.Op {
	case syntax.DefaultUnsetOrNull, syntax.AssignUnsetOrNull, syntax.AlternateUnsetOrNull, syntax.ErrorUnsetOrNull:
		orNull = true
	case syntax.DefaultUnset, syntax.AssignUnset, syntax.AlternateUnset, syntax.ErrorUnset:
	default:
		return nil, false, false
	}
	f := sh.fact(name)
	_, inEnv := sh.env(name)
	sp, special := sh.special(name)
	isSet := f != nil && !f.unset || f == nil && inEnv ||
		f == nil && special && (sp.text != "" || strings.ContainsAny(name, "@*#?$!-0") || name == "IFS")
	maybe := f == nil && !inEnv && !special
	if isSet && orNull && v.text == "" {
		isSet = false
	}
	unsure := isSet && !v.known() && strings.Trim(v.text, unknown) == ""
	if maybe || unsure && orNull {
		sh.w.defaulted = true
		isSet = sh.w.environment
	}
	switch p.Exp.Op {
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
		if !isSet {
			return p.Exp.Word, false, true
		}
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		if !isSet {
			sh.assign(name, sh.single(p.Exp.Word).value)
			return p.Exp.Word, false, true
		}
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		if isSet {
			return p.Exp.Word, false, true
		}
		if maybe || unsure {
			// Both ways are judged: the word may well be there.
			sh.single(p.Exp.Word)
		}
		return nil, false, true
	default:
		if !isSet {
			sh.single(p.Exp.Word)
		}
	}
	return nil, true, true
}

// defaultWord returns the word that an unquoted expansion comes to when that
// is the word of a default, whose own quotes still count.
func (sh *shell) defaultWord(p *syntax.ParamExp) *syntax.Word {
	if p.Exp == nil || p.Param == nil || p.Index != nil || p.Excl || p.Length || p.Flags != nil || p.NestedParam != nil || p.Exp.Word == nil {
		return nil
	}
	v, certain := sh.variable(p.Param.Value)
	word, _, _ := sh.defaulted(p, p.Param.Value, v, certain)
	return word
}
