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
git push -f origin main
git -C x push --forc origin +a:b :c
git push
git push --force-with-lease origin feature/x
git push --dry-run --force
git -C ../other clean -fdx
git reset --hard HEAD~1
git checkout -- .
git checkout main
git show HEAD:.env
git -c alias.x='!rm -rf ~' x
git stash drop
git remote rm origin
git log -p -- .env
rm -rf node_modules '$X' '$X/foo' ~/x /etc/$X ../..
rm --recurs --forc -- -x
cp -r a b c/
mv -t /etc a b
dd if=a of=/dev/sda bs=4M
find . -name '*.pyc' -delete
find ~ -delete
find / -exec rm {} ; -print
rsync -a --del src/ host:/x
rsync -an --delete source/ /
scp -i k a u@h:/x
tar xzf a.tgz -C /opt
tar -czf out.tgz -C src .env lib
tar -cf x --checkpoint-action=exec=sh --checkpoint=1 y
sed -i 's/a/b/w out;p' f
sed '1e rm -rf /' f
sed -n '/DROP/p; s,a,b,g' f
awk 'BEGIN { system("rm -rf /") } {print > "/etc/x"; print | "sort"; "date" | getline}' f
awk '/rm -rf/ {print $1/2}' log.txt
grep -r -e foo a b
grep .env -e foo
cat -- .env
`
