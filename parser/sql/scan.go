package sql

import "strings"

// kind is the lexical class of a token.
type kind uint8

const (
	word    kind = iota // an identifier or key word without quotes
	quoted              // an identifier in quotes
	str                 // a string constant
	number              // a numeric constant
	param               // a place for a value: $1, ?, :name, %s
	punct               // an operator or a single punctuation mark
	command             // a backslash outside quotes: the client's own command
	broken              // a quote or comment that never ends
)

// token is one lexical element; start and end are byte offsets.
type token struct {
	kind       kind
	start, end int
	text       string // as written; for words in upper case
}

// dialect is the lexical side of a database.
type dialect uint8

const (
	postgres dialect = iota
	mysql
	sqlite
)

// name is the unquoted name of an identifier token.
func (t token) name(src string) string {
	raw := src[t.start:t.end]
	if t.kind != quoted || len(raw) < 2 {
		return raw
	}
	q := raw[len(raw)-1:]
	raw = raw[1 : len(raw)-1]
	if q == "]" {
		return raw
	}
	return strings.ReplaceAll(raw, q+q, q)
}

// value is the content of a string token without prefix and quotes. Escapes
// are left as written.
func (t token) value(src string) string {
	raw := src[t.start:t.end]
	if strings.HasPrefix(raw, "$") {
		if i := strings.IndexByte(raw[1:], '$'); i >= 0 && len(raw) >= 2*(i+2) {
			return raw[i+2 : len(raw)-i-2]
		}
		return raw
	}
	i := strings.IndexAny(raw, `'"`)
	if i < 0 || len(raw) < i+2 {
		return raw
	}
	q := raw[i : i+1]
	return strings.ReplaceAll(raw[i+1:len(raw)-1], q+q, q)
}

func (t token) is(words ...string) bool {
	if t.kind != word && t.kind != punct {
		return false
	}
	for _, w := range words {
		if t.text == w {
			return true
		}
	}
	return false
}

// scanner reads tokens of one dialect. Comments and white space are dropped.
type scanner struct {
	src string
	d   dialect
	pos int
}

// scan returns the tokens of src. The last one is broken when a quote or
// comment never ends.
func scan(src string, d dialect) []token {
	s := scanner{src: src, d: d}
	tokens := make([]token, 0, 8+len(src)/5)
	for {
		t, ok := s.next()
		if !ok {
			return tokens
		}
		tokens = append(tokens, t)
		if t.kind == broken {
			return tokens
		}
	}
}

// maxPlaceholder is the longest ${...} that counts as one.
const maxPlaceholder = 256

func (s *scanner) at(i int) byte {
	if i < len(s.src) {
		return s.src[i]
	}
	return 0
}

// blank skips white space and comments; false means a comment never ends.
func (s *scanner) blank() bool {
	for s.pos < len(s.src) {
		c := s.src[s.pos]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v':
			s.pos++
		case c == '-' && s.at(s.pos+1) == '-' && s.dashComment(), c == '#' && s.d == mysql:
			if end := strings.IndexByte(s.src[s.pos:], '\n'); end >= 0 {
				s.pos += end + 1
			} else {
				s.pos = len(s.src)
			}
		case c == '/' && s.at(s.pos+1) == '*':
			if !s.blockComment() {
				return false
			}
		default:
			return true
		}
	}
	return true
}

// dashComment reports whether "--" begins a comment here: MySQL wants a blank
// or a control character after it.
func (s *scanner) dashComment() bool {
	return s.d != mysql || s.pos+2 >= len(s.src) || s.src[s.pos+2] <= ' '
}

func (s *scanner) blockComment() bool {
	depth := 0
	for i := s.pos; i < len(s.src); i++ {
		switch {
		case s.src[i] == '/' && s.at(i+1) == '*' && (depth == 0 || s.d == postgres):
			depth++
			i++
		case s.src[i] == '*' && s.at(i+1) == '/':
			depth--
			i++
			if depth == 0 {
				s.pos = i + 1
				return true
			}
		}
	}
	if s.d == sqlite { // ends with the text
		s.pos = len(s.src)
		return true
	}
	return false
}

