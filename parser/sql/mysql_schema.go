package sql

import (
	"slices"
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"

	"twokey/parser/effect"
)

// myName is a table's name with its schema.
func myName(t *ast.TableName) string {
	if t == nil {
		return ""
	}
	return join(t.Schema.O, t.Name.O)
}

// tables are the tables below a node, in order and once each.
func (s *myStatement) tables(n ast.Node) []string {
	switch v := n.(type) {
	case nil:
		return nil
	case *ast.TableRefsClause:
		if v == nil {
			return nil
		}
	}
	c := tableCollector{seen: map[string]bool{}}
	n.Accept(&c)
	return c.names
}

// tableCollector visits the nodes of a statement for table names.
type tableCollector struct {
	seen  map[string]bool
	names []string
}

func (c *tableCollector) Enter(n ast.Node) (ast.Node, bool) {
	if t, ok := n.(*ast.TableName); ok {
		if name := myName(t); !c.seen[name] {
			c.seen[name] = true
			c.names = append(c.names, name)
		}
	}
	return n, false
}

func (c *tableCollector) Leave(n ast.Node) (ast.Node, bool) { return n, true }

// schema translates the statements that are not queries.
func (s *myStatement) schema(node ast.StmtNode) {
	switch n := node.(type) {
	case *ast.AlterTableStmt:
		s.alterTable(n)
	case *ast.TruncateTableStmt:
		s.add("TRUNCATE", myName(n.Table))
	case *ast.RenameTableStmt:
		for _, t := range n.TableToTables {
			s.add("RENAME TABLE", myName(t.OldTable), myName(t.NewTable))
		}
	case *ast.DropDatabaseStmt:
		s.add("DROP DATABASE", n.Name.O)
	case *ast.CreateDatabaseStmt:
		s.add("CREATE DATABASE", n.Name.O)
	case *ast.AlterDatabaseStmt:
		s.add("ALTER DATABASE", n.Name.O)
	case *ast.DropIndexStmt:
		s.add("DROP INDEX", n.IndexName, myName(n.Table))
	case *ast.CreateIndexStmt:
		s.add("CREATE INDEX", n.IndexName, myName(n.Table))
	case *ast.CreateTableStmt:
		s.add(keywordVerb(s.tokens), myName(n.Table))
	case *ast.CreateViewStmt:
		s.add(keywordVerb(s.tokens), myName(n.ViewName))
	case *ast.DropTableStmt:
		var objects []string
		for _, t := range n.Tables {
			objects = append(objects, myName(t))
		}
		s.add(keywordVerb(s.tokens), objects...)
	case *ast.ProcedureInfo:
		s.add(keywordVerb(s.tokens), myName(n.ProcedureName))
	case *ast.BeginStmt:
		s.add("BEGIN")
	case *ast.SetPwdStmt:
		s.add("SET PASSWORD")
	case *ast.SetRoleStmt, *ast.SetDefaultRoleStmt:
		s.add("SET ROLE")
	case *ast.RevokeRoleStmt, *ast.RevokeStmt:
		s.add("REVOKE", s.tables(node)...)
	case *ast.GrantStmt, *ast.GrantProxyStmt, *ast.GrantRoleStmt:
		s.add("GRANT", s.tables(node)...)
	case *ast.FlushStmt:
		s.add("FLUSH")
	case *ast.KillStmt:
		s.add("KILL")
	case *ast.AnalyzeTableStmt:
		s.add("ANALYZE", s.tables(node)...)
	case *ast.LockTablesStmt:
		s.add("LOCK")
	case *ast.UnlockTablesStmt:
		s.add("UNLOCK")
	case *ast.ShowStmt:
		verb := "SHOW"
		if !s.tokens[0].is("SHOW") {
			verb = "DESCRIBE"
		}
		s.add(verb)
	case *ast.TraceStmt:
		s.translate(n.Stmt)
	case *ast.DropUserStmt:
		var users []string
		for _, u := range n.UserList {
			users = append(users, u.Username+"@"+u.Hostname)
		}
		s.add(keywordVerb(s.tokens), users...)
	case *ast.CreateUserStmt, *ast.AlterUserStmt, *ast.RenameUserStmt, *ast.UseStmt, *ast.CommitStmt,
		*ast.RollbackStmt, *ast.SavepointStmt, *ast.ReleaseSavepointStmt, *ast.ExplainForStmt, *ast.HelpStmt,
		*ast.DeallocateStmt, *ast.ShutdownStmt, *ast.RestartStmt, *ast.OptimizeTableStmt, *ast.RepairTableStmt,
		*ast.CreateSequenceStmt, *ast.AlterSequenceStmt, *ast.DropSequenceStmt, *ast.DropProcedureStmt,
		*ast.AlterInstanceStmt, *ast.BinlogStmt:
		s.byWords()
	default:
		// TiDB's own statements are no MySQL, and another server may read
		// them otherwise.
		s.byWords()
		s.out[len(s.out)-1].Unparsed = "not a statement of MySQL"
	}
}

