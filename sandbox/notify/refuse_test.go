package notify

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// What the filter refuses, tried by real programs.
func TestFilterRefuses(t *testing.T) {
	program := compile(t, `
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sched.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/mount.h>
#include <sys/personality.h>
#define TRY(what, call) do { errno = 0; long r = (call); printf("%s %s\n", what, r < 0 ? strerrorname_np(errno) : "ok"); } while (0)
static void killed(const char *what, void (*f)(void)) {
	fflush(stdout);
	pid_t p = fork();
	if (!p) { f(); _exit(0); }
	int s; waitpid(p, &s, 0);
	printf("%s %s\n", what, WIFSIGNALED(s) ? strsignal(WTERMSIG(s)) : "lived");
}
static void i386(void) { int r; __asm__ volatile("int $0x80" : "=a"(r) : "a"(20)); }
static void x32(void) { syscall(0x40000000 | 39); }
int main() {
	struct rlimit l = { 1, 1 };
	TRY("TIOCSTI", ioctl(0, TIOCSTI, "x"));
	TRY("TIOCLINUX", ioctl(0, 0x541C, "x"));
	TRY("io_uring", syscall(SYS_io_uring_setup, 1, NULL));
	TRY("setrlimit", setrlimit(10, &l));
	TRY("setrlimit by number", syscall(SYS_setrlimit, 10, &l));
	TRY("prlimit", prlimit(getppid(), 10, &l, NULL));
	TRY("read limit", prlimit(0, 10, NULL, &l));
	printf("tag %lu\n", l.rlim_cur);
	TRY("unshare", unshare(CLONE_NEWUSER));
	TRY("clone", syscall(SYS_clone, CLONE_NEWUSER | 17, 0, 0, 0, 0));
	TRY("clone3", syscall(SYS_clone3, NULL, 0));
	TRY("mount", mount("none", "/tmp", "tmpfs", 0, ""));
	TRY("bpf", syscall(SYS_bpf, 0, NULL, 0));
	TRY("keyctl", syscall(SYS_keyctl, 0, 0, 0, 0, 0));
	TRY("raw", socket(AF_INET, SOCK_RAW, 1));
	TRY("packet", socket(AF_PACKET, SOCK_RAW, 0));
	TRY("vsock", socket(40, SOCK_STREAM, 0));
	TRY("alg", socket(38, SOCK_SEQPACKET, 0));
	TRY("mptcp", socket(AF_INET, SOCK_STREAM, 262));
	TRY("tcp", socket(AF_INET, SOCK_STREAM, 0));
	TRY("route", socket(AF_NETLINK, SOCK_RAW, 0));
	TRY("netfilter", socket(AF_NETLINK, SOCK_RAW, 12));
	TRY("newer", syscall(999));
	TRY("gdb's personality", personality(0x0040000));
	killed("i386", i386);
	killed("x32", x32);
}`, "-D_GNU_SOURCE")
	b, status := run(t, &judge{}, "exec "+program)
	want := []string{
		"TIOCSTI EPERM", "TIOCLINUX EPERM", "io_uring ENOSYS",
		"setrlimit EPERM", "setrlimit by number EPERM", "prlimit EPERM", "read limit ok", "tag 4711",
		"unshare EPERM", "clone EPERM", "clone3 ENOSYS", "mount EPERM", "bpf EPERM", "keyctl EPERM",
		"raw EPERM", "packet EPERM", "vsock EPERM", "alg EPERM", "mptcp EPROTONOSUPPORT", "tcp ok", "route ok",
		"netfilter EPERM", "newer ENOSYS", "gdb's personality ok",
		"i386 Bad system call", "x32 Bad system call",
	}
	if got := lines(b.stdout.String()); status != 0 || !slices.Equal(got, want) {
		t.Errorf("status %d\ngot  %q\nwant %q\nstderr %q", status, got, want, b.stderr.String())
	}
}

// A traced process cannot be seized: the handler hears that nothing is certain.
func TestTracedProcess(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed")
	}
	for _, answer := range []Answer{{}, {Errno: syscall.EACCES, Message: "twokey: traced"}} {
		j := &judge{exec: func(_ context.Context, e *Exec) Answer {
			if e.Unreadable != "" {
				return answer
			}
			return Answer{}
		}}
		b, status := run(t, j, "strace -f -o /dev/null /bin/echo traced")
		echo := j.named("echo")
		if len(echo) != 2 || echo[0].Unreadable != "" || echo[1].Unreadable != "the process is being traced" {
			t.Errorf("asked about %+v", echo)
		}
		if answer.Errno == 0 && (status != 0 || b.stdout.String() != "traced\n") {
			t.Errorf("status %d, stdout %q, stderr %q", status, b.stdout.String(), b.stderr.String())
		}
		if answer.Errno != 0 && (status == 0 || b.stdout.Len() != 0 || !strings.Contains(b.stderr.String(), "twokey: traced\n")) {
			t.Errorf("status %d, stdout %q, stderr %q", status, b.stdout.String(), b.stderr.String())
		}
	}
}

