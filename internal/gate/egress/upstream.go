package egress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	lookupTimeout = 10 * time.Second
	dialTimeout   = 20 * time.Second
	dialStagger   = 250 * time.Millisecond // RFC 8305, section 5
	maxAddresses  = 16
)

// dial connects to where an allowed connection leads: it looks the name up,
// drops the addresses that the route does not allow and dials the others, each
// by its number, so that what was checked is what is dialled.
func (g *gate) dial(ctx context.Context, c Conn, route Route) (*net.TCPConn, error) {
	host, port := c.Host, c.Port
	if route.Dial != "" {
		h, p, err := net.SplitHostPort(route.Dial)
		if err != nil {
			return nil, refuse("cannot use the policy's address %q: %v", route.Dial, err)
		}
		if host, err = Canonical(h); err != nil {
			return nil, refuse("cannot use the policy's address %q: %v", route.Dial, err)
		}
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return nil, refuse("cannot use the policy's address %q: bad port", route.Dial)
		}
		port = int(n)
	}
	var proxy *url.URL
	var err error
	if route.Dial == "" {
		if proxy, err = g.proxyFor(host, port); err != nil {
			return nil, err
		}
	}
	if _, err := netip.ParseAddr(host); proxy != nil && err != nil {
		return g.dialThrough(ctx, proxy, host, port)
	}
	addrs, err := g.lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	allowed := private
	_, literal := netip.ParseAddr(host)
	switch {
	case literal == nil && (route.Dial != "" || route.Private):
		allowed = forbidden
	case route.Dial != "":
		allowed = loopback
	case !route.Private:
		allowed = public
	}
	own, err := g.own.get()
	if err != nil {
		return nil, refuse("cannot read the host's own addresses: %v", err)
	}
	var ports []netip.AddrPort
	for _, a := range addrs {
		if classify(a, own) <= allowed && len(ports) < maxAddresses {
			ports = append(ports, netip.AddrPortFrom(a.Unmap(), uint16(port)))
		}
	}
	if len(ports) == 0 {
		return nil, refuse("%s leads to %v, which needs a rule of its own", host, addrs[0])
	}
	if proxy != nil {
		return g.dialThrough(ctx, proxy, host, port)
	}
	return g.dialFirst(ctx, ports)
}

func (g *gate) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	if strings.Contains(host, ".") {
		// Without the dot a resolver may append a search domain and so answer
		// for another name than the one that was judged.
		host += "."
	}
	addrs, err := g.Resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, fmt.Errorf("cannot resolve: %w", err)
	}
	if len(addrs) == 0 {
		return nil, errors.New("cannot resolve: no addresses")
	}
	return addrs, nil
}

// dialFirst returns the first connection that stands, giving each address a
// short lead over the next.
func (g *gate) dialFirst(ctx context.Context, addrs []netip.AddrPort) (*net.TCPConn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	if len(addrs) == 1 {
		return dialOne(ctx, addrs[0])
	}
	type result struct {
		conn *net.TCPConn
		err  error
	}
	results := make(chan result)
	start := func(a netip.AddrPort) {
		tcp, err := dialOne(ctx, a)
		select {
		case results <- result{tcp, err}:
		case <-ctx.Done():
			if tcp != nil {
				tcp.Close()
			}
		}
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	var firstErr error
	running := 0
	for {
		select {
		case <-timer.C:
			if len(addrs) > 0 {
				a := addrs[0]
				addrs = addrs[1:]
				g.wg.Go(func() { start(a) })
				running++
				timer.Reset(dialStagger)
			}
		case r := <-results:
			if r.err == nil {
				return r.conn, nil
			}
			running--
			if firstErr == nil {
				firstErr = r.err
			}
			if len(addrs) > 0 {
				timer.Reset(0)
			} else if running == 0 {
				return nil, firstErr
			}
		case <-ctx.Done():
			return nil, fmt.Errorf("cannot connect: %w", ctx.Err())
		}
	}
}

func dialOne(ctx context.Context, a netip.AddrPort) (*net.TCPConn, error) {
	var d net.Dialer
	c, err := d.DialTCP(ctx, "tcp", netip.AddrPort{}, a)
	if err != nil {
		return nil, fmt.Errorf("cannot connect: %w", err)
	}
	return c, nil
}
