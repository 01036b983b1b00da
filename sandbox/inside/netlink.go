package inside

import (
	"encoding/binary"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

var native = binary.NativeEndian

// request is one netlink message under construction (netlink(7)).
type request struct{ b []byte }

func newRequest(kind uint16, flags uint16, seq uint32, header ...byte) *request {
	r := &request{make([]byte, unix.NLMSG_HDRLEN, 256)}
	native.PutUint16(r.b[4:], kind)
	native.PutUint16(r.b[6:], unix.NLM_F_REQUEST|flags)
	native.PutUint32(r.b[8:], seq)
	r.b = append(r.b, header...)
	return r
}

func (r *request) pad() {
	for len(r.b)%4 != 0 {
		r.b = append(r.b, 0)
	}
}

// attr appends an attribute (struct nlattr).
func (r *request) attr(kind uint16, data ...byte) {
	r.b = native.AppendUint16(r.b, uint16(4+len(data)))
	r.b = native.AppendUint16(r.b, kind)
	r.b = append(r.b, data...)
	r.pad()
}

func (r *request) str(kind uint16, s string) { r.attr(kind, append([]byte(s), 0)...) }

// be32 appends a number in network byte order, as nftables wants it.
func (r *request) be32(kind uint16, v uint32) {
	r.attr(kind, binary.BigEndian.AppendUint32(nil, v)...)
}

// nest appends an attribute that holds those that fill appends.
func (r *request) nest(kind uint16, fill func()) {
	start := len(r.b)
	r.b = native.AppendUint16(r.b, 0)
	r.b = native.AppendUint16(r.b, kind|unix.NLA_F_NESTED)
	fill()
	native.PutUint16(r.b[start:], uint16(len(r.b)-start))
}

func (r *request) bytes() []byte {
	native.PutUint32(r.b, uint32(len(r.b)))
	return r.b
}

// netlink is a netlink socket whose requests are acknowledged one by one.
type netlink struct {
	fd  int
	seq uint32
}

func openNetlink(protocol int) (*netlink, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("bind", err)
	}
	return &netlink{fd: fd}, nil
}

func (n *netlink) close() { unix.Close(n.fd) }

func (n *netlink) next() uint32 { n.seq++; return n.seq }

// send sends b and reads acknowledgements until that of message last.
func (n *netlink) send(b []byte, last uint32) error {
	if err := unix.Sendto(n.fd, b, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return os.NewSyscallError("sendto", err)
	}
	buf := make([]byte, 16<<10)
	for {
		k, _, err := unix.Recvfrom(n.fd, buf, 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return os.NewSyscallError("recvfrom", err)
		}
		for p := buf[:k]; len(p) >= unix.NLMSG_HDRLEN; {
			size := int(native.Uint32(p))
			if size < unix.NLMSG_HDRLEN || size > len(p) {
				return os.NewSyscallError("netlink", unix.EBADMSG)
			}
			if native.Uint16(p[4:]) == unix.NLMSG_ERROR && size >= unix.NLMSG_HDRLEN+4 {
				if e := int32(native.Uint32(p[unix.NLMSG_HDRLEN:])); e != 0 {
					return os.NewSyscallError("netlink", unix.Errno(-e))
				}
				if native.Uint32(p[8:]) == last {
					return nil
				}
			}
			p = p[min(len(p), (size+3)&^3):]
		}
	}
}

func (n *netlink) do(r *request) error { return n.send(r.bytes(), n.seq) }

// linkUp sets the interface up (RTM_NEWLINK, rtnetlink(7)).
func (n *netlink) linkUp(index uint32) error {
	h := make([]byte, unix.SizeofIfInfomsg)
	native.PutUint32(h[4:], index)
	native.PutUint32(h[8:], unix.IFF_UP)
	native.PutUint32(h[12:], unix.IFF_UP)
	return n.do(newRequest(unix.RTM_NEWLINK, unix.NLM_F_ACK, n.next(), h...))
}

// routeAll gives loopback, interface 1, the address and makes it the way to
// everywhere for that family.
func (n *netlink) routeAll(p netip.Prefix) error {
	family := byte(unix.AF_INET)
	if p.Addr().Is6() {
		family = unix.AF_INET6
	}
	addr := p.Addr().AsSlice()
	index := native.AppendUint32(nil, 1)

	// ifaddrmsg: family, prefix length, flags, scope, index.
	h := append([]byte{family, byte(p.Bits()), unix.IFA_F_NODAD, unix.RT_SCOPE_UNIVERSE}, index...)
	r := newRequest(unix.RTM_NEWADDR, unix.NLM_F_ACK|unix.NLM_F_CREATE|unix.NLM_F_EXCL, n.next(), h...)
	r.attr(unix.IFA_LOCAL, addr...)
	r.attr(unix.IFA_ADDRESS, addr...)
	if err := n.do(r); err != nil {
		return err
	}

	// rtmsg: family, destination and source length, tos, table, protocol,
	// scope, type, flags.
	h = []byte{family, 0, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, unix.RT_SCOPE_UNIVERSE, unix.RTN_UNICAST, 0, 0, 0, 0}
	r = newRequest(unix.RTM_NEWROUTE, unix.NLM_F_ACK|unix.NLM_F_CREATE|unix.NLM_F_EXCL, n.next(), h...)
	r.attr(unix.RTA_OIF, index...)
	r.attr(unix.RTA_PREFSRC, addr...)
	return n.do(r)
}
