package control

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestRunSurvivesTheWire(t *testing.T) {
	tests := []Run{
		{Args: []string{"bash", "-c", "true"}, Dir: "/w", Env: []string{"A=1"}, Umask: 0o22},
		{Args: []string{"bash", "-c", "\xff\x00\n"}, Env: []string{"B=\xfe", "BASH_FUNC_x%%=() {  :\n}", "E="}, Terminals: []int{0, 2}, Rows: 24, Columns: 80},
		{Args: []string{"bash", "-c", strings.Repeat("x", 1<<20)}, Env: []string{}},
	}
	for _, want := range tests {
		got, err := DecodeRun(want.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if len(want.Env) == 0 {
			got.Env = want.Env
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func TestMessagesCarryDescriptors(t *testing.T) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, b := Raw(pair[0]), Raw(pair[1])
	defer b.Close()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	large := []byte(strings.Repeat("y", 1<<20)) // more than the socket holds
	sent := make(chan error, 1)
	go func() {
		sent <- errors.Join(
			Write(a, Message{Type: TypeRun, Payload: large, Files: []int{int(writer.Fd())}}),
			Write(a, Message{Type: TypeSignal, Payload: EncodeNumber(15)}),
			writer.Close(), a.Close())
	}()
	first, err := Read(b)
	if err != nil || first.Type != TypeRun || len(first.Payload) != len(large) || len(first.Files) != 1 {
		t.Fatalf("first message: type %d, %d bytes, %d files, %v", first.Type, len(first.Payload), len(first.Files), err)
	}
	passed := os.NewFile(uintptr(first.Files[0]), "passed")
	if _, err := passed.WriteString("through"); err != nil {
		t.Fatal(err)
	}
	passed.Close()
	second, err := Read(b)
	if n, numErr := DecodeNumber(second.Payload); err != nil || numErr != nil || second.Type != TypeSignal || n != 15 || len(second.Files) != 0 {
		t.Errorf("second message: %+v, %v", second, err)
	}
	if _, err := Read(b); err != io.EOF {
		t.Errorf("after the last message: %v, want EOF", err)
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(reader); err != nil || string(got) != "through" {
		t.Errorf("the descriptor carried %q, %v", got, err)
	}
}

func TestTruncatedMessage(t *testing.T) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, b := Raw(pair[0]), Raw(pair[1])
	defer b.Close()
	if err := a.Send([]byte{byte(TypeRun), 0, 0, 0, 9, 1, 2}, nil); err != nil {
		t.Fatal(err)
	}
	a.Close()
	if _, err := Read(b); err != io.ErrUnexpectedEOF {
		t.Errorf("err = %v, want unexpected EOF", err)
	}
}

func TestLongSocketPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("d", 100), strings.Repeat("e", 100))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "shell.sock")
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s, err := Connect(path)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	// A socket that nobody serves is replaced.
	l.Close()
	again, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
	if _, err := Connect(path); !errors.Is(err, unix.ECONNREFUSED) {
		t.Errorf("err = %v, want ECONNREFUSED", err)
	}
}

func FuzzDecodeRun(f *testing.F) {
	f.Add(Run{Args: []string{"bash", "-c", "true"}, Env: []string{"A=1"}, Terminals: []int{1}}.Encode())
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, p []byte) {
		r, err := DecodeRun(p)
		if err != nil {
			return
		}
		again, err := DecodeRun(r.Encode())
		if err != nil || !reflect.DeepEqual(r, again) {
			t.Errorf("%+v became %+v, %v", r, again, err)
		}
	})
}
