package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"twokey/internal/sys"
	"twokey/sandbox/filter"
)

// The test binary runs again as the first process under the filter.
const initMode = "TWOKEY_NOTIFY_TEST_INIT"

func TestMain(m *testing.M) {
	if os.Getenv(initMode) != "" {
		os.Exit(runInit())
	}
	os.Exit(m.Run())
}

// runInit installs the filter, hands the listener over on descriptor 3, waits
// until it is served, runs its arguments and exits with their status.
func runInit() int {
	os.Unsetenv(initMode)
	fail := func(err error) int {
		fmt.Fprintln(os.Stderr, "init:", err)
		return 125
	}
	program, err := filter.Program()
	if err != nil {
		return fail(err)
	}
	// On every thread, for TSYNC; what follows needs no privilege.
	if _, _, e := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); e != 0 && e != syscall.ENOTSUP {
		return fail(e)
	} else if e == syscall.ENOTSUP { // not available with cgo: this thread alone, TSYNC sets it on the others
		runtime.LockOSThread()
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return fail(err)
		}
	}
	fd, killable, err := sys.InstallFilter(program)
	if err != nil {
		return fail(err)
	}
	if !killable {
		return fail(errors.New("kernel has no SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"))
	}
	if err := unix.Sendmsg(3, []byte{0}, unix.UnixRights(fd), nil, 0); err != nil {
		return fail(err)
	}
	unix.Close(fd)
	if _, err := unix.Read(3, make([]byte, 1)); err != nil {
		return fail(err)
	}
	unix.Close(3)
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		status := exit.Sys().(syscall.WaitStatus)
		if status.Signaled() {
			return 128 + int(status.Signal())
		}
		return status.ExitStatus()
	}
	if err != nil {
		return fail(err)
	}
	return 0
}

const testTag = 4711

// judge is a Handler made of functions.
type judge struct {
	exec    func(ctx context.Context, e *Exec) Answer
	connect func(c *Connection)

	mu    sync.Mutex
	execs []Exec
}

func (j *judge) Exec(ctx context.Context, e *Exec) Answer {
	j.mu.Lock()
	j.execs = append(j.execs, *e)
	j.mu.Unlock()
	if j.exec == nil {
		return Answer{}
	}
	return j.exec(ctx, e)
}

func (j *judge) Connect(c *Connection) {
	if j.connect != nil {
		j.connect(c)
	}
}

func (j *judge) Started(int) uint64 { return testTag }

func (j *judge) seen() []Exec {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]Exec(nil), j.execs...)
}

// named returns what was asked about programs of one name.
func (j *judge) named(name string) []Exec {
	var out []Exec
	for _, e := range j.seen() {
		if filepath.Base(e.Path) == name {
			out = append(out, e)
		}
	}
	return out
}

// deny refuses execs whose arguments contain a word.
func deny(word string) func(context.Context, *Exec) Answer {
	return func(_ context.Context, e *Exec) Answer {
		for _, a := range e.Argv {
			if a == word {
				return Answer{Errno: syscall.EACCES, Message: "twokey: " + word + " is denied"}
			}
		}
		return Answer{}
	}
}

// box is one sandboxed command with its server.
type box struct {
	t          testing.TB
	cmd        *exec.Cmd
	server     *Server
	stdout     bytes.Buffer
	stderr     bytes.Buffer
	mismatches []Mismatch
	mu         sync.Mutex
	done       chan struct{}
	served     chan error
}

type execCmd = exec.Cmd

type option func(*Config, *execCmd)

// start runs a command under the filter with a handler. A nil handler leaves
// the listener closed.
func start(t testing.TB, h Handler, argv []string, options ...option) *box {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "ours"), os.NewFile(uintptr(pair[1]), "theirs")
	defer ours.Close()
	b := &box{t: t, done: make(chan struct{}), served: make(chan error, 1)}
	b.cmd = exec.Command(self, argv...)
	b.cmd.Env = append(os.Environ(), initMode+"=1")
	b.cmd.Stdout, b.cmd.Stderr = &b.stdout, &b.stderr
	b.cmd.ExtraFiles = []*os.File{theirs}
	b.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if uid := os.Getuid(); uid != 0 {
		// An ordinary user may trace what lives in a user namespace of its own.
		b.cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		b.cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		b.cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	}
	c := Config{Handler: h, Log: func(line string) { t.Log(line) }}
	c.OnMismatch = func(_ *Exec, why Mismatch) string {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.mismatches = append(b.mismatches, why)
		return "twokey: " + string(why)
	}
	for _, o := range options {
		o(&c, b.cmd)
	}
	err = b.cmd.Start()
	theirs.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = unix.Kill(-b.cmd.Process.Pid, unix.SIGKILL)
	})
	c.Init = b.cmd.Process.Pid
	oob := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(int(ours.Fd()), make([]byte, 1), oob, unix.MSG_CMSG_CLOEXEC)
	if err != nil || n == 0 {
		_ = b.cmd.Wait()
		t.Fatalf("no listener: %v: %s", err, &b.stderr)
	}
	messages, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil {
		t.Fatal(err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		t.Fatal(err)
	}
	c.Listener = os.NewFile(uintptr(fds[0]), "listener")
	if b.server, err = New(c); err == nil {
		go func() { b.served <- b.server.Run(context.Background()) }()
	} else if h != nil { // without a handler New refuses and closes the listener
		t.Fatal(err)
	}
	if _, err := ours.Write([]byte{0}); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = b.cmd.Wait()
		close(b.done)
	}()
	return b
}

// wait returns the command's exit status.
func (b *box) wait() int {
	b.t.Helper()
	select {
	case <-b.done:
	case <-time.After(60 * time.Second):
		b.t.Fatalf("command hangs; stdout %q, stderr %q", b.stdout.String(), b.stderr.String())
	}
	status := b.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

// killed returns why processes were killed.
func (b *box) killed() []Mismatch {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Mismatch(nil), b.mismatches...)
}

// run runs a shell command line.
func run(t testing.TB, h Handler, line string, options ...option) (*box, int) {
	t.Helper()
	b := start(t, h, []string{"/bin/bash", "--norc", "-c", line}, options...)
	return b, b.wait()
}

// eventually waits for a condition that another process brings about.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within 20 s", what)
		}
		runtime.Gosched()
		time.Sleep(time.Millisecond)
	}
}

// compile builds a C program for the test.
func compile(t testing.TB, source string, flags ...string) string {
	t.Helper()
	dir := t.TempDir()
	name := filepath.Join(dir, "program")
	if err := os.WriteFile(name+".c", []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("gcc", append([]string{"-O1", "-w", "-pthread", "-o", name, name + ".c"}, flags...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	return name
}

func copyFile(t testing.TB, from, to string, mode os.FileMode) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
}

func lines(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") }

// exitStatus runs a program outside the sandbox.
func exitStatus(name string, args ...string) int {
	cmd := exec.Command(name, args...)
	if err := cmd.Run(); cmd.ProcessState == nil {
		_ = err
		return 127
	}
	return cmd.ProcessState.ExitCode()
}
