package sys

import (
	"errors"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// MaxDescriptors is how many descriptors one message may carry. The kernel
// takes at most 253 (SCM_MAX_FD, unix(7)).
const MaxDescriptors = 64

// MaxPayload is the largest payload of one message in bytes: room for the
// largest argv and environment that execve(2) takes, several times over.
const MaxPayload = 64 << 20

const headerSize = 8 // length, type, number of descriptors, two zero bytes

// Message is one message on a Conn.
type Message struct {
	Type    byte
	Payload []byte
	Files   []int // descriptors; whoever received them owns them
}

// CloseFiles closes every descriptor that came with the message.
func (m *Message) CloseFiles() {
	for _, fd := range m.Files {
		unix.Close(fd)
	}
	m.Files = nil
}

// Conn exchanges framed messages with descriptors over a connected stream
// socket (unix(7), SCM_RIGHTS). Send may be called by several goroutines,
// Receive by one. Calls block the calling thread; Shutdown wakes them.
type Conn struct {
	fd   int
	send sync.Mutex
}

// NewConn takes ownership of fd, a connected AF_UNIX SOCK_STREAM socket.
func NewConn(fd int) *Conn { return &Conn{fd: fd} }

// Socketpair returns the two descriptors of a connected pair (socketpair(2)).
func Socketpair() (a, b int, err error) {
	p, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, -1, os.NewSyscallError("socketpair", err)
	}
	return p[0], p[1], nil
}

// Send writes one message whole. Its descriptors stay the caller's.
func (c *Conn) Send(m Message) error {
	if len(m.Payload) > MaxPayload || len(m.Files) > MaxDescriptors {
		return os.NewSyscallError("sendmsg", unix.EMSGSIZE)
	}
	b := make([]byte, headerSize, headerSize+len(m.Payload))
	n := uint32(len(m.Payload))
	b[0], b[1], b[2], b[3] = byte(n), byte(n>>8), byte(n>>16), byte(n>>24)
	b[4], b[5] = m.Type, byte(len(m.Files))
	b = append(b, m.Payload...)
	var oob []byte
	if len(m.Files) > 0 {
		oob = unix.UnixRights(m.Files...)
	}
	c.send.Lock()
	defer c.send.Unlock()
	for len(b) > 0 {
		n, err := unix.SendmsgN(c.fd, b, oob, nil, unix.MSG_NOSIGNAL)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return os.NewSyscallError("sendmsg", err)
		}
		b, oob = b[n:], nil
	}
	return nil
}

// Receive reads one message. It returns io.EOF when the peer is gone; a
// message cut short or with an impossible length is an error, after which the
// connection is of no use.
func (c *Conn) Receive() (Message, error) {
	var h [headerSize]byte
	var fds []int
	fail := func(err error) (Message, error) {
		m := Message{Files: fds}
		m.CloseFiles()
		return Message{}, err
	}
	for got := 0; got < headerSize; {
		n, err := c.read(h[got:], &fds)
		if err != nil {
			if got > 0 && err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return fail(err)
		}
		got += n
	}
	n := int(uint32(h[0]) | uint32(h[1])<<8 | uint32(h[2])<<16 | uint32(h[3])<<24)
	if n > MaxPayload {
		return fail(errors.New("message is too long"))
	}
	m := Message{Type: h[4], Payload: make([]byte, n)}
	for got := 0; got < n; {
		k, err := c.read(m.Payload[got:], &fds)
		if err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return fail(err)
		}
		got += k
	}
	if len(fds) != int(h[5]) {
		return fail(errors.New("message lost a descriptor"))
	}
	m.Files = fds
	return m, nil
}

// read reads what is there, appending received descriptors to fds.
func (c *Conn) read(p []byte, fds *[]int) (int, error) {
	oob := make([]byte, unix.CmsgSpace(4*MaxDescriptors))
	for {
		n, on, flags, _, err := unix.Recvmsg(c.fd, p, oob, unix.MSG_CMSG_CLOEXEC)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return 0, os.NewSyscallError("recvmsg", err)
		}
		if err := takeRights(oob[:on], fds); err != nil {
			return 0, err
		}
		if flags&unix.MSG_CTRUNC != 0 {
			return 0, errors.New("message lost a descriptor")
		}
		if n == 0 {
			return 0, io.EOF
		}
		return n, nil
	}
}

func takeRights(oob []byte, fds *[]int) error {
	if len(oob) == 0 {
		return nil
	}
	cs, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return os.NewSyscallError("recvmsg", err)
	}
	for i := range cs {
		got, err := unix.ParseUnixRights(&cs[i])
		if err != nil {
			return os.NewSyscallError("recvmsg", err)
		}
		*fds = append(*fds, got...)
	}
	return nil
}

// Shutdown ends both directions, which wakes a blocked Receive on either end.
func (c *Conn) Shutdown() { _ = unix.Shutdown(c.fd, unix.SHUT_RDWR) }

// Close releases the descriptor. No Receive may be in progress; a later Send
// fails.
func (c *Conn) Close() {
	c.send.Lock()
	defer c.send.Unlock()
	if c.fd >= 0 {
		unix.Close(c.fd)
		c.fd = -1
	}
}
