package audit

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// forged returns a record with a hash of its own, as one writes it who knows
// the format.
func forged(seq uint64, prev string) string {
	line, _ := appendLine(nil, seq, &Entry{Session: "s", Kind: "decision"}, []byte(`{"approved":true}`), prev)
	return string(line)
}

func TestVerifyFindsChanges(t *testing.T) {
	tests := []struct {
		name   string
		change func(lines []string) []string
		kind   string
		seq    uint64
	}{
		{"nothing", func(l []string) []string { return l }, "", 0},
		{"edited text", func(l []string) []string { l[4] = strings.Replace(l[4], "echo 4", "echo 5", 1); return l }, "edit", 5},
		{"edited text of the last", func(l []string) []string { l[9] = strings.Replace(l[9], "echo 9", "echo 5", 1); return l }, "edit", 10},
		{"white space", func(l []string) []string { l[4] = strings.Replace(l[4], `"seq":5`, `"seq": 5`, 1); return l }, "edit", 5},
		{"edited with a fitting hash", func(l []string) []string { l[4] = forged(5, prevOf(l[4])); return l }, "edit", 6},
		{"last edited with a fitting hash", func(l []string) []string { l[9] = forged(10, prevOf(l[9])); return l }, "head", 10},
		{"hash key twice", func(l []string) []string {
			l[4] = strings.Replace(l[4], `,"hash":"`, `,"hash":"`+noHash+`","hash":"`, 1)
			return l
		}, "edit", 5},
		{"cut at the end", func(l []string) []string { return l[:8] }, "cut", 9},
		{"all cut", func([]string) []string { return nil }, "cut", 1},
		{"cut in the middle", func(l []string) []string { return append(l[:3], l[5:]...) }, "cut", 6},
		{"cut at the start", func(l []string) []string { return l[2:] }, "cut", 3},
		{"two exchanged", func(l []string) []string { l[4], l[5] = l[5], l[4]; return l }, "reorder", 6},
		{"one moved to the end", func(l []string) []string { return append(append(l[:4:4], l[5:]...), l[4]) }, "reorder", 6},
		{"one twice", func(l []string) []string { return append(l[:5:5], l[4:]...) }, "duplicate", 5},
		{"the last twice", func(l []string) []string { return append(l, l[9]) }, "duplicate", 10},
		{"an old one at the end", func(l []string) []string { return append(l, l[4]) }, "duplicate", 5},
		{"forged ones at the end", func(l []string) []string {
			a := forged(11, hashOf(l[9]))
			return append(l, a, forged(12, hashOf(a)))
		}, "head", 12},
		{"a forged one that does not fit", func(l []string) []string { return append(l, forged(11, noHash)) }, "edit", 11},
		{"not JSON", func(l []string) []string { l[4] = "{hello}\n"; return l }, "json", 5},
		{"an empty line", func(l []string) []string { l[4] += "\n"; return l }, "json", 6},
		{"NUL bytes", func(l []string) []string { l[4] = strings.Repeat("\x00", len(l[4])-1) + "\n"; return l }, "json", 5},
		{"another log", func(l []string) []string {
			prev, out := noHash, l[:0]
			for i := range 10 {
				line := forged(uint64(i+1), prev)
				prev, out = hashOf(line), append(out, line)
			}
			return out
		}, "head", 10},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir, l := newLog(t, 10)
			path := filepath.Join(dir, logName)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.SplitAfter(string(text), "\n")
			changed := strings.Join(test.change(lines[:10]), "")
			if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
			r := mustVerify(t, dir)
			if test.kind == "" {
				if !r.OK {
					t.Fatalf("bad: %v", r.Bad)
				}
				return
			}
			if r.OK || r.Bad.Kind != test.kind || r.Bad.Seq != test.seq {
				t.Fatalf("Verify: bad = %v (%+v), want %s at %d", r.Bad, r.Bad, test.kind, test.seq)
			}
			// What is written afterwards does not hide it.
			fill(t, l, 3)
			if r := mustVerify(t, dir); r.OK {
				t.Error("three more records made it good")
			}
		})
	}
}

