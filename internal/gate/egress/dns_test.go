package egress

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

func query(t testing.TB, name string, kind dnsmessage.Type, class dnsmessage.Class) []byte {
	t.Helper()
	n, err := dnsmessage.NewName(name)
	if err != nil {
		t.Fatal(err)
	}
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 77, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: n, Type: kind, Class: class}},
	}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func newResponder(t testing.TB) *responder {
	t.Helper()
	n, err := NewNames(netip.Prefix{}, netip.Prefix{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := n.Map("known.example"); err != nil { // 198.18.1.0
		t.Fatal(err)
	}
	return &responder{names: n, hostname: "box"}
}

func TestAnswers(t *testing.T) {
	const known6 = "fd74:776f:6b65:7900::100"
	arpa6 := "0.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.9.7.5.6.b.6.f.6.7.7.4.7.d.f.ip6.arpa."
	tests := []struct {
		name  string
		kind  dnsmessage.Type
		rcode dnsmessage.RCode
		want  string
	}{
		{"known.example.", dnsmessage.TypeA, 0, "198.18.1.0"},
		{"KNOWN.Example.", dnsmessage.TypeA, 0, "198.18.1.0"},
		{"known.example.", dnsmessage.TypeAAAA, 0, known6},
		{"known.example.", dnsmessage.TypeHTTPS, 0, ""},
		{"known.example.", dnsmessage.TypeSVCB, 0, ""},
		{"known.example.", dnsmessage.TypeTXT, 0, ""},
		{"known.example.", dnsmessage.TypeALL, 0, ""},
		{"fresh.example.", dnsmessage.TypeA, 0, "198.18.1.1"},
		{"single.", dnsmessage.TypeA, 0, "198.18.1.2"},
		{"localhost.", dnsmessage.TypeA, 0, "127.0.0.1"},
		{"a.localhost.", dnsmessage.TypeAAAA, 0, "::1"},
		{"box.", dnsmessage.TypeA, 0, "127.0.0.1"},
		{"0.1.18.198.in-addr.arpa.", dnsmessage.TypePTR, 0, "known.example."},
		{"0.1.18.198.in-addr.arpa.", dnsmessage.TypeA, 0, ""},
		{arpa6, dnsmessage.TypePTR, 0, "known.example."},
		{"1.0.0.127.in-addr.arpa.", dnsmessage.TypePTR, 0, "localhost."},
		{"9.9.18.198.in-addr.arpa.", dnsmessage.TypePTR, dnsmessage.RCodeNameError, ""},
		{"8.8.8.8.in-addr.arpa.", dnsmessage.TypePTR, dnsmessage.RCodeNameError, ""},
		{"home.arpa.", dnsmessage.TypeA, dnsmessage.RCodeNameError, ""},
		{"x.invalid.", dnsmessage.TypeA, dnsmessage.RCodeNameError, ""},
		{"127.0.0.1.", dnsmessage.TypeA, dnsmessage.RCodeNameError, ""},
		{"2130706433.", dnsmessage.TypeA, dnsmessage.RCodeNameError, ""},
		{"evil\x00.example.", dnsmessage.TypeA, dnsmessage.RCodeNameError, ""},
		{"evil name.example.", dnsmessage.TypeA, dnsmessage.RCodeNameError, ""},
		{".", dnsmessage.TypeNS, dnsmessage.RCodeNameError, ""},
	}
	r := newResponder(t)
	for _, test := range tests {
		var m dnsmessage.Message
		if err := m.Unpack(r.answer(query(t, test.name, test.kind, dnsmessage.ClassINET))); err != nil {
			t.Errorf("%q %v: %v", test.name, test.kind, err)
			continue
		}
		var got string
		if len(m.Answers) == 1 {
			switch body := m.Answers[0].Body.(type) {
			case *dnsmessage.AResource:
				got = netip.AddrFrom4(body.A).String()
			case *dnsmessage.AAAAResource:
				got = netip.AddrFrom16(body.AAAA).String()
			case *dnsmessage.PTRResource:
				got = body.PTR.String()
			}
		}
		if m.RCode != test.rcode || got != test.want || m.ID != 77 || !m.Response || len(m.Questions) != 1 {
			t.Errorf("%q %v: %v %q, want %v %q", test.name, test.kind, m.RCode, got, test.rcode, test.want)
		}
	}
}

func TestMalformedQueries(t *testing.T) {
	r := newResponder(t)
	good := query(t, "known.example.", dnsmessage.TypeA, dnsmessage.ClassINET)
	change := func(f func(b []byte) []byte) []byte { return f(bytes.Clone(good)) }
	tests := []struct {
		name  string
		query []byte
		rcode int // -1: no reply
	}{
		{"empty", nil, -1},
		{"short header", good[:11], -1},
		{"a response", change(func(b []byte) []byte { b[2] |= 0x80; return b }), -1},
		{"header alone", good[:12], int(dnsmessage.RCodeFormatError)},
		{"question cut", good[:len(good)-1], int(dnsmessage.RCodeFormatError)},
		{"no question", change(func(b []byte) []byte { b[5] = 0; return b[:12] }), int(dnsmessage.RCodeFormatError)},
		{"two questions", change(func(b []byte) []byte { b[5] = 2; return append(b, b[12:]...) }), int(dnsmessage.RCodeFormatError)},
		{"a pointer to itself", change(func(b []byte) []byte { return append(b[:12], 0xc0, 12, 0, 1, 0, 1) }), int(dnsmessage.RCodeFormatError)},
		{"claims an additional", change(func(b []byte) []byte { b[11] = 1; return b }), int(dnsmessage.RCodeFormatError)},
		{"an update", change(func(b []byte) []byte { b[2] |= 5 << 3; return b }), int(dnsmessage.RCodeNotImplemented)},
		{"class CHAOS", query(t, "version.bind.", dnsmessage.TypeTXT, dnsmessage.ClassCHAOS), int(dnsmessage.RCodeRefused)},
	}
	for _, test := range tests {
		reply := r.answer(test.query)
		if reply == nil {
			if test.rcode != -1 {
				t.Errorf("%s: no reply", test.name)
			}
			continue
		}
		var p dnsmessage.Parser
		h, err := p.Start(reply)
		if err != nil || int(h.RCode) != test.rcode {
			t.Errorf("%s: %v %v, want %d", test.name, h.RCode, err, test.rcode)
		}
	}
}

func TestEDNSIsAnswered(t *testing.T) {
	r := newResponder(t)
	n := dnsmessage.MustNewName("known.example.")
	var opt dnsmessage.ResourceHeader
	if err := opt.SetEDNS0(4096, 0, true); err != nil {
		t.Fatal(err)
	}
	m := dnsmessage.Message{
		Questions:   []dnsmessage.Question{{Name: n, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
		Additionals: []dnsmessage.Resource{{Header: opt, Body: &dnsmessage.OPTResource{}}},
	}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	var reply dnsmessage.Message
	if err := reply.Unpack(r.answer(b)); err != nil {
		t.Fatal(err)
	}
	if len(reply.Additionals) != 1 || reply.Additionals[0].Header.Type != dnsmessage.TypeOPT {
		t.Errorf("no EDNS record in %v", reply.Additionals)
	}
}

func TestLongestNameFits(t *testing.T) {
	r := newResponder(t)
	name := strings.Repeat("abcdefg.", 31) + "abcde."
	reply := r.answer(query(t, name, dnsmessage.TypeAAAA, dnsmessage.ClassINET))
	if len(reply) == 0 || len(reply) > 512 {
		t.Errorf("the reply has %d bytes", len(reply))
	}
}

func TestDNSOverTCP(t *testing.T) {
	g := &gate{dns: *newResponder(t), dnsSlots: make(chan struct{}, 1)}
	client, server := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.serveDNSConn(server)
		server.Close()
	}()
	for range 2 {
		q := query(t, "known.example.", dnsmessage.TypeA, dnsmessage.ClassINET)
		if _, err := client.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(q))), q...)); err != nil {
			t.Fatal(err)
		}
		var size uint16
		if err := binary.Read(client, binary.BigEndian, &size); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, size)
		if _, err := io.ReadFull(client, b); err != nil {
			t.Fatal(err)
		}
		var m dnsmessage.Message
		if err := m.Unpack(b); err != nil || len(m.Answers) != 1 {
			t.Errorf("%v %v", m, err)
		}
	}
	client.Close()
	<-done
}

func FuzzDNS(f *testing.F) {
	f.Add(query(f, "known.example.", dnsmessage.TypeA, dnsmessage.ClassINET))
	f.Add(query(f, "0.1.18.198.in-addr.arpa.", dnsmessage.TypePTR, dnsmessage.ClassINET))
	f.Add([]byte{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := newResponder(t)
		reply := r.answer(b)
		if reply == nil {
			return
		}
		var p dnsmessage.Parser
		h, err := p.Start(reply)
		if err != nil || !h.Response || h.ID != binary.BigEndian.Uint16(b) {
			t.Fatalf("reply %x to %x: %v", reply, b, err)
		}
		var m dnsmessage.Message
		if err := m.Unpack(reply); err != nil {
			t.Fatalf("reply %x cannot be read: %v", reply, err)
		}
	})
}
