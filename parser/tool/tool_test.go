package tool

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

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

// testCase is a command line and what it must translate to, as describe says it.
type testCase struct {
	line string
	want []string
}

var cases = slices.Concat(gitCases, fileCases, archiveCases, textCases, databaseCases, runnerCases, packageCases,
	containerCases, systemCases, networkCases)

func TestTranslate(t *testing.T) {
	for _, c := range cases {
		t.Run(c.line, func(t *testing.T) {
			if got := describe(translate(c.line)); !slices.Equal(got, c.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"))
			}
		})
	}
}

// TestSubcommand: subcommand paths are canonical.
func TestSubcommand(t *testing.T) {
	tests := []struct{ line, want string }{
		{"git -C x --no-pager push", "push"},
		{"git remote rm o", "remote remove"},
		{"aws --profile p s3 rb s3://b", "s3 rb"},
		{"aws --debug --no-cli-pager ec2 describe-vpcs", "ec2 describe-vpcs"},
		{"gcloud beta compute instances delete web", "compute instances delete"},
		{"gcloud --project p run services list", "run services list"},
		{"docker container ls", "ps"},
		{"docker --context c volume remove v", "volume rm"},
		{"docker-compose -p x down", "compose down"},
		{"podman image rm i", "rmi"},
		{"kubectl -n x delete pod p", "delete"},
		{"helm del r", "uninstall"},
		{"npm rm x", "uninstall"},
		{"npm run build", "run"},
		{"pnpm --filter a run b", "run"},
		{"terraform -chdir=x state rm a", "state rm"},
		{"fly vol destroy v", "volumes destroy"},
		{"netlify sites:delete s", "sites:delete"},
		{"az storage account keys list", "storage account keys list"},
		{"doctl compute droplet delete 1", "compute droplet delete"},
		{"gh pr ls", "pr list"},
		{"wrangler kv:key delete k", "kv key delete"},
	}
	for _, test := range tests {
		if got := strings.Join(translate(test.line).Effects[0].Command.Subcommand, " "); got != test.want {
			t.Errorf("%s: subcommand %q, want %q", test.line, got, test.want)
		}
	}
}

func TestName(t *testing.T) {
	tests := []struct{ written, want string }{
		{"/usr/bin/git", "git"}, {"python3.11", "python3"}, {"python", "python3"}, {"python2.7", "python2"},
		{"nodejs", "node"}, {"./gradlew", "gradle"}, {"docker-compose", "docker compose"}, {"gawk", "awk"},
		{"egrep", "grep"}, {"grm", "rm"}, {"pip3", "pip"}, {"mysql", "mysql"}, {"mariadb", "mariadb"},
		{"a\x00", ""}, {"\x00/git", "git"}, {"", ""}, {"bin/", ""},
	}
	for _, test := range tests {
		w := effect.Word{Text: test.written, Known: !strings.Contains(test.written, "\x00")}
		if got := Name(w); got != test.want {
			t.Errorf("Name(%q) = %q, want %q", test.written, got, test.want)
		}
	}
}

func TestUnknownProgram(t *testing.T) {
	r := Translate(Invocation{Argv: []effect.Word{effect.Unknown(), effect.Lit("-rf")}, Paths: testPaths})
	if c := r.Effects[0].Command; c.Program != "" || !c.Has(effect.TraitDynamicProgram) || len(r.Effects) != 1 {
		t.Errorf("got %v", describe(r))
	}
	r = translate("frobnicate --level=3 -x /etc/passwd")
	if got := describe(r); !slices.Equal(got, []string{"frobnicate --level=3 -x /etc/passwd"}) {
		t.Errorf("got %q", got)
	}
}

// TestUnknownVerb: a verb that is not known before the run is said so.
func TestUnknownVerb(t *testing.T) {
	if c := translate("git $X origin").Effects[0].Command; !c.Has(TraitDynamicVerb) {
		t.Errorf("traits %v", c.Traits)
	}
}

// TestBound: past the bound on file effects the command says that not all of
// it was looked at.
func TestBound(t *testing.T) {
	argv := []effect.Word{effect.Lit("rm")}
	for range maxFiles + 1 {
		argv = append(argv, effect.Lit("a"))
	}
	r := Translate(Invocation{Argv: argv, Paths: testPaths})
	if !r.Effects[0].Command.Has(effect.TraitUnparsed) {
		t.Error("no trait tells that files were left out")
	}
}

