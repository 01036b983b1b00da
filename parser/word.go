package parser

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// fieldBuilder collects the fields that one word expands to.
type fieldBuilder struct {
	ifs  string
	done []arg
	cur  arg
	buf  []byte
	open bool // cur holds a field, perhaps an empty one
}

func (b *fieldBuilder) add(s string) {
	b.open = true
	b.buf = append(b.buf, s...)
}

func (b *fieldBuilder) addValue(v value) {
	b.add(v.text)
	b.cur.taint |= v.taint
}

// split adds the result of an unquoted expansion.
func (b *fieldBuilder) split(v value, glob bool) {
	b.cur.taint |= v.taint
	if b.ifs == " \t\n" && !strings.ContainsAny(v.text, " \t\n") || b.ifs == "" {
		if v.text != "" {
			b.add(v.text)
			b.cur.glob = b.cur.glob || glob && hasGlob(v.text)
			b.cur.bare = b.cur.bare || v.text == unknown
		}
		return
	}
	start := -1
	for i := 0; i < len(v.text); i++ {
		if strings.IndexByte(b.ifs, v.text[i]) < 0 {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			b.add(v.text[start:i])
			start = -1
		} else if c := v.text[i]; c != ' ' && c != '\t' && c != '\n' {
			b.open = true // an empty field between two separators
		}
		b.flush(v.taint)
	}
	if start >= 0 {
		b.add(v.text[start:])
		b.cur.glob = b.cur.glob || glob && hasGlob(v.text[start:])
	}
	b.cur.taint |= v.taint
}

func (b *fieldBuilder) flush(t taint) {
	if b.open && len(b.done) <= maxWords {
		b.cur.text = string(b.buf)
		if len(b.buf) > maxValue {
			b.cur.text = unknown
		}
		b.done = append(b.done, b.cur)
	}
	b.cur, b.buf, b.open = arg{value: value{taint: t}}, b.buf[:0], false
}

// fields expands words as a simple command's are.
func (sh *shell) fields(ws []*syntax.Word) []arg {
	if len(ws) > maxWords {
		sh.w.overflow(sh)
		return nil
	}
	out := make([]arg, 0, len(ws)+2)
	for _, w := range ws {
		if len(w.Parts) == 1 {
			if l, ok := w.Parts[0].(*syntax.Lit); ok && plainLit(l.Value) {
				out = append(out, lit(l.Value))
				continue
			}
		}
		out = sh.wordFields(out, w)
		if len(out) > maxWords {
			sh.w.overflow(sh)
			return out[:maxWords]
		}
	}
	return out
}

func plainLit(s string) bool {
	return s != "" && s[0] != '~' && !strings.ContainsAny(s, "\\*?[{=")
}

func (sh *shell) wordFields(out []arg, w *syntax.Word) []arg {
	if !sh.w.step(sh) {
		return append(out, arg{value: value{text: unknown}})
	}
	for _, p := range w.Parts {
		l, ok := p.(*syntax.Lit)
		if ok && strings.IndexByte(l.Value, '{') >= 0 {
			syntax.SplitBraces(w)
			break
		}
	}
	for _, p := range w.Parts {
		if _, ok := p.(*syntax.BraceExp); ok {
			for _, alt := range sh.braces(w.Parts) {
				out = sh.partsFields(out, alt)
			}
			return out
		}
	}
	return sh.partsFields(out, w.Parts)
}

func (sh *shell) partsFields(out []arg, parts []syntax.WordPart) []arg {
	b := fieldBuilder{ifs: sh.ifs(), done: out}
	for i, p := range parts {
		sh.partFields(&b, p, i == 0)
	}
	b.flush(0)
	return b.done
}

func (sh *shell) partFields(b *fieldBuilder, p syntax.WordPart, first bool) {
	switch p := p.(type) {
	case *syntax.Lit:
		s := p.Value
		if first && s != "" && s[0] == '~' {
			s = sh.tilde(b, s)
		}
		sh.unquotedLit(b, s)
	case *syntax.SglQuoted:
		b.add(sglQuoted(p))
	case *syntax.DblQuoted:
		sh.dblQuoted(b, p)
	case *syntax.ParamExp:
		if list, ok := sh.elements(p); ok {
			for i, e := range list {
				if i > 0 {
					b.flush(0)
				}
				b.split(e.value, true)
			}
			return
		}
		if w := sh.defaultWord(p); w != nil {
			for i, part := range w.Parts {
				if l, ok := part.(*syntax.Lit); ok {
					b.split(value{text: unescapeWord(l.Value)}, true)
					continue
				}
				sh.partFields(b, part, i == 0)
			}
			return
		}
		b.split(sh.param(p), true)
	case *syntax.CmdSubst:
		b.split(sh.substitute(p), true)
	case *syntax.ArithmExp:
		b.split(sh.arithm(p.X), false)
	case *syntax.ProcSubst:
		content := sh.procSubst(p)
		b.add(unknown)
		b.cur.content = content
		if content != nil {
			b.cur.taint |= content.taint
		}
	case *syntax.ExtGlob:
		b.add(p.Op.String() + p.Pattern.Value + ")")
		b.cur.glob = true
	case *syntax.BraceExp:
		for _, e := range p.Elems {
			sh.single(e)
		}
		b.add(unknown)
	}
}

