package rules

import (
	"strings"
	"testing"
)

// builtinPacks are the shipped packs, which every test here rests on.
func builtinPacks(t testing.TB) []Pack {
	t.Helper()
	packs, err := Packs()
	if err != nil {
		t.Fatal(err)
	}
	return packs
}

func TestBuiltinPacksAreWellFormed(t *testing.T) {
	names := map[string]bool{}
	for _, p := range builtinPacks(t) {
		if want := "packs/" + p.Name + ".yaml"; p.File() != want {
			t.Errorf("pack %s is in %s, want %s", p.Name, p.File(), want)
		}
		if names[p.Name] {
			t.Errorf("two packs are named %s", p.Name)
		}
		names[p.Name] = true
		for _, r := range p.Rules {
			at := p.Name + "/" + r.ID
			if !strings.HasSuffix(r.Why, ".") || strings.Contains(strings.TrimSuffix(r.Why, "."), ". ") {
				t.Errorf("%s: why is not one sentence: %q", at, r.Why)
			}
			if r.Verdict == Allow {
				if len(r.Examples.Hold) > 0 || len(r.Examples.Allow) == 0 {
					t.Errorf("%s: an allow rule has examples that are allowed, and no others", at)
				}
				continue
			}
			if r.Instead == "" {
				t.Errorf("%s: it does not say what to do instead", at)
			}
			if len(r.Examples.Hold) == 0 || len(r.Examples.Allow) == 0 {
				t.Errorf("%s: examples are missing", at)
			}
		}
	}
}

// The engine reads packs without their examples and overrides without decoding
// them; both shortcuts must see what a full decoding sees.
func TestShortcutsAgreeWithTheFullDecoding(t *testing.T) {
	full := builtinPacks(t)
	short, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := builtinVerdicts()
	if err != nil {
		t.Fatal(err)
	}
	rules := 0
	for i, p := range full {
		if len(p.Rules) != len(short[i].Rules) {
			t.Fatalf("%s: %d rules, %d without examples", p.Name, len(p.Rules), len(short[i].Rules))
		}
		for j, r := range p.Rules {
			rules++
			s := short[i].Rules[j]
			if s.ID != r.ID || s.Line() != r.Line() || s.Verdict != r.Verdict || s.Why != r.Why || s.Fallback != r.Fallback {
				t.Errorf("%s/%s differs without examples", p.Name, r.ID)
			}
			if len(s.Examples.Hold)+len(s.Examples.Allow) > 0 {
				t.Errorf("%s/%s: examples are not written as the block that is left out", p.Name, r.ID)
			}
			if v, ok := verdicts[p.Name+"/"+r.ID]; !ok || v != r.Verdict {
				t.Errorf("%s/%s: scanned verdict %v, %v", p.Name, r.ID, v, ok)
			}
		}
	}
	if len(verdicts) != rules {
		t.Errorf("%d verdicts scanned, %d rules", len(verdicts), rules)
	}
}
