package notify

import (
	"net"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// outsideAddress returns an address of this machine that is not loopback.
func outsideAddress(t *testing.T) string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && n.IP.To4() != nil {
			return n.IP.String()
		}
	}
	t.Skip("this machine has loopback only")
	return ""
}

func TestConnectionIsAttributed(t *testing.T) {
	host := outsideAddress(t)
	l, err := net.Listen("tcp4", host+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	told := make(chan Connection, 10)
	j := &judge{connect: func(c *Connection) { told <- *c }}
	b := start(t, j, []string{"/bin/bash", "-c", "exec 5<>/dev/tcp/" + host + "/" + strconv.Itoa(port) + "; read -u 5 line; echo got $line"})
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	peer := conn.RemoteAddr().(*net.TCPAddr).Port
	c, ok := b.server.Attribute(peer, false)
	if !ok || c.Tag != testTag || c.Comm != "bash" || c.PID == 0 || int(c.Addr.Port()) != port {
		t.Errorf("attributed %+v, %v", c, ok)
	}
	if again := <-told; again != c {
		t.Errorf("the handler was told %+v, want %+v", again, c)
	}
	if _, ok := b.server.Attribute(peer, false); ok {
		t.Error("attributed twice")
	}
	if _, err := conn.Write([]byte("line\n")); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if status := b.wait(); status != 0 || b.stdout.String() != "got line\n" {
		t.Errorf("status %d, stdout %q, stderr %q", status, b.stdout.String(), b.stderr.String())
	}
}

// What ends at a server of the sandbox itself is not copied: the copy would
// keep the connection open after the program closed it.
func TestLoopbackConnectionIsNotKept(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	b := start(t, &judge{}, []string{"/bin/bash", "-c", "exec 5<>/dev/tcp/127.0.0.1/" + port + "; exec 5>&-; read line; echo end"})
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("read %d bytes, %v", n, err)
	}
	if _, ok := b.server.Attribute(conn.RemoteAddr().(*net.TCPAddr).Port, false); ok {
		t.Error("loopback connection was attributed")
	}
	b.wait()
}

func TestOtherSocketsConnect(t *testing.T) {
	dir := t.TempDir()
	b, status := run(t, &judge{}, "cd "+dir+` && python3 -c '
import socket, os
s = socket.socket(socket.AF_UNIX); s.bind("s"); s.listen()
c = socket.socket(socket.AF_UNIX); c.connect("s"); print("unix")
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.connect(("127.0.0.1", 9)); print("udp")
try: socket.socket(socket.AF_UNIX).connect("missing")
except FileNotFoundError: print("missing")
'`)
	if status != 0 || strings.Join(lines(b.stdout.String()), " ") != "unix udp missing" {
		t.Errorf("status %d, stdout %q, stderr %q", status, b.stdout.String(), b.stderr.String())
	}
}

func TestSocketTableIsBounded(t *testing.T) {
	var s sockets
	var fds []int
	for range maxSockets + 5 {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Skipf("too few descriptors: %v", err)
		}
		fds = append(fds, fd)
		s.add(Connection{}, fd)
	}
	if len(s.list) != maxSockets {
		t.Errorf("%d sockets are kept", len(s.list))
	}
	s.close()
	for _, fd := range fds {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != unix.EBADF {
			t.Fatalf("descriptor %d is still open: %v", fd, err)
		}
	}
}

func FuzzParseSockaddr(f *testing.F) {
	f.Add([]byte{2, 0, 0, 80, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{10, 0, 1, 187, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, ok := parseSockaddr(b); ok && !a.IsValid() {
			t.Errorf("%v is not valid", a)
		}
	})
}
