package egress

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
)

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
