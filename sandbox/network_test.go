package sandbox

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// originalDestination is what the program connected to (SO_ORIGINAL_DST).
func originalDestination(t *testing.T, c *net.TCPConn, v6 bool) netip.AddrPort {
	t.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var ap netip.AddrPort
	err = raw.Control(func(fd uintptr) {
		var sa unix.RawSockaddrInet6
		size, level := uint32(unsafe.Sizeof(sa)), uintptr(unix.SOL_IP)
		if v6 {
			level = unix.SOL_IPV6
		}
		const soOriginalDst = 80
		if _, _, e := unix.Syscall6(unix.SYS_GETSOCKOPT, fd, level, soOriginalDst, uintptr(unsafe.Pointer(&sa)), uintptr(unsafe.Pointer(&size)), 0); e != 0 {
			t.Error("SO_ORIGINAL_DST: ", e)
			return
		}
		port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&sa.Port))[:])
		if v6 {
			ap = netip.AddrPortFrom(netip.AddrFrom16(sa.Addr), port)
		} else {
			ap = netip.AddrPortFrom(netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(&sa)).Addr), port)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return ap
}

func TestEveryConnectionArrivesAtTheListener(t *testing.T) {
	b := start(t, nil)
	s := b.Sockets()
	for _, x := range []struct{ target, shell string }{
		{"93.184.216.34:443", "/dev/tcp/93.184.216.34/443"},
		{"198.18.7.9:5432", "/dev/tcp/198.18.7.9/5432"},
		{"10.0.0.1:22", "/dev/tcp/10.0.0.1/22"},
		{"169.254.169.254:80", "/dev/tcp/169.254.169.254/80"},
		{"[2606:2800:220:1::1]:443", "/dev/tcp/2606:2800:220:1::1/443"},
		{"[fe80::1]:443", ""},
	} {
		if x.shell == "" {
			continue
		}
		want := netip.MustParseAddrPort(x.target)
		l := s.TCP4
		if want.Addr().Is6() {
			l = s.TCP6
		}
		l.SetDeadline(time.Now().Add(10 * time.Second))
		done := make(chan string)
		go func() {
			out, _ := b.bash("exec 3<>" + x.shell + " && read -r -u 3 line && echo \"$line\"")
			done <- out
		}()
		c, err := l.AcceptTCP()
		if err != nil {
			t.Fatalf("%s: %v, %s", x.target, err, <-done)
		}
		if got := originalDestination(t, c, want.Addr().Is6()); got != want {
			t.Errorf("connecting to %s arrives as %s", want, got)
		}
		_, pid, ok := b.Attribute(c.RemoteAddr().(*net.TCPAddr).AddrPort(), want)
		if !ok || pid == 0 {
			t.Errorf("%s is nobody's connection", want)
		}
		fmt.Fprintln(c, "hello from outside")
		c.Close()
		if out := <-done; out != "hello from outside" {
			t.Errorf("%s: the program reads %q", want, out)
		}
	}
}

func TestNothingElseLeaves(t *testing.T) {
	b := start(t, nil)
	// UDP is refused at once, so that QUIC falls back.
	for _, to := range []string{"8.8.8.8/443", "198.18.0.77/123", "2001:4860:4860::8888/53", "10.1.2.3/4000"} {
		out, status := b.bash("exec 3<>/dev/udp/" + to + "; echo x >&3; sleep 0.05; echo y >&3")
		if status == 0 || !strings.Contains(out, "refused") {
			t.Errorf("UDP to %s: %q, status %d; want a refusal", to, out, status)
		}
	}
	b.fails("ping -c1 -W1 8.8.8.8")
	b.fails(`python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)'`)
	b.fails(`python3 -c 'import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3)'`)
	b.fails(`python3 -c 'import socket; socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)'`)
	b.says("cat /proc/net/dev | tail -n +3 | cut -d: -f1 | tr -d ' '", "lo")
}

func TestHostsLoopbackIsNotReachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	b := start(t, nil)
	b.fails(fmt.Sprintf("exec 3<>/dev/tcp/127.0.0.1/%d", l.Addr().(*net.TCPAddr).Port))
	u, err := net.Listen("unix", "@twokey-sandbox-test-"+fmt.Sprint(os.Getpid()))
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	b.fails(fmt.Sprintf(`python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect("\0%s")'`, u.Addr().String()[1:]))
}

func TestOwnServersWork(t *testing.T) {
	b := start(t, nil)
	b.says(`python3 - <<'E'
import socket, threading
for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    s = socket.socket(family); s.bind((host, 0)); s.listen()
    t = threading.Thread(target=lambda: s.accept()[0].sendall(b"own")); t.start()
    c = socket.create_connection(s.getsockname()[:2]); print(c.recv(9).decode()); t.join()
a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); a.bind(("127.0.0.1", 0))
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"datagram", a.getsockname()); print(a.recv(99).decode())
E`, "own\nown\ndatagram")
}

func TestNamesAreAskedOfTheSupervisor(t *testing.T) {
	b := start(t, func(_ string, c *Config) { c.Hostname = "box" })
	b.says("hostname; getent ahostsv4 box | head -1 | cut -d. -f1; getent hosts box | cut -d' ' -f1", "box\n127\n::1")
	s := b.Sockets()
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := s.DNS.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			// One answer to an A query, none to others (RFC 1035).
			reply := append([]byte(nil), buf[:n]...)
			reply[2], reply[3] = 0x81, 0x80
			reply[11] = 0 // no additional record
			end := 12
			for reply[end] != 0 {
				end += int(reply[end]) + 1
			}
			end += 5
			reply = reply[:end]
			if binary.BigEndian.Uint16(reply[end-4:]) == 1 {
				reply[7] = 1
				reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 198, 18, 3, 4)
			}
			_, _ = s.DNS.WriteToUDPAddrPort(reply, from)
		}
	}()
	b.says("getent ahostsv4 api.example.com | head -1 | cut -d' ' -f1", "198.18.3.4")
	// A server that the program names itself is the supervisor as well.
	b.says(`python3 - <<'E'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(5); s.connect(("8.8.8.8", 53))
s.send(b"\x12\x34\x01\0\0\1\0\0\0\0\0\0\1a\4test\0\0\1\0\1"); print(s.recv(512)[-4:])
E`, `b'\xc6\x12\x03\x04'`)
	go func() {
		c, err := s.DNSTCP.Accept()
		if err != nil {
			return
		}
		line, _ := bufio.NewReader(c).ReadString('\n')
		fmt.Fprint(c, "tcp ", line)
		c.Close()
	}()
	b.says("exec 3<>/dev/tcp/1.1.1.1/53; echo query >&3; cat <&3", "tcp query")
	b.says("getent hosts localhost | head -1 | cut -d' ' -f1", "::1")
}
