package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestTwoUsers has two users work in one workspace at once: each has a session
// of its own, and neither sees or answers the other's requests, by its own
// directories or by the other's.
func TestTwoUsers(t *testing.T) {
	if os.Getuid() != 0 {
		return // only root can be two users
	}
	bin := programs(t)
	root, other := newHouse(t, bin, 0), newHouse(t, bin, ordinaryUser)
	dir := other.workspace("shared")
	houses := []*house{root, other}
	for i, h := range houses {
		if out, err := h.command(dir, "same-name", "twokey-sh", "-c", "id -u; echo shared > by-$(id -u)").CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != fmt.Sprint(h.user) {
			t.Fatalf("user %d: %v: %s", i, err, out)
		}
	}
	held := make([]*exec.Cmd, 2)
	words := make([]bytes.Buffer, 2)
	ids := make([]string, 2)
	for i, h := range houses {
		held[i] = h.command(dir, "same-name", "twokey-sh", "-c", fmt.Sprintf("git push --force of-%d", h.user))
		held[i].Stderr = &words[i]
		if err := held[i].Start(); err != nil {
			t.Fatal(err)
		}
		ids[i] = h.waitPending()
	}
	for i, h := range houses {
		foreign := ids[1-i]
		out, err := h.command("", "", "twokey", "pending").CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte(ids[i])) || bytes.Contains(out, []byte(foreign)) {
			t.Errorf("user %d sees %v: %s", h.user, err, out)
		}
		for _, verb := range []string{"show", "approve", "deny"} {
			if out, err := h.command("", "", "twokey", verb, foreign).CombinedOutput(); err == nil {
				t.Errorf("user %d: %s of another's request: %s", h.user, verb, out)
			}
		}
	}

	// Nor by the other's sockets, which an ordinary user cannot reach and root
	// is refused at: whom the kernel names at the other end decides.
	crossed := &house{t: t, bin: bin, top: other.top, env: other.env, user: 0}
	out, err := crossed.command("", "", "twokey", "approve", ids[1]).CombinedOutput()
	if err == nil || !strings.HasPrefix(string(out), "twokey: ") {
		t.Errorf("root by the other's socket: %v: %s", err, out)
	}
	out, err = crossed.command(dir, "same-name", "twokey-sh", "-c", "touch crossed").CombinedOutput()
	if err == nil || !strings.HasPrefix(string(out), "twokey: ") {
		t.Errorf("root's command by the other's socket: %v: %s", err, out)
	}
	crossed = &house{t: t, bin: bin, top: root.top, env: root.env, user: ordinaryUser}
	out, err = crossed.command("/", "", "twokey", "approve", ids[0]).CombinedOutput()
	if err == nil || !strings.HasPrefix(string(out), "twokey: ") {
		t.Errorf("the other by root's socket: %v: %s", err, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "crossed")); err == nil {
		t.Error("root's command ran in the other's session")
	}

	for i, h := range houses {
		if out, err := h.command("", "", "twokey", "deny", ids[i], "--reason", fmt.Sprintf("of-user-%d.", h.user)).CombinedOutput(); err != nil {
			t.Errorf("user %d: %v: %s", h.user, err, out)
		}
		if err := held[i].Wait(); err == nil || held[i].ProcessState.ExitCode() != 126 {
			t.Errorf("user %d: %v", h.user, err)
		}
		if got := words[i].String(); !strings.Contains(got, fmt.Sprintf("of-user-%d.", h.user)) || strings.Contains(got, fmt.Sprintf("of-user-%d.", houses[1-i].user)) {
			t.Errorf("user %d was told %q", h.user, got)
		}
	}
}

// waitPending returns the request that waits, once one does.
func (h *house) waitPending() string {
	h.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); <-time.After(20 * time.Millisecond) {
		out, err := h.command("", "", "twokey", "pending", "--json").Output()
		if err != nil {
			h.t.Fatal(err)
		}
		if all := decodeAll[struct{ ID string }](h.t, out); len(all) > 0 {
			return all[0].ID
		}
	}
	h.t.Fatal("nothing is held")
	return ""
}
