package parser

import (
	"regexp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"
)

// maxPattern bounds the text that a pattern is matched against, since the
// shortest and longest matches are found by trying every length.
const maxPattern = 2048

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

// operate applies slices, replacements and the pattern and case operators.
func (sh *shell) operate(p *syntax.ParamExp, v value) value {
	switch {
	case p.Slice != nil:
		return sh.sliceText(p.Slice, v)
	case p.Repl != nil:
		orig, with := sh.pattern(p.Repl.Orig), value{}
		if p.Repl.With != nil {
			with = sh.single(p.Repl.With).value
		}
		return replace(v, orig, with, p.Repl.All)
	case p.Exp == nil:
		return v
	}
	switch op := p.Exp.Op; op {
	case syntax.RemSmallPrefix, syntax.RemLargePrefix, syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		return remove(v, sh.pattern(p.Exp.Word), op)
	case syntax.UpperAll, syntax.LowerAll, syntax.UpperFirst, syntax.LowerFirst:
		if p.Exp.Word != nil && len(p.Exp.Word.Parts) > 0 || !v.known() {
			return value{unknown, v.taint}
		}
		return value{changeCase(v.text, op), v.taint}
	case syntax.OtherParamOps:
		switch what := sh.single(p.Exp.Word).text; what {
		case "U":
			return value{strings.ToUpper(v.text), v.taint}
		case "L":
			return value{strings.ToLower(v.text), v.taint}
		case "u":
			return value{changeCase(v.text, syntax.UpperFirst), v.taint}
		case "E":
			s, _ := unescapeC(v.text, false)
			return value{s, v.taint}
		case "P":
			// A prompt expands commands inside it.
			return sh.expandText(v)
		case "Q", "K", "k":
			if v.known() {
				if q, err := syntax.Quote(v.text, syntax.LangBash); err == nil {
					return value{q, v.taint}
				}
			}
		case "a", "A":
		}
		return value{unknown, v.taint}
	}
	return value{unknown, v.taint}
}

func changeCase(s string, op syntax.ParExpOperator) string {
	switch op {
	case syntax.UpperAll:
		return strings.ToUpper(s)
	case syntax.LowerAll:
		return strings.ToLower(s)
	case syntax.UpperFirst:
		if s != "" {
			return strings.ToUpper(s[:1]) + s[1:]
		}
	case syntax.LowerFirst:
		if s != "" {
			return strings.ToLower(s[:1]) + s[1:]
		}
	}
	return s
}

func (sh *shell) sliceText(s *syntax.Slice, v value) value {
	from, ok := sh.integer(s.Offset)
	n := 0
	if s.Length != nil {
		var ok2 bool
		n, ok2 = sh.integer(s.Length)
		ok = ok && ok2
	}
	if !ok || !v.known() || len(v.text) > maxPattern {
		return value{unknown, v.taint}
	}
	r := []rune(v.text)
	if from < 0 {
		from += len(r)
	}
	if from < 0 || from > len(r) {
		return value{"", v.taint}
	}
	end := len(r)
	if s.Length != nil {
		if n < 0 {
			end += n
		} else {
			end = min(from+n, len(r))
		}
	}
	if end < from {
		return value{"", v.taint}
	}
	return value{string(r[from:end]), v.taint}
}

// pattern expands a word that is used as a pattern; quoted characters stay
// escaped.
func (sh *shell) pattern(w *syntax.Word) value {
	var v value
	if w == nil {
		return v
	}
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			v = join(v, value{text: p.Value})
		case *syntax.SglQuoted:
			v = join(v, value{text: pattern.QuoteMeta(sglQuoted(p), 0)})
		case *syntax.DblQuoted:
			b := fieldBuilder{}
			sh.dblQuoted(&b, p)
			v = join(v, value{text: pattern.QuoteMeta(string(b.buf), 0)})
		case *syntax.ParamExp:
			v = join(v, sh.param(p))
		case *syntax.CmdSubst:
			v = join(v, sh.substitute(p))
		case *syntax.ArithmExp:
			v = join(v, sh.arithm(p.X))
		case *syntax.ExtGlob:
			v = join(v, value{text: p.Op.String() + p.Pattern.Value + ")"})
		default:
			v = join(v, value{text: unknown})
		}
	}
	return v
}

