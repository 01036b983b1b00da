package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// ordinaryUser is whom the scripts also run as when the tests run as root. It
// needs no entry in passwd(5).
const ordinaryUser = 61234

// binEnv names the directory of the built programs, for the run as an
// ordinary user.
const binEnv = "TWOKEY_TEST_BIN"

// TestScripts runs testdata/script/*.txtar: real programs, real sandbox.
func TestScripts(t *testing.T) {
	bin := os.Getenv(binEnv)
	if bin == "" {
		bin = build(t)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			return setup(e, bin)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"held":       held,
			"status":     status,
			"supervisor": supervisor,
		},
	})
}

// TestScriptsAsOrdinaryUser runs the same scripts without root.
func TestScriptsAsOrdinaryUser(t *testing.T) {
	if os.Getuid() != 0 {
		return // TestScripts was that
	}
	bin := build(t)
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(bin, "script.test")
	if err := os.WriteFile(binary, self, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(bin, "testdata"), os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	tmp, err := os.MkdirTemp("", "twokey-user-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	if err := os.Chown(tmp, ordinaryUser, ordinaryUser); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "-test.run", "^TestScripts$", "-test.v="+strconv.FormatBool(testing.Verbose()))
	cmd.Dir = bin
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + tmp, "TMPDIR=" + tmp, "CI=" + os.Getenv("CI"), binEnv + "=" + bin}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: ordinaryUser, Gid: ordinaryUser}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("as an ordinary user: %v\n%s", err, out)
	}
}

// build makes the three programs as scripts/build does, where every user may
// run them.
func build(t *testing.T) string {
	t.Helper()
	bin, err := os.MkdirTemp("", "twokey-bin-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(bin) })
	if err := os.Chmod(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("../../scripts/build", bin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("cannot build: %v\n%s", err, out)
	}
	return bin
}

func setup(e *testscript.Env, bin string) error {
	home, run, work := filepath.Join(e.WorkDir, "home"), filepath.Join(e.WorkDir, "run"), filepath.Join(e.WorkDir, "work")
	for _, dir := range []string{home, run, work} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	e.Vars = append(e.Vars,
		"HOME="+home, "XDG_RUNTIME_DIR="+run,
		"XDG_STATE_HOME="+filepath.Join(home, ".local/state"), "XDG_CONFIG_HOME="+filepath.Join(home, ".config"),
		"PATH="+bin+":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"TWOKEY_SESSION="+filepath.Base(e.WorkDir), "BIN="+bin, "POLICY="+filepath.Join(home, ".config/twokey/policy.yaml"),
	)
	e.Cd = work
	e.Defer(func() { stopSessions(e.Vars, bin) })
	return nil
}

func stopSessions(vars []string, bin string) {
	list := exec.Command(filepath.Join(bin, "twokey"), "session", "--json")
	list.Env = vars
	out, err := list.Output()
	if err != nil {
		return
	}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var info struct{ ID string }
		if d.Decode(&info) != nil {
			return
		}
		stop := exec.Command(filepath.Join(bin, "twokey"), "session", "stop", info.ID)
		stop.Env = vars
		stop.Run()
	}
}

// held waits until a request is pending and puts its ID into the variable ID.
// With "! held" nothing may be pending now.
func held(ts *testscript.TestScript, neg bool, args []string) {
	const patience = 20 * time.Second
	for deadline := time.Now().Add(patience); ; {
		cmd := exec.Command(filepath.Join(ts.Getenv("BIN"), "twokey"), "pending", "--json")
		cmd.Env = environ(ts)
		out, err := cmd.Output()
		ts.Check(err)
		var first struct{ ID string }
		got := json.NewDecoder(bytes.NewReader(out)).Decode(&first) == nil
		switch {
		case neg && got:
			ts.Fatalf("request %s is pending", first.ID)
		case neg:
			return
		case got:
			ts.Setenv("ID", first.ID)
			return
		case time.Now().After(deadline):
			ts.Fatalf("nothing was held within %s", patience)
		}
		// A person looks again after a moment, too: pending has no wait.
		<-time.After(20 * time.Millisecond)
	}
}

// status runs a command and checks that it exits with the number given first.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			ts.Fatalf("%s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// supervisor kill sends SIGKILL to the session's supervisor and waits until
// it and all of its sandbox are gone.
func supervisor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 || args[0] != "kill" {
		ts.Fatalf("usage: supervisor kill")
	}
	cmd := exec.Command(filepath.Join(ts.Getenv("BIN"), "twokey"), "session", "--json")
	cmd.Env = environ(ts)
	out, err := cmd.Output()
	ts.Check(err)
	var info struct{ PID int }
	ts.Check(json.Unmarshal(bytes.TrimSpace(out), &info))
	family := descendants(info.PID)
	ts.Check(syscall.Kill(info.PID, syscall.SIGKILL))
	for deadline := time.Now().Add(10 * time.Second); ; {
		left := 0
		for _, pid := range append(family, info.PID) {
			if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil && !bytes.Contains(stat, []byte(") Z ")) {
				left++
			}
		}
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%d processes outlived the supervisor", left)
		}
		<-time.After(10 * time.Millisecond)
	}
}

func descendants(pid int) []int {
	children := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		text := string(b)
		fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
		child, err1 := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		parent, err2 := strconv.Atoi(fields[1])
		if err1 == nil && err2 == nil {
			children[parent] = append(children[parent], child)
		}
	}
	var all []int
	for queue := children[pid]; len(queue) > 0; queue = queue[1:] {
		all = append(all, queue[0])
		queue = append(queue, children[queue[0]]...)
	}
	return all
}

func environ(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{"HOME", "PATH", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TWOKEY_SESSION"} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return env
}
