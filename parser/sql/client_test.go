package sql

import (
	"strings"
	"testing"
)

func TestPsqlScript(t *testing.T) {
	check(t, "postgres", Script, []example{
		{`\dt`, "CLIENT"},
		{"\\x on\nSELECT 1;", "CLIENT; SELECT"},
		{`\! rm -rf /`, "CLIENT SHELL (rm -rf /)"},
		{"SELECT 1; \\! id", "SELECT; CLIENT SHELL (id)"},
		{"SELECT 1\n\\! id\n; DROP TABLE t;", "CLIENT SHELL (id); SELECT; DROP TABLE (t)"},
		{`\i 'a b.sql'`, `CLIENT INCLUDE (a b.sql) !`},
		{`\ir x.sql`, `CLIENT INCLUDE (x.sql) !`},
		{`\copy t from 'a.csv' csv`, "CLIENT COPY FROM (t,a.csv)"},
		{`\copy t (a, b) to /tmp/x.csv`, "CLIENT COPY TO (t,/tmp/x.csv)"},
		{`\copy (delete from t returning *) to stdout`, "DELETE (t) none; COPY TO ()"},
		{`\copy t from program 'curl x'`, "CLIENT COPY PROGRAM (t,curl x)"},
		{"SELECT 1 \\g |sh", "SELECT; CLIENT SHELL (sh)"},
		{"SELECT 1 \\g /tmp/x", "SELECT; CLIENT WRITE FILE (/tmp/x)"},
		{"SELECT 1 \\gx", "SELECT; CLIENT"},
		{"SELECT 'DROP TABLE t' \\gexec", "SELECT; CLIENT EXECUTE !"},
		{"SELECT 1 AS a \\gset\nDROP TABLE t;", "SELECT; CLIENT; DROP TABLE (t)"},
		{`\o |sh`, "CLIENT SHELL (sh)"},
		{`\o out.txt`, "CLIENT WRITE FILE (out.txt)"},
		{`\o`, "CLIENT"},
		{`\setenv PAGER 'id'`, "CLIENT SETENV (PAGER,id)"},
		{"\\set x `id`", "CLIENT SHELL (id); CLIENT"},
		{"\\echo `id`", "CLIENT SHELL (id); CLIENT"},
		{"\\set q 'DROP TABLE t'\n:q;", "CLIENT; DROP TABLE (t)"},
		{"\\set v t\nDELETE FROM :\"v\" WHERE a = :'v';", "CLIENT; DELETE (t) some"},
		{"\\set w ''\nDELETE FROM t :w;", "CLIENT; DELETE (t) none"},
		{":q;", " !"},
		{`\c prod`, "CLIENT CONNECT (prod)"},
		{`\e`, "CLIENT SHELL (editor )"},
		{`\a \t \! id`, "CLIENT; CLIENT; CLIENT SHELL (id)"},
		{`\echo it's \\ DROP TABLE t;`, "CLIENT"},
		{`\echo its \\ DROP TABLE t;`, "CLIENT; DROP TABLE (t)"},
		{"-- \\! id\nSELECT 1;", "SELECT"},
		{"SELECT '\\! id';", "SELECT"},
		{"SELECT 1\\; DROP TABLE t;", "SELECT; DROP TABLE (t)"},
		{"COPY t FROM stdin;\n1\ta\n2\tb\n\\.\nSELECT 1;", "COPY FROM (t); SELECT"},
		{"COPY t FROM stdin;\nDROP TABLE t;\n\\! id\n\\.\nSELECT 1;", "COPY FROM (t); DROP TABLE (t); CLIENT SHELL (id); SELECT"},
		{"COPY t FROM stdin;\nx; delete me\n", "COPY FROM (t)"},
		{`\frobnicate`, "CLIENT !"},
		{strings.Repeat("\\a ", 2000), strings.Repeat("CLIENT; ", 1000) + " !"},
	})
}

