package control

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPickCaller(t *testing.T) {
	chain := func(comms ...string) []process {
		var c []process
		for i, comm := range comms {
			c = append(c, process{pid: 100 - i, comm: comm})
		}
		return c
	}
	tests := []struct {
		name  string
		chain []process
		env   map[string]string
		want  int
	}{
		{"a shell in a terminal", chain("bash", "gnome-terminal-", "systemd"), nil, 100},
		{"an agent in a shell in a terminal", chain("node", "claude", "bash", "kitty", "systemd"), nil, 99},
		{"an agent that runs as node", chain("node", "bash", "tmux: server", "systemd"), nil, 99},
		{"the agent's own word", chain("sh", "node", "bash", "kitty"), map[string]string{"CLAUDE_PID": "99"}, 99},
		{"a word that is no ancestor", chain("node", "bash", "kitty"), map[string]string{"CLAUDE_PID": "7"}, 99},
		{"an editor that starts it itself", chain("code", "code", "systemd"), nil, 100},
		{"below pid 1", append(chain("bash"), process{pid: 1, comm: "init"}), nil, 100},
		{"the whole chain is unknown", chain("a", "b"), nil, 99},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := pickCaller(test.chain, func(n string) string { return test.env[n] })
			if got.pid != test.want {
				t.Errorf("caller %d, want %d", got.pid, test.want)
			}
		})
	}
}

func TestFindCallerIsThisProcess(t *testing.T) {
	c, err := FindCaller(os.Getpid(), func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	if !c.Alive() {
		t.Error("a caller that runs is not alive")
	}
	if (Caller{Name: "1:0"}).Alive() {
		t.Error("a process with another start time is alive")
	}
	named, err := FindCaller(os.Getpid(), func(string) string { return "mine" })
	if err != nil || named.Name != "name:mine" {
		t.Errorf("named caller %+v, %v", named, err)
	}
}

func TestWorkspace(t *testing.T) {
	top := t.TempDir()
	for _, dir := range []string{"repo/.git", "repo/a/b", "tree/a", "plain"} {
		if err := os.MkdirAll(filepath.Join(top, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// A worktree has a file in place of the directory.
	if err := os.WriteFile(filepath.Join(top, "tree/.git"), []byte("gitdir: x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		"repo": "repo", "repo/a/b": "repo", "tree/a": "tree", "plain": "plain",
	} {
		if got := Workspace(filepath.Join(top, dir)); got != filepath.Join(top, want) {
			t.Errorf("workspace of %s is %s", dir, got)
		}
	}
}

func TestBinding(t *testing.T) {
	h := Home{Runtime: filepath.Join(t.TempDir(), "run")}
	gone := Caller{Name: "1:0"}
	first, second := h.Place(gone, "/a"), h.Place(gone, "/b")
	for _, p := range []Place{first, second} {
		if err := p.Make(); err != nil {
			t.Fatal(err)
		}
	}
	for _, w := range []string{"/a", "/b"} { // the first binding stays
		if err := first.Bind(gone, w); err != nil {
			t.Fatal(err)
		}
	}
	if w, err := second.Bound(); w != "/a" || err != nil {
		t.Errorf("bound to %q, %v", w, err)
	}
	if ok, err := second.Allowed("/b"); ok || err != nil {
		t.Errorf("another workspace is allowed: %v, %v", ok, err)
	}
	if err := second.Allow(); err != nil {
		t.Fatal(err)
	}
	if ok, err := second.Allowed("/b"); !ok || err != nil {
		t.Errorf("a workspace that a person allowed is not: %v, %v", ok, err)
	}
	if err := h.Sweep(); err != nil {
		t.Fatal(err)
	}
	if w, err := first.Bound(); w != "" || err != nil {
		t.Errorf("the binding of a caller that is gone stays: %q, %v", w, err)
	}
}
