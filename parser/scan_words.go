package parser

import (
	"encoding/hex"
	"regexp"
	"strings"
)

var (
	importAs      = regexp.MustCompile(`import\s+([\w.]+)\s+as\s+(\w+)`)
	fromImport    = regexp.MustCompile(`from\s+([\w.]+)\s+import\s+([\w ,*]+)`)
	destructure   = regexp.MustCompile(`\{([\w\s:,]+)\}\s*=\s*(?:await\s+)?(?:require|import)\(\s*["'](?:node:)?([\w./-]+)["']`)
	blockVariable = regexp.MustCompile(`^\s*(?:\{|do|\()?\s*(?:\||\(|function\s*\(|async\s*)*\s*(\w+)`)
	loopVariable  = regexp.MustCompile(`\bfor\s*\(?\s*(?:const|let|var|my)?\s*\$?(\w+)\s+(?:in|of)\s+`)
	esImport      = regexp.MustCompile(`import\s*(?:\*\s*as\s+(\w+)|(\w+)|\{([\w\s,]+)\})\s*from\s*["'](?:node:)?([\w./-]+)["']`)
)

// imports notes the names that imports give to modules and functions.
func (s *scanner) imports() {
	if loops := loopVariable.FindAllStringSubmatchIndex(s.src, 32); loops != nil {
		// A comprehension names its variable after it was used.
		s.sh.w.mute++
		for _, m := range loops {
			s.pos = m[1]
			v := s.expression()
			s.vars[s.src[m[2]:m[3]]] = elementOf(v)
		}
		s.sh.w.mute--
		s.pos = 0
	}
	if !strings.Contains(s.src, "import") && !strings.Contains(s.src, "require") {
		return
	}
	s.alias = map[string]string{}
	name := func(module, list, as string) {
		for item := range strings.SplitSeq(list, ",") {
			f := strings.Fields(strings.ReplaceAll(item, as, " "))
			if len(f) > 0 {
				s.alias[f[len(f)-1]] = module + "." + f[0]
			}
		}
	}
	switch s.lang {
	case "python":
		for _, m := range importAs.FindAllStringSubmatch(s.src, -1) {
			s.alias[m[2]] = m[1]
		}
		for _, m := range fromImport.FindAllStringSubmatch(s.src, -1) {
			name(m[1], m[2], " as ")
		}
	case "js":
		for _, m := range destructure.FindAllStringSubmatch(s.src, -1) {
			name(m[2], m[1], ":")
		}
		for _, m := range esImport.FindAllStringSubmatch(s.src, -1) {
			if m[3] != "" {
				name(m[4], m[3], " as ")
			} else if m[1]+m[2] != "" {
				s.alias[m[1]+m[2]] = m[4]
			}
		}
	}
}

// regex reports whether a slash starts a regular expression literal.
func (s *scanner) regex() bool {
	if s.lang != "js" && s.lang != "ruby" && s.lang != "perl" {
		return false
	}
	for i := s.pos - 1; i >= 0; i-- {
		switch c := s.src[i]; c {
		case ' ', '\t':
			continue
		case '(', ',', '=', ':', '[', '!', '&', '|', '?', '{', '}', ';', '\n', '~':
			return true
		default:
			return false
		}
	}
	return true
}

func (s *scanner) comment() bool {
	rest := s.src[s.pos:]
	switch {
	case rest[0] == '#' && s.lang != "js" && s.lang != "lua":
	case strings.HasPrefix(rest, "//") && (s.lang == "js" || s.lang == "php" || s.lang == "groovy" || s.lang == "scala" || s.lang == "swift"):
	case strings.HasPrefix(rest, "--") && s.lang == "lua":
	case strings.HasPrefix(rest, "/*") && s.lang != "python" && s.lang != "perl" && s.lang != "ruby":
		if end := strings.Index(rest, "*/"); end >= 0 {
			s.pos += end + 2
		} else {
			s.pos = len(s.src)
		}
		return true
	default:
		return false
	}
	if end := strings.IndexByte(rest, '\n'); end >= 0 {
		s.pos += end
	} else {
		s.pos = len(s.src)
	}
	return true
}

