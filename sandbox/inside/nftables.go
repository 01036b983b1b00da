package inside

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"
)

// redirects is the ports that the network is turned to.
type redirects struct {
	tcp4, tcp6  uint16 // tcp6 is 0 without IPv6
	dns, dnsTCP uint16
	closed      uint16
}

// ruleset names what nftables shows of it.
const (
	tableName = "twokey"
	chainName = "output"
)

// install creates, in one transaction, a nat chain on output that does this:
//
//	ipv4 udp dport 53 -> dns            ipv4 tcp dport 53 -> dnsTCP
//	to 127.0.0.0/8 or ::1: leave        (servers of the sandbox's own)
//	udp -> closed                       (refused at once: QUIC falls back)
//	ipv4 tcp -> tcp4                    ipv6 tcp -> tcp6
//
// Loopback returns after DNS because resolv.conf names 127.0.0.1.
func (r redirects) install() error {
	nl, err := openNetlink(unix.NETLINK_NETFILTER)
	if err != nil {
		return err
	}
	defer nl.close()
	b := batch{nl: nl}
	b.edge(unix.NFNL_MSG_BATCH_BEGIN)
	b.add(unix.NFT_MSG_NEWTABLE, func(q *request) { q.str(unix.NFTA_TABLE_NAME, tableName) })
	b.add(unix.NFT_MSG_NEWCHAIN, func(q *request) {
		q.str(unix.NFTA_CHAIN_TABLE, tableName)
		q.str(unix.NFTA_CHAIN_NAME, chainName)
		q.nest(unix.NFTA_CHAIN_HOOK, func() {
			q.be32(unix.NFTA_HOOK_HOOKNUM, unix.NF_INET_LOCAL_OUT)
			q.be32(unix.NFTA_HOOK_PRIORITY, ^uint32(100)+1) // -100, dstnat
		})
		q.be32(unix.NFTA_CHAIN_POLICY, 1) // NF_ACCEPT
		q.str(unix.NFTA_CHAIN_TYPE, "nat")
	})
	v4, v6 := family(unix.NFPROTO_IPV4), family(unix.NFPROTO_IPV6)
	udp, tcp := transport(unix.IPPROTO_UDP), transport(unix.IPPROTO_TCP)
	b.rule(v4, udp, port(53), redirect(r.dns))
	b.rule(v4, tcp, port(53), redirect(r.dnsTCP))
	b.rule(v4, destination(netip.MustParsePrefix("127.0.0.0/8")), accept)
	b.rule(v6, destination(netip.MustParsePrefix("::1/128")), accept)
	b.rule(udp, redirect(r.closed))
	b.rule(v4, tcp, redirect(r.tcp4))
	if r.tcp6 != 0 {
		b.rule(v6, tcp, redirect(r.tcp6))
	} else {
		b.rule(v6, tcp, redirect(r.closed))
	}
	last := nl.seq
	b.edge(unix.NFNL_MSG_BATCH_END)
	return nl.send(b.b, last)
}

// batch is a transaction of nftables requests.
type batch struct {
	nl *netlink
	b  []byte
}

func (b *batch) edge(kind uint16) {
	// nfgenmsg: family, version, resource id in network byte order.
	q := newRequest(kind, 0, b.nl.next(), unix.AF_UNSPEC, unix.NFNETLINK_V0, 0, unix.NFNL_SUBSYS_NFTABLES)
	b.b = append(b.b, q.bytes()...)
}

func (b *batch) add(kind uint16, fill func(*request)) {
	flags := uint16(unix.NLM_F_ACK | unix.NLM_F_CREATE | unix.NLM_F_APPEND)
	q := newRequest(unix.NFNL_SUBSYS_NFTABLES<<8|kind, flags, b.nl.next(), unix.NFPROTO_INET, unix.NFNETLINK_V0, 0, 0)
	fill(q)
	b.b = append(b.b, q.bytes()...)
}

func (b *batch) rule(parts ...func(*request)) {
	b.add(unix.NFT_MSG_NEWRULE, func(q *request) {
		q.str(unix.NFTA_RULE_TABLE, tableName)
		q.str(unix.NFTA_RULE_CHAIN, chainName)
		q.nest(unix.NFTA_RULE_EXPRESSIONS, func() {
			for _, p := range parts {
				p(q)
			}
		})
	})
}

