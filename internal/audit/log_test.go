package audit

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	dir, l := newLog(t, 0)
	at := time.Date(2026, 5, 4, 3, 2, 1, 987654321, time.FixedZone("x", 7200))
	if err := l.Append(Entry{Session: "a\"b\n", Kind: "command", Command: 7, Time: at, Data: map[string]string{"text": "a && b > c\n"}}); err != nil {
		t.Fatal(err)
	}
	if err := l.AppendSync(Entry{Session: "s", Kind: "end"}); err != nil {
		t.Fatal(err)
	}
	rs := read(t, dir, 1)
	if len(rs) != 2 {
		t.Fatalf("%d records, want 2", len(rs))
	}
	a, b := rs[0], rs[1]
	if a.Seq != 1 || a.Session != "a\"b\n" || a.Kind != "command" || a.Command != 7 || !a.Time.Equal(at) || string(a.Data) != `{"text":"a && b > c\n"}` || a.Prev != noHash {
		t.Errorf("first record = %+v", a)
	}
	if b.Seq != 2 || b.Prev != a.Hash || b.Command != 0 || b.Data != nil {
		t.Errorf("second record = %+v", b)
	}
	if rs := read(t, dir, 2); len(rs) != 1 || rs[0].Seq != 2 {
		t.Errorf("from 2: %+v", rs)
	}
	wantGood(t, dir, 2)
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	dir := t.TempDir() + "/a/log"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	fill(t, l, 1)
	for path, want := range map[string]os.FileMode{dir: 0o700, dir + "/" + logName: 0o600, dir + "/" + headName: 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", path, info.Mode().Perm(), want)
		}
	}
}

func TestRedactorSeesAllData(t *testing.T) {
	dir, l := newLog(t, 0)
	l.Redact = func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("hunter2"), []byte("[redacted]")) }
	if err := l.Append(Entry{Kind: "command", Data: []string{"x", "my hunter2"}}); err != nil {
		t.Fatal(err)
	}
	if got := string(read(t, dir, 1)[0].Data); got != `["x","my [redacted]"]` {
		t.Errorf("data = %s", got)
	}
	l.Redact = func([]byte) []byte { return []byte(`{"a`) }
	if err := l.Append(Entry{Kind: "command", Data: 1}); err == nil {
		t.Error("a redactor that breaks the JSON was believed")
	}
	wantGood(t, dir, 1)
}

func TestHugeDataIsReplacedByItsDigest(t *testing.T) {
	dir, l := newLog(t, 0)
	if err := l.Append(Entry{Kind: "command", Data: strings.Repeat("x", MaxData)}); err != nil {
		t.Fatal(err)
	}
	if err := l.Append(Entry{Kind: "command", Data: strings.Repeat("y", MaxData-2)}); err != nil {
		t.Fatal(err)
	}
	rs := read(t, dir, 1)
	if !strings.HasPrefix(string(rs[0].Data), fmt.Sprintf(`{"cut":true,"bytes":%d,"sha256":"`, MaxData+2)) {
		t.Errorf("data = %.80s", rs[0].Data)
	}
	if len(rs[1].Data) != MaxData {
		t.Errorf("%d bytes of data, want all %d", len(rs[1].Data), MaxData)
	}
	wantGood(t, dir, 2)
}

func TestCallersCannotWriteTheLogsOwnKind(t *testing.T) {
	_, l := newLog(t, 0)
	for _, kind := range []string{"", KindLog} {
		if err := l.Append(Entry{Kind: kind}); err == nil {
			t.Errorf("kind %q was written", kind)
		}
	}
}

