package parser

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"twokey/parser/effect"
)

// recorder is a program that writes its argv to descriptor 9, a line a call.
const recorder = `#!/bin/bash
{ printf '%s' "${0##*/}"; for a; do printf '\x1f%s' "${a//$'\n'/\\n}"; done; printf '\n'; } >&9
`

// differential are texts of which bash and the parser must say the same.
var differential = []string{
	`rec a b c`,
	`rec 'a b' "c d" e\ f`,
	`r''ec a; \rec b; "rec" c; re"c" d`,
	`rec $'\x61\142\u0063\n' $'a\'b'`,
	`X=rec; $X a; "$X" b; ${X} c`,
	`X=recx; ${X%x} a; ${X%%c*}c b`,
	`X=xrec; ${X#x} a; X=REC; ${X,,} b; ${X,,} "${X:0:1}"`,
	`a=(rec one "two three"); "${a[@]}"; ${a[@]} ; "${a[0]}" "${a[*]}" "${#a[@]}" "${a[-1]}"`,
	`a=(rec); a+=(x y); "${a[@]:0:2}"; "${a[@]/x/z}"`,
	`declare -A m=([k]=v [j]=w); rec "${m[k]}" "${m[j]}"`,
	`{rec,a,b}; rec {1..4} {a..c} {01..03} x{,y}z {5..1..2}`,
	`rec ${UNSETX:-d} ${UNSETX-d} "${UNSETX:+no}" ${UNSETY:=set} $UNSETY`,
	`S="a b  c"; rec $S "$S" x$S y"$S"z`,
	`IFS=:; S=a:b::c; rec $S`,
	`rec$IFS-rf${IFS}x`,
	`set -- p q "r s"; rec "$@"; rec $*; rec "$*" $# $1 "${@:2}" "${@:1:1}"; shift; rec "$@"`,
	`f() { rec "$1" "$#" "$@"; }; f a "b c"`,
	`f() { local x=in; g; }; g() { rec "$x"; }; x=out; f; g`,
	`f() { x=changed; }; x=a; f; rec "$x"`,
	`x=a; (x=b; rec "$x"); rec "$x"`,
	`x=$(echo a b); rec $x "$x"`,
	"rec `echo one` \"`echo two`\"",
	`rec $(printf '%s-%s\n' a b c) $(printf 'x%.0s' 1)`,
	`printf -v X 'r%sc' e; $X a`,
	`read A B <<< "rec two three"; $A "$B"`,
	"read -r A <<E\nrec\nE\n$A x",
	`IFS=, read -r a b c <<< "1,2,3"; rec "$a" "$b" "$c"`,
	`mapfile -t L <<< $'a\nb c'; rec "${L[@]}"`,
	`eval 'rec a "b c"'; eval rec 'x$((1+1))'`,
	`eval "X=rec"; $X a`,
	`echo 'rec piped' | bash; bash <<< 'rec herestring'; bash -c 'rec "$0" "$@"' zero one two`,
	"bash <<'E'\nrec \"heredoc $HOME_UNSET\"\nE",
	`bash -c "bash -c 'rec deep'"`,
	`bash -s one two <<< 'rec "$@"'`,
	`. <(echo rec sourced); source /dev/stdin <<< 'rec stdin'`,
	`for f in a b "c d"; do rec "$f"; done`,
	`for ((i=0;i<1;i++)); do rec once; done`,
	`case abc in a*) rec yes;; esac`,
	`rec $((1+2*3)) $((0x10)) $((8#17)) $((7/2)) $((1<<4)) $((5>3))`,
	`i=1; ((i++)); i=$((i+5)); rec $i; let i=9`,
	`rec "${UNSETX:-$(rec inner; echo out)}"`,
	`env A=1 rec a; command rec b; nohup rec c 2>/dev/null; nice -n 5 rec d; timeout 5 rec e; setsid -w rec f`,
	`(exec -a name rec x)`,
	`env -S 'rec a "b c"'; env -u X -i PATH="$PATH" rec g`,
	`echo a b | xargs rec; printf 'a b\nc\n' | xargs -I{} rec 'x{}y'; echo a b c | xargs -n1 rec n`,
	`echo 'rec x' | base64 | base64 -d | bash`,
	`printf '726563206865780a' | xxd -r -p | bash`,
	`echo 'sfd e' | tr 'a-z' 'za-y' | bash`,
	`echo 'd cer' | rev | bash`,
	`trap 'rec trapped' EXIT`,
	"shopt -s expand_aliases\nalias al='rec aliased'\nal word",
	`x=y; y=z; rec "${!x}"; declare -n r=y; rec "$r"; r=new; rec "$y"`,
	`rec "a"'b'$'c'd ~root ~/x "~" a~b; x=~/y; rec "$x"`,
	`rec a"$(echo 'b c')"d $(echo 'e f')g`,
	"cat <<E | bash\nrec $((2+2)) \"\\$HOME_UNSET\" `echo sub`\nE",
	"cat <<-E | bash\n\trec tabs\n\tE",
	`rec "$(basename /a/b.c .c)" "$(dirname /a/b)"`,
	`w=hello; rec ${w:1:3} ${w: -2} ${w/l/L} ${w//l/L} ${w/#h/J} ${w/%o/0} ${#w} ${w^} ${w^^}`,
	`p=/a/b/c.tar.gz; rec "${p##*/}" "${p%/*}" "${p%%.*}" "${p#*.}" "${p##*.}"`,
	`exec 3<<<'rec fd'; bash <&3`,
	"cat > script.sh <<'E'\nrec from \"$1\"\nE\nbash script.sh file; . ./script.sh sourced",
	`printf '#!/bin/bash\nrec run "$@"\n' > run.sh; chmod +x run.sh; ./run.sh a b`,
	`if false; then :; else rec else; fi; while rec cond; do break; done`,
	`true && rec and || rec or; { rec block; } ; ! rec not`,
	`a[1+1]=x; a[0]=y; rec "${a[0]}"`,
	`rec <(:) >/dev/null; rec done`,
	`X='rec a;rec b'; bash -c "$X"; eval "$X"`,
	`unset a; rec "${a[@]}"; rec "$@"; rec $nothing_set_here_x`,
	`builtin eval rec x; command eval rec y`,
	`find . -maxdepth 0 -exec rec found \;`,
	`time rec timed; coproc rec co; wait`,
	`[[ $(rec test; echo a) == a ]] && rec matched`,
	`(( x = 5 , x > 3 )) && rec $x`,
	`echo "rec $(echo nested "$(echo deep)")" | bash`,
	"rec 'single $notexp' \"dollar \\$ and \\\\ and \\`\"",
	`rec a# b #comment`,
	"rec a\\\nb",
	"rec \"$(cat <<'E'\nx y\nE\n)\"",
	`set -- a b; for x; do rec "$x"; done; eval "rec \"\$2\""`,
	`unset arr; rec "${arr[@]:-none}" ${UNSETZ:-"a b"} "${UNSETZ:-a b}" ${UNSETZ:-c d}`,
	`X=1 rec pre; X=2; X=3 rec "$X"`,
	`a=1; b=$a$a; c="$b-$a"; rec $c; a+=2; rec $a; d=$c e=$d; rec $e`,
	`f() { return; }; f && rec after; f2() { rec "${1:-none}"; }; f2; f2 x; unset -f f2`,
	`func='rec x'; bash -c "$func" ; echo "$func" > f.sh; bash ./f.sh; sh f.sh; bash < f.sh; cat f.sh | bash`,
	`select x in a; do break; done </dev/null; rec x`,
	`until rec u; do :; done`,
	`x=5; while (( x-- > 3 )); do rec w; done`,
	`echo one two | while read -r a b; do rec "$b"; done`,
	`rec "$(pwd | sed s/.*/x/)" "$(echo a; echo b)"`,
	`for i in {1..3}; do for j in a b; do rec $i$j; done; done`,
	`for i in 1 2 3; do [ $i = 2 ] && break; rec $i; done; rec $i`,
	`x=a; if [ -e /nonexistent-file ]; then x=b; else x=c; fi; rec "$x"`,
	`x=a; false && x=b; rec $x; true || x=c; rec $x`,
	`x='a b'; set -- $x; rec $2 ${x// /_} "${x#* }"`,
	`x=; rec ${#x} "${x:-}" '' "" $x`,
	`declare x=rec; $x a; export Y="b c"; rec "$Y"; readonly Z=z; rec $Z; local_=1`,
	`printf '%s\0' a b | xargs -0 -n1 rec`,
	`echo 'echo rec inner' | bash | bash`,
	`$(echo rec) $(echo "a b")`,
	`"$(echo rec)" "$(echo "a b")"`,
	`(cd / && rec in; ) ; cd /tmp; rec out`,
	`>out.txt rec redirected; <out.txt rec in; rec a >out.txt b`,
	`{ rec 1; rec 2; } | cat; rec 3 & wait`,
	`rec $[1+1] $((x=3)) $x $((x*=2))`,
	`IFS=; x='a b'; rec $x`,
	`x=$'a\nb'; rec $x "$x"`,
	`rec "${x@Q}" "${x@U}"`,
	`tee t.sh <<< 'rec teed' >/dev/null; bash t.sh; cp t.sh u.sh; bash u.sh; mv u.sh v.sh; . ./v.sh`,
	`bash -c 'f() { rec "$@"; }; f "$@"' _ a "b c"`,
	`sh -c 'rec "$0"' zero; dash -c 'rec dash'; bash --norc -c 'rec x'; bash -ec 'rec y'; bash -o errexit -c 'rec z'`,
	`echo 'rec a' | gzip | gzip -dc | bash`,
	`set -- "rec x"; $1; eval $1; bash -c "$1"`,
	`x="a'b"; rec "$x"; eval "rec ${x@Q}"`,
	`PROMPT='x'; PS4='$(rec ps4)'; set -x; : ; set +x`,
}

