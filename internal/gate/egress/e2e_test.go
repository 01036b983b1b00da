package egress

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// journal collects what a gate asked and recorded.
type journal struct {
	recorded chan struct{} // one for each record
	mu       sync.Mutex
	asked    []Conn
	sources  []netip.AddrPort
	records  []Connection
}

// startIn runs a gate on a namespace's sockets. Hosts in routes pass to their
// addresses, all others are denied.
func startIn(t *testing.T, n *namespace, routes map[string]string) *journal {
	t.Helper()
	j := &journal{recorded: make(chan struct{}, 1000)}
	c := n.config
	c.Hostname = "box"
	c.Decide = func(_ context.Context, c Conn) (Route, error) {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.asked = append(j.asked, c)
		if dial, ok := routes[c.Host]; ok {
			return Route{Dial: dial}, nil
		}
		return Route{}, errors.New("no rule lists " + c.Host)
	}
	c.Attribute = func(src, dst netip.AddrPort) (uint64, int, bool) {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.sources = append(j.sources, src)
		return 0, 0, false
	}
	c.Record = func(r Connection) {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.records = append(j.records, r)
		j.recorded <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, c) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve = %v", err)
		}
	})
	return j
}

func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed", p)
		}
	}
}

func TestEndToEnd(t *testing.T) {
	need(t, "curl", "python3", "getent", "bash")
	cert := selfSigned(t, "api.example", "other.example")
	ca := writePEM(t, cert)
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "tls %s %s", r.Method, r.Host)
	}))
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	secure.EnableHTTP2 = true
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes end early
	secure.StartTLS()
	defer secure.Close()
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "plain %s %s", r.Method, r.Host)
	}))
	defer plain.Close()
	banner := server(t, func(c *net.TCPConn) {
		fmt.Fprint(c, "SSH-2.0-test\r\n")
		echo(c)
	})

	n := newNamespace(t)
	j := startIn(t, n, map[string]string{
		"api.example": secure.Listener.Addr().String(), "plain.example": plain.Listener.Addr().String(),
		"ssh.example": banner, "93.184.216.34": plain.Listener.Addr().String(),
		"2606:2800:220:1::1": plain.Listener.Addr().String(),
	})
	const reset = -1 // curl has several statuses for it
	tests := []struct {
		name, script string
		status       int
		out          string // contained
		asked        string // the host of the last question, "" for none
		outcome      Outcome
	}{
		{"curl over TLS", "curl -sS --cacert " + ca + " https://api.example/x", 0, "tls GET api.example", "api.example", Passed},
		{"curl -6", "curl -6 -sS --cacert " + ca + " https://api.example/x", 0, "tls GET api.example", "api.example", Passed},
		{"curl, another spelling", "curl -sS http://PLAIN.example./", 0, "plain GET", "plain.example", Passed},
		{"Python", `python3 -c 'import urllib.request; print(urllib.request.urlopen("http://plain.example/").read())'`, 0, "plain GET plain.example", "plain.example", Passed},
		{"no name was looked up", "curl -sS http://93.184.216.34/", 0, "plain GET 93.184.216.34", "93.184.216.34", Passed},
		{"no name was looked up, IPv6", "curl -sS -g 'http://[2606:2800:220:1::1]/'", 0, "plain GET", "2606:2800:220:1::1", Passed},
		{"server first", "exec 3<>/dev/tcp/ssh.example/22; read -u 3 line; echo $line", 0, "SSH-2.0-test", "ssh.example", Passed},
		{"not listed", "curl -sS https://evil.example/", reset, "curl: ", "evil.example", Denied},
		{"another server name", "curl -sSk --connect-to other.example:443:api.example:443 https://other.example/", reset, "curl: ", "api.example", Refused},
		{"another Host", "curl -sS -H 'Host: other.example' http://plain.example/", reset, "curl: ", "plain.example", Refused},
		{"proxy in the middle", "curl -sS --noproxy '' -x http://plain.example:3128 http://other.example/", reset, "curl: ", "plain.example", Refused},
		{"a mapped address that nobody looked up", "curl -sS http://198.19.200.1/", reset, "curl: ", "", Refused},
		{"getent", "getent ahostsv4 new.example; getent ahostsv6 new.example", 0, "fd74:776f:6b65:7900::1", "", ""},
		{"resolver of its own", "python3 " + writeScript(t, dnsScript) + " 8.8.8.8", 0, "198.18.", "", ""},
		{"other UDP is refused at once", "python3 " + writeScript(t, udpScript), 0, "refused", "", ""},
		{"its own server", "python3 " + writeScript(t, loopbackScript), 0, "inside", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			j.mu.Lock()
			j.asked, j.records = nil, nil
			j.mu.Unlock()
			for len(j.recorded) > 0 {
				<-j.recorded
			}
			r := n.run(test.script)
			if r.Status != test.status && (test.status != reset || r.Status == 0) || !strings.Contains(r.Out, test.out) {
				t.Errorf("status %d, out %q; want %d, %q", r.Status, r.Out, test.status, test.out)
			}
			j.wait(t, test.outcome)
			j.mu.Lock()
			defer j.mu.Unlock()
			last := ""
			if len(j.asked) > 0 {
				last = j.asked[len(j.asked)-1].Host
			}
			if last != test.asked {
				t.Errorf("asked about %+v, want %q", j.asked, test.asked)
			}
			if test.outcome != "" && j.records[0].Outcome != test.outcome {
				t.Errorf("records %+v, want %s", j.records, test.outcome)
			}
		})
	}
	for _, s := range j.sources {
		if !s.IsValid() || s.Port() == 0 {
			t.Errorf("attribution was asked about %v", s)
		}
	}
}
