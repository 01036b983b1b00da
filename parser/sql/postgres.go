package sql

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"twokey/parser/effect"
)

// readPostgres reads a text by PostgreSQL's own grammar, at once where it is
// whole and else statement by statement.
func readPostgres(src string) reading {
	return readPostgresWith(&pgText{prepared: map[string]bool{}}, src)
}

// readPostgresWith reads a part of a longer text.
func readPostgresWith(t *pgText, src string) reading {
	tokens := scan(src, postgres)
	if len(tokens) == 0 {
		return reading{ok: true}
	}
	if why := unreadable(tokens, src); why != "" {
		return reading{stmts: []effect.SQL{unparsed(src, "postgres", why)}}
	}
	if stmts, err := t.read(src, tokens); err == nil {
		return reading{stmts: stmts, ok: true}
	}
	r := reading{ok: true}
	failures := 0
	for _, piece := range split(tokens) {
		one := text(src, piece)
		own := scan(one, postgres)
		stmts, err := t.read(one, own)
		if err != nil {
			r.ok = false
			s := unparsed(one, "postgres", "not PostgreSQL: "+err.Error())
			stmts = append([]effect.SQL{s}, seal(postgres, one, own, calls(one, own, postgres))...)
			if failures++; failures == maxFailures {
				rest := unparsed(src[piece[len(piece)-1].end:], "postgres", tooManyFailures)
				r.stmts = append(append(r.stmts, stmts...), rest)
				return r
			}
		}
		r.stmts = append(r.stmts, stmts...)
	}
	return r
}

// unreadable says why the tokens must not go to a grammar.
func unreadable(tokens []token, src string) string {
	if tokens[len(tokens)-1].kind == broken {
		return "a quote or comment does not end"
	}
	if pile(tokens) > MaxNesting {
		return "nested too deeply"
	}
	for i, t := range tokens {
		if t.kind == str && t.end-t.start > 3 && src[t.start+1] == '&' && src[t.start+2] == '"' {
			return "an identifier written with Unicode escapes"
		}
		if t.is("STANDARD_CONFORMING_STRINGS") && i > 0 && !tokens[0].is("SHOW", "SELECT") && !standardStrings(tokens[i+1:]) {
			return "changes how strings are read"
		}
	}
	return ""
}

// standardStrings reports whether standard_conforming_strings is set to on,
// as every dump does.
func standardStrings(after []token) bool {
	if len(after) < 2 {
		return false
	}
	return after[0].is("=", "TO") && after[1].is("ON", "TRUE", "DEFAULT")
}

// pgText translates the statements of one text.
type pgText struct {
	prepared map[string]bool // names that PREPARE in the same text made
}

// read parses src; on failure it is tried once more with the usual spellings
// of placeholders in the place of values.
func (t *pgText) read(src string, tokens []token) ([]effect.SQL, error) {
	unknownPart := strings.IndexByte(src, 0) >= 0
	var tree *pg.ParseResult
	var err error
	if unknownPart {
		src = withPlaceholders(src, tokens)
		tree, err = pgParse(src)
	} else if tree, err = pgParse(src); err != nil {
		if replaced := withPlaceholders(src, tokens); replaced != src {
			if second, again := pgParse(replaced); again == nil {
				src, tree, err = replaced, second, nil
			}
		}
	}
	if err != nil {
		return nil, err
	}
	var stmts []effect.SQL
	for _, raw := range tree.Stmts {
		start, end := int(raw.StmtLocation), len(src)
		if raw.StmtLen > 0 {
			end = start + int(raw.StmtLen)
		}
		if start < 0 || end > len(src) || start > end {
			start, end = 0, len(src)
		}
		one := src[start:end]
		pieces := scan(one, postgres)
		s := &pgStatement{t: t, src: one, tokens: pieces}
		s.translate(raw.Stmt)
		s.out = append(s.out, calls(one, pieces, postgres)...)
		stmts = append(stmts, seal(postgres, one, pieces, s.out)...)
	}
	if unknownPart {
		for i := range stmts {
			if stmts[i].Unparsed == "" {
				stmts[i].Unparsed = UnknownPart
			}
		}
	}
	return stmts, nil
}

// pgParse is the grammar; its messages are kept short.
func pgParse(src string) (tree *pg.ParseResult, err error) {
	return pg.Parse(src)
}

