package egress

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
)

// relay carries bytes both ways until both sides have ended, one has failed,
// or the gate closes; it closes both. An end of one direction is passed on as
// one (half-close); a failure resets both sides. Between two TCP sockets
// io.Copy is splice(2): the bytes stay in the kernel.
//
// The server may speak first and is not kept waiting. What the client sends
// first is looked at before any of it leaves.
func (g *gate) relay(client, upstream *net.TCPConn, r *Connection) error {
	abort := sync.OnceFunc(func() {
		reset(client)
		reset(upstream)
	})
	defer context.AfterFunc(g.ctx, abort)()
	defer client.Close()
	defer upstream.Close()

	var down error
	var serverSays string
	done := make(chan struct{})
	g.wg.Go(func() {
		defer close(done)
		if r.Protocol != "tls" && r.Protocol != "http" {
			serverSays, down = greeting(upstream)
		}
		if down == nil {
			r.Down, down = carryBytes(client, upstream)
		}
		if down != nil {
			abort()
		}
	})
	protocol, up := g.check(client, r.Conn)
	if up == nil {
		r.Up, up = carryBytes(upstream, client)
	}
	if up != nil {
		abort()
	}
	<-done
	if protocol == "" {
		protocol = serverSays
	}
	if protocol != "" {
		r.Protocol = protocol
	}
	switch {
	case errors.As(up, new(refusal)):
		return up
	case g.ctx.Err() != nil:
		return errors.New("the gate closed")
	}
	// The side that did not fail only sees the closing that the other caused.
	for _, err := range []error{up, down} {
		if err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
	}
	return nil
}

// carryBytes copies until the end of src, which it passes on.
func carryBytes(dst, src *net.TCPConn) (int64, error) {
	n, err := io.Copy(dst, src)
	if err == nil {
		err = dst.CloseWrite()
	}
	if errors.Is(err, syscall.ENOTCONN) {
		err = nil // dst has gone since; its own direction says how
	}
	return n, err
}
