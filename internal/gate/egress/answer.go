package egress

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// grpcPermissionDenied is the status of gRPC that says so, and means the same
// to a client as 403.
const grpcPermissionDenied = "7"

// answer tells a client why its request was not sent, in the form that it
// asked for.
func answer(w http.ResponseWriter, r *http.Request, status int, why string) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	switch {
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc"):
		h.Set("Content-Type", "application/grpc")
		h.Set("Grpc-Status", grpcPermissionDenied)
		h.Set("Grpc-Message", url.PathEscape(why))
		w.WriteHeader(http.StatusOK)
	case strings.Contains(r.Header.Get("Accept"), "json") || strings.Contains(r.Header.Get("Content-Type"), "json"):
		h.Set("Content-Type", "application/json")
		w.WriteHeader(status)
		// Encoding two strings cannot fail; the client may be gone.
		_ = json.NewEncoder(w).Encode(map[string]string{"error": "refused by twokey", "reason": why})
	default:
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("twokey: " + why + "\n"))
	}
}

var errServed = errors.New("the connection was served")

// oneConnection is a listener that accepts one connection and ends with it.
type oneConnection struct {
	mu     sync.Mutex
	conn   net.Conn
	closed <-chan struct{}
}

func (l *oneConnection) Accept() (net.Conn, error) {
	l.mu.Lock()
	c := l.conn
	l.conn = nil
	l.mu.Unlock()
	if c != nil {
		return c, nil
	}
	<-l.closed
	return nil, errServed
}

func (l *oneConnection) Close() error { return nil }

func (l *oneConnection) Addr() net.Addr { return &net.TCPAddr{} }

// notifyingConn tells when it is closed.
type notifyingConn struct {
	net.Conn
	once   sync.Once
	closed chan<- struct{}
}

func (c *notifyingConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
