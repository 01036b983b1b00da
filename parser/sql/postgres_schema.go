package sql

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// schema translates the statements that are not queries: schema, roles,
// transactions and the server.
func (s *pgStatement) schema(node any) {
	switch n := node.(type) {
	case *pg.Node_DropStmt:
		s.add(s.keyword(), objectNames(n.DropStmt.Objects)...)
	case *pg.Node_TruncateStmt:
		s.add("TRUNCATE", objectNames(n.TruncateStmt.Relations)...)
	case *pg.Node_AlterTableStmt:
		s.alterTable(n.AlterTableStmt)
	case *pg.Node_RenameStmt:
		s.rename(n.RenameStmt)
	case *pg.Node_AlterObjectSchemaStmt:
		a := n.AlterObjectSchemaStmt
		s.add(s.keyword()+" SET SCHEMA", rangeName(a.Relation)+objectName(a.Object), a.Newschema)
	case *pg.Node_AlterOwnerStmt:
		a := n.AlterOwnerStmt
		s.add(s.keyword()+" OWNER", rangeName(a.Relation)+objectName(a.Object), roleName(a.Newowner))
	case *pg.Node_AlterEnumStmt:
		verb := "ALTER TYPE ADD VALUE"
		if n.AlterEnumStmt.OldVal != "" {
			verb = "ALTER TYPE RENAME"
		}
		s.add(verb, names(n.AlterEnumStmt.TypeName))
	case *pg.Node_CreateStmt:
		s.add(s.keyword(), rangeName(n.CreateStmt.Relation))
	case *pg.Node_ViewStmt:
		s.add(s.keyword(), rangeName(n.ViewStmt.View))
	case *pg.Node_IndexStmt:
		s.add("CREATE INDEX", n.IndexStmt.Idxname, rangeName(n.IndexStmt.Relation))
	case *pg.Node_CreateFunctionStmt:
		s.createFunction(n.CreateFunctionStmt)
	case *pg.Node_CreateTrigStmt:
		s.add(s.keyword(), n.CreateTrigStmt.Trigname, rangeName(n.CreateTrigStmt.Relation))
	case *pg.Node_CreateExtensionStmt:
		s.add("CREATE EXTENSION", n.CreateExtensionStmt.Extname)
	case *pg.Node_CreateSchemaStmt:
		s.add("CREATE SCHEMA", n.CreateSchemaStmt.Schemaname)
		for _, e := range n.CreateSchemaStmt.SchemaElts {
			if e.GetGrantStmt() != nil {
				s.add("GRANT", objectNames(e.GetGrantStmt().Objects)...)
			}
		}
	case *pg.Node_CreateRoleStmt:
		s.add("CREATE ROLE", n.CreateRoleStmt.Role)
	case *pg.Node_AlterDomainStmt:
		verb := "ALTER DOMAIN"
		if n.AlterDomainStmt.Subtype == "X" {
			verb = "ALTER DOMAIN DROP CONSTRAINT"
		}
		s.add(verb, names(n.AlterDomainStmt.TypeName))
	case *pg.Node_AlterExtensionContentsStmt:
		verb := "ALTER EXTENSION ADD"
		if n.AlterExtensionContentsStmt.Action < 0 {
			verb = "ALTER EXTENSION DROP"
		}
		s.add(verb, n.AlterExtensionContentsStmt.Extname)
	case *pg.Node_AlterRoleStmt:
		s.add("ALTER ROLE", roleName(n.AlterRoleStmt.Role))
	case *pg.Node_AlterRoleSetStmt:
		s.add("ALTER ROLE SET", roleName(n.AlterRoleSetStmt.Role))
	case *pg.Node_DropRoleStmt:
		s.add("DROP ROLE", objectNames(n.DropRoleStmt.Roles)...)
	case *pg.Node_DropOwnedStmt:
		s.add("DROP OWNED", objectNames(n.DropOwnedStmt.Roles)...)
	case *pg.Node_ReassignOwnedStmt:
		s.add("REASSIGN OWNED", objectNames(n.ReassignOwnedStmt.Roles)...)
	case *pg.Node_GrantStmt:
		verb := "REVOKE"
		if n.GrantStmt.IsGrant {
			verb = "GRANT"
		}
		s.add(verb, append(objectNames(n.GrantStmt.Objects), objectNames(n.GrantStmt.Grantees)...)...)
	case *pg.Node_GrantRoleStmt:
		verb := "REVOKE"
		if n.GrantRoleStmt.IsGrant {
			verb = "GRANT"
		}
		s.add(verb, append(objectNames(n.GrantRoleStmt.GrantedRoles), objectNames(n.GrantRoleStmt.GranteeRoles)...)...)
	case *pg.Node_AlterDefaultPrivilegesStmt:
		s.add("ALTER DEFAULT PRIVILEGES")
	case *pg.Node_CreatedbStmt:
		s.add("CREATE DATABASE", n.CreatedbStmt.Dbname)
	case *pg.Node_DropdbStmt:
		s.add("DROP DATABASE", n.DropdbStmt.Dbname)
	case *pg.Node_AlterDatabaseStmt:
		s.add("ALTER DATABASE", n.AlterDatabaseStmt.Dbname)
	case *pg.Node_AlterDatabaseSetStmt:
		s.add("ALTER DATABASE", n.AlterDatabaseSetStmt.Dbname)
	case *pg.Node_AlterSystemStmt:
		s.add("ALTER SYSTEM", n.AlterSystemStmt.Setstmt.GetName())
	case *pg.Node_TransactionStmt:
		s.transaction(n.TransactionStmt)
	case *pg.Node_VacuumStmt:
		s.vacuum(n.VacuumStmt)
	case *pg.Node_ReindexStmt:
		s.add("REINDEX", rangeName(n.ReindexStmt.Relation)+n.ReindexStmt.Name)
	case *pg.Node_ClusterStmt:
		s.add("CLUSTER", rangeName(n.ClusterStmt.Relation))
	case *pg.Node_RefreshMatViewStmt:
		s.add("REFRESH MATERIALIZED VIEW", rangeName(n.RefreshMatViewStmt.Relation))
	case *pg.Node_LockStmt:
		s.add("LOCK", objectNames(n.LockStmt.Relations)...)
	case *pg.Node_CommentStmt:
		s.add("COMMENT", objectName(n.CommentStmt.Object))
	case *pg.Node_LoadStmt:
		s.add("LOAD", n.LoadStmt.Filename)
	case *pg.Node_VariableShowStmt:
		s.add("SHOW", n.VariableShowStmt.Name)
	case *pg.Node_ConstraintsSetStmt:
		s.add("SET CONSTRAINTS")
	default:
		s.other()
	}
}

