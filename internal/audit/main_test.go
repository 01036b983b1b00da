package audit

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// The test program runs itself again as the processes that the tests need.
const roleVar = "AUDIT_TEST_ROLE"

func TestMain(m *testing.M) {
	role, rest, _ := strings.Cut(os.Getenv(roleVar), " ")
	switch role {
	case "":
		os.Exit(m.Run())
	case "append": // DIR COUNT: that many records, each tenth synced
		dir, count, _ := strings.Cut(rest, " ")
		n, _ := strconv.Atoi(count)
		os.Exit(roleAppend(dir, n))
	case "endless": // DIR: until it is killed; says when it began
		os.Exit(roleEndless(rest))
	case "full": // DIR: a file system of 64 KiB there, filled
		os.Exit(roleFull(rest))
	case "limit": // DIR: under a limit on file sizes
		os.Exit(roleLimit(rest))
	}
	fmt.Fprintln(os.Stderr, "unknown role")
	os.Exit(2)
}

func again(t *testing.T, role string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), roleVar+"="+role)
	cmd.Stderr = os.Stderr
	return cmd
}

func roleAppend(dir string, n int) int {
	l, err := Open(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for i := range n {
		write := l.Append
		if i%10 == 0 {
			write = l.AppendSync
		}
		if err := write(Entry{Session: strconv.Itoa(os.Getpid()), Kind: "exec", Command: uint64(i + 1), Data: map[string]int{"n": i}}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return 0
}

func roleEndless(dir string) int {
	l, err := Open(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	// Long records take many pages, so that a kill can tear one.
	data := strings.Repeat("x", 300<<10)
	for i := 0; ; i++ {
		e := Entry{Session: "s", Kind: "exec", Data: i}
		if i%4 == 0 {
			e.Data = data
		}
		if err := l.Append(e); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(i)
	}
}

func newLog(t *testing.T, n int) (dir string, l *Log) {
	t.Helper()
	dir = t.TempDir() + "/log"
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	fill(t, l, n)
	return dir, l
}

func fill(t *testing.T, l *Log, n int) {
	t.Helper()
	for i := range n {
		if err := l.Append(Entry{Session: "s", Kind: "command", Command: uint64(i + 1), Data: map[string]any{"text": fmt.Sprintf("echo %d && true", i)}}); err != nil {
			t.Fatal(err)
		}
	}
}

func mustVerify(t *testing.T, dir string) Report {
	t.Helper()
	r, err := Verify(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wantGood(t *testing.T, dir string, records uint64) Report {
	t.Helper()
	r := mustVerify(t, dir)
	if !r.OK || r.Last != records {
		t.Fatalf("Verify = %+v, bad %v, want %d good records", r, r.Bad, records)
	}
	return r
}

func read(t *testing.T, dir string, from uint64) []Record {
	t.Helper()
	var rs []Record
	if err := Read(dir, from, func(r Record) error { rs = append(rs, r); return nil }); err != nil {
		t.Fatal(err)
	}
	return rs
}

var errStopped = errors.New("stopped")
