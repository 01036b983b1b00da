package sandbox

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// supervise plays a supervisor: it starts a sandbox in the directory that it
// is given, runs processes of every kind in it, says who they are, and waits
// to be killed.
func supervise() int {
	work := os.Getenv("TWOKEY_TEST_WORK")
	fail := func(err error) int {
		fmt.Println("error", err)
		return 1
	}
	s, err := Start(context.Background(), Config{
		View: View{Workspace: work, Home: filepath.Dir(work), Hidden: []string{work + "/.env"}},
		Init: os.Getenv("TWOKEY_TEST_INIT"), Handler: allowAll{},
	})
	if err != nil {
		return fail(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		return fail(err)
	}
	_, err = s.Run(Command{
		Path: "/bin/bash", Argv: []string{"bash", "-c", `trap '' TERM HUP INT
			sleep 1000 & setsid sleep 1000 & (setsid sleep 1000 &) ; (trap '' HUP; while :; do date > beat; sleep 0.01; done) &
			echo ready; sleep 1000`},
		Dir: work, Files: []*os.File{nil, w}, Env: []string{"PATH=/usr/bin:/bin"},
	})
	if err != nil {
		return fail(err)
	}
	if line, err := bufio.NewReader(r).ReadString('\n'); err != nil || line != "ready\n" {
		return fail(err)
	}
	left, err := s.Processes()
	if err != nil {
		return fail(err)
	}
	fmt.Println("pids", s.Init(), s.mounter.process.Pid, strings.Trim(fmt.Sprint(left), "[]"))
	<-s.Done()
	return 0
}

// startSupervisor starts another process as supervisor and returns it with the
// processes of its sandbox, the mounter and init included.
func startSupervisor(t *testing.T, work string) (*exec.Cmd, []int) {
	t.Helper()
	init, err := buildInit()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "TWOKEY_TEST_ROLE=supervisor", "TWOKEY_TEST_WORK="+work, "TWOKEY_TEST_INIT="+init)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	fields := strings.Fields(line)
	if err != nil || len(fields) < 8 || fields[0] != "pids" {
		t.Fatalf("the supervisor says %q, %v", line, err)
	}
	var pids []int
	for _, f := range fields[1:] {
		pid, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return cmd, pids
}

func workspace(t *testing.T) string {
	t.Helper()
	work := filepath.Join(t.TempDir(), "project")
	write(t, work+"/.env", "TOKEN=1")
	return work
}

func alive(pid int) bool {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	state := strings.TrimSpace(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	return !strings.HasPrefix(state, "Z") && !strings.HasPrefix(state, "X")
}

// Both large vendors' sandboxes leave the command running, and files in the
// person's tree, when their outer process is killed.
func TestKillingAnyOneEndsEverything(t *testing.T) {
	for name, victim := range map[string]func(supervisor int, pids []int) int{
		"supervisor": func(s int, _ []int) int { return s },
		"init":       func(_ int, p []int) int { return p[0] },
		"mounter":    func(_ int, p []int) int { return p[1] },
	} {
		t.Run(name, func(t *testing.T) {
			work := workspace(t)
			cmd, pids := startSupervisor(t, work)
			if err := syscall.Kill(victim(cmd.Process.Pid, pids), syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			for _, pid := range pids {
				eventually(t, fmt.Sprintf("process %d of the sandbox is gone", pid), func() bool { return !alive(pid) })
			}
			_ = cmd.Wait()
			entries, err := os.ReadDir(work)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if e.Name() != ".env" && e.Name() != "beat" {
					t.Errorf("%s is left in the workspace", e.Name())
				}
			}
			if b, err := os.ReadFile(work + "/.env"); string(b) != "TOKEN=1" {
				t.Errorf("the hidden file reads %q outside, %v", b, err)
			}
		})
	}
}

// A supervisor that stops, but is not dead, keeps its sandbox.
func TestStoppedSupervisorKeepsItsSandbox(t *testing.T) {
	work := workspace(t)
	cmd, pids := startSupervisor(t, work)
	var before os.FileInfo
	eventually(t, "the command beats", func() bool {
		var err error
		before, err = os.Stat(work + "/beat")
		return err == nil
	})
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if !alive(pids[0]) || !alive(pids[1]) {
		t.Error("the sandbox ended with a stopped supervisor")
	}
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the command goes on", func() bool {
		after, err := os.Stat(work + "/beat")
		return err == nil && after.ModTime().After(before.ModTime())
	})
}

// A supervisor that dies at any moment of a start leaves nothing either.
func TestKilledDuringStart(t *testing.T) {
	if os.Getuid() != 0 {
		return // others may not ask which program a non-dumpable process runs
	}
	init, err := buildInit()
	if err != nil {
		t.Fatal(err)
	}
	running := func() (pids []string) {
		exes, _ := filepath.Glob("/proc/[0-9]*/exe")
		for _, e := range exes {
			if target, err := os.Readlink(e); err == nil && target == init && alive(must(strconv.Atoi(strings.Split(e, "/")[2]))) {
				pids = append(pids, e)
			}
		}
		return pids
	}
	work := workspace(t)
	for i := range 25 {
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), "TWOKEY_TEST_ROLE=supervisor", "TWOKEY_TEST_WORK="+work, "TWOKEY_TEST_INIT="+init)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i) * 2 * time.Millisecond) // the moment, not a wait for anything
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		eventually(t, "no process of twokey-init is left", func() bool { return len(running()) == 0 })
	}
	if entries, err := os.ReadDir(work); err != nil || len(entries) > 2 {
		t.Errorf("the workspace holds %v, %v", entries, err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
