package sql

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// serverCase is a text that a real client and server are given beside a table
// t of three rows. What is judged must agree with what became of the rows.
type serverCase struct {
	text     string
	destroys bool
}

// common are texts that mean the same to every server.
var common = []serverCase{
	{"SELECT 'DROP TABLE t';", false},
	{"SELECT 1; DROP TABLE t;", true},
	{"DROP/**/TABLE/* x */t;", true},
	{"DELETE FROM t;", true},
	{"DELETE FROM t WHERE 1=1;", true},
	{"DELETE FROM t WHERE id > 0;", true},
	{"DELETE FROM t WHERE id = 1 OR id <> 1;", true},
	{"DELETE FROM t WHERE id IN (SELECT id FROM t);", true},
	{"DELETE FROM t WHERE NOT 1=2;", true},
	{"DELETE FROM t WHERE id = 99;", false},
	{"DELETE FROM t WHERE id = 99 AND 1=1;", false},
	{"EXPLAIN DELETE FROM t;", false},
	{"SELECT 'a''; DROP TABLE t; --';", false},
	{"SELECT 1 -- ; DROP TABLE t;\n;", false},
	{"BEGIN; DELETE FROM t; COMMIT;", true},
}

// held reports whether the text would wait for a person.
func held(text, dialect string) bool {
	for _, s := range Script(text, dialect) {
		if s.Unparsed != "" || strings.HasPrefix(s.Verb, "DROP") || s.Verb == "TRUNCATE" || s.Filter == "none" || s.Filter == "always" {
			return true
		}
	}
	return false
}

// compare gives every case to the real client through run, which prints the
// number of rows of t that are left.
func compare(t *testing.T, dialect string, cases []serverCase, run func(script string) string) {
	t.Helper()
	for _, c := range append(cases, common...) {
		out := strings.TrimSpace(run(c.text))
		left := out[strings.LastIndexByte(out, '\n')+1:]
		if (left != "3") != c.destroys {
			t.Errorf("%s: %q leaves %q rows, the case says destroys=%v", dialect, c.text, left, c.destroys)
		}
		if held(c.text, dialect) != c.destroys {
			t.Errorf("%s: %q is judged %s, and destroys=%v", dialect, c.text, brief(Script(c.text, dialect)), c.destroys)
		}
	}
}

// need returns the path of a program or skips the test.
func need(t *testing.T, names ...string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a database server")
	}
	for _, name := range names {
		found, _ := filepath.Glob(name)
		if path, err := exec.LookPath(name); err == nil {
			found = append(found, path)
		}
		if len(found) > 0 {
			return found[0]
		}
	}
	t.Skip("not installed: " + strings.Join(names, ", "))
	return ""
}

