package tool

import (
	"net/url"
	"regexp"
	"strings"
	"sync"

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

var mongoCalls = sync.OnceValue(func() *regexp.Regexp {
	// db.coll.method(, db["coll"].method(, db.getCollection("c").method(, rs.x(, sh.x(
	return regexp.MustCompile(`\b(db|rs|sh)((?:\s*\.\s*(?:[A-Za-z_$][\w$]*)(?:\(\s*(?:"[^"]*"|'[^']*')?\s*\))?|\s*\[[^\]]{0,200}\])*?)\s*\.\s*([A-Za-z_$][\w$]*)\s*\(|\b(?:db\s*\[|eval\s*\(|load\s*\(|Function\s*\(|require\s*\(|Mongo\s*\()`)
})

// mongoScript adds a datastore effect for each call on db, rs or sh. A call
// that it cannot name, as db[name][method](), has no Command.
func (c *call) mongoScript(server, database string, w effect.Word) {
	if !w.Known {
		c.mongo(server, database, "", "", w.Text)
	}
	found := 0
	for _, m := range mongoCalls().FindAllStringSubmatchIndex(w.Text, maxDatastore+1) {
		if found++; found > maxDatastore {
			c.trait(effect.TraitUnparsed)
			return
		}
		if m[2] < 0 {
			c.mongo(server, database, "", "", w.Text[m[0]:])
			continue
		}
		object, chain, method := w.Text[m[2]:m[3]], w.Text[m[4]:m[5]], w.Text[m[6]:m[7]]
		if object != "db" {
			method = object + "." + method
		}
		key := strings.Trim(strings.TrimSpace(chain), ". ")
		if i := strings.IndexAny(key, `"'`); i >= 0 {
			if j := strings.IndexByte(key[i+1:], key[i]); j >= 0 {
				key = key[i+1 : i+1+j]
			}
		} else if dot := strings.IndexByte(key, '.'); dot > 0 && !strings.Contains(key[:dot], "(") {
			_ = dot // db.a.b is the collection "a.b"
		}
		if method == "runCommand" || method == "adminCommand" {
			if name := mongoCommand(w.Text[m[1]:]); name != "" {
				method += " " + name
			}
		}
		c.mongo(server, database, method, key, w.Text[m[0]:])
	}
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