// byWords is a statement whose key words say enough.
func (s *myStatement) byWords() {
	effect, _ := myByWords(s.src, s.tokens)
	effect.Unparsed = ""
	s.out = append(s.out, effect)
}

// wordVerbs are statements of MySQL and MariaDB that the grammar lacks, or
// whose key words say enough; false asks for a person since the rest of the
// statement can do anything.
var wordVerbs = []struct {
	words string
	verb  string
	plain bool
}{
	{"SHOW", "SHOW", true},
	{"DESCRIBE", "DESCRIBE", true},
	{"DESC", "DESCRIBE", true},
	{"HELP", "HELP", true},
	{"USE", "USE", true},
	{"CHECK TABLE", "CHECK TABLE", true},
	{"CHECKSUM TABLE", "CHECK TABLE", true},
	{"XA BEGIN", "BEGIN", true},
	{"XA START", "BEGIN", true},
	{"XA END", "SAVEPOINT", true},
	{"XA RECOVER", "SHOW", true},
	{"XA COMMIT", "COMMIT PREPARED", true},
	{"XA ROLLBACK", "ROLLBACK PREPARED", true},
	{"XA PREPARE", "PREPARE TRANSACTION", true},
	{"HANDLER", "HANDLER", true},
	{"GET DIAGNOSTICS", "SHOW", true},
	{"DEALLOCATE", "DEALLOCATE", true},
	{"RELEASE SAVEPOINT", "RELEASE", true},
	{"CACHE INDEX", "ANALYZE", true},
	{"LOAD INDEX", "ANALYZE", true},
	{"RESET MASTER", "RESET MASTER", true},
	{"RESET BINARY", "RESET MASTER", true},
	{"RESET SLAVE", "RESET REPLICA", true},
	{"RESET REPLICA", "RESET REPLICA", true},
	{"PURGE BINARY LOGS", "PURGE BINARY LOGS", true},
	{"PURGE MASTER LOGS", "PURGE BINARY LOGS", true},
	{"CHANGE MASTER TO", "CHANGE MASTER", true},
	{"CHANGE MASTER", "CHANGE MASTER", true},
	{"CHANGE REPLICATION", "CHANGE MASTER", true},
	{"START SLAVE", "START REPLICA", true},
	{"START REPLICA", "START REPLICA", true},
	{"STOP SLAVE", "STOP REPLICA", true},
	{"STOP REPLICA", "STOP REPLICA", true},
	{"INSTALL PLUGIN", "INSTALL PLUGIN", true},
	{"INSTALL SONAME", "INSTALL PLUGIN", true},
	{"INSTALL COMPONENT", "INSTALL PLUGIN", true},
	{"UNINSTALL PLUGIN", "UNINSTALL PLUGIN", true},
	{"UNINSTALL SONAME", "UNINSTALL PLUGIN", true},
	{"UNINSTALL COMPONENT", "UNINSTALL PLUGIN", true},
	{"EXECUTE IMMEDIATE", "EXECUTE IMMEDIATE", false},
	{"LOAD XML", "LOAD DATA", false},
}

