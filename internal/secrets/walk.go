package secrets

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Walk returns the hidden files and directories below root, absolute, sorted,
// and each once. Hidden is
//
//   - what hides says; nothing below a hidden directory is looked at or listed;
//   - every other name in the tree of a hidden regular file (hard links);
//   - where a hidden name is a symbolic link, what it leads to in the tree, as
//     a link cannot be masked; what lies outside is not Walk's to hide;
//   - a directory that cannot be read, since its owner can change that.
//
// Symbolic links are not followed and other file systems are not entered. root
// itself is never hidden. hides is called from several goroutines; it must be
// quick. skipped, where given, is told of each directory that was not entered:
// unreadable, or another file system's.
func Walk(root string, hides func(path string) bool, skipped ...func(path string, err error)) ([]string, error) {
	root = filepath.Clean(root)
	fd, err := unix.Open(root, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", root, os.NewSyscallError("open", err))
	}
	defer unix.Close(fd)
	w := newWalk(root, fd, hides)
	w.run(w.visit)
	if w.err != nil {
		return nil, w.err
	}
	if err := w.links(); err != nil {
		return nil, err
	}
	slices.Sort(w.hidden)
	for _, tell := range skipped {
		for path, err := range w.skipped {
			tell(path, err)
		}
	}
	return slices.Compact(w.hidden), nil
}

// ErrOtherFileSystem is what Walk's skipped is told of a mount point.
var ErrOtherFileSystem = errors.New("it is another file system")

// walk is one pass over a tree by several workers that share a stack of
// directories.
type walk struct {
	root  string
	fd    int
	hides func(string) bool

	mu      sync.Mutex
	more    sync.Cond
	stack   []string // directories to read, relative to root
	busy    int      // workers that read one
	hidden  []string
	symlink []string // hidden symbolic links
	skipped map[string]error
	err     error
}

func newWalk(root string, fd int, hides func(string) bool) *walk {
	w := &walk{root: root, fd: fd, hides: hides, skipped: map[string]error{}}
	w.more.L = &w.mu
	return w
}

// run lets visit see every directory that was pushed.
func (w *walk) run(visit func(rel string, buf []byte)) {
	w.stack = append(w.stack, ".")
	var workers sync.WaitGroup
	for range min(8, max(2, runtime.GOMAXPROCS(0))) {
		workers.Go(func() {
			buf := make([]byte, 32<<10)
			for {
				rel, ok := w.pop()
				if !ok {
					return
				}
				visit(rel, buf)
				w.mu.Lock()
				if w.busy--; w.busy == 0 && len(w.stack) == 0 {
					w.more.Broadcast()
				}
				w.mu.Unlock()
			}
		})
	}
	workers.Wait()
}

func (w *walk) pop() (string, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.stack) == 0 && w.busy > 0 {
		w.more.Wait()
	}
	if len(w.stack) == 0 {
		return "", false
	}
	rel := w.stack[len(w.stack)-1]
	w.stack = w.stack[:len(w.stack)-1]
	w.busy++
	return rel, true
}

func (w *walk) push(rels []string) {
	if len(rels) == 0 {
		return
	}
	w.mu.Lock()
	w.stack = append(w.stack, rels...)
	if len(rels) == 1 {
		w.more.Signal()
	} else {
		w.more.Broadcast()
	}
	w.mu.Unlock()
}

func (w *walk) hide(path string, typ byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if typ == unix.DT_LNK {
		w.symlink = append(w.symlink, path)
	} else {
		w.hidden = append(w.hidden, path)
	}
}

// visit reads one directory of the first pass.
func (w *walk) visit(rel string, buf []byte) {
	w.read(rel, buf, func(path, rel string, typ byte) (enter bool) {
		// A socket there leads to a process outside.
		if w.hides(path) || typ == unix.DT_SOCK {
			w.hide(path, typ)
			return false
		}
		return typ == unix.DT_DIR
	})
}

// read calls each with every entry of a directory and pushes those that it
// wants entered.
func (w *walk) read(rel string, buf []byte, each func(path, rel string, typ byte) (enter bool)) {
	fd, err := openDir(w.fd, rel)
	if err != nil {
		w.skip(rel, err)
		return
	}
	defer unix.Close(fd)
	prefix := w.root
	if rel != "." {
		prefix = join(w.root, rel)
	}
	var dirs []string
	err = readDir(fd, buf, func(d dirent) {
		path := join(prefix, d.name)
		below := strings.TrimPrefix(path[len(w.root):], "/")
		if d.typ == unix.DT_UNKNOWN {
			d.typ = typeOf(fd, d.name)
		}
		if each(path, below, d.typ) {
			dirs = append(dirs, below)
		}
	})
	if err != nil {
		w.skip(rel, err)
	}
	w.push(dirs)
}

func join(dir, name string) string {
	if dir == "/" {
		return "/" + name
	}
	return dir + "/" + name
}

// typeOf asks a file system that does not tell types in its directories.
func typeOf(dir int, name string) byte {
	var st unix.Stat_t
	if err := unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return unix.DT_UNKNOWN
	}
	return byte(st.Mode & unix.S_IFMT >> 12) // DT_* are the types of stat(2)
}

// maxPath is the length in bytes up to which a path can surely be masked.
const maxPath = 2048

// skip decides on a directory that could not be read.
func (w *walk) skip(rel string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	path := join(w.root, rel)
	switch {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENOTDIR), errors.Is(err, unix.ELOOP):
		return // removed or replaced since it was listed
	case errors.Is(err, unix.EXDEV):
		w.skipped[path] = ErrOtherFileSystem
		return
	case rel == ".":
		w.err = fmt.Errorf("cannot read %s: %w", w.root, err)
		return
	case errors.Is(err, unix.ENAMETOOLONG):
		// Nobody can mask so deep a path; what it hangs on can be.
		for len(path) > maxPath {
			path = filepath.Dir(path)
		}
		w.skipped[path] = err
		w.hidden = append(w.hidden, path)
		return
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		w.skipped[path] = err
		w.hidden = append(w.hidden, path)
		return
	}
	if w.err == nil {
		w.err = fmt.Errorf("cannot read %s: %w", path, err)
	}
}