func (s *scanner) word() string {
	start := s.pos
	for s.more() && identPart(s.src[s.pos]) {
		s.pos++
	}
	if s.more() && (s.src[s.pos] == '!' || s.src[s.pos] == '?') && s.lang == "ruby" {
		s.pos++
	}
	return strings.TrimLeft(s.src[start:s.pos], "$")
}

// name evaluates an identifier: a prefixed string, a constant variable, or
// only a name.
func (s *scanner) name() sval {
	start := s.pos
	n := s.word()
	if s.more() && (s.src[s.pos] == '"' || s.src[s.pos] == '\'') && s.pos-start <= 2 && s.lang == "python" {
		return s.str(strings.ToLower(n))
	}
	if s.lang == "perl" || s.lang == "ruby" || s.lang == "php" {
		if v, ok := s.quoteLike(n); ok {
			return v
		}
	}
	if v, ok := s.vars[n]; ok && !(s.more() && s.src[s.pos] == '(') {
		if v.name = n; v.path == "" {
			v.path = n
		}
		return v
	}
	if a := s.alias[n]; a != "" {
		return sval{value: value{text: unknown}, path: a, name: n}
	}
	switch n {
	case "True", "true", "False", "false", "None", "null", "undefined", "nil":
		return sval{value: value{text: strings.ToLower(n)}}
	case "new", "await", "return", "import", "from", "require", "const", "let", "var", "my", "our", "local", "print", "puts", "echo", "say", "async", "yield", "raise", "throw", "if", "else", "elsif", "elif", "then", "do", "end", "in", "not", "and", "or", "with", "as", "for", "while", "lambda", "function", "def", "use", "unless", "typeof", "void", "die", "warn", "p":
		if n == "p" && s.lang != "ruby" {
			break
		}
		if n == "require" && s.more() && s.src[s.pos] == '(' {
			return sval{path: n}
		}
		return sval{}
	}
	return sval{value: value{text: unknown}, path: n}
}

// quoteLike reads perl's and ruby's other quotes.
func (s *scanner) quoteLike(n string) (sval, bool) {
	if s.lang == "php" || !s.more() {
		return sval{}, false
	}
	switch n {
	case "qx", "q", "qq", "qw":
	default:
		return sval{}, false
	}
	open := s.src[s.pos]
	if identPart(open) || open == ' ' || open == ',' || open == ';' || open == '=' {
		return sval{}, false
	}
	text := s.skipDelimited(open)
	v := sval{value: s.interpolate(text)}
	switch n {
	case "qx":
		return s.call(sval{path: "qx"}, sval{isList: true, list: []sval{v}}), true
	case "qw":
		out := sval{isList: true}
		for _, f := range strings.Fields(text) {
			out.list = append(out.list, sval{value: value{text: f}})
		}
		return out, true
	case "q":
		return sval{value: value{text: text}}, true
	}
	return v, true
}

// skipDelimited reads from an opening delimiter to its closing one.
func (s *scanner) skipDelimited(open byte) string {
	closing := open
	switch open {
	case '(':
		closing = ')'
	case '[':
		closing = ']'
	case '{':
		closing = '}'
	case '<':
		closing = '>'
	}
	s.pos++
	start, depth := s.pos, 1
	for s.more() {
		c := s.src[s.pos]
		switch {
		case c == '\\':
			s.pos++
		case c == closing:
			if depth--; depth == 0 {
				text := s.src[start:s.pos]
				s.pos++
				return text
			}
		case c == open:
			depth++
		}
		s.pos++
	}
	s.pos = len(s.src)
	return s.src[min(start, len(s.src)):]
}

