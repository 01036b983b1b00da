package session

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestRegularFilesGoInAsPipes(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in")
	if err := os.WriteFile(in, []byte("from the caller"), 0o600); err != nil {
		t.Fatal(err)
	}
	stdin, err := os.Open(in)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	stdout, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	var r relays
	guarded, err := r.guard([]*os.File{stdin, stdout, stdout}, func(string) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range guarded {
		var st unix.Stat_t
		if err := unix.Fstat(int(f.Fd()), &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFIFO {
			t.Errorf("descriptor %d is no pipe: mode %o, %v", i, st.Mode, err)
		}
	}
	if guarded[1] != guarded[2] {
		t.Error("stdout and stderr of one file do not share a pipe")
	}
	got, err := io.ReadAll(guarded[0])
	if err != nil || string(got) != "from the caller" {
		t.Errorf("stdin carried %q, %v", got, err)
	}
	if _, err := guarded[1].WriteString("one "); err != nil {
		t.Fatal(err)
	}
	if _, err := guarded[2].WriteString("two"); err != nil {
		t.Fatal(err)
	}
	r.handedOver()
	r.finish()
	if b, err := os.ReadFile(out); err != nil || string(b) != "one two" {
		t.Errorf("the file has %q, %v", b, err)
	}
}

func TestFilesOfTheViewAndPipesPass(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "shown"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	defer reader.Close()
	var r relays
	guarded, err := r.guard([]*os.File{reader, f, f}, func(string) bool { return true })
	if err != nil || guarded[0] != reader || guarded[1] != f {
		t.Errorf("guarded %v, %v", guarded, err)
	}
}

func TestDirectoriesDoNotPass(t *testing.T) {
	d, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var r relays
	if _, err := r.guard([]*os.File{d}, func(string) bool { return true }); err == nil {
		t.Error("a directory is passed")
	}
}
