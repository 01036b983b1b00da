package tool

import (
	"net/url"
	"strings"

	"twokey/parser/effect"
	"twokey/parser/sql"
)

// target is the database that a client's options name.
type target struct {
	dialect, server, database string
	inWorkspace               bool
}

// statements adds the effects of SQL text that a client would run.
func (c *call) statements(text effect.Word, t target) {
	for _, s := range sql.Script(text.Text, t.dialect) {
		c.statement(s, t)
	}
}

func (c *call) statement(s effect.SQL, t target) {
	if s.Server == "" {
		s.Server = t.server
	}
	if s.Database == "" {
		s.Database = t.database
	}
	s.Tool, s.InWorkspace = c.cmd.Program, t.inWorkspace
	c.add(effect.Effect{Kind: effect.KindSQL, SQL: &s})
}

// script adds the statements of a script file.
func (c *call) script(file effect.Word, t target) {
	if text, ok := c.read(file); ok {
		c.statements(text, t)
		return
	}
	if file.Text == "-" {
		return // standard input that the text does not feed
	}
	c.statement(effect.SQL{Dialect: t.dialect, Verb: "SCRIPT", Writes: true, Unparsed: "script file is not readable"}, t)
}

// stdin adds the statements that are fed on standard input.
func (c *call) stdin(t target) {
	if c.in.Stdin != nil {
		c.statements(*c.in.Stdin, t)
	}
}

// env returns a variable that the command's own words set, where it is known.
func (c *call) env(name string) string {
	for i := len(c.in.Env) - 1; i >= 0; i-- {
		if a := c.in.Env[i]; a.Name == name {
			return a.Value.String()
		}
	}
	return ""
}

// dsn reads a connection URI or a libpq keyword string into a target.
func (t *target) dsn(text string) bool {
	if strings.Contains(text, "://") {
		rest, ok := strings.CutPrefix(text, "jdbc:")
		if !ok {
			rest = text
		}
		u, err := url.Parse(strings.ReplaceAll(rest, "\x00", "?"))
		if err != nil {
			// Passwords need not be valid URL text; the host still counts.
			_, after, _ := strings.Cut(rest, "://")
			host, database, _ := strings.Cut(after[strings.LastIndexByte(after, '@')+1:], "/")
			t.server, t.database = host, database
			return true
		}
		t.server = u.Host
		t.database = strings.Trim(u.Path, "/")
		if h := u.Query().Get("host"); t.server == "" {
			t.server = h
		}
		return true
	}
	if !strings.Contains(text, "=") {
		return false
	}
	host, port := "", ""
	for field := range strings.FieldsSeq(text) {
		name, value, _ := strings.Cut(field, "=")
		value = strings.Trim(value, "'")
		switch name {
		case "host", "hostaddr", "service":
			host = value
		case "port":
			port = value
		case "dbname":
			t.database = value
		}
	}
	t.server = hostPort(host, port)
	return true
}

func hostPort(host, port string) string {
	if port == "" || strings.HasPrefix(host, "/") {
		return host
	}
	if host == "" {
		host = "localhost"
	}
	return host + ":" + port
}

// option is a flag's value as text, with "?" where it is not known.
func (c *call) shown(names ...string) string {
	if w, ok := c.value(names...); ok {
		return w.String()
	}
	return ""
}

func psql(c *call) {
	t := target{dialect: "postgres"}
	host, port := c.shown("host"), c.shown("port")
	if host == "" {
		host = c.env("PGHOST")
	}
	if port == "" {
		port = c.env("PGPORT")
	}
	t.server, t.database = hostPort(host, port), c.shown("dbname")
	if t.database == "" && len(c.cmd.Operands) > 0 {
		t.database = c.cmd.Operands[0].String()
	}
	if t.database == "" {
		t.database = c.env("PGDATABASE")
	}
	if dsn := t.database; dsn != "" {
		t.dsn(dsn)
	}
	ran := false
	for _, f := range c.cmd.Flags {
		if f.Value == nil {
			continue
		}
		switch f.Name {
		case "command":
			c.statements(*f.Value, t)
			ran = true
		case "file":
			c.script(*f.Value, t)
			ran = true
		}
	}
	for _, name := range []string{"PSQLRC", "PSQL_PAGER", "PAGER", "PSQL_EDITOR", "EDITOR", "VISUAL"} {
		for _, a := range c.in.Env {
			if a.Name == name && name != "PSQLRC" {
				c.shell(a.Value, name)
			} else if a.Name == name {
				c.script(a.Value, t)
			}
		}
	}
	if !ran && !c.has("list") {
		c.stdin(t)
	}
}

