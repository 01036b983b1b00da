package egress

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// MaxConnections is how many connections of one sandbox may be open or wait
// for a decision at once; one more is reset. Each needs two descriptors and,
// while it carries bytes, two pipes.
const MaxConnections = 1024

// Conn is what is known of a connection before it is allowed.
type Conn struct {
	Host     string // the name that the program looked up, else the address; canonical
	Port     int
	Protocol string // by port before the decision; tls, http, ssh, postgres, mysql, redis or tcp
	Tag      uint64 // of the command that the connecting process belongs to; 0 when not known
	PID      int    // of the connecting process; 0 when not known
}

// Route says how an allowed connection is carried.
type Route struct {
	// Dial is the "host:port" to connect to in place of Conn's own, "" for
	// that. It may lead to loopback and private addresses.
	Dial string
	// Private allows addresses in private ranges, because a rule lists the
	// host itself. Loopback still needs Dial, or a Conn.Host that is the
	// address; cloud metadata and link-local need the latter, or a Dial that
	// is the address.
	Private bool
}

// Outcome says how a connection ended.
type Outcome string

// The outcomes.
const (
	Passed    Outcome = "passed"    // allowed and connected, whatever came later
	Denied    Outcome = "denied"    // Decide said so
	Withdrawn Outcome = "withdrawn" // the client left while the decision was pending
	Refused   Outcome = "refused"   // by the gate itself, see the package's table
	Failed    Outcome = "failed"    // allowed, but the upstream could not be reached
)

// Connection is the record of one connection, made when it has ended.
type Connection struct {
	Conn
	Outcome  Outcome
	Address  netip.AddrPort // that was dialled; invalid when none was
	Up, Down int64          // bytes from and to the sandbox
	Start    time.Time
	Duration time.Duration
	Err      error // why it was not Passed, or what broke it; nil for an ordinary end
}

// Resolver looks names up outside the sandbox; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Config is what a gate needs. Serve owns the sockets and closes them.
type Config struct {
	TCP    []*net.TCPListener // targets of the packet filter's redirect
	DNS    *net.UDPConn       // target of the redirect of UDP port 53; may be nil
	DNSTCP *net.TCPListener   // target of the redirect of TCP port 53, where it has its own; may be nil

	Names    *Names // nil for a new table of the default ranges
	Hostname string // the sandbox's own name, which is answered with loopback

	// Decide says whether a connection may go, and blocks while it is held.
	// Its context ends when the client has left or the gate closes. Required.
	Decide func(ctx context.Context, c Conn) (Route, error)
	// Passes reports whether policy lets a host pass unasked. It is asked when
	// the first bytes name another host than was looked up; nil means never.
	Passes func(host string, port int) bool
	// Attribute finds the process behind a connection by its own address and
	// the one that it connected to. Nil, or false, leaves Tag and PID 0.
	Attribute func(src, dst netip.AddrPort) (tag uint64, pid int, ok bool)
	// Record is called once for each connection, from several goroutines.
	Record func(Connection)

	// Proxy says which of the person's HTTP proxies a connection goes through,
	// as golang.org/x/net/http/httpproxy finds it in the environment; nil, or
	// a nil URL, for none. What has a Route.Dial goes through none.
	Proxy func(*url.URL) (*url.URL, error)

	Resolver Resolver     // nil for the host's own, in pure Go
	Log      func(string) // for what belongs to no connection; may be nil
}

type gate struct {
	Config
	ctx      context.Context
	dns      responder
	origin   func(*net.TCPConn) (netip.AddrPort, error)
	headTime time.Duration
	slots    chan struct{}
	dnsSlots chan struct{}
	full     atomic.Int64 // connections reset since the last line about it
	own      ownAddresses
	wg       sync.WaitGroup
}

// Serve runs the gate until ctx ends or one of its sockets fails for good. It
// returns when every connection is closed and every goroutine has ended: nil
// after ctx ended, else the failure, upon which the sandbox has no network.
func Serve(ctx context.Context, c Config) error {
	return newGate(c).serve(ctx)
}

func newGate(c Config) *gate {
	return &gate{
		Config: c, origin: originalDestination, headTime: headTime,
		slots: make(chan struct{}, MaxConnections), dnsSlots: make(chan struct{}, maxDNSConns),
	}
}

func (g *gate) serve(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	g.ctx = ctx
	c := g.Config
	closeAll := func() {
		for _, l := range c.TCP {
			l.Close()
		}
		if c.DNSTCP != nil {
			c.DNSTCP.Close()
		}
		if c.DNS != nil {
			c.DNS.Close()
		}
	}
	defer closeAll()
	if c.Decide == nil {
		return errors.New("cannot serve the egress gate: nothing decides")
	}
	if g.Names == nil {
		var err error
		if g.Names, err = NewNames(netip.Prefix{}, netip.Prefix{}); err != nil {
			return err
		}
	}
	if g.Resolver == nil {
		g.Resolver = &net.Resolver{PreferGo: true}
	}
	if g.Log == nil {
		g.Log = func(string) {}
	}
	g.dns.names = g.Names
	if c.Hostname != "" {
		name, err := Canonical(c.Hostname)
		if err != nil {
			return err
		}
		g.dns.hostname = name
	}
	defer context.AfterFunc(ctx, closeAll)()

	run := func(f func() error) {
		g.wg.Go(func() {
			if err := f(); err != nil {
				cancel(err)
			}
		})
	}
	for _, l := range c.TCP {
		run(func() error { return g.accept(l, g.serveConn) })
	}
	if c.DNSTCP != nil {
		run(func() error { return g.accept(c.DNSTCP, g.serveDNS) })
	}
	if c.DNS != nil {
		run(func() error { return g.serveUDP(c.DNS) })
	}
	<-ctx.Done()
	closeAll()
	g.wg.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, ctx.Err()) {
		return err
	}
	return nil
}

// accept starts handle for each connection and closes it afterwards.
func (g *gate) accept(l *net.TCPListener, handle func(*net.TCPConn)) error {
	for {
		c, err := l.AcceptTCP()
		switch {
		case err == nil:
		case g.ctx.Err() != nil:
			return nil
		case temporary(err):
			g.Log("egress: cannot accept a connection: " + err.Error())
			// Out of descriptors or memory: what is open must end first.
			select {
			case <-g.ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
			continue
		default:
			return err
		}
		select {
		case g.slots <- struct{}{}:
		default:
			reset(c)
			if g.full.Add(1) == 1 {
				g.Log("egress: too many connections at once, resetting new ones")
			}
			continue
		}
		g.full.Store(0)
		g.wg.Go(func() {
			defer func() { <-g.slots }()
			defer c.Close()
			handle(c)
		})
	}
}

func (g *gate) serveDNS(c *net.TCPConn) {
	defer context.AfterFunc(g.ctx, func() { c.Close() })()
	g.serveDNSConn(c)
}

// temporary reports whether a socket can go on after the error.
func temporary(err error) bool {
	for _, e := range []syscall.Errno{
		syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED,
		syscall.EINTR, syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPERM, syscall.EPROTO,
		syscall.ENETDOWN, syscall.ENETUNREACH, syscall.EHOSTUNREACH,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// reset closes a connection so that its peer sees ECONNRESET rather than an
// orderly end, see SO_LINGER in socket(7).
func reset(c *net.TCPConn) {
	_ = c.SetLinger(0) // fails only on a closed connection
	c.Close()
}
