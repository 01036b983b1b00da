package egress

import (
	"bytes"
	"errors"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

const (
	maxPeek    = 64 << 10         // bytes of a first flight that are held back
	firstPeek  = 4 << 10          // enough for nearly every one
	headTime   = 10 * time.Second // from the first byte of a head to its last
	maxGreeted = 16
)

// errMore says that the bytes so far are the beginning of something that
// cannot be judged yet.
var errMore = errors.New("more bytes are needed")

// check reads what the client sends first without consuming it, names the
// protocol and makes sure that the host it speaks of is the one that was
// allowed. It returns "" and no error when the client never speaks.
func (g *gate) check(client *net.TCPConn, c Conn) (protocol string, err error) {
	buf := make([]byte, firstPeek)
	have := 0
	for {
		n, ended, err := peek(client, buf, have)
		if err != nil {
			if errors.Is(err, errTimeout) {
				return "", refuse("a %s head that is not complete after %v", protocol, g.headTime)
			}
			return "", err
		}
		if n == 0 {
			return "", nil
		}
		if have == 0 {
			if err := client.SetReadDeadline(time.Now().Add(g.headTime)); err != nil {
				return "", err
			}
		}
		have = n
		var hosts []string
		protocol, hosts, err = sniff(buf[:have])
		switch {
		case err == nil:
			if err := g.agree(c, protocol, hosts); err != nil {
				return protocol, err
			}
			return protocol, client.SetReadDeadline(time.Time{})
		case !errors.Is(err, errMore):
			return protocol, refuse("cannot read the %s head: %v", protocol, err)
		case ended:
			return protocol, refuse("a %s head that ends before it is complete", protocol)
		case have == maxPeek:
			return protocol, refuse("a %s head of more than %d bytes", protocol, maxPeek)
		case have == len(buf):
			buf = append(buf, make([]byte, maxPeek-len(buf))...)
		}
	}
}

// agree refuses a connection whose first bytes name a host that is neither
// the one that was looked up nor one that passes anyway.
func (g *gate) agree(c Conn, protocol string, hosts []string) error {
	for _, h := range hosts {
		name, err := Canonical(h)
		if err != nil {
			return refuse("the %s head names a host that is not one: %q", protocol, h)
		}
		if name != c.Host && (g.Passes == nil || !g.Passes(name, c.Port)) {
			return refuse("the %s head names %s, but %s was looked up", protocol, name, c.Host)
		}
	}
	return nil
}

// sniff names the protocol of a client's first bytes and the hosts that they
// name. It returns errMore while the bytes may still become a head that has
// to be read whole, and another error for a head that is malformed.
func sniff(b []byte) (protocol string, hosts []string, err error) {
	switch {
	case b[0] == recordHandshake:
		name, err := serverName(b)
		if errors.Is(err, errNotTLS) {
			return "tcp", nil, nil
		}
		if name != "" {
			hosts = []string{name}
		}
		return "tls", hosts, err
	case bytes.HasPrefix(b, []byte("SSH-")):
		return "ssh", nil, nil
	case postgresStartup(b):
		return "postgres", nil, nil
	case redisArray(b):
		return "redis", nil, nil
	}
	hosts, err = httpHosts(b)
	if errors.Is(err, errNotHTTP) {
		return "tcp", nil, nil
	}
	return "http", hosts, err
}

// postgresStartup recognises a StartupMessage of protocol 3, or a request for
// TLS, GSSAPI encryption or cancellation.
func postgresStartup(b []byte) bool {
	if len(b) < 8 || b[0] != 0 || b[1] != 0 {
		return false
	}
	code := [4]byte(b[4:8])
	return code == [4]byte{0, 3, 0, 0} || code == [4]byte{0, 3, 0, 2} ||
		code[0] == 0x04 && code[1] == 0xd2 && code[2] == 0x16 && code[3] >= 0x2e && code[3] <= 0x30
}

// redisArray recognises a RESP array of bulk strings: "*2\r\n$".
func redisArray(b []byte) bool {
	i := 1
	for i < len(b) && i < 8 && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	return b[0] == '*' && i > 1 && len(b) >= i+2 && b[i] == '\r' && b[i+1] == '\n'
}

// greeting names the protocol by what the server says first, for protocols in
// which it does; "" for others. An error of the socket is reported once by the
// kernel, so it must not be lost here.
func greeting(upstream *net.TCPConn) (string, error) {
	b := make([]byte, maxGreeted)
	n, _, err := peek(upstream, b, 0)
	if err != nil {
		return "", err
	}
	b = b[:n]
	switch {
	case bytes.HasPrefix(b, []byte("SSH-")):
		return "ssh", nil
	case n > 5 && b[3] == 0 && b[4] == 10: // first packet, protocol version 10
		return "mysql", nil
	}
	return "", nil
}

var errTimeout = errors.New("timed out")

// peek waits until more than have bytes can be read, the peer has ended its
// direction, or buf is full, and copies them without consuming them. It keeps
// to the read deadline.
func peek(c *net.TCPConn, buf []byte, have int) (n int, ended bool, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, false, err
	}
	var recvErr error
	err = raw.Read(func(fd uintptr) bool {
		// Asked before the bytes are read: an end seen here has none after it.
		ended = hangup(int(fd)) != 0
		for {
			n, _, recvErr = unix.Recvfrom(int(fd), buf, unix.MSG_PEEK|unix.MSG_DONTWAIT)
			if recvErr != unix.EINTR {
				break
			}
		}
		if recvErr == unix.EAGAIN {
			n, recvErr = 0, nil
			return false
		}
		return recvErr != nil || n == 0 || n > have || n == len(buf) || ended
	})
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return 0, false, errTimeout
	case err != nil:
		return 0, false, err
	case recvErr != nil:
		return 0, false, &net.OpError{Op: "read", Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: recvErr}
	}
	return n, ended || n == 0, nil
}
