package egress

import (
	"container/list"
	"encoding/binary"
	"errors"
	"net/netip"
	"sync"
	"time"
)

const (
	maxNames      = 16384            // names with an address at one time
	idleName      = 10 * time.Minute // a name that was not looked up for so long may lose its address
	quarantine    = time.Hour        // an address that lost its name is not given out again before
	firstMapped   = 256              // the sandbox's own interface has an address below
	defaultMapped = "198.18.0.0/15"  // RFC 2544: never on the Internet
	defaultULA    = "fd74:776f:6b65:7900::/64"
)

var errNamesFull = errors.New("cannot map another name: all are in use")

// Names maps the names that the sandbox looks up to addresses that exist only
// in its network namespace, and back. A name keeps its address as long as it
// is in use or was looked up in the last ten minutes; an address that lost its
// name stays unused for an hour at least, and until no other is free. It is
// safe for concurrent use.
type Names struct {
	v4, v6 netip.Prefix
	size   uint32 // indices, of which the first and last are not addresses of hosts
	limit  int
	now    func() time.Time

	mu      sync.Mutex
	byName  map[string]*mapping
	byIndex map[uint32]*mapping
	recent  *list.List // of *mapping, the one looked up last in front
	next    uint32     // the first index that was never given out
	freed   []freed    // oldest first
}

type mapping struct {
	name  string
	index uint32
	users int
	seen  time.Time
	place *list.Element
}

type freed struct {
	index uint32
	at    time.Time
}

// NewNames returns an empty table for the two prefixes: v4 of at most 22
// bits, v6 of at most 64. A zero prefix means 198.18.0.0/15 and
// fd74:776f:6b65:7900::/64.
func NewNames(v4, v6 netip.Prefix) (*Names, error) {
	if !v4.IsValid() {
		v4 = netip.MustParsePrefix(defaultMapped)
	}
	if !v6.IsValid() {
		v6 = netip.MustParsePrefix(defaultULA)
	}
	if !v4.Addr().Is4() || v4.Bits() < 8 || v4.Bits() > 22 || !v6.Addr().Is6() || v6.Addr().Is4In6() || v6.Bits() > 64 {
		return nil, errors.New("cannot map names: need an IPv4 prefix of 8 to 22 bits and an IPv6 prefix of at most 64")
	}
	return &Names{
		v4: v4.Masked(), v6: v6.Masked(), size: 1 << (32 - v4.Bits()), limit: maxNames, now: time.Now,
		byName: map[string]*mapping{}, byIndex: map[uint32]*mapping{}, recent: list.New(), next: firstMapped,
	}, nil
}

// Map returns the addresses of a name in canonical spelling, the same ones
// each time. It fails when every place is taken by a name in use.
func (n *Names) Map(name string) (v4, v6 netip.Addr, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.now()
	m := n.byName[name]
	if m == nil {
		if len(n.byName) >= n.limit && !n.evict(now) {
			return netip.Addr{}, netip.Addr{}, errNamesFull
		}
		index, ok := n.take(now)
		if !ok {
			return netip.Addr{}, netip.Addr{}, errNamesFull
		}
		m = &mapping{name: name, index: index}
		m.place = n.recent.PushFront(m)
		n.byName[name], n.byIndex[index] = m, m
	}
	m.seen = now
	n.recent.MoveToFront(m.place)
	v4, v6 = n.addresses(m.index)
	return v4, v6, nil
}

// Contains reports whether the address is one of the mapped ranges, with or
// without a name.
func (n *Names) Contains(a netip.Addr) bool {
	return n.v4.Contains(a) || n.v6.Contains(a)
}

// Name returns the name that a mapped address stands for.
func (n *Names) Name(a netip.Addr) (string, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	m := n.find(a)
	if m == nil {
		return "", false
	}
	return m.name, true
}

// use is Name, and keeps the address from losing the name until release.
func (n *Names) use(a netip.Addr) (name string, release func(), ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	m := n.find(a)
	if m == nil {
		return "", nil, false
	}
	m.users++
	return m.name, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		m.users--
		m.seen = n.now()
		n.recent.MoveToFront(m.place)
	}, true
}

func (n *Names) find(a netip.Addr) *mapping {
	switch {
	case n.v4.Contains(a):
		b, base := a.As4(), n.v4.Addr().As4()
		return n.byIndex[binary.BigEndian.Uint32(b[:])-binary.BigEndian.Uint32(base[:])]
	case n.v6.Contains(a):
		b, base := a.As16(), n.v6.Addr().As16()
		index := binary.BigEndian.Uint32(b[12:])
		binary.BigEndian.PutUint32(base[12:], index)
		if b != base {
			return nil
		}
		return n.byIndex[index]
	}
	return nil
}

func (n *Names) addresses(index uint32) (v4, v6 netip.Addr) {
	b4, b6 := n.v4.Addr().As4(), n.v6.Addr().As16()
	binary.BigEndian.PutUint32(b4[:], binary.BigEndian.Uint32(b4[:])+index)
	binary.BigEndian.PutUint32(b6[12:], index)
	return netip.AddrFrom4(b4), netip.AddrFrom16(b6)
}

// evict takes the address from the name that has been idle longest.
func (n *Names) evict(now time.Time) bool {
	for e := n.recent.Back(); e != nil; e = e.Prev() {
		m := e.Value.(*mapping)
		if now.Sub(m.seen) < idleName {
			return false
		}
		if m.users > 0 {
			continue
		}
		n.recent.Remove(e)
		delete(n.byName, m.name)
		delete(n.byIndex, m.index)
		n.freed = append(n.freed, freed{m.index, now})
		return true
	}
	return false
}

func (n *Names) take(now time.Time) (uint32, bool) {
	if n.next < n.size-1 {
		n.next++
		return n.next - 1, true
	}
	if len(n.freed) > 0 && now.Sub(n.freed[0].at) >= quarantine {
		index := n.freed[0].index
		n.freed = n.freed[1:]
		return index, true
	}
	return 0, false
}
