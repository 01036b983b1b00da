package egress

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

// clock is a time that tests move.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func newTestNames(t *testing.T, v4 string, limit int) (*Names, *clock) {
	t.Helper()
	var prefix netip.Prefix
	if v4 != "" {
		prefix = netip.MustParsePrefix(v4)
	}
	n, err := NewNames(prefix, netip.Prefix{})
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{time.Unix(1000, 0)}
	n.now, n.limit = c.now, limit
	return n, c
}

func mustMap(t *testing.T, n *Names, name string) netip.Addr {
	t.Helper()
	v4, v6, err := n.Map(name)
	if err != nil {
		t.Fatalf("Map(%s): %v", name, err)
	}
	for _, a := range []netip.Addr{v4, v6} {
		if got, ok := n.Name(a); !ok || got != name || !n.Contains(a) {
			t.Fatalf("Name(%v) = %q, %v; want %q", a, got, ok, name)
		}
	}
	return v4
}

func TestNamesKeepTheirAddress(t *testing.T) {
	n, c := newTestNames(t, "", 100)
	a := mustMap(t, n, "a.example")
	b := mustMap(t, n, "b.example")
	if a == b {
		t.Fatalf("two names share %v", a)
	}
	c.t = c.t.Add(24 * time.Hour)
	if again := mustMap(t, n, "a.example"); again != a {
		t.Errorf("a.example moved from %v to %v", a, again)
	}
}

func TestNamesOutsideTheTable(t *testing.T) {
	n, _ := newTestNames(t, "", 100)
	mustMap(t, n, "a.example")
	for _, a := range []string{"198.18.0.0", "198.18.0.1", "198.18.255.1", "198.20.1.0", "fd74:776f:6b65:7900::2", "fd74:776f:6b65:7900:1::100", "fd74:776f:6b65:7901::100", "::1"} {
		if name, ok := n.Name(netip.MustParseAddr(a)); ok {
			t.Errorf("Name(%s) = %q", a, name)
		}
	}
}

func TestFullTableRefuses(t *testing.T) {
	n, c := newTestNames(t, "", 3)
	for i := range 3 {
		mustMap(t, n, fmt.Sprintf("n%d.example", i))
	}
	if _, _, err := n.Map("more.example"); err == nil {
		t.Fatal("a fourth name found room among three fresh ones")
	}
	c.t = c.t.Add(idleName)
	mustMap(t, n, "more.example")
	if _, ok := n.byName["n0.example"]; ok {
		t.Error("the name that was idle longest was kept")
	}
}

func TestNameInUseKeepsItsAddress(t *testing.T) {
	n, c := newTestNames(t, "", 2)
	used := mustMap(t, n, "used.example")
	idle := mustMap(t, n, "idle.example")
	_, release, ok := n.use(used)
	if !ok {
		t.Fatal("not mapped")
	}
	c.t = c.t.Add(2 * idleName)
	fresh := mustMap(t, n, "fresh.example")
	if fresh == used || fresh == idle {
		t.Errorf("%v was given out again", fresh)
	}
	if _, ok := n.Name(idle); ok {
		t.Error("the idle name kept its address")
	}
	if name, _ := n.Name(used); name != "used.example" {
		t.Errorf("%v stands for %q while in use", used, name)
	}
	release()
	c.t = c.t.Add(idleName)
	mustMap(t, n, "f1.example")
	mustMap(t, n, "f2.example")
	if _, ok := n.Name(used); ok {
		t.Error("the released name kept its address")
	}
}

func TestAddressesRestBeforeTheyAreReused(t *testing.T) {
	n, c := newTestNames(t, "10.0.0.0/22", 2000)
	var got []netip.Addr
	for i := 0; ; i++ {
		v4, _, err := n.Map(fmt.Sprintf("n%d.example", i))
		if err != nil {
			break
		}
		got = append(got, v4)
	}
	if want := 1024 - firstMapped - 1; len(got) != want {
		t.Fatalf("%d addresses were given out, want %d", len(got), want)
	}
	n.limit = len(got)
	c.t = c.t.Add(idleName)
	if _, _, err := n.Map("early.example"); err == nil {
		t.Fatal("an address was reused without rest")
	}
	c.t = c.t.Add(quarantine)
	if late := mustMap(t, n, "late.example"); late != got[0] {
		t.Errorf("reused %v, want the one that rested longest, %v", late, got[0])
	}
}
