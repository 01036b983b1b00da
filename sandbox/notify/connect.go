package notify

import (
	"encoding/binary"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// A copied socket keeps its connection open after the program closed it, so
	// it is held no longer than an accept takes.
	socketAge   = 5 * time.Second
	maxSockets  = 1024
	maxSockaddr = 128
)

// sockets holds copies of sockets that are about to connect, until the
// accepting end asks or they are too old.
type sockets struct {
	mu     sync.Mutex
	list   []pending // oldest first
	timer  *time.Timer
	closed bool
}

type pending struct {
	Connection
	fd    int
	since time.Time
}

// serveConnect keeps a copy of a TCP socket and lets the call go on: the egress
// gate judges what arrives.
func (w *worker) serveConnect(n *notification) {
	if c, fd, ok := w.connection(n); ok {
		if w.listener.valid(n.id) {
			w.sockets.add(c, fd)
			w.config.Handler.Connect(&c)
		} else {
			_ = unix.Close(fd)
		}
	}
	_ = w.listener.goOn(n.id)
}

// connection copies the socket when it is one that the egress gate may accept.
// Loopback inside the sandbox is not: nobody would ask for it.
func (w *worker) connection(n *notification) (Connection, int, bool) {
	c := Connection{TID: int(n.pid)}
	address, ok := w.socketAddress(n)
	if !ok || address.Addr().Unmap().IsLoopback() || address.Addr().IsUnspecified() {
		return c, -1, false
	}
	c.Addr = address
	var err error
	if c.PID, err = leader(c.TID); err != nil {
		return c, -1, false
	}
	var limit unix.Rlimit
	if err := prlimit(c.TID, nil, &limit); err != nil {
		return c, -1, false
	}
	if limit.Cur != w.untagged {
		c.Tag = limit.Cur
	}
	fd, err := copyDescriptor(c.PID, int(int32(n.data.args[0])))
	if err != nil {
		return c, -1, false
	}
	domain, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	if err == nil && (domain == unix.AF_INET || domain == unix.AF_INET6) {
		if kind, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE); err == nil && kind == unix.SOCK_STREAM {
			c.Comm = comm(c.TID)
			return c, fd, true
		}
	}
	_ = unix.Close(fd)
	return c, -1, false
}

func comm(tid int) string {
	b, err := os.ReadFile(procPath(tid, "comm"))
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(b), "\n")
}

// socketAddress reads the destination from the process's memory. It can change
// before the kernel reads it: what hangs on it is attribution only.
func (w *worker) socketAddress(n *notification) (netip.AddrPort, bool) {
	var raw [maxSockaddr]byte
	size := min(n.data.args[2], maxSockaddr)
	if size < unix.SizeofSockaddrInet4 {
		return netip.AddrPort{}, false
	}
	local := []unix.Iovec{{Base: &raw[0], Len: size}}
	far := []unix.RemoteIovec{{Base: uintptr(n.data.args[1]), Len: int(size)}}
	got, err := processRead(int(n.pid), local, far)
	if err != nil {
		return netip.AddrPort{}, false
	}
	return parseSockaddr(raw[:got])
}

func parseSockaddr(b []byte) (netip.AddrPort, bool) {
	if len(b) < unix.SizeofSockaddrInet4 {
		return netip.AddrPort{}, false
	}
	port := binary.BigEndian.Uint16(b[2:])
	switch *(*uint16)(unsafe.Pointer(&b[0])) {
	case unix.AF_INET:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:8])), port), true
	case unix.AF_INET6:
		if len(b) >= 24 {
			return netip.AddrPortFrom(netip.AddrFrom16([16]byte(b[8:24])), port), true
		}
	}
	return netip.AddrPort{}, false
}

func (s *sockets) add(c Connection, fd int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = unix.Close(fd)
		return
	}
	if len(s.list) >= maxSockets {
		_ = unix.Close(s.list[0].fd)
		s.list = s.list[1:]
	}
	s.list = append(s.list, pending{c, fd, time.Now()})
	if s.timer == nil {
		s.timer = time.AfterFunc(socketAge, s.expire)
	}
}

// expire closes what is too old.
func (s *sockets) expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for len(s.list) > 0 && now.Sub(s.list[0].since) >= socketAge {
		_ = unix.Close(s.list[0].fd)
		s.list = s.list[1:]
	}
	s.timer = nil
	if len(s.list) > 0 && !s.closed {
		s.timer = time.AfterFunc(max(socketAge-now.Sub(s.list[0].since), time.Millisecond), s.expire)
	}
}

func (s *sockets) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, p := range s.list {
		_ = unix.Close(p.fd)
	}
	s.list = nil
	if s.timer != nil {
		s.timer.Stop()
	}
}

// Attribute finds whose connection an acceptor in the sandbox's network has:
// localPort is the port that the accepted peer connects from, v6 whether it
// came by IPv6. The copy of the socket is closed, so that a second call does
// not find it. false: not known, or two sockets use the port.
func (s *Server) Attribute(localPort int, v6 bool) (Connection, bool) {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	found := -1
	for i, p := range s.sockets.list {
		if port, is6, ok := boundPort(p.fd); ok && port == localPort && is6 == v6 {
			if found >= 0 && s.sockets.list[found].Tag != p.Tag {
				return Connection{}, false
			}
			found = i
		}
	}
	if found < 0 {
		return Connection{}, false
	}
	p := s.sockets.list[found]
	_ = unix.Close(p.fd)
	s.sockets.list = append(s.sockets.list[:found:found], s.sockets.list[found+1:]...)
	return p.Connection, true
}

func boundPort(fd int) (port int, v6, ok bool) {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return 0, false, false
	}
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return sa.Port, false, true
	case *unix.SockaddrInet6:
		return sa.Port, !netip.AddrFrom16(sa.Addr).Is4In6(), true
	}
	return 0, false, false
}
