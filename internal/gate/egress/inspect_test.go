package egress

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"twokey/parser/effect"
	"twokey/parser/request"
)

// inspection is an inspector in front of a server named api.example.
type inspection struct {
	t         *testing.T
	inspector *Inspector
	address   string // of the inspector
	ended     chan error

	mu     sync.Mutex
	judged []effect.HTTP
	deny   func(effect.HTTP) error
}

func inspect(t *testing.T, handler http.HandlerFunc) *inspection {
	t.Helper()
	upstream := httptest.NewUnstartedServer(handler)
	cert := selfSigned(t, "api.example")
	upstream.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	upstream.EnableHTTP2 = true
	upstream.Config.ErrorLog = log.New(io.Discard, "", 0)
	upstream.StartTLS()
	t.Cleanup(upstream.Close)
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	authority, err := NewAuthority("test")
	if err != nil {
		t.Fatal(err)
	}
	n := &inspection{t: t, ended: make(chan error, 100), deny: func(effect.HTTP) error { return nil }}
	n.inspector = &Inspector{
		Authority: authority, Roots: x509.NewCertPool(),
		Dial: func(ctx context.Context, _ Conn) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", upstream.Listener.Addr().String())
		},
		Judge: func(_ context.Context, _ Conn, h effect.HTTP) error {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.judged = append(n.judged, h)
			return n.deny(h)
		},
	}
	n.inspector.Roots.AddCert(leaf)
	n.address = server(t, func(c *net.TCPConn) {
		n.ended <- n.inspector.Serve(t.Context(), c, Conn{Host: "api.example", Port: 443})
	})
	return n
}

// client returns an HTTP client that trusts the session's authority.
func (n *inspection) client(h2 bool) *http.Client {
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", n.address)
		},
		TLSClientConfig: &tls.Config{RootCAs: n.roots()}, ForceAttemptHTTP2: h2,
	}
	n.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 20 * time.Second}
}

func (n *inspection) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(n.inspector.Authority.PEM())
	return pool
}

// all returns what was judged, in order; there is something.
func (n *inspection) all() []effect.HTTP {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.judged) == 0 {
		n.t.Fatal("nothing was judged")
	}
	return slices.Clone(n.judged)
}

func (n *inspection) last() effect.HTTP {
	judged := n.all()
	return judged[len(judged)-1]
}

// raw sends text over TLS and returns the answers, of which there are count,
// each as its status and body.
func (n *inspection) raw(text string, count int) []string {
	n.t.Helper()
	c := n.dial()
	defer c.Close()
	io.WriteString(c, text)
	var answers []string
	for r := bufio.NewReader(c); len(answers) < count; {
		a, err := http.ReadResponse(r, nil)
		if err != nil {
			return append(answers, err.Error())
		}
		b, err := io.ReadAll(a.Body)
		if err != nil {
			n.t.Fatal(err)
		}
		answers = append(answers, fmt.Sprintf("%d %s", a.StatusCode, b))
	}
	return answers
}

