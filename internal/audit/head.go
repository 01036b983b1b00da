package audit

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// head says which record is the last; see the package comment.
type head struct {
	seq    uint64
	hash   string
	size   int64  // of log.jsonl after that record
	older  uint64 // number of older files
	synced uint64 // the last record known to be on disk
	boot   string // the boot in which this head was written
}

// headLen is the length of a head in bytes. It is fixed, so that a head is
// overwritten in place by one write that stays within one sector.
var headLen = len(head{hash: noHash}.line())

func (h head) line() []byte {
	boot := h.boot
	if len(boot) != 36 {
		boot = noBoot
	}
	b := make([]byte, 0, 256)
	b = append(b, "twokey-log-head 1 seq="...)
	b = padded(b, h.seq, 20)
	b = append(b, " hash="...)
	b = append(b, h.hash...)
	b = append(b, " size="...)
	b = padded(b, uint64(h.size), 20)
	b = append(b, " older="...)
	b = padded(b, h.older, 6)
	b = append(b, " synced="...)
	b = padded(b, h.synced, 20)
	b = append(b, " boot="...)
	b = append(b, boot...)
	return append(b, '\n')
}

const noBoot = "------------------------------------"

// padded appends n in at least width digits.
func padded(b []byte, n uint64, width int) []byte {
	var digits [20]byte
	text := strconv.AppendUint(digits[:0], n, 10)
	for range width - len(text) {
		b = append(b, '0')
	}
	return append(b, text...)
}

var errNoHead = errors.New("the head is empty")

// readHead returns errNoHead for an empty file, which a new log has.
func readHead(f *os.File) (head, error) {
	h := head{hash: noHash}
	var space [512]byte
	buf := space[:headLen+1]
	n, err := unix.Pread(int(f.Fd()), buf, 0)
	for errors.Is(err, unix.EINTR) {
		n, err = unix.Pread(int(f.Fd()), buf, 0)
	}
	if err != nil {
		return h, os.NewSyscallError("pread", err)
	}
	if n == 0 {
		return h, errNoHead
	}
	bad := errors.New("the head is not readable as one")
	if n != headLen {
		return h, bad
	}
	fields := bytes.Fields(buf[:n])
	if len(fields) != 8 {
		return h, bad
	}
	got := head{
		seq: number(fields[2]), hash: text(fields[3]), size: int64(number(fields[4])),
		older: number(fields[5]), synced: number(fields[6]), boot: text(fields[7]),
	}
	if string(got.line()) != string(buf[:n]) || got.size < 0 {
		return h, bad
	}
	return got, nil
}

// text and number give the value of "name=value". What they cannot read comes
// out as something else than was there, which readHead sees.
func text(field []byte) string {
	_, value, _ := bytes.Cut(field, []byte("="))
	return string(value)
}

func number(field []byte) uint64 {
	n, err := strconv.ParseUint(text(field), 10, 63)
	if err != nil {
		return 0
	}
	return n
}

// bootID names the running boot, "" where the kernel does not tell.
func bootID() string {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
