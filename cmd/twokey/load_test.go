package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// house is a person's directories for tests that testscript cannot express.
type house struct {
	t        *testing.T
	bin, top string
	env      []string
	user     uint32
}

// newHouse makes them, owned by the user with that id, and ends the sessions
// in them after the test.
func newHouse(t *testing.T, bin string, user uint32) *house {
	t.Helper()
	top, err := os.MkdirTemp("", "twokey-house-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(top) })
	h := &house{t: t, bin: bin, top: top, user: user}
	if err := os.Chmod(top, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"home", "run"} {
		path := filepath.Join(top, dir)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, int(user), int(user)); err != nil {
			t.Fatal(err)
		}
	}
	home := filepath.Join(top, "home")
	h.env = []string{
		"HOME=" + home, "XDG_RUNTIME_DIR=" + filepath.Join(top, "run"), "XDG_STATE_HOME=" + filepath.Join(home, ".local/state"),
		"XDG_CONFIG_HOME=" + filepath.Join(home, ".config"),
		"PATH=" + bin + ":/usr/local/bin:/usr/bin:/bin",
	}
	t.Cleanup(h.stop)
	return h
}

// stop ends every session and waits for its supervisor, so that nothing
// writes while the directories are removed.
func (h *house) stop() {
	for _, s := range h.sessions() {
		h.command("", "", "twokey", "session", "stop", s.ID).Run()
		for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
			if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.PID)); err != nil || bytes.Contains(stat, []byte(") Z ")) {
				break
			}
			<-time.After(5 * time.Millisecond)
		}
	}
}

type sessionInfo struct {
	ID       string
	PID      int
	Pending  int
	Commands int
}

func (h *house) sessions() []sessionInfo {
	out, err := h.command("", "", "twokey", "session", "--json").Output()
	if err != nil {
		h.t.Errorf("twokey session: %v", err)
		return nil
	}
	return decodeAll[sessionInfo](h.t, out)
}

func decodeAll[T any](t *testing.T, data []byte) []T {
	t.Helper()
	var all []T
	for d := json.NewDecoder(bytes.NewReader(data)); d.More(); {
		var one T
		if err := d.Decode(&one); err != nil {
			t.Fatalf("%v in %q", err, data)
		}
		all = append(all, one)
	}
	return all
}

// command runs one of the built programs in dir, as the house's user, in the
// session named unless that is empty.
func (h *house) command(dir, session, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(h.bin, name), args...)
	cmd.Dir, cmd.Env = dir, h.env
	if dir == "" {
		cmd.Dir = h.top
	}
	if session != "" {
		cmd.Env = append(append([]string(nil), h.env...), "TWOKEY_SESSION="+session)
	}
	cmd.SysProcAttr = h.credential()
	return cmd
}

func (h *house) credential() *syscall.SysProcAttr {
	if int(h.user) == os.Getuid() {
		return nil
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: h.user, Gid: h.user}}
}

// workspace makes an empty repository that everybody may write to.
func (h *house) workspace(name string) string {
	h.t.Helper()
	dir := filepath.Join(h.top, name)
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := os.Chown(dir, int(h.user), int(h.user)); err != nil {
		h.t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		h.t.Fatal(err)
	}
	git := exec.Command("git", "init", "-q")
	git.Dir, git.Env, git.SysProcAttr = dir, h.env, h.credential()
	if out, err := git.CombinedOutput(); err != nil {
		h.t.Fatalf("git init: %v: %s", err, out)
	}
	return dir
}

// programs returns the directory of the built programs.
func programs(t *testing.T) string {
	if bin := os.Getenv(binEnv); bin != "" {
		return bin
	}
	return build(t)
}

// TestLoad runs 64 commands at once from 8 callers. Each gets its own input,
// output, error and status, whether the callers share a session or not.
func TestLoad(t *testing.T) {
	bin := programs(t)
	tests := []struct {
		name     string
		session  func(caller int) string
		dir      func(caller int) string
		sessions int
	}{
		{"one session", func(int) string { return "all" }, func(int) string { return "work" }, 1},
		{"a session each in one workspace", func(c int) string { return fmt.Sprint("caller-", c) }, func(int) string { return "work" }, 8},
		{"a session and a workspace each", func(c int) string { return fmt.Sprint("caller-", c) }, func(c int) string { return fmt.Sprint("work-", c) }, 8},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := newHouse(t, bin, uint32(os.Getuid()))
			dirs := make([]string, 8)
			for i := range dirs {
				dirs[i] = h.workspace(test.dir(i))
			}
			var wg sync.WaitGroup
			begin := make(chan struct{})
			for caller := range 8 {
				for n := range 8 {
					wg.Add(1)
					go func() {
						defer wg.Done()
						<-begin
						h.own(test.session(caller), dirs[caller], caller*8+n)
					}()
				}
			}
			close(begin)
			wg.Wait()
			if got := len(h.sessions()); got != test.sessions {
				t.Errorf("%d sessions serve, want %d", got, test.sessions)
			}
			if out, err := h.command("", "", "twokey", "log", "verify").CombinedOutput(); err != nil {
				t.Errorf("the log does not verify: %v: %s", err, out)
			}
			out, err := h.command("", "", "twokey", "log", "--json").Output()
			if err != nil {
				t.Fatal(err)
			}
			kinds := map[string]int{}
			for _, r := range decodeAll[struct{ Kind string }](t, out) {
				kinds[r.Kind]++
			}
			if kinds["command"] != 64 || kinds["end"] != 64 {
				t.Errorf("the log has %d commands and %d ends, want 64 each", kinds["command"], kinds["end"])
			}
		})
	}
}