func TestVerifyFindsChangesOfTheHead(t *testing.T) {
	tests := map[string]func(path string) error{
		"removed":  os.Remove,
		"emptied":  func(path string) error { return os.Truncate(path, 0) },
		"nonsense": func(path string) error { return os.WriteFile(path, []byte("hello\n"), 0o600) },
		"set back": func(path string) error {
			h := head{seq: 3, hash: noHash, size: 100, boot: bootID()}
			return os.WriteFile(path, h.line(), 0o600)
		},
		"set forward": func(path string) error {
			h := head{seq: 30, hash: noHash, size: 100, boot: bootID()}
			return os.WriteFile(path, h.line(), 0o600)
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			dir, l := newLog(t, 10)
			if err := change(filepath.Join(dir, headName)); err != nil {
				t.Fatal(err)
			}
			if r := mustVerify(t, dir); r.OK {
				t.Error("not found")
			}
			fill(t, l, 1)
			r := mustVerify(t, dir)
			if r.OK || r.Bad.Kind != "break" || r.Bad.Seq != 11 {
				t.Errorf("after the next record: %v, want a break at 11", r.Bad)
			}
			if r.Last != 12 {
				t.Errorf("last = %d: records were lost", r.Last)
			}
		})
	}
}

func TestRemovedLogIsFound(t *testing.T) {
	dir, l := newLog(t, 10)
	if err := os.Remove(filepath.Join(dir, logName)); err != nil {
		t.Fatal(err)
	}
	if r := mustVerify(t, dir); r.OK {
		t.Error("not found")
	}
	fill(t, l, 1)
	if r := mustVerify(t, dir); r.OK {
		t.Error("not found after another record")
	}
	if _, err := os.Stat(filepath.Join(dir, logName)); err != nil {
		t.Error("the log went on in a file that has no name")
	}
}

func prevOf(line string) string {
	r, _ := parseLine([]byte(line))
	return r.Prev
}

func hashOf(line string) string {
	r, _ := parseLine([]byte(line))
	return r.Hash
}

// memoryDir is a directory where a sync costs nothing.
func memoryDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "audit-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// FuzzVerify changes one log in any way. A log that verifies must be the one
// that was written.
func FuzzVerify(f *testing.F) {
	dir := f.TempDir() + "/log"
	l, err := Open(dir)
	if err != nil {
		f.Fatal(err)
	}
	for range 4 {
		if err := l.Append(Entry{Session: "s", Kind: "exec", Data: "x"}); err != nil {
			f.Fatal(err)
		}
	}
	good, err := os.ReadFile(filepath.Join(dir, logName))
	if err != nil {
		f.Fatal(err)
	}
	head, err := os.ReadFile(filepath.Join(dir, headName))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(bytes.Replace(good, []byte(`"x"`), []byte(`"y"`), 1))
	f.Add([]byte("\n"))
	f.Add([]byte("{}\n{}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := memoryDir(t)
		if err := os.WriteFile(filepath.Join(dir, logName), text, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, headName), head, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Verify(dir)
		if err != nil {
			t.Fatal(err)
		}
		if r.OK && !bytes.HasPrefix(text, good) {
			t.Errorf("a changed log verifies: %q", text)
		}
		if err := Read(dir, 1, func(Record) error { return nil }); err == nil && !r.OK {
			return // each record alone may be good
		}
		l, err := Open(dir) // must take up any log, and say so
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if err := l.Append(Entry{Kind: "exec"}); err != nil {
			t.Fatal(err)
		}
		after, err := Verify(dir)
		if err != nil {
			t.Fatal(err)
		}
		if after.OK != r.OK {
			t.Errorf("OK was %v (%v) and is %v (%v) after another record", r.OK, r.Bad, after.OK, after.Bad)
		}
	})
}
