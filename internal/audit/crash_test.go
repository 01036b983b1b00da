package audit

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestKilledInTheMiddle(t *testing.T) {
	dir := t.TempDir() + "/log"
	for range 12 {
		cmd := again(t, "endless "+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		told := 0
		for lines.Scan() {
			if told, _ = strconv.Atoi(lines.Text()); told == 10 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait()
		if r := mustVerify(t, dir); !r.OK {
			t.Fatalf("after a kill: %v", r.Bad)
		}
		last := -1
		for _, r := range read(t, dir, 1) {
			if n, err := strconv.Atoi(string(r.Data)); err == nil && r.Kind == "exec" {
				last = n
			} else if r.Kind == "exec" {
				last++
			}
		}
		if last < told {
			t.Fatalf("record %d was acknowledged, the last in the log is %d", told, last)
		}
	}
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	fill(t, l, 1)
	if r := mustVerify(t, dir); !r.OK {
		t.Fatalf("%v", r.Bad)
	}
}

func TestTornLineIsMovedAside(t *testing.T) {
	dir, l := newLog(t, 3)
	path := filepath.Join(dir, logName)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	const torn = `{"seq":4,"time":"2026`
	if _, err := f.WriteString(torn); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if r := wantGood(t, dir, 3); len(r.Notes) != 1 {
		t.Errorf("notes %q, want one", r.Notes)
	}
	if n := len(read(t, dir, 1)); n != 3 {
		t.Errorf("read %d records, want 3", n)
	}
	fill(t, l, 1)
	r := wantGood(t, dir, 5)
	if len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "torn") {
		t.Errorf("notes %q", r.Notes)
	}
	aside, err := os.ReadFile(filepath.Join(dir, tornName))
	if err != nil || string(aside) != torn+"\n" {
		t.Errorf("moved aside: %q, %v", aside, err)
	}
}

func TestHeadOneBehindIsRepaired(t *testing.T) {
	dir, l := newLog(t, 3)
	path := filepath.Join(dir, headName)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, l, 1)
	if err := os.WriteFile(path, before, 0o600); err != nil {
		t.Fatal(err)
	}
	if r := wantGood(t, dir, 4); len(r.Notes) != 1 {
		t.Errorf("notes %q, want one", r.Notes)
	}
	fill(t, l, 1)
	if r := wantGood(t, dir, 6); len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "repair") {
		t.Errorf("notes %q", r.Notes)
	}
}

// After a power failure the disk may have the head but not the records, unless
// they were synced.
func TestPowerFailure(t *testing.T) {
	tests := []struct {
		name   string
		synced uint64
		good   bool
	}{
		{"what was not synced is lost", 6, true},
		{"what was synced cannot get lost", 9, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir, _ := newLog(t, 10)
			path := filepath.Join(dir, logName)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			rs := read(t, dir, 10)
			lines := strings.SplitAfter(string(text), "\n")
			if err := os.WriteFile(path, []byte(strings.Join(lines[:7], "")+lines[7][:20]), 0o600); err != nil {
				t.Fatal(err)
			}
			h := head{seq: 10, hash: rs[0].Hash, size: int64(len(text)), synced: test.synced, boot: strings.Repeat("0", 36)}
			if err := os.WriteFile(filepath.Join(dir, headName), h.line(), 0o600); err != nil {
				t.Fatal(err)
			}
			if r := mustVerify(t, dir); r.OK != test.good {
				t.Errorf("OK = %v, bad %v", r.OK, r.Bad)
			}
			l, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			fill(t, l, 1)
			if r := mustVerify(t, dir); r.OK != test.good || len(r.Notes) == 0 {
				t.Errorf("after another record: OK = %v, bad %v, notes %q", r.OK, r.Bad, r.Notes)
			}
		})
	}
}

func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	cmd := again(t, "full "+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatal(err)
		}
		t.Skipf("no user namespace here: %v", err)
	}
}

func roleFull(dir string) int {
	return report(func() error {
		if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=64k,mode=0700"); err != nil {
			return fmt.Errorf("mount: %w", err)
		}
		l, err := Open(dir + "/log")
		if err != nil {
			return err
		}
		return fillUp(l, dir+"/log", unix.ENOSPC, "no space left on device; free some space", func() error {
			return unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, "size=256k,mode=0700")
		})
	})
}

func TestFileSizeLimit(t *testing.T) {
	if err := again(t, "limit "+t.TempDir()).Run(); err != nil {
		t.Fatal(err)
	}
}

func roleLimit(dir string) int {
	return report(func() error {
		l, err := Open(dir + "/log")
		if err != nil {
			return err
		}
		set := func(limit uint64) error {
			return unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: limit, Max: unix.RLIM_INFINITY})
		}
		if err := set(20000); err != nil {
			return err
		}
		return fillUp(l, dir+"/log", unix.EFBIG, "file too large; raise the limit on file sizes", func() error { return set(unix.RLIM_INFINITY) })
	})
}

// fillUp writes until the log is full, checks that it is good and what the
// error says, makes room and goes on.
func fillUp(l *Log, dir string, want error, says string, room func() error) error {
	n := uint64(0)
	e := Entry{Session: "s", Kind: "exec", Data: strings.Repeat("x", 700)}
	for ; n < 1000; n++ {
		err := l.AppendSync(e)
		if err == nil {
			continue
		}
		path := filepath.Join(dir, logName)
		if !errors.Is(err, want) || !strings.HasPrefix(err.Error(), "cannot write the log "+path+": "+says) || strings.Contains(err.Error(), "\n") {
			return fmt.Errorf("the error is %q", err)
		}
		break
	}
	if n == 1000 {
		return errors.New("it never became full")
	}
	for range 3 { // full, it stays good
		if err := l.Append(e); !errors.Is(err, want) {
			return fmt.Errorf("full, and Append says %v", err)
		}
	}
	r, err := Verify(dir)
	if err != nil || !r.OK || r.Last != n || len(r.Notes) > 0 {
		return fmt.Errorf("after %d records: %+v, bad %v, %v", n, r, r.Bad, err)
	}
	if err := room(); err != nil {
		return err
	}
	if err := l.AppendSync(e); err != nil {
		return err
	}
	if r, err = Verify(dir); err != nil || !r.OK || r.Last != n+1 {
		return fmt.Errorf("with room again: %+v, bad %v, %v", r, r.Bad, err)
	}
	return nil
}

func report(f func() error) int {
	if err := f(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func TestErrorsOfOpenSayWhatToDo(t *testing.T) {
	if os.Geteuid() != 0 {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir + "/log"); err == nil || !strings.Contains(err.Error(), "permission denied; make it yours") {
			t.Errorf("err = %v", err)
		}
	}
	dir := t.TempDir()
	if err := os.Symlink("/etc/hostname", filepath.Join(dir, logName)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "it must not be a symbolic link") {
		t.Errorf("a link: err = %v", err)
	}
	dir = t.TempDir()
	if err := unix.Mkfifo(filepath.Join(dir, logName), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a pipe: err = %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file + "/log"); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("below a file: err = %v", err)
	}
}
