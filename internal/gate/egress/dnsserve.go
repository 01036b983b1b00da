package egress

import (
	"encoding/binary"
	"io"
	"net"
	"time"
)

const (
	maxDNSConns = 64
	dnsIdle     = 10 * time.Second
)

// serveUDP answers each query in turn: an answer takes microseconds and waits
// for nothing, so that no goroutine per query is needed.
func (g *gate) serveUDP(c *net.UDPConn) error {
	buf := make([]byte, maxQuery+1)
	for {
		n, from, err := c.ReadFromUDPAddrPort(buf)
		if err != nil {
			if g.ctx.Err() != nil {
				return nil
			}
			if !temporary(err) {
				return err
			}
			// An ICMP error for an earlier answer shows up here.
			continue
		}
		if n > maxQuery {
			continue
		}
		if reply := g.dns.answer(buf[:n]); reply != nil {
			// A client that is gone does not matter to the next one.
			_, _ = c.WriteToUDPAddrPort(reply, from)
		}
	}
}

// serveDNSConn answers queries on one TCP connection (RFC 7766).
func (g *gate) serveDNSConn(c net.Conn) {
	select {
	case g.dnsSlots <- struct{}{}:
		defer func() { <-g.dnsSlots }()
	default:
		return
	}
	var size [2]byte
	buf := make([]byte, maxQuery)
	for {
		if c.SetDeadline(time.Now().Add(dnsIdle)) != nil {
			return
		}
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		n := int(binary.BigEndian.Uint16(size[:]))
		if n > len(buf) {
			return
		}
		if _, err := io.ReadFull(c, buf[:n]); err != nil {
			return
		}
		reply := g.dns.answer(buf[:n])
		if reply == nil {
			return
		}
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...)); err != nil {
			return
		}
	}
}
