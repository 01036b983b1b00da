package sql

import (
	"strings"

	"twokey/parser/effect"
)

// readSQLite reads a text by the structure of its tokens: no grammar of SQLite
// is to be had in Go, and SQLite's own words are few and reserved.
func readSQLite(src string) reading {
	tokens := scan(src, sqlite)
	if len(tokens) == 0 {
		return reading{ok: true}
	}
	if why := unreadable(tokens, src); why != "" {
		return reading{stmts: []effect.SQL{unparsed(src, "sqlite", why)}}
	}
	unknownPart := strings.IndexByte(src, 0) >= 0
	r := reading{ok: true}
	for _, piece := range splitTriggers(tokens) {
		one := text(src, piece)
		own := scan(one, sqlite)
		s := &liteStatement{src: one, tokens: own}
		if why := s.translate(); why != "" {
			s.out = nil
			e := s.add(keywordVerb(own))
			e.Unparsed, e.Writes = why, true
			r.ok = false
		}
		s.out = append(s.out, calls(one, own, sqlite)...)
		r.stmts = append(r.stmts, seal(sqlite, one, own, s.out)...)
	}
	for i := range r.stmts {
		if unknownPart && r.stmts[i].Unparsed == "" {
			r.stmts[i].Unparsed = UnknownPart
		}
	}
	return r
}

// splitTriggers is split, but that CREATE TRIGGER goes on to the END after a
// semicolon, as SQLite's own shell has it.
func splitTriggers(tokens []token) [][]token {
	var pieces [][]token
	start := 0
	for i, t := range tokens {
		if !t.is(";") || i > start && openTrigger(tokens[start:i]) {
			continue
		}
		if i > start {
			pieces = append(pieces, tokens[start:i])
		}
		start = i + 1
	}
	if start < len(tokens) {
		pieces = append(pieces, tokens[start:])
	}
	return pieces
}

// openTrigger reports whether the tokens are a CREATE TRIGGER whose END has
// not come yet.
func openTrigger(tokens []token) bool {
	const head = 8 // CREATE TEMP TRIGGER and what may stand between
	n := len(tokens)
	ended := n > 1 && tokens[n-1].is("END") && tokens[n-2].is(";")
	return strings.HasSuffix(keywordVerb(tokens[:min(n, head)]), "TRIGGER") && !ended
}

// liteStatement translates one statement.
type liteStatement struct {
	src    string
	tokens []token
	out    []effect.SQL
}

func (s *liteStatement) add(verb string, objects ...string) *effect.SQL {
	s.out = append(s.out, statement(sqlite, verb, objects...))
	return &s.out[len(s.out)-1]
}

const notSQLite = "not a statement of SQLite"

// translate returns why the statement could not be understood, or "".
func (s *liteStatement) translate() string {
	if !balanced(s.tokens) {
		return "brackets do not match"
	}
	t := s.tokens
	if t[0].is("EXPLAIN") {
		rest := t[1:]
		if len(rest) > 2 && rest[0].is("QUERY") && rest[1].is("PLAN") {
			rest = rest[2:]
		}
		if len(rest) == 0 || rest[0].kind != word || !liteVerbs[rest[0].text] {
			return notSQLite
		}
		s.add("EXPLAIN")
		return ""
	}
	if t[0].is("WITH") {
		t = s.afterWith()
		if len(t) == 0 {
			return notSQLite
		}
	}
	switch {
	case t[0].is("SELECT", "VALUES"):
		return s.query(t)
	case t[0].is("INSERT", "REPLACE"):
		return s.insert(t)
	case t[0].is("UPDATE", "DELETE"):
		return s.change(t)
	case t[0].is("CREATE", "DROP", "ALTER"):
		return s.schema(t)
	}
	return s.other(t)
}

// liteVerbs begin the statements of SQLite.
var liteVerbs = map[string]bool{
	"SELECT": true, "VALUES": true, "INSERT": true, "REPLACE": true, "UPDATE": true, "DELETE": true,
	"WITH": true, "CREATE": true, "DROP": true, "ALTER": true, "PRAGMA": true, "ATTACH": true,
	"DETACH": true, "VACUUM": true, "REINDEX": true, "ANALYZE": true, "BEGIN": true, "COMMIT": true,
	"END": true, "ROLLBACK": true, "SAVEPOINT": true, "RELEASE": true,
}

// statementWords are reserved in SQLite: one without quotes in the middle of a
// query means that the text is not SQLite's.
var statementWords = map[string]bool{
	"ALTER": true, "CREATE": true, "DELETE": true, "DROP": true, "INSERT": true, "UPDATE": true,
	"INTO": true, "TABLE": true, "GRANT": true, "REVOKE": true, "TRUNCATE": true, "EXEC": true, "EXECUTE": true,
	"MERGE": true, "COMMIT": true, "SHUTDOWN": true, "KILL": true, "CALL": true, "GO": true, "DECLARE": true,
}

