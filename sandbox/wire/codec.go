package wire

import (
	"encoding/binary"
	"errors"
)

var errShort = errors.New("message is cut short")

type writer struct{ b []byte }

func (w *writer) num(v uint64)   { w.b = binary.AppendUvarint(w.b, v) }
func (w *writer) int(v int)      { w.b = binary.AppendVarint(w.b, int64(v)) }
func (w *writer) str(s string)   { w.num(uint64(len(s))); w.b = append(w.b, s...) }
func (w *writer) bytes(p []byte) { w.num(uint64(len(p))); w.b = append(w.b, p...) }

func (w *writer) flag(v bool) {
	if v {
		w.num(1)
	} else {
		w.num(0)
	}
}

func (w *writer) strs(s []string) {
	w.num(uint64(len(s)))
	for _, v := range s {
		w.str(v)
	}
}

func (w *writer) ints(s []int) {
	w.num(uint64(len(s)))
	for _, v := range s {
		w.int(v)
	}
}

// reader keeps the first error; what is read after it is zero.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail() {
	if r.err == nil {
		r.err = errShort
	}
	r.b = nil
}

func (r *reader) num() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) int() int {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return int(v)
}

func (r *reader) bytes() []byte {
	n := r.num()
	if n > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	if n == 0 {
		return nil
	}
	p := r.b[:n:n]
	r.b = r.b[n:]
	return p
}

func (r *reader) str() string { return string(r.bytes()) }
func (r *reader) flag() bool  { return r.num() != 0 }

// count reads the length of a list whose elements take at least one byte.
func (r *reader) count() int {
	n := r.num()
	if n > uint64(len(r.b)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) strs() []string {
	n := r.count()
	if n == 0 {
		return nil
	}
	s := make([]string, 0, n)
	for i := 0; i < n && r.err == nil; i++ {
		s = append(s, r.str())
	}
	return s
}

func (r *reader) ints() []int {
	n := r.count()
	if n == 0 {
		return nil
	}
	s := make([]int, 0, n)
	for i := 0; i < n && r.err == nil; i++ {
		s = append(s, r.int())
	}
	return s
}

func (r *reader) done() error {
	if r.err == nil && len(r.b) > 0 {
		r.err = errors.New("message is too long")
	}
	return r.err
}
