package egress

import (
	"context"
	"io"
	"net"
	"net/netip"
	"testing"
)

// BenchmarkNewConnection is a connection that carries one byte each way,
// through the gate and directly; the difference is what the gate adds.
func BenchmarkNewConnection(b *testing.B) {
	upstream := server(b, echo)
	for _, way := range []struct{ name, address string }{{"direct", upstream}, {"gate", benchGate(b, upstream)}} {
		b.Run(way.name, func(b *testing.B) {
			buf := make([]byte, 1)
			for b.Loop() {
				c, err := net.Dial("tcp", way.address)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := c.Write(buf); err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(c, buf); err != nil {
					b.Fatal(err)
				}
				c.Close()
			}
		})
	}
}

// benchGate returns the address of a gate that carries everything to upstream.
func benchGate(b *testing.B, upstream string) string {
	b.Helper()
	l := listen(b)
	g := newGate(Config{TCP: []*net.TCPListener{l}, Decide: allowTo(upstream)})
	g.origin = func(*net.TCPConn) (netip.AddrPort, error) { return netip.MustParseAddrPort("93.184.216.34:9000"), nil }
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- g.serve(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	return l.Addr().String()
}

// BenchmarkThroughput reads 64 MiB in one connection.
func BenchmarkThroughput(b *testing.B) {
	const size = 64 << 20
	upstream := server(b, func(c *net.TCPConn) {
		buf := make([]byte, 128<<10)
		for range size / len(buf) {
			if _, err := c.Write(buf); err != nil {
				return
			}
		}
	})
	for _, way := range []struct{ name, address string }{{"direct", upstream}, {"gate", benchGate(b, upstream)}} {
		b.Run(way.name, func(b *testing.B) {
			b.SetBytes(size)
			buf := make([]byte, 128<<10)
			for b.Loop() {
				c, err := net.Dial("tcp", way.address)
				if err != nil {
					b.Fatal(err)
				}
				n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{c}, buf)
				if n != size {
					b.Fatalf("read %d bytes, %v", n, err)
				}
				c.Close()
			}
		})
	}
}
