package notify

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAllowedRuns(t *testing.T) {
	j := &judge{}
	b, status := run(t, j, "/bin/echo one two; exit 7")
	if status != 7 || b.stdout.String() != "one two\n" || b.stderr.Len() != 0 {
		t.Fatalf("status %d, stdout %q, stderr %q", status, b.stdout.String(), b.stderr.String())
	}
	execs := j.named("echo")
	if len(execs) != 1 {
		t.Fatalf("asked %d times about echo", len(execs))
	}
	e := execs[0]
	var st unix.Stat_t
	if err := unix.Stat("/bin/echo", &st); err != nil {
		t.Fatal(err)
	}
	cwd, _ := os.Getwd()
	switch {
	case !slices.Equal(e.Argv, []string{"/bin/echo", "one", "two"}):
		t.Errorf("argv %q", e.Argv)
	case e.Dev != st.Dev || e.Ino != st.Ino || e.ImageIno != st.Ino:
		t.Errorf("file %d:%d, image %d, want %d:%d", e.Dev, e.Ino, e.ImageIno, st.Dev, st.Ino)
	case e.Tag != testTag:
		t.Errorf("tag %d", e.Tag)
	case e.Cwd != cwd:
		t.Errorf("cwd %q, want %q", e.Cwd, cwd)
	case !slices.Contains(e.Env, "PATH="+os.Getenv("PATH")):
		t.Errorf("environment has no PATH: %q", e.Env)
	case e.Unreadable != "" || e.Script != "":
		t.Errorf("unreadable %q, script %q", e.Unreadable, e.Script)
	}
	if err := <-b.served; err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestDeniedFails(t *testing.T) {
	j := &judge{exec: deny("push")}
	b, status := run(t, j, "/usr/bin/git push")
	if status != 126 {
		t.Errorf("status %d, want 126", status)
	}
	if got := b.stderr.String(); !strings.HasPrefix(got, "twokey: push is denied\n") || !strings.Contains(got, "Permission denied") {
		t.Errorf("stderr %q", got)
	}
}

func TestFailingExecs(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "empty"), "", 0o755)
	write(t, filepath.Join(dir, "noexec"), "#!/bin/sh\n", 0o644)
	write(t, filepath.Join(dir, "badinterp"), "#!"+dir+"/missing/sh\n", 0o755)
	write(t, filepath.Join(dir, "plain"), "echo plain $1\n", 0o755)
	program := compile(t, `
#include <unistd.h>
#include <stdio.h>
#include <string.h>
#include <errno.h>
int main(int c, char **v) {
	for (int i = 1; i < c; i++) {
		char *a[] = { v[i], 0 }, *e[] = { 0 };
		execve(v[i], a, e);
		printf("%s\n", strerrorname_np(errno));
	}
	fflush(stdout);
	execl("/bin/echo", "echo", "done", NULL);
}`, "-D_GNU_SOURCE")
	b, status := run(t, &judge{}, strings.Join([]string{"exec", program,
		dir + "/missing", dir + "/empty", dir + "/noexec", dir + "/badinterp", dir, dir + "/plain/x", dir + "/plain"}, " "))
	want := []string{"ENOENT", "ENOEXEC", "EACCES", "ENOENT", "EACCES", "ENOTDIR", "ENOEXEC", "done"}
	if got := lines(b.stdout.String()); status != 0 || !slices.Equal(got, want) {
		t.Errorf("status %d, got %q, want %q; stderr %q", status, got, want, b.stderr.String())
	}
	// A shell runs what the kernel cannot start.
	if b, status := run(t, &judge{}, dir+"/plain x"); status != 0 || b.stdout.String() != "plain x\n" {
		t.Errorf("status %d, stdout %q, stderr %q", status, b.stdout.String(), b.stderr.String())
	}
}

func write(t testing.TB, name, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, mode); err != nil {
		t.Fatal(err)
	}
}

