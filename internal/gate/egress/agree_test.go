package egress

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

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
