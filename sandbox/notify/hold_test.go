package notify

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// hold blocks execs that carry a word until release is closed or the call is
// withdrawn.
type hold struct {
	judge
	word      string
	answer    Answer
	release   chan struct{}
	waiting   atomic.Int32
	withdrawn atomic.Int32
}

func newHold(word string) *hold {
	h := &hold{word: word, release: make(chan struct{})}
	h.exec = func(ctx context.Context, e *Exec) Answer {
		if filepath.Base(e.Path) != "echo" || !slices.Contains(e.Argv, h.word) {
			return Answer{}
		}
		h.waiting.Add(1)
		defer h.waiting.Add(-1)
		select {
		case <-h.release:
			return h.answer
		case <-ctx.Done():
			h.withdrawn.Add(1)
			return Answer{Errno: syscall.EACCES}
		}
	}
	return h
}

func TestHeldThenAllowed(t *testing.T) {
	h := newHold("held")
	b := start(t, h, []string{"/bin/bash", "-c", "/bin/echo held; /bin/echo after"})
	eventually(t, "held", func() bool { return h.waiting.Load() == 1 })
	close(h.release)
	if status := b.wait(); status != 0 || b.stdout.String() != "held\nafter\n" {
		t.Errorf("status %d, stdout %q, stderr %q", status, b.stdout.String(), b.stderr.String())
	}
}

func TestHeldThenDenied(t *testing.T) {
	h := newHold("held")
	h.answer = Answer{Errno: syscall.EACCES, Message: "twokey: no"}
	b := start(t, h, []string{"/bin/bash", "-c", "/bin/echo held; echo $?"})
	eventually(t, "held", func() bool { return h.waiting.Load() == 1 })
	close(h.release)
	if b.wait(); b.stdout.String() != "126\n" || !strings.HasPrefix(b.stderr.String(), "twokey: no\n") {
		t.Errorf("stdout %q, stderr %q", b.stdout.String(), b.stderr.String())
	}
}

func TestSignalWithdrawsHeldExec(t *testing.T) {
	tests := []struct {
		name, line string
		want       string
	}{
		{"timeout kills", "/usr/bin/timeout 0.3 /bin/echo held; echo $?", "124\n"},
		{"default action ends it", "/bin/echo held & sleep 0.2; kill -TERM $!; wait $!; echo $?", "143\n"},
		{"several threads", "exec 3>&1; $THREADS; echo $?", "142\n"},
	}
	threads := compile(t, `
#include <pthread.h>
#include <unistd.h>
static void *wait(void *a) { for (;;) pause(); }
static void *run(void *a) { execl("/bin/echo", "echo", "held", NULL); return NULL; }
int main() { pthread_t t; pthread_create(&t, 0, wait, 0); pthread_create(&t, 0, run, 0); alarm(1); for (;;) pause(); }`)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHold("held")
			b, _ := run(t, h, "THREADS="+threads+"; "+tt.line)
			if got := b.stdout.String(); got != tt.want {
				t.Errorf("stdout %q, want %q; stderr %q", got, tt.want, b.stderr.String())
			}
			eventually(t, "withdrawn", func() bool { return h.withdrawn.Load() == 1 })
		})
	}
}

// A program that catches the signal sees its handler run and then its exec made
// anew, as if the signal had come a moment earlier.
func TestCaughtSignalRunsHandlerAndAsksAgain(t *testing.T) {
	program := compile(t, `
#include <signal.h>
#include <unistd.h>
#include <stdio.h>
#include <errno.h>
static void caught(int s) { write(1, "caught\n", 7); }
int main() {
	signal(SIGALRM, caught);
	alarm(1);
	execl("/bin/echo", "echo", "held", NULL);
	printf("errno %d\n", errno);
}`)
	h := newHold("held")
	b := start(t, h, []string{program})
	eventually(t, "withdrawn", func() bool { return h.withdrawn.Load() == 1 })
	eventually(t, "held again", func() bool { return h.waiting.Load() == 1 })
	close(h.release)
	if status := b.wait(); status != 0 || b.stdout.String() != "caught\nheld\n" {
		t.Errorf("status %d, stdout %q, stderr %q", status, b.stdout.String(), b.stderr.String())
	}
}

