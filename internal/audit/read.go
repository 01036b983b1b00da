package audit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// part is one file of the log as it was when the log was opened for reading.
type part struct {
	file *os.File
	name string
	size int64
}

// snapshot is a consistent look at the log: no record is half written in it.
type snapshot struct {
	parts   []part
	head    head
	headErr error
	missing []string // older files that should be there
	release func()
}

// openSnapshot opens the log's files under the lock, which it gives back before
// it returns: what was written by then does not change, so that writers need
// not wait for readers.
func openSnapshot(dir string) (*snapshot, error) {
	s := &snapshot{head: head{hash: noHash}, headErr: errNoHead}
	s.release = func() {
		for _, p := range s.parts {
			p.file.Close()
		}
	}
	headFile, err := openFile(dir, headName, os.O_RDONLY)
	switch {
	case err == nil:
		defer headFile.Close()
		unlock, err := lock(headFile, unix.LOCK_SH)
		if err != nil {
			return nil, readError(headFile.Name(), err)
		}
		defer unlock()
		s.head, s.headErr = readHead(headFile)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if err := s.openParts(dir); err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

func (s *snapshot) openParts(dir string) error {
	older, err := countOlder(dir)
	if err != nil {
		return readError(dir, err)
	}
	if s.head.older > older {
		s.missing = append(s.missing, olderName(s.head.older))
	}
	for n := uint64(1); n <= older+1; n++ {
		name := olderName(n)
		if n > older {
			name = logName
		}
		f, err := openFile(dir, name, os.O_RDONLY)
		if errors.Is(err, fs.ErrNotExist) {
			if name != logName {
				s.missing = append(s.missing, name)
			}
			continue
		}
		if err != nil {
			return err
		}
		info, err := f.Stat()
		if err != nil {
			f.Close()
			return readError(f.Name(), err)
		}
		s.parts = append(s.parts, part{file: f, name: name, size: info.Size()})
	}
	return nil
}

var errTorn = errors.New("the last line is incomplete")

// lines calls fn with each line of the part, newline included. The line is
// good until fn returns. It returns errTorn when no newline ends the part.
func (p part) lines(fn func(number int, line []byte) error) error {
	r := bufio.NewReaderSize(io.NewSectionReader(p.file, 0, p.size), 256<<10)
	var long []byte
	for number := 1; ; {
		chunk, err := r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			if len(long)+len(chunk) > maxLine {
				return fmt.Errorf("line %d is longer than any record", number)
			}
			long = append(long, chunk...)
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return readError(p.file.Name(), err)
		}
		line := chunk
		if len(long) > 0 {
			long = append(long, chunk...)
			line = long
		}
		if err != nil {
			if len(line) > 0 {
				return errTorn
			}
			return nil
		}
		if err := fn(number, line); err != nil {
			return err
		}
		long = long[:0]
		number++
	}
}

// Read calls fn with the records from seq from on, oldest first, as they were
// when it began. Each record is checked against its own hash, not against the
// others; Verify does that. A line that fails the check is an error. Read
// returns the error of fn as it is.
func Read(dir string, from uint64, fn func(Record) error) error {
	s, err := openSnapshot(dir)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	defer s.release()
	for i := len(s.parts) - 1; i > 0; i-- {
		if first, ok := s.parts[i].first(); ok && first <= from {
			s.parts, i = s.parts[i:], 0
		}
	}
	for _, p := range s.parts {
		err := p.lines(func(number int, line []byte) error {
			r, err := parseLine(line)
			if err != nil {
				return fmt.Errorf("%s: line %d: %w; `twokey log verify` tells more", p.file.Name(), number, err)
			}
			if r.Seq < from {
				return nil
			}
			return fn(r)
		})
		if err != nil && !errors.Is(err, errTorn) { // the next writer moves it aside
			return err
		}
	}
	return nil
}

var errStop = errors.New("stop")

// first returns the seq of the part's first record.
func (p part) first() (seq uint64, ok bool) {
	_ = p.lines(func(_ int, line []byte) error {
		if r, err := parseLine(line); err == nil {
			seq, ok = r.Seq, true
		}
		return errStop
	})
	return seq, ok
}
