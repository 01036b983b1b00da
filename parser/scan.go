package parser

import (
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
	host  string // the interpreter
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
	s := &scanner{sh: sub, lang: family(lang), host: lang, src: v.text, vars: map[string]sval{}}
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
	case "irb", "pry":
		return "ruby"
	case "jrunscript", "jshell":
		return "js"
	case "octave-cli":
		return "octave"
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
