package sql

import (
	"strings"
	"testing"

	"twokey/parser/effect"
)

// brief is a statement on one line: verb, objects, filter, and ! when it is
// not understood.
func brief(stmts []effect.SQL) string {
	var all []string
	for _, s := range stmts {
		one := s.Verb
		if len(s.Objects) > 0 {
			one += " (" + strings.Join(s.Objects, ",") + ")"
		}
		if s.Filter != "" {
			one += " " + s.Filter
		}
		if s.Unparsed != "" {
			one += " !"
		}
		all = append(all, one)
	}
	return strings.Join(all, "; ")
}

type example struct{ sql, want string }

func check(t *testing.T, dialect string, read func(text, dialect string) []effect.SQL, tests []example) {
	t.Helper()
	for _, test := range tests {
		if got := brief(read(test.sql, dialect)); got != test.want {
			t.Errorf("%s: %s\n got %s\nwant %s", dialect, test.sql, got, test.want)
		}
	}
}

func TestPostgres(t *testing.T) {
	check(t, "postgres", Statements, []example{
		{"", ""},
		{" -- nothing\n;", ""},
		{"SELECT 1", "SELECT"},
		{"select a from s.t join u on true where x in (select y from v)", "SELECT (s.t,u)"},
		{"TABLE users", "SELECT (users)"},
		{"VALUES (1)", "SELECT"},
		{"SELECT * INTO copy FROM users", "SELECT INTO (copy)"},
		{"SELECT $$DROP TABLE users$$", "SELECT"},
		{"SELECT 'it''s; DROP TABLE users'", "SELECT"},
		{`SELECT E'\'; DROP TABLE users; --'`, "SELECT"},
		{`SELECT '\'; DROP TABLE users; --'`, "SELECT; DROP TABLE (users)"},
		{"SELECT /* a /* nested */ ; DROP TABLE t */ 1", "SELECT"},
		{"SELECT 1; drop table if exists a, public.\"B b\" cascade; SELECT 2", "SELECT; DROP TABLE (a,public.B b); SELECT"},
		{"DROP/**/TABLE--x\nusers", "DROP TABLE (users)"},
		{"DROP MATERIALIZED VIEW mv", "DROP MATERIALIZED VIEW (mv)"},
		{"DROP INDEX CONCURRENTLY i", "DROP INDEX (i)"},
		{"DROP FUNCTION f(int), g", "DROP FUNCTION (f,g)"},
		{"DROP TRIGGER tr ON s.t", "DROP TRIGGER (s.t.tr)"},
		{"DROP DATABASE app WITH (FORCE)", "DROP DATABASE (app)"},
		{"DROP USER u", "DROP ROLE (u)"},
		{"DROP OWNED BY app", "DROP OWNED (app)"},
		{"DROP SUBSCRIPTION s", "DROP SUBSCRIPTION (s)"},
		{"DROP USER MAPPING FOR u SERVER s", "DROP USER MAPPING (FOR)"},
		{"BEGIN; DROP TABLE t; ROLLBACK", "BEGIN; DROP TABLE (t); ROLLBACK"},
		{"TRUNCATE a, ONLY s.b RESTART IDENTITY CASCADE", "TRUNCATE (a,s.b)"},
		{"ALTER TABLE t DROP COLUMN c, ADD COLUMN d int", "ALTER TABLE DROP COLUMN (t.c); ALTER TABLE ADD COLUMN (t)"},
		{"ALTER TABLE t ALTER c TYPE int USING c::int", "ALTER TABLE ALTER COLUMN TYPE (t.c)"},
		{"ALTER TABLE t ALTER c SET DEFAULT 1, ALTER d DROP DEFAULT", "ALTER TABLE SET DEFAULT (t.c); ALTER TABLE DROP DEFAULT (t.d)"},
		{"ALTER TABLE t RENAME TO u", "ALTER TABLE RENAME (t,u)"},
		{"ALTER TABLE t RENAME c TO d", "ALTER TABLE RENAME COLUMN (t.c)"},
		{"ALTER TABLE t DISABLE ROW LEVEL SECURITY", "ALTER TABLE DISABLE ROW LEVEL SECURITY (t)"},
		{"ALTER TABLE t DISABLE TRIGGER ALL", "ALTER TABLE DISABLE TRIGGER (t)"},
		{"ALTER TABLE t DETACH PARTITION p", "ALTER TABLE DETACH PARTITION (t)"},
		{"ALTER TABLE t SET SCHEMA s", "ALTER TABLE SET SCHEMA (t,s)"},
		{"ALTER TABLE t OWNER TO x", "ALTER TABLE OWNER (t)"},
		{"ALTER INDEX i RENAME TO j", "ALTER INDEX RENAME (i,j)"},
		{"ALTER VIEW v OWNER TO x", "ALTER VIEW OWNER (v)"},
		{"ALTER TYPE m ADD VALUE 'x'", "ALTER TYPE ADD VALUE (m)"},
		{"ALTER DATABASE a SET work_mem = 1", "ALTER DATABASE (a)"},
		{"ALTER ROLE app SUPERUSER", "ALTER ROLE (app)"},
		{"ALTER USER app PASSWORD 'x'", "ALTER ROLE (app)"},
		{"ALTER ROLE app SET search_path = x", "ALTER ROLE SET (app)"},
		{"ALTER SYSTEM SET fsync = off", "ALTER SYSTEM (fsync)"},
		{"ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO x", "ALTER DEFAULT PRIVILEGES"},
		{"ALTER SEQUENCE s RESTART", "ALTER SEQUENCE (s)"},
		{"ALTER EXTENSION e UPDATE", "ALTER EXTENSION (e)"},
		{"CREATE TABLE t (id int)", "CREATE TABLE (t)"},
		{"CREATE TEMP TABLE t (id int)", "CREATE TEMPORARY TABLE (t)"},
		{"CREATE TABLE t AS SELECT 1", "CREATE TABLE (t)"},
		{"CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", "CREATE INDEX (i,t)"},
		{"CREATE OR REPLACE VIEW v AS SELECT 1", "CREATE OR REPLACE VIEW (v)"},
		{"CREATE MATERIALIZED VIEW v AS SELECT 1", "CREATE MATERIALIZED VIEW (v)"},
		{"CREATE EXTENSION IF NOT EXISTS pgcrypto", "CREATE EXTENSION (pgcrypto)"},
		{"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DROP TABLE t'", "CREATE FUNCTION (f)"},
		{"CREATE FUNCTION f(cstring) RETURNS int AS '/lib/libc.so.6', 'system' LANGUAGE c", "CREATE FUNCTION UNTRUSTED (f)"},
		{"CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS 'x'", "CREATE FUNCTION UNTRUSTED (f)"},
		{"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 3", "CREATE FUNCTION (f); SELECT"},
		{"CREATE TRIGGER tr BEFORE DELETE ON t EXECUTE FUNCTION f()", "CREATE TRIGGER (tr,t)"},
		{"CREATE USER u PASSWORD 'x'", "CREATE ROLE (u)"},
		{"CREATE POLICY p ON t USING (true)", "CREATE POLICY (p)"},
		{"GRANT ALL ON t TO PUBLIC", "GRANT (t,public)"},
		{"GRANT admin TO app", "GRANT (admin,app)"},
		{"REVOKE ALL ON t FROM app", "REVOKE (t,app)"},
		{"REASSIGN OWNED BY a TO b", "REASSIGN OWNED (a)"},
		{"INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET n = 1", "INSERT (t)"},
		{"MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = 1", "MERGE (t)"},
		{"MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE", "MERGE DELETE (t)"},
		{"COPY t FROM STDIN", "COPY FROM (t)"},
		{"COPY t TO STDOUT", "COPY TO (t)"},
		{"COPY t FROM '/etc/passwd'", "COPY FROM FILE (t,/etc/passwd)"},
		{"COPY (SELECT 1) TO '/tmp/x'", "COPY TO FILE (,/tmp/x)"},
		{"COPY t FROM PROGRAM 'id'", "COPY PROGRAM (t,id)"},
		{"COPY (DELETE FROM t RETURNING *) TO STDOUT", "DELETE (t) none; COPY TO ()"},
		{"EXPLAIN DELETE FROM t", "EXPLAIN"},
		{"EXPLAIN ANALYZE SELECT 1", "EXPLAIN"},
		{"EXPLAIN ANALYZE DELETE FROM t", "DELETE (t) none"},
		{"EXPLAIN (ANALYZE off) DELETE FROM t", "EXPLAIN"},
		{"EXPLAIN (FORMAT JSON, ANALYZE 1) DELETE FROM t WHERE id = 1", "DELETE (t) some"},
		{"WITH d AS (DELETE FROM t RETURNING *) SELECT count(*) FROM d", "DELETE (t) none; SELECT"},
		{"WITH a AS (SELECT 1), b AS (UPDATE t SET x = 1) INSERT INTO u SELECT 1", "UPDATE (t) none; INSERT (u)"},
		{"CREATE TABLE x AS WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d", "DELETE (t) none; CREATE TABLE (x)"},
		{"PREPARE p AS DELETE FROM t; EXECUTE p", "PREPARE (p); DELETE (t) none; EXECUTE (p)"},
		{"EXECUTE p", "EXECUTE (p) !"},
		{"CALL wipe()", "CALL (wipe) !"},
		{"DO $$ BEGIN EXECUTE 'DROP TABLE ' || t; END $$", "DO !"},
		{"DO LANGUAGE plpython3u $$ x $$", "DO !"},
		{"DO $$ BEGIN DROP TABLE users; END $$", "DO; DROP TABLE (users)"},
		{"DO $$ BEGIN CREATE TYPE m AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN null; END $$", "DO; CREATE TYPE (m)"},
		{"DO $$ DECLARE r record; n int := 0; BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'x') THEN CREATE TYPE x AS ENUM ('a'); ELSE n := 1; END IF; FOR r IN SELECT 1 LOOP DELETE FROM t WHERE id = r.id; END LOOP; PERFORM pg_terminate_backend(1); RAISE NOTICE 'x'; END $$", "DO; CREATE TYPE (x); DELETE (t) some; FUNCTION ADMIN (pg_terminate_backend)"},
		{"SELECT pg_read_file('/etc/passwd')", "SELECT; FUNCTION FILE (pg_read_file)"},
		{"SELECT pg_catalog . \"pg_read_file\" ('x')", "SELECT; FUNCTION FILE (pg_read_file)"},
		{"DELETE FROM t WHERE id = (SELECT dblink_exec('x', 'y')::int)", "DELETE (t) some; FUNCTION DYNAMIC (dblink_exec)"},
		{"SELECT pg_terminate_backend(pid), setval('s', 1) FROM pg_stat_activity", "SELECT (pg_stat_activity); FUNCTION ADMIN (pg_terminate_backend); FUNCTION WRITE (setval)"},
		{"SELECT set_config('app.user', '5', true)", "SELECT"},
		{"SELECT set_config('session_replication_role', 'replica', true), set_config('a' || 'b', '', true)", "SELECT; FUNCTION ADMIN (set_config)"},
		{"SELECT 'pg_read_file(1)', pg_read_file FROM t", "SELECT (t)"},
		{"SELECT * FROM pg_shadow", "SELECT (pg_shadow); READ CREDENTIALS (pg_shadow)"},
		{`SELECT U&"pg\005fread_file"('x')`, "SELECT !"},
		{"SET search_path TO app; TRUNCATE users", "SET (search_path); TRUNCATE (users)"},
		{"SET session_replication_role = replica", "SET UNSAFE (session_replication_role)"},
		{"SET ROLE postgres", "SET ROLE (postgres)"},
		{"SET standard_conforming_strings = on; SELECT 1", "SET (standard_conforming_strings); SELECT"},
		{`SET standard_conforming_strings = off; SELECT '\'; DROP TABLE t; --'`, "SET !"},
		{"BEGIN READ ONLY; COMMIT; SAVEPOINT a; ROLLBACK TO a; RELEASE a", "BEGIN; COMMIT; SAVEPOINT; ROLLBACK; RELEASE"},
		{"COMMIT PREPARED 'x'", "COMMIT PREPARED"},
		{"VACUUM t; VACUUM FULL t; VACUUM (FULL) t; ANALYZE", "VACUUM (t); VACUUM FULL (t); VACUUM FULL (t); ANALYZE"},
		{"REINDEX TABLE t; CLUSTER t; REFRESH MATERIALIZED VIEW v; LOCK t; CHECKPOINT; DISCARD ALL", "REINDEX (t); CLUSTER (t); REFRESH MATERIALIZED VIEW (v); LOCK (t); CHECKPOINT; DISCARD"},
		{"COMMENT ON TABLE t IS 'DROP TABLE t'", "COMMENT (t)"},
		{"LISTEN a; NOTIFY a; UNLISTEN a; SHOW all; LOAD 'x'", "LISTEN; NOTIFY; UNLISTEN; SHOW (all); LOAD (x)"},
		{"DECLARE c CURSOR FOR SELECT 1; FETCH c; CLOSE c; DEALLOCATE p", "DECLARE (c); FETCH; CLOSE; DEALLOCATE"},
		{"UPDATE t SET a = ? WHERE id = ?", "UPDATE (t) some"},
		{"UPDATE t SET a = :a WHERE id = %(id)s", "UPDATE (t) some"},
		{"DELETE FROM t WHERE id = {{ id }} AND b = ${b}", "DELETE (t) some"},
		{"DELETE FROM ?", "DELETE !"},
		{"DELETE FROM t WHERE id = \x00", "DELETE (t) some !"},
		{"SELEC 1; DROP TABLE t", "SELEC !; DROP TABLE (t)"},
		{"SELECT 'open", "SELECT !"},
		{"SELECT 1 /* open", "SELECT !"},
		{"SELECT " + strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000), "SELECT !"},
		{"SELECT a.end" + strings.Repeat("+a.end", 40000), "SELECT !"},
		{strings.Repeat("SELECT 1;", 40000), "SELECT !"},
	})
}

