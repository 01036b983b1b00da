package sql

import (
	"strings"

	"twokey/parser/effect"
)

// scriptIn is readIn for text that the database's own client reads.
func scriptIn(text, d string) reading {
	switch d {
	case "postgres":
		return psqlScript(text, &pgText{prepared: map[string]bool{}}, 0)
	case "mysql":
		return mysqlScript(text)
	}
	return sqliteScript(text)
}

// script collects what a client would send and do.
type script struct {
	d      dialect
	s      scanner
	buffer strings.Builder // the statement so far
	from   int             // where the part of it begins that is not in buffer
	seen   int             // where the last token or command ended
	count  int             // the commands so far
	r      reading
}

func newScript(src string, d dialect) *script {
	return &script{d: d, s: scanner{src: src, d: d}, r: reading{ok: true}}
}

// add notes a client command.
func (c *script) add(text, verb string, objects ...string) *effect.SQL {
	s := statement(c.d, verb, objects...)
	s.Text, s.TextDigest = shown(text), digest(text, scan(text, c.d))
	c.r.stmts = append(c.r.stmts, s)
	return &c.r.stmts[len(c.r.stmts)-1]
}

// join adds another reading's statements.
func (c *script) join(r reading) {
	c.r.stmts = append(c.r.stmts, r.stmts...)
	c.r.ok = c.r.ok && r.ok
}

// take returns the statement up to end and begins the next one at next.
func (c *script) take(end, next int) string {
	c.buffer.WriteString(c.s.src[c.from:end])
	text := c.buffer.String()
	c.buffer.Reset()
	c.from = next
	return text
}

// keep puts what was read up to end into the statement, which goes on at next.
func (c *script) keep(end, next int) {
	c.buffer.WriteString(c.s.src[c.from:end])
	c.from = next
}

// line is the text from pos to the end of its line, and where the next begins.
func (c *script) line(pos int) (text string, next int) {
	end := strings.IndexByte(c.s.src[pos:], '\n')
	if end < 0 {
		return c.s.src[pos:], len(c.s.src)
	}
	return strings.TrimSuffix(c.s.src[pos:pos+end], "\r"), pos + end + 1
}

// lineStart reports whether a line begins between the last token and pos.
func (c *script) lineStart(pos int) bool {
	return c.seen == 0 || c.s.src[c.seen-1] == '\n' || strings.IndexByte(c.s.src[c.seen:pos], '\n') >= 0
}

// enough counts a command and reports whether there are too many; the rest of
// the text is then left unread.
func (c *script) enough() bool {
	if c.count++; c.count <= maxCommands {
		return false
	}
	c.r.stmts = append(c.r.stmts, unparsed(c.s.src[c.from:], c.d.String(), tooManyCommands))
	c.r.ok = false
	return true
}

// firstWord cuts a command line at its first blank.
func firstWord(line string) (first, rest string) {
	line = strings.TrimSpace(line)
	if i := strings.IndexAny(line, " \t"); i >= 0 {
		return line[:i], strings.TrimSpace(line[i:])
	}
	return line, ""
}

// unquoteArgs splits a client command's arguments at blanks, with quotes.
func unquoteArgs(line string) []string {
	var args []string
	for {
		line = strings.TrimLeft(line, " \t\r\n")
		if line == "" {
			return args
		}
		var b strings.Builder
		i := 0
		for i < len(line) && line[i] != ' ' && line[i] != '\t' {
			q := line[i]
			if q != '\'' && q != '"' {
				b.WriteByte(q)
				i++
				continue
			}
			for i++; i < len(line) && line[i] != q; i++ {
				if line[i] == '\\' && i+1 < len(line) {
					i++
				}
				b.WriteByte(line[i])
			}
			i = min(i+1, len(line))
		}
		args = append(args, b.String())
		line = line[i:]
	}
}
