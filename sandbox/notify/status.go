package notify

import (
	"bytes"
	"strconv"

	"golang.org/x/sys/unix"
)

// status is the text of /proc/PID/status, see proc_pid_status(5).
type status []byte

func readStatus(tid int) (status, error) {
	fd, err := unix.Open(procPath(tid, "status"), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	return readStatusFrom(fd)
}

func readStatusFrom(fd int) (status, error) {
	buffer := make([]byte, 8192) // about 1,400 bytes, more with many processors
	n, err := unix.Pread(fd, buffer, 0)
	if err != nil {
		return nil, err
	}
	return status(buffer[:n]), nil
}

// field returns the value of a line, without the name and white space. The
// first line holds the name, which the program chose, but with its newlines
// escaped: no line can be forged.
func (s status) field(name string) string {
	for line := range bytes.Lines(s) {
		if key, value, ok := bytes.Cut(line, []byte{':'}); ok && string(key) == name {
			return string(bytes.TrimSpace(value))
		}
	}
	return ""
}

func (s status) number(name string) int {
	n, _ := strconv.Atoi(s.field(name))
	return n
}

// deliverable returns the signals that are pending and would be acted on, and
// whether the thread itself must take one of them before it goes on.
func (s status) deliverable() (signals uint64, own bool) {
	blocked := s.hex("SigBlk") | s.hex("SigIgn")
	thread, group := s.hex("SigPnd")&^blocked, s.hex("ShdPnd")&^blocked
	return thread | group, thread != 0 || group != 0 && s.number("Threads") == 1
}

func (s status) hex(name string) uint64 {
	n, _ := strconv.ParseUint(s.field(name), 16, 64)
	return n
}