func TestMySQL(t *testing.T) {
	check(t, "mysql", Statements, []example{
		{"drop database if exists `prod`", "DROP DATABASE (prod)"},
		{"DROP SCHEMA prod", "DROP DATABASE (prod)"},
		{"DROP TABLE a, `b c`.`d`", "DROP TABLE (a,b c.d)"},
		{"DROP TEMPORARY TABLE IF EXISTS tmp", "DROP TEMPORARY TABLE (tmp)"},
		{"DROP VIEW v; DROP INDEX i ON t; DROP USER u@'%'; DROP ROLE r", "DROP VIEW (v); DROP INDEX (i,t); DROP USER (u@%); DROP ROLE (r@%)"},
		{"DROP TRIGGER tr", "DROP TRIGGER (tr)"},
		{"DROP EVENT e", "DROP EVENT (e)"},
		{"DROP TABLESPACE ts", "DROP TABLESPACE (ts)"},
		{"/*!50000 DROP TABLE users */", "DROP TABLE (users)"},
		{"/*M!100000 DROP TABLE users */", "DROP TABLE (users)"},
		{"SELECT 1 /*! INTO OUTFILE '/tmp/x' */", "SELECT INTO FILE (/tmp/x); SELECT"},
		{"DELETE FROM t /*!99999 WHERE id = 1 */", "DELETE (t) some; DELETE (t) none"},
		{"/*!40101 SET NAMES utf8 */; SELECT 1", "SET (setnames); SELECT"},
		{"SELECT '/*! DROP TABLE t */'", "SELECT"},
		{"SELECT 1 # ; DROP TABLE t\n", "SELECT"},
		{"SELECT 1 -- ; DROP TABLE t\n", "SELECT"},
		{"SELECT 1 --1; DROP TABLE t", "SELECT; DROP TABLE (t)"},
		{`SELECT 'a\'; DROP TABLE t; -- '`, "SELECT"},
		{`SELECT "a; DROP TABLE t"`, "SELECT"},
		{"TRUNCATE `logs`", "TRUNCATE (logs)"},
		{"DELETE QUICK FROM t", "DELETE (t) none"},
		{"DELETE LOW_PRIORITY IGNORE FROM t LIMIT 5", "DELETE (t) none"},
		{"DELETE u FROM users u", "DELETE (u) none"},
		{"DELETE FROM a, b USING a INNER JOIN b", "DELETE (a,b) none"},
		{"DELETE a FROM a JOIN b ON a.id = b.id", "DELETE (a) some"},
		{"DELETE a FROM a LEFT JOIN b ON a.id = b.id", "DELETE (a) none"},
		{"UPDATE a JOIN b USING (id) SET a.x = 1", "UPDATE (a,b) some"},
		{"UPDATE t SET a = 1 LIMIT 1", "UPDATE (t) none"},
		{"REPLACE INTO t VALUES (1)", "REPLACE (t)"},
		{"INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1", "INSERT (t)"},
		{"ALTER TABLE t DROP c, ADD d int", "ALTER TABLE DROP COLUMN (t.c); ALTER TABLE ADD COLUMN (t)"},
		{"ALTER TABLE t MODIFY c int", "ALTER TABLE ALTER COLUMN TYPE (t)"},
		{"ALTER TABLE t DROP PARTITION p0", "ALTER TABLE DROP PARTITION (t)"},
		{"ALTER TABLE t TRUNCATE PARTITION p0", "ALTER TABLE TRUNCATE PARTITION (t)"},
		{"ALTER TABLE t ADD INDEX i (a), ADD FOREIGN KEY (a) REFERENCES u (b) ON DELETE CASCADE", "ALTER TABLE ADD INDEX (t); ALTER TABLE ADD CONSTRAINT (t)"},
		{"ALTER TABLE t RENAME u", "ALTER TABLE RENAME (t)"},
		{"RENAME TABLE a TO b, c TO d", "RENAME TABLE (a,b); RENAME TABLE (c,d)"},
		{"CREATE OR REPLACE VIEW v AS SELECT 1", "CREATE OR REPLACE VIEW (v)"},
		{"CREATE TABLE t (id int)", "CREATE TABLE (t)"},
		{"SELECT LOAD_FILE('/etc/passwd')", "SELECT; FUNCTION FILE (load_file)"},
		{"SELECT 1 INTO OUTFILE '/tmp/x'", "SELECT INTO FILE (/tmp/x); SELECT"},
		{"SELECT 1 INTO DUMPFILE '/tmp/x.so'", "SELECT INTO FILE (/tmp/x.so); SELECT"},
		{"LOAD DATA LOCAL INFILE '/x' INTO TABLE t", "LOAD DATA LOCAL (t,/x)"},
		{"LOAD DATA INFILE '/x' INTO TABLE t", "LOAD DATA (t,/x)"},
		{"SET @s = 'DROP TABLE t'; PREPARE p FROM @s; EXECUTE p", "SET (s); PREPARE (p); DROP TABLE (t); EXECUTE (p)"},
		{"SET @s = CONCAT('DR','OP TABLE t'); PREPARE p FROM @s", "SET (s); PREPARE (p); DROP TABLE (t)"},
		{"SET @s = (SELECT x FROM y); PREPARE p FROM @s; EXECUTE p", "SET (s); PREPARE (p) !; EXECUTE (p) !"},
		{"PREPARE p FROM 'DELETE FROM t'", "PREPARE (p); DELETE (t) none"},
		{"EXECUTE IMMEDIATE 'DROP TABLE t'", "EXECUTE IMMEDIATE; DROP TABLE (t)"},
		{"EXECUTE IMMEDIATE @x", "EXECUTE IMMEDIATE !"},
		{"CALL p()", "CALL (p) !"},
		{"DO sleep(1)", "SELECT"},
		{"EXPLAIN DELETE FROM t", "EXPLAIN"},
		{"EXPLAIN ANALYZE DELETE FROM t", "DELETE (t) none"},
		{"DESCRIBE t", "DESCRIBE"},
		{"SHOW CREATE TABLE t; SHOW GRANTS; SHOW SLAVE STATUS; SHOW BINARY LOGS", "SHOW; SHOW; SHOW; SHOW"},
		{"HELP 'DROP TABLE'", "HELP"},
		{"SET GLOBAL read_only = 0", "SET GLOBAL (read_only)"},
		{"SET @@global.general_log = 'OFF'", "SET GLOBAL (general_log)"},
		{"SET sql_log_bin = 0", "SET UNSAFE (sql_log_bin)"},
		{"SET foreign_key_checks = 0", "SET (foreign_key_checks)"},
		{"SET sql_mode = 'NO_BACKSLASH_ESCAPES'", "SET UNSAFE (sql_mode) !"},
		{"SET PASSWORD FOR u = 'x'", "SET PASSWORD"},
		{"GRANT ALL ON *.* TO u", "GRANT"},
		{"CREATE USER u IDENTIFIED BY 'x'", "CREATE USER (u)"},
		{"KILL 5; FLUSH PRIVILEGES; SHUTDOWN", "KILL; FLUSH; SHUTDOWN"},
		{"RESET MASTER", "RESET MASTER"},
		{"PURGE BINARY LOGS TO 'x'", "PURGE BINARY LOGS (x)"},
		{"CHANGE MASTER TO MASTER_HOST='x'", "CHANGE MASTER (MASTER_HOST)"},
		{"STOP SLAVE", "STOP REPLICA"},
		{"INSTALL PLUGIN p SONAME 'x.so'", "INSTALL PLUGIN (p)"},
		{"CREATE FUNCTION sys_exec RETURNS int SONAME 'x.so'", "CREATE FUNCTION UNTRUSTED (sys_exec)"},
		{"LOCK TABLES t WRITE; UNLOCK TABLES", "LOCK; UNLOCK"},
		{"CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1", "CREATE TRIGGER (tr)"},
		{"CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN IF NEW.a THEN SET NEW.a = 1; END IF; END; SELECT 1", "CREATE TRIGGER (tr); SELECT"},
		{"CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1; DROP TABLE u", "CREATE TRIGGER (tr); DROP TABLE (u)"},
		{"CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN DELETE FROM u; END", "CREATE TRIGGER (tr); DELETE (u) none"},
		{"CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DROP TABLE t", "CREATE EVENT (e); DROP TABLE (t)"},
		{"DELETE FROM t WHERE id = ?", "DELETE (t) some"},
		{"DELETE FROM t WHERE id = :id", "DELETE (t) some"},
		{"SELECT * FROM mysql.user", "SELECT (mysql.user); READ CREDENTIALS (user)"},
		{"ADMIN CHECK TABLE t", "ADMIN !"},
		{"ANALYZE FORMAT=JSON SELECT 1; ANALYZE DELETE FROM t; EXPLAIN FORMAT=TREE SELECT 1", "EXPLAIN; DELETE (t) none; EXPLAIN"},
		{"INSERT INTO t VALUES (load_file('x')) RETURNING id", "INSERT (t); FUNCTION FILE (load_file)"},
		{"INSERT INTO t VALUES (1) RETURNING id; DELETE FROM t RETURNING load_file('x')", "INSERT (t); DELETE (t) none; FUNCTION FILE (load_file)"},
		{"CREATE DEFINER=`a`@`%` TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1", "CREATE TRIGGER (x)"},
		{"SELEC 1; DROP TABLE t", "SELEC !; DROP TABLE (t)"},
	})
}

