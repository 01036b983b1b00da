package sql

import (
	"slices"
	"strings"

	"twokey/parser/effect"
)

// routine reports whether the tokens begin a statement that has a body.
func routine(tokens []token) bool {
	verb := keywordVerb(tokens)
	if !strings.HasPrefix(verb, "CREATE ") {
		return false
	}
	for _, kind := range [...]string{"TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE", "PACKAGE BODY"} {
		if strings.HasSuffix(verb, " "+kind) {
			return true
		}
	}
	return false
}

// splitRoutines is split, but that CREATE of a routine goes on while the
// blocks of its body are open.
func splitRoutines(tokens []token) [][]token {
	var pieces [][]token
	start, depth := 0, 0
	body := routine(tokens)
	for i, t := range tokens {
		if body {
			depth += block(tokens, i)
		}
		if t.kind == punct && t.text == ";" && depth <= 0 {
			if i > start {
				pieces = append(pieces, tokens[start:i])
			}
			start, depth = i+1, 0
			body = routine(tokens[start:])
		}
	}
	if start < len(tokens) {
		pieces = append(pieces, tokens[start:])
	}
	return pieces
}

// block is 1 where the token at i opens a block, -1 where it closes one.
func block(tokens []token, i int) int {
	t := tokens[i]
	after := func(words ...string) bool { return i > 0 && tokens[i-1].is(words...) }
	before := func(words ...string) bool { return i+1 < len(tokens) && tokens[i+1].is(words...) }
	switch {
	case t.kind != word || after(".", "@", "AS"):
		return 0
	case t.is("END"):
		return -1
	case after("END"):
		return 0
	case t.is("BEGIN", "CASE", "LOOP", "WHILE"):
		return 1
	case t.is("IF") && !before("(", "EXISTS", "NOT"), t.is("REPEAT") && !before("("):
		return 1
	}
	return 0
}

// words reads a statement that is not in the grammar by its key words. The
// body of a routine is not run now, but where it ends is for the server to
// say: what in it would destroy counts as if it were run.
func (m *myText) words(src string, tokens []token) ([]effect.SQL, bool) {
	if len(tokens) == 3 && tokens[0].is("EXECUTE") && tokens[1].is("IMMEDIATE") && tokens[2].kind == str {
		if body := tokens[2].value(src); !strings.ContainsRune(body, '\\') {
			inner := readMySQL(body)
			stmts := append([]effect.SQL{statement(mysql, "EXECUTE IMMEDIATE")}, inner.stmts...)
			return seal(mysql, src, tokens, stmts), inner.ok
		}
	}
	if plain, changed := withoutMariaDB(src, tokens); changed {
		if stmts, err := m.read(plain, scan(plain, mysql)); err == nil {
			stmts = slices.DeleteFunc(stmts, byCalls) // looked for in all of the text below
			for i := range stmts {
				stmts[i].Text, stmts[i].TextDigest = "", ""
				if tokens[0].is("ANALYZE") && stmts[i].Verb == "SELECT" {
					stmts[i].Verb = "EXPLAIN"
				}
			}
			return seal(mysql, src, tokens, append(stmts, calls(src, tokens, mysql)...)), true
		}
	}
	s, ok := myByWords(src, tokens)
	stmts := []effect.SQL{s}
	if routine(tokens) && len(s.Objects) > 0 {
		depth := 0
		for i := range tokens {
			depth += block(tokens, i)
		}
		if depth == 0 {
			stmts[0].Unparsed, ok = "", true
			stmts = append(stmts, m.body(src, tokens)...)
		}
	}
	return seal(mysql, src, tokens, append(stmts, calls(src, tokens, mysql)...)), ok
}

// withoutMariaDB takes out what only MariaDB's grammar has and what does not
// change the statement: ANALYZE and EXPLAIN FORMAT=x before it, RETURNING
// after it.
func withoutMariaDB(src string, tokens []token) (string, bool) {
	start, end, keep := 0, len(tokens), ""
	switch {
	case tokens[0].is("ANALYZE") && len(tokens) > 1 && !tokens[1].is("TABLE", "LOCAL", "NO_WRITE_TO_BINLOG"):
		start = 1
	case tokens[0].is("EXPLAIN", "DESCRIBE", "DESC"):
		start, keep = 1, "EXPLAIN "
	}
	if start > 0 && start+3 < len(tokens) && tokens[start].is("FORMAT") && tokens[start+1].text == "=" {
		start += 3
	} else if keep != "" {
		start = 0
	}
	if tokens[0].is("INSERT", "DELETE", "REPLACE") {
		keep = ""
		depth := 0
		for i, t := range tokens {
			switch {
			case t.is("("):
				depth++
			case t.is(")"):
				depth--
			case depth == 0 && i > 0 && t.is("RETURNING"):
				end = i
			}
		}
	}
	if start == 0 && end == len(tokens) {
		return src, false
	}
	return keep + text(src, tokens[start:end]), true
}

// bodyVerbs begin the statements of a body that are looked at.
var bodyVerbs = []string{
	"DELETE", "DROP", "UPDATE", "TRUNCATE", "ALTER", "GRANT", "REVOKE", "CREATE", "RENAME", "PREPARE",
	"EXECUTE", "CALL", "LOAD", "SET", "KILL", "REPLACE",
}

func (m *myText) body(src string, tokens []token) []effect.SQL {
	var stmts []effect.SQL
	start := slices.IndexFunc(tokens, func(t token) bool { return t.is("BEGIN", "DO", "ROW") })
	if start < 0 {
		return nil
	}
	for _, piece := range split(tokens[start+1:]) {
		first := slices.IndexFunc(piece, func(t token) bool { return t.is(bodyVerbs...) })
		if first < 0 {
			continue
		}
		one := text(src, piece[first:])
		inner, err := m.read(one, scan(one, mysql))
		if err != nil {
			continue
		}
		for _, s := range inner {
			if s.Unparsed != "" || s.Writes && !mild[s.Verb] && s.Filter != "some" {
				stmts = append(stmts, s)
			}
		}
	}
	return stmts
}
