package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestImports keeps the arrows of the house: who may import whom, and why not.
func TestImports(t *testing.T) {
	tests := []struct {
		pkg    string
		never  []string
		reason string
	}{
		{"./parser/...", []string{"twokey/rules", "twokey/sandbox", "twokey/internal"}, "parsers are pure: bytes in, facts out"},
		{"./rules", []string{"twokey/sandbox", "twokey/internal", "twokey/parser/sql", "twokey/parser/request"}, "rules judge effects, whoever made them"},
		{"./sandbox/...", []string{"twokey/rules", "twokey/parser", "twokey/internal/gate", "twokey/internal/session"}, "the sandbox knows nothing of rules"},
		{"./internal/gate/...", []string{"twokey/internal/session", "twokey/internal/cli"}, "gates translate and enforce; the session wires them"},
		{"./internal/gate/egress", []string{"twokey/internal/gate/exec", "twokey/internal/gate/line"}, "no gate imports another"},
		{"./internal/gate/exec", []string{"twokey/internal/gate/egress", "twokey/internal/gate/line"}, "no gate imports another"},
		{"./cmd/twokey-sh", []string{"twokey/rules", "twokey/sandbox", "twokey/parser", "net/http", "go.yaml.in", "encoding/json", "os/exec"}, "it starts at every command"},
		{"./cmd/twokey-init", []string{"twokey/rules", "twokey/parser", "net/http", "go.yaml.in", "runtime/cgo"}, "it starts cold, and is the sandbox's pid 1"},
	}
	for _, test := range tests {
		cmd := exec.Command("go", "list", "-deps", test.pkg)
		cmd.Dir = "../.."
		cmd.Env = append(os.Environ(), "CGO_ENABLED="+map[bool]string{true: "0", false: "1"}[strings.HasPrefix(test.pkg, "./cmd/")])
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", test.pkg, err)
		}
		for _, dep := range strings.Fields(string(out)) {
			for _, never := range test.never {
				if dep == never || strings.HasPrefix(dep, never+"/") {
					t.Errorf("%s must not import %s: %s", test.pkg, dep, test.reason)
				}
			}
		}
	}
}

// TestSize keeps what starts at every command small.
func TestSize(t *testing.T) {
	bin := build(t)
	for _, name := range []string{"twokey-sh", "twokey-init"} {
		info, err := os.Stat(bin + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		const limit = 4 << 20
		if info.Size() > limit {
			t.Errorf("%s is %d bytes, at most %d", name, info.Size(), limit)
		}
	}
}