// other is a statement whose key words say enough.
func (s *pgStatement) other() {
	_, rest := cutVerb(s.tokens)
	verb := s.keyword()
	var object []string
	if name := objectAfter(s.src, rest); name != "" && strings.Contains(verb, " ") {
		object = []string{name}
	}
	s.add(verb, object...)
}

// keyword is the statement's verb by its key words; a user is a role.
func (s *pgStatement) keyword() string {
	verb := keywordVerb(s.tokens)
	for _, name := range [...]string{"USER", "GROUP"} {
		if first, ok := strings.CutSuffix(verb, " "+name); ok {
			return first + " ROLE"
		}
	}
	return verb
}

func (s *pgStatement) transaction(t *pg.TransactionStmt) {
	verbs := map[pg.TransactionStmtKind]string{
		pg.TransactionStmtKind_TRANS_STMT_BEGIN: "BEGIN", pg.TransactionStmtKind_TRANS_STMT_START: "BEGIN",
		pg.TransactionStmtKind_TRANS_STMT_COMMIT: "COMMIT", pg.TransactionStmtKind_TRANS_STMT_ROLLBACK: "ROLLBACK",
		pg.TransactionStmtKind_TRANS_STMT_SAVEPOINT: "SAVEPOINT", pg.TransactionStmtKind_TRANS_STMT_RELEASE: "RELEASE",
		pg.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO:       "ROLLBACK",
		pg.TransactionStmtKind_TRANS_STMT_PREPARE:           "PREPARE TRANSACTION",
		pg.TransactionStmtKind_TRANS_STMT_COMMIT_PREPARED:   "COMMIT PREPARED",
		pg.TransactionStmtKind_TRANS_STMT_ROLLBACK_PREPARED: "ROLLBACK PREPARED",
	}
	verb := verbs[t.Kind]
	if verb == "" {
		verb = s.keyword()
	}
	s.add(verb)
}

