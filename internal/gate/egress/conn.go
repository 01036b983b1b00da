package egress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"
)

const (
	portDNS = 53
	portDoT = 853 // RFC 7858
)

var errClientGone = errors.New("the client ended the connection before it was decided")

// refusal is an error for which the gate itself refuses a connection.
type refusal struct{ why string }

func (r refusal) Error() string { return r.why }

func refuse(format string, args ...any) error { return refusal{fmt.Sprintf(format, args...)} }

// serveConn carries one redirected connection from its acceptance to its
// record.
func (g *gate) serveConn(client *net.TCPConn) {
	r := Connection{Start: time.Now()}
	dst, err := g.origin(client)
	if err == nil && dst.Port() == portDNS {
		g.serveDNS(client)
		return
	}
	if err != nil {
		err = refusal{err.Error()}
	} else {
		err = g.carry(client, dst, &r)
	}
	if err != nil {
		g.settle(r.Start)
		reset(client)
		r.Err = err
		if r.Outcome == "" {
			r.Outcome = Failed
		}
		if errors.As(err, new(refusal)) {
			r.Outcome = Refused
		}
	}
	r.Duration = time.Since(r.Start)
	if g.Record != nil {
		g.Record(r)
	}
}

// settleTime is how long after its acceptance a connection is reset at the
// earliest. A client that sees the reset while it still waits for connect(2)
// to end tries the name's next address, which would be one more question.
const settleTime = 20 * time.Millisecond

func (g *gate) settle(start time.Time) {
	timer := time.NewTimer(time.Until(start.Add(settleTime)))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-g.ctx.Done():
	}
}

// carry decides and relays one connection, filling in the record.
func (g *gate) carry(client *net.TCPConn, dst netip.AddrPort, r *Connection) error {
	r.Port = int(dst.Port())
	r.Host = dst.Addr().Unmap().String()
	r.Protocol = protocolOfPort(r.Port)
	if g.Attribute != nil {
		if src, ok := client.RemoteAddr().(*net.TCPAddr); ok {
			if tag, pid, ok := g.Attribute(unmap(src.AddrPort()), dst); ok {
				r.Tag, r.PID = tag, pid
			}
		}
	}
	if g.Names.Contains(dst.Addr()) {
		name, release, ok := g.Names.use(dst.Addr())
		if !ok {
			return refuse("no name was looked up for %v", dst.Addr())
		}
		defer release()
		r.Host = name
	} else if dst.Addr().Unmap().IsLoopback() || dst.Addr().IsUnspecified() {
		return refuse("connection to %v reached the gate", dst)
	}
	if r.Port == portDoT {
		return refuse("encrypted name lookups are not carried")
	}
	route, err := g.decide(client, r.Conn)
	if err != nil {
		r.Outcome = Denied
		if errors.Is(err, errClientGone) {
			r.Outcome = Withdrawn
		}
		return err
	}
	upstream, err := g.dial(g.ctx, r.Conn, route)
	if err != nil {
		return err
	}
	r.Outcome = Passed
	r.Address = unmap(upstream.RemoteAddr().(*net.TCPAddr).AddrPort())
	return g.relay(client, upstream, r)
}

// decide asks for a decision, for as long as the client is there.
func (g *gate) decide(client *net.TCPConn, c Conn) (Route, error) {
	ctx, stop := watch(g.ctx, client)
	route, err := g.Decide(ctx, c)
	gone := context.Cause(ctx)
	if watchErr := stop(); watchErr != nil {
		return Route{}, watchErr
	}
	if err != nil && errors.Is(gone, errClientGone) {
		err = errClientGone
	}
	return route, err
}

func unmap(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

func protocolOfPort(port int) string {
	switch port {
	case 443, 8443:
		return "tls"
	case 80, 8080:
		return "http"
	case 22:
		return "ssh"
	case 5432:
		return "postgres"
	case 3306:
		return "mysql"
	case 6379:
		return "redis"
	}
	return "tcp"
}