// TestDifferential runs each text under bash with a recorder in the place of
// the programs: every call that bash makes must be one that the parser
// foretold, unknown parts standing for anything.
func TestDifferential(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal("the parser's first dialect is bash, and there is none:", err)
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "rec"), []byte(recorder), 0o755); err != nil {
		t.Fatal(err)
	}
	ctx := here
	ctx.Home = "/root"
	ctx.Args = []string{"bash"}
	ctx.Vars = map[string]string{"HOME": "/root", "PATH": bin}
	for _, text := range differential {
		t.Run(strings.ReplaceAll(text[:min(len(text), 40)], "\n", " "), func(t *testing.T) {
			ran := runRecorded(t, bash, bin, text)
			var said []string
			for _, e := range line(text, ctx) {
				if e.Kind == effect.KindCommand && e.Command.Program == "rec" {
					said = append(said, recorded(e.Command))
				}
			}
			if len(ran) == 0 {
				t.Errorf("bash ran nothing; the parser said %q", said)
			}
			for _, r := range ran {
				if !matchesAny(r, said) {
					t.Errorf("bash ran %q\nparser said %q", r, said)
				}
			}
		})
	}
}

// recorded is what the recorder would have written of the command. Options
// keep no place among the operands, so texts here use none but by intent.
func recorded(c *effect.Command) string {
	words := []string{"rec"}
	for _, o := range c.Operands {
		words = append(words, strings.ReplaceAll(o.Text, "\n", `\n`))
	}
	for _, f := range c.Flags {
		words = append(words, "-"+f.Name)
	}
	return strings.Join(words, "\x1f")
}