func TestSQLite(t *testing.T) {
	check(t, "sqlite", Statements, []example{
		{"SELECT 1", "SELECT"},
		{"VALUES ('delete from users')", "SELECT"},
		{"SELECT * FROM a JOIN main.b", "SELECT (a,main.b)"},
		{"drop table \"users\"; DROP TABLE `x`; DROP TABLE [y z]; DROP VIEW IF EXISTS v", "DROP TABLE (users); DROP TABLE (x); DROP TABLE (y z); DROP VIEW (v)"},
		{"SELECT 'a\\'; DROP TABLE t; --'", "SELECT; DROP TABLE (t)"},
		{"SELECT /* /* */ 1; DROP TABLE t", "SELECT; DROP TABLE (t)"},
		{"WITH x AS (SELECT 1) DELETE FROM users", "DELETE (users) none"},
		{"WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM x), y AS MATERIALIZED (SELECT 2) SELECT * FROM x", "SELECT (x)"},
		{"DELETE FROM users RETURNING *", "DELETE (users) none"},
		{"DELETE FROM users WHERE id = 1 RETURNING *", "DELETE (users) some"},
		{"UPDATE OR REPLACE users SET id = 1", "UPDATE (users) none"},
		{"UPDATE t SET a = (SELECT 1 FROM u WHERE x = 1)", "UPDATE (t) none"},
		{"UPDATE t SET a = 1 FROM u WHERE t.id = u.id", "UPDATE (t) some"},
		{"INSERT OR REPLACE INTO t VALUES (1); REPLACE INTO t VALUES (1); INSERT INTO t DEFAULT VALUES", "REPLACE (t); REPLACE (t); INSERT (t)"},
		{"SELECT replace(a, 'x', 'y') FROM t", "SELECT (t)"},
		{"CREATE TABLE IF NOT EXISTS deleted (id INT)", "CREATE TABLE (deleted)"},
		{"CREATE TEMP TABLE x (a); CREATE UNIQUE INDEX i ON t (a); CREATE VIRTUAL TABLE f USING fts5 (a)", "CREATE TEMPORARY TABLE (x); CREATE INDEX (i); CREATE VIRTUAL TABLE (f)"},
		{"CREATE TRIGGER tr AFTER INSERT ON t BEGIN DELETE FROM u; SELECT CASE WHEN 1 THEN 2 END; END; SELECT 1", "CREATE TRIGGER (tr); SELECT"},
		{"ALTER TABLE t RENAME TO u; ALTER TABLE t DROP COLUMN c; ALTER TABLE t ADD d; ALTER TABLE t RENAME a TO b", "ALTER TABLE RENAME (t,u); ALTER TABLE DROP COLUMN (t.c); ALTER TABLE ADD COLUMN (t.d); ALTER TABLE RENAME COLUMN (t.a)"},
		{"ATTACH '/etc/passwd' AS x; ATTACH DATABASE \"y.db\" AS y; DETACH x", "ATTACH (/etc/passwd); ATTACH (y.db); DETACH"},
		{"VACUUM; VACUUM INTO '/tmp/x'", "VACUUM; VACUUM INTO (/tmp/x)"},
		{"PRAGMA table_info(t); PRAGMA journal_mode=WAL; PRAGMA user_version = 3; PRAGMA writable_schema=ON; PRAGMA user_version", "PRAGMA (table_info); PRAGMA (journal_mode); PRAGMA SET (user_version); PRAGMA UNSAFE (writable_schema); PRAGMA (user_version)"},
		{"BEGIN; COMMIT; END; ROLLBACK TO x; SAVEPOINT x", "BEGIN; COMMIT; COMMIT; ROLLBACK; SAVEPOINT"},
		{"EXPLAIN QUERY PLAN DELETE FROM t; EXPLAIN DROP TABLE t", "EXPLAIN; EXPLAIN"},
		{"SELECT load_extension('x'), writefile('a', 'b')", "SELECT; FUNCTION FILE (writefile); FUNCTION PROGRAM (load_extension)"},
		{"SELECT 1 DROP TABLE t", "SELECT !"},
		{"EXEC sp_x", "EXEC !"},
		{"DROP TABLE t PURGE", "DROP TABLE !"},
		{"DELETE t", "DELETE !"},
	})
}