// A stop and a continue leave the request to be made again.
func TestStopWithdrawsAndContinueAsksAgain(t *testing.T) {
	h := newHold("held")
	b := start(t, h, []string{"/bin/bash", "-c", "exec /bin/echo held"})
	eventually(t, "held", func() bool { return h.waiting.Load() == 1 })
	pid := h.named("echo")[0].PID
	if err := unix.Kill(pid, unix.SIGTSTP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "stopped", func() bool {
		st, err := readStatus(pid)
		return err == nil && strings.HasPrefix(st.field("State"), "T")
	})
	if err := unix.Kill(pid, unix.SIGCONT); err != nil {
		t.Fatal(err)
	}
	eventually(t, "held again", func() bool { return len(h.named("echo")) == 2 && h.waiting.Load() == 1 })
	close(h.release)
	if status := b.wait(); status != 0 || b.stdout.String() != "held\n" {
		t.Errorf("status %d, stdout %q, stderr %q", status, b.stdout.String(), b.stderr.String())
	}
}

func TestIgnoredAndBlockedSignalsDoNotWithdraw(t *testing.T) {
	h := newHold("held")
	b := start(t, h, []string{"/bin/bash", "-c", "trap '' TERM; exec /bin/echo held"})
	eventually(t, "held", func() bool { return h.waiting.Load() == 1 })
	pid := h.named("echo")[0].PID
	if err := unix.Kill(pid, unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	st, err := readStatus(pid)
	if err != nil {
		t.Fatal(err)
	}
	if signals, _ := st.deliverable(); signals != 0 {
		t.Errorf("deliverable %#x", signals)
	}
	close(h.release)
	if status := b.wait(); status != 0 || h.withdrawn.Load() != 0 {
		t.Errorf("status %d, withdrawn %d", status, h.withdrawn.Load())
	}
}

func TestHeldProcessDies(t *testing.T) {
	h := newHold("held")
	b := start(t, h, []string{"/bin/bash", "-c", "/bin/echo held; echo $?"})
	eventually(t, "held", func() bool { return h.waiting.Load() == 1 })
	if err := unix.Kill(h.named("echo")[0].PID, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if b.wait(); b.stdout.String() != "137\n" {
		t.Errorf("stdout %q, stderr %q", b.stdout.String(), b.stderr.String())
	}
	eventually(t, "withdrawn", func() bool { return h.withdrawn.Load() == 1 })
}

func TestHundredsHeldAtOnce(t *testing.T) {
	const count = 200
	h := newHold("held")
	b := start(t, h, []string{"/bin/bash", "-c",
		"for i in {1..200}; do /bin/echo held & done; /bin/echo free >&2; wait"})
	eventually(t, "all held", func() bool { return h.waiting.Load() == count })
	eventually(t, "another runs meanwhile", func() bool { return len(h.named("echo")) == count+1 })
	close(h.release)
	if status := b.wait(); status != 0 || strings.Count(b.stdout.String(), "held\n") != count {
		t.Errorf("status %d, %d ran", status, strings.Count(b.stdout.String(), "held\n"))
	}
}

func TestServerClosesWhileHeld(t *testing.T) {
	h := newHold("held")
	b := start(t, h, []string{"/bin/bash", "-c", "/bin/echo held; /bin/echo more; echo end"})
	eventually(t, "held", func() bool { return h.waiting.Load() == 1 })
	b.server.cancel()
	if b.wait(); b.stdout.String() != "end\n" {
		t.Errorf("stdout %q, stderr %q", b.stdout.String(), b.stderr.String())
	}
}

func TestListenerGone(t *testing.T) {
	b := start(t, nil, []string{"/bin/bash", "-c", "/bin/echo ran; echo end"})
	if b.wait(); b.stdout.Len() != 0 || !strings.Contains(b.stderr.String(), "function not implemented") {
		t.Errorf("stdout %q, stderr %q", b.stdout.String(), b.stderr.String())
	}
}
