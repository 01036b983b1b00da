package notify

import (
	"bytes"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// identity is one file on this machine.
type identity struct{ dev, ino uint64 }

// format is how the kernel starts a file.
type format int

const (
	formatELF     format = iota // runs as itself
	formatScript                // by the interpreter of its first line
	formatUnknown               // ENOEXEC, or binfmt_misc
)

// A header is what the first bytes of a file say.
type header struct {
	format      format
	interpreter string
	arguments   []string // at most one, blanks included
}

const (
	headerSize       = 256 // BINPRM_BUF_SIZE
	maxInterpreters  = 5   // then ELOOP
	headerCacheLimit = 4096
)

// headers remembers first lines by file and version. Nothing rests on it: a
// file that changed unseen fails the comparison after the exec.
type headers struct {
	mu    sync.Mutex
	known map[headerKey]header
}

type headerKey struct {
	identity
	size         int64
	mtime, ctime unix.Timespec
}

// of reads the header of an open O_PATH descriptor.
func (h *headers) of(fd int, st *unix.Stat_t) (header, error) {
	key := headerKey{identity{st.Dev, st.Ino}, st.Size, st.Mtim, st.Ctim}
	h.mu.Lock()
	found, ok := h.known[key]
	h.mu.Unlock()
	if ok {
		return found, nil
	}
	file, err := reopen(fd)
	if err != nil {
		return header{}, err
	}
	defer unix.Close(file)
	buffer := make([]byte, headerSize)
	n, err := unix.Pread(file, buffer, 0)
	if err != nil {
		return header{}, err
	}
	found = parseHeader(buffer[:n])
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.known == nil || len(h.known) >= headerCacheLimit {
		h.known = make(map[headerKey]header)
	}
	h.known[key] = found
	return found, nil
}

// reopen turns an O_PATH descriptor of a regular file into a readable one.
func reopen(fd int) (int, error) {
	return unix.Open("/proc/self/fd/"+strconv.Itoa(fd), unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
}

// parseHeader reads the first bytes of a file as load_elf_binary and
// load_script (fs/binfmt_script.c) do, in a buffer padded with NULs: the
// interpreter ends at a blank or NUL, what follows on its line is one argument
// without blanks at its ends, and a name that may be cut off is none.
func parseHeader(b []byte) header {
	if bytes.HasPrefix(b, []byte("\x7fELF")) {
		return header{format: formatELF}
	}
	if !bytes.HasPrefix(b, []byte("#!")) {
		return header{format: formatUnknown}
	}
	var buffer [headerSize]byte
	copy(buffer[:], b)
	const last = headerSize - 1
	end := bytes.IndexByte(buffer[:], '\n')
	if end < 0 {
		start := find(buffer[:], 2, last, solid)
		if start < 0 || find(buffer[:], start, last, terminator) < 0 {
			return header{format: formatUnknown}
		}
		end = last
	}
	for end > 2 && !solid(buffer[end-1]) {
		end--
	}
	name := find(buffer[:], 2, end, solid)
	if name < 0 || name == end {
		return header{format: formatUnknown}
	}
	argument := -1
	separator := find(buffer[:], name, end, terminator)
	if separator >= 0 && buffer[separator] != 0 {
		argument = find(buffer[:], separator, end, solid)
	}
	buffer[end] = 0
	h := header{format: formatScript}
	if argument >= 0 {
		h.arguments = []string{cString(buffer[argument:])}
		buffer[separator] = 0
	}
	h.interpreter = cString(buffer[name:])
	if h.interpreter == "" {
		return header{format: formatUnknown}
	}
	return h
}

func solid(c byte) bool      { return c != ' ' && c != '\t' }
func terminator(c byte) bool { return c == ' ' || c == '\t' || c == 0 }

// find returns the first index from first to last, both included, that is.
func find(b []byte, first, last int, is func(byte) bool) int {
	for i := first; i <= last; i++ {
		if is(b[i]) {
			return i
		}
	}
	return -1
}

func cString(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}

// plan is what the kernel is expected to run.
type plan struct {
	argv    []string
	image   identity
	certain bool // false: the format is not known, so neither are argv and image
}

// find fills in the facts about the program and returns what the kernel will
// make of it. An unix.Errno is the call's own answer, decided here; any other
// error makes the program unknown.
func (s *Server) find(e *Exec, call *execCall) (plan, error) {
	fd, err := s.openProgram(e, call)
	if err != nil {
		return plan{}, err
	}
	e.file = fd
	var st unix.Stat_t
	if err := executable(fd, &st); err != nil {
		return plan{}, err
	}
	e.Dev, e.Ino = st.Dev, st.Ino
	argv := e.Argv
	name := call.kernelName
	for level := 0; ; level++ {
		h, err := s.headers.of(fd, &st)
		if err != nil {
			return plan{}, os.NewSyscallError("read", err)
		}
		switch h.format {
		case formatELF:
			e.ImageDev, e.ImageIno = st.Dev, st.Ino
			return plan{argv, identity{st.Dev, st.Ino}, true}, nil
		case formatUnknown:
			return plan{}, nil
		}
		if level == maxInterpreters {
			return plan{}, unix.ELOOP
		}
		if level == 0 {
			e.Script = name
		}
		words := append([]string{h.interpreter}, h.arguments...)
		prefix := append(slices.Clip(words), name)
		argv = append(prefix, argv[min(1, len(argv)):]...)
		if level > 0 {
			prefix = append(prefix, e.Interpreter[1:]...)
			e.Interpreter = prefix
		} else {
			e.Interpreter = words
		}
		name = h.interpreter
		if fd, err = s.view.open(e.TID, join(e.Cwd, h.interpreter), true); err != nil {
			return plan{}, err
		}
		defer unix.Close(fd)
		if err := executable(fd, &st); err != nil {
			return plan{}, err
		}
	}
}

// executable answers what execve would for files that nobody may execute.
func executable(fd int, st *unix.Stat_t) error {
	if err := unix.Fstat(fd, st); err != nil {
		return os.NewSyscallError("fstat", err)
	}
	switch {
	case st.Mode&unix.S_IFMT == unix.S_IFLNK:
		return unix.ELOOP // AT_SYMLINK_NOFOLLOW
	case st.Mode&unix.S_IFMT != unix.S_IFREG, st.Mode&0o111 == 0:
		return unix.EACCES
	}
	return nil
}

func (s *Server) openProgram(e *Exec, call *execCall) (int, error) {
	if call.empty {
		fd, err := unix.Open(procPath(e.TID, "fd/"+strconv.Itoa(call.dirfd)), unix.O_PATH|unix.O_CLOEXEC, 0)
		if err != nil {
			return -1, os.NewSyscallError("open", err)
		}
		return fd, nil
	}
	if strings.HasSuffix(call.directory, " (deleted)") {
		return -1, errUnresolved
	}
	return s.view.open(e.TID, e.Path, call.follow)
}

func (e *Exec) open() (*os.File, error) {
	if e.file < 0 {
		return nil, os.ErrNotExist
	}
	fd, err := reopen(e.file)
	if err != nil {
		return nil, os.NewSyscallError("open", err)
	}
	return os.NewFile(uintptr(fd), e.Path), nil
}