func TestAnyDialectTakesTheStrictest(t *testing.T) {
	check(t, "any", Statements, []example{
		{"SELECT 1", "SELECT"},
		{"DELETE FROM t WHERE id = 1", "DELETE (t) some"},
		{"DROP TABLE users", "DROP TABLE (users)"},
		{`SELECT 'a\'; DROP TABLE t; --'`, "SELECT; DROP TABLE (t)"},
		{"SELECT load_file('x')", "SELECT; FUNCTION FILE (load_file)"},
		{"/*!50000 DROP TABLE users */", "DROP TABLE (users)"},
		{"SHOW DATABASES", "SHOW (databases)"},
		{"ATTACH 'x' AS y", "ATTACH (x)"},
		{"PURGE RECYCLEBIN", "PURGE !"},
		{"DROP KEYSPACE app", "DROP KEYSPACE (app)"},
		{"EXEC xp_cmdshell 'id'", "EXEC !"},
		{"frobnicate", "FROBNICATE !"},
	})
	if s := Statements("DROP TABLE t", "oracle"); len(s) != 1 || s[0].Dialect != "any" {
		t.Errorf("an unknown dialect is read as %+v", s)
	}
}

func TestDigestFoldsSpaceAndComments(t *testing.T) {
	one := Statements("DELETE  FROM t -- x\n WHERE a = 'b  c' ;", "postgres")[0].TextDigest
	same := Statements("DELETE FROM t WHERE a = 'b  c'", "postgres")[0].TextDigest
	other := Statements("DELETE FROM t WHERE a = 'b c'", "postgres")[0].TextDigest
	if one != same || one == other {
		t.Errorf("digests %s %s %s", one, same, other)
	}
}

