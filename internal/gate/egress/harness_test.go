package egress

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// harness is a running gate whose redirect is played by the test: every
// connection to it was "going to" the destination that the test sets.
type harness struct {
	t       *testing.T
	gate    *gate
	dst     atomic.Pointer[netip.AddrPort]
	records chan Connection
	stop    context.CancelFunc
	ended   chan error
}

func listen(t testing.TB) *net.TCPListener {
	t.Helper()
	l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func start(t *testing.T, edit func(*gate)) *harness {
	t.Helper()
	h := &harness{t: t, records: make(chan Connection, 2*MaxConnections), ended: make(chan error, 1)}
	names, err := NewNames(netip.Prefix{}, netip.Prefix{})
	if err != nil {
		t.Fatal(err)
	}
	h.gate = newGate(Config{
		TCP: []*net.TCPListener{listen(t)}, Names: names, Record: func(c Connection) { h.records <- c },
	})
	h.gate.origin = func(*net.TCPConn) (netip.AddrPort, error) {
		if p := h.dst.Load(); p != nil {
			return *p, nil
		}
		return netip.AddrPort{}, errors.New("no destination")
	}
	edit(h.gate)
	ctx, cancel := context.WithCancel(t.Context())
	h.stop = cancel
	go func() { h.ended <- h.gate.serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-h.ended; err != nil {
			t.Errorf("the gate ended with %v", err)
		}
	})
	return h
}

// connect opens a connection as a program would that looked name up.
func (h *harness) connect(name string, port uint16) *net.TCPConn {
	h.t.Helper()
	a, err := netip.ParseAddr(name)
	if err != nil {
		if a, _, err = h.gate.Names.Map(name); err != nil {
			h.t.Fatal(err)
		}
	}
	return h.connectTo(netip.AddrPortFrom(a, port))
}

func (h *harness) connectTo(dst netip.AddrPort) *net.TCPConn {
	h.t.Helper()
	c, err := h.dial(dst)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		h.t.Fatal(err)
	}
	return c.(*net.TCPConn)
}

func (h *harness) dial(dst netip.AddrPort) (net.Conn, error) {
	h.dst.Store(&dst)
	return net.Dial("tcp", h.gate.TCP[0].Addr().String())
}

// wantRefusal expects a reset, which may come while connect still runs.
func (h *harness) wantRefusal(name string, port uint16) {
	h.t.Helper()
	dst, err := netip.ParseAddrPort(name)
	if err != nil {
		a, _, err := h.gate.Names.Map(name)
		if err != nil {
			h.t.Fatal(err)
		}
		dst = netip.AddrPortFrom(a, port)
	}
	c, err := h.dial(dst)
	if err == nil {
		defer c.Close()
		_, err = io.ReadAll(c)
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		h.t.Errorf("the client got %v, want a reset", err)
	}
}

func (h *harness) record() Connection {
	h.t.Helper()
	select {
	case r := <-h.records:
		return r
	case <-time.After(20 * time.Second):
		h.t.Fatal("no record was made")
		panic("unreachable")
	}
}

// server accepts connections and gives each to handle.
func server(t testing.TB, handle func(*net.TCPConn)) string {
	l := listen(t)
	go func() {
		for {
			c, err := l.AcceptTCP()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				handle(c)
			}()
		}
	}()
	return l.Addr().String()
}

// echo sends everything back and ends when the client has ended.
func echo(c *net.TCPConn) { io.Copy(c, c) }

func allowTo(dial string) func(context.Context, Conn) (Route, error) {
	return func(context.Context, Conn) (Route, error) { return Route{Dial: dial}, nil }
}

func wantReset(t *testing.T, c net.Conn) {
	t.Helper()
	if _, err := io.ReadAll(c); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client read %v, want a reset", err)
	}
}
