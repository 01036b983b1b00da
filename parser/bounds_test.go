package parser

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"twokey/parser/effect"
)

var here = Context{
	Cwd: "/home/u/ws", Workspace: "/home/u/ws", Home: "/home/u", Tmp: []string{"/tmp", "/var/tmp"},
	Vars: map[string]string{"HOME": "/home/u", "PWD": "/home/u/ws"},
}

// fill repeats a piece to 64 KiB.
func fill(piece string) string { return strings.Repeat(piece, 64<<10/len(piece)) }

// TestWorkIsBounded feeds text that costs a naive walker quadratic or
// exponential work.
func TestWorkIsBounded(t *testing.T) {
	tests := map[string]string{
		"commands":               fill("a;"),
		"pipeline":               fill("a|"),
		"and":                    fill("a&&"),
		"or with assignments":    fill("a||b=1;"),
		"subshells":              fill("(a=1);"),
		"open parentheses":       fill("("),
		"open substitutions":     fill("$("),
		"quoted substitutions":   fill(`"$(`),
		"backquotes":             fill("`"),
		"escaped backquotes":     "`" + fill("\\`"),
		"parameters":             fill("${a:-"),
		"arithmetic":             fill("$(("),
		"arithmetic parentheses": "$((" + fill("("),
		"arithmetic minus":       "$((" + fill("-") + "1))",
		"arithmetic ternary":     "$((" + fill("1?") + "1))",
		"not":                    fill("! "),
		"if":                     fill("if "),
		"if then":                fill("if a;then "),
		"elif":                   "if a;then b;" + fill("elif a;then b;") + "fi",
		"while":                  fill("while a;do "),
		"time":                   fill("time "),
		"functions":              fill("f()"),
		"function words":         fill("function f "),
		"coproc":                 fill("coproc "),
		"case":                   fill("case a in b)"),
		"braces":                 fill("{"),
		"brace lists":            fill("{a,b}"),
		"nested brace lists":     fill("{a,"),
		"brace sequences":        fill("{1..9}"),
		"long sequence":          "echo {1..999999999}{1..999999999}",
		"here-documents":         fill("a<<E\n"),
		"here-documents at once": "a" + fill("<<E ") + "\n",
		"quotes":                 fill("'"),
		"double quotes":          fill(`"`),
		"dollars":                fill("$"),
		"globs":                  fill("*"),
		"brackets":               fill("["),
		"array":                  "a=(" + fill("x ") + ")",
		"array appends":          fill("a+=(x);"),
		"array elements":         fill("a[1]=x;"),
		"appends":                fill("a+=x;"),
		"doubling":               "a=x;" + fill("a=$a$a;") + "rm $a",
		"variables":              manyVariables(),
		"functions that double":  doublingFunctions(),
		"loops that double":      strings.Repeat("for a in 1 2 3 4 5 6 7 8;do ", 40) + "a" + strings.Repeat(";done", 40),
		"while loops that nest":  strings.Repeat("while a=$((a+1));do ", 60) + "a" + strings.Repeat(";done", 60),
		"wrappers":               fill("sudo "),
		"env":                    fill("env "),
		"env -S":                 "env " + fill("-S "),
		"eval":                   fill("eval "),
		"xargs":                  fill("xargs "),
		"find":                   "find . " + fill("-exec a \\; "),
		"find roots":             "find " + fill("a ") + fill("-exec a {} + "),
		"redirections":           "a" + fill(" >a"),
		"descriptors":            "exec" + fill(" {a}>b"),
		"process substitutions":  "a" + fill(" <(a)"),
		"outputs":                "a" + fill(" >(a)"),
		"suffix removal":         "a=" + fill("a") + ";" + strings.Repeat("b=${a%%*a*a*a*b};", 400),
		"replacement":            "a=" + fill("a") + ";" + strings.Repeat("b=${a//a/aa};", 400),
		"slices":                 "a=" + fill("a") + ";" + strings.Repeat("b=${a:1};", 4000),
		"xargs known":            "echo " + fill("a ") + "| xargs -n1 rm",
		"words of a variable":    "a='" + fill("a ") + "';" + strings.Repeat("rm $a;", 200),
		"aliases":                "shopt -s expand_aliases\n" + fill("alias a='a a';a;"),
		"traps":                  fill("trap 'trap a 0' 0;"),
		"nested bash":            nestedBash(40),
		"python":                 "python3 -c '" + fill("os.system(") + "'",
		"python strings":         "python3 -c '" + fill(`"a"+`) + "'",
		"python lists":           "python3 -c '" + fill("[") + "'",
		"node":                   "node -e '" + fill("f(()=>{") + "'",
		"perl":                   "perl -e '" + fill("system qx{") + "'",
		"awk":                    "awk '" + fill("system(") + "'",
		"sed":                    "sed '" + fill("e a;") + "'",
		"base64":                 "echo " + fill("cm0g") + " | base64 -d | sh",
		"printf":                 "printf '" + fill("%s") + "' a | sh",
		"tr":                     "echo " + fill("a") + " | tr a-z b-z | sh",
		"curl":                   "curl " + fill("-d a "),
		"socat":                  "socat " + fill("EXEC:a!!"),
		"crontab":                "crontab - <<E\n" + fill("@a b\n") + "E\n",
		"makefile":               "make -f - <<E\n" + fill("\ta\n") + "E\n",
		"make shell":             "make --eval='" + fill("$(shell ") + "'",
		"parallel":               "parallel " + fill("a ") + "::: " + fill("b "),
		"controls":               fill("\x01"),
		"not UTF-8":              fill("\xff"),
		"read":                   fill("read a <<<b;"),
		"test":                   "[[ " + fill("! ") + "a ]]",
		"test parentheses":       "[[ " + fill("( ") + "a ]]",
		"namerefs":               fill("declare -n a=b b=a;"),
		"indirect":               "a=a;" + fill("b=${!a};"),
		"pushd":                  fill("pushd a;"),
		"cd":                     fill("cd a;"),
		"set":                    fill("set -- a;"),
		"ssh":                    fill("ssh a "),
		"docker":                 fill("docker run a "),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			start := cpuTime(t)
			got := line(text, here)
			if took := cpuTime(t) - start; took > 2*time.Second {
				t.Errorf("took %v", took)
			} else if took > 300*time.Millisecond {
				t.Logf("took %v", took)
			}
			if len(got) > maxEffects+1 {
				t.Errorf("%d effects", len(got))
			}
		})
	}
}