func TestWritesIsSet(t *testing.T) {
	for text, want := range map[string]bool{
		"SELECT 1": false, "INSERT INTO t VALUES (1)": true, "SHOW all": false, "DROP TABLE t": true,
		"EXPLAIN SELECT 1": false, "GRANT a TO b": true, "BEGIN": false, "nonsense": true, "SET a = 1": false,
	} {
		if s := Statements(text, "postgres"); len(s) != 1 || s[0].Writes != want {
			t.Errorf("%s: %+v, want writes %v", text, s, want)
		}
	}
}

func TestLongTextIsNotRead(t *testing.T) {
	s := Statements("SELECT '"+strings.Repeat("x", MaxText)+"'", "postgres")
	if len(s) != 1 || s[0].Unparsed == "" || len(s[0].Text) > maxShown {
		t.Errorf("a text beyond the bound is read: %s", brief(s))
	}
}

func FuzzStatements(f *testing.F) {
	for _, seed := range []string{
		"WITH d AS (DELETE FROM t RETURNING *) SELECT $$x$$, E'\\'' FROM d; DROP TABLE \"a b\" -- c",
		"/*!50000 DROP TABLE x */; SET @s = CONCAT('a','b'); PREPARE p FROM @s; # x",
		"\\copy t from program 'x'\n\\! id\nCOPY t FROM stdin;\n1\t2\n\\.\n\\set a 'b' \\\\ SELECT :a, :'a' \\gexec",
		"DELIMITER //\nCREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW BEGIN DELETE FROM u; END//\nsystem id\n\\! id; SELECT 1 \\G",
		".shell id\nCREATE TRIGGER a AFTER INSERT ON t BEGIN DELETE FROM u; END;\n/\n.read '|x'",
		"DO $$ DECLARE a int := 1; BEGIN IF a THEN PERFORM f(); END IF; FOR r IN SELECT 1 LOOP NULL; END LOOP; END $$",
		"UPDATE t SET a = %s WHERE id = :id AND (b IS NULL OR NOT c LIKE '%') OR x IN (SELECT x FROM t)",
	} {
		for d := range byte(4) {
			f.Add(seed, d)
		}
	}
	f.Fuzz(func(t *testing.T, text string, d byte) {
		name := []string{"postgres", "mysql", "sqlite", "any"}[d%4]
		for _, read := range []func(string, string) []effect.SQL{Statements, Script} {
			for _, s := range read(text, name) {
				if s.Verb == "" && s.Unparsed == "" {
					t.Errorf("%q: no verb: %+v", text, s)
				}
				if s.TextDigest == "" {
					t.Errorf("%q: no digest: %+v", text, s)
				}
			}
		}
	})
}

func BenchmarkStatements(b *testing.B) {
	const query = "SELECT u.id, u.name, count(o.id) FROM users u LEFT JOIN orders o ON o.user_id = u.id WHERE u.active AND o.created_at > now() - interval '7 days' GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 20"
	for _, d := range []string{"postgres", "mysql", "sqlite", "any"} {
		b.Run(d, func(b *testing.B) {
			for b.Loop() {
				if s := Statements(query, d); len(s) != 1 || s[0].Unparsed != "" && d == "postgres" {
					b.Fatal(brief(s))
				}
			}
		})
	}
}
