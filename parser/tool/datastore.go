package tool

import (
	"net/url"
	"strings"

	"twokey/parser/effect"
)

// maxDatastore bounds the commands that are read from one script.
const maxDatastore = 512

// redis: the operands are one command, or standard input is a command a line.
func redis(c *call) {
	server := hostPort(c.shown("host"), c.shown("port"))
	if u, err := url.Parse(c.text("url")); err == nil && u.Host != "" {
		server = u.Host
	}
	if server == "" {
		server = c.shown("socket")
	}
	words := c.cmd.Operands
	switch {
	case c.has("eval"):
		c.datastore("redis", "EVAL", server, words)
	case c.has("pipe"):
		c.datastore("redis", "PIPE", server, nil)
	case c.has("cluster") && c.text("cluster") != "":
		c.datastore("redis", "CLUSTER "+strings.ToUpper(c.text("cluster")), server, words)
	case len(words) > 0:
		c.redisCommand(server, words)
	case c.in.Stdin != nil && !c.has("scan", "bigkeys", "stat", "latency", "rdb"):
		n := 0
		for line := range strings.SplitSeq(c.in.Stdin.Text, "\n") {
			var argv []effect.Word
			for field := range strings.FieldsSeq(line) {
				argv = append(argv, part(*c.in.Stdin, strings.Trim(field, `"'`)))
			}
			if n++; n > maxDatastore {
				c.trait(effect.TraitUnparsed)
				return
			}
			if len(argv) > 0 {
				c.redisCommand(server, argv)
			}
		}
	}
}

// redisContainers are the commands whose first argument is a subcommand.
var redisContainers = map[string]bool{
	"CONFIG": true, "CLIENT": true, "CLUSTER": true, "SCRIPT": true, "ACL": true, "DEBUG": true, "MEMORY": true,
	"FUNCTION": true, "XGROUP": true, "XINFO": true, "OBJECT": true, "LATENCY": true, "MODULE": true, "SLOWLOG": true,
	"PUBSUB": true, "COMMAND": true, "SENTINEL": true,
}

func (c *call) redisCommand(server string, words []effect.Word) {
	name := strings.ToUpper(words[0].Text)
	if !words[0].Known {
		name = ""
	}
	rest := words[1:]
	if redisContainers[name] && len(rest) > 0 {
		if rest[0].Known {
			name += " " + strings.ToUpper(rest[0].Text)
		} else {
			name = ""
		}
		rest = rest[1:]
	}
	c.datastore("redis", name, server, rest)
}

// datastore adds one command; its name is "" when it is not known.
func (c *call) datastore(system, command, server string, rest []effect.Word) {
	d := &effect.Datastore{System: system, Command: command, Server: server}
	text := []string{command}
	for _, w := range rest {
		d.Keys = append(d.Keys, w.Text)
		text = append(text, w.Text)
	}
	d.Text = cut(strings.TrimSpace(strings.Join(text, " ")))
	c.add(effect.Effect{Kind: effect.KindDatastore, Datastore: d})
}

func cut(text string) string {
	if len(text) > 4<<10 {
		return text[:4<<10]
	}
	return text
}

// mongosh: --eval, a script file or standard input is JavaScript, of which the
// calls on db are told; see mongoCalls.
func mongosh(c *call) {
	server, database := c.shown("host"), c.shown("db")
	words := c.cmd.Operands
	if len(words) > 0 && !strings.HasSuffix(words[0].Text, ".js") {
		uri := words[0].String()
		if u, err := url.Parse(uri); err == nil && u.Host != "" {
			server, database = u.Host, strings.Trim(u.Path, "/")
		} else if host, name, ok := strings.Cut(uri, "/"); ok {
			server, database = host, name
		} else {
			database = uri
		}
		words = words[1:]
	}
	ran := false
	for _, w := range c.values("eval") {
		c.mongoScript(server, database, w)
		ran = true
	}
	for _, w := range append(c.values("file"), words...) {
		ran = true
		text, ok := c.read(w)
		if !ok {
			c.mongo(server, database, "", "", "script file is not readable")
			continue
		}
		c.mongoScript(server, database, text)
	}
	if !ran && c.in.Stdin != nil {
		c.mongoScript(server, database, *c.in.Stdin)
	}
}

// mongoNavigation are the methods that only name a database or collection.
var mongoNavigation = map[string]bool{
	"getSiblingDB": true, "getSisterDB": true, "getCollection": true, "getMongo": true, "getDB": true,
	"withReadPreference": true, "withReadConcern": true, "withWriteConcern": true,
}

// mongoCursor are the methods of a cursor, which change nothing.
var mongoCursor = map[string]bool{
	"sort": true, "limit": true, "skip": true, "toArray": true, "forEach": true, "map": true, "pretty": true,
	"count": true, "size": true, "next": true, "hasNext": true, "explain": true, "projection": true, "project": true,
	"batchSize": true, "hint": true, "itcount": true, "length": true, "then": true, "filter": true, "collation": true,
	"allowDiskUse": true, "maxTimeMS": true, "comment": true, "close": true, "executionStats": true, "tojson": true,
	"readPref": true, "stringify": true, "join": true, "slice": true, "reduce": true, "find": true,
}

