package inside

import (
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// The addresses of the sandbox's own network. Names are answered with
// addresses of the mapped range (198.18.0.0/15 is for benchmarks, RFC 2544,
// and so nobody's), and everything is routed to loopback.
var (
	mapped4 = netip.MustParsePrefix("198.18.0.1/15")
	mapped6 = netip.MustParsePrefix("fd74:776f:6b65:7900::1/64")
)

// closedPort is a port on which nothing can listen: below 1024, and no
// capability is left inside (discard, RFC 863).
const closedPort = 9

// network is the sockets that the supervisor gets; -1 where there is none.
type network struct{ tcp4, tcp6, dns, dnsTCP int }

// descriptors is the order of the Ready message.
func (n *network) descriptors() []int {
	fds := []int{n.tcp4, n.dns, n.dnsTCP}
	if n.tcp6 >= 0 {
		fds = append(fds, n.tcp6)
	}
	return fds
}

func (n *network) close() {
	for _, fd := range []int{n.tcp4, n.tcp6, n.dns, n.dnsTCP} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

// setUpNetwork brings loopback up, gives it the mapped ranges, routes
// everything to it, opens the listeners and redirects all traffic to them.
// IPv6 is left out where the kernel has none.
func setUpNetwork() (*network, error) {
	n := &network{-1, -1, -1, -1}
	ok := false
	defer func() {
		if !ok {
			n.close()
		}
	}()
	nl, err := openNetlink(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, step("open netlink", err)
	}
	defer nl.close()
	if err := nl.linkUp(1); err != nil {
		return nil, step("bring loopback up", err)
	}
	if err := nl.routeAll(mapped4); err != nil {
		return nil, step("route IPv4 to loopback", err)
	}
	ipv6 := nl.routeAll(mapped6) == nil
	loopback4 := &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	if n.tcp4, err = listen(unix.AF_INET, unix.SOCK_STREAM, loopback4); err != nil {
		return nil, step("listen for connections", err)
	}
	if n.dns, err = listen(unix.AF_INET, unix.SOCK_DGRAM, loopback4); err != nil {
		return nil, step("listen for DNS", err)
	}
	if n.dnsTCP, err = listen(unix.AF_INET, unix.SOCK_STREAM, loopback4); err != nil {
		return nil, step("listen for DNS", err)
	}
	if ipv6 {
		loopback6 := &unix.SockaddrInet6{Addr: netip.IPv6Loopback().As16()}
		if n.tcp6, err = listen(unix.AF_INET6, unix.SOCK_STREAM, loopback6); err != nil {
			return nil, step("listen for connections", err)
		}
	}
	r := redirects{closed: closedPort}
	for _, p := range []struct {
		fd   int
		port *uint16
	}{{n.tcp4, &r.tcp4}, {n.tcp6, &r.tcp6}, {n.dns, &r.dns}, {n.dnsTCP, &r.dnsTCP}} {
		if p.fd >= 0 {
			if *p.port, err = portOf(p.fd); err != nil {
				return nil, err
			}
		}
	}
	if err := r.install(); err != nil {
		return nil, step("redirect the network (nftables)", err)
	}
	ok = true
	return n, nil
}

// listen binds a non-blocking socket to a free port of a loopback address: one
// bound to any address would answer from the wrong one.
func listen(family, kind int, addr unix.Sockaddr) (int, error) {
	fd, err := unix.Socket(family, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	if err := unix.Bind(fd, addr); err != nil {
		unix.Close(fd)
		return -1, os.NewSyscallError("bind", err)
	}
	if kind == unix.SOCK_STREAM {
		if err := unix.Listen(fd, 4096); err != nil {
			unix.Close(fd)
			return -1, os.NewSyscallError("listen", err)
		}
	}
	return fd, nil
}

func portOf(fd int) (uint16, error) {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return 0, os.NewSyscallError("getsockname", err)
	}
	switch a := sa.(type) {
	case *unix.SockaddrInet4:
		return uint16(a.Port), nil
	case *unix.SockaddrInet6:
		return uint16(a.Port), nil
	}
	return 0, os.NewSyscallError("getsockname", unix.EAFNOSUPPORT)
}