func balanced(tokens []token) bool {
	depth := 0
	for _, t := range tokens {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
			if depth < 0 {
				return false
			}
		case t.kind == command:
			return false
		}
	}
	return depth == 0
}

// afterWith skips WITH [RECURSIVE] name [(columns)] AS [[NOT] MATERIALIZED]
// (query), ... and returns the main statement.
func (s *liteStatement) afterWith() []token {
	t := s.tokens[1:]
	if len(t) > 0 && t[0].is("RECURSIVE") {
		t = t[1:]
	}
	for len(t) > 0 {
		t = t[1:] // the name
		t = skipGroup(t)
		for len(t) > 0 && t[0].is("AS", "NOT", "MATERIALIZED") {
			t = t[1:]
		}
		if len(t) < 2 || t[0].text != "(" || !t[1].is("SELECT", "VALUES", "WITH") {
			return nil
		}
		t = skipGroup(t)
		if len(t) == 0 || t[0].text != "," {
			return t
		}
		t = t[1:]
	}
	return nil
}

// skipGroup skips one bracketed group at the front.
func skipGroup(t []token) []token {
	if len(t) == 0 || t[0].text != "(" {
		return t
	}
	depth := 0
	for i := range t {
		switch t[i].text {
		case "(":
			depth++
		case ")":
			depth--
			if depth == 0 {
				return t[i+1:]
			}
		}
	}
	return nil
}

func (s *liteStatement) query(t []token) string {
	if foreign(t) {
		return notSQLite
	}
	s.add("SELECT", s.readTables()...)
	return ""
}

// foreign reports whether a word stands in a query that cannot in SQLite.
func foreign(t []token) bool {
	for i, one := range t {
		call := i+1 < len(t) && t[i+1].text == "("
		member := i > 0 && t[i-1].text == "."
		if one.kind == word && statementWords[one.text] && !call && !member {
			return true
		}
	}
	return false
}

// readTables are the names after FROM and JOIN.
func (s *liteStatement) readTables() []string {
	var all []string
	seen := map[string]bool{}
	for i, t := range s.tokens {
		if !t.is("FROM", "JOIN") || i+1 == len(s.tokens) || s.tokens[i+1].text == "(" {
			continue
		}
		if name, _ := dotted(s.src, s.tokens[i+1:]); name != "" && !seen[name] {
			seen[name] = true
			all = append(all, name)
		}
	}
	return all
}

func (s *liteStatement) insert(t []token) string {
	verb := "INSERT"
	if t[0].is("REPLACE") {
		verb = "REPLACE"
	}
	t = t[1:]
	if len(t) > 1 && t[0].is("OR") {
		if t[1].is("REPLACE") {
			verb = "REPLACE"
		}
		t = t[2:]
	}
	if len(t) < 3 || !t[0].is("INTO") {
		return notSQLite
	}
	name, rest := dotted(s.src, t[1:])
	if name == "" || len(rest) == 0 {
		return notSQLite
	}
	s.add(verb, name)
	return ""
}

// change is UPDATE and DELETE.
func (s *liteStatement) change(t []token) string {
	verb := t[0].text
	t = t[1:]
	switch {
	case verb == "DELETE" && len(t) > 1 && t[0].is("FROM"):
		t = t[1:]
	case verb == "UPDATE" && len(t) > 2 && t[0].is("OR"):
		t = t[2:]
	case verb == "DELETE":
		return notSQLite
	}
	name, rest := dotted(s.src, t)
	if name == "" {
		return notSQLite
	}
	where, ok := s.where(rest, name)
	if !ok {
		return notSQLite
	}
	s.add(verb, name).Filter = where
	return ""
}

// where reads the condition between the outermost WHERE and what may follow.
func (s *liteStatement) where(t []token, table string) (string, bool) {
	depth, start, end := 0, -1, len(t)
	for i, one := range t {
		switch {
		case one.is("("):
			depth++
		case one.is(")"):
			depth--
		case depth > 0:
		case one.is("WHERE"):
			if start >= 0 {
				return "", false
			}
			start = i + 1
		case one.is("RETURNING"), start >= 0 && one.is("ORDER", "LIMIT"):
			if end == len(t) {
				end = i
			}
		case one.kind == word && statementWords[one.text]:
			return "", false
		}
	}
	if start < 0 || start > end {
		return "none", true
	}
	if start == end {
		return "", false
	}
	c, ok := parseCond(s.src, t[start:end], table)
	if !ok {
		return "some", true
	}
	return filter(&c), true
}
