package parser

import (
	"strconv"
	"strings"
)

func echo(args []arg) value {
	newline, escapes := true, false
	for len(args) > 0 && len(args[0].text) > 1 && args[0].text[0] == '-' && strings.Trim(args[0].text[1:], "neE") == "" {
		for _, c := range args[0].text[1:] {
			switch c {
			case 'n':
				newline = false
			case 'e':
				escapes = true
			case 'E':
				escapes = false
			}
		}
		args = args[1:]
	}
	v := joined(args)
	if escapes {
		s, stop := unescapeC(strings.ReplaceAll(v.text, unknown, "\x01"), true)
		v.text = strings.ReplaceAll(s, "\x01", unknown)
		newline = newline && !stop
	}
	if newline {
		v = join(v, value{text: "\n"})
	}
	return v
}

// printf formats as printf(1) does; a conversion that is not understood is an
// unknown part.
func printf(args []arg) value {
	if len(args) > 0 && args[0].is("--") {
		args = args[1:]
	}
	if len(args) == 0 {
		return value{}
	}
	t := taints(args)
	format := args[0]
	args = args[1:]
	if !format.known() {
		return value{unknown, t}
	}
	var b strings.Builder
	for rounds := 0; ; rounds++ {
		used := 0
		f := format.text
		for i := 0; i < len(f); i++ {
			if f[i] == '\\' {
				j := i + 1
				// One escape is at most a backslash, U and eight digits.
				for j < len(f) && j < i+10 && f[j] != '%' && (j == i+1 || f[j] != '\\') {
					j++
				}
				if j == i+1 && j < len(f) {
					j++
				}
				s, stop := unescapeC(f[i:j], true)
				b.WriteString(s)
				if stop {
					return value{b.String(), t}
				}
				i = j - 1
				continue
			}
			if f[i] != '%' || i+1 >= len(f) {
				b.WriteByte(f[i])
				continue
			}
			i++
			if f[i] == '%' {
				b.WriteByte('%')
				continue
			}
			start := i
			for i < len(f) && strings.IndexByte("-+ #0123456789.*lhjzt", f[i]) >= 0 {
				i++
			}
			if i >= len(f) {
				break
			}
			plain := i == start
			a := value{}
			if used < len(args) {
				a = args[used].value
			}
			used++
			switch {
			case f[i] == 's' && plain:
				b.WriteString(a.text)
			case f[i] == 'b' && plain:
				s, _ := unescapeC(strings.ReplaceAll(a.text, unknown, "\x01"), true)
				b.WriteString(strings.ReplaceAll(s, "\x01", unknown))
			case f[i] == 'q' && plain && a.known() && plainName(a.text):
				b.WriteString(a.text)
			case f[i] == 'c' && plain && a.text != "":
				b.WriteString(a.text[:1])
			case strings.IndexByte("diu", f[i]) >= 0 && plain:
				if n, err := strconv.Atoi(a.text); err == nil {
					b.WriteString(strconv.Itoa(n))
				} else {
					b.WriteString(unknown)
				}
			default:
				b.WriteString(unknown)
			}
		}
		if b.Len() > maxValue || rounds > maxFields {
			return value{unknown, t}
		}
		if used == 0 || used >= len(args) {
			return value{b.String(), t}
		}
		args = args[used:]
	}
}

func transformed(name string, args []arg, in, out value) value {
	if !in.known() {
		return out
	}
	if name == "rev" && len(args) == 0 {
		lines := strings.Split(in.text, "\n")
		for i, l := range lines {
			r := []rune(l)
			for a, b := 0, len(r)-1; a < b; a, b = a+1, b-1 {
				r[a], r[b] = r[b], r[a]
			}
			lines[i] = string(r)
		}
		return value{strings.Join(lines, "\n"), in.taint | taintDecoded}
	}
	if name == "tr" && len(args) == 2 && args[0].known() && args[1].known() {
		if args[0].is("-d") {
			from := trSet(args[1].text)
			return value{strings.Map(func(r rune) rune {
				if strings.ContainsRune(from, r) {
					return -1
				}
				return r
			}, in.text), in.taint}
		}
		from, to := []rune(trSet(args[0].text)), []rune(trSet(args[1].text))
		if len(from) == 0 || len(to) == 0 || strings.HasPrefix(args[0].text, "-") || strings.Contains(args[0].text, "[:") {
			return out
		}
		table := make(map[rune]rune, len(from))
		for i, r := range from {
			table[r] = to[min(i, len(to)-1)]
		}
		return value{strings.Map(func(r rune) rune {
			if t, ok := table[r]; ok {
				return t
			}
			return r
		}, in.text), in.taint | taintDecoded}
	}
	return out
}

// trSet spells the ranges of a tr set out.
func trSet(s string) string {
	s, _ = unescapeC(s, true)
	r := []rune(s)
	var b strings.Builder
	for i := 0; i < len(r); i++ {
		if i+2 < len(r) && r[i+1] == '-' && r[i] <= r[i+2] && r[i+2]-r[i] < 256 {
			for c := r[i]; c <= r[i+2]; c++ {
				b.WriteRune(c)
			}
			i += 2
			continue
		}
		b.WriteRune(r[i])
	}
	return b.String()
}
