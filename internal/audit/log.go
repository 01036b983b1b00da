package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The names of the log's files in its directory.
const (
	logName  = "log.jsonl"
	headName = "log.head"
	tornName = "log.torn"
)

// DefaultMaxSize is the size in bytes from which on a new file is begun.
const DefaultMaxSize = 64 << 20

// Log is an open log. Its methods may be called from several goroutines, and
// several processes may have the same log open.
type Log struct {
	// Redact sees the JSON of every record's data before it is written and
	// returns JSON on one line; nil changes nothing. Set it before first use.
	Redact func(data []byte) []byte
	// MaxSize is the size in bytes from which on a new file is begun.
	MaxSize int64

	dir  string
	boot string

	mu    sync.Mutex // serialises the writers of this process; flock does the others
	head  *os.File
	file  *os.File
	older uint64 // number of older files when file was opened
	buf   []byte
}

// Open opens the log in dir and makes what is missing. The directory is made
// with mode 0700; it must belong to the caller's user.
func Open(dir string) (*Log, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, writeError(dir, err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, writeError(dir, err)
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Geteuid() {
		return nil, fmt.Errorf("cannot use the log directory %s: it belongs to user %d; remove it or set XDG_STATE_HOME", dir, st.Uid)
	}
	if info.Mode().Perm() != 0o700 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return nil, writeError(dir, err)
		}
	}
	l := &Log{dir: dir, boot: bootID(), MaxSize: DefaultMaxSize}
	l.mu.Lock()
	defer l.mu.Unlock()
	unlock, err := l.lock()
	if err != nil {
		l.close()
		return nil, err
	}
	defer unlock()
	if _, err := l.tail(); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// Close closes the files. Later calls fail.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dir = ""
	return l.close()
}

func (l *Log) close() error {
	var errs []error
	for _, f := range []**os.File{&l.head, &l.file} {
		if *f != nil {
			errs = append(errs, (*f).Close())
			*f = nil
		}
	}
	return errors.Join(errs...)
}

// Append writes one record. It has reached the kernel when Append returns, so
// that it outlives this process, but not yet the disk. An error means that the
// record is not in the log; it says what is wrong and what mends it.
func (l *Log) Append(e Entry) error {
	_, _, err := l.append(e)
	return err
}

// AppendSync writes one record and returns when it and all before it are on
// the disk (fsync(2)). The caller must not go on with a held effect on error.
func (l *Log) AppendSync(e Entry) error {
	seq, file, err := l.append(e)
	if err != nil {
		return err
	}
	// A file that was closed meanwhile was synced by the change to a new one.
	if err := file.Sync(); err != nil && !errors.Is(err, os.ErrClosed) {
		return writeError(file.Name(), err)
	}
	return l.synced(seq)
}

