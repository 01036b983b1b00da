package sandbox

import (
	"context"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"twokey/sandbox/notify"
)

// TestMain lets the test program play other parts: a supervisor that is
// killed, and, as root, an ordinary user for whom all tests run once more.
func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv("TWOKEY_TEST_ROLE") == "supervisor" {
		os.Exit(supervise())
	}
	code := m.Run()
	if built, err := buildInit(); err == nil && os.Getenv("TWOKEY_TEST_INIT") == "" {
		os.RemoveAll(filepath.Dir(built))
	}
	os.Exit(code)
}

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

// box is a sandbox under test with its workspace, which lies in the home.
type box struct {
	*Sandbox
	t    testing.TB
	work string
	home string
}

// start starts a sandbox. prepare, if not nil, fills the workspace and changes
// the configuration first.
func start(t testing.TB, prepare func(work string, c *Config)) *box {
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
	if prepare != nil {
		prepare(work, &c)
	}
	s, err := Start(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &box{s, t, work, home}
}

// write makes a file with its directories.
func write(t testing.TB, name, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func (b *box) command(script string, files ...*os.File) Command {
	return Command{
		Path: "/bin/bash", Argv: []string{"bash", "-c", script}, Dir: b.work, Umask: 0o022,
		Env:   []string{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + b.home, "LC_ALL=C"},
		Files: files,
	}
}

// bash runs a script and returns what it wrote to both outputs, and its status.
func (b *box) bash(script string) (string, int) {
	b.t.Helper()
	out, p := b.output(func(w *os.File) Command { return b.command(script, nil, w, w) })
	status, err := p.Wait()
	if err != nil {
		b.t.Fatal(err)
	}
	return out, status
}

// output runs a command to the end of its output.
func (b *box) output(command func(w *os.File) Command) (string, *Process) {
	b.t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		b.t.Fatal(err)
	}
	defer r.Close()
	c := command(w)
	p, err := b.Run(c)
	w.Close()
	if err != nil {
		b.t.Fatal(err)
	}
	r.SetReadDeadline(time.Now().Add(30 * time.Second))
	out, err := io.ReadAll(r)
	if err != nil {
		b.t.Fatalf("%q does not end: %v", c.Argv, err)
	}
	return strings.TrimSpace(string(out)), p
}

// says fails the test unless the script ends with status 0 and prints want.
func (b *box) says(script, want string) {
	b.t.Helper()
	out, status := b.bash(script)
	if out != want || status != 0 {
		b.t.Errorf("%s\nprints %q, status %d; want %q, status 0", script, out, status, want)
	}
}

// fails fails the test if the script succeeds.
func (b *box) fails(script string) {
	b.t.Helper()
	if out, status := b.bash(script); status == 0 {
		b.t.Errorf("%s\nsucceeds and prints %q", script, out)
	}
}

// eventually waits for a condition that another process brings about.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatal("still not so after 15 s: " + what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// TestAsOrdinaryUser runs every other test again as an ordinary user, since
// what root can do hides what others cannot.
func TestAsOrdinaryUser(t *testing.T) {
	if os.Getuid() != 0 {
		return // it is one
	}
	init, err := buildInit()
	if err != nil {
		t.Fatal(err)
	}
	setpriv, err := exec.LookPath("setpriv")
	if err != nil {
		t.Fatal("setpriv (package util-linux) is needed to become an ordinary user: ", err)
	}
	const uid = 1000
	dir, err := os.MkdirTemp("", "twokey-user")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chown(dir, uid, uid); err != nil {
		t.Fatal(err)
	}
	self := filepath.Join(dir, "test")
	program, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(self, program, 0o755); err != nil {
		t.Fatal(err)
	}
	id := strconv.Itoa(uid)
	cmd := exec.Command(setpriv, "--reuid", id, "--regid", id, "--clear-groups", self, "-test.v="+strconv.FormatBool(testing.Verbose()))
	if f := flag.Lookup("test.run"); f != nil && f.Value.String() != "" && f.Value.String() != "AsOrdinaryUser" {
		cmd.Args = append(cmd.Args, "-test.run="+f.Value.String())
	}
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "TMPDIR="+dir, "TWOKEY_TEST_INIT="+init)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if testing.Verbose() {
		t.Logf("%s", out)
	}
}