// str reads a string literal.
func (s *scanner) str(prefix string) sval {
	q := s.src[s.pos]
	triple := s.lang == "python" && s.peek(1) == q && s.peek(2) == q
	start := s.pos + 1
	if triple {
		start = s.pos + 3
	}
	var raw string
	if triple {
		end := strings.Index(s.src[min(start, len(s.src)):], strings.Repeat(string(q), 3))
		if end < 0 {
			raw, s.pos = s.src[min(start, len(s.src)):], len(s.src)
		} else {
			raw, s.pos = s.src[start:start+end], start+end+3
		}
	} else {
		i := start
		for i < len(s.src) && s.src[i] != q {
			if s.src[i] == '\\' {
				i++
			}
			i++
		}
		raw = s.src[start:min(i, len(s.src))]
		s.pos = min(i+1, len(s.src))
	}
	v := value{text: raw}
	if !strings.Contains(prefix, "r") && !(q == '\'' && (s.lang == "perl" || s.lang == "php" || s.lang == "ruby")) {
		v.text, _ = unescapeC(strings.ReplaceAll(raw, unknown, "\x01"), true)
		v.text = strings.ReplaceAll(v.text, "\x01", unknown)
	}
	switch {
	case strings.Contains(prefix, "f"):
		v = braces(v.text)
	case q == '`' && s.lang == "js", q == '"' && (s.lang == "perl" || s.lang == "php" || s.lang == "ruby" || s.lang == "elixir" || s.lang == "julia" || s.lang == "groovy" || s.lang == "scala"):
		v = s.interpolate(v.text)
	case q == '`' && (s.lang == "perl" || s.lang == "ruby" || s.lang == "php"):
		return s.call(sval{path: "qx"}, sval{isList: true, list: []sval{{value: s.interpolate(v.text)}}})
	}
	return sval{value: v}
}

var variableInString = regexp.MustCompile(`#\{[^}]*\}|\$\{[^}]*\}|\$[A-Za-z_][A-Za-z_0-9]*|\$\([^)]*\)`)

// interpolate replaces what a string would compute by what is known of it.
func (s *scanner) interpolate(text string) value {
	return value{text: variableInString.ReplaceAllStringFunc(text, func(m string) string {
		if v, ok := s.vars[strings.Trim(m, "#${}")]; ok && !v.isList {
			return v.text
		}
		if s.lang == "js" && !strings.HasPrefix(m, "${") || s.lang == "ruby" && m[0] == '$' {
			return m
		}
		return unknown
	})}
}

// braces makes the {expressions} of an f-string unknown.
func braces(text string) value {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '{' && depth == 0 && i+1 < len(text) && text[i+1] == '{', c == '}' && depth == 0 && i+1 < len(text) && text[i+1] == '}':
			b.WriteByte(c)
			i++
		case c == '{':
			if depth == 0 {
				b.WriteString(unknown)
			}
			depth++
		case c == '}':
			depth--
		case depth <= 0:
			b.WriteByte(c)
		}
	}
	return value{text: b.String()}
}

// bareCall reports whether a name may be called without parentheses here.
func (s *scanner) bareCall(path string) bool {
	switch s.lang {
	case "perl", "ruby", "php", "lua", "elixir", "groovy", "osascript":
	default:
		return false
	}
	if path == "" || !known(s.lang, path) {
		return false
	}
	i := s.pos
	for i < len(s.src) && s.src[i] == ' ' {
		i++
	}
	return i < len(s.src) && (strings.IndexByte("\"'`[{%", s.src[i]) >= 0 || identStart(s.src[i]))
}

func (s *scanner) bareArgs() sval {
	out := sval{isList: true}
	for s.more() {
		v := s.expression()
		out.list = append(out.list, v)
		if !s.more() || s.src[s.pos] != ',' {
			break
		}
		s.pos++
	}
	return out
}

func hexText(s string) (string, bool) {
	data, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	return string(data), err == nil
}