func (l *Log) append(e Entry) (seq uint64, file *os.File, err error) {
	if e.Kind == "" || e.Kind == KindLog {
		return 0, nil, fmt.Errorf("internal error: a log record of kind %q", e.Kind)
	}
	data, err := encodeData(e.Data, l.Redact)
	if err != nil {
		return 0, nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	unlock, err := l.lock()
	if err != nil {
		return 0, nil, err
	}
	defer unlock()
	h, err := l.tail()
	if err != nil {
		return 0, nil, err
	}
	if h.size >= l.MaxSize && h.size > 0 {
		h = l.rotate(h)
	}
	h, err = l.write(h, &e, data)
	return h.seq, l.file, err
}

// synced notes in the head that all records up to seq are on the disk.
func (l *Log) synced(seq uint64) error {
	l.mu.Lock()
	unlock, err := l.lock()
	if err != nil {
		l.mu.Unlock()
		return err
	}
	h, err := readHead(l.head)
	if err == nil && h.synced < seq && h.seq >= seq {
		h.synced = seq
		err = l.writeHead(h)
	}
	file := l.head
	unlock()
	l.mu.Unlock()
	if err != nil {
		return writeError(file.Name(), err)
	}
	if err := file.Sync(); err != nil && !errors.Is(err, os.ErrClosed) {
		return writeError(file.Name(), err)
	}
	return nil
}

// lock takes the lock that all writers share, on a head file that is still the
// one in the directory.
func (l *Log) lock() (unlock func(), err error) {
	if l.dir == "" {
		return nil, fmt.Errorf("internal error: %w: the log", os.ErrClosed)
	}
	for {
		if l.head == nil {
			if l.head, err = openFile(l.dir, headName, os.O_RDWR|os.O_CREATE); err != nil {
				return nil, err
			}
		}
		unlock, err := lock(l.head, unix.LOCK_EX)
		if err != nil {
			return nil, writeError(l.head.Name(), err)
		}
		var st unix.Stat_t
		if err := unix.Fstat(int(l.head.Fd()), &st); err != nil {
			unlock()
			return nil, writeError(l.head.Name(), os.NewSyscallError("fstat", err))
		}
		if st.Nlink > 0 {
			return unlock, nil
		}
		unlock()
		l.head.Close()
		l.head = nil
	}
}

// tail returns where the next record goes. The head tells, as long as the file
// has the size that it names; else recover finds out what happened.
func (l *Log) tail() (head, error) {
	h, err := readHead(l.head)
	if err == nil && l.file != nil && l.older == h.older {
		var st unix.Stat_t
		if err := unix.Fstat(int(l.file.Fd()), &st); err != nil {
			return h, writeError(l.file.Name(), os.NewSyscallError("fstat", err))
		}
		if st.Nlink > 0 && st.Size == h.size {
			return h, nil
		}
	}
	return l.recover(h, err)
}

// write puts one record after h, and h's successor into the head.
func (l *Log) write(h head, e *Entry, data []byte) (head, error) {
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	line, hash := appendLine(l.buf[:0], h.seq+1, e, data, h.hash)
	if cap(line) <= 64<<10 {
		l.buf = line
	}
	next := h
	next.seq, next.hash, next.size, next.boot = h.seq+1, hash, h.size+int64(len(line)), l.boot
	_, err := l.file.WriteAt(line, h.size)
	if err == nil {
		err = l.writeHead(next)
	}
	if err != nil {
		// A part of a line, or a line that the head does not name, would
		// stand in the way of the next record.
		if terr := l.file.Truncate(h.size); terr != nil {
			err = fmt.Errorf("%w (and cannot take back what was written: %v)", err, terr)
		}
		return h, writeError(l.file.Name(), err)
	}
	return next, nil
}

func (l *Log) writeHead(h head) error {
	_, err := l.head.WriteAt(h.line(), 0)
	return err
}

// rotate begins a new file. When it cannot, the old one goes on growing.
func (l *Log) rotate(h head) head {
	from, to := filepath.Join(l.dir, logName), filepath.Join(l.dir, olderName(h.older+1))
	if l.file.Sync() != nil {
		return h
	}
	if unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE) != nil {
		return h
	}
	file, err := openFile(l.dir, logName, os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if err != nil {
		_ = os.Rename(to, from) // else recover finds the empty place
		return h
	}
	next := h
	next.older, next.size, next.synced = h.older+1, 0, h.seq
	if err := l.writeHead(next); err != nil {
		file.Close()
		_ = os.Rename(to, from) // over the empty new one
		return h
	}
	l.file.Close()
	l.file, l.older = file, next.older
	_ = syncDir(l.dir)
	return next
}

func olderName(n uint64) string { return fmt.Sprintf("log.%06d.jsonl", n) }

// openFile opens a regular file in dir that belongs to the log.
func openFile(dir, name string, flag int) (*os.File, error) {
	path := filepath.Join(dir, name)
	// Neither a link to elsewhere nor a pipe that would block.
	f, err := os.OpenFile(path, flag|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o600)
	if err != nil {
		if flag&os.O_RDWR == 0 {
			return nil, readError(path, err)
		}
		return nil, writeError(path, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a regular file; move it away")
	}
	if err != nil {
		f.Close()
		return nil, readError(path, err)
	}
	return f, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// writeError says in one line what is wrong and what mends it.
func writeError(path string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err // the path is said once
	}
	hint := ""
	switch {
	case errors.Is(err, unix.ENOSPC):
		hint = "; free some space"
	case errors.Is(err, unix.EDQUOT):
		hint = "; free some space of your quota"
	case errors.Is(err, unix.EFBIG):
		hint = "; raise the limit on file sizes (ulimit -f)"
	case errors.Is(err, unix.EROFS):
		hint = "; mount it writable or set XDG_STATE_HOME to a place that is"
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		hint = "; make it yours and writable"
	case errors.Is(err, unix.ELOOP):
		hint = "; it must not be a symbolic link"
	}
	return fmt.Errorf("cannot write the log %s: %w%s", path, err, hint)
}

func readError(path string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fmt.Errorf("cannot read the log %s: %w", path, err)
}
