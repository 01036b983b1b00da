package sql

import (
	"slices"
	"strings"
)

// maxHead is how far into a statement COPY is looked for: comments may stand
// before it.
const maxHead = 4 << 10

// maxCopyData bounds how deep the rows of a COPY are read as a script.
const maxCopyData = 1

// psqlScript reads a text as psql(1) does: statements up to a semicolon
// outside brackets, and backslash commands.
func psqlScript(src string, t *pgText, depth int) reading {
	if !strings.ContainsRune(src, '\\') && !strings.Contains(upper(src), "STDIN") {
		return readPostgresWith(t, src)
	}
	p := &psql{script: newScript(src, postgres), t: t, vars: map[string]string{}, depth: depth}
	p.run()
	return p.r
}

// psql is the state of psql over one text.
type psql struct {
	*script
	t     *pgText
	vars  map[string]string // variables whose value is certain
	depth int
	// waiting are statements that are yet to be read.
	waiting strings.Builder
}

func (p *psql) run() {
	brackets := 0
	for {
		t, ok := p.s.next()
		if !ok {
			break
		}
		switch {
		case t.is("(", "["):
			brackets++
		case t.is(")", "]"):
			brackets = max(brackets-1, 0)
		case t.is(";") && brackets == 0:
			p.send(t.start, t.end)
		case t.kind == command:
			if p.flush(); p.enough() {
				return
			}
			brackets = p.command(t.start, brackets)
		case t.kind == broken:
			p.send(len(p.s.src), len(p.s.src))
			p.flush()
			return
		}
	}
	p.send(len(p.s.src), len(p.s.src))
	p.flush()
}

// flush reads the statements that wait, all at once: that is much faster.
func (p *psql) flush() {
	if waiting := p.waiting.String(); waiting != "" {
		p.waiting.Reset()
		p.join(readPostgresWith(p.t, waiting))
	}
}

// send takes the statement that ends at end.
func (p *psql) send(end, next int) {
	text := p.interpolate(p.take(end, next))
	if strings.TrimSpace(text) == "" {
		return
	}
	if !strings.Contains(upper(text[:min(len(text), maxHead)]), "COPY") {
		p.waiting.WriteString(text)
		p.waiting.WriteString("\n;")
		return
	}
	p.flush()
	r := readPostgresWith(p.t, text)
	p.join(r)
	for _, s := range r.stmts {
		if s.Verb == "COPY FROM" {
			p.copyData(next)
			return
		}
	}
}