func TestMysqlScript(t *testing.T) {
	check(t, "mysql", Script, []example{
		{"SELECT 1;", "SELECT"},
		{`\! id`, "CLIENT SHELL (id)"},
		{"system id", "CLIENT SHELL (id)"},
		{"SYSTEM id; x", "CLIENT SHELL (id; x)"},
		{"SELECT 1;\nsystem id\nSELECT 2;", "SELECT; CLIENT SHELL (id); SELECT"},
		{`SELECT 1; \! id`, "SELECT; CLIENT SHELL (id)"},
		{`\! id; DROP TABLE t;`, "CLIENT SHELL (id; DROP TABLE t;); DROP TABLE (t)"},
		{"source a.sql", "CLIENT INCLUDE (a.sql) !"},
		{`\. a.sql`, "CLIENT INCLUDE (a.sql) !"},
		{"tee /tmp/x", "CLIENT WRITE FILE (/tmp/x)"},
		{"pager sh", "CLIENT SHELL (sh)"},
		{"pager", "CLIENT"},
		{"use prod;\nDROP TABLE t;", "USE; DROP TABLE (t)"},
		{`SELECT 1\G`, "SELECT"},
		{`DROP TABLE t\g SELECT 1;`, "DROP TABLE (t); SELECT"},
		{"delimiter //\nDROP TABLE a; DROP TABLE b//\nSELECT 1//", "CLIENT; DROP TABLE (a); DROP TABLE (b); SELECT"},
		{"DELIMITER $$\nCREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; END$$\nDELIMITER ;\nDROP TABLE t;", "CLIENT; CREATE TRIGGER (a); CLIENT; DROP TABLE (t)"},
		{`SELECT 'a\nb';`, "SELECT"},
		{"-- \\! id\nSELECT 1;", "SELECT"},
		{"connect prod host", "CLIENT CONNECT (prod,host)"},
	})
}

func TestSqliteScript(t *testing.T) {
	check(t, "sqlite", Script, []example{
		{".tables", "CLIENT"},
		{".help drop", "CLIENT"},
		{".shell id", "CLIENT SHELL (id)"},
		{".sys id", "CLIENT SHELL (id)"},
		{"SELECT 1;\n.system id\nSELECT 2;", "SELECT; CLIENT SHELL (id); SELECT"},
		{".read a.sql", "CLIENT INCLUDE (a.sql) !"},
		{".read '|id'", "CLIENT SHELL (id)"},
		{".import a.csv t", "CLIENT READ FILE (a.csv,t)"},
		{".import '|id' t", "CLIENT SHELL (id)"},
		{".output |sh", "CLIENT SHELL (sh)"},
		{".output x.txt", "CLIENT WRITE FILE (x.txt)"},
		{".output", "CLIENT"},
		{".once -e", "CLIENT SHELL (opens the output in a program)"},
		{".excel", "CLIENT SHELL (opens the output in a program)"},
		{".save x.db", "CLIENT WRITE FILE (x.db)"},
		{".backup main x.db", "CLIENT WRITE FILE (main,x.db)"},
		{".restore x.db", "CLIENT RESTORE (x.db)"},
		{".load ./x", "CLIENT LOAD (./x)"},
		{".open prod.db", "CLIENT CONNECT (prod.db)"},
		{".dbconfig defensive off", "PRAGMA UNSAFE (defensive,off)"},
		{".mode csv\n.headers on\nSELECT * FROM t;", "CLIENT; CLIENT; SELECT (t)"},
		{"DROP TABLE t\n/\nSELECT 1\ngo\n", "DROP TABLE (t); SELECT"},
		{"# comment\nDROP TABLE t;", "DROP TABLE (t)"},
		{"SELECT '\n.shell id\n';", "SELECT"},
		{"CREATE TRIGGER a AFTER INSERT ON t BEGIN\nDELETE FROM u;\nEND;\n.shell id", "CREATE TRIGGER (a); CLIENT SHELL (id)"},
		{".frobnicate", "CLIENT !"},
	})
}
