package egress

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func TestClassify(t *testing.T) {
	own := map[netip.Addr]bool{netip.MustParseAddr("93.184.216.34"): true}
	tests := []struct {
		addrs string
		want  addressClass
	}{
		{"8.8.8.8 2606:4700::1 64:ff9b::808:808 2002:808:808::1", public},
		{"10.1.2.3 172.16.0.1 192.168.1.1 100.64.0.1 fd12::1 fec0::1 64:ff9b::a00:1 2002:a00:1::1 ::ffff:10.0.0.1", private},
		{"127.0.0.1 127.9.9.9 ::1 ::ffff:127.0.0.1 93.184.216.34 64:ff9b::7f00:1 2002:7f00:1::1", loopback},
		{"169.254.169.254 169.254.1.1 fe80::1 fd00:ec2::254 100.100.100.200 192.0.0.192 64:ff9b::a9fe:a9fe ::ffff:169.254.169.254", forbidden},
		{"0.0.0.0 :: 0.1.2.3 224.0.0.1 ff02::1 255.255.255.255 240.0.0.1 198.18.0.5 ::7f00:1 2001::1 192.0.0.8 fe80::1%eth0", never},
	}
	for _, test := range tests {
		for _, a := range strings.Fields(test.addrs) {
			if got := classify(netip.MustParseAddr(a), own); got != test.want {
				t.Errorf("classify(%s) = %d, want %d", a, got, test.want)
			}
		}
	}
}

// table is a resolver with fixed answers.
type table map[string]string

func (r table) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	addrs, ok := r[host]
	if !ok {
		return nil, errors.New("no such host " + host)
	}
	var list []netip.Addr
	for _, a := range strings.Fields(addrs) {
		list = append(list, netip.MustParseAddr(a))
	}
	return list, nil
}

func TestAddressesThatAreNotDialled(t *testing.T) {
	g := &gate{Config: Config{Resolver: table{
		"loop.example.": "127.0.0.1 ::1", "meta.example.": "169.254.169.254", "lan.example.": "10.0.0.1",
		"zero.example.": "0.0.0.0", "hosts": "127.0.0.1", "none.example.": "",
	}}}
	tests := []struct {
		host    string
		route   Route
		refused bool // else a failure of the resolver
	}{
		{"loop.example", Route{}, true},
		{"loop.example", Route{Private: true}, true},
		{"hosts", Route{}, true},
		{"meta.example", Route{}, true},
		{"meta.example", Route{Private: true}, true},
		{"api.example", Route{Dial: "meta.example:80"}, true},
		{"lan.example", Route{}, true},
		{"zero.example", Route{Private: true}, true},
		{"api.example", Route{Dial: "zero.example:80"}, true},
		{"10.0.0.1", Route{}, true},
		{"169.254.169.254", Route{}, true},
		{"0.0.0.0", Route{Private: true}, true},
		{"api.example", Route{Dial: "nonsense"}, true},
		{"api.example", Route{Dial: "127.0.0.1:0"}, true},
		{"api.example", Route{Dial: "a b:80"}, true},
		{"unknown.example", Route{}, false},
		{"none.example", Route{}, false},
	}
	for _, test := range tests {
		c, err := g.dial(t.Context(), Conn{Host: test.host, Port: 80}, test.route)
		if err == nil {
			c.Close()
			t.Errorf("%s %+v: connected to %v", test.host, test.route, c.RemoteAddr())
		} else if errors.As(err, new(refusal)) != test.refused {
			t.Errorf("%s %+v: %v", test.host, test.route, err)
		}
	}
}
