package notify

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// Every first line means to the server what it means to the kernel: were it not
// so, the comparison after the exec would kill the process.
func TestHeadersAgreeWithKernel(t *testing.T) {
	dir := t.TempDir()
	show := compile(t, `
#include <stdio.h>
int main(int c, char **v) { for (int i = 1; i < c; i++) printf("[%s]", v[i]); puts(""); }`)
	if err := os.Symlink(show, dir+"/i"); err != nil {
		t.Fatal(err)
	}
	i := dir + "/i"
	pad := func(n int) string { return strings.Repeat("x", n-len(i)-3) } // n: bytes of the line so far
	headers := []string{
		"#!" + i,
		"#!" + i + "\n",
		"#! \t" + i + "\t \n",
		"#!" + i + " a\n",
		"#!" + i + "  a  b \t\n",
		"#!" + i + "\ta\x00b c\n",
		"#!" + i + "\x00a b\n",
		"#!" + i + " ",
		"#!" + i + " \x00",
		"#!" + i + " a",
		"#!" + i + " a ",
		"#!" + i + "\r\n",
		"#!" + i + " a\r\n",
		"#!\n",
		"#!  \n" + i,
		"#!",
		"#!\x00" + i + "\n",
		"#!" + i + " " + pad(255) + "\n",
		"#!" + i + " " + pad(256) + "\n",
		"#!" + i + " " + pad(257) + "\n",
		"#!" + i + " " + pad(400) + "\n",
		"#!" + strings.Repeat(" ", 260) + i + "\n",
		"#!/" + strings.Repeat("/", 300) + i + "\n",
		"#!" + strings.Repeat("/", 254-len(i)) + i + "\n",
		"#!" + strings.Repeat("/", 253-len(i)) + i + "\n",
		"#!" + strings.Repeat("/", 252-len(i)) + i + "\n",
		"# !" + i + "\n",
		"\x7fELF",
		"\x7fELF" + strings.Repeat("\x00", 100),
		"",
	}
	var names []string
	for n, h := range headers {
		name := dir + "/s" + itoa(n)
		write(t, name, h, 0o755)
		names = append(names, name)
	}
	runner := compile(t, runnerSource)
	b, status := run(t, &judge{}, "exec "+runner+" "+strings.Join(names, " "))
	if status != 0 || len(b.killed()) > 0 {
		t.Errorf("status %d, killed %q", status, b.killed())
	}
	outside, err := exec.Command(runner, names...).Output()
	if err != nil {
		t.Fatal(err)
	}
	got, want := lines(b.stdout.String()), lines(string(outside))
	for n := range max(len(got), len(want)) {
		if n >= len(got) || n >= len(want) || got[n] != want[n] {
			t.Fatalf("line %d (of %d and %d) differs\ngot  %q\nwant %q", n, len(got), len(want), got[min(n, len(got)-1)], want[min(n, len(want)-1)])
		}
	}
}

// runnerSource runs each of its arguments and prints its output and errno.
const runnerSource = `
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
int main(int c, char **v) {
	for (int i = 1; i < c; i++) {
		pid_t p = fork();
		if (!p) {
			execl(v[i], "zero", "one", "two", NULL);
			printf("errno %s\n", strerrorname_np(errno));
			return 0;
		}
		int s;
		waitpid(p, &s, 0);
		printf("%d status %d\n", i, s);
		fflush(stdout);
	}
}`

func FuzzParseHeader(f *testing.F) {
	for _, s := range []string{"#!/bin/sh -e\n", "#! /usr/bin/env  python3 \n", "\x7fELF\x02", "#!", "#!/bin/sh \x00", "#!" + strings.Repeat("/", 300)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h := parseHeader(b[:min(len(b), headerSize)])
		switch {
		case h.format != formatScript && (h.interpreter != "" || h.arguments != nil):
			t.Errorf("%v has an interpreter", h)
		case h.format == formatScript && (h.interpreter == "" || strings.ContainsAny(h.interpreter, " \t\x00\n") || len(h.arguments) > 1):
			t.Errorf("%q is no interpreter, arguments %q", h.interpreter, h.arguments)
		}
	})
}

func FuzzImage(f *testing.F) {
	f.Add(make([]byte, 64), uint64(0x7ffc0000))
	good := make([]byte, 48)
	good[0], good[8], good[9] = 1, 40, 0x10
	f.Add(good, uint64(0x1000))
	f.Fuzz(func(t *testing.T, b []byte, sp uint64) {
		var m image
		if m.parse(b, sp) == nil && len(m.argv) > len(b)/8 {
			t.Errorf("%d arguments in %d bytes", len(m.argv), len(b))
		}
	})
}

