package egress

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"twokey/parser/effect"
	"twokey/parser/request"
)

const (
	handshakeTime = 10 * time.Second
	headerTime    = 30 * time.Second
	maxHeader     = 256 << 10
)

// Inspector ends TLS in front of a host and asks about each request before it
// goes out. What is allowed is sent on unchanged in meaning: same method,
// target, fields and body, over a connection of its own to the host, whose
// certificate is verified. Bodies are streamed; at most request.MaxBody bytes
// of one that may change something are read before the question.
type Inspector struct {
	Authority *Authority
	// Judge says whether a request may go, and blocks while it is held. Its
	// context ends when the client leaves.
	Judge func(ctx context.Context, c Conn, h effect.HTTP) error
	// Dial connects to the host. Required.
	Dial func(ctx context.Context, c Conn) (net.Conn, error)
	// Roots verify the host; nil means the system's.
	Roots *x509.CertPool
}

// Serve carries the requests of one client connection, which begins with a
// ClientHello, until it ends, and closes it. The error says why no request
// could be read, nil when the client simply left.
func (i *Inspector) Serve(ctx context.Context, client net.Conn, c Conn) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	closed := make(chan struct{})
	client = &notifyingConn{Conn: client, closed: closed}
	defer client.Close()
	defer context.AfterFunc(ctx, func() { client.Close() })()
	secure := tls.Server(client, &tls.Config{
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if hello.ServerName == "" {
				return i.Authority.Certificate(c.Host)
			}
			name, err := Canonical(hello.ServerName)
			if err != nil || name != c.Host {
				return nil, refuse("the tls head names %q, but %s was looked up", hello.ServerName, c.Host)
			}
			return i.Authority.Certificate(name)
		},
	})
	if err := i.handshake(ctx, secure, c); err != nil {
		return err
	}
	transport := &http.Transport{
		DialContext:           func(ctx context.Context, _, _ string) (net.Conn, error) { return i.Dial(ctx, c) },
		TLSClientConfig:       &tls.Config{ServerName: c.Host, RootCAs: i.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   handshakeTime,
		DisableCompression:    true, // the client's own Accept-Encoding counts
		ForceAttemptHTTP2:     true,
		ExpectContinueTimeout: time.Second,
	}
	defer transport.CloseIdleConnections()
	var running sync.WaitGroup
	quiet := log.New(io.Discard, "", 0) // what a client breaks is not the person's business
	proxy := &httputil.ReverseProxy{
		Transport: transport, Rewrite: forward(c), FlushInterval: -1, ErrorLog: quiet,
		ModifyResponse: func(r *http.Response) error {
			r.Header.Del("Alt-Svc") // QUIC does not leave the sandbox
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			answer(w, r, http.StatusBadGateway, "cannot reach "+c.Host+": "+explainTLS(err))
		},
	}
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			running.Add(1)
			defer running.Done()
			i.serveRequest(w, r, c, proxy)
		}),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: headerTime,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          quiet,
	}
	err := server.Serve(&oneConnection{conn: secure, closed: closed})
	cancel()
	running.Wait()
	if errors.Is(err, errServed) {
		return nil
	}
	return err
}

func (i *Inspector) handshake(ctx context.Context, secure *tls.Conn, c Conn) error {
	ctx, cancel := context.WithTimeout(ctx, handshakeTime)
	defer cancel()
	err := secure.HandshakeContext(ctx)
	if alert := peerAlert(err); alert != "" {
		return refuse("the program does not accept the session's certificate for %s (%s): it pins its own, or keeps its own list of authorities", c.Host, alert)
	}
	return err
}

// serveRequest judges one request and sends it on.
func (i *Inspector) serveRequest(w http.ResponseWriter, r *http.Request, c Conn, proxy http.Handler) {
	if why := misdirected(r, c); why != "" {
		answer(w, r, http.StatusMisdirectedRequest, why)
		return
	}
	h, err := describe(r, c)
	if err != nil {
		answer(w, r, http.StatusBadRequest, err.Error())
		return
	}
	if err := i.Judge(r.Context(), c, h); err != nil {
		answer(w, r, http.StatusForbidden, err.Error())
		return
	}
	proxy.ServeHTTP(w, r)
}

// misdirected says why a request is not for the host of its connection, ""
// when it is.
func misdirected(r *http.Request, c Conn) string {
	if r.Method == http.MethodConnect {
		return "a tunnel through " + c.Host + " is not carried"
	}
	for _, authority := range []string{r.Host, r.URL.Host} {
		if authority == "" && r.Host != "" {
			continue // an origin-form target has none
		}
		host, ok := hostOnly(authority)
		name, err := Canonical(host)
		if !ok || err != nil || name != c.Host {
			return "the request is for " + strconv.Quote(authority) + ", but " + c.Host + " was looked up"
		}
	}
	return ""
}

// describe translates a request into its effect. The body of one that may
// change something is read as far as it is decoded, and put back.
func describe(r *http.Request, c Conn) (effect.HTTP, error) {
	var body []byte
	whole := true
	// A stream of gRPC waits for answers between its messages; its method is
	// in the path.
	stream := strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc")
	if r.Body != nil && r.Body != http.NoBody && !stream {
		prefix, err := io.ReadAll(io.LimitReader(r.Body, request.MaxBody+1))
		if err != nil {
			return effect.HTTP{}, errors.New("cannot read the request's body")
		}
		body, whole = prefix, len(prefix) <= request.MaxBody
		r.Body = prefixed{io.MultiReader(bytes.NewReader(prefix), r.Body), r.Body}
	}
	headers := [][2]string{{"Host", r.Host}}
	for name, values := range r.Header {
		for _, v := range values {
			headers = append(headers, [2]string{name, v})
		}
	}
	slices.SortStableFunc(headers[1:], func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	url := "https://" + net.JoinHostPort(c.Host, strconv.Itoa(c.Port)) + r.URL.RequestURI()
	h := request.FromHTTP(r.Method, url, headers, body)
	if !whole {
		// The digest of a part is no digest of the body.
		h.BodyDigest = ""
		h.Opaque = "a body of more than " + strconv.Itoa(request.MaxBody) + " bytes"
	}
	if r.Header.Get("Upgrade") != "" && h.Opaque == "" {
		h.Opaque = "the connection becomes one of " + strconv.Quote(r.Header.Get("Upgrade"))
	}
	return h, nil
}

type prefixed struct {
	io.Reader
	io.Closer
}

// forward sends a request on as it came: without what a proxy would add.
func forward(c Conn) func(*httputil.ProxyRequest) {
	return func(p *httputil.ProxyRequest) {
		p.Out.URL.Scheme = "https"
		p.Out.URL.Host = net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
		p.Out.URL.RawQuery = p.In.URL.RawQuery // the proxy drops what Go does not parse
		p.Out.Host = p.In.Host
		for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
			if v := p.In.Header.Values(name); len(v) > 0 {
				p.Out.Header[name] = v
			}
		}
	}
}

func explainTLS(err error) string {
	if alert := peerAlert(err); alert != "" {
		return "it refused the TLS connection (" + alert + "); a host that wants a client's certificate cannot be inspected"
	}
	return err.Error()
}

// peerAlert returns the alert (RFC 8446, section 6) that the other side ended
// the connection with, "" when it did not. The type of the alert itself is not
// exported.
func peerAlert(err error) string {
	if e := new(net.OpError); errors.As(err, &e) && e.Op == "remote error" {
		return e.Err.Error()
	}
	return ""
}
