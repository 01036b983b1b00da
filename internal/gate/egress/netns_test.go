package egress

import (
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/google/nftables"
	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// The end-to-end tests run programs in a network namespace of their own, set
// up as a sandbox's is: this binary starts itself again in new namespaces, the
// child opens the sockets there, hands them over and then runs commands.
const childVariable = "EGRESS_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		if err := runChild(); err != nil {
			fmt.Fprintln(os.Stderr, "child:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// namespace is a running child.
type namespace struct {
	t      *testing.T
	cmd    *exec.Cmd
	in     *json.Encoder
	out    *json.Decoder
	config Config // with the sockets
}

type command struct{ Script string }

type result struct {
	Out    string
	Status int
}

func newNamespace(t *testing.T) *namespace {
	t.Helper()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "ours"), os.NewFile(uintptr(pair[1]), "theirs")
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), childVariable+"=1")
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	if err := cmd.Start(); err != nil {
		t.Skipf("cannot make namespaces: %v", err)
	}
	theirs.Close()
	conn, err := net.FileConn(ours)
	ours.Close()
	if err != nil {
		t.Fatal(err)
	}
	n := &namespace{t: t, cmd: cmd, in: json.NewEncoder(conn), out: json.NewDecoder(conn)}
	t.Cleanup(func() {
		conn.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("child: %v", err)
		}
	})
	oob := make([]byte, 128)
	_, oobn, _, _, err := conn.(*net.UnixConn).ReadMsgUnix(make([]byte, 1), oob)
	if err != nil {
		t.Fatal(err)
	}
	messages, err := unix.ParseSocketControlMessage(oob[:oobn])
	if err != nil || len(messages) != 1 {
		t.Fatalf("no sockets came: %v", err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 4 {
		t.Fatalf("%d sockets came: %v", len(fds), err)
	}
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), "socket")
		if i == 2 {
			p, err := net.FilePacketConn(f)
			if err != nil {
				t.Fatal(err)
			}
			n.config.DNS = p.(*net.UDPConn)
		} else {
			l, err := net.FileListener(f)
			if err != nil {
				t.Fatal(err)
			}
			if i == 3 {
				n.config.DNSTCP = l.(*net.TCPListener)
			} else {
				n.config.TCP = append(n.config.TCP, l.(*net.TCPListener))
			}
		}
		f.Close()
	}
	return n
}

// run runs a shell script in the namespace.
func (n *namespace) run(script string) result {
	n.t.Helper()
	if err := n.in.Encode(command{script}); err != nil {
		n.t.Fatal(err)
	}
	var r result
	if err := n.out.Decode(&r); err != nil {
		n.t.Fatal(err)
	}
	return r
}

func runChild() error {
	conn, err := net.FileConn(os.NewFile(3, "parent"))
	if err != nil {
		return err
	}
	defer conn.Close()
	var fds []int
	var redirects [4]uint16
	for i, address := range []string{"tcp 127.0.0.1:0", "tcp [::1]:0", "udp 127.0.0.1:0", "tcp 127.0.0.1:0"} {
		if i == 0 {
			if err := setUpLinks(); err != nil {
				return fmt.Errorf("links: %w", err)
			}
		}
		fd, port, err := openSocket(address)
		if err != nil {
			return err
		}
		fds, redirects[i] = append(fds, fd), port
	}
	if err := setUpRedirects(redirects); err != nil {
		return fmt.Errorf("nftables: %w", err)
	}
	resolv, err := os.CreateTemp("", "resolv")
	if err != nil {
		return err
	}
	defer os.Remove(resolv.Name())
	if _, err := resolv.WriteString("nameserver 127.0.0.1\noptions timeout:2 attempts:1\n"); err != nil {
		return err
	}
	if err := unix.Mount(resolv.Name(), "/etc/resolv.conf", "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("resolv.conf: %w", err)
	}
	if _, _, err := conn.(*net.UnixConn).WriteMsgUnix([]byte{0}, unix.UnixRights(fds...), nil); err != nil {
		return err
	}
	for _, fd := range fds {
		unix.Close(fd)
	}
	in, out := json.NewDecoder(conn), json.NewEncoder(conn)
	for {
		var c command
		if in.Decode(&c) != nil {
			return nil
		}
		cmd := exec.Command("bash", "-c", c.Script)
		cmd.Env = append(os.Environ(), "NO_PROXY=*", "no_proxy=*")
		b, err := cmd.CombinedOutput()
		if err != nil && cmd.ProcessState == nil {
			return err
		}
		if err := out.Encode(result{string(b), cmd.ProcessState.ExitCode()}); err != nil {
			return err
		}
	}
}

