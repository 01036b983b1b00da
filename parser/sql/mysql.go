package sql

import (
	"fmt"
	"strings"
	"sync"

	"github.com/pingcap/tidb/pkg/parser"
	"github.com/pingcap/tidb/pkg/parser/ast"
	_ "github.com/pingcap/tidb/pkg/parser/test_driver" // the parser's literals

	"twokey/parser/effect"
)

// parsers keeps MySQL parsers, which are costly to make and not for two at once.
var parsers = sync.Pool{New: func() any { return parser.New() }}

// parseMySQL is the grammar. It is generated code over hostile text: a panic
// is a failure to parse.
func parseMySQL(src string) (stmts []ast.StmtNode, err error) {
	defer func() {
		if r := recover(); r != nil {
			stmts, err = nil, fmt.Errorf("the grammar failed: %v", r)
		}
	}()
	p := parsers.Get().(*parser.Parser)
	stmts, _, err = p.Parse(src, "", "")
	parsers.Put(p)
	return stmts, err
}

// readMySQL reads a text with its version comments carried out and, where that
// is another text, with them left out; what only the second does is added.
func readMySQL(src string) reading {
	run, has := versionComments(src, true)
	r := readMySQLText(run)
	if has {
		skip, _ := versionComments(src, false)
		other := readMySQLText(skip)
		known := map[string]bool{}
		for _, s := range r.stmts {
			known[actOf(s)] = true
		}
		for _, s := range other.stmts {
			if !known[actOf(s)] {
				r.stmts = append(r.stmts, s)
			}
		}
		r.ok = r.ok && other.ok
	}
	return r
}

// actOf is what a statement does, whatever its text.
func actOf(s effect.SQL) string {
	return s.Verb + "\x00" + strings.Join(s.Objects, "\x00") + "\x00" + s.Filter + "\x00" + s.Unparsed
}

func readMySQLText(src string) reading {
	tokens := scan(src, mysql)
	if len(tokens) == 0 {
		return reading{ok: true}
	}
	if why := unreadable(tokens, src); why != "" {
		return reading{stmts: []effect.SQL{unparsed(src, "mysql", why)}}
	}
	m := &myText{prepared: map[string]bool{}, vars: map[string]string{}}
	if stmts, err := m.read(src, tokens); err == nil {
		return reading{stmts: stmts, ok: true}
	}
	r := reading{ok: true}
	failures := 0
	for _, piece := range splitRoutines(tokens) {
		one := text(src, piece)
		own := scan(one, mysql)
		stmts, err := m.read(one, own)
		if err != nil {
			own, ok := m.words(one, own)
			r.ok = r.ok && ok
			stmts = own
			if failures++; failures == maxFailures {
				rest := unparsed(src[piece[len(piece)-1].end:], "mysql", tooManyFailures)
				r.stmts, r.ok = append(append(r.stmts, stmts...), rest), false
				return r
			}
		}
		r.stmts = append(r.stmts, stmts...)
	}
	return r
}

// versionComments writes blanks for the marks of /*! ... */, /*M! ... */ and
// TiDB's /*T! ... */, whose content the server runs, or for the whole of them.
func versionComments(src string, run bool) (string, bool) {
	if !strings.Contains(src, "/*") {
		return src, false
	}
	s := scanner{src: src, d: mysql}
	out := []byte(src)
	found, open := false, -1
	erase := func(from, to int) {
		for i := from; i < to; i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
	}
	for s.pos < len(src) {
		c := src[s.pos]
		switch {
		case c == '/' && s.at(s.pos+1) == '*':
			mark := s.pos + 2
			if s.at(mark) == 'M' || s.at(mark) == 'T' {
				mark++
			}
			if s.at(mark) != '!' {
				if !s.blockComment() {
					return string(out), found
				}
				continue
			}
			found = true
			mark++
			if s.at(mark) == '[' { // TiDB's feature list
				if end := strings.IndexByte(src[mark:], ']'); end >= 0 {
					mark += end + 1
				}
			}
			for digit(s.at(mark)) {
				mark++
			}
			if !run {
				if end := strings.Index(src[mark:], "*/"); end >= 0 {
					mark += end + 2
				} else {
					mark = len(src)
				}
			} else {
				open = s.pos
			}
			erase(s.pos, mark)
			s.pos = mark
		case c == '*' && s.at(s.pos+1) == '/' && open >= 0:
			erase(s.pos, s.pos+2)
			s.pos += 2
			open = -1
		case c == '\'' || c == '"' || c == '`':
			s.quote(s.pos, c, str, c != '`')
		case c == '#' || c == '-' && s.at(s.pos+1) == '-' && s.dashComment():
			s.blankLine()
		default:
			s.pos++
		}
	}
	return string(out), found
}

// blankLine skips a comment to the end of its line.
func (s *scanner) blankLine() {
	if end := strings.IndexByte(s.src[s.pos:], '\n'); end >= 0 {
		s.pos += end + 1
	} else {
		s.pos = len(s.src)
	}
}

// myText translates the statements of one text.
type myText struct {
	prepared map[string]bool
	vars     map[string]string // user variables whose text is certain
}