// copyData takes out the rows that follow a COPY FROM STDIN, up to "\.". When
// the COPY fails psql runs them as commands, so what they would do is read too.
func (p *psql) copyData(from int) {
	_, start := p.line(from)
	end, next := start, start
	for next < len(p.s.src) {
		var line string
		line, next = p.line(end)
		if line == `\.` {
			break
		}
		end = next
	}
	if next >= len(p.s.src) {
		next = len(p.s.src)
	}
	rows := p.s.src[start:end]
	p.s.src = p.s.src[:start] + p.s.src[next:]
	if p.depth >= maxCopyData || !strings.ContainsAny(rows, `;\`) {
		return
	}
	for _, s := range psqlScript(rows, &pgText{prepared: map[string]bool{}}, p.depth+1).stmts {
		if s.Unparsed == "" && s.Writes && !mild[s.Verb] && s.Filter != "some" {
			p.r.stmts = append(p.r.stmts, s)
		}
	}
}

// interpolate puts known variables in for :name, :'name' and :"name".
func (p *psql) interpolate(text string) string {
	if len(p.vars) == 0 || !strings.Contains(text, ":") {
		return text
	}
	var b strings.Builder
	last := 0
	tokens := scan(text, postgres)
	for i, t := range tokens {
		name, quote, start := "", "", t.start
		switch {
		case t.kind == param && t.text[0] == ':':
			name = t.text[1:]
		case (t.kind == str || t.kind == quoted) && i > 0 && tokens[i-1].text == ":" && tokens[i-1].end == t.start:
			name, quote, start = t.name(text), text[t.end-1:t.end], tokens[i-1].start
			if t.kind == str {
				name = t.value(text)
			}
		}
		if value, ok := p.vars[name]; ok && name != "" {
			b.WriteString(text[last:start])
			if quote != "" {
				value = quote + strings.ReplaceAll(value, quote, quote+quote) + quote
			}
			b.WriteString(value)
			last = t.end
		}
	}
	b.WriteString(text[last:])
	return b.String()
}

// wholeLine are commands whose arguments are the rest of the line as it is.
var wholeLine = []string{"!", "copy", "ef", "ev", "sf", "sv", "sf+", "sv+", "h", "help"}

// psqlHarmless are commands that only show, format or steer psql itself.
var psqlHarmless = strings.Fields(`a bind bind_named C cd close conninfo copyright crosstabview echo elif else
	encoding endif errverbose f gdesc gset gx_none H h help html if l list l+ list+ p parse print prompt pset q
	qecho quit set sf sf+ sv sv+ t T timing unset warn watch x z ? close_prepared lo_list dl startpipeline
	endpipeline sync syncpipeline flush flushrequest getresults restrict unrestrict sendpipeline`)

// command reads the backslash command at pos and returns how many brackets are
// open after it.
func (p *psql) command(pos, brackets int) int {
	line, next := p.line(pos + 1)
	name := line
	if i := strings.IndexAny(line, " \t\\|`\"'"); i > 0 {
		name = line[:i]
	}
	if strings.HasPrefix(line, "!") {
		name = "!"
	}
	switch {
	case strings.HasPrefix(line, ";"): // a semicolon that does not send
		p.keep(pos, pos+1)
		p.s.pos = pos + 2
		return brackets
	case strings.HasPrefix(line, ":"), strings.HasPrefix(line, `\`):
		p.keep(pos, pos+2)
		p.s.pos = pos + 2
		return brackets
	}
	rest := line[len(name):]
	end := next
	if !slices.Contains(wholeLine, name) && !strings.HasPrefix(strings.TrimSpace(rest), "|") {
		if cut := unquotedBackslash(rest); cut >= 0 {
			end = pos + 1 + len(name) + cut
			rest = rest[:cut]
		}
	}
	text := strings.TrimSpace(p.s.src[pos:min(end, len(p.s.src))])
	p.s.pos = end
	if p.execute(name, strings.TrimSpace(rest), text, pos, end) {
		return 0
	}
	if p.from <= pos {
		p.keep(pos, p.s.pos)
	}
	return brackets
}

// unquotedBackslash is where the next command begins, or -1.
func unquotedBackslash(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			return i
		case '\'', '"', '`':
			q := s[i]
			for i++; i < len(s) && s[i] != q; i++ {
				if s[i] == '\\' && q == '\'' {
					i++
				}
			}
		}
	}
	return -1
}

// execute tells what a command does; true means that it sent the statement.
func (p *psql) execute(name, rest, text string, pos, end int) bool {
	if name != "!" && name != "copy" {
		for _, shell := range backquoted(rest) {
			p.add(text, "CLIENT SHELL", shell)
		}
	}
	args := unquoteArgs(rest)
	switch name {
	case "g", "gx", "gexec", "gset", "gdesc", "crosstabview", "watch":
		p.send(pos, end)
		p.flush()
		p.output(name, rest, text)
		return true
	case "r", "reset": // the statement so far is thrown away
		p.take(pos, end)
		p.add(text, "CLIENT")
		return true
	case "!":
		p.add(text, "CLIENT SHELL", rest)
	case "i", "ir", "include", "include_relative":
		p.add(text, "CLIENT INCLUDE", args...).Unparsed = "another file is run"
	case "copy":
		p.copy(rest, text, end)
	case "o", "out", "w", "write", "s":
		p.output(name, rest, text)
	case "e", "edit", "ef", "ev":
		p.add(text, "CLIENT SHELL", "editor "+rest)
	case "setenv":
		p.add(text, "CLIENT SETENV", args...)
	case "c", "connect":
		p.add(text, "CLIENT CONNECT", args...)
	case "password":
		p.add(text, "CLIENT PASSWORD", args...)
	case "lo_import":
		p.add(text, "CLIENT READ FILE", args...)
	case "lo_export":
		p.add(text, "CLIENT WRITE FILE", args...)
	case "lo_unlink":
		p.add(text, "FUNCTION WRITE", name)
	case "set":
		p.set(args, rest)
		p.add(text, "CLIENT")
	case "unset", "prompt":
		for _, a := range args {
			delete(p.vars, a)
		}
		p.add(text, "CLIENT")
	default:
		if strings.HasPrefix(name, "d") || slices.Contains(psqlHarmless, name) {
			p.add(text, "CLIENT")
			break
		}
		p.add(text, "CLIENT").Unparsed = "not a command of psql"
		p.r.ok = false
	}
	return false
}

