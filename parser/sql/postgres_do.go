package sql

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"twokey/parser/effect"
)

// do reads a DO block. Where every statement of a literal PL/pgSQL body is
// understood they are what it does; else it is Unparsed, with what was found.
func (s *pgStatement) do(d *pg.DoStmt) {
	body, language := "", "plpgsql"
	for _, n := range d.Args {
		switch e := n.GetDefElem(); e.GetDefname() {
		case "as":
			body = e.Arg.GetString_().GetSval()
		case "language":
			language = strings.ToLower(e.Arg.GetString_().GetSval())
		}
	}
	block := statement(postgres, "DO")
	block.Unparsed = "what the block does is not known"
	if language != "plpgsql" {
		s.out = append(s.out, block)
		return
	}
	tokens := scan(body, postgres)
	if len(tokens) == 0 || unreadable(tokens, body) != "" {
		s.out = append(s.out, block)
		return
	}
	p := plBlock{t: s.t, src: body}
	if p.read(tokens) {
		block.Unparsed, block.Writes = "", false
	}
	p.out = append(p.out, calls(body, tokens, postgres)...)
	s.out = append(append(s.out, block), p.out...)
}

// plBlock reads the source of a PL/pgSQL block, statement by statement.
type plBlock struct {
	t   *pgText
	src string
	out []effect.SQL
}

// read reports whether all of the block was understood.
func (p *plBlock) read(tokens []token) bool {
	whole, declaring := true, false
	for len(tokens) > 0 {
		end := 0
		for end < len(tokens) && !tokens[end].is(";") {
			end++
		}
		one := tokens[:end]
		tokens = tokens[min(end+1, len(tokens)):]
		if len(one) > 0 && one[0].is("DECLARE") {
			declaring, one = true, one[1:]
		}
		if declaring && !startsBlock(one) {
			continue // a declaration; calls in it are found by name
		}
		declaring = false
		if !p.statement(one) {
			whole = false
		}
	}
	return whole
}

func startsBlock(tokens []token) bool { return len(tokens) > 0 && tokens[0].is("BEGIN") }

// statement reads one fragment between semicolons: control words, then at
// most one statement.
func (p *plBlock) statement(t []token) bool {
	for len(t) > 0 {
		switch {
		case t[0].is("BEGIN", "ELSE", "LOOP", "EXCEPTION"):
			t = t[1:]
		case t[0].is("DECLARE"):
			return true
		case t[0].is("END"):
			return len(t) <= 3
		case t[0].is("IF", "ELSIF", "ELSEIF", "WHEN", "WHILE"):
			stop := "THEN"
			if t[0].is("WHILE") {
				stop = "LOOP"
			}
			end := find(t, stop)
			if end < 0 || t[0].is("IF", "ELSIF", "ELSEIF", "WHILE") && !p.sql("SELECT "+text(p.src, t[1:end])) {
				return false
			}
			t = t[end+1:]
		case t[0].is("FOR"):
			in, end := find(t, "IN"), find(t, "LOOP")
			if in < 0 || end < in+2 {
				return false
			}
			if !t[in+1].is("SELECT", "WITH", "REVERSE") && t[in+1].kind != number && t[in+1].kind != word || t[in+1].is("EXECUTE") {
				return false
			}
			if t[in+1].is("SELECT", "WITH") && !p.sql(text(p.src, t[in+1:end])) {
				return false
			}
			t = t[end+1:]
		case t[0].is("NULL", "RAISE", "RETURN", "EXIT", "CONTINUE", "GET", "COMMIT", "ROLLBACK"):
			return !t[0].is("RETURN") || find(t, "QUERY") < 0
		case t[0].is("PERFORM"):
			return p.sql("SELECT " + text(p.src, t[1:]))
		case len(t) > 2 && t[0].kind == word && t[1].is(":=", "="):
			return p.sql("SELECT " + text(p.src, t[2:]))
		case t[0].is("SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "MERGE", "CREATE", "ALTER", "DROP", "TRUNCATE",
			"GRANT", "REVOKE", "COMMENT", "LOCK", "SET", "REFRESH", "ANALYZE", "REINDEX", "COPY", "NOTIFY"):
			return p.sql(text(p.src, t))
		default:
			return false
		}
	}
	return true
}

// find is the index of the first such word that is in no brackets and in no
// CASE.
func find(t []token, word string) int {
	depth := 0
	for i := range t {
		switch {
		case t[i].is("(", "[", "CASE"):
			depth++
		case t[i].is(")", "]") || t[i].is("END") && depth > 0:
			depth--
		case depth == 0 && i > 0 && t[i].is(word):
			return i
		}
	}
	return -1
}

// sql reads a statement of the block; it reports whether it was understood.
func (p *plBlock) sql(src string) bool {
	stmts, err := p.t.read(src, scan(src, postgres))
	for _, s := range stmts {
		// Calls are looked for in the body as a whole.
		if s.Verb != "SELECT" && s.Verb != "SELECT INTO" && !byCalls(s) {
			p.out = append(p.out, s)
		}
	}
	return err == nil
}