// cpuTime is what the process has used, so that a busy machine does not fail
// the test.
func cpuTime(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func manyVariables() string {
	var b strings.Builder
	for i := range 2000 {
		b.WriteString("v" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + "=1;")
		b.WriteString("(v=1);")
	}
	return b.String()
}

func doublingFunctions() string {
	var b strings.Builder
	b.WriteString("f0(){ rm a;};")
	for i := range 60 {
		a, n := string(rune('0'+i)), string(rune('1'+i))
		b.WriteString("f" + n + "(){ f" + a + ";f" + a + ";};")
	}
	b.WriteString("f" + string(rune('0'+60)))
	return strings.NewReplacer(";;", ";").Replace(b.String())
}

func nestedBash(n int) string {
	s := "rm -rf /"
	for range n {
		s = "bash -c " + strings.ReplaceAll("'"+strings.ReplaceAll(s, "'", `'\''`)+"'", "\n", "")
		if len(s) > 200<<10 {
			break
		}
	}
	return s
}

// TestBeyondABound holds: what was not looked at is never nothing.
func TestBeyondABound(t *testing.T) {
	tests := map[string]string{
		"length":             "echo " + strings.Repeat("a", maxText),
		"nesting":            strings.Repeat("(", 500) + "rm -rf /" + strings.Repeat(")", 500),
		"nested text":        evals(maxDepth + 2),
		"effects":            strings.Repeat("echo a\n", maxEffects) + "rm -rf /",
		"words":              "echo " + strings.Repeat("a ", maxWords+1) + "; rm -rf /",
		"a NUL":              "rm\x00 -rf /",
		"does not parse":     "rm -rf / '",
		"unterminated":       "if true; then rm -rf /",
		"doubling functions": doublingFunctions(),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			for _, e := range line(text, here) {
				if e.Kind == effect.KindCommand && e.Command.Has(effect.TraitUnparsed) {
					return
				}
			}
			t.Error("no effect says that text was not looked at")
		})
	}
}

func evals(n int) string {
	return strings.Repeat("eval ", n) + "rm -rf /"
}
