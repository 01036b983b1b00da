package tool

import (
	"errors"
	"strings"
	"testing"

	"twokey/parser/effect"
)

// FuzzTranslate: any argv gives a command effect first, file effects of unknown
// paths are of unknown or a dangerous scope, and nothing panics or hangs.
func FuzzTranslate(f *testing.F) {
	for _, c := range cases {
		f.Add(c.line, "")
	}
	f.Add("sed -f - x", "s/a/b/e;w f\n1e")
	f.Add("sftp h", "put a\n!rm x")
	f.Add("redis-cli", "FLUSHALL\n")
	f.Add("mongosh", "db['a'](db.x.find().forEach(d => db.y.drop()")
	f.Add("crontab -", "* * * * * rm x\n@daily y")
	for name := range strings.FieldsSeq("git docker kubectl aws gcloud npm terraform curl psql mysql redis-cli jq dd tar zip find rsync scp awk sed vim az gh heroku fly php python3 rails manage.py prisma ansible sysctl ip parted zfs") {
		f.Add(name+" $X --$X -$X", "\x00")
		f.Add(name, "")
		f.Add(name+" -", "")
		f.Add(name+" --", "")
	}
	read := func(name string) ([]byte, error) {
		if strings.HasSuffix(name, "x") {
			return []byte("s/a/b/w y\ndb.dropDatabase()\nDROP TABLE t;"), nil
		}
		return nil, errors.New("no such file")
	}
	f.Fuzz(func(t *testing.T, line, stdin string) {
		if len(line) > 4<<10 || len(stdin) > 16<<10 {
			return
		}
		in := Invocation{Argv: words(line), Paths: testPaths, ReadFile: read}
		if stdin != "" {
			w := effect.Word{Text: stdin, Known: !strings.Contains(stdin, "\x00")}
			in.Stdin = &w
		}
		r := Translate(in)
		if len(r.Effects) == 0 || r.Effects[0].Kind != effect.KindCommand {
			t.Fatalf("%q: the first effect is not the command", line)
		}
		for _, e := range r.Effects {
			if e.Kind != effect.KindFile || e.Origin.Where != "" {
				continue
			}
			if e.File.Path.Known == strings.Contains(e.File.Path.Text, "\x00") {
				t.Errorf("%q: path %q has Known %v", line, e.File.Path.Text, e.File.Path.Known)
			}
			if !e.File.Path.Known && (e.File.Scope == effect.ScopeWorkspace || e.File.Scope == effect.ScopeTmp || e.File.Scope == effect.ScopeRoot) {
				t.Errorf("%q: path %q is not known and yet of scope %s", line, e.File.Path.Text, e.File.Scope)
			}
		}
	})
}
