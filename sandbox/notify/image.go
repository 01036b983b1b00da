package notify

import (
	"bytes"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// image is what the kernel put on the new stack. Its slices are reused.
type image struct {
	raw       []byte
	argv, env [][]byte
}

const maxImage = maxTotal + 512<<10

// verify compares the image of a process stopped at PTRACE_EVENT_EXEC, before
// its first instruction, with what was judged.
func (w *worker) verify(pid int, e *Exec, expected plan) (Mismatch, bool) {
	got := w.images.Get().(*image)
	defer func() {
		if len(got.raw) <= 64*pageSize {
			w.images.Put(got)
		}
	}()
	if err := got.read(pid); err != nil {
		return MismatchUnreadable, false
	}
	var st unix.Stat_t
	if err := unix.Stat(procPath(pid, "exe"), &st); err != nil {
		return MismatchUnreadable, false
	}
	exe := identity{st.Dev, st.Ino}
	switch {
	case !expected.certain:
		return w.judgeImage(pid, e, got, exe)
	case expected.image != exe:
		return MismatchProgram, false
	case !equal(got.argv, expected.argv):
		return MismatchArgv, false
	case !w.sameEnv(got.env, e.Env):
		return MismatchEnvironment, false
	}
	return "", true
}

func equal(a [][]byte, b []string) bool {
	return slices.EqualFunc(a, b, func(x []byte, y string) bool { return string(x) == y })
}

// sameEnv compares the variables that were part of the judgement, in order.
func (s *Server) sameEnv(a [][]byte, b []string) bool {
	if equal(a, b) {
		return true
	}
	if s.config.Judged == nil {
		return false
	}
	return slices.Equal(s.judged(texts(a)), s.judged(b))
}

func (s *Server) judged(env []string) []string {
	var out []string
	for _, v := range env {
		if s.config.Judged(variable(v)) {
			out = append(out, v)
		}
	}
	return out
}

func texts(a [][]byte) []string {
	out := make([]string, len(a))
	for i, b := range a {
		out[i] = string(b)
	}
	return out
}

// judgeImage asks about an image that an interpreter of binfmt_misc runs: the
// kernel's list of those is not known here, but the image is there to be read.
// It cannot change any more; a signal meanwhile ends it, as it would have.
func (w *worker) judgeImage(pid int, e *Exec, got *image, exe identity) (Mismatch, bool) {
	path, err := readlink(procPath(pid, "exe"))
	if err != nil {
		return MismatchUnreadable, false
	}
	file, err := unix.Open(procPath(pid, "exe"), unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return MismatchUnreadable, false
	}
	defer unix.Close(file)
	actual := &Exec{PID: pid, TID: pid, Tag: e.Tag, Path: path, Argv: texts(got.argv), Env: texts(got.env), Cwd: e.Cwd,
		Dev: exe.dev, Ino: exe.ino, ImageDev: exe.dev, ImageIno: exe.ino, file: file}
	h := w.hold(0, pid)
	defer h.end()
	answer := w.config.Handler.Exec(h, actual)
	if answer.Errno != 0 || h.Err() != nil {
		w.tell(actual, answer.Message)
		return MismatchDenied, false
	}
	return "", true
}

// read reads the new stack: argc, the pointers of argv and environment, and
// above them the strings. Nothing has run that could have changed it.
func (m *image) read(pid int) error {
	sp, err := stackPointer(pid)
	if err != nil {
		return err
	}
	if m.raw == nil {
		m.raw = make([]byte, 16*pageSize)
	}
	// The stack ends somewhere above: whole pages are read until one is not
	// there, most times in one call.
	have := 0
	for {
		if have == len(m.raw) {
			if have >= maxImage {
				return errTooLarge
			}
			m.raw = append(m.raw, make([]byte, len(m.raw))...)
		}
		got, asked, err := readPages(pid, sp+uint64(have), m.raw[have:])
		if err != nil {
			return err
		}
		have += got
		if got < asked {
			return m.parse(m.raw[:have], sp)
		}
	}
}

// readPages reads up to 64 pages that follow each other, as far as they exist.
func readPages(pid int, address uint64, into []byte) (got, asked int, err error) {
	var far [64]unix.RemoteIovec
	n := 0
	for ; n < len(far) && asked < len(into); n++ {
		size := min(int(pageOf(address)+pageSize-address), len(into)-asked)
		far[n] = unix.RemoteIovec{Base: uintptr(address), Len: size}
		address += uint64(size)
		asked += size
	}
	local := [1]unix.Iovec{{Base: &into[0], Len: uint64(asked)}}
	got, err = processRead(pid, local[:], far[:n])
	if err == unix.EFAULT {
		return 0, asked, nil
	}
	return got, asked, err
}

// parse takes argv and the environment from the stack of a new image that
// starts at address sp.
func (m *image) parse(b []byte, sp uint64) error {
	argc, ok := word(b, 0)
	if !ok || argc > maxTotal/8 {
		return errFault
	}
	next := 1
	if m.argv, next, ok = stringsAt(b, sp, next, m.argv[:0]); !ok || uint64(len(m.argv)) != argc {
		return errFault
	}
	if m.env, _, ok = stringsAt(b, sp, next, m.env[:0]); !ok {
		return errFault
	}
	return nil
}

func word(b []byte, i int) (uint64, bool) {
	if i >= len(b)/8 {
		return 0, false
	}
	return *(*uint64)(unsafe.Pointer(&b[8*i])), true
}

// stringsAt follows the pointers from word i up to the null one.
func stringsAt(b []byte, sp uint64, i int, into [][]byte) (out [][]byte, next int, ok bool) {
	for ; ; i++ {
		p, ok := word(b, i)
		if !ok {
			return into, i, false
		}
		if p == 0 {
			return into, i + 1, true
		}
		if p < sp || p-sp >= uint64(len(b)) {
			return into, i, false
		}
		s := b[p-sp:]
		end := bytes.IndexByte(s, 0)
		if end < 0 {
			return into, i, false
		}
		into = append(into, s[:end:end])
	}
}