func compile(pat value, mode pattern.Mode) *regexp.Regexp {
	if !pat.known() || len(pat.text) > maxPattern {
		return nil
	}
	expr, err := pattern.Regexp(pat.text, mode)
	if err != nil {
		return nil
	}
	re, err := regexp.Compile("(?s)" + expr)
	if err != nil {
		return nil
	}
	return re
}

func remove(v, pat value, op syntax.ParExpOperator) value {
	if pat.text == "" {
		return v
	}
	// What a suffix or prefix removal keeps of a path is often enough.
	if !v.known() || len(v.text) > maxPattern {
		return value{unknown, v.taint}
	}
	if pat.known() && !pattern.HasMeta(pat.text, 0) {
		s := strings.ReplaceAll(pat.text, "\\", "")
		if op == syntax.RemSmallPrefix || op == syntax.RemLargePrefix {
			return value{strings.TrimPrefix(v.text, s), v.taint}
		}
		return value{strings.TrimSuffix(v.text, s), v.taint}
	}
	re := compile(pat, pattern.EntireString)
	if re == nil {
		return value{unknown, v.taint}
	}
	n := len(v.text)
	for i := 0; i <= n; i++ {
		var part, rest string
		switch op {
		case syntax.RemSmallPrefix:
			part, rest = v.text[:i], v.text[i:]
		case syntax.RemLargePrefix:
			part, rest = v.text[:n-i], v.text[n-i:]
		case syntax.RemSmallSuffix:
			part, rest = v.text[n-i:], v.text[:n-i]
		case syntax.RemLargeSuffix:
			part, rest = v.text[i:], v.text[:i]
		}
		if re.MatchString(part) {
			return value{rest, v.taint}
		}
	}
	return v
}

func replace(v, pat, with value, all bool) value {
	t := v.taint | with.taint
	if !v.known() || !pat.known() || !with.known() || len(v.text) > maxPattern {
		return value{unknown, t}
	}
	if pat.text == "" {
		return v
	}
	anchor := byte(0)
	if !all && (pat.text[0] == '#' || pat.text[0] == '%') {
		anchor = pat.text[0]
		pat.text = pat.text[1:]
	}
	re := compile(pat, 0)
	if re == nil {
		return value{unknown, t}
	}
	var b strings.Builder
	last := 0
	for _, m := range re.FindAllStringIndex(v.text, -1) {
		if anchor == '#' && m[0] != 0 || anchor == '%' && m[1] != len(v.text) || m[0] == m[1] {
			continue
		}
		b.WriteString(v.text[last:m[0]])
		b.WriteString(with.text)
		last = m[1]
		if !all || b.Len() > maxValue {
			break
		}
	}
	b.WriteString(v.text[last:])
	if b.Len() > maxValue {
		return value{unknown, t}
	}
	return value{b.String(), t}
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

// walkNested walks the parts of an expansion whose value is not followed.
func (sh *shell) walkNested(p *syntax.ParamExp) {
	if p.NestedParam != nil {
		b := fieldBuilder{}
		sh.partFields(&b, p.NestedParam, false)
	}
	if p.Index != nil {
		sh.integer(p.Index)
	}
	if p.Slice != nil {
		sh.integer(p.Slice.Offset)
		sh.integer(p.Slice.Length)
	}
	if p.Repl != nil {
		sh.pattern(p.Repl.Orig)
		sh.pattern(p.Repl.With)
	}
	if p.Exp != nil {
		sh.single(p.Exp.Word)
	}
}