// myByWords tells a statement by its key words; false means that they do not
// say what it would do.
func myByWords(src string, tokens []token) (effect.SQL, bool) {
	const why = "not in the grammar of MySQL"
	for _, w := range wordVerbs {
		words := strings.Fields(w.words)
		if len(tokens) < len(words) {
			continue
		}
		found := true
		for i, one := range words {
			found = found && tokens[i].is(one)
		}
		if found {
			s := statement(mysql, w.verb)
			if name := objectAfter(src, tokens[len(words):]); name != "" && w.plain && s.Writes {
				s.Objects = []string{name}
			}
			if !w.plain {
				s.Unparsed = why
			}
			return s, w.plain
		}
	}
	verb, rest := cutVerb(tokens)
	s := statement(mysql, verb)
	if strings.HasSuffix(verb, " FUNCTION") && slices.ContainsFunc(tokens, func(t token) bool { return t.is("SONAME") }) {
		s.Verb = "CREATE FUNCTION UNTRUSTED" // a library's code
	}
	if name := objectAfter(src, rest); name != "" && strings.Contains(verb, " ") {
		s.Objects = []string{name}
	}
	// What only takes away or is bound to be held needs no more detail.
	if strings.HasPrefix(verb, "DROP ") && len(s.Objects) > 0 {
		return s, true
	}
	s.Unparsed, s.Writes = why, true
	return s, false
}

// myActions are the verbs of ALTER TABLE's actions.
var myActions = map[ast.AlterTableType]string{
	ast.AlterTableAddColumns:                 "ADD COLUMN",
	ast.AlterTableDropColumn:                 "DROP COLUMN",
	ast.AlterTableDropPrimaryKey:             "DROP CONSTRAINT",
	ast.AlterTableDropIndex:                  "DROP INDEX",
	ast.AlterTableDropForeignKey:             "DROP CONSTRAINT",
	ast.AlterTableDropCheck:                  "DROP CONSTRAINT",
	ast.AlterTableAlterCheck:                 "ALTER CONSTRAINT",
	ast.AlterTableModifyColumn:               "ALTER COLUMN TYPE",
	ast.AlterTableChangeColumn:               "ALTER COLUMN TYPE",
	ast.AlterTableRenameColumn:               "RENAME COLUMN",
	ast.AlterTableRenameTable:                "RENAME",
	ast.AlterTableRenameIndex:                "RENAME INDEX",
	ast.AlterTableAlterColumn:                "SET DEFAULT",
	ast.AlterTableAddPartitions:              "ADD PARTITION",
	ast.AlterTableAddLastPartition:           "ADD PARTITION",
	ast.AlterTableDropPartition:              "DROP PARTITION",
	ast.AlterTableDropFirstPartition:         "DROP PARTITION",
	ast.AlterTableTruncatePartition:          "TRUNCATE PARTITION",
	ast.AlterTableExchangePartition:          "EXCHANGE PARTITION",
	ast.AlterTableDiscardTablespace:          "DISCARD TABLESPACE",
	ast.AlterTableDiscardPartitionTablespace: "DISCARD TABLESPACE",
	ast.AlterTableImportTablespace:           "IMPORT TABLESPACE",
	ast.AlterTableImportPartitionTablespace:  "IMPORT TABLESPACE",
	ast.AlterTableOption:                     "SET OPTIONS",
	ast.AlterTableCoalescePartitions:         "COALESCE PARTITION",
	ast.AlterTableReorganizePartition:        "REORGANIZE PARTITION",
	ast.AlterTableRemovePartitioning:         "REMOVE PARTITIONING",
	ast.AlterTablePartition:                  "PARTITION BY",
	ast.AlterTableIndexInvisible:             "ALTER COLUMN",
}

func (s *myStatement) alterTable(a *ast.AlterTableStmt) {
	table := myName(a.Table)
	seen := map[string]bool{}
	for _, spec := range a.Specs {
		action, object := myActions[spec.Tp], table
		if spec.Tp == ast.AlterTableAddConstraint {
			action = "ADD CONSTRAINT"
			switch spec.Constraint.Tp {
			case ast.ConstraintKey, ast.ConstraintIndex, ast.ConstraintFulltext, ast.ConstraintUniq,
				ast.ConstraintUniqKey, ast.ConstraintUniqIndex:
				action = "ADD INDEX"
			}
		}
		if spec.OldColumnName != nil {
			object += "." + spec.OldColumnName.Name.O
		}
		verb := strings.TrimSpace("ALTER TABLE " + action)
		if !seen[verb+object] {
			seen[verb+object] = true
			s.add(verb, object)
		}
	}
	if len(a.Specs) == 0 {
		s.add("ALTER TABLE", table)
	}
}