func (m *myText) read(src string, tokens []token) ([]effect.SQL, error) {
	unknownPart := strings.IndexByte(src, 0) >= 0
	if unknownPart {
		src = strings.ReplaceAll(src, "\x00", "?")
	}
	src = plainDumpfile(src, tokens)
	nodes, err := parseMySQL(src)
	if err != nil {
		replaced := strings.ReplaceAll(withPlaceholders(src, tokens), " $1 ", " ? ")
		if replaced == src {
			return nil, err
		}
		second, again := parseMySQL(replaced)
		if again != nil {
			return nil, err
		}
		nodes = second
	}
	var stmts []effect.SQL
	for _, n := range nodes {
		one := strings.TrimSpace(n.OriginalText())
		s := &myStatement{t: m, src: one, tokens: scan(one, mysql)}
		s.translate(n)
		s.out = append(s.out, calls(one, s.tokens, mysql)...)
		stmts = append(stmts, seal(mysql, one, s.tokens, s.out)...)
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

// plainDumpfile writes OUTFILE for DUMPFILE, which the grammar lacks.
func plainDumpfile(src string, tokens []token) string {
	for i, t := range tokens {
		if t.is("DUMPFILE") && i > 0 && tokens[i-1].is("INTO") {
			src = src[:t.start] + "OUTFILE " + src[t.end:]
		}
	}
	return src
}

// myStatement translates one statement.
type myStatement struct {
	t      *myText
	src    string
	tokens []token
	out    []effect.SQL
}

func (s *myStatement) add(verb string, objects ...string) *effect.SQL {
	s.out = append(s.out, statement(mysql, verb, objects...))
	return &s.out[len(s.out)-1]
}

func (s *myStatement) translate(node ast.StmtNode) {
	switch n := node.(type) {
	case *ast.SelectStmt:
		if n.SelectIntoOpt != nil {
			s.add("SELECT INTO FILE", n.SelectIntoOpt.FileName)
		}
		s.add("SELECT", s.tables(n.From)...)
	case *ast.SetOprStmt:
		s.add("SELECT", s.tables(n)...)
	case *ast.InsertStmt:
		verb := "INSERT"
		if n.IsReplace {
			verb = "REPLACE"
		}
		s.add(verb, s.tables(n.Table)...)
	case *ast.UpdateStmt:
		s.add("UPDATE", s.tables(n.TableRefs)...).Filter = myFilter(n.Where, n.TableRefs)
	case *ast.DeleteStmt:
		objects := s.tables(n.TableRefs)
		if n.Tables != nil && len(n.Tables.Tables) > 0 {
			objects = nil
			for _, t := range n.Tables.Tables {
				objects = append(objects, myName(t))
			}
		}
		s.add("DELETE", objects...).Filter = myFilter(n.Where, n.TableRefs)
	case *ast.NonTransactionalDMLStmt:
		if inner, ok := n.DMLStmt.(ast.StmtNode); ok {
			s.translate(inner)
		}
	case *ast.ExplainStmt:
		s.explain(n)
	case *ast.LoadDataStmt:
		verb := "LOAD DATA"
		if n.FileLocRef == ast.FileLocClient {
			verb = "LOAD DATA LOCAL"
		}
		s.add(verb, myName(n.Table), n.Path)
	case *ast.PrepareStmt:
		s.prepare(n)
	case *ast.ExecuteStmt:
		e := s.add("EXECUTE", n.Name)
		if !s.t.prepared[strings.ToLower(n.Name)] {
			e.Unparsed, e.Writes = "the prepared statement is not in the same text", true
		}
	case *ast.CallStmt:
		c := s.add("CALL", join(n.Procedure.Schema.O, n.Procedure.FnName.O))
		c.Unparsed = "what the procedure does is not known"
	case *ast.DoStmt:
		s.add("SELECT")
	case *ast.SetStmt:
		s.set(n)
	default:
		s.schema(node)
	}
}

func (s *myStatement) explain(e *ast.ExplainStmt) {
	if _, describe := e.Stmt.(*ast.ShowStmt); describe {
		s.add("DESCRIBE")
		return
	}
	if !e.Analyze {
		s.add("EXPLAIN")
		return
	}
	before := len(s.out)
	s.translate(e.Stmt)
	if len(s.out) == before+1 && s.out[before].Verb == "SELECT" {
		s.out[before].Verb = "EXPLAIN"
	}
}

// prepare reads the prepared text where it is literal or in a variable that
// the same text has set.
func (s *myStatement) prepare(n *ast.PrepareStmt) {
	body, known := n.SQLText, n.SQLVar == nil
	if n.SQLVar != nil {
		body, known = s.t.vars[strings.ToLower(n.SQLVar.Name)]
	}
	p := s.add("PREPARE", n.Name)
	if !known {
		p.Unparsed, p.Writes = "the text that is prepared is not known before the run", true
		return
	}
	s.t.prepared[strings.ToLower(n.Name)] = true
	inner := readMySQL(body)
	s.out = append(s.out, inner.stmts...)
}

// unsafeVariables take a protection away when they are set, by name.
var unsafeVariables = map[string]bool{
	"foreign_key_checks": false, "sql_log_bin": true, "sql_log_off": true, "local_infile": true,
	"secure_file_priv": true, "general_log_file": true, "slow_query_log_file": true, "init_connect": true,
	"init_file": true, "read_only": true, "super_read_only": true, "plugin_dir": true, "log_bin_trust_function_creators": true,
}

func (s *myStatement) set(n *ast.SetStmt) {
	for _, v := range n.Variables {
		name := strings.ToLower(v.Name)
		if !v.IsSystem && name != "sql_mode" && name != "setnames" && name != "setcharset" {
			if text, ok := literal(v.Value); ok {
				s.t.vars[name] = text
			} else {
				delete(s.t.vars, name)
			}
		}
		switch {
		case v.IsGlobal || v.IsInstance:
			s.add("SET GLOBAL", name)
		case v.IsSystem && unsafeVariables[name]:
			s.add("SET UNSAFE", name)
		case v.IsSystem && name == "sql_mode" && strings.Contains(upper(s.src), "NO_BACKSLASH_ESCAPES"):
			s.add("SET UNSAFE", name).Unparsed = "changes how strings are read"
		default:
			s.add("SET", name)
		}
	}
}