func (s *pgStatement) vacuum(v *pg.VacuumStmt) {
	verb := "ANALYZE"
	if v.IsVacuumcmd {
		verb = "VACUUM"
		for _, o := range v.Options {
			if d := o.GetDefElem(); strings.EqualFold(d.GetDefname(), "full") && !isFalse(d.Arg) {
				verb = "VACUUM FULL"
			}
		}
	}
	var tables []string
	for _, r := range v.Rels {
		tables = append(tables, rangeName(r.GetVacuumRelation().GetRelation()))
	}
	s.add(verb, tables...)
}

// trustedLanguages run inside the database's sandbox.
var trustedLanguages = map[string]bool{
	"": true, "sql": true, "plpgsql": true, "pltcl": true, "plperl": true, "plv8": true, "plrust": true,
	"pllua": true, "plls": true, "plcoffee": true,
}

func (s *pgStatement) createFunction(f *pg.CreateFunctionStmt) {
	verb := s.keyword()
	for _, o := range f.Options {
		d := o.GetDefElem()
		if d.GetDefname() == "language" && !trustedLanguages[strings.ToLower(d.Arg.GetString_().GetSval())] {
			verb = "CREATE FUNCTION UNTRUSTED"
		}
	}
	s.add(verb, names(f.Funcname))
}

func (s *pgStatement) rename(r *pg.RenameStmt) {
	object := rangeName(r.Relation) + objectName(r.Object)
	switch r.RenameType {
	case pg.ObjectType_OBJECT_COLUMN, pg.ObjectType_OBJECT_ATTRIBUTE:
		s.add(s.keyword()+" RENAME COLUMN", object+"."+r.Subname)
	case pg.ObjectType_OBJECT_TABCONSTRAINT:
		s.add(s.keyword()+" RENAME CONSTRAINT", object)
	default:
		if object == "" {
			object = r.Subname
		}
		s.add(s.keyword()+" RENAME", object, r.Newname)
	}
}

