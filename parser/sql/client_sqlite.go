package sql

import (
	"strings"
)

// sqliteScript reads a text as sqlite3(1) does: statements, and at the
// beginning of a line where none is open, dot commands.
func sqliteScript(src string) reading {
	c := newScript(src, sqlite)
	if !strings.Contains(src, ".") && !strings.Contains(src, "\n") {
		return readSQLite(src)
	}
	empty := true
	var open []token // of the statement so far
	for c.s.blank() && c.s.pos < len(src) {
		pos := c.s.pos
		if c.lineStart(pos) {
			line, next := c.line(pos)
			if empty && (strings.HasPrefix(line, ".") || strings.HasPrefix(line, "#")) {
				c.keep(pos, next)
				c.s.pos, c.seen = next, next
				if c.enough() {
					return c.r
				}
				if line[0] == '.' {
					c.dot(line)
				}
				continue
			}
			if ends := strings.ToLower(strings.TrimSpace(line)); ends == "/" || ends == "go" {
				c.sendSQLite(pos, next)
				c.s.pos, c.seen, empty, open = next, next, true, nil
				continue
			}
		}
		t, ok := c.s.next()
		if !ok || t.kind == broken {
			break
		}
		c.seen = t.end
		empty = t.is(";") && (len(open) == 0 || !openTrigger(open))
		if open = append(open, t); empty {
			c.sendSQLite(t.start, t.end)
			open = nil
		}
	}
	c.sendSQLite(len(src), len(src))
	return c.r
}

func (c *script) sendSQLite(end, next int) {
	if text := c.take(end, next); strings.TrimSpace(text) != "" {
		c.join(readSQLite(text))
	}
}

// dotCommands are sqlite3's commands by what they do; a name can be shortened,
// and then counts as the first it fits.
var dotCommands = []struct{ verb, names string }{
	{"CLIENT SHELL", "shell system"},
	{"CLIENT INCLUDE", "read"},
	{"CLIENT READ FILE", "import"},
	{"CLIENT RESTORE", "restore"},
	{"CLIENT LOAD", "load"},
	{"CLIENT WRITE FILE", "save backup clone once output log trace iotrace excel www archive"},
	{"CLIENT CONNECT", "open"},
	{"PRAGMA UNSAFE", "dbconfig imposter testctrl unmodule"},
	{"CLIENT", `auth bail binary cd changes check connection crlf crnl databases dbinfo dbtotxt dump echo eqp
		exit expert explain filectrl fullschema headers help indexes indices intck limit lint mode nonce
		nullvalue parameter print progress prompt quit recover scanstats schema selectrace selftest
		separator session sha3sum show stats tables testcase timeout timer version vfsinfo vfslist
		vfsname wheretrace width`},
}

func (c *script) dot(line string) {
	name, rest := firstWord(strings.TrimPrefix(line, "."))
	args := unquoteArgs(rest)
	verb := dotVerb(strings.ToLower(name))
	switch verb {
	case "":
		c.add(line, "CLIENT").Unparsed = "not a command of sqlite3"
		c.r.ok = false
		return
	case "CLIENT SHELL":
		c.add(line, verb, rest)
		return
	case "CLIENT INCLUDE", "CLIENT READ FILE", "CLIENT WRITE FILE":
		for i, a := range args {
			if shell, ok := strings.CutPrefix(a, "|"); ok {
				if verb != "CLIENT READ FILE" {
					shell = strings.TrimSpace(strings.Join(append([]string{shell}, args[i+1:]...), " "))
				}
				c.add(line, "CLIENT SHELL", shell)
				return
			}
		}
	}
	low := strings.ToLower(name)
	switch {
	case verb == "CLIENT INCLUDE":
		c.add(line, verb, args...).Unparsed = "another file is run"
	case strings.HasPrefix(low, "ex") && verb == "CLIENT WRITE FILE", strings.HasPrefix(low, "ww"),
		verb == "CLIENT WRITE FILE" && len(args) > 0 && (args[0] == "-e" || args[0] == "-x" || args[0] == "-w"):
		c.add(line, "CLIENT SHELL", "opens the output in a program")
	case verb == "CLIENT WRITE FILE" && (len(args) == 0 || args[len(args)-1] == "stdout" || args[len(args)-1] == "off" || args[len(args)-1] == "on" || args[len(args)-1] == "stderr"):
		c.add(line, "CLIENT")
	case verb == "CLIENT", verb == "PRAGMA UNSAFE" && len(args) < 2:
		c.add(line, "CLIENT")
	default:
		c.add(line, verb, args...)
	}
}

// dotVerb is the verb of a command by its name or the beginning of one.
func dotVerb(name string) string {
	if name == "ar" {
		name = "archive"
	}
	short := ""
	for _, d := range dotCommands {
		for _, full := range strings.Fields(d.names) {
			if full == name {
				return d.verb
			}
			if short == "" && name != "" && strings.HasPrefix(full, name) {
				short = d.verb
			}
		}
	}
	return short
}
