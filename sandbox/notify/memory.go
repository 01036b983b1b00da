package notify

import (
	"bytes"
	"errors"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	pageSize = 4096
	// What the kernel takes: MAX_ARG_STRLEN for one string, and up to a
	// quarter of the stack limit, 2 MiB by default, for all.
	maxString = 32 * pageSize
	maxTotal  = 2 << 20
	maxPath   = 4096
)

var (
	errTooLarge = errors.New("arguments are larger than 2 MiB")
	errFault    = errors.New("arguments cannot be read from memory")
)

// memory reads another process's memory page by page and keeps what it read:
// the strings of one exec lie close together, so that few system calls do.
// It is not safe for concurrent use.
type memory struct {
	pid   int
	pages map[uint64][]byte // by address; nil: cannot be read
	store []byte            // backing of pages
	local []unix.Iovec
	far   []unix.RemoteIovec
	want  []uint64
	words []uint64
	text  []byte
	ends  []int
}

// maxPages bounds the pages kept for one exec: strings of maxTotal bytes spread
// thinly, with the arrays of pointers to them.
const maxPages = 4096

func (m *memory) reset(pid int) {
	m.pid = pid
	if m.pages == nil {
		m.pages = make(map[uint64][]byte, 64)
	}
	clear(m.pages)
	m.store = m.store[:0]
	m.want = m.want[:0]
}

// large reports whether the buffers are too big to keep.
func (m *memory) large() bool { return cap(m.store)+cap(m.text) > 128*pageSize || len(m.pages) > 128 }

// load fetches the pages of m.want that are not there yet.
func (m *memory) load() error {
	n := 0
	for _, page := range m.want {
		if _, ok := m.pages[page]; !ok {
			m.pages[page] = nil
			m.want[n] = page
			n++
		}
	}
	m.want = m.want[:n]
	for len(m.want) > 0 {
		if len(m.pages) > maxPages {
			return errTooLarge
		}
		batch := m.want[:min(len(m.want), 512)]
		if err := m.loadBatch(batch); err != nil {
			return err
		}
		m.want = m.want[len(batch):]
	}
	m.want = m.want[:0]
	return nil
}

func (m *memory) loadBatch(batch []uint64) error {
	for len(batch) > 0 {
		need := len(batch) * pageSize
		if cap(m.store)-len(m.store) < need {
			m.store = make([]byte, 0, max(need, 16*pageSize)) // earlier pages keep the old one
		}
		start := len(m.store)
		space := m.store[start : start+need]
		m.far = m.far[:0]
		for _, page := range batch {
			m.far = append(m.far, unix.RemoteIovec{Base: uintptr(page), Len: pageSize})
		}
		m.local = append(m.local[:0], unix.Iovec{Base: &space[0], Len: uint64(need)})
		got, err := processRead(m.pid, m.local, m.far)
		if err != nil && err != unix.EFAULT {
			return os.NewSyscallError("process_vm_readv", err)
		}
		whole := max(got, 0) / pageSize
		for i, page := range batch[:whole] {
			m.pages[page] = space[i*pageSize : (i+1)*pageSize : (i+1)*pageSize]
		}
		m.store = m.store[:start+whole*pageSize]
		if whole == len(batch) {
			return nil
		}
		batch = batch[whole+1:] // the page that stopped it stays unreadable
	}
	return nil
}

func processRead(pid int, local []unix.Iovec, far []unix.RemoteIovec) (int, error) {
	n, _, e := unix.RawSyscall6(unix.SYS_PROCESS_VM_READV, uintptr(pid),
		uintptr(unsafe.Pointer(&local[0])), uintptr(len(local)),
		uintptr(unsafe.Pointer(&far[0])), uintptr(len(far)), 0)
	if e != 0 {
		return 0, e
	}
	return int(n), nil
}

func pageOf(address uint64) uint64 { return address &^ (pageSize - 1) }

// need marks the page of an address for the next load.
func (m *memory) need(address uint64) {
	page := pageOf(address)
	if n := len(m.want); n > 0 && m.want[n-1] == page {
		return
	}
	if _, ok := m.pages[page]; ok {
		return
	}
	m.want = append(m.want, page)
}

// rest returns what was read from address to the end of its page, loading the
// page when it is new.
func (m *memory) rest(address uint64) ([]byte, error) {
	page := pageOf(address)
	b, ok := m.pages[page]
	if !ok {
		m.want = append(m.want[:0], page)
		if err := m.load(); err != nil {
			return nil, err
		}
		b = m.pages[page]
	}
	if b == nil {
		return nil, errFault
	}
	return b[address-page:], nil
}

// append adds a string without its NUL to m.text, at most limit bytes long.
func (m *memory) append(address uint64, limit int) error {
	start := len(m.text)
	for {
		b, err := m.rest(address)
		if err != nil {
			return err
		}
		end := bytes.IndexByte(b, 0)
		if end >= 0 {
			m.text = append(m.text, b[:end]...)
		} else {
			m.text = append(m.text, b...)
		}
		if len(m.text)-start >= limit || len(m.text) > maxTotal {
			return errTooLarge
		}
		if end >= 0 {
			return nil
		}
		address += uint64(len(b))
	}
}

// path reads one string.
func (m *memory) path(address uint64) (string, error) {
	m.text = m.text[:0]
	if err := m.append(address, maxPath); err != nil {
		return "", err
	}
	return string(m.text), nil
}

// strings reads the strings at the addresses, in one allocation.
func (m *memory) strings(addresses []uint64) ([]string, error) {
	m.text = m.text[:0]
	m.ends = m.ends[:0]
	for _, a := range addresses {
		if err := m.append(a, maxString); err != nil {
			return nil, err
		}
		m.ends = append(m.ends, len(m.text))
	}
	all := string(m.text)
	out := make([]string, len(addresses))
	start := 0
	for i, end := range m.ends {
		out[i] = all[start:end]
		start = end
	}
	return out, nil
}

// pointers reads an array of addresses up to its null one.
func (m *memory) pointers(address uint64, into []uint64) ([]uint64, error) {
	if address == 0 {
		return into, nil
	}
	for {
		p, err := m.word(address)
		if err != nil {
			return into, err
		}
		if p == 0 {
			return into, nil
		}
		into = append(into, p)
		if 8*len(into) > maxTotal {
			return into, errTooLarge
		}
		address += 8
	}
}

func (m *memory) word(address uint64) (uint64, error) {
	b, err := m.rest(address)
	if err != nil {
		return 0, err
	}
	if len(b) >= 8 {
		return *(*uint64)(unsafe.Pointer(&b[0])), nil
	}
	var w [8]byte
	n := copy(w[:], b)
	b, err = m.rest(address + uint64(n))
	if err != nil {
		return 0, err
	}
	copy(w[n:], b)
	return *(*uint64)(unsafe.Pointer(&w[0])), nil
}