func TestScripts(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/one", "#! /bin/sh -e\necho one \"$@\"\n", 0o755)
	write(t, dir+"/two", "#!"+dir+"/one  two words \n", 0o755)
	write(t, dir+"/three", "#!"+dir+"/two\n", 0o755)
	write(t, dir+"/blank", "#!/bin/sh ", 0o755)
	write(t, dir+"/envbash", "#!/usr/bin/env bash\necho env $0\n", 0o755)
	write(t, dir+"/relative", "#!one\n", 0o755)
	j := &judge{}
	b, status := run(t, j, "cd "+dir+"; ./one a; ./two b; "+dir+"/three c; ./envbash; ./relative; PATH=$PWD:$PATH one d")
	want := []string{
		"one a",
		"one two words ./two b",
		"one two words " + dir + "/two " + dir + "/three c",
		"env ./envbash",
		"one ./relative",
		"one d",
	}
	if got := lines(b.stdout.String()); status != 0 || !slices.Equal(got, want) {
		t.Errorf("status %d\ngot  %q\nwant %q\nstderr %q, mismatches %q", status, got, want, b.stderr.String(), b.killed())
	}
	three := j.named("three")
	if len(three) != 1 {
		t.Fatalf("asked %d times", len(three))
	}
	if got, want := three[0].Interpreter, []string{"/bin/sh", "-e", dir + "/one", "two words", dir + "/two"}; !slices.Equal(got, want) || three[0].Script != dir+"/three" {
		t.Errorf("interpreter %q, want %q; script %q", got, want, three[0].Script)
	}
	// An empty argument, as the kernel makes of a blank at the end of the file.
	b, status = run(t, &judge{}, dir+"/blank")
	if len(b.killed()) != 0 {
		t.Errorf("status %d, stderr %q, mismatches %q", status, b.stderr.String(), b.killed())
	}
}

func TestInterpreterChainTooLong(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/0", "#!/bin/true\n", 0o755)
	names := strings.Split("0123456789", "")
	for i := 1; i < len(names); i++ {
		write(t, dir+"/"+names[i], "#!"+dir+"/"+names[i-1]+"\n", 0o755)
	}
	for i, name := range names {
		bare := exitStatus(dir + "/" + name)
		b, status := run(t, &judge{}, "exec "+dir+"/"+name)
		if (bare == 0) != (status == 0) || len(b.killed()) > 0 {
			t.Errorf("depth %d: bare %d, sandboxed %d, mismatches %q, stderr %q", i, bare, status, b.killed(), b.stderr.String())
		}
	}
}

func TestProcSelf(t *testing.T) {
	j := &judge{}
	for _, line := range []string{
		"/proc/self/exe -c 'echo ok'",
		"/proc/thread-self/exe -c 'echo ok'",
		"/proc/self/root/bin/echo ok",
		"/proc/self/root/../bin/echo ok",
		"/dev/fd/7 ok 7</bin/echo",
		"cd /proc/self/root/bin; ./echo ok",
		"cd /bin; /proc/self/cwd/echo ok",
		"exec /proc/$$/root/bin/echo ok",
	} {
		b, status := run(t, j, line)
		if status != 0 || b.stdout.String() != "ok\n" || len(b.killed()) > 0 {
			t.Errorf("%s: status %d, stdout %q, stderr %q, mismatches %q", line, status, b.stdout.String(), b.stderr.String(), b.killed())
		}
	}
	for _, e := range j.seen() {
		if e.Unreadable != "" || e.Ino == 0 {
			t.Errorf("%s: unreadable %q, inode %d", e.Path, e.Unreadable, e.Ino)
		}
	}
}