func (sh *shell) tilde(b *fieldBuilder, s string) string {
	name, rest, slash := strings.Cut(s[1:], "/")
	if strings.ContainsAny(name, "\\*?[") {
		return s
	}
	var dir string
	switch name {
	case "":
		v := sh.lookup("HOME")
		dir = v.text
	case "+":
		dir = sh.cwdText()
	case "-":
		dir = sh.lookup("OLDPWD").text
	case "root":
		dir = "/root"
	default:
		// Another user's home is not known; what it names is.
		dir = "~" + name
	}
	b.add(dir)
	if slash {
		return "/" + rest
	}
	return ""
}

func (sh *shell) unquotedLit(b *fieldBuilder, s string) {
	if strings.IndexByte(s, '\\') < 0 {
		if s == "" {
			b.open = b.open || len(b.buf) > 0
			return
		}
		b.add(s)
		b.cur.glob = b.cur.glob || hasGlob(s)
		b.cur.bare = b.cur.bare || s == unknown
		return
	}
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if s[i] == '\n' {
				continue
			}
		} else if s[i] == '*' || s[i] == '?' || s[i] == '[' {
			b.cur.glob = true
		}
		b.open = true
		b.buf = append(b.buf, s[i])
	}
}

func hasGlob(s string) bool {
	if strings.ContainsAny(s, "*?") {
		return true
	}
	i := strings.IndexByte(s, '[')
	return i >= 0 && strings.IndexByte(s[i:], ']') > 0
}

func (sh *shell) dblQuoted(b *fieldBuilder, q *syntax.DblQuoted) {
	empty := true
	for _, p := range q.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			b.add(unescapeDouble(p.Value))
			empty = false
		case *syntax.ParamExp:
			if list, ok := sh.elements(p); ok {
				if sh.starred(p) {
					sep := " "
					if ifs := sh.ifs(); ifs == "" {
						sep = ""
					} else if ifs[0] != 0 {
						sep = ifs[:1]
					}
					for i, e := range list {
						if i > 0 {
							b.add(sep)
						}
						b.addValue(e.value)
					}
					b.open, empty = true, false
					continue
				}
				for i, e := range list {
					if i > 0 {
						b.flush(0)
					}
					b.addValue(e.value)
					empty = false
				}
				if len(list) == 0 && len(q.Parts) == 1 {
					return // "$@" without arguments is no field at all
				}
				continue
			}
			b.addValue(sh.param(p))
			empty = false
		case *syntax.CmdSubst:
			b.addValue(sh.substitute(p))
			empty = false
		case *syntax.ArithmExp:
			b.addValue(sh.arithm(p.X))
			empty = false
		default:
			b.add(unknown)
			empty = false
		}
	}
	if empty {
		b.open = true
	}
}

// single expands a word that is not split into fields: an assignment's value,
// a redirect's target, the word of a case.
func (sh *shell) single(w *syntax.Word) arg {
	if w == nil {
		return arg{}
	}
	if !sh.w.step(sh) {
		return arg{value: value{text: unknown}}
	}
	b := fieldBuilder{ifs: ""}
	for i, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.ParamExp:
			b.addValue(sh.param(p))
		case *syntax.CmdSubst:
			b.addValue(sh.substitute(p))
		default:
			sh.partFields(&b, p, i == 0)
		}
	}
	b.open = true
	b.flush(0)
	if len(b.done) == 0 {
		return arg{}
	}
	if len(b.done) > 1 { // "$@" in a place where it is joined
		j := joined(b.done)
		return arg{value: j}
	}
	return b.done[0]
}

// heredoc expands the body of a here-document.
func (sh *shell) heredoc(w *syntax.Word, quoted bool) value {
	var v value
	if w == nil {
		return v
	}
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			s := p.Value
			if !quoted {
				s = unescapeHeredoc(s)
			}
			v = join(v, value{text: s})
		case *syntax.ParamExp:
			v = join(v, sh.param(p))
		case *syntax.CmdSubst:
			v = join(v, sh.substitute(p))
		case *syntax.ArithmExp:
			v = join(v, sh.arithm(p.X))
		default:
			v = join(v, value{text: unknown})
		}
	}
	return v
}
