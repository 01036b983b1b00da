package tool

import (
	"slices"
	"strings"
	"testing"

	"twokey/parser/effect"
)

// TestNamesOnce: no program has two grammars.
func TestNamesOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, family := range families() {
		for _, g := range family {
			for name := range strings.FieldsSeq(g.names) {
				if seen[name] {
					t.Errorf("%s has two grammars", name)
				}
				seen[name] = true
				if canonical, ok := aliases()[name]; ok && canonical != name {
					t.Errorf("%s is an alias of %s: its grammar is never used", name, canonical)
				}
			}
		}
	}
}

// TestAliasesLead: an alias leads to a grammar.
func TestAliasesLead(t *testing.T) {
	without := []string{"stat", "readlink", "realpath", "xargs", "sq", "emacs", "lynx", "mkdir", "ls"}
	for alias, canonical := range aliases() {
		name, _, _ := strings.Cut(canonical, " ")
		if lookup(name) == nil && !slices.Contains(without, name) {
			t.Errorf("%s leads to %s, which has no grammar", alias, canonical)
		}
	}
}

// TestClassesOnce: no path of a grammar has two classes, and no verb word.
func TestClassesOnce(t *testing.T) {
	for _, family := range families() {
		for i := range family {
			p := compile(&family[i])
			seen := map[string]effect.Trait{}
			for _, c := range p.classes {
				path := strings.Join(c.path, " ")
				if other, ok := seen[path]; ok {
					t.Errorf("%s %s: %s and %s", p.name, path, other, c.trait)
				}
				seen[path] = c.trait
			}
		}
	}
	seen := map[string]effect.Trait{}
	for trait, words := range verbTable {
		for word := range strings.FieldsSeq(words) {
			word = strings.TrimPrefix(word, "~")
			if other, ok := seen[word]; ok && other != trait {
				t.Errorf("verb %s: %s and %s", word, other, trait)
			}
			seen[word] = trait
		}
	}
}

// TestVerbsOnce: no subcommand of a grammar is declared twice.
func TestVerbsOnce(t *testing.T) {
	for _, family := range families() {
		for _, g := range family {
			seen := map[string]bool{}
			for _, v := range g.verbs {
				for path := range strings.SplitSeq(v.path, "|") {
					path = strings.Join(strings.Fields(path), " ")
					if seen[path] {
						t.Errorf("%s: %s is declared twice", g.names[:min(20, len(g.names))], path)
					}
					seen[path] = true
				}
			}
		}
	}
}

// TestOptionsOnce: within one table no option both takes a value and does not.
func TestOptionsOnce(t *testing.T) {
	check := func(where, table string) {
		seen := map[string]string{}
		for field := range strings.FieldsSeq(table) {
			names, _, value := strings.Cut(field, "=")
			for name := range strings.SplitSeq(names, "/") {
				if other, ok := seen[name]; ok && strings.Contains(other, "=") != value {
					t.Errorf("%s: %s is both %s and %s", where, name, other, field)
				}
				seen[name] = field
			}
		}
	}
	for _, family := range families() {
		for _, g := range family {
			name, _, _ := strings.Cut(g.names, " ")
			check(name, g.opts)
			for _, v := range g.verbs {
				check(name+" "+v.path, v.opts)
			}
		}
	}
}