func TestSpawnVariants(t *testing.T) {
	program := compile(t, `
#define _GNU_SOURCE
#include <unistd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <spawn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sys/syscall.h>
extern char **environ;
static void done(const char *what, pid_t p) { int s = -1; waitpid(p, &s, 0); printf("%s %d\n", what, s); fflush(stdout); }
static void *thread(void *arg) { execl("/bin/sh", "sh", "-c", arg, NULL); return NULL; }
int main(int c, char **v) {
	pid_t p = vfork();
	if (!p) { execl("/bin/true", "true", NULL); _exit(9); }
	done("vfork", p);
	p = vfork();
	if (!p) { execl("/bin/true", "true", "denied", NULL); _exit(errno); }
	done("vfork denied", p);
	char *a[] = { "true", NULL };
	printf("posix_spawn %d\n", posix_spawn(&p, "/bin/true", NULL, NULL, a, environ)); done("spawned", p);
	char *d[] = { "true", "denied", NULL };
	printf("posix_spawn denied %d\n", posix_spawn(&p, "/bin/true", NULL, NULL, d, environ));
	printf("posix_spawn missing %d\n", posix_spawnp(&p, "no-such-program", NULL, NULL, a, environ));
	int fd = open("/bin/true", O_PATH|O_CLOEXEC);
	if (!(p = fork())) { syscall(SYS_execveat, fd, "", a, environ, AT_EMPTY_PATH); _exit(errno); }
	done("execveat empty", p);
	if (!(p = fork())) { syscall(SYS_execveat, fd, "", d, environ, AT_EMPTY_PATH); _exit(errno); }
	done("execveat denied", p);
	int dir = open("/bin", O_PATH|O_CLOEXEC);
	if (!(p = fork())) { syscall(SYS_execveat, dir, "true", a, environ, 0); _exit(errno); }
	done("execveat directory", p);
	int m = memfd_create("copy", MFD_CLOEXEC), f = open("/bin/true", O_RDONLY);
	char b[65536]; ssize_t n;
	while ((n = read(f, b, sizeof b)) > 0) write(m, b, n);
	if (!(p = fork())) { fexecve(m, a, environ); _exit(errno); }
	done("memfd", p);
	int s = memfd_create("script", 0);
	write(s, "#!/bin/sh\nexit 3\n", 17);
	if (!(p = fork())) { fexecve(s, a, environ); _exit(errno); }
	done("memfd script", p);
	if (!(p = fork())) { errno = 0; syscall(SYS_execveat, fd, "", a, environ, AT_EMPTY_PATH|0x10000); _exit(errno == 0 ? 0 : 50); }
	done("check only", p);
	if (!(p = fork())) { execve("/bin/true", NULL, NULL); _exit(errno); }
	done("no argv", p);
	if (!(p = fork())) { pthread_t t; pthread_create(&t, 0, thread, "exit 4"); for (;;) pause(); }
	done("thread", p);
	if (!(p = fork())) { pthread_t t; for (int i = 0; i < 6; i++) pthread_create(&t, 0, thread, "exit 5"); for (;;) pause(); }
	done("threads", p);
	for (int i = 0; i < 1000; i++) execl("/bin/no-such-program", "x", NULL);
	printf("failed a thousand\n"); fflush(stdout);
	execl("/bin/echo", "echo", "end", NULL);
}`)
	j := &judge{exec: deny("denied")}
	b, status := run(t, j, "exec "+program)
	want := []string{
		"vfork 0", "vfork denied 3328",
		"posix_spawn 0", "spawned 0", "posix_spawn denied 13", "posix_spawn missing 2",
		"execveat empty 0", "execveat denied 3328", "execveat directory 0",
		"memfd 0", "memfd script 768", "check only 0", "no argv 0",
		"thread 1024", "threads 1280", "failed a thousand", "end",
	}
	if got := lines(b.stdout.String()); status != 0 || !slices.Equal(got, want) {
		t.Errorf("status %d\ngot  %q\nwant %q\nstderr %q\nmismatches %q", status, got, want, b.stderr.String(), b.killed())
	}
	for _, e := range j.seen() {
		if e.Unreadable != "" {
			t.Errorf("%s %q: %s", e.Path, e.Argv, e.Unreadable)
		}
	}
}