func (n *inspection) dial() *tls.Conn {
	n.t.Helper()
	c, err := tls.Dial("tcp", n.address, &tls.Config{RootCAs: n.roots(), ServerName: "api.example"})
	if err != nil {
		n.t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

func TestInspectedRequests(t *testing.T) {
	n := inspect(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		w.Header().Set("Alt-Svc", "h3=\":443\"")
		fmt.Fprintf(w, "%s %s %s %s %s %q %s", r.Method, r.Host, r.RequestURI, r.Proto, b, r.Header["X-Forwarded-For"], r.Header.Get("User-Agent"))
	})
	for _, h2 := range []bool{false, true} {
		req, err := http.NewRequest("POST", "https://api.example/graphql/a%2Fb?q=1;x=%7c", strings.NewReader(`{"query":"mutation { volumeDelete(volumeId: \"v\") }"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Forwarded-For", "1.2.3.4")
		req.Header.Set("User-Agent", "")
		r, err := n.client(h2).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(r.Body)
		r.Body.Close()
		want := `POST api.example /graphql/a%2Fb?q=1;x=%7c HTTP/2.0 {"query":"mutation { volumeDelete(volumeId: \"v\") }"} ["1.2.3.4"] `
		if string(b) != want || r.Header.Get("Alt-Svc") != "" {
			t.Errorf("h2 %v: %s, want %s", h2, b, want)
		}
		h := n.last()
		if h.Method != "POST" || h.Host != "api.example" || h.Query != "q=1;x=%7c" || len(h.GraphQL) != 1 || h.Opaque != "" {
			t.Errorf("judged %+v", h)
		}
	}
}

func TestDeniedRequestDoesNotGoOut(t *testing.T) {
	n := inspect(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s %s went out", r.Method, r.URL) })
	n.deny = func(effect.HTTP) error { return errors.New("volumes stay: no") }
	tests := []struct{ accept, content, status, want string }{
		{"", "", "403 Forbidden", "twokey: volumes stay: no\n"},
		{"application/json", "", "403 Forbidden", "{\"error\":\"refused by twokey\",\"reason\":\"volumes stay: no\"}\n"},
		{"", "application/grpc+proto", "200 OK", ""},
	}
	for _, test := range tests {
		req, err := http.NewRequest("DELETE", "https://api.example/v", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", test.accept)
		req.Header.Set("Content-Type", test.content)
		r, err := n.client(true).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(r.Body)
		r.Body.Close()
		if r.Status != test.status || string(b) != test.want {
			t.Errorf("%+v: %s %q", test, r.Status, b)
		}
		if test.content != "" && (r.Header.Get("Grpc-Status") != "7" || r.Header.Get("Grpc-Message") != "volumes%20stay:%20no") {
			t.Errorf("gRPC: %v", r.Header)
		}
	}
}

func TestLongBodyIsStreamed(t *testing.T) {
	sum := make(chan string, 1)
	n := inspect(t, func(_ http.ResponseWriter, r *http.Request) {
		h := sha256.New()
		io.Copy(h, r.Body)
		sum <- hex.EncodeToString(h.Sum(nil))
	})
	body := bytes.Repeat([]byte("0123456789"), request.MaxBody/4)
	r, err := n.client(false).Post("https://api.example/upload", "application/octet-stream", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	want := sha256.Sum256(body)
	if got := <-sum; got != hex.EncodeToString(want[:]) {
		t.Error("the body changed on its way")
	}
	if h := n.last(); h.Opaque == "" || h.BodyDigest != "" {
		t.Errorf("judged %+v", h)
	}
}

func TestEventsAreNotHeldBack(t *testing.T) {
	next := make(chan struct{})
	n := inspect(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: 1\n\n")
		w.(http.Flusher).Flush()
		<-next
		fmt.Fprint(w, "data: 2\n\n")
	})
	r, err := n.client(true).Get("https://api.example/events")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	lines := bufio.NewReader(r.Body)
	if line, err := lines.ReadString('\n'); line != "data: 1\n" {
		t.Fatalf("%q %v", line, err)
	}
	close(next)
	if rest, err := io.ReadAll(lines); !strings.HasSuffix(string(rest), "data: 2\n\n") {
		t.Fatalf("%q %v", rest, err)
	}
}

func TestUpgradeIsSaidAndCarried(t *testing.T) {
	n := inspect(t, func(w http.ResponseWriter, _ *http.Request) {
		c, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		io.Copy(c, rw)
	})
	c := n.dial()
	defer c.Close()
	io.WriteString(c, "GET /socket HTTP/1.1\r\nHost: api.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	r := bufio.NewReader(c)
	if a, err := http.ReadResponse(r, nil); err != nil || a.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%v %v", a, err)
	}
	io.WriteString(c, "hello")
	b := make([]byte, 5)
	if _, err := io.ReadFull(r, b); err != nil || string(b) != "hello" {
		t.Errorf("%q %v", b, err)
	}
	if h := n.last(); !strings.Contains(h.Opaque, "websocket") {
		t.Errorf("judged %+v", h)
	}
}

func TestConfusedRequests(t *testing.T) {
	n := inspect(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "[%s %s %s %s]", r.Method, r.Host, r.URL, b)
	})
	tests := []struct{ name, request, status string }{
		{"another Host", "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "421"},
		{"two Hosts", "GET / HTTP/1.1\r\nHost: api.example\r\nHost: evil.example\r\n\r\n", "400"},
		{"no Host", "GET / HTTP/1.1\r\n\r\n", "400"},
		{"absolute form elsewhere", "GET http://evil.example/ HTTP/1.1\r\nHost: api.example\r\n\r\n", "421"},
		{"absolute form here", "GET https://api.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", "200"},
		{"tunnel", "CONNECT evil.example:443 HTTP/1.1\r\nHost: api.example\r\n\r\n", "421"},
		{"two lengths", "POST / HTTP/1.1\r\nHost: api.example\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400"},
		{"unknown coding", "POST / HTTP/1.1\r\nHost: api.example\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "501"},
		{"folded Host", "GET / HTTP/1.1\r\nHost: api.example\r\n .evil.example\r\n\r\n", "4"},
		{"Host with a space", "GET / HTTP/1.1\r\nHost : api.example\r\n\r\n", "400"},
	}
	for _, test := range tests {
		got := n.raw(test.request, 1)[0]
		if !strings.HasPrefix(got, test.status) {
			t.Errorf("%s: %q, want %s", test.name, got, test.status)
		}
		if _, seen, ok := strings.Cut(got, "["); ok && strings.Contains(seen, "evil") {
			t.Errorf("%s: the host saw %q", test.name, got)
		}
	}
}

// Of a length and chunks the chunks count: what is judged is what goes out.
func TestSmuggledRequestIsJudged(t *testing.T) {
	n := inspect(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s", r.Method, r.URL, b)
	})
	const inner = "DELETE /b HTTP/1.1\r\nHost: api.example\r\n\r\n"
	got := n.raw("POST /a HTTP/1.1\r\nHost: api.example\r\nContent-Length: 64\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"+inner, 1)
	if got[0] != "200 POST /a ok" {
		t.Errorf("answer %q", got)
	}
	if h := n.all()[0]; h.Method != "POST" || h.Body == nil || h.Body.Text != "ok" {
		t.Errorf("judged %+v", h)
	}
	got = n.raw("POST /a HTTP/1.1\r\nHost: api.example\r\nContent-Length: 2\r\n\r\nok"+inner, 2)
	if len(got) != 2 || got[1] != "200 DELETE /b " || n.last().Method != "DELETE" {
		t.Errorf("answers %q, judged %+v", got, n.last())
	}
}

func TestWhatInspectionRefuses(t *testing.T) {
	n := inspect(t, func(http.ResponseWriter, *http.Request) {})
	if _, err := tls.Dial("tcp", n.address, &tls.Config{RootCAs: n.roots(), ServerName: "evil.example"}); err == nil {
		t.Error("a handshake for another name succeeded")
	}
	if err := <-n.ended; !errors.As(err, new(refusal)) {
		t.Errorf("another name: %v", err)
	}
	if _, err := tls.Dial("tcp", n.address, &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "api.example"}); err == nil {
		t.Error("a client without the authority was content")
	}
	if err := <-n.ended; err == nil || !strings.Contains(err.Error(), "does not accept the session's certificate") {
		t.Errorf("a client that pins: %v", err)
	}
	n.inspector.Roots = x509.NewCertPool()
	r, err := n.client(true).Get("https://api.example/")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusBadGateway {
		t.Errorf("a host with a certificate of nobody's: %s", r.Status)
	}
}

func TestLeavingClientWithdrawsItsRequest(t *testing.T) {
	n := inspect(t, func(http.ResponseWriter, *http.Request) { t.Error("the request went out") })
	held, gone := make(chan struct{}), make(chan error, 1)
	n.inspector.Judge = func(ctx context.Context, _ Conn, _ effect.HTTP) error {
		close(held)
		<-ctx.Done()
		gone <- ctx.Err()
		return ctx.Err()
	}
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, "DELETE", "https://api.example/v", nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-held
		cancel()
	}()
	if _, err := n.client(false).Do(req); !errors.Is(err, context.Canceled) {
		t.Errorf("Do = %v", err)
	}
	if err := <-gone; err == nil {
		t.Error("the question was not withdrawn")
	}
	if err := <-n.ended; err != nil {
		t.Errorf("Serve = %v", err)
	}
}
