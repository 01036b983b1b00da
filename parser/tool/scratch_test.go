package tool

import (
	"testing"

	"twokey/parser/effect"
)

// A home and a workspace below a scratch directory, as tests have them, keep
// their own scopes.
func TestScratchHoldsNoHomeAndNoWorkspace(t *testing.T) {
	tmp := []string{"/tmp", "/var/tmp"}
	usual := Paths{Cwd: "/home/dev/app", Workspace: "/home/dev/app", Home: "/home/dev", Tmp: tmp}
	nested := Paths{Cwd: "/tmp/t1/home/app", Workspace: "/tmp/t1/home/app", Home: "/tmp/t1/home", Tmp: tmp}
	entry := Paths{Cwd: "/tmp/app", Workspace: "/tmp/app", Home: "/root", Tmp: tmp}
	tests := []struct {
		paths Paths
		path  string
		want  effect.Scope
	}{
		{usual, "/tmp/x", effect.ScopeTmp}, {usual, "/tmp", effect.ScopeSystem}, {usual, "../x", effect.ScopeHome},
		{nested, "x", effect.ScopeWorkspace}, {nested, "../x", effect.ScopeHome}, {nested, "~", effect.ScopeHome}, {nested, "~other", effect.ScopeSystem},
		{nested, "/tmp/t1", effect.ScopeSystem}, {nested, "/tmp/x", effect.ScopeTmp}, {nested, "/tmp/t1/x", effect.ScopeTmp},
		{entry, "../x", effect.ScopeTmp}, {entry, "x", effect.ScopeWorkspace}, {entry, ".", effect.ScopeRoot},
		{Paths{Cwd: "/tmp/t1/app", Workspace: "/tmp/t1/app", Home: "/root", Tmp: tmp}, "../x", effect.ScopeSystem},
		{Paths{Cwd: "/tmp/t1/app", Workspace: "/tmp/t1/app", Home: "/root", Tmp: tmp}, "/tmp/t1", effect.ScopeSystem},
	}
	for _, test := range tests {
		if got := test.paths.Scope(test.paths.Resolve(effect.Lit(test.path))); got != test.want {
			t.Errorf("%s from %s: %s, want %s", test.path, test.paths.Cwd, got, test.want)
		}
	}
}