// expression appends one expression, name and what fill writes as its data.
func expression(q *request, name string, fill func()) {
	q.nest(unix.NFTA_LIST_ELEM, func() {
		q.str(unix.NFTA_EXPR_NAME, name)
		q.nest(unix.NFTA_EXPR_DATA, fill)
	})
}

func equals(q *request, value ...byte) {
	expression(q, "cmp", func() {
		q.be32(unix.NFTA_CMP_SREG, unix.NFT_REG_1)
		q.be32(unix.NFTA_CMP_OP, unix.NFT_CMP_EQ)
		q.nest(unix.NFTA_CMP_DATA, func() { q.attr(unix.NFTA_DATA_VALUE, value...) })
	})
}

func meta(key uint32, value byte) func(*request) {
	return func(q *request) {
		expression(q, "meta", func() {
			q.be32(unix.NFTA_META_KEY, key)
			q.be32(unix.NFTA_META_DREG, unix.NFT_REG_1)
		})
		equals(q, value)
	}
}

func family(v byte) func(*request)    { return meta(unix.NFT_META_NFPROTO, v) }
func transport(v byte) func(*request) { return meta(unix.NFT_META_L4PROTO, v) }

func payload(q *request, base, offset, size uint32) {
	expression(q, "payload", func() {
		q.be32(unix.NFTA_PAYLOAD_DREG, unix.NFT_REG_1)
		q.be32(unix.NFTA_PAYLOAD_BASE, base)
		q.be32(unix.NFTA_PAYLOAD_OFFSET, offset)
		q.be32(unix.NFTA_PAYLOAD_LEN, size)
	})
}

// port matches the destination port of TCP and UDP.
func port(v uint16) func(*request) {
	return func(q *request) {
		payload(q, unix.NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2)
		equals(q, binary.BigEndian.AppendUint16(nil, v)...)
	}
}

// destination matches the destination address.
func destination(p netip.Prefix) func(*request) {
	return func(q *request) {
		offset, size := uint32(16), 4
		if p.Addr().Is6() {
			offset, size = 24, 16
		}
		payload(q, unix.NFT_PAYLOAD_NETWORK_HEADER, offset, uint32(size))
		if p.Bits() < size*8 {
			mask := make([]byte, size)
			for i := range p.Bits() {
				mask[i/8] |= 0x80 >> (i % 8)
			}
			expression(q, "bitwise", func() {
				q.be32(unix.NFTA_BITWISE_SREG, unix.NFT_REG_1)
				q.be32(unix.NFTA_BITWISE_DREG, unix.NFT_REG_1)
				q.be32(unix.NFTA_BITWISE_LEN, uint32(size))
				q.nest(unix.NFTA_BITWISE_MASK, func() { q.attr(unix.NFTA_DATA_VALUE, mask...) })
				q.nest(unix.NFTA_BITWISE_XOR, func() { q.attr(unix.NFTA_DATA_VALUE, make([]byte, size)...) })
			})
		}
		equals(q, p.Masked().Addr().AsSlice()...)
	}
}

func accept(q *request) {
	expression(q, "immediate", func() {
		q.be32(unix.NFTA_IMMEDIATE_DREG, unix.NFT_REG_VERDICT)
		q.nest(unix.NFTA_IMMEDIATE_DATA, func() {
			q.nest(unix.NFTA_DATA_VERDICT, func() { q.be32(unix.NFTA_VERDICT_CODE, 1) }) // NF_ACCEPT
		})
	})
}

// redirect turns the packet to a port of the loopback address.
func redirect(to uint16) func(*request) {
	return func(q *request) {
		expression(q, "immediate", func() {
			q.be32(unix.NFTA_IMMEDIATE_DREG, unix.NFT_REG_1)
			q.nest(unix.NFTA_IMMEDIATE_DATA, func() {
				q.attr(unix.NFTA_DATA_VALUE, binary.BigEndian.AppendUint16(nil, to)...)
			})
		})
		expression(q, "redir", func() {
			q.be32(unix.NFTA_REDIR_REG_PROTO_MIN, unix.NFT_REG_1)
		})
	}
}
