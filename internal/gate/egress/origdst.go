package egress

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// originalDestination asks connection tracking where a redirected connection
// was going: SO_ORIGINAL_DST, and IP6T_SO_ORIGINAL_DST, which has the same
// number. The lookup happens in the network namespace of the socket.
func originalDestination(c *net.TCPConn) (netip.AddrPort, error) {
	local, ok := c.LocalAddr().(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("cannot read a connection's own address")
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("cannot read an original destination: %w", err)
	}
	var dst netip.AddrPort
	var sockErr error
	err = raw.Control(func(fd uintptr) {
		if local.IP.To4() != nil {
			dst, sockErr = originalIPv4(int(fd))
		} else {
			dst, sockErr = originalIPv6(int(fd))
		}
	})
	if err == nil {
		err = sockErr
	}
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("cannot read an original destination: %w", err)
	}
	if dst == local.AddrPort() || dst.Addr() == local.AddrPort().Addr().Unmap() && dst.Port() == local.AddrPort().Port() {
		return netip.AddrPort{}, fmt.Errorf("connection to the gate itself")
	}
	return dst, nil
}

func originalIPv4(fd int) (netip.AddrPort, error) {
	// The option fills a struct sockaddr_in of 16 bytes: family, port in
	// network order, address. An ipv6_mreq is a buffer of a size that fits.
	m, err := unix.GetsockoptIPv6Mreq(fd, unix.SOL_IP, unix.SO_ORIGINAL_DST)
	if err != nil {
		return netip.AddrPort{}, os.NewSyscallError("getsockopt", err)
	}
	b := m.Multiaddr
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:8])), binary.BigEndian.Uint16(b[2:4])), nil
}

func originalIPv6(fd int) (netip.AddrPort, error) {
	// The option fills a struct sockaddr_in6, the head of an ip6_mtuinfo.
	m, err := unix.GetsockoptIPv6MTUInfo(fd, unix.SOL_IPV6, unix.SO_ORIGINAL_DST)
	if err != nil {
		return netip.AddrPort{}, os.NewSyscallError("getsockopt", err)
	}
	var port [2]byte
	binary.NativeEndian.PutUint16(port[:], m.Addr.Port)
	return netip.AddrPortFrom(netip.AddrFrom16(m.Addr.Addr), binary.BigEndian.Uint16(port[:])), nil
}
