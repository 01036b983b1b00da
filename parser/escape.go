package parser

import (
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// unescapeWord removes the backslashes of an unquoted word.
func unescapeWord(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := fieldBuilder{}
	(*shell)(nil).unquotedLit(&b, s)
	return string(b.buf)
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
