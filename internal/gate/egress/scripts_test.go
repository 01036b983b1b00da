package egress

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Programs that run in the namespace.
const (
	dnsScript = `
import socket, struct, sys
q = struct.pack(">6H", 7, 0x100, 1, 0, 0, 0) + b"\x03own\x07example\x00" + struct.pack(">2H", 1, 1)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.connect((sys.argv[1], 53))
s.send(q)
print("udp", socket.inet_ntoa(s.recv(512)[-4:]))
s = socket.create_connection((sys.argv[1], 53), 5)
s.sendall(struct.pack(">H", len(q)) + q)
print("tcp", socket.inet_ntoa(s.recv(512)[-4:]))
`
	udpScript = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.connect(("8.8.8.8", 443))
s.send(b"quic")
try:
    s.recv(100)
except ConnectionRefusedError:
    print("refused")
`
	loopbackScript = `
import socket
l = socket.socket()
l.bind(("127.0.0.1", 0))
l.listen()
c = socket.create_connection(("localhost", l.getsockname()[1]), 5)
s, _ = l.accept()
s.sendall(b"inside")
print(c.recv(10))
`
)

func writeScript(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// wait returns once a connection has been recorded, unless none is wanted.
func (j *journal) wait(t *testing.T, want Outcome) {
	t.Helper()
	if want == "" {
		return
	}
	select {
	case <-j.recorded:
	case <-time.After(10 * time.Second):
		t.Fatal("no record was made")
	}
}
