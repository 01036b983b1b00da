package tool

import (
	"strings"
	"testing"

	"twokey/parser/effect"
)

func TestScope(t *testing.T) {
	tests := []struct {
		path, resolved string
		scope          effect.Scope
	}{
		{"a", "/work/repo/a", effect.ScopeWorkspace},
		{"./a/../b", "/work/repo/b", effect.ScopeWorkspace},
		{".", "/work/repo", effect.ScopeRoot},
		{"*", "/work/repo/*", effect.ScopeWorkspace},
		{"..", "/work", effect.ScopeSystem},
		{"/work/repository", "/work/repository", effect.ScopeSystem},
		{"../../tmp/x", "/tmp/x", effect.ScopeTmp},
		{"/tmp", "/tmp", effect.ScopeSystem},
		{"/tmp/../etc", "/etc", effect.ScopeSystem},
		{"~", "/home/dev", effect.ScopeHome},
		{"~/.ssh/id_rsa", "/home/dev/.ssh/id_rsa", effect.ScopeHome},
		{"~root/x", "/root/x", effect.ScopeSystem},
		{"~other", "/home/other", effect.ScopeSystem},
		{"/", "/", effect.ScopeSystem},
		{"/dev/sda", "/dev/sda", effect.ScopeDevice},
		{"/dev/null", "/dev/null", effect.ScopeTmp},
		{"/dev/fd/3", "/dev/fd/3", effect.ScopeTmp},
		{"/dev/../etc", "/etc", effect.ScopeSystem},
		{"?", "?", effect.ScopeUnknown},
		{"?/foo", "?/foo", effect.ScopeUnknown},
		{"a/?", "/work/repo/a/?", effect.ScopeUnknown},
		{"/tmp/?", "/tmp/?", effect.ScopeUnknown},
		{"/tmp?", "/tmp?", effect.ScopeSystem},
		{"/etc/?", "/etc/?", effect.ScopeSystem},
		{"/?", "/?", effect.ScopeSystem},
		{"~/?", "/home/dev/?", effect.ScopeHome},
		{"/dev/?", "/dev/?", effect.ScopeDevice},
		{"", "?", effect.ScopeUnknown},
	}
	for _, test := range tests {
		text := strings.ReplaceAll(test.path, "?", "\x00")
		f := testPaths.File(effect.OpRead, effect.Word{Text: text, Known: !strings.Contains(text, "\x00")}, "x").File
		if f.Path.String() != test.resolved || f.Scope != test.scope {
			t.Errorf("%s: %s %s, want %s %s", test.path, f.Scope, f.Path, test.scope, test.resolved)
		}
	}
}

// TestUnknownCwd: below a directory that is not known nothing is known.
func TestUnknownCwd(t *testing.T) {
	p := testPaths.In(effect.Unknown())
	if f := p.File(effect.OpDelete, effect.Lit("a"), "rm").File; f.Path.Known || f.Scope != effect.ScopeUnknown {
		t.Errorf("%s %v", f.Scope, f.Path)
	}
	if f := p.File(effect.OpDelete, effect.Lit("/etc/x"), "rm").File; f.Scope != effect.ScopeSystem {
		t.Errorf("%s %v", f.Scope, f.Path)
	}
}
