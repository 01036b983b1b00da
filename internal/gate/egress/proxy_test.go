package egress

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/http/httpproxy"
)

// proxyServer answers each CONNECT with answer and then echoes; the requests
// are sent to the channel.
func proxyServer(t *testing.T, answer string) (string, chan *http.Request) {
	requests := make(chan *http.Request, 10)
	return server(t, func(c *net.TCPConn) {
		r, err := http.ReadRequest(bufio.NewReader(c))
		if err != nil {
			return
		}
		requests <- r
		io.WriteString(c, answer)
		echo(c)
	}), requests
}

func TestConnectionThroughTheProxy(t *testing.T) {
	address, requests := proxyServer(t, "HTTP/1.1 200 OK\r\nX: y\r\n\r\nSSH-2.0-first\r\n")
	environment := httpproxy.Config{HTTPSProxy: "http://ada:pw@" + address, HTTPProxy: "http://" + address, NoProxy: ".direct.example"}
	h := start(t, func(g *gate) {
		g.Proxy = environment.ProxyFunc()
		g.Resolver = table{"a.direct.example.": "127.0.0.1"}
		g.Decide = func(context.Context, Conn) (Route, error) { return Route{}, nil }
	})
	c := h.connect("a.example", 22)
	b := make([]byte, len("SSH-2.0-first\r\n"))
	if _, err := io.ReadFull(c, b); err != nil || string(b) != "SSH-2.0-first\r\n" {
		t.Fatalf("read %q, %v", b, err)
	}
	c.Close()
	r := <-requests
	if login := "Basic YWRhOnB3"; r.Method != "CONNECT" || r.Host != "a.example:22" || r.Header.Get("Proxy-Authorization") != login {
		t.Errorf("the proxy was asked %s %s %v", r.Method, r.Host, r.Header)
	}
	if r := h.record(); r.Outcome != Passed || r.Protocol != "ssh" {
		t.Errorf("record %+v", r)
	}
	h.wantRefusal("a.direct.example", 443)
	if r := h.record(); r.Outcome != Refused || len(requests) != 0 {
		t.Errorf("NO_PROXY was not honoured: %+v", r)
	}
	h.wantRefusal("169.254.169.254:80", 0)
	if r := h.record(); r.Outcome != Refused || len(requests) != 0 {
		t.Errorf("the proxy was asked for cloud metadata: %+v", r)
	}
}

func TestProxyFailuresRefuse(t *testing.T) {
	for _, answer := range []string{
		"HTTP/1.1 403 Forbidden\r\n\r\n", "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
		"nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", maxProxyHead),
	} {
		address, _ := proxyServer(t, answer)
		h := start(t, func(g *gate) {
			g.Proxy = func(*url.URL) (*url.URL, error) { return &url.URL{Scheme: "http", Host: address}, nil }
			g.Decide = func(context.Context, Conn) (Route, error) { return Route{}, nil }
		})
		h.wantRefusal("a.example", 443)
		if r := h.record(); r.Outcome != Failed {
			t.Errorf("%.30q: record %+v", answer, r)
		}
	}
	for name, proxy := range map[string]func(*url.URL) (*url.URL, error){
		"scheme": func(*url.URL) (*url.URL, error) { return url.Parse("socks5://127.0.0.1:1") },
		"error": func(*url.URL) (*url.URL, error) {
			return nil, &url.Error{Op: "parse", URL: "http://u:secret@h", Err: errors.New("bad")}
		},
	} {
		h := start(t, func(g *gate) {
			g.Proxy = proxy
			g.Decide = func(context.Context, Conn) (Route, error) { return Route{}, nil }
		})
		h.wantRefusal("a.example", 443)
		if r := h.record(); r.Outcome != Refused || strings.Contains(r.Err.Error(), "secret") {
			t.Errorf("%s: record %+v", name, r)
		}
	}
}
