package sandbox

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestStatus(t *testing.T) {
	b := start(t, nil)
	for script, want := range map[string]int{
		"true": 0, "exit 3": 3, "exit 255": 255, "kill -TERM $$": 128 + 15, "kill -9 $$": 128 + 9,
		"no-such-program": 127, "/etc/passwd": 126, "exec sh -c 'exit 9'": 9, "sleep 0.05 & exit 4": 4,
	} {
		if _, got := b.bash(script); got != want {
			t.Errorf("%q ends with status %d, want %d", script, got, want)
		}
	}
}

func TestExecFailureNamesPathAndErrno(t *testing.T) {
	b := start(t, func(work string, _ *Config) { write(t, work+"/plain", "no program") })
	for path, want := range map[string]syscall.Errno{
		"/no/such/program": syscall.ENOENT, b.work + "/plain": syscall.EACCES, "/usr": syscall.EACCES,
	} {
		c := b.command("")
		c.Path = path
		_, err := b.Run(c)
		var pe *os.PathError
		if !errors.Is(err, want) || !errors.As(err, &pe) || pe.Path != path {
			t.Errorf("running %s: %v, want %v with the path", path, err, want)
		}
	}
	b.says("echo still here", "still here")
}

func TestBadCommandsAreRefused(t *testing.T) {
	b := start(t, nil)
	for name, change := range map[string]func(*Command){
		"relative path":      func(c *Command) { c.Path = "bash" },
		"relative directory": func(c *Command) { c.Dir = "." },
		"no argv":            func(c *Command) { c.Argv = nil },
		"NUL in argv":        func(c *Command) { c.Argv = []string{"bash", "-c", "a\x00b"} },
		"NUL in environment": func(c *Command) { c.Env = []string{"A=b\x00c"} },
		"terminal slot":      func(c *Command) { c.TTY, c.TTYFiles = true, []int{-1} },
		"argv too long":      func(c *Command) { c.Argv = []string{"bash", "-c", strings.Repeat("x", 1<<20)} },
	} {
		c := b.command("true")
		change(&c)
		if _, err := b.Run(c); err == nil {
			t.Errorf("%s: started", name)
		}
	}
	b.says("echo still here", "still here")
}

func TestArgumentsAndEnvironmentPassByteForByte(t *testing.T) {
	b := start(t, nil)
	out, _ := b.output(func(w *os.File) Command {
		c := b.command("", nil, w)
		c.Argv = []string{"-odd name", "-c", `printf '%s|' "$0" "$@" "$X" "${EMPTY-unset}"; umask; cat <&3`, "a\nb", "", "\xff\xfe"}
		c.Env = []string{"X=line\nline", "EMPTY=", "PATH=/usr/bin"}
		c.Umask = 0o077
		r, in, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(in, "from descriptor 3")
		in.Close()
		t.Cleanup(func() { r.Close() })
		c.Files = append(c.Files, nil, r)
		return c
	})
	if want := "a\nb||\xff\xfe|line\nline||0077\nfrom descriptor 3"; out != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

func TestSignalReachesTheGroup(t *testing.T) {
	b := start(t, nil)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, err := b.Run(b.command("trap 'echo trapped; exit 5' TERM; sleep 100 & until grep -q sleep /proc/$!/comm; do :; done; echo ready; wait", nil, w, w))
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 6)
	if _, err := r.Read(buf); err != nil || string(buf) != "ready\n" {
		t.Fatal(string(buf), err)
	}
	if err := p.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status, err := p.Wait(); status != 5 || err != nil {
		t.Errorf("status %d, %v; want 5 from the trap", status, err)
	}
	eventually(t, "sleep, in the same group, is gone too", func() bool {
		left, err := b.Processes()
		return err == nil && len(left) == 0
	})
}

func TestGroupOutlivesItsLeader(t *testing.T) {
	b := start(t, nil)
	p, err := b.Run(b.command("sleep 1000 &"))
	if err != nil {
		t.Fatal(err)
	}
	if status, err := p.Wait(); status != 0 || err != nil {
		t.Fatal(status, err)
	}
	if left, err := b.Processes(); err != nil || len(left) != 1 {
		t.Fatalf("%v run, %v; want the background process alone", left, err)
	}
	if err := p.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the background process is gone", func() bool {
		left, err := b.Processes()
		return err == nil && len(left) == 0
	})
	if err := p.Signal(syscall.SIGKILL); err != nil {
		t.Error("signalling a group that is gone: ", err)
	}
}

func TestIgnoredSignals(t *testing.T) {
	b := start(t, nil)
	out, p := b.output(func(w *os.File) Command {
		c := b.command("kill -HUP $$; kill -PIPE $$; echo alive", nil, w)
		c.Ignored = []syscall.Signal{syscall.SIGHUP, syscall.SIGPIPE}
		return c
	})
	if status, _ := p.Wait(); out != "alive" || status != 0 {
		t.Errorf("%q, %d", out, status)
	}
	if _, status := b.bash("kill -HUP $$; echo alive"); status != 128+1 {
		t.Errorf("the next command ignores signals too: status %d", status)
	}
	b.says("grep -E 'SigIgn|SigBlk' /proc/self/status | tr -d '\\n'", "SigBlk:\t0000000000000000SigIgn:\t0000000000000000")
}