// A file that is no program when it is judged and one when it runs is judged
// again as what it became: so are the interpreters of binfmt_misc.
func TestUnknownFormatIsJudgedByItsImage(t *testing.T) {
	for _, answer := range []syscall.Errno{0, syscall.EACCES} {
		dir := t.TempDir()
		write(t, dir+"/later", "neither\n", 0o755)
		copyFile(t, "/bin/echo", dir+"/echo", 0o755)
		var judged atomic.Int32
		j := &judge{exec: func(_ context.Context, e *Exec) Answer {
			switch e.Path {
			case dir + "/later":
				if judged.Add(1) == 1 {
					if e.ImageIno != 0 {
						t.Errorf("the image of a text file is known: %d", e.ImageIno)
					}
					if err := os.Rename(dir+"/echo", dir+"/later"); err != nil {
						t.Error(err)
					}
					return Answer{}
				}
				if !slices.Equal(e.Argv, []string{dir + "/later", "x"}) || e.ImageIno == 0 {
					t.Errorf("argv %q, image %d", e.Argv, e.ImageIno)
				}
				return Answer{Errno: answer, Message: "twokey: no"}
			}
			return Answer{}
		}}
		b, status := run(t, j, dir+"/later x")
		if answer == 0 && (status != 0 || b.stdout.String() != "x\n") || answer != 0 && (status != 137 || b.stdout.Len() > 0 || !strings.Contains(b.stderr.String(), "twokey: no")) {
			t.Errorf("answer %d: status %d, stdout %q, stderr %q", answer, status, b.stdout.String(), b.stderr.String())
		}
	}
}

// A program that may be run but not read cannot be verified by a supervisor
// that has no more rights.
func TestProgramThatCannotBeRead(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root reads everything")
	}
	dir := t.TempDir()
	copyFile(t, "/bin/echo", dir+"/secret", 0o111)
	j := &judge{}
	b, status := run(t, j, dir+"/secret x")
	asked := j.named("secret")
	if status != 0 || b.stdout.String() != "x\n" || len(asked) != 1 || asked[0].Unreadable == "" {
		t.Errorf("status %d, stdout %q, stderr %q, asked %+v", status, b.stdout.String(), b.stderr.String(), asked)
	}
}

// Exec.Open gives the very file, also when the name has gone on to another.
func TestOpenGivesTheJudgedFile(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/script", "#!/bin/sh\necho first\n", 0o755)
	var text string
	j := &judge{exec: func(_ context.Context, e *Exec) Answer {
		if e.Script != "" {
			if err := os.Rename(dir+"/script", dir+"/old"); err != nil {
				t.Error(err)
			}
			f, err := e.Open()
			if err != nil {
				t.Error(err)
				return Answer{}
			}
			defer f.Close()
			b := make([]byte, 100)
			n, _ := f.Read(b)
			text = string(b[:n])
		}
		return Answer{}
	}}
	run(t, j, dir+"/script")
	if text != "#!/bin/sh\necho first\n" {
		t.Errorf("read %q", text)
	}
}

func TestManyAtOnce(t *testing.T) {
	j := &judge{}
	b, status := run(t, j, "seq 600 | xargs -P 8 -n 1 /bin/echo | sort -n | tail -n 1")
	if status != 0 || b.stdout.String() != "600\n" || len(b.killed()) > 0 || len(j.named("echo")) != 600 {
		t.Errorf("status %d, stdout %q, stderr %.300q, killed %q, asked %d times", status, b.stdout.String(), b.stderr.String(), b.killed(), len(j.named("echo")))
	}
}

// A handler that blocks without asking for the end of its context stops one
// exec and no other.
func TestHandlerThatIgnoresItsContext(t *testing.T) {
	release := make(chan struct{})
	j := &judge{}
	j.exec = func(_ context.Context, e *Exec) Answer {
		if slices.Contains(e.Argv, "held") && strings.HasSuffix(e.Path, "/echo") {
			<-release
		}
		return Answer{}
	}
	b := start(t, j, []string{"/bin/bash", "-c", "/bin/echo held & /bin/echo one; /bin/echo two; wait"})
	eventually(t, "others run", func() bool { return len(j.named("echo")) == 3 })
	close(release)
	if status := b.wait(); status != 0 {
		t.Errorf("status %d, stderr %q", status, b.stderr.String())
	}
}

// The tag and the descriptors of a server are gone when the sandbox is.
func TestServerLeavesNothing(t *testing.T) {
	count := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	before := count()
	for range 5 {
		b, _ := run(t, &judge{}, "/bin/true; /bin/true")
		<-b.served
	}
	eventually(t, "descriptors are closed", func() bool { return count() <= before })
}

func TestStatus(t *testing.T) {
	s := status("Name:\tx\nTgid:\t5\nThreads:\t2\nSigPnd:\t0000000000004000\nShdPnd:\t0000000000000002\nSigBlk:\t0000000000000002\nSigIgn:\t0000000000000000\n")
	if signals, own := s.deliverable(); signals != 1<<(unix.SIGTERM-1) || !own {
		t.Errorf("deliverable %#x, %v", signals, own)
	}
	if s.number("Tgid") != 5 || s.field("Missing") != "" {
		t.Errorf("Tgid %d", s.number("Tgid"))
	}
}