// serverDir makes a directory for a server, which must not run as root, and
// the attributes to start the server with.
func serverDir(t *testing.T, account string) (string, *syscall.SysProcAttr) {
	t.Helper()
	dir, err := os.MkdirTemp("", "sql") // short, for the socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if os.Getuid() != 0 {
		return dir, nil
	}
	u, err := user.Lookup(account)
	if err != nil {
		t.Skip(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	return dir, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

// start runs a server until the test ends and waits until probe succeeds.
func start(t *testing.T, server *exec.Cmd, stop syscall.Signal, probe func() error) {
	t.Helper()
	var log strings.Builder
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		server.Wait()
		close(done)
	}()
	t.Cleanup(func() {
		server.Process.Signal(stop)
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			server.Process.Kill()
			<-done
		}
	})
	deadline := time.After(60 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for probe() != nil {
		select {
		case <-done:
			t.Fatalf("the server left: %s", log.String())
		case <-deadline:
			t.Fatal("the server does not answer")
		case <-tick.C:
		}
	}
}

func TestAgainstSQLite(t *testing.T) {
	t.Parallel()
	sqlite3 := need(t, "sqlite3")
	dir := t.TempDir()
	run := func(script string) string {
		db := filepath.Join(dir, "x.db")
		os.Remove(db)
		exec.Command(sqlite3, db, "CREATE TABLE t (id INTEGER, name TEXT); INSERT INTO t VALUES (1,'a'),(2,'b'),(3,'c')").Run()
		cmd := exec.Command(sqlite3, "-batch", db)
		cmd.Stdin = strings.NewReader(script)
		cmd.Dir = dir
		cmd.Run()
		out, _ := exec.Command(sqlite3, db, "SELECT count(*) FROM t WHERE name <> 'gone'").CombinedOutput()
		return string(out)
	}
	compare(t, "sqlite", []serverCase{
		{`SELECT 'a\'; DROP TABLE t; --';`, true},
		{`SELECT "a\"; DROP TABLE t; --";`, true},
		{"SELECT [a; DROP TABLE t;] FROM t;", false},
		{"SELECT /* /* */ 1; DROP TABLE t; -- */", true},
		{"SELECT 1 /* ; DROP TABLE t;", false},
		{"# DROP TABLE t;\nSELECT 1;", false},
		{"DROP TABLE t\n/\n", true},
		{"DROP TABLE t\ngo\n", true},
		{"CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM t WHERE id = 9; END; DROP TABLE t;", true},
		{"CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM t; END;", false},
		{"WITH x AS (SELECT 1) DELETE FROM t;", true},
		{"UPDATE OR REPLACE t SET name = 'gone';", true},
		{"DELETE FROM t WHERE name GLOB '*';", true},
		{"DELETE FROM t WHERE 1;", true},
		{"DELETE FROM t WHERE '1';", true},
		{"DELETE FROM t WHERE 'a';", false},
	}, run)
}

func TestAgainstPostgres(t *testing.T) {
	t.Parallel()
	psql := need(t, "psql")
	bin := filepath.Dir(need(t, "/usr/lib/postgresql/*/bin/initdb", "initdb"))
	dir, attributes := serverDir(t, "postgres")
	data := filepath.Join(dir, "d")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-A", "trust", "-N", "-U", "tester", "--locale=C", "-E", "UTF8")
	initdb.SysProcAttr = attributes
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v: %s", err, out)
	}
	server := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=1MB", "-c", "max_connections=10")
	server.SysProcAttr = attributes
	client := func(script string, more ...string) ([]byte, error) {
		cmd := exec.Command(psql, append([]string{"-X", "-q", "-A", "-t", "-h", dir, "-U", "tester", "-d", "postgres"}, more...)...)
		cmd.Stdin = strings.NewReader(script)
		return cmd.CombinedOutput()
	}
	start(t, server, syscall.SIGQUIT, func() error { _, err := client("", "-c", "SELECT 1"); return err })
	run := func(script string) string {
		client("DROP TABLE IF EXISTS t; CREATE TABLE t (id int, name text); INSERT INTO t VALUES (1,'a'),(2,'b'),(3,'c');")
		client(script)
		out, _ := client("", "-c", "SELECT count(*) FROM t WHERE name <> 'gone'")
		return string(out)
	}
	compare(t, "postgres", []serverCase{
		{`SELECT 'a\'; DROP TABLE t; --';`, true},
		{`SELECT E'a\'; DROP TABLE t; --';`, false},
		{"SELECT $$; DROP TABLE t; $$;", false},
		{"SELECT $a$; $b$ DROP TABLE t; $a$;", false},
		{"SELECT /* /* */ ; DROP TABLE t; */ 1;", false},
		{"SELECT 'a'\n'; DROP TABLE t; --';", false},
		{`SELECT "a; DROP TABLE t; --" FROM t;`, false},
		{"TRUNCATE ONLY t;", true},
		{"WITH d AS (DELETE FROM t RETURNING *) SELECT count(*) FROM d;", true},
		{"EXPLAIN (ANALYZE 1) DELETE FROM t;", true},
		{"EXPLAIN (ANALYZE off) DELETE FROM t;", false},
		{"PREPARE p AS DELETE FROM t; EXECUTE p;", true},
		{"DO $$ BEGIN DELETE FROM t; END $$;", true},
		{"DO $$ BEGIN EXECUTE 'DROP' || ' TABLE t'; END $$;", true},
		{"DO $$ BEGIN IF false THEN NULL; END IF; PERFORM 1; END $$;", false},
		{"COPY (DELETE FROM t RETURNING id) TO STDOUT;", true},
		{"CREATE TABLE u AS WITH d AS (DELETE FROM t RETURNING id) SELECT * FROM d;", true},
		{"SELECT 1\\; DROP TABLE t;", true},
		{"SELECT 'DROP TABLE t' \\gexec", true},
		{"\\set q 'DROP TABLE t'\n:q;", true},
		{"\\echo it \\\\ DROP TABLE t;", true},
		{"\\echo 'it \\\\ DROP TABLE t;'", false},
		{"DROP TABLE t \\g", true},
		{"DROP TABLE t \\r\nSELECT 1;", false},
		{"COPY nowhere FROM stdin;\nDROP TABLE t;\n\\.\n", true},
		{"COPY t FROM stdin;\n4\tDROP TABLE t; --\n\\.\nDELETE FROM t WHERE id = 4;", false},
		{"DELETE FROM t WHERE name ~ '.*';", true},
		{"DELETE FROM t WHERE 't'::bool;", true},
		{"UPDATE t SET name = 'gone' FROM (SELECT 1) s;", true},
	}, run)
}

