package sql

import (
	"strings"
)

// mysqlNamed are mysql(1)'s commands by name, at the beginning of a line, with
// the letter of their short form.
var mysqlNamed = map[string]byte{
	"?": '?', "charset": 'C', "clear": 'c', "connect": 'r', "delimiter": 'd', "edit": 'e', "ego": 'G',
	"exit": 'q', "go": 'g', "nopager": 'n', "notee": 't', "pager": 'P', "print": 'p', "prompt": 'R',
	"query_attributes": '~', "quit": 'q', "rehash": '#', "resetconnection": 'x', "source": '.',
	"status": 's', "system": '!', "tee": 'T', "warnings": 'W', "nowarning": 'w', "sandbox": '-',
}

// mysqlScript reads a text as mysql(1) does: statements up to the delimiter,
// named commands at the beginning of a line, backslash commands anywhere.
func mysqlScript(src string) reading {
	m := &mysqlClient{script: newScript(src, mysql), delimiter: ";"}
	if !m.commands(src) {
		return readMySQL(src)
	}
	m.run()
	return m.r
}

// mysqlClient is the state of mysql(1) over one text.
type mysqlClient struct {
	*script
	delimiter string
}

// commands reports whether the text may hold one of the client's commands.
func (m *mysqlClient) commands(src string) bool {
	if strings.ContainsRune(src, '\\') {
		return true
	}
	for len(src) > 0 {
		line, rest, _ := strings.Cut(src, "\n")
		first, _ := firstWord(line)
		if _, named := mysqlNamed[strings.ToLower(strings.TrimRight(first, ";"))]; named {
			return true
		}
		src = rest
	}
	return false
}

func (m *mysqlClient) run() {
	empty := true // nothing of a statement has been read
	for {
		if !m.s.blank() {
			break
		}
		if strings.HasPrefix(m.s.src[m.s.pos:], m.delimiter) {
			m.send(m.s.pos, m.s.pos+len(m.delimiter))
			m.s.pos, m.seen, empty = m.from, m.from, true
			continue
		}
		if empty && m.lineStart(m.s.pos) && m.named() {
			m.seen = m.s.pos
			if m.enough() {
				return
			}
			continue
		}
		t, ok := m.s.next()
		if !ok || t.kind == broken {
			break
		}
		if t.kind == word || t.kind == number || t.kind == param || t.kind == punct {
			if i := strings.Index(m.s.src[t.start:t.end], m.delimiter); i > 0 {
				m.s.pos = t.start + i
			}
		}
		empty = false
		if t.kind == command {
			if m.enough() {
				return
			}
			empty = m.letter(t.start)
		}
		m.seen = m.s.pos
	}
	m.send(len(m.s.src), len(m.s.src))
}

func (m *mysqlClient) send(end, next int) {
	if text := m.take(end, next); strings.TrimSpace(text) != "" {
		m.join(readMySQL(text))
	}
}

// named reads a named command at the scanner's position.
func (m *mysqlClient) named() bool {
	line, next := m.line(m.s.pos)
	first, rest := firstWord(line)
	bare := strings.TrimSuffix(strings.TrimRight(first, ";"), m.delimiter)
	short, ok := mysqlNamed[strings.ToLower(bare)]
	if !ok {
		return false
	}
	m.keep(m.s.pos, next)
	m.s.pos = next
	m.execute(short, rest, line)
	return true
}

// letter reads a backslash command; true means that the statement was sent.
func (m *mysqlClient) letter(pos int) bool {
	line, next := m.line(pos)
	if len(line) < 2 {
		return false
	}
	rest := line[2:]
	switch line[1] {
	case 'g', 'G':
		m.send(pos, pos+2)
		m.s.pos = pos + 2
		return true
	case 'c':
		m.send(pos, pos+2)
		m.s.pos = pos + 2
		return true
	case '!', '.', 'T', 'P', 'd', 'u', 'C', 'R', 'r', 'e', '~':
		// The command gets the line, and the client goes on after a delimiter.
		end := next
		if i := strings.Index(rest, m.delimiter); i >= 0 && line[1] != 'd' {
			end = pos + 2 + i + len(m.delimiter)
		}
		m.keep(pos, end)
		m.s.pos = end
		m.execute(line[1], strings.TrimSpace(rest), line)
		return strings.TrimSpace(m.buffer.String()) == ""
	}
	m.keep(pos, pos+2)
	m.s.pos = pos + 2
	m.execute(line[1], "", line[:2])
	return strings.TrimSpace(m.buffer.String()) == ""
}

func (m *mysqlClient) execute(short byte, rest, text string) {
	plain := strings.TrimSpace(strings.TrimSuffix(rest, m.delimiter))
	switch short {
	case '!':
		m.add(text, "CLIENT SHELL", rest)
	case '.':
		m.add(text, "CLIENT INCLUDE", plain).Unparsed = "another file is run"
	case 'T':
		m.add(text, "CLIENT WRITE FILE", plain)
	case 'P':
		if plain == "" {
			m.add(text, "CLIENT")
			return
		}
		m.add(text, "CLIENT SHELL", rest)
	case 'e':
		m.add(text, "CLIENT SHELL", "editor")
	case 'r':
		m.add(text, "CLIENT CONNECT", unquoteArgs(plain)...)
	case 'd':
		if first, _ := firstWord(rest); first != "" {
			m.delimiter = strings.Trim(first, `'"`)
		}
		if m.delimiter == "" {
			m.delimiter = ";"
		}
		m.add(text, "CLIENT")
	case 'u':
		m.add(text, "USE", plain)
	case '?', 'h', 'C', 'c', 'G', 'q', 'g', 'n', 't', 'p', 'R', '~', '#', 'x', 's', 'W', 'w', '-':
		m.add(text, "CLIENT")
	default:
		m.add(text, "CLIENT").Unparsed = "not a command of mysql"
		m.r.ok = false
	}
}
