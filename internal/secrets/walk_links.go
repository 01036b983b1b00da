package secrets

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// inode names a file whatever it is called.
type inode struct{ dev, ino uint64 }

// links adds what the hidden symbolic links lead to, and the other names of
// hidden files.
func (w *walk) links() error {
	for _, path := range w.symlink {
		w.target(path)
	}
	wanted, err := w.linked()
	if err != nil || len(wanted) == 0 {
		return err
	}
	second := newWalk(w.root, w.fd, w.hides)
	second.run(func(rel string, buf []byte) {
		second.read(rel, buf, func(path, rel string, typ byte) bool {
			if typ == unix.DT_REG {
				var st unix.Stat_t
				// A file that is gone has no name to hide.
				if unix.Fstatat(w.fd, rel, &st, unix.AT_SYMLINK_NOFOLLOW) == nil && st.Nlink > 1 && wanted[inode{st.Dev, st.Ino}] {
					second.hide(path, typ)
				}
			}
			return typ == unix.DT_DIR && !w.hides(path)
		})
	})
	w.hidden = append(w.hidden, second.hidden...)
	return second.err
}

// target hides what a hidden symbolic link leads to.
func (w *walk) target(path string) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return // it leads nowhere
	}
	root, err := filepath.EvalSymlinks(w.root)
	if err != nil {
		return
	}
	below, ok := strings.CutPrefix(real, strings.TrimSuffix(root, "/")+"/")
	if ok { // not the tree itself, and nothing outside
		w.hidden = append(w.hidden, join(w.root, below))
	}
}

// linked returns the hidden regular files that have more names than one.
func (w *walk) linked() (map[inode]bool, error) {
	wanted := map[inode]bool{}
	for _, path := range w.hidden {
		var st unix.Stat_t
		err := unix.Lstat(path, &st)
		switch {
		case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENOTDIR), errors.Is(err, unix.EACCES):
		case err != nil:
			return nil, &os.PathError{Op: "lstat", Path: path, Err: err}
		case st.Mode&unix.S_IFMT == unix.S_IFREG && st.Nlink > 1:
			wanted[inode{uint64(st.Dev), st.Ino}] = true
		}
	}
	return wanted, nil
}
