package notify

import (
	"errors"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// errUnresolved is a path that only the process itself can follow.
var errUnresolved = errors.New("the program's path cannot be followed from outside")

const maxLinks = 40 // as the kernel: then ELOOP

// A view finds files as the processes of the sandbox do. Their root cannot
// change: chroot, pivot_root and new namespaces are refused by the filter.
type view struct {
	root int // O_PATH descriptor of the root directory
}

// open finds an absolute path as the thread tid sees it and returns an O_PATH
// descriptor of the file. An unix.Errno is what the kernel would answer;
// errUnresolved means that it might find what this function cannot.
func (v view) open(tid int, name string, follow bool) (int, error) {
	flags := uint64(unix.O_PATH | unix.O_CLOEXEC)
	if !follow {
		flags |= unix.O_NOFOLLOW
	}
	for range 8 {
		fd, err := unix.Openat2(v.root, name, &unix.OpenHow{Flags: flags, Resolve: unix.RESOLVE_IN_ROOT})
		switch err {
		case nil:
			return fd, nil
		case unix.EAGAIN, unix.EINTR: // something was renamed meanwhile
			continue
		case unix.ENOENT, unix.ENOTDIR, unix.ELOOP, unix.EXDEV:
			// It may lead through /proc/self or a link like /proc/PID/exe.
			return v.walk(tid, name, follow)
		}
		return -1, err
	}
	return -1, errUnresolved
}

// walk follows a path component by component, reading /proc/self as the thread
// would and following the links of /proc that are not paths.
func (v view) walk(tid int, name string, follow bool) (int, error) {
	w := walker{tid: tid}
	defer w.close()
	if err := w.restart(v.root); err != nil {
		return -1, err
	}
	rest := components(name)
	for len(rest) > 0 {
		part := rest[0]
		rest = rest[1:]
		if part == ".." {
			if err := w.up(); err != nil {
				return -1, err
			}
			continue
		}
		fd, err := unix.Openat(w.here(), part, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if err != nil {
			return -1, err
		}
		w.push(fd)
		var st unix.Stat_t
		if err := unix.Fstat(fd, &st); err != nil {
			return -1, err
		}
		if st.Mode&unix.S_IFMT != unix.S_IFLNK || len(rest) == 0 && !follow {
			continue
		}
		if w.links++; w.links > maxLinks {
			return -1, unix.ELOOP
		}
		target, magic, err := w.link(part)
		if err != nil {
			return -1, err
		}
		w.pop()
		if magic {
			// The kernel jumps to the object itself; what lies above it is not
			// known by the way that led here.
			fd, err := unix.Openat(w.here(), part, unix.O_PATH|unix.O_CLOEXEC, 0)
			if err != nil {
				return -1, err
			}
			w.jump(fd, part == "root" && sameFile(fd, v.root))
			continue
		}
		if strings.HasPrefix(target, "/") {
			if err := w.restart(v.root); err != nil {
				return -1, err
			}
		}
		rest = append(components(target), rest...)
		if len(rest) > maxPath {
			return -1, unix.ENAMETOOLONG
		}
	}
	return w.take()
}

func components(name string) []string {
	var out []string
	for _, part := range strings.Split(name, "/") {
		if part != "" && part != "." {
			out = append(out, part)
		}
	}
	return out
}

// A walker keeps the directories on the way down, so that ".." needs no lookup.
type walker struct {
	tid    int
	links  int
	stack  []int
	jumped bool // the bottom of the stack is not the root
}

func (w *walker) here() int   { return w.stack[len(w.stack)-1] }
func (w *walker) push(fd int) { w.stack = append(w.stack, fd) }

func (w *walker) pop() {
	_ = unix.Close(w.here())
	w.stack = w.stack[:len(w.stack)-1]
}

func (w *walker) close() {
	for len(w.stack) > 0 {
		w.pop()
	}
}

func (w *walker) restart(root int) error {
	w.close()
	w.jumped = false
	fd, err := unix.FcntlInt(uintptr(root), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return err
	}
	w.push(fd)
	return nil
}

func (w *walker) jump(fd int, toRoot bool) {
	w.close()
	w.jumped = !toRoot
	w.push(fd)
}

func sameFile(a, b int) bool {
	var x, y unix.Stat_t
	return unix.Fstat(a, &x) == nil && unix.Fstat(b, &y) == nil && x.Dev == y.Dev && x.Ino == y.Ino
}

func (w *walker) up() error {
	if len(w.stack) > 1 {
		w.pop()
		return nil
	}
	if w.jumped {
		return errUnresolved
	}
	return nil // the parent of the root is the root
}

func (w *walker) take() (int, error) {
	fd := w.here()
	w.stack = w.stack[:len(w.stack)-1]
	return fd, nil
}

// link reads the symbolic link on top of the stack. magic says that it is one
// of /proc that the kernel does not follow by its text.
func (w *walker) link(name string) (target string, magic bool, err error) {
	directory := w.stack[len(w.stack)-2]
	var fs unix.Statfs_t
	if err := unix.Fstatfs(directory, &fs); err != nil {
		return "", false, err
	}
	inProc := fs.Type == unix.PROC_SUPER_MAGIC
	if inProc && (name == "self" || name == "thread-self") {
		pid, tid, err := namespaceIDs(w.tid)
		if err != nil {
			return "", false, err
		}
		if name == "self" {
			return pid, false, nil
		}
		return pid + "/task/" + tid, false, nil
	}
	// Links of /proc other than those below a process are ordinary ones.
	if inProc && name != "mounts" && name != "net" {
		return "", true, nil
	}
	var buffer [maxPath]byte
	n, err := unix.Readlinkat(w.here(), "", buffer[:])
	if err != nil {
		return "", false, err
	}
	if n == 0 {
		return "", false, unix.ENOENT
	}
	return string(buffer[:n]), false, nil
}

// namespaceIDs returns the thread's ids in its own pid namespace.
func namespaceIDs(tid int) (tgid, task string, err error) {
	status, err := readStatus(tid)
	if err != nil {
		return "", "", err
	}
	return lastField(status.field("NStgid")), lastField(status.field("NSpid")), nil
}

func lastField(s string) string {
	f := strings.Fields(s)
	if len(f) == 0 {
		return "0"
	}
	return f[len(f)-1]
}

// directory returns the path of a directory descriptor of the thread, or of its
// working directory for AT_FDCWD, as the process sees it.
func directory(tid, dirfd int) (string, error) {
	name := procPath(tid, "cwd")
	if dirfd != unix.AT_FDCWD {
		name = procPath(tid, "fd/"+strconv.Itoa(dirfd))
	}
	return readlink(name)
}

func readlink(name string) (string, error) {
	var buffer [maxPath]byte
	n, err := unix.Readlink(name, buffer[:])
	if err != nil {
		return "", err
	}
	return string(buffer[:n]), nil
}

func procPath(pid int, file string) string { return "/proc/" + strconv.Itoa(pid) + "/" + file }

// join makes a path absolute without touching "..": after a symbolic link it
// does not mean the directory before it.
func join(directory, name string) string {
	if path.IsAbs(name) {
		return name
	}
	return strings.TrimSuffix(directory, "/") + "/" + name
}

// newView opens the root of a process.
func newView(pid int) (view, error) {
	fd, err := unix.Open(procPath(pid, "root"), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return view{-1}, os.NewSyscallError("open", err)
	}
	return view{fd}, nil
}