func TestDebuggerWorks(t *testing.T) {
	if _, err := exec.LookPath("gdb"); err != nil {
		t.Skip("gdb is not installed")
	}
	b, status := run(t, &judge{}, "gdb -nx -batch -ex 'set startup-with-shell off' -ex 'break main' -ex run -ex 'info registers rip' -ex kill "+compile(t, "int main() { return 0; }", "-g"))
	if status != 0 || !strings.Contains(b.stdout.String(), "Breakpoint 1") || strings.Contains(b.stderr.String(), "randomization") {
		t.Errorf("status %d, stdout %q, stderr %q", status, b.stdout.String(), b.stderr.String())
	}
}

func TestArguments(t *testing.T) {
	t.Run("long", func(t *testing.T) {
		j := &judge{}
		b, status := run(t, j, "a=$(printf '%0100000d' 0); /bin/echo $a $a $a $a $a $a $a $a $a $a | wc -c")
		if status != 0 || b.stdout.String() != "1000010\n" || len(b.killed()) > 0 {
			t.Errorf("status %d, stdout %q, stderr %.300q, mismatches %q", status, b.stdout.String(), b.stderr.String(), b.killed())
		}
	})
	t.Run("many", func(t *testing.T) {
		j := &judge{}
		b, status := run(t, j, "/bin/echo {1..100000} | wc -w")
		if status != 0 || b.stdout.String() != "100000\n" || len(b.killed()) > 0 {
			t.Errorf("status %d, stdout %q, stderr %.300q, mismatches %q", status, b.stdout.String(), b.stderr.String(), b.killed())
		}
	})
	t.Run("too large to be judged", func(t *testing.T) {
		j := &judge{exec: func(_ context.Context, e *Exec) Answer {
			if e.Unreadable != "" {
				return Answer{Errno: syscall.EACCES, Message: "twokey: " + e.Unreadable}
			}
			return Answer{}
		}}
		// The kernel takes up to a quarter of the stack's limit.
		b, _ := run(t, j, "ulimit -s 65536; a=$(printf '%0100000d' 0); l=; for i in {1..30}; do l=\"$l $a\"; done; /bin/echo $l | wc -c")
		if b.stdout.String() != "0\n" || !strings.Contains(b.stderr.String(), "twokey: arguments are larger") {
			t.Errorf("stdout %q, stderr %.300q", b.stdout.String(), b.stderr.String())
		}
	})
}

// The message goes where the process's errors go, at its own offset, and never
// blocks.
func TestMessageReachesStderr(t *testing.T) {
	dir := t.TempDir()
	j := &judge{exec: deny("denied")}
	full := compile(t, `
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main() {
	int p[2]; pipe(p);
	fcntl(p[1], F_SETFL, O_NONBLOCK);
	static char b[4096];
	while (write(p[1], b, sizeof b) > 0);
	fcntl(p[1], F_SETFL, 0);
	dup2(p[1], 2);
	execl("/bin/true", "true", "denied", NULL);
	write(1, "went on\n", 8);
}`)
	b, _ := run(t, j, "cd "+dir+`
{ echo before; /bin/true denied; echo after; } >file 2>&1
/bin/true denied 2>&-
exec 5>&1; { /bin/true denied; } 2>&1 | grep -c twokey
`+full)
	if got := b.stdout.String(); got != "1\nwent on\n" {
		t.Errorf("stdout %q, stderr %q", got, b.stderr.String())
	}
	text, err := os.ReadFile(filepath.Join(dir, "file"))
	if err != nil {
		t.Fatal(err)
	}
	got := lines(string(text))
	if len(got) != 4 || got[0] != "before" || got[1] != "twokey: denied is denied" || got[3] != "after" {
		t.Errorf("file %q", got)
	}
}

// The same tests as an ordinary user, where the sandbox is a user namespace
// that the supervisor owns.
func TestAsOrdinaryUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("runs as one already")
	}
	const uid = 1000
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "notify")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	copyFile(t, self, dir+"/notify.test", 0o755)
	cmd := exec.Command(dir+"/notify.test", "-test.short")
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "TMPDIR=" + dir, "PATH=/usr/local/bin:/usr/bin:/bin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