func TestAgainstMariaDB(t *testing.T) {
	t.Parallel()
	mysqlClient := need(t, "mariadb", "mysql")
	daemon := need(t, "mariadbd", "/usr/sbin/mariadbd")
	dir, attributes := serverDir(t, "mysql")
	socket := filepath.Join(dir, "s")
	server := exec.Command(daemon, "--no-defaults", "--datadir="+dir, "--socket="+socket, "--pid-file="+filepath.Join(dir, "pid"),
		"--skip-networking", "--skip-grant-tables", "--innodb-buffer-pool-size=8M", "--innodb-log-file-size=4M", "--innodb-fast-shutdown=2")
	server.SysProcAttr = attributes
	client := func(script string) ([]byte, error) {
		cmd := exec.Command(mysqlClient, "--no-defaults", "-S", socket, "-N", "-B")
		cmd.Stdin = strings.NewReader(script)
		return cmd.CombinedOutput()
	}
	start(t, server, syscall.SIGKILL, func() error { _, err := client("SELECT 1"); return err })
	run := func(script string) string {
		client("CREATE DATABASE IF NOT EXISTS d; USE d; DROP TABLE IF EXISTS t; CREATE TABLE t (id int, name text) ENGINE=Aria; INSERT INTO t VALUES (1,'a'),(2,'b'),(3,'c')")
		client("USE d;\n" + script)
		out, _ := client("SELECT count(*) FROM d.t WHERE name <> 'gone'")
		return string(out)
	}
	compare(t, "mysql", []serverCase{
		{`SELECT 'a\'; DROP TABLE t; -- ';`, false},
		{`SELECT "a; DROP TABLE t;";`, false},
		{"SELECT 1 --1; DROP TABLE t;", true},
		{"SELECT 1 # ; DROP TABLE t;\n;", false},
		{"/*!50000 DROP TABLE t */;", true},
		{"/*M!100000 DROP TABLE t */;", true},
		{"/* ! DROP TABLE t */;", false},
		{"SELECT 1 /* /* */; DROP TABLE t; -- */", true},
		{"SELECT '/*! DROP TABLE t */';", false},
		{"DELETE FROM t /*!999999 WHERE id = 99 */;", true},
		{"TRUNCATE `t`;", true},
		{"DELETE QUICK FROM t LIMIT 5;", true},
		{"DELETE u FROM t u;", true},
		{"DELETE a FROM t a JOIN t b ON a.id = b.id + 50;", false},
		{"DELETE a FROM t a LEFT JOIN t b ON a.id = b.id + 50;", true},
		{"SET @s = CONCAT('DR', 'OP TABLE t'); PREPARE p FROM @s; EXECUTE p;", true},
		{"EXECUTE IMMEDIATE 'DROP TABLE t';", true},
		{"delimiter //\nBEGIN NOT ATOMIC DELETE FROM t; END//\n", true},
		{"ANALYZE DELETE FROM t;", true},
		{"ANALYZE SELECT * FROM t;", false},
		{"DELETE FROM t RETURNING id;", true},
		{"delimiter //\nSELECT 1; DROP TABLE t//\n", true},
		{"DELIMITER $$\nDROP TABLE t$$\n", true},
		{`DROP TABLE t\g`, true},
		{`\! true; DROP TABLE t;`, true},
		{"DELETE FROM t WHERE 1;", true},
		{"DELETE FROM t WHERE '1';", true},
		{"DELETE FROM t WHERE name REGEXP '.*';", true},
		{"DELETE FROM t WHERE 1 <=> 1;", true},
		{"CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.id = 1; DROP TABLE t;", true},
	}, run)
}
