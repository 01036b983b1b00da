package parser

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

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
	if b.ifs == " \t\n" && strings.IndexAny(v.text, " \t\n") < 0 || b.ifs == "" {
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
	return s != "" && s[0] != '~' && strings.IndexAny(s, "\\*?[{=") < 0
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

// maxBraces bounds the brace expressions of one word that are multiplied out.
const maxBraces = 8

// braces returns the words that the brace expressions among parts stand for;
// where they are too many, one word with unknown parts.
func (sh *shell) braces(parts []syntax.WordPart) [][]syntax.WordPart {
	total, count := 1, 0
	alts := make([][][]syntax.WordPart, len(parts))
	for i, p := range parts {
		be, ok := p.(*syntax.BraceExp)
		if !ok {
			continue
		}
		if count++; count > maxBraces {
			return sh.tooManyBraces(parts)
		}
		if be.Sequence {
			alts[i] = sequence(be)
		} else {
			for _, e := range be.Elems {
				if alts[i] = append(alts[i], sh.braces(e.Parts)...); len(alts[i]) > maxFields {
					break
				}
			}
		}
		if total *= len(alts[i]); total > maxFields || total == 0 {
			return sh.tooManyBraces(parts)
		}
	}
	result := [][]syntax.WordPart{nil}
	for i, p := range parts {
		if alts[i] == nil {
			for j := range result {
				result[j] = append(result[j], p)
			}
			continue
		}
		next := make([][]syntax.WordPart, 0, len(alts[i])*len(result))
		for _, r := range result {
			for _, a := range alts[i] {
				next = append(next, append(slices.Clip(r), a...))
			}
		}
		result = next
	}
	return result
}

func (sh *shell) tooManyBraces(parts []syntax.WordPart) [][]syntax.WordPart {
	one := make([]syntax.WordPart, len(parts))
	for i, p := range parts {
		one[i] = p
		if be, ok := p.(*syntax.BraceExp); ok {
			one[i] = unknownPart
			for _, e := range be.Elems {
				sh.single(e)
			}
		}
	}
	return [][]syntax.WordPart{one}
}

// unknownPart expands to something that is not known.
var unknownPart syntax.WordPart = &syntax.Lit{Value: unknown}

func sequence(be *syntax.BraceExp) [][]syntax.WordPart {
	from, to := be.Elems[0].Lit(), be.Elems[1].Lit()
	step := 1
	if len(be.Elems) > 2 {
		if n, err := strconv.Atoi(be.Elems[2].Lit()); err == nil && n != 0 {
			step = max(n, -n)
		}
	}
	a, errA := strconv.Atoi(from)
	b, errB := strconv.Atoi(to)
	chars := errA != nil || errB != nil
	if chars {
		if len(from) != 1 || len(to) != 1 {
			return nil
		}
		a, b = int(from[0]), int(to[0])
	}
	width := 0
	if !chars && (leadingZero(from) || leadingZero(to)) {
		width = max(len(from), len(to))
	}
	var out [][]syntax.WordPart
	for len(out) <= maxFields {
		s := strconv.Itoa(a)
		if chars {
			s = string(rune(a))
		} else if len(s) < width {
			s = strings.Repeat("0", width-len(s)) + s
		}
		out = append(out, []syntax.WordPart{&syntax.Lit{Value: s}})
		if a == b || step > max(a-b, b-a) || step <= 0 {
			break
		}
		if a < b {
			a += step
		} else {
			a -= step
		}
	}
	return out
}

func leadingZero(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return len(s) > 1 && s[0] == '0'
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

// unescapeWord removes the backslashes of an unquoted word.
func unescapeWord(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := fieldBuilder{}
	(*shell)(nil).unquotedLit(&b, s)
	return string(b.buf)
}

func hasGlob(s string) bool {
	if strings.IndexAny(s, "*?") >= 0 {
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

// unescapeDouble removes the backslashes that mean something between double quotes.
func unescapeDouble(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			switch s[i+1] {
			case '$', '`', '"', '\\':
				i++
			case '\n':
				i++
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

// unescapeHeredoc is unescapeDouble for a here-document, where a double quote
// is an ordinary character.
func unescapeHeredoc(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			switch s[i+1] {
			case '$', '`', '\\':
				i++
			case '\n':
				i++
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

func sglQuoted(q *syntax.SglQuoted) string {
	if !q.Dollar {
		return q.Value
	}
	s, _ := unescapeC(strings.ReplaceAll(q.Value, unknown, "\x01"), false)
	if strings.IndexByte(q.Value, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x01", unknown)
	}
	return s
}

// unescapeC decodes the escapes of $'...' and, with printf, those of a printf
// format or echo -e, where an octal escape may start with a 0. stop is true
// when \c ends the output.
func unescapeC(s string, printf bool) (out string, stop bool) {
	if strings.IndexByte(s, '\\') < 0 {
		return s, false
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 >= len(s) {
			b = append(b, s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case 'a':
			b = append(b, 7)
		case 'b':
			b = append(b, 8)
		case 'e', 'E':
			b = append(b, 27)
		case 'f':
			b = append(b, 12)
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'v':
			b = append(b, 11)
		case '\\', '\'', '"', '?':
			b = append(b, c)
		case 'x':
			n, used := digits(s[i+1:], 16, 2)
			if used == 0 {
				b = append(b, '\\', 'x')
				continue
			}
			if n == 0 && !printf {
				return string(b), false
			}
			b = append(b, byte(n))
			i += used
		case 'u', 'U':
			most := 4
			if c == 'U' {
				most = 8
			}
			n, used := digits(s[i+1:], 16, most)
			if used == 0 {
				b = append(b, '\\', c)
				continue
			}
			b = utf8.AppendRune(b, rune(n))
			i += used
		case '0', '1', '2', '3', '4', '5', '6', '7':
			most := 3
			if printf && c == '0' {
				most = 4
			}
			n, used := digits(s[i:], 8, most)
			if n == 0 && !printf {
				return string(b), false
			}
			b = append(b, byte(n))
			i += used - 1
		case 'c':
			if printf {
				return string(b), true
			}
			if i+1 < len(s) {
				i++
				b = append(b, s[i]&0x1f)
			}
		default:
			b = append(b, '\\', c)
		}
	}
	if printf {
		return string(b), false // a NUL that is printed is as good as unknown
	}
	return strings.ReplaceAll(string(b), unknown, ""), false
}

func digits(s string, base, most int) (n, used int) {
	for used < len(s) && used < most {
		d := strings.IndexByte("0123456789abcdef", s[used]|0x20)
		if s[used] >= '0' && s[used] <= '9' {
			d = int(s[used] - '0')
		} else if s[used]|0x20 < 'a' || s[used]|0x20 > 'f' {
			d = -1
		}
		if d < 0 || d >= base {
			break
		}
		n = n*base + d
		used++
	}
	return n, used
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
