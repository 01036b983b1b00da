package parser

import (
	"testing"
	"time"

	"twokey/parser/effect"
)

// FuzzLine looks for panics, for effects without their part, for offsets
// outside the text, and for text that takes too long.
func FuzzLine(f *testing.F) {
	for _, s := range seenThrough {
		f.Add(s)
	}
	for _, s := range mentions {
		f.Add(s)
	}
	for _, s := range differential {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		start := time.Now()
		effects := line(text, here)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("took %v for %d bytes", took, len(text))
		}
		if len(effects) > maxEffects+1 {
			t.Errorf("%d effects", len(effects))
		}
		for _, e := range effects {
			if e.Origin.Start < 0 || e.Origin.End > len(text) || e.Origin.Start > e.Origin.End {
				t.Errorf("%v is at %d to %d of %d bytes", e, e.Origin.Start, e.Origin.End, len(text))
			}
			_ = e.Digest()
			if e.Kind == effect.KindCommand && e.Command.Program == "" && len(e.Command.Traits) == 0 {
				t.Errorf("a command without a name says not why: %v", e)
			}
		}
	})
}

// FuzzScan does the same for the sources of other languages.
func FuzzScan(f *testing.F) {
	f.Add("python3", "import os\nos.system(f'rm {x}')")
	f.Add("node", "require('child_process').exec(`rm ${x}`, {a: [1, {b: 2}]})")
	f.Add("perl", "system qx{a}, 'b'; open(F, '|c')")
	f.Add("ruby", "system \"a #{b}\"; %w(a b).each { |x| `#{x}` }")
	f.Add("php", "$x = \"a $y\"; system($x);")
	f.Fuzz(func(t *testing.T, lang, source string) {
		w := &walker{ctx: here}
		sh := w.newShell()
		sh.frame.fixed = true
		sh.scan(lang, value{text: source})
	})
}

// FuzzExec feeds argvs, which are words of any kind.
func FuzzExec(f *testing.F) {
	f.Add("sudo", "-u", "root", "sh", "-c", "rm -rf /")
	f.Add("xargs", "-I{}", "env", "-S", "rm {}", "--")
	f.Add("docker", "run", "-v", "/:/h", "i", "rm")
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g string) {
		for _, x := range argvEffects([]string{a, b, c, d, e, g}, []effect.Assign{{Name: "PAGER", Value: effect.Lit(d)}}, here) {
			_ = x.Digest()
		}
	})
}
