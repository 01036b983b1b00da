package parser

import (
	"encoding/hex"
	"regexp"
	"strings"

	"twokey/parser/effect"
)

// maxScan bounds the source of another language that is looked through.
const maxScan = 64 << 10

// scanner looks through the source of another language for calls that run
// commands, touch files or send requests. It knows strings, comments, calls
// and constant variables, and nothing of the language's grammar: what it finds
// is marked as scanned, and what it cannot follow is unknown.
type scanner struct {
	sh    *shell
	lang  string
	src   string
	pos   int
	depth int
	steps int
	vars  map[string]sval
	alias map[string]string // names that an import gave
	taint taint
	sent  bool // a request was found
	lost  bool
}

// sval is the value of an expression as far as it is known.
type sval struct {
	value
	list   []sval
	isList bool
	fields map[string]sval
	path   string // the dotted name that calls of it are known by
	name   string // the variable that it was read from
}

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

func unknownVal() sval { return sval{value: value{text: unknown}} }

// scan looks through source and returns where its data came from.
func (sh *shell) scan(lang string, v value) taint {
	if len(v.text) > maxScan {
		sh.command(lang, nil, effect.TraitUnparsed)
		return 0
	}
	w := sh.w
	w.depth++
	defer func() { w.depth-- }()
	if w.depth > maxDepth {
		w.overflow(sh)
		return 0
	}
	sub := sh.fork()
	sub.frame.scanned, sub.frame.fixed = true, true
	if v.taint&taintDecoded != 0 {
		sub.frame.traits = append(sub.frame.traits[:len(sub.frame.traits):len(sub.frame.traits)], effect.TraitDecoded)
	}
	s := &scanner{sh: sub, lang: family(lang), src: v.text, vars: map[string]sval{}}
	s.imports()
	s.sequence(0)
	if s.lost {
		sub.command(lang, nil, effect.TraitDynamicCode)
	}
	if s.sent && s.taint&(taintSecret|taintEnv) != 0 {
		sub.command(lang, nil, effect.TraitExfil)
	}
	return s.taint
}

// family groups languages whose strings and comments are written alike.
func family(lang string) string {
	switch lang {
	case "python", "python2", "python3", "gdb":
		return "python"
	case "node", "nodejs", "bun", "deno", "tsx", "ts-node":
		return "js"
	case "luajit":
		return "lua"
	case "raku":
		return "perl"
	}
	return lang
}

func (s *scanner) more() bool { return s.pos < len(s.src) }

func (s *scanner) peek(n int) byte {
	if s.pos+n < len(s.src) {
		return s.src[s.pos+n]
	}
	return 0
}

// sequence evaluates expressions up to the closing byte (0: the end) and
// returns those between its commas; name=value and name: value go to fields.
func (s *scanner) sequence(closing byte) sval {
	s.depth++
	defer func() { s.depth-- }()
	out := sval{isList: true}
	if s.depth > 64 {
		s.lost, s.pos = true, len(s.src)
		return out
	}
	var cur sval
	have := false
	key := ""
	last := "" // the name just read, for assignments
	put := func() {
		if have || key != "" {
			if key != "" {
				if out.fields == nil {
					out.fields = map[string]sval{}
				}
				out.fields[key] = cur
			} else {
				out.list = append(out.list, cur)
			}
		}
		cur, have, key, last = sval{}, false, "", ""
	}
	for s.more() {
		s.steps++
		if s.steps > 4*maxScan || !s.sh.w.step(s.sh) {
			s.lost, s.pos = true, len(s.src)
			break
		}
		c := s.src[s.pos]
		switch {
		case closing != 0 && c == closing:
			s.pos++
			put()
			return out
		case c == ' ' || c == '\t' || c == '\r':
			s.pos++
		case c == ',' || c == ';' || c == '\n' && closing == 0:
			s.pos++
			if closing == 0 {
				cur, have, key, last = sval{}, false, "", ""
				out.list = nil
			} else {
				put()
			}
		case c == '\n':
			s.pos++
		case s.comment():
		case c == ')' || c == ']' || c == '}':
			s.pos++ // unbalanced: of an outer level, or of text not understood
			if closing != 0 {
				put()
				return out
			}
		case c == '=' && s.peek(1) != '=' && s.peek(1) != '>' && s.peek(1) != '~':
			s.pos++
			if last != "" && closing == 0 || last != "" && closing == '}' && s.lang == "js" && key == "" {
				name := last
				v := s.expression()
				s.vars[name] = v
				cur, have, last = v, true, ""
			} else if last != "" {
				key, cur, have = last, sval{}, false
			}
		case c == '=' && s.peek(1) == '>' && last != "":
			s.pos += 2
			if s.lang == "js" {
				cur, have, last = sval{}, false, ""
			} else {
				key, cur, have = last, sval{}, false
			}
		case c == ':' && s.peek(1) != ':' && last != "" && closing != 0:
			s.pos++
			key, cur, have = last, sval{}, false
		case s.operator(c):
			s.pos++
			if c != '+' && !(c == '.' && (s.lang == "perl" || s.lang == "php" || s.lang == "lua")) && have {
				cur.value = join(cur.value, value{text: unknown})
			}
			if c == '%' && s.lang == "python" && have {
				cur = s.percent(cur)
			} else if c == '%' || c == '?' {
				cur = sval{value: value{unknown, cur.taint}}
			}
		default:
			at := s.pos
			v := s.primary()
			if s.pos == at {
				s.pos++
				continue
			}
			if last = v.name; last == "" {
				last = v.path
			}
			if last == "" && v.known() {
				last = v.text
			}
			if have && !cur.isList && !v.isList {
				cur = sval{value: join(cur.value, v.value)}
			} else {
				cur = v
			}
			have = true
		}
	}
	put()
	return out
}