// TestStdin: what the text feeds a client is read as its script.
func TestStdin(t *testing.T) {
	tests := []struct{ line, stdin, want string }{
		{"psql -h h app", "DROP TABLE t;", "sql: DROP TABLE t on h/app"},
		{"mysql app", "DELETE FROM t", "sql: DELETE t on app"},
		{"sqlite3 a.db", "DROP TABLE t", "sql: DROP TABLE t on work/repo/a.db"},
		{"redis-cli", "FLUSHALL\n", "datastore: redis FLUSHALL"},
		{"mongosh", "db.t.drop()", "datastore: mongodb drop t"},
		{"crontab -", "0 1 * * * rm -rf /x\n# none\n", "shell(crontab) rm -rf /x"},
		{"sftp h", "put a /b\n", "write system /b @ssh:h"},
		{"nc api.example 80", "DELETE /v1/x HTTP/1.1\r\nHost: api.example\r\n\r\n", "http: DELETE api.example/v1/x"},
	}
	for _, test := range tests {
		stdin := effect.Lit(test.stdin)
		got := describe(Translate(Invocation{Argv: words(test.line), Stdin: &stdin, Paths: testPaths}))
		if !slices.Contains(got, test.want) {
			t.Errorf("%s <<< %q: got %q, want %q", test.line, test.stdin, got, test.want)
		}
	}
}

// TestScriptFile: a script is read where it can be, else its effect is unparsed.
func TestScriptFile(t *testing.T) {
	in := Invocation{Argv: words("psql -f a.sql"), Paths: testPaths, ReadFile: func(name string) ([]byte, error) {
		if name != "/work/repo/a.sql" {
			t.Errorf("read %s", name)
		}
		return []byte("DROP TABLE t"), nil
	}}
	if got := describe(Translate(in)); !slices.Contains(got, "sql: DROP TABLE t") {
		t.Errorf("got %q", got)
	}
	in.ReadFile = nil
	for _, e := range Translate(in).Effects {
		if e.Kind == effect.KindSQL && e.SQL.Unparsed == "" {
			t.Errorf("an unreadable script gave %+v", e.SQL)
		}
	}
}

// TestEnv: variables that carry code for the program are handed back.
func TestEnv(t *testing.T) {
	tests := []struct{ line, name, value, want string }{
		{"git fetch", "GIT_SSH_COMMAND", "sh -c id", "shell(GIT_SSH_COMMAND) sh -c id"},
		{"git -p log", "GIT_PAGER", "id", "shell(GIT_PAGER) id"},
		{"tar -- a", "TAR_OPTIONS", "--checkpoint-action=exec=id", "shell(TAR_OPTIONS) id"},
		{"rsync a b", "RSYNC_RSH", "id", "shell(RSYNC_RSH) id"},
	}
	for _, test := range tests {
		in := Invocation{Argv: words(test.line), Paths: testPaths, Env: []effect.Assign{{Name: test.name, Value: effect.Lit(test.value)}}}
		if got := describe(Translate(in)); !slices.Contains(got, test.want) {
			t.Errorf("%s=%s %s: got %q, want %q", test.name, test.value, test.line, got, test.want)
		}
	}
}

// TestBounded: long and nested input costs no more than its length asks for.
func TestBounded(t *testing.T) {
	long := []string{
		"s/[" + strings.Repeat("/", 64<<10) + "]",
		strings.Repeat("s/a/b/w x;", 6<<10),
		strings.Repeat("ENVIRON in ENVIRON ", 3<<10),
		strings.Repeat("db.a(", 12<<10),
		strings.Repeat("system(\"a\") | ", 4<<10),
		strings.Repeat("[", 64<<10),
	}
	for _, program := range []string{"sed", "awk", "mongosh --eval"} {
		for _, text := range long {
			argv := append(words(program), effect.Lit(text), effect.Lit("f"))
			start := time.Now()
			Translate(Invocation{Argv: argv, Paths: testPaths})
			if d := time.Since(start); d > 2*time.Second {
				t.Errorf("%s %.20q... took %v", program, text, d)
			}
		}
	}
}

// TestNet: a secret that is printed into a program that sends leaves.
func TestNet(t *testing.T) {
	r := Translate(Invocation{Argv: words("gh auth token"), Paths: testPaths, Net: true})
	if !r.Effects[0].Command.Has(effect.TraitExfil) {
		t.Errorf("traits %v", r.Effects[0].Command.Traits)
	}
}
