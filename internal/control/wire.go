package control

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// MaxMessage is the largest message either side accepts, in bytes: room for
// the largest argv and environment that execve(2) takes.
const MaxMessage = 16 << 20

const maxDescriptors = 16

// Socket is one end of a connected SOCK_STREAM Unix socket.
type Socket interface {
	// Send writes all of p, the descriptors attached to its first byte.
	Send(p []byte, fds []int) error
	// Recv reads up to len(p) bytes and appends received descriptors to fds.
	Recv(p []byte, fds *[]int) (int, error)
	Close() error
}

// Message is one message of the shell protocol.
type Message struct {
	Type    Type
	Payload []byte
	Files   []int // descriptors; whoever receives them owns them
}

// Type names a message of the shell protocol.
type Type byte

// The messages of the shell protocol, who sends them and when:
//
//	Run       client      first, once: a command line with descriptors 0, 1, 2
//	Signal    client      after Run: a signal number for the command's group
//	Accepted  supervisor  first: from here on the command may have run
//	Terminal  supervisor  before the command starts: the pty's master
//	Notice    supervisor  any time before the end: a line for stderr
//	Moved     supervisor  last: the workspace whose session to ask instead; nothing ran
//	Exit      supervisor  last: the exit status
//	Fail      supervisor  last: exit status and a line for stderr
//
// A message out of its phase ends the connection.
const (
	TypeRun Type = iota + 1
	TypeSignal
	TypeAccepted
	TypeTerminal
	TypeNotice
	TypeMoved
	TypeExit
	TypeFail
)

// Write sends one message.
func Write(s Socket, m Message) error {
	if len(m.Payload) > MaxMessage {
		return fmt.Errorf("cannot send a message of %d bytes: the limit is %d", len(m.Payload), MaxMessage)
	}
	frame := make([]byte, 5, 5+len(m.Payload))
	frame[0] = byte(m.Type)
	binary.BigEndian.PutUint32(frame[1:], uint32(len(m.Payload)))
	return s.Send(append(frame, m.Payload...), m.Files)
}

// Read receives one message. io.EOF means that the peer closed between two.
func Read(s Socket) (Message, error) {
	var m Message
	head := make([]byte, 5)
	if err := fill(s, head, &m.Files, true); err != nil {
		return Message{}, err
	}
	m.Type = Type(head[0])
	n := binary.BigEndian.Uint32(head[1:])
	if n > MaxMessage {
		closeAll(m.Files)
		return Message{}, fmt.Errorf("cannot take a message of %d bytes: the limit is %d", n, MaxMessage)
	}
	m.Payload = make([]byte, n)
	if err := fill(s, m.Payload, &m.Files, false); err != nil {
		closeAll(m.Files)
		return Message{}, err
	}
	return m, nil
}

func fill(s Socket, p []byte, fds *[]int, atStart bool) error {
	for got := 0; got < len(p); {
		n, err := s.Recv(p[got:], fds)
		got += n
		switch {
		case n == 0 && (err == nil || errors.Is(err, io.EOF)):
			if atStart && got == 0 {
				return io.EOF
			}
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		}
	}
	return nil
}

// Payloads are sequences of counted byte strings and numbers, since commands
// and environments need not be UTF-8.

type encoder struct{ b []byte }

func (e *encoder) number(n uint64) { e.b = binary.AppendUvarint(e.b, n) }

func (e *encoder) text(s string) {
	e.number(uint64(len(s)))
	e.b = append(e.b, s...)
}

func (e *encoder) list(l []string) {
	e.number(uint64(len(l)))
	for _, s := range l {
		e.text(s)
	}
}

type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(d.b)
	if size <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[size:]
	return n
}

func (d *decoder) text() string {
	n := d.number()
	if n > uint64(len(d.b)) {
		d.bad, d.b = true, nil
		return ""
	}
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}

func (d *decoder) list() []string {
	n := d.number()
	if n > uint64(len(d.b)) { // each entry takes a byte at least
		d.bad, d.b = true, nil
		return nil
	}
	l := make([]string, 0, n)
	for range n {
		l = append(l, d.text())
	}
	return l
}

func (d *decoder) end(what string) error {
	if d.bad || len(d.b) > 0 {
		return fmt.Errorf("cannot read the %s message: it is malformed", what)
	}
	return nil
}

// Run is a command line that a caller wants run.
type Run struct {
	Args  []string // the shell's whole argv
	Dir   string   // the caller's working directory, "" when it was deleted
	Env   []string
	Umask int
	// Terminals are those of descriptors 0, 1 and 2 that are terminals.
	Terminals []int
	Rows      int // of the terminal, 0 when there is none
	Columns   int
}

// Encode returns the payload of a Run message.
func (r Run) Encode() []byte {
	var e encoder
	e.list(r.Args)
	e.text(r.Dir)
	e.list(r.Env)
	e.number(uint64(r.Umask))
	var mask uint64
	for _, fd := range r.Terminals {
		mask |= 1 << fd
	}
	e.number(mask)
	e.number(uint64(r.Rows))
	e.number(uint64(r.Columns))
	return e.b
}

// DecodeRun reads the payload of a Run message.
func DecodeRun(p []byte) (Run, error) {
	d := decoder{b: p}
	r := Run{Args: d.list(), Dir: d.text(), Env: d.list(), Umask: int(d.number() & 0o777)}
	mask := d.number()
	for fd := range 3 {
		if mask&(1<<fd) != 0 {
			r.Terminals = append(r.Terminals, fd)
		}
	}
	r.Rows, r.Columns = int(d.number()&0xffff), int(d.number()&0xffff)
	if err := d.end("run"); err != nil {
		return Run{}, err
	}
	if len(r.Args) == 0 {
		return Run{}, errors.New("cannot read the run message: it has no argv")
	}
	return r, nil
}

// End is how a command, or the attempt to run it, ended.
type End struct {
	Status int
	Text   string // a line for stderr, without "twokey: "; "" for none
}

// Encode returns the payload of an Exit or Fail message.
func (n End) Encode() []byte {
	var e encoder
	e.number(uint64(n.Status))
	e.text(n.Text)
	return e.b
}

// DecodeEnd reads the payload of an Exit or Fail message.
func DecodeEnd(p []byte) (End, error) {
	d := decoder{b: p}
	n := End{Status: int(d.number() & 0xff), Text: d.text()}
	return n, d.end("end")
}

// EncodeNumber returns the payload of a Signal message.
func EncodeNumber(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }

// DecodeNumber reads the payload of a Signal message.
func DecodeNumber(p []byte) (int, error) {
	d := decoder{b: p}
	n := int(d.number() & 0xff)
	return n, d.end("signal")
}
