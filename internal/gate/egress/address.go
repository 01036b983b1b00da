package egress

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// addressClass says how much a route must allow before an address is dialled.
type addressClass int

const (
	public    addressClass = iota
	private                // needs Route.Private or Route.Dial
	loopback               // needs Route.Dial, or the address itself as host
	forbidden              // needs the address itself as host or in Route.Dial
	never                  // no connection can mean it
)

// Ranges of the IANA special-purpose registries, RFC 6890, that netip.Addr has
// no method for.
var (
	privateRanges = []netip.Prefix{
		netip.MustParsePrefix("100.64.0.0/10"), // shared by a provider's customers, RFC 6598
		netip.MustParsePrefix("fec0::/10"),     // site-local, deprecated
	}
	neverRanges = []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),
		netip.MustParsePrefix("192.0.0.0/24"),
		netip.MustParsePrefix("198.18.0.0/15"), // the mapped range itself
		netip.MustParsePrefix("240.0.0.0/4"),   // reserved, and broadcast
		netip.MustParsePrefix("100::/64"),
		netip.MustParsePrefix("2001::/32"), // Teredo: an IPv4 address inside
		netip.MustParsePrefix("::/96"),     // IPv4-compatible, deprecated
	}
	metadata = []netip.Addr{
		netip.MustParseAddr("169.254.169.254"),
		netip.MustParseAddr("100.100.100.200"),
		netip.MustParseAddr("168.63.129.16"),
		netip.MustParseAddr("192.0.0.192"),
		netip.MustParseAddr("fd00:ec2::254"),
		netip.MustParseAddr("fd20:ce::254"),
	}
	nat64 = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052: the last four bytes are IPv4
	sixto = netip.MustParsePrefix("2002::/16")    // RFC 3056: bytes two to five are IPv4
)

// classify says what kind of address a is; own are the host's addresses.
func classify(a netip.Addr, own map[netip.Addr]bool) addressClass {
	if a.Zone() != "" {
		return never
	}
	a = a.Unmap()
	for _, m := range metadata {
		if a == m {
			return forbidden
		}
	}
	switch {
	case a.IsLoopback():
		return loopback
	case a.IsUnspecified(), a.IsMulticast():
		return never
	case a.IsLinkLocalUnicast():
		return forbidden
	}
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return classify(netip.AddrFrom4([4]byte(b[12:])), own)
	case sixto.Contains(a):
		return classify(netip.AddrFrom4([4]byte(b[2:6])), own)
	}
	for _, p := range neverRanges {
		if p.Contains(a) {
			return never
		}
	}
	if own[a] {
		return loopback
	}
	if a.IsPrivate() {
		return private
	}
	for _, p := range privateRanges {
		if p.Contains(a) {
			return private
		}
	}
	return public
}

// ownAddresses are those of the host's interfaces, where its own services
// listen; they are read again when they are older than five seconds.
type ownAddresses struct {
	mu   sync.Mutex
	read time.Time
	set  map[netip.Addr]bool
}

func (o *ownAddresses) get() (map[netip.Addr]bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.set != nil && time.Since(o.read) < 5*time.Second {
		return o.set, nil
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	set := map[netip.Addr]bool{}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok {
			if ip, ok := netip.AddrFromSlice(n.IP); ok {
				set[ip.Unmap()] = true
			}
		}
	}
	o.set, o.read = set, time.Now()
	return set, nil
}