// set keeps a variable whose value is certain.
func (p *psql) set(args []string, rest string) {
	if len(args) == 0 {
		return
	}
	if strings.ContainsAny(rest, "`:") {
		delete(p.vars, args[0])
		return
	}
	p.vars[args[0]] = strings.Join(args[1:], "")
}

// output is where the result goes: a file, a program, or nowhere special.
func (p *psql) output(name, rest, text string) {
	if name == "gexec" {
		p.add(text, "CLIENT EXECUTE").Unparsed = "what the query prints is run"
		return
	}
	if strings.HasPrefix(rest, "(") { // \g (option=value)
		if i := strings.IndexByte(rest, ')'); i >= 0 {
			rest = strings.TrimSpace(rest[i+1:])
		}
	}
	takesFile := name == "g" || name == "gx" || name == "o" || name == "out" || name == "w" || name == "write" || name == "s"
	switch {
	case rest == "" || !takesFile:
		p.add(text, "CLIENT")
	case strings.HasPrefix(rest, "|"):
		p.add(text, "CLIENT SHELL", strings.TrimSpace(rest[1:]))
	default:
		p.add(text, "CLIENT WRITE FILE", unquoteArgs(rest)...)
	}
}

// copy is \copy table|(query) from|to file|program 'command'|stdin|stdout.
func (p *psql) copy(rest, text string, end int) {
	tokens := scan(rest, postgres)
	depth := 0
	for i, t := range tokens {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case depth == 0 && t.is("FROM", "TO") && i > 0 && i+1 < len(tokens):
			target := tokens[i+1]
			object := target.name(rest)
			if target.kind == str {
				object = target.value(rest)
			}
			table, _ := dotted(rest, tokens)
			if tokens[0].text == "(" {
				table = ""
				p.join(readPostgresWith(p.t, rest[tokens[0].end:tokens[i-1].start]))
			}
			switch {
			case target.is("PROGRAM"):
				command := ""
				if i+2 < len(tokens) {
					command = tokens[i+2].value(rest)
				}
				p.add(text, "CLIENT COPY PROGRAM", table, command)
			case target.is("STDOUT", "PSTDOUT"):
				p.add(text, "COPY TO", table)
			case target.is("STDIN"):
				p.add(text, "COPY FROM", table)
				p.copyData(end - 1)
			case target.is("PSTDIN"):
				p.add(text, "COPY FROM", table)
			default:
				if target.kind != str { // a path is read up to the next blank
					object, _ = firstWord(rest[target.start:])
				}
				p.add(text, "CLIENT COPY "+t.text, table, object)
			}
			return
		}
	}
	p.add(text, "CLIENT COPY FROM").Unparsed = "not a \\copy that psql takes"
	p.r.ok = false
}

// backquoted are the shell commands between backticks.
func backquoted(s string) []string {
	var all []string
	for {
		_, after, found := strings.Cut(s, "`")
		if !found {
			return all
		}
		shell, rest, _ := strings.Cut(after, "`")
		all = append(all, shell)
		s = rest
	}
}
