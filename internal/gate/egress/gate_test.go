package egress

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
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

func TestPassedConnection(t *testing.T) {
	asked := make(chan Conn, 1)
	upstream := server(t, echo)
	h := start(t, func(g *gate) {
		g.Decide = func(_ context.Context, c Conn) (Route, error) {
			asked <- c
			return Route{Dial: upstream}, nil
		}
		g.Attribute = func(src, dst netip.AddrPort) (uint64, int, bool) {
			return uint64(src.Port()), int(dst.Port()), src.Addr().Is4()
		}
	})
	c := h.connect("a.example", 9000)
	port := c.LocalAddr().(*net.TCPAddr).Port
	if _, err := io.WriteString(c, "\x00hello"); err != nil {
		t.Fatal(err)
	}
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(c); err != nil || string(b) != "\x00hello" {
		t.Fatalf("read %q, %v", b, err)
	}
	want := Conn{Host: "a.example", Port: 9000, Protocol: "tcp", Tag: uint64(port), PID: 9000}
	if got := <-asked; got != want {
		t.Errorf("asked about %+v, want %+v", got, want)
	}
	r := h.record()
	if r.Conn != want || r.Outcome != Passed || r.Up != 6 || r.Down != 6 || r.Err != nil || r.Address.String() != upstream {
		t.Errorf("record %+v", r)
	}
}

func TestDeniedConnectionIsReset(t *testing.T) {
	h := start(t, func(g *gate) {
		g.Decide = func(context.Context, Conn) (Route, error) { return Route{}, errors.New("no") }
	})
	h.wantRefusal("a.example", 443)
	if r := h.record(); r.Outcome != Denied || r.Err.Error() != "no" || r.Protocol != "tls" {
		t.Errorf("record %+v", r)
	}
}

func TestClientThatLeavesWithdraws(t *testing.T) {
	for _, how := range []string{"close", "reset", "close after sending"} {
		t.Run(how, func(t *testing.T) {
			held := make(chan struct{})
			h := start(t, func(g *gate) {
				g.Decide = func(ctx context.Context, _ Conn) (Route, error) {
					close(held)
					<-ctx.Done()
					return Route{}, ctx.Err()
				}
			})
			c := h.connect("a.example", 443)
			<-held
			switch how {
			case "reset":
				c.SetLinger(0)
			case "close after sending":
				io.WriteString(c, "hello")
			}
			c.Close()
			if r := h.record(); r.Outcome != Withdrawn {
				t.Errorf("record %+v", r)
			}
		})
	}
}

func TestHeldConnectionKeepsItsBytes(t *testing.T) {
	held, release := make(chan struct{}), make(chan struct{})
	upstream := server(t, echo)
	h := start(t, func(g *gate) {
		g.Decide = func(context.Context, Conn) (Route, error) {
			close(held)
			<-release
			return Route{Dial: upstream}, nil
		}
	})
	c := h.connect("a.example", 9000)
	<-held
	sent := "\x00" + strings.Repeat("x", 200_000)
	go func() {
		io.WriteString(c, sent)
		c.CloseWrite()
	}()
	close(release)
	if b, err := io.ReadAll(c); err != nil || string(b) != sent {
		t.Fatalf("read %d bytes, %v", len(b), err)
	}
	if r := h.record(); r.Up != int64(len(sent)) || r.Down != r.Up || r.Err != nil {
		t.Errorf("record %+v", r)
	}
}

func TestHalfClosedClientIsServed(t *testing.T) {
	upstream := server(t, echo)
	asked := make(chan struct{})
	h := start(t, func(g *gate) {
		g.Decide = func(context.Context, Conn) (Route, error) {
			<-asked
			return Route{Dial: upstream}, nil
		}
	})
	c := h.connect("a.example", 80)
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: A.example:80\r\n\r\n")
	c.CloseWrite()
	close(asked)
	if b, err := io.ReadAll(c); err != nil || len(b) == 0 {
		t.Fatalf("read %q, %v", b, err)
	}
	if r := h.record(); r.Outcome != Passed || r.Protocol != "http" {
		t.Errorf("record %+v", r)
	}
}

func TestServerMaySpeakFirst(t *testing.T) {
	for greets, protocol := range map[string]string{
		"SSH-2.0-x\r\n":           "ssh",
		"\x05\x00\x00\x00\x0a8.0": "mysql",
		"220 mail.example\r\n":    "tcp",
	} {
		upstream := server(t, func(c *net.TCPConn) {
			io.WriteString(c, greets)
			io.Copy(io.Discard, c)
		})
		h := start(t, func(g *gate) { g.Decide = allowTo(upstream) })
		c := h.connect("a.example", 9000)
		b := make([]byte, len(greets))
		if _, err := io.ReadFull(c, b); err != nil || string(b) != greets {
			t.Fatalf("read %q, %v", b, err)
		}
		c.Close()
		if r := h.record(); r.Protocol != protocol || r.Down != int64(len(greets)) {
			t.Errorf("%q: record %+v", greets, r)
		}
	}
}