// percent formats as python's % does.
func (s *scanner) percent(format sval) sval {
	for s.more() && s.src[s.pos] == ' ' {
		s.pos++
	}
	if !s.more() {
		return format
	}
	v := s.primary()
	if v.isList {
		return sval{value: formatted(format.value, "%s", v.list)}
	}
	return sval{value: formatted(format.value, "%s", []sval{v})}
}

func (s *scanner) operator(c byte) bool {
	return strings.IndexByte("+-*%?&|<>!^~=:.\\@", c) >= 0 || c == '/' && !s.regex()
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

// expression evaluates up to the end of a statement.
func (s *scanner) expression() sval {
	start := s.depth
	s.depth++
	defer func() { s.depth = start }()
	var cur sval
	have := false
	if s.depth > 64 {
		s.lost, s.pos = true, len(s.src)
		return cur
	}
	for s.more() {
		s.steps++
		if s.steps > 4*maxScan {
			s.lost, s.pos = true, len(s.src)
			break
		}
		c := s.src[s.pos]
		switch {
		case c == ';' || c == '\n' || c == ')' || c == ']' || c == '}' || c == ',':
			return cur
		case c == ' ' || c == '\t' || c == '\r':
			s.pos++
		case s.comment():
		case s.operator(c) || c == '=':
			s.pos++
			if c == '%' && s.lang == "python" && have {
				cur = s.percent(cur)
			} else if c == '%' || c == '?' {
				cur = sval{value: value{unknown, cur.taint}}
			}
		default:
			at := s.pos
			v := s.primary()
			if s.pos == at {
				s.pos++
				continue
			}
			if have && !cur.isList && !v.isList {
				cur = sval{value: join(cur.value, v.value)}
			} else {
				cur = v
			}
			have = true
		}
	}
	return cur
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

func identStart(c byte) bool {
	return c == '_' || c == '$' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func identPart(c byte) bool { return identStart(c) || c >= '0' && c <= '9' }

// primary evaluates one operand with the members and calls that follow it.
func (s *scanner) primary() sval {
	c := s.src[s.pos]
	var v sval
	switch {
	case c == '"' || c == '\'' || c == '`':
		v = s.str("")
	case c == '/' && s.regex():
		s.skipDelimited('/')
		return unknownVal()
	case c == '(':
		s.pos++
		seq := s.sequence(')')
		if len(seq.list) == 1 && seq.fields == nil {
			v = seq.list[0]
		} else {
			v = seq
		}
	case c == '[':
		s.pos++
		v = s.sequence(']')
	case c == '{':
		s.pos++
		v = s.sequence('}')
	case identStart(c):
		v = s.name()
	case c >= '0' && c <= '9':
		start := s.pos
		for s.more() && (identPart(s.src[s.pos]) || s.src[s.pos] == '.') {
			s.pos++
		}
		v = sval{value: value{text: s.src[start:s.pos]}}
	default:
		return sval{}
	}
	return s.members(v)
}

func (s *scanner) members(v sval) sval {
	for s.more() {
		switch c := s.src[s.pos]; {
		case c == '.' && s.lang == "lua" && s.peek(1) == '.':
			return v
		case (c == '.' || c == '?' && s.peek(1) == '.') && s.lang != "perl" && s.lang != "php" && s.memberAt(1+truth(c == '?')):
			s.pos += 1 + truth(c == '?')
			name := s.word()
			v.path = memberPath(v.path, name)
			if !s.calls() {
				v = s.member(v, name)
			}
		case c == '-' && s.peek(1) == '>' && (s.lang == "perl" || s.lang == "php"):
			s.pos += 2
			v.path = memberPath(v.path, s.word())
		case c == ':' && s.peek(1) == ':':
			s.pos += 2
			v.path = memberPath(v.path, s.word())
		case c == '(':
			s.pos++
			args := s.sequence(')')
			v = s.call(v, args)
		case c == '[':
			v = s.index(v)
		case (c == ' ' || c == '"' || c == '\'') && s.bareCall(v.path):
			args := s.bareArgs()
			v = s.call(v, args)
		case c == '`' && (strings.HasSuffix(v.path, "$") || v.path == "sh"):
			v = s.call(sval{path: "execSync"}, sval{isList: true, list: []sval{s.str("")}})
		default:
			return v
		}
	}
	return v
}

// index evaluates v[...]: an environment variable, a directory's pattern, a
// reversed string; else it is not known.
func (s *scanner) index(v sval) sval {
	if strings.HasPrefix(s.src[s.pos:], "[::-1]") && v.known() && !v.isList {
		s.pos += len("[::-1]")
		r := []rune(v.text)
		for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
			r[i], r[j] = r[j], r[i]
		}
		return sval{value: value{string(r), v.taint | taintDecoded}}
	}
	s.pos++
	key := s.sequence(']')
	if len(key.list) == 1 && key.list[0].known() {
		switch v.path {
		case "os.environ", "ENV", "process.env", "environ", "_ENV", "_SERVER":
			return sval{value: s.sh.lookup(key.list[0].text)}
		case "Dir":
			return key.list[0]
		}
	}
	return sval{value: value{unknown, v.taint}, path: v.path}
}

func memberPath(path, name string) string {
	if path == "" {
		return "." + name
	}
	return path + "." + name
}

func (s *scanner) memberAt(n int) bool { return identStart(s.peek(n)) }

func (s *scanner) calls() bool {
	return s.more() && (s.src[s.pos] == '(' || s.src[s.pos] == '[')
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