func TestClosedLogRefuses(t *testing.T) {
	_, l := newLog(t, 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.AppendSync(Entry{Kind: "command"}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("err = %v", err)
	}
}

func TestGoroutinesShareALog(t *testing.T) {
	dir, l := newLog(t, 0)
	l.MaxSize = 4 << 10 // files change under those who sync
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 50 {
				write := l.Append
				if i%5 == 0 {
					write = l.AppendSync
				}
				if err := write(Entry{Session: fmt.Sprint(g), Kind: "exec"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if r := wantGood(t, dir, 400); r.Files < 5 {
		t.Errorf("%d files, want more", r.Files)
	}
	if n := len(read(t, dir, 1)); n != 400 {
		t.Errorf("read %d records, want 400", n)
	}
	if n := len(read(t, dir, 390)); n != 11 {
		t.Errorf("read %d records from 390 on, want 11", n)
	}
}

func TestProcessesShareALog(t *testing.T) {
	dir, l := newLog(t, 3)
	const processes, each = 4, 200
	var cmds []*exec.Cmd
	for range processes {
		cmd := again(t, fmt.Sprintf("append %s %d", dir, each))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		cmds = append(cmds, cmd)
	}
	fill(t, l, 50)
	for _, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	fill(t, l, 1)
	r := wantGood(t, dir, 3+processes*each+50+1)
	if len(r.Notes) > 0 {
		t.Errorf("notes: %q", r.Notes)
	}
	next := map[string]uint64{}
	for _, r := range read(t, dir, 1) {
		if r.Session == "s" {
			continue
		}
		if next[r.Session]++; r.Command != next[r.Session] {
			t.Fatalf("session %s: command %d, want %d", r.Session, r.Command, next[r.Session])
		}
	}
}

func TestRotationGoesOnWithTheChain(t *testing.T) {
	dir, l := newLog(t, 0)
	l.MaxSize = 2000
	other, err := Open(dir) // a process that does not know of the new file yet
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	fill(t, l, 20)
	fill(t, other, 5)
	fill(t, l, 20)
	wantGood(t, dir, 45)
	if r := mustVerify(t, dir); r.Files < 4 {
		t.Errorf("%d files, want some", r.Files)
	}
	if err := os.Remove(filepath.Join(dir, olderName(2))); err != nil {
		t.Fatal(err)
	}
	if r := mustVerify(t, dir); r.OK || r.Bad.Kind != "cut" || !strings.Contains(r.Bad.File, olderName(2)) {
		t.Errorf("an older file is gone: %+v, bad %v", r, r.Bad)
	}
}

func TestRotationThatWasInterrupted(t *testing.T) {
	for name, after := range map[string]func(dir string) error{
		"before the new file": func(string) error { return nil },
		"before the head":     func(dir string) error { return os.WriteFile(filepath.Join(dir, logName), nil, 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, old := newLog(t, 5)
			if err := os.Rename(filepath.Join(dir, logName), filepath.Join(dir, olderName(1))); err != nil {
				t.Fatal(err)
			}
			if err := after(dir); err != nil {
				t.Fatal(err)
			}
			wantGood(t, dir, 5)
			fill(t, old, 1) // one that has the old file open
			l, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			fill(t, l, 1)
			fill(t, old, 1)
			if r := wantGood(t, dir, 8); len(r.Notes) > 0 || r.Files != 2 {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestReadStopsWhenToldTo(t *testing.T) {
	dir, _ := newLog(t, 3)
	if err := Read(dir, 1, func(Record) error { return errStopped }); !errors.Is(err, errStopped) {
		t.Errorf("err = %v", err)
	}
	if err := Read(dir+"/nowhere", 1, func(Record) error { return errStopped }); err != nil {
		t.Errorf("no log yet: %v", err)
	}
}

func BenchmarkAppend(b *testing.B) {
	l, err := Open(b.TempDir() + "/log")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	data := map[string]any{"argv": []string{"/usr/bin/git", "push", "--force"}, "cwd": "/home/me/project", "verdict": "allow"}
	for b.Loop() {
		if err := l.Append(Entry{Session: "5f2c", Kind: "exec", Command: 12, Data: data}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	dir := b.TempDir() + "/log"
	l, err := Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	data := map[string]any{"argv": []string{"/usr/bin/git", "push", "--force"}, "cwd": "/home/me/project", "verdict": "allow"}
	for range 20000 {
		if err := l.Append(Entry{Session: "5f2c", Kind: "exec", Command: 12, Data: data}); err != nil {
			b.Fatal(err)
		}
	}
	info, err := os.Stat(filepath.Join(dir, logName))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	for b.Loop() {
		if r, err := Verify(dir); err != nil || !r.OK {
			b.Fatal(r.Bad, err)
		}
	}
}