func matchesAny(ran string, said []string) bool {
	for _, s := range said {
		if s == ran || strings.IndexByte(s, 0) >= 0 && matchParts(ran, strings.Split(s, "\x00")) {
			return true
		}
		// "rec -rf x" has its option first in bash's order, last in ours.
		a, b := strings.Split(s, "\x1f"), strings.Split(ran, "\x1f")
		if len(a) == len(b) && strings.Contains(ran, "\x1f-") && sameWords(a, b) {
			return true
		}
	}
	return false
}

func sameWords(a, b []string) bool {
	count := map[string]int{}
	for _, w := range a {
		count[strings.TrimLeft(w, "-")]++
	}
	for _, w := range b {
		count[strings.TrimLeft(w, "-")]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func matchParts(s string, parts []string) bool {
	rest, ok := strings.CutPrefix(s, parts[0])
	if !ok || !strings.HasSuffix(rest, parts[len(parts)-1]) {
		return false
	}
	for _, p := range parts[1:] {
		_, after, found := strings.Cut(rest, p)
		if !found {
			return false
		}
		rest = after
	}
	return true
}

func runRecorded(t *testing.T, bash, bin, text string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	cmd := exec.CommandContext(ctx, bash, "-c", text)
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"PATH=" + bin + ":/usr/bin:/bin", "HOME=/root"}
	// The log is descriptor 9, so 3 to 8 are filled.
	cmd.ExtraFiles = []*os.File{null, null, null, null, null, null, w}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	var out bytes.Buffer
	if _, err := out.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // a text may well end with a command that fails
	var ran []string
	for line := range strings.SplitSeq(strings.TrimSuffix(out.String(), "\n"), "\n") {
		if line != "" {
			ran = append(ran, line)
		}
	}
	return ran
}
