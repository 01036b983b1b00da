package egress

import (
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	dnsTTL     = 60   // seconds; far below idleName
	maxQuery   = 4096 // bytes of a query; real ones have under 300
	ednsBuffer = 1232 // the payload size that avoids fragments, DNS flag day 2020
)

// responder answers DNS queries (RFC 1035) from the name table alone.
//
// Both A and AAAA are answered. getaddrinfo sorts the mapped IPv4 address
// before the unique local IPv6 one (RFC 6724), so clients prefer IPv4, and a
// program that asks for IPv6 alone works too. HTTPS and SVCB have no data, so
// that no client learns a key for an encrypted ClientHello; every other type
// has no data because nothing is looked up outside at this time.
type responder struct {
	names    *Names
	hostname string // canonical; "" for none
}

// answer returns the reply to one message, nil for what deserves none.
func (r *responder) answer(query []byte) []byte {
	var p dnsmessage.Parser
	h, err := p.Start(query)
	if err != nil || h.Response {
		return nil
	}
	reply := dnsmessage.Header{
		ID: h.ID, Response: true, OpCode: h.OpCode,
		RecursionDesired: h.RecursionDesired, RecursionAvailable: true,
	}
	if h.OpCode != 0 {
		reply.RCode = dnsmessage.RCodeNotImplemented
		return pack(reply, nil, nil, false)
	}
	q, err := p.Question()
	if err != nil {
		reply.RCode = dnsmessage.RCodeFormatError
		return pack(reply, nil, nil, false)
	}
	edns, ok := rest(&p)
	if !ok {
		reply.RCode = dnsmessage.RCodeFormatError
		return pack(reply, nil, nil, false)
	}
	var bodies []dnsmessage.ResourceBody
	reply.RCode, bodies = r.resolve(q)
	return pack(reply, &q, bodies, edns)
}

// rest reads what follows the only question and reports whether an EDNS
// record (RFC 6891) is there, and whether all of it could be read.
func rest(p *dnsmessage.Parser) (edns, ok bool) {
	if _, err := p.Question(); err != dnsmessage.ErrSectionDone {
		return false, false
	}
	if p.SkipAllAnswers() != nil || p.SkipAllAuthorities() != nil {
		return false, false
	}
	for {
		h, err := p.AdditionalHeader()
		if err == dnsmessage.ErrSectionDone {
			return edns, true
		}
		if err != nil || p.SkipAdditional() != nil {
			return false, false
		}
		if h.Type == dnsmessage.TypeOPT {
			if edns {
				return false, false
			}
			edns = true
		}
	}
}

func (r *responder) resolve(q dnsmessage.Question) (dnsmessage.RCode, []dnsmessage.ResourceBody) {
	if q.Class != dnsmessage.ClassINET {
		return dnsmessage.RCodeRefused, nil
	}
	name, err := Canonical(q.Name.String())
	if err != nil {
		return dnsmessage.RCodeNameError, nil
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return dnsmessage.RCodeNameError, nil
	}
	switch top := name[strings.LastIndexByte(name, '.')+1:]; {
	case top == "arpa":
		return r.reverse(name, q.Type)
	case top == "localhost" || name == r.hostname:
		return 0, addressBodies(q.Type, netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback())
	case top == "invalid" || top == "onion": // RFC 6761, RFC 7686
		return dnsmessage.RCodeNameError, nil
	case name == "use-application-dns.net": // tells a browser not to look names up over HTTPS
		return dnsmessage.RCodeNameError, nil
	}
	if q.Type != dnsmessage.TypeA && q.Type != dnsmessage.TypeAAAA {
		return 0, nil
	}
	v4, v6, err := r.names.Map(name)
	if err != nil {
		return dnsmessage.RCodeServerFailure, nil
	}
	return 0, addressBodies(q.Type, v4, v6)
}

func addressBodies(t dnsmessage.Type, v4, v6 netip.Addr) []dnsmessage.ResourceBody {
	switch t {
	case dnsmessage.TypeA:
		return []dnsmessage.ResourceBody{&dnsmessage.AResource{A: v4.As4()}}
	case dnsmessage.TypeAAAA:
		return []dnsmessage.ResourceBody{&dnsmessage.AAAAResource{AAAA: v6.As16()}}
	}
	return nil
}

func (r *responder) reverse(name string, t dnsmessage.Type) (dnsmessage.RCode, []dnsmessage.ResourceBody) {
	a, ok := reverseAddress(name)
	if !ok {
		return dnsmessage.RCodeNameError, nil
	}
	target, ok := r.names.Name(a)
	if a.IsLoopback() {
		target, ok = "localhost", true
	}
	if !ok {
		return dnsmessage.RCodeNameError, nil
	}
	n, err := dnsmessage.NewName(target + ".")
	if err != nil || t != dnsmessage.TypePTR {
		return 0, nil
	}
	return 0, []dnsmessage.ResourceBody{&dnsmessage.PTRResource{PTR: n}}
}

// reverseAddress reads the names of RFC 1035, section 3.5, and RFC 3596,
// section 2.5.
func reverseAddress(name string) (netip.Addr, bool) {
	if s, ok := strings.CutSuffix(name, ".in-addr.arpa"); ok {
		labels := strings.Split(s, ".")
		if len(labels) != 4 {
			return netip.Addr{}, false
		}
		var b [4]byte
		for i, label := range labels {
			n, err := strconv.ParseUint(label, 10, 8)
			if err != nil {
				return netip.Addr{}, false
			}
			b[3-i] = byte(n)
		}
		return netip.AddrFrom4(b), true
	}
	s, ok := strings.CutSuffix(name, ".ip6.arpa")
	if labels := strings.Split(s, "."); ok && len(labels) == 32 {
		var b [16]byte
		for i, label := range labels {
			n, err := strconv.ParseUint(label, 16, 4)
			if err != nil || len(label) != 1 {
				return netip.Addr{}, false
			}
			place := 31 - i
			b[place/2] |= byte(n) << (4 * (1 - place%2))
		}
		return netip.AddrFrom16(b), true
	}
	return netip.Addr{}, false
}

// pack writes a reply, which with one question and one record of at most 255
// bytes each never needs truncation.
func pack(h dnsmessage.Header, q *dnsmessage.Question, bodies []dnsmessage.ResourceBody, edns bool) []byte {
	m := dnsmessage.Message{Header: h}
	if q != nil {
		m.Questions = []dnsmessage.Question{*q}
		for _, body := range bodies {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: dnsTTL},
				Body:   body,
			})
		}
	}
	if edns {
		var opt dnsmessage.ResourceHeader
		if err := opt.SetEDNS0(ednsBuffer, h.RCode, false); err != nil {
			return nil
		}
		m.Additionals = []dnsmessage.Resource{{Header: opt, Body: &dnsmessage.OPTResource{}}}
	}
	b, err := m.Pack()
	if err != nil {
		return nil
	}
	return b
}