func TestNameAndRealityMustAgree(t *testing.T) {
	tests := []struct {
		name, host, first string
		want              Outcome
	}{
		{"SNI agrees", "a.example", string(realHello(t, "A.Example")), Passed},
		{"SNI of another host", "a.example", string(realHello(t, "b.example")), Refused},
		{"SNI of a host that passes", "a.example", string(realHello(t, "passes.example")), Passed},
		{"SNI on an address", "93.184.216.34", string(realHello(t, "b.example")), Refused},
		{"no SNI", "a.example", string(realHello(t, "")), Passed},
		{"broken hello", "a.example", "\x16\x03\x01\x00\x00", Refused},
		{"Host agrees", "a.example", "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", Passed},
		{"another Host", "a.example", "GET / HTTP/1.1\r\nHost: b.example\r\n\r\n", Refused},
		{"Host of another spelling", "127.1.example", "GET / HTTP/1.1\r\nHost: 2130706433\r\n\r\n", Refused},
		{"another absolute target", "a.example", "GET http://b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", Refused},
		{"CONNECT elsewhere", "a.example", "CONNECT b.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n", Refused},
		{"Host with a NUL", "a.example", "GET / HTTP/1.1\r\nHost: b.example\x00.a.example\r\n\r\n", Refused},
		{"HTTP/2 elsewhere", "a.example", h2(t, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "b.example"), Refused},
		{"unfinished head", "a.example", "GET / HTTP/1.1\r\nHost: a.example\r\n", Refused},
		{"endless head", "a.example", "GET / HTTP/1.1\r\nHost: a.example\r\nX: " + strings.Repeat("x", maxPeek), Refused},
		{"no host is named", "a.example", "\x00binary", Passed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := make(chan int, 1)
			upstream := server(t, func(c *net.TCPConn) {
				n, _ := io.Copy(io.Discard, c)
				got <- int(n)
			})
			h := start(t, func(g *gate) {
				g.Decide = allowTo(upstream)
				g.Passes = func(host string, port int) bool { return host == "passes.example" && port == 443 }
			})
			c := h.connect(test.host, 443)
			io.WriteString(c, test.first) // a refusal may come before the last byte
			c.CloseWrite()
			r := h.record()
			if r.Outcome != test.want || (r.Err != nil) != (test.want == Refused) {
				t.Errorf("record %+v", r)
			}
			want := len(test.first)
			if test.want == Refused {
				want = 0
			}
			if n := <-got; n != want {
				t.Errorf("%d bytes went out, want %d", n, want)
			}
		})
	}
}

func TestSlowHeadIsRefused(t *testing.T) {
	upstream := server(t, func(c *net.TCPConn) { io.Copy(io.Discard, c) })
	h := start(t, func(g *gate) {
		g.Decide = allowTo(upstream)
		g.headTime = 20 * time.Millisecond
	})
	c := h.connect("a.example", 80)
	io.WriteString(c, "GE")
	wantReset(t, c)
	if r := h.record(); r.Outcome != Refused || r.Up != 0 {
		t.Errorf("record %+v", r)
	}
}

func TestRefusedWithoutQuestion(t *testing.T) {
	h := start(t, func(g *gate) {
		g.Decide = func(_ context.Context, c Conn) (Route, error) {
			t.Errorf("asked about %+v", c)
			return Route{}, nil
		}
	})
	for _, dst := range []string{"198.18.77.1:443", "[fd74:776f:6b65:7900::9999]:443", "127.0.0.1:80", "[::1]:80", "0.0.0.0:80", "8.8.8.8:853"} {
		h.wantRefusal(dst, 0)
		if r := h.record(); r.Outcome != Refused || r.Err == nil {
			t.Errorf("%s: record %+v", dst, r)
		}
	}
}

func TestUnreadableDestinationIsRefused(t *testing.T) {
	h := start(t, func(g *gate) {
		g.Decide = allowTo("127.0.0.1:1")
		g.origin = func(*net.TCPConn) (netip.AddrPort, error) { return netip.AddrPort{}, syscall.ENOENT }
	})
	h.wantRefusal("a.example", 443)
	if r := h.record(); r.Outcome != Refused {
		t.Errorf("record %+v", r)
	}
}

func TestDirectConnectionHasNoOriginalDestination(t *testing.T) {
	h := start(t, func(g *gate) {
		g.Decide = allowTo("127.0.0.1:1")
		g.origin = originalDestination
	})
	h.wantRefusal("a.example", 443)
	if r := h.record(); r.Outcome != Refused {
		t.Errorf("record %+v", r)
	}
}