func (s *scanner) next() (token, bool) {
	if !s.blank() {
		return s.take(broken, len(s.src)), true
	}
	if s.pos >= len(s.src) {
		return token{}, false
	}
	c := s.src[s.pos]
	switch {
	case c == '\'':
		return s.quote(s.pos, '\'', str, s.d == mysql), true
	case c == '"':
		if s.d == mysql {
			return s.quote(s.pos, '"', str, true), true
		}
		return s.quote(s.pos, '"', quoted, false), true
	case c == '`' && s.d != postgres:
		return s.quote(s.pos, '`', quoted, false), true
	case c == '[' && s.d == sqlite:
		if end := strings.IndexByte(s.src[s.pos:], ']'); end >= 0 {
			return s.take(quoted, s.pos+end+1), true
		}
		return s.take(broken, len(s.src)), true
	case identStart(c):
		return s.word(), true
	case digit(c) || c == '.' && digit(s.at(s.pos+1)):
		return s.number(), true
	case c == '$':
		return s.dollar(), true
	case c == '\\':
		return s.take(command, s.pos+1), true
	case c == '?':
		end := s.pos + 1
		for s.d == sqlite && digit(s.at(end)) {
			end++
		}
		return s.take(param, end), true
	case c == ':' && identStart(s.at(s.pos+1)), c == '@' && s.d == sqlite && identStart(s.at(s.pos+1)):
		end := s.pos + 1
		for identPart(s.at(end)) {
			end++
		}
		return s.take(param, end), true
	case c == 0:
		return s.take(param, s.pos+1), true
	}
	for _, op := range [...]string{"::", ":=", "<=>", "<=", ">=", "<>", "!=", "==", "||", "&&", "->>", "->"} {
		if strings.HasPrefix(s.src[s.pos:], op) {
			return s.take(punct, s.pos+len(op)), true
		}
	}
	return s.take(punct, s.pos+1), true
}

func (s *scanner) take(k kind, end int) token {
	t := token{kind: k, start: s.pos, end: end, text: s.src[s.pos:end]}
	if k == word {
		t.text = upper(t.text)
	}
	s.pos = end
	return t
}

func (s *scanner) word() token {
	end := s.pos + 1
	for end < len(s.src) && (identPart(s.src[end]) || s.src[end] == '$') {
		end++
	}
	prefix := s.src[s.pos:end]
	switch s.at(end) {
	case '\'':
		switch {
		case len(prefix) == 1 && strings.ContainsAny(prefix, "eE") && s.d == postgres:
			return s.quote(end, '\'', str, true)
		case len(prefix) == 1 && strings.ContainsAny(prefix, "nNbBxX"),
			s.d == mysql && prefix[0] == '_':
			return s.quote(end, '\'', str, s.d == mysql)
		}
	case '"':
		if s.d == mysql && prefix[0] == '_' {
			return s.quote(end, '"', str, true)
		}
	case '&':
		if s.d == postgres && (prefix == "u" || prefix == "U") {
			switch s.at(end + 1) {
			case '\'':
				return s.quote(end+1, '\'', str, false)
			case '"':
				return s.quote(end+1, '"', str, false)
			}
		}
	}
	return s.take(word, end)
}

// quote reads to the closing quote; a doubled one stands for itself.
func (s *scanner) quote(open int, q byte, k kind, backslash bool) token {
	for i := open + 1; i < len(s.src); i++ {
		switch {
		case backslash && s.src[i] == '\\':
			i++
		case s.src[i] == q && s.at(i+1) == q:
			i++
		case s.src[i] == q:
			return s.take(k, i+1)
		}
	}
	return s.take(broken, len(s.src))
}

func (s *scanner) number() token {
	end := s.pos
	if s.src[end] == '0' && (s.at(end+1) == 'x' || s.at(end+1) == 'X') {
		end += 2
	}
	for end < len(s.src) {
		c := s.src[end]
		exponent := (c == '+' || c == '-') && (s.src[end-1] == 'e' || s.src[end-1] == 'E')
		if !digit(c) && c != '.' && c != '_' && !identStart(c) && !(exponent && end > s.pos) {
			break
		}
		end++
	}
	return s.take(number, end)
}

// dollar reads a dollar quote, a numbered or named parameter, or a lone sign.
func (s *scanner) dollar() token {
	end := s.pos + 1
	for end < len(s.src) && identPart(s.src[end]) {
		end++
	}
	if s.d == postgres && s.at(end) == '$' && !digit(s.at(s.pos+1)) {
		tag := s.src[s.pos : end+1]
		if i := strings.Index(s.src[end+1:], tag); i >= 0 {
			return s.take(str, end+1+i+len(tag))
		}
		return s.take(broken, len(s.src))
	}
	if s.at(s.pos+1) == '{' {
		if i := strings.IndexByte(s.src[s.pos:min(len(s.src), s.pos+maxPlaceholder)], '}'); i >= 0 {
			return s.take(param, s.pos+i+1)
		}
	}
	if end > s.pos+1 {
		return s.take(param, end)
	}
	return s.take(punct, s.pos+1)
}

func identStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func identPart(c byte) bool { return identStart(c) || digit(c) }

func digit(c byte) bool { return c >= '0' && c <= '9' }

// upper is strings.ToUpper for ASCII without a copy when nothing changes.
func upper(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'a' && s[i] <= 'z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'a' && b[i] <= 'z' {
					b[i] -= 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
