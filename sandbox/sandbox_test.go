package sandbox

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"twokey/sandbox/notify"
)

// allowAll lets every exec go on.
type allowAll struct{}

func (allowAll) Exec(context.Context, *notify.Exec) notify.Answer { return notify.Answer{} }

var buildInit = sync.OnceValues(func() (string, error) {
	if p := os.Getenv("TWOKEY_TEST_INIT"); p != "" {
		return p, nil
	}
	dir, err := os.MkdirTemp("", "twokey-init")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", err
	}
	out := filepath.Join(dir, "twokey-init")
	cmd := exec.Command("go", "build", "-o", out, "twokey/cmd/twokey-init")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	return out, cmd.Run()
})

// box is a sandbox under test with its workspace.
type box struct {
	*Sandbox
	t    *testing.T
	work string
	home string
}

func start(t *testing.T, change func(*Config)) *box {
	t.Helper()
	init, err := buildInit()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	work := filepath.Join(home, "project")
	if err := os.Mkdir(work, 0o755); err != nil {
		t.Fatal(err)
	}
	c := Config{View: View{Workspace: work, Home: home}, Init: init, Handler: allowAll{}, Log: func(s string) { t.Log(s) }}
	if change != nil {
		change(&c)
	}
	s, err := Start(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &box{s, t, work, home}
}

// bash runs a script and returns what it wrote to both outputs, and its status.
func (b *box) bash(script string) (string, int) {
	b.t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		b.t.Fatal(err)
	}
	defer r.Close()
	p, err := b.Run(Command{
		Path: "/bin/bash", Argv: []string{"bash", "-c", script}, Dir: b.work, Umask: 0o022,
		Env:   []string{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + b.home},
		Files: []*os.File{nil, w, w},
	})
	w.Close()
	if err != nil {
		b.t.Fatal(err)
	}
	r.SetReadDeadline(time.Now().Add(30 * time.Second))
	out, err := io.ReadAll(r)
	if err != nil {
		b.t.Fatalf("script %q does not end: %v", script, err)
	}
	status, err := p.Wait()
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.TrimSpace(string(out)), status
}

func TestSmoke(t *testing.T) {
	t0 := time.Now()
	b := start(t, nil)
	t.Log("started in", time.Since(t0))
	out, status := b.bash("id; pwd; ls -la / /dev /etc/shadow; cat /etc/resolv.conf; grep -E 'Cap|NoNew|Seccomp' /proc/self/status; ps aux; cat /proc/self/mountinfo; exit 7")
	t.Logf("%d\n%s", status, out)
}