func TestUpstreamFailureIsReset(t *testing.T) {
	closed := listen(t)
	closed.Close()
	h := start(t, func(g *gate) { g.Decide = allowTo(closed.Addr().String()) })
	h.wantRefusal("a.example", 443)
	if r := h.record(); r.Outcome != Failed || !errors.Is(r.Err, syscall.ECONNREFUSED) {
		t.Errorf("record %+v", r)
	}
}

func TestResetIsCarriedBothWays(t *testing.T) {
	seen := make(chan error, 1)
	upstream := server(t, func(c *net.TCPConn) {
		_, err := io.Copy(io.Discard, c)
		seen <- err
	})
	h := start(t, func(g *gate) { g.Decide = allowTo(upstream) })
	c := h.connect("a.example", 9000)
	io.WriteString(c, "\x00")
	c.SetLinger(0)
	c.Close()
	if r := h.record(); r.Outcome != Passed {
		t.Errorf("record %+v", r)
	}
	<-seen // an end of either kind, but an end

	upstream = server(t, func(c *net.TCPConn) {
		io.ReadFull(c, make([]byte, 1))
		reset(c)
	})
	h = start(t, func(g *gate) { g.Decide = allowTo(upstream) })
	c = h.connect("a.example", 9000)
	io.WriteString(c, "\x00")
	wantReset(t, c)
	if r := h.record(); !errors.Is(r.Err, syscall.ECONNRESET) {
		t.Errorf("record %+v", r)
	}
}

func TestNothingRemainsAfterTheEnd(t *testing.T) {
	held := make(chan struct{}, 1)
	upstream := server(t, echo)
	h := start(t, func(g *gate) {
		g.Decide = func(ctx context.Context, c Conn) (Route, error) {
			if c.Host == "held.example" {
				held <- struct{}{}
				<-ctx.Done()
				return Route{}, ctx.Err()
			}
			return Route{Dial: upstream}, nil
		}
	})
	waiting := h.connect("held.example", 443)
	<-held
	open := h.connect("open.example", 9000)
	io.WriteString(open, "\x00")
	io.ReadFull(open, make([]byte, 1))
	h.stop()
	if err := <-h.ended; err != nil {
		t.Errorf("Serve = %v", err)
	}
	h.ended <- nil
	wantReset(t, waiting)
	wantReset(t, open)
	if n := len(h.records); n != 2 {
		t.Errorf("%d records when Serve returned, want 2", n)
	}
}

func TestTooManyConnectionsAreReset(t *testing.T) {
	h := start(t, func(g *gate) {
		g.slots = make(chan struct{}, 3)
		g.Decide = func(ctx context.Context, _ Conn) (Route, error) {
			<-ctx.Done()
			return Route{}, ctx.Err()
		}
	})
	for range 3 {
		h.connect("a.example", 443)
	}
	h.wantRefusal("a.example", 443)
	if n := len(h.records); n != 0 {
		t.Errorf("%d connections ended besides", n)
	}
}

func TestRedirectedPort53IsAnsweredHere(t *testing.T) {
	h := start(t, func(g *gate) {
		g.Decide = func(_ context.Context, c Conn) (Route, error) {
			t.Errorf("asked about %+v", c)
			return Route{}, nil
		}
	})
	r := net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return h.connect("8.8.8.8", 53), nil
	}}
	addrs, err := r.LookupNetIP(t.Context(), "ip4", "a.example.")
	if err != nil || len(addrs) != 1 || !h.gate.Names.Contains(addrs[0].Unmap()) {
		t.Errorf("%v, %v", addrs, err)
	}
}

func TestGateNeedsADecider(t *testing.T) {
	l := listen(t)
	if err := Serve(t.Context(), Config{TCP: []*net.TCPListener{l}}); err == nil {
		t.Error("a gate without a decider ran")
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener is open: %v", err)
	}
}

func TestRealTLSHandshake(t *testing.T) {
	cert := selfSigned(t, "a.example")
	upstream := server(t, func(c *net.TCPConn) {
		s := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}})
		fmt.Fprint(s, "hello")
		s.CloseWrite()
		io.Copy(io.Discard, c)
	})
	h := start(t, func(g *gate) { g.Decide = allowTo(upstream) })
	c := tls.Client(h.connect("a.example", 443), &tls.Config{ServerName: "a.example", InsecureSkipVerify: true})
	if b, err := io.ReadAll(c); err != nil || string(b) != "hello" {
		t.Errorf("read %q, %v", b, err)
	}
	c.Close()
	if r := h.record(); r.Protocol != "tls" || r.Err != nil {
		t.Errorf("record %+v", r)
	}
}