func openSocket(address string) (fd int, port uint16, err error) {
	network, host, _ := strings.Cut(address, " ")
	a, err := netip.ParseAddrPort(host)
	if err != nil {
		return 0, 0, err
	}
	kind, family := unix.SOCK_STREAM, unix.AF_INET
	if network == "udp" {
		kind = unix.SOCK_DGRAM
	}
	var sa unix.Sockaddr = &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	if a.Addr().Is6() {
		family, sa = unix.AF_INET6, &unix.SockaddrInet6{Addr: a.Addr().As16()}
	}
	if fd, err = unix.Socket(family, kind, 0); err != nil {
		return 0, 0, err
	}
	if err := unix.Bind(fd, sa); err != nil {
		return 0, 0, err
	}
	if kind == unix.SOCK_STREAM {
		if err := unix.Listen(fd, 1024); err != nil {
			return 0, 0, err
		}
	}
	sa, err = unix.Getsockname(fd)
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		port = uint16(sa.Port)
	case *unix.SockaddrInet6:
		port = uint16(sa.Port)
	}
	return fd, port, err
}

func setUpLinks() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return err
	}
	for _, r := range []struct{ addr, everywhere string }{{"198.18.0.1/32", "0.0.0.0/0"}, {"fd74:776f:6b65:7900::1/128", "::/0"}} {
		addr, err := netlink.ParseAddr(r.addr)
		if err != nil {
			return err
		}
		addr.Flags = unix.IFA_F_NODAD // else it cannot be a route's source at once
		if err := netlink.AddrAdd(lo, addr); err != nil {
			return err
		}
		_, all, err := net.ParseCIDR(r.everywhere)
		if err != nil {
			return err
		}
		if err := netlink.RouteAdd(&netlink.Route{LinkIndex: lo.Attrs().Index, Dst: all, Src: addr.IP}); err != nil {
			return err
		}
	}
	return nil
}

// setUpRedirects turns TCP and DNS to the ports: TCP over IPv4, over IPv6, DNS
// over UDP and over TCP. Loopback is left alone but for DNS.
func setUpRedirects(ports [4]uint16) error {
	c, err := nftables.New()
	if err != nil {
		return err
	}
	table := c.AddTable(&nftables.Table{Name: "test", Family: nftables.TableFamilyINet})
	chain := c.AddChain(&nftables.Chain{
		Name: "output", Table: table, Type: nftables.ChainTypeNAT,
		Hooknum: nftables.ChainHookOutput, Priority: nftables.ChainPriorityNATDest,
	})
	rule := func(parts ...[]expr.Any) {
		r := &nftables.Rule{Table: table, Chain: chain}
		for _, p := range parts {
			r.Exprs = append(r.Exprs, p...)
		}
		c.AddRule(r)
	}
	is := func(key expr.MetaKey, value byte) []expr.Any {
		return []expr.Any{&expr.Meta{Key: key, Register: 1}, &expr.Cmp{Register: 1, Data: []byte{value}}}
	}
	v4, v6 := is(expr.MetaKeyNFPROTO, unix.NFPROTO_IPV4), is(expr.MetaKeyNFPROTO, unix.NFPROTO_IPV6)
	tcp, udp := is(expr.MetaKeyL4PROTO, unix.IPPROTO_TCP), is(expr.MetaKeyL4PROTO, unix.IPPROTO_UDP)
	field := func(base expr.PayloadBase, offset uint32, value []byte) []expr.Any {
		return []expr.Any{
			&expr.Payload{DestRegister: 1, Base: base, Offset: offset, Len: uint32(len(value))},
			&expr.Cmp{Register: 1, Data: value},
		}
	}
	dns := field(expr.PayloadBaseTransportHeader, 2, []byte{0, 53})
	to := func(port uint16) []expr.Any {
		return []expr.Any{&expr.Immediate{Register: 1, Data: binaryutil.BigEndian.PutUint16(port)}, &expr.Redir{RegisterProtoMin: 1}}
	}
	leave := []expr.Any{&expr.Verdict{Kind: expr.VerdictAccept}}
	rule(v4, udp, dns, to(ports[2]))
	rule(v4, tcp, dns, to(ports[3]))
	rule(v4, field(expr.PayloadBaseNetworkHeader, 16, []byte{127}), leave)
	rule(v6, field(expr.PayloadBaseNetworkHeader, 24, net.IPv6loopback), leave)
	rule(udp, to(9))
	rule(v4, tcp, to(ports[0]))
	rule(v6, tcp, to(ports[1]))
	return c.Flush()
}