func mysql(c *call) {
	t := target{dialect: "mysql", server: hostPort(c.shown("host"), c.shown("port")), database: c.shown("database")}
	if t.server == "" {
		t.server = c.shown("socket")
	}
	if t.database == "" && len(c.cmd.Operands) > 0 {
		t.database = c.cmd.Operands[0].String()
		t.dsn(t.database)
	}
	ran := false
	for _, name := range []string{"init-command", "execute"} {
		for _, w := range c.values(name) {
			c.statements(w, t)
			ran = ran || name == "execute"
		}
	}
	if w, ok := c.value("pager"); ok && w.Text != "" {
		c.shell(w, "mysql --pager")
	}
	if file, ok := c.value("file"); ok {
		c.script(file, t)
		ran = true
	}
	if !ran {
		c.stdin(t)
	}
}

// sqlite: sqlite3 [options] FILE [SQL...], as duckdb and libsql.
func sqlite(c *call) {
	t := target{dialect: "sqlite"}
	words := c.cmd.Operands
	if c.cmd.Program == "duckdb" {
		t.dialect = "postgres"
	}
	if len(words) > 0 {
		c.sqliteFile(&t, words[0])
		words = words[1:]
	} else {
		t.inWorkspace = true // in memory
	}
	for _, w := range c.values("init", "f") {
		c.script(w, t)
	}
	ran := c.has("f")
	for _, w := range c.values("cmd", "c", "s") {
		c.statements(w, t)
		ran = ran || !c.has("cmd")
	}
	for _, w := range words {
		c.statements(w, t)
		ran = true
	}
	if !ran {
		c.stdin(t)
	}
}

// sqliteFile sets the database file of a target.
func (c *call) sqliteFile(t *target, file effect.Word) {
	text := file.Text
	if text == "" || text == ":memory:" {
		t.inWorkspace, t.server = true, ":memory:"
		return
	}
	if rest, ok := strings.CutPrefix(text, "file:"); ok {
		rest, query, _ := strings.Cut(rest, "?")
		if strings.Contains(query, "mode=memory") {
			t.inWorkspace, t.server = true, ":memory:"
			return
		}
		file = part(file, strings.TrimPrefix(rest, "//"))
	} else if strings.Contains(text, "://") || strings.HasPrefix(text, "md:") || strings.HasPrefix(text, "motherduck:") {
		t.server = text
		return
	}
	resolved := c.paths.Resolve(file)
	t.server = resolved.String()
	switch c.paths.Scope(resolved) {
	case effect.ScopeWorkspace, effect.ScopeTmp:
		t.inWorkspace = resolved.Known
	}
	e := c.paths.File(effect.OpRead, file, c.by())
	c.add(e)
}

// queries says that options and operands of a client are SQL text.
func queries(dialect string, textFlags, fileFlags []string, operandsAreSQL bool) func(*call) {
	return func(c *call) {
		t := target{dialect: dialect, server: hostPort(c.shown("host", "server", "account", "url"), c.shown("port")),
			database: c.shown("database", "dbname", "keyspace", "dataset")}
		if c.cmd.Program == "cqlsh" {
			t.server = c.firstWord()
		}
		if t.server != "" {
			t.dsn(t.server)
		}
		ran := false
		for _, w := range c.values(textFlags...) {
			c.statements(w, t)
			ran = true
		}
		for _, w := range c.values(fileFlags...) {
			c.script(w, t)
			ran = true
		}
		if operandsAreSQL {
			for _, w := range c.cmd.Operands {
				if strings.ContainsAny(w.Text, " \t\n;") || !w.Known {
					c.statements(w, t)
					ran = true
				}
			}
		}
		if !ran {
			c.stdin(t)
		}
	}
}
