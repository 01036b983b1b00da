package tool

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"twokey/parser/effect"
)

var testPaths = Paths{Cwd: "/work/repo", Workspace: "/work/repo", Home: "/home/dev", Tmp: []string{"/tmp", "/var/tmp"}}

// words makes an argv of a line: fields by white space, single quotes for
// white space, "$X" for an unknown part.
func words(line string) []effect.Word {
	var argv []effect.Word
	var text strings.Builder
	started, quoted := false, false
	flush := func() {
		if started {
			s := strings.ReplaceAll(text.String(), "$X", "\x00")
			argv = append(argv, effect.Word{Text: s, Known: !strings.Contains(s, "\x00")})
		}
		text.Reset()
		started = false
	}
	for _, r := range line {
		switch {
		case r == '\'':
			quoted, started = !quoted, true
		case r == ' ' && !quoted:
			flush()
		default:
			started = true
			text.WriteRune(r)
		}
	}
	flush()
	return argv
}

func translate(line string) Result {
	return Translate(Invocation{Argv: words(line), Paths: testPaths})
}

// describe says a result in lines that tests can compare.
func describe(r Result) []string {
	var lines []string
	for _, e := range r.Effects {
		switch e.Kind {
		case effect.KindCommand:
			line := e.Command.String()
			for _, t := range e.Command.Traits {
				line += " +" + string(t)
			}
			lines = append(lines, line)
		case effect.KindFile:
			line := fmt.Sprintf("%s %s %s", e.File.Op, e.File.Scope, e.File.Path)
			if e.File.Recursive {
				line += " -r"
			}
			if e.Origin.Where != "" {
				line += " @" + e.Origin.Where
			}
			lines = append(lines, line)
		default:
			lines = append(lines, string(e.Kind)+": "+e.String())
		}
	}
	for _, s := range r.Shells {
		lines = append(lines, fmt.Sprintf("shell(%s) %s", s.Via, s.Text))
	}
	for _, n := range r.Execs {
		var argv []string
		for _, w := range n.Argv {
			argv = append(argv, w.String())
		}
		lines = append(lines, fmt.Sprintf("exec(%s) %s", n.Via, strings.Join(argv, " ")))
	}
	return lines
}

func TestPrint(t *testing.T) {
	for line := range strings.SplitSeq(strings.TrimSpace(printed), "\n") {
		t.Log(line)
		for _, l := range describe(translate(line)) {
			t.Log("      ", l)
		}
	}
	_ = slices.Contains[[]string]
}

const printed = `
psql -h db -p 5433 -U u -c'DROP TABLE x' prod
psql postgres://u:p@h:5/db -f a.sql
PGHOST
mysql -uroot -ppw -h db -e 'SHOW TABLES' app
sqlite3 -header app.db 'DELETE FROM users WHERE id=1'
sqlite3 /srv/x.db .dump
sqlite3 :memory: 'drop table x'
duckdb mydb.db 'EXPLAIN SELECT * FROM users'
clickhouse-client --query 'DROP TABLE x' --host h
clickhouse-client --query='DROP TABLE x'
redis-cli -p 6380 FLUSHALL
redis-cli -h h config set dir /x
redis-cli --scan --pattern 'a*'
mongosh mongodb+srv://c.example.net/prod --eval 'db.users.deleteMany({})'
mongosh --eval 'db.getSiblingDB("x").getCollection("y").drop(); db.adminCommand({shutdown:1}); db[a].drop()'
bq rm -r -f -d prod
mysqladmin --force drop mydb
kafka-topics --bootstrap-server localhost:9092 --delete --topic orders
curl -o x -sSL https://a.b/c
wget -qO- http://x | true
git push origin feature-master
git stash drop
git config --global user.name x
git commit -m 'drop table' a
git clean -ffdx
grep -rn TODO .
tar xf a.tar
`
