package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
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

// headFormat has a fixed length, so that a head is overwritten in place by one
// write that stays within one sector.
const headFormat = "twokey-log-head 1 seq=%020d hash=%64s size=%020d older=%06d synced=%020d boot=%36s\n"

var headLen = len(head{hash: noHash}.line())

func (h head) line() []byte {
	boot := h.boot
	if len(boot) != 36 {
		boot = strings.Repeat("-", 36)
	}
	return fmt.Appendf(nil, headFormat, h.seq, h.hash, h.size, h.older, h.synced, boot)
}

var errNoHead = errors.New("the head is empty")

// readHead returns errNoHead for an empty file, which a new log has.
func readHead(f io.ReaderAt) (head, error) {
	h := head{hash: noHash}
	buf := make([]byte, headLen+1)
	n, err := f.ReadAt(buf, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return h, fmt.Errorf("cannot read the head: %w", err)
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