func TestDirectoryThatIsGone(t *testing.T) {
	b := start(t, nil)
	b.says("mkdir sub; cd sub; pwd", b.work+"/sub")
	for _, dir := range []string{b.work + "/gone", "/root/.ssh", "/etc/passwd"} {
		out, p := b.output(func(w *os.File) Command {
			c := b.command("echo *; cat x; rm -rf ./*; touch y && echo made", nil, w)
			c.Dir = dir
			return c
		})
		if _, err := p.Wait(); err != nil {
			t.Fatal(err)
		}
		if out != "*" || !p.DirGone() {
			t.Errorf("in %s: %q, gone %v; want an empty deleted directory", dir, out, p.DirGone())
		}
	}
	b.says("ls", "sub")
}

func TestManyAtOnce(t *testing.T) {
	b := start(t, nil)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			out, p := b.output(func(w *os.File) Command {
				return b.command(fmt.Sprintf("echo out %d; sleep 0.0%d; exit %d", i, i%10, i), nil, w)
			})
			status, err := p.Wait()
			if out != fmt.Sprint("out ", i) || status != i || err != nil {
				t.Errorf("command %d: %q, status %d, %v", i, out, status, err)
			}
		})
	}
	wg.Wait()
}

func TestOrphansAreReaped(t *testing.T) {
	b := start(t, nil)
	// Every one of these is inherited by init, most of them already dead.
	b.says("for i in {1..50}; do (setsid sh -c 'exit 1' & ) ; done; for i in {1..500}; do set -- /proc/[0-9]*; [ $# = 2 ] && break; sleep 0.01; done; echo $#", "2")
	b.says("(setsid sleep 300 >/dev/null 2>&1 &); for i in {1..500}; do p=$(ps -o ppid= -C sleep | tr -d ' \\n'); [ \"$p\" = 1 ] && break; done; echo $p", "1")
	left, err := b.Processes()
	if err != nil || len(left) != 1 {
		t.Errorf("%v run, %v; want sleep alone", left, err)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	b := start(t, nil)
	p, err := b.Run(b.command("trap '' TERM HUP INT; sleep 1000 & setsid sleep 1000 & sleep 1000"))
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "all three sleep", func() bool {
		left, err := b.Processes()
		return err == nil && len(left) == 4
	})
	left, _ := b.Processes()
	left = append(left, b.Init())
	b.Close()
	if status, err := p.Wait(); status != 137 || !errors.Is(err, ErrEnded) {
		t.Errorf("status %d, %v; want 137, ErrEnded", status, err)
	}
	for _, pid := range left {
		if alive(pid) {
			t.Errorf("process %d lives", pid)
		}
	}
	if _, err := b.Run(b.command("true")); !errors.Is(err, ErrEnded) {
		t.Errorf("running in a closed sandbox: %v", err)
	}
	if err := b.Mask("/etc/passwd"); err == nil {
		t.Error("hiding in a closed sandbox succeeds")
	}
	if err := p.Signal(syscall.SIGTERM); err == nil {
		t.Error("signalling in a closed sandbox succeeds")
	}
	if b.Close() != nil {
		t.Error("closing twice fails")
	}
}

// A process that is killed between its exec and the end of its verification
// must be let go by its tracer, or its pid namespace never ends.
func TestCloseWhileProgramsStart(t *testing.T) {
	for i := range 30 {
		b := start(t, nil)
		for range 4 {
			if _, err := b.Run(b.command("while :; do /bin/true; done")); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Duration(i) * time.Millisecond / 2) // the moment, not a wait for anything
		began := time.Now()
		b.Close()
		if took := time.Since(began); took > endLimit {
			t.Fatalf("round %d: closing took %v", i, took)
		}
	}
}

func TestTerminal(t *testing.T) {
	b := start(t, nil)
	c := b.command(`tty; stty size; [ -t 0 ] && [ -t 1 ] && echo both; [ -t 2 ] || echo not two; ps -o tpgid= -p $$ | tr -d ' ' | sed "s/^$$\$/foreground/"; read -r line; echo "got $line"; sleep 1000; echo "status $?"`)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c.Files = []*os.File{nil, nil, w}
	c.TTY, c.TTYFiles, c.Rows, c.Columns = true, []int{0, 1}, 33, 101
	p, err := b.Run(c)
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	master := p.Master()
	defer master.Close()
	var seen strings.Builder
	until := func(text string) {
		t.Helper()
		master.SetReadDeadline(time.Now().Add(10 * time.Second))
		buf := make([]byte, 1024)
		for !strings.Contains(seen.String(), text) {
			n, err := master.Read(buf)
			if err != nil {
				t.Fatalf("%v before %q; the terminal shows %q", err, text, seen.String())
			}
			seen.Write(buf[:n])
		}
	}
	until("foreground\r\n")
	if want := "/dev/pts/0\r\n33 101\r\nboth\r\nnot two\r\nforeground\r\n"; seen.String() != want {
		t.Errorf("the terminal shows %q, want %q", seen.String(), want)
	}
	fmt.Fprint(master, "hello\n")
	until("got hello\r\n")
	fmt.Fprint(master, "\x03") // Ctrl-C
	if status, err := p.Wait(); status != 130 || err != nil {
		t.Errorf("status %d, %v; want 130 after Ctrl-C", status, err)
	}
}