// mongoScript adds a datastore effect for each call on db, rs or sh, leaving
// out strings and comments. A call that it cannot name, as db[name][method](),
// has no Command.
func (c *call) mongoScript(server, database string, w effect.Word) {
	s := w.Text
	if !w.Known {
		c.mongo(server, database, "", "", s)
	}
	found := 0
	for i := 0; i < len(s); {
		switch {
		case s[i] == '"' || s[i] == '\'' || s[i] == '`':
			i = quoteEnd(s, i)
		case strings.HasPrefix(s[i:], "//"):
			_, i = restOfLine(s, i)
		case strings.HasPrefix(s[i:], "/*"):
			end := strings.Index(s[i+2:], "*/")
			if end < 0 {
				return
			}
			i += end + 4
		case identifier(s[i]):
			start := i
			for i < len(s) && (identifier(s[i]) || s[i] == '$') {
				i++
			}
			if start > 0 && s[start-1] == '.' {
				continue
			}
			if found++; found > maxDatastore {
				c.trait(effect.TraitUnparsed)
				return
			}
			switch name := s[start:i]; name {
			case "db", "rs", "sh":
				i = c.mongoChain(server, database, s, start, i)
			case "eval", "load", "Function", "require", "Mongo", "connect", "exec", "child_process":
				if strings.HasPrefix(strings.TrimLeft(s[i:], " \t"), "(") {
					c.mongo(server, database, "", "", s[start:])
				}
			default:
				found--
			}
		default:
			i++
		}
	}
}

// quoteEnd returns where the string literal that starts at i ends.
func quoteEnd(s string, i int) int {
	quote := s[i]
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
	return len(s)
}

// mongoChain reads what follows db: names, indexes and calls, up to the first
// call's arguments, which are scanned in their turn.
func (c *call) mongoChain(server, database, s string, start, i int) int {
	object := s[start:i]
	var names []string // of the collection so far
	method, unnamed, called := "", false, false
	resume := i
	for i < len(s) {
		switch {
		case strings.IndexByte(" \t\n\r", s[i]) >= 0:
			i++
		case s[i] == '.' || strings.HasPrefix(s[i:], "?."):
			i++
			if s[i-1] == '?' {
				i++
			}
			for i < len(s) && strings.IndexByte(" \t\n\r", s[i]) >= 0 {
				i++
			}
			from := i
			for i < len(s) && (identifier(s[i]) || s[i] == '$') {
				i++
			}
			if method != "" {
				names = append(names, method)
			}
			method = s[from:i]
		case s[i] == '[':
			end := i + 1
			for end < len(s) && strings.IndexByte(" \t", s[end]) >= 0 {
				end++
			}
			if method != "" {
				names = append(names, method)
			}
			method = ""
			if end < len(s) && (s[end] == '"' || s[end] == '\'') {
				stop := quoteEnd(s, end)
				method = s[min(end+1, stop):max(end+1, stop-1)]
				end = stop
			} else {
				unnamed = true
			}
			closing := strings.IndexByte(s[end:], ']')
			if closing < 0 {
				return len(s)
			}
			i = end + closing + 1
		case s[i] == '(':
			argument := strings.TrimLeft(s[i+1:], " \t\n")
			if mongoNavigation[method] {
				if argument != "" && (argument[0] == '"' || argument[0] == '\'') {
					if name := argument[1:max(1, quoteEnd(argument, 0)-1)]; method == "getSiblingDB" || method == "getSisterDB" {
						database = name
					} else {
						names = []string{name}
					}
				} else if !strings.HasPrefix(argument, ")") {
					names = []string{"?"}
				}
			} else if !called || !mongoCursor[method] {
				command := method
				if unnamed && method == "" {
					command = ""
				} else if object != "db" {
					command = object + "." + method
				}
				if method == "runCommand" || method == "adminCommand" {
					command = strings.TrimRight(method+" "+mongoCommand(argument), " ")
				}
				c.mongo(server, database, command, strings.Join(names, "."), s[start:])
			}
			if !mongoNavigation[method] {
				if !called {
					resume = i + 1
				}
				called = true
			}
			method = ""
			if i = mongoClose(s, i); i < 0 {
				return resume
			}
			if !called {
				resume = i
			}
		default:
			return resume
		}
	}
	return resume
}

// mongoClose returns where the bracket that opens at i closes, or -1. It looks
// no further than a bound, so that nested calls stay cheap.
func mongoClose(s string, i int) int {
	depth := 0
	for limit := min(len(s), i+16<<10); i < limit; {
		switch s[i] {
		case '"', '\'', '`':
			i = quoteEnd(s, i)
			continue
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return -1
}

// mongoCommand is the first key of the document that runCommand is given.
func mongoCommand(text string) string {
	text = strings.TrimLeft(text, " \t\n{\"'")
	end := strings.IndexFunc(text, func(r rune) bool { return !identifier(byte(r)) || r > 127 })
	if end < 0 {
		end = len(text)
	}
	return text[:end]
}

func (c *call) mongo(server, database, method, key, text string) {
	d := &effect.Datastore{System: "mongodb", Command: method, Server: server, Text: cut(text)}
	if key != "" {
		d.Keys = []string{key}
	} else if database != "" {
		d.Keys = []string{database}
	}
	c.add(effect.Effect{Kind: effect.KindDatastore, Datastore: d})
}