// alterActions are the verbs of ALTER TABLE's actions after the object's kind.
var alterActions = map[pg.AlterTableType]string{
	pg.AlterTableType_AT_AddColumn:               "ADD COLUMN",
	pg.AlterTableType_AT_DropNotNull:             "DROP NOT NULL",
	pg.AlterTableType_AT_SetNotNull:              "SET NOT NULL",
	pg.AlterTableType_AT_DropExpression:          "DROP EXPRESSION",
	pg.AlterTableType_AT_SetExpression:           "ALTER COLUMN TYPE",
	pg.AlterTableType_AT_SetStatistics:           "ALTER COLUMN",
	pg.AlterTableType_AT_SetOptions:              "ALTER COLUMN",
	pg.AlterTableType_AT_ResetOptions:            "ALTER COLUMN",
	pg.AlterTableType_AT_SetStorage:              "ALTER COLUMN",
	pg.AlterTableType_AT_SetCompression:          "ALTER COLUMN",
	pg.AlterTableType_AT_DropColumn:              "DROP COLUMN",
	pg.AlterTableType_AT_AddIndex:                "ADD INDEX",
	pg.AlterTableType_AT_AddConstraint:           "ADD CONSTRAINT",
	pg.AlterTableType_AT_AddIndexConstraint:      "ADD CONSTRAINT",
	pg.AlterTableType_AT_ValidateConstraint:      "VALIDATE CONSTRAINT",
	pg.AlterTableType_AT_AlterConstraint:         "ALTER CONSTRAINT",
	pg.AlterTableType_AT_DropConstraint:          "DROP CONSTRAINT",
	pg.AlterTableType_AT_AlterColumnType:         "ALTER COLUMN TYPE",
	pg.AlterTableType_AT_ChangeOwner:             "OWNER",
	pg.AlterTableType_AT_SetLogged:               "SET LOGGED",
	pg.AlterTableType_AT_SetUnLogged:             "SET UNLOGGED",
	pg.AlterTableType_AT_SetRelOptions:           "SET OPTIONS",
	pg.AlterTableType_AT_ResetRelOptions:         "SET OPTIONS",
	pg.AlterTableType_AT_EnableTrig:              "ENABLE TRIGGER",
	pg.AlterTableType_AT_EnableAlwaysTrig:        "ENABLE TRIGGER",
	pg.AlterTableType_AT_EnableReplicaTrig:       "ENABLE TRIGGER",
	pg.AlterTableType_AT_EnableTrigAll:           "ENABLE TRIGGER",
	pg.AlterTableType_AT_EnableTrigUser:          "ENABLE TRIGGER",
	pg.AlterTableType_AT_DisableTrig:             "DISABLE TRIGGER",
	pg.AlterTableType_AT_DisableTrigAll:          "DISABLE TRIGGER",
	pg.AlterTableType_AT_DisableTrigUser:         "DISABLE TRIGGER",
	pg.AlterTableType_AT_EnableRule:              "ENABLE RULE",
	pg.AlterTableType_AT_EnableAlwaysRule:        "ENABLE RULE",
	pg.AlterTableType_AT_EnableReplicaRule:       "ENABLE RULE",
	pg.AlterTableType_AT_DisableRule:             "DISABLE RULE",
	pg.AlterTableType_AT_EnableRowSecurity:       "ENABLE ROW LEVEL SECURITY",
	pg.AlterTableType_AT_DisableRowSecurity:      "DISABLE ROW LEVEL SECURITY",
	pg.AlterTableType_AT_ForceRowSecurity:        "FORCE ROW LEVEL SECURITY",
	pg.AlterTableType_AT_NoForceRowSecurity:      "NO FORCE ROW LEVEL SECURITY",
	pg.AlterTableType_AT_AttachPartition:         "ATTACH PARTITION",
	pg.AlterTableType_AT_DetachPartition:         "DETACH PARTITION",
	pg.AlterTableType_AT_DetachPartitionFinalize: "DETACH PARTITION",
	pg.AlterTableType_AT_AddIdentity:             "ADD IDENTITY",
	pg.AlterTableType_AT_SetIdentity:             "ALTER COLUMN",
	pg.AlterTableType_AT_DropIdentity:            "DROP IDENTITY",
	pg.AlterTableType_AT_SetTableSpace:           "SET TABLESPACE",
	pg.AlterTableType_AT_SetAccessMethod:         "SET ACCESS METHOD",
}

func (s *pgStatement) alterTable(a *pg.AlterTableStmt) {
	object := s.keyword()
	seen := map[string]bool{}
	for _, n := range a.Cmds {
		c := n.GetAlterTableCmd()
		action := alterActions[c.GetSubtype()]
		if c.GetSubtype() == pg.AlterTableType_AT_ColumnDefault {
			action = "SET DEFAULT"
			if c.Def == nil {
				action = "DROP DEFAULT"
			}
		}
		verb := strings.TrimSpace(object + " " + action)
		target := rangeName(a.Relation)
		if c.GetName() != "" {
			target += "." + c.Name
		}
		if key := verb + target; !seen[key] {
			seen[key] = true
			s.add(verb, target)
		}
	}
	if len(a.Cmds) == 0 {
		s.add(object, rangeName(a.Relation))
	}
}
