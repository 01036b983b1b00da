package parser

import (
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"
)

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