// withPlaceholders writes $1 for every placeholder that clients and templates
// use, so that the rest can be read. Lengths change; offsets do not carry over.
func withPlaceholders(src string, tokens []token) string {
	var b strings.Builder
	last := 0
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		end := t.end
		switch {
		case t.kind == param && t.text[0] == '$' && len(t.text) > 1 && digit(t.text[1]):
			continue
		case t.kind == param:
		case t.text == "%" && i+1 < len(tokens) && tokens[i+1].start == end && tokens[i+1].is("S"):
			end = tokens[i+1].end
			i++
		case t.text == "%" && i+4 <= len(tokens) && tokens[i+1].text == "(" && tokens[i+3].text == ")":
			end = tokens[i+3].end
			if i+4 < len(tokens) && tokens[i+4].start == end && tokens[i+4].is("S") {
				end = tokens[i+4].end
				i++
			}
			i += 3
		case t.text == "{" || t.text == ":" && i+1 < len(tokens) && tokens[i+1].start == end && (tokens[i+1].kind == str || tokens[i+1].kind == quoted):
			if t.text == ":" { // psql's :'name' and :"name"
				i++
				end = tokens[i].end
				if tokens[i].kind == quoted {
					b.WriteString(src[last:t.start])
					b.WriteString(src[tokens[i].start:end])
					last = end
					continue
				}
				break
			}
			j := i
			for j < len(tokens) && tokens[j].text == "{" {
				j++
			}
			for j < len(tokens) && tokens[j].text != "}" && j < i+6 {
				j++
			}
			for j < len(tokens) && tokens[j].text == "}" {
				end = tokens[j].end
				j++
			}
			if end == t.end {
				continue
			}
			i = j - 1
		default:
			continue
		}
		b.WriteString(src[last:t.start])
		b.WriteString(" $1 ")
		last = end
	}
	if last == 0 {
		return src
	}
	b.WriteString(src[last:])
	return b.String()
}

// pgStatement translates one statement.
type pgStatement struct {
	t      *pgText
	src    string
	tokens []token
	out    []effect.SQL
}

func (s *pgStatement) add(verb string, objects ...string) *effect.SQL {
	s.out = append(s.out, statement(postgres, verb, objects...))
	return &s.out[len(s.out)-1]
}

func (s *pgStatement) translate(n *pg.Node) {
	switch n := n.GetNode().(type) {
	case *pg.Node_SelectStmt:
		s.query(n.SelectStmt)
	case *pg.Node_InsertStmt:
		i := n.InsertStmt
		s.with(i.WithClause)
		if q := i.SelectStmt.GetSelectStmt(); q != nil {
			s.with(q.WithClause)
		}
		s.add("INSERT", rangeName(i.Relation))
	case *pg.Node_UpdateStmt:
		u := n.UpdateStmt
		s.with(u.WithClause)
		s.add("UPDATE", rangeName(u.Relation)).Filter = pgFilter(u.WhereClause, u.Relation)
	case *pg.Node_DeleteStmt:
		d := n.DeleteStmt
		s.with(d.WithClause)
		s.add("DELETE", rangeName(d.Relation)).Filter = pgFilter(d.WhereClause, d.Relation)
	case *pg.Node_MergeStmt:
		s.merge(n.MergeStmt)
	case *pg.Node_ExplainStmt:
		s.explain(n.ExplainStmt)
	case *pg.Node_CopyStmt:
		s.copy(n.CopyStmt)
	case *pg.Node_PrepareStmt:
		s.t.prepared[n.PrepareStmt.Name] = true
		s.add("PREPARE", n.PrepareStmt.Name)
		s.translate(n.PrepareStmt.Query)
	case *pg.Node_ExecuteStmt:
		e := s.add("EXECUTE", n.ExecuteStmt.Name)
		if !s.t.prepared[n.ExecuteStmt.Name] {
			e.Unparsed, e.Writes = "the prepared statement is not in the same text", true
		}
	case *pg.Node_DeclareCursorStmt:
		s.add("DECLARE", n.DeclareCursorStmt.Portalname)
		s.with(n.DeclareCursorStmt.Query.GetSelectStmt().GetWithClause())
	case *pg.Node_CreateTableAsStmt:
		c := n.CreateTableAsStmt
		s.with(c.Query.GetSelectStmt().GetWithClause())
		switch {
		case c.IsSelectInto:
			s.add("SELECT INTO", rangeName(c.Into.GetRel()))
		default:
			s.add(keywordVerb(s.tokens), rangeName(c.Into.GetRel()))
		}
		if c.Query.GetExecuteStmt() != nil {
			s.translate(c.Query)
		}
	case *pg.Node_DoStmt:
		s.do(n.DoStmt)
	case *pg.Node_CallStmt:
		c := s.add("CALL", names(n.CallStmt.Funccall.GetFuncname()))
		c.Unparsed = "what the procedure does is not known"
	case *pg.Node_VariableSetStmt:
		s.set(n.VariableSetStmt)
	default:
		s.schema(n)
	}
}