// own runs command n and checks that what came back is n's.
func (h *house) own(session, dir string, n int) {
	h.t.Helper()
	const lines = 2000
	text := fmt.Sprintf(`for i in $(seq %d); do echo "out %d"; done; echo "err %d" >&2; cat; pwd; echo "$MARK"; exit %d`, lines, n, n, n+1)
	cmd := h.command(dir, session, "twokey-sh", "-c", text)
	cmd.Env = append(append([]string(nil), cmd.Env...), fmt.Sprint("MARK=mark ", n))
	cmd.Stdin = strings.NewReader(fmt.Sprintf("in %d\n", n))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	exit, ok := err.(*exec.ExitError)
	if !ok || exit.ExitCode() != n+1 {
		h.t.Errorf("command %d ended with %v, want %d; stderr %q", n, err, n+1, stderr.String())
		return
	}
	want := strings.Repeat(fmt.Sprintf("out %d\n", n), lines) + fmt.Sprintf("in %d\n%s\nmark %d\n", n, dir, n)
	if got := stdout.String(); got != want {
		h.t.Errorf("command %d: output of %d bytes is not its own (want %d): ends %q", n, len(got), len(want), got[max(0, len(got)-200):])
	}
	if got, want := stderr.String(), fmt.Sprintf("err %d\n", n); got != want {
		h.t.Errorf("command %d: stderr %q, want %q", n, got, want)
	}
}

// TestHeldLoad holds 16 commands at once and decides each differently: every
// answer reaches the one that asked.
func TestHeldLoad(t *testing.T) {
	h := newHouse(t, programs(t), uint32(os.Getuid()))
	dir := h.workspace("work")
	const count = 16
	type result struct {
		n      int
		status int
		stderr string
	}
	results := make(chan result, count)
	for n := range count {
		go func() {
			cmd := h.command(dir, fmt.Sprint("caller-", n%4), "twokey-sh", "-c", fmt.Sprintf("git push --force ./nowhere-%d HEAD; exit 7", n))
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			cmd.Run()
			results <- result{n, cmd.ProcessState.ExitCode(), stderr.String()}
		}()
	}
	decided := map[string]bool{}
	for deadline := time.Now().Add(30 * time.Second); len(decided) < count; {
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d were held", len(decided), count)
		}
		out, err := h.command("", "", "twokey", "pending", "--json").Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range decodeAll[struct{ ID, Text string }](t, out) {
			if decided[r.ID] {
				continue
			}
			decided[r.ID] = true
			var n int
			if _, err := fmt.Sscanf(r.Text, "git push --force ./nowhere-%d HEAD;", &n); err != nil {
				t.Fatalf("%q: %v", r.Text, err)
			}
			answer := []string{"approve", r.ID}
			if n%2 == 0 {
				answer = []string{"deny", r.ID, "--reason", fmt.Sprintf("reason-%d.", n)}
			}
			if out, err := h.command("", "", "twokey", answer...).CombinedOutput(); err != nil {
				t.Errorf("%q: %v: %s", answer, err, out)
			}
		}
	}
	for range count {
		r := <-results
		want, words := 7, fmt.Sprintf("./nowhere-%d'", r.n) // git's own complaint
		if r.n%2 == 0 {
			want, words = 126, fmt.Sprintf("reason-%d.", r.n)
		}
		if r.status != want || !strings.Contains(r.stderr, words) {
			t.Errorf("command %d ended with %d, want %d and %q in %q", r.n, r.status, want, words, r.stderr)
		}
		if got := strings.Count(r.stderr, "reason-"); got != 1-r.n%2 {
			t.Errorf("command %d was told %d reasons: %q", r.n, got, r.stderr)
		}
	}
}
