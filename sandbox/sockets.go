package sandbox

import (
	"fmt"
	"net"
	"net/netip"
	"os"
)

// Sockets were opened inside the sandbox's network namespace. Every TCP
// connection that the sandbox makes, but for those to 127.0.0.0/8 and ::1,
// arrives at TCP4 or TCP6, whose original destination getsockopt(SO_ORIGINAL_DST)
// tells (ip(7), nftables redir); every query to UDP or TCP port 53 arrives at
// DNS or DNSTCP. A connection whose original destination is the listener's own
// address was made to it directly and has none.
type Sockets struct {
	TCP4   *net.TCPListener
	TCP6   *net.TCPListener // nil without IPv6
	DNS    *net.UDPConn
	DNSTCP *net.TCPListener
}

// TCP lists the listeners for redirected connections.
func (s Sockets) TCP() []*net.TCPListener {
	if s.TCP6 == nil {
		return []*net.TCPListener{s.TCP4}
	}
	return []*net.TCPListener{s.TCP4, s.TCP6}
}

func (s Sockets) close() {
	if s.TCP4 != nil {
		s.TCP4.Close()
	}
	if s.TCP6 != nil {
		s.TCP6.Close()
	}
	if s.DNS != nil {
		s.DNS.Close()
	}
	if s.DNSTCP != nil {
		s.DNSTCP.Close()
	}
}

// Sockets are the caller's to serve and to close; closing them twice is fine.
func (s *Sandbox) Sockets() Sockets { return s.sockets }

// takeSockets owns fds: TCP for IPv4, DNS, DNS over TCP and perhaps TCP for
// IPv6.
func takeSockets(fds []int) (s Sockets, err error) {
	listener := func(fd int) *net.TCPListener {
		f := os.NewFile(uintptr(fd), "listener")
		defer f.Close()
		if err != nil {
			return nil
		}
		l, lerr := net.FileListener(f)
		tcp, ok := l.(*net.TCPListener)
		if lerr != nil || !ok {
			err = fmt.Errorf("cannot use the sandbox's listener: %w", lerr)
			return nil
		}
		return tcp
	}
	s.TCP4 = listener(fds[0])
	dns := os.NewFile(uintptr(fds[1]), "dns")
	defer dns.Close()
	s.DNSTCP = listener(fds[2])
	if len(fds) > 3 {
		s.TCP6 = listener(fds[3])
	}
	if err != nil {
		s.close()
		return Sockets{}, err
	}
	conn, err := net.FilePacketConn(dns)
	udp, ok := conn.(*net.UDPConn)
	if err != nil || !ok {
		s.close()
		return Sockets{}, fmt.Errorf("cannot use the sandbox's DNS socket: %w", err)
	}
	s.DNS = udp
	return s, nil
}

// Attribute finds whose connection was accepted, by its own address: the tag
// of the command and the host's pid. ok is false when it is not known.
func (s *Sandbox) Attribute(src, _ netip.AddrPort) (tag uint64, pid int, ok bool) {
	c, ok := s.notify.Attribute(int(src.Port()), src.Addr().Is6() && !src.Addr().Is4In6())
	return c.Tag, c.PID, ok
}