func (s *pgStatement) query(q *pg.SelectStmt) {
	s.withAll(q)
	for first := q; first != nil; first = first.Larg {
		if first.IntoClause != nil {
			s.add("SELECT INTO", rangeName(first.IntoClause.Rel))
			return
		}
	}
	s.add("SELECT", fromNames(q)...)
}

// withAll goes through the WITH clauses of a set operation's branches.
func (s *pgStatement) withAll(q *pg.SelectStmt) {
	for ; q != nil; q = q.Larg {
		s.with(q.WithClause)
		if q.Rarg != nil {
			s.withAll(q.Rarg)
		}
	}
}

// with adds what the members of a WITH clause change; those that read are the
// outer statement's business.
func (s *pgStatement) with(w *pg.WithClause) {
	for _, n := range w.GetCtes() {
		member := n.GetCommonTableExpr().GetCtequery()
		if q := member.GetSelectStmt(); q != nil {
			s.withAll(q)
		} else {
			s.translate(member)
		}
	}
}

func (s *pgStatement) merge(m *pg.MergeStmt) {
	s.with(m.WithClause)
	verb := "MERGE"
	for _, n := range m.MergeWhenClauses {
		if n.GetMergeWhenClause().GetCommandType() == pg.CmdType_CMD_DELETE {
			verb = "MERGE DELETE"
		}
	}
	s.add(verb, rangeName(m.Relation))
}

func (s *pgStatement) explain(e *pg.ExplainStmt) {
	analyze := false
	for _, n := range e.Options {
		if d := n.GetDefElem(); strings.EqualFold(d.GetDefname(), "analyze") {
			analyze = !isFalse(d.Arg)
		}
	}
	if !analyze {
		s.add("EXPLAIN")
		return
	}
	before := len(s.out)
	s.translate(e.Query)
	if len(s.out) == before+1 && s.out[before].Verb == "SELECT" {
		s.out[before].Verb = "EXPLAIN"
	}
}

// isFalse reports whether an option's value turns it off.
func isFalse(n *pg.Node) bool {
	switch v := n.GetNode().(type) {
	case *pg.Node_String_:
		switch strings.ToLower(v.String_.Sval) {
		case "false", "off", "0", "no":
			return true
		}
	case *pg.Node_Integer:
		return v.Integer.Ival == 0
	case *pg.Node_Boolean:
		return !v.Boolean.Boolval
	}
	return false
}

func (s *pgStatement) copy(c *pg.CopyStmt) {
	s.with(c.Query.GetSelectStmt().GetWithClause())
	table := rangeName(c.Relation)
	switch {
	case c.IsProgram:
		s.add("COPY PROGRAM", table, c.Filename)
	case c.Filename != "" && c.IsFrom:
		s.add("COPY FROM FILE", table, c.Filename)
	case c.Filename != "":
		s.add("COPY TO FILE", table, c.Filename)
	case c.IsFrom:
		s.add("COPY FROM", table)
	default:
		if c.Query != nil && c.Query.GetSelectStmt() == nil {
			s.translate(c.Query)
		}
		s.add("COPY TO", table)
	}
}

// unsafeSettings take a protection away when they are set, by name.
var unsafeSettings = map[string]bool{
	"session_replication_role": true, "row_security": true, "zero_damaged_pages": true,
	"allow_system_table_mods": true, "ignore_checksum_failure": true, "ignore_invalid_pages": true,
	"session_preload_libraries": true, "local_preload_libraries": true, "shared_preload_libraries": true,
	"backslash_quote": true, "log_statement": true, "log_min_duration_statement": true, "fsync": true,
	"archive_command": true, "restore_command": true, "ssl_passphrase_command": true,
	"full_page_writes": true, "unix_socket_directories": true, "pgaudit.log": true,
}

func (s *pgStatement) set(v *pg.VariableSetStmt) {
	name := strings.ToLower(v.Name)
	switch {
	case v.Kind == pg.VariableSetKind_VAR_RESET, v.Kind == pg.VariableSetKind_VAR_RESET_ALL:
		if name == "role" || name == "session_authorization" {
			s.add(map[string]string{"role": "SET ROLE", "session_authorization": "SET SESSION AUTHORIZATION"}[name])
			return
		}
		s.add("SET", name)
	case name == "role":
		s.add("SET ROLE", constants(v.Args)...)
	case name == "session_authorization":
		s.add("SET SESSION AUTHORIZATION", constants(v.Args)...)
	case strings.HasPrefix(name, "transaction ") || strings.HasPrefix(name, "session characteristics"):
		s.add("SET TRANSACTION")
	case unsafeSettings[name]:
		s.add("SET UNSAFE", name)
	default:
		s.add("SET", name)
	}
}
