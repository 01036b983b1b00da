package notify

import (
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A child that shares memory with its parent, but not its thread group, execs
// while the parent rewrites the words between a harmless and a denied value.
const flipper = `
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
static volatile char word[64], program[256], variable[64];
static char *args[] = { "victim", (char *)word, NULL };
static char *environment[] = { (char *)variable, NULL };
static char stack[65536];
static int child(void *unused) { execve((char *)program, args, environment); _exit(0); }
int main(int c, char **v) {
	int tries = atoi(v[1]);
	char *what = v[2], *good = v[3], *bad = v[4];
	for (int i = 0; i < tries; i++) {
		strcpy((char *)program, good);
		strcpy((char *)word, "good");
		strcpy((char *)variable, "LD_X=good");
		pid_t p = clone(child, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);
		for (unsigned n = 0; ; n++) {
			int flip = n & 1;
			if (*what == 'a') strcpy((char *)word, flip ? "evil" : "good");
			if (*what == 'p') strcpy((char *)program, flip ? bad : good);
			if (*what == 'e') strcpy((char *)variable, flip ? "LD_X=evil" : "LD_X=good");
			int status;
			if (waitpid(p, &status, WNOHANG) == p) break;
		}
	}
	return 0;
}`

// victim says what it really got.
const victim = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int c, char **v) {
	char *x = getenv("LD_X");
	if (strstr(v[1], "evil") || (x && strstr(x, "evil")) NAME) write(1, "evil ran\n", 9);
	else write(1, "good ran\n", 9);
}`

func TestRaceGainsNothing(t *testing.T) {
	flip := compile(t, flipper)
	good := compile(t, strings.ReplaceAll(victim, "NAME", ""), "-static")
	bad := compile(t, strings.ReplaceAll(victim, "NAME", "|| 1"), "-static")
	for what, tries := range map[string]string{"argv": "2000", "program": "500", "environment": "500"} {
		t.Run(what, func(t *testing.T) {
			if testing.Short() {
				tries = "200"
			}
			j := &judge{exec: func(_ context.Context, e *Exec) Answer {
				evil := e.Path == bad
				for _, s := range append(e.Argv, e.Env...) {
					evil = evil || filepath.Base(e.Path) == "program" && (s == "evil" || s == "LD_X=evil")
				}
				if evil {
					return Answer{Errno: syscall.EACCES}
				}
				return Answer{}
			}}
			b, status := run(t, j, strings.Join([]string{"exec", flip, tries, what, good, bad}, " "),
				func(c *Config, _ *execCmd) {
					c.Judged = func(name string) bool { return strings.HasPrefix(name, "LD_") }
				})
			ran := strings.Count(b.stdout.String(), "good ran")
			evil := strings.Count(b.stdout.String(), "evil ran")
			t.Logf("%d ran as judged, %d asked, %d killed", ran, len(j.seen()), len(b.killed()))
			if status != 0 || evil != 0 {
				t.Errorf("status %d, %d denied execs ran; stderr %.200q", status, evil, b.stderr.String())
			}
			if ran == 0 || len(b.killed()) == 0 {
				t.Errorf("%d ran and %d were caught: the race was not run", ran, len(b.killed()))
			}
		})
	}
}
