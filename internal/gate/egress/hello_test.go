package egress

import (
	"bytes"
	"crypto/tls"
	"errors"
	"net"
	"testing"
)

// realHello returns the bytes that a real TLS client sends first.
func realHello(t testing.TB, name string) []byte {
	t.Helper()
	var out bytes.Buffer
	c := tls.Client(recorder{out: &out}, &tls.Config{ServerName: name, InsecureSkipVerify: true})
	if err := c.Handshake(); err == nil {
		t.Fatal("a handshake with nobody succeeded")
	}
	return out.Bytes()
}

// recorder is a connection that keeps what is written and has nothing to read.
type recorder struct {
	net.Conn
	out *bytes.Buffer
}

func (r recorder) Write(b []byte) (int, error) { return r.out.Write(b) }
func (recorder) Read([]byte) (int, error)      { return 0, errors.New("nobody is there") }
func (recorder) Close() error                  { return nil }

func split(hello []byte, size int) []byte {
	body := hello[5:]
	var out []byte
	for len(body) > 0 {
		n := min(size, len(body))
		out = append(out, 22, 3, 1, byte(n>>8), byte(n))
		out = append(out, body[:n]...)
		body = body[n:]
	}
	return out
}

func TestServerName(t *testing.T) {
	hello := realHello(t, "api.example")
	change := func(find, replace string) []byte {
		b := bytes.Replace(hello, []byte(find), []byte(replace), 1)
		if bytes.Equal(b, hello) {
			t.Fatalf("%q is not in the hello", find)
		}
		return b
	}
	trailing := append(bytes.Clone(hello), "early data"...)
	tests := []struct {
		name  string
		bytes []byte
		want  string
		err   error
	}{
		{"a real client", hello, "api.example", nil},
		{"no server name", realHello(t, ""), "", nil},
		{"more after it", trailing, "api.example", nil},
		{"one byte a record", split(hello, 1), "api.example", nil},
		{"records of 100 bytes", split(hello, 100), "api.example", nil},
		{"first byte", hello[:1], "", errMore},
		{"header", hello[:5], "", errMore},
		{"all but one byte", hello[:len(hello)-1], "", errMore},
		{"not TLS", []byte{22, 9, 1, 0, 1, 1}, "", errNotTLS},
		{"an empty record", []byte{22, 3, 1, 0, 0}, "", errHello},
		{"another handshake message", []byte{22, 3, 1, 0, 4, 2, 0, 0, 0}, "", errHello},
		{"a record too long", []byte{22, 3, 1, 0xff, 0xff, 1}, "", errHello},
		{"a message too long", []byte{22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff}, "", errHello},
		{"an empty message", []byte{22, 3, 1, 0, 4, 1, 0, 0, 0}, "", errHello},
		{"another record between", append(split(hello, 100)[:105], 23, 3, 3, 0, 1, 0), "", errHello},
		{"another version between", append(split(hello, 100)[:105], 22, 4, 3, 0, 1, 0), "", errHello},
		{"name longer than its list", change("\x00\x00\x00\x10\x00\x0e\x00\x00\x0bapi", "\x00\x00\x00\x10\x00\x0e\x00\x00\x0capi"), "", errHello},
		{"name of another type", change("\x00\x0e\x00\x00\x0bapi", "\x00\x0e\x01\x00\x0bapi"), "", errHello},
	}
	for _, test := range tests {
		got, err := serverName(test.bytes)
		if got != test.want || !errors.Is(err, test.err) {
			t.Errorf("%s: %q, %v; want %q, %v", test.name, got, err, test.want, test.err)
		}
	}
}

func TestTwoServerNames(t *testing.T) {
	hello := helloWith("\x00\x00\x00\x06\x00\x04\x00\x00\x01a" + "\x00\x00\x00\x06\x00\x04\x00\x00\x01b")
	if name, err := serverName(hello); !errors.Is(err, errHello) {
		t.Errorf("two extensions: %q, %v", name, err)
	}
	hello = helloWith("\x00\x00\x00\x0a\x00\x08\x00\x00\x01a\x00\x00\x01b")
	if name, err := serverName(hello); !errors.Is(err, errHello) {
		t.Errorf("two names in one: %q, %v", name, err)
	}
	hello = helloWith("\x00\x00\x00\x06\x00\x04\x00\x00\x01a")
	if name, err := serverName(hello); name != "a" || err != nil {
		t.Errorf("one name: %q, %v", name, err)
	}
}

// helloWith returns a minimal ClientHello with the extensions.
func helloWith(extensions string) []byte {
	body := "\x03\x03" + string(make([]byte, 32)) + "\x00" + "\x00\x02\x13\x01" + "\x01\x00" +
		string([]byte{byte(len(extensions) >> 8), byte(len(extensions))}) + extensions
	message := string([]byte{1, 0, byte(len(body) >> 8), byte(len(body))}) + body
	return append([]byte{22, 3, 1, byte(len(message) >> 8), byte(len(message))}, message...)
}

func FuzzClientHello(f *testing.F) {
	hello := realHello(f, "api.example")
	f.Add(hello)
	f.Add(split(hello, 7))
	f.Add(helloWith("\x00\x00\x00\x06\x00\x04\x00\x00\x01a"))
	f.Fuzz(func(t *testing.T, b []byte) {
		name, err := serverName(b)
		if err != nil && name != "" {
			t.Fatalf("both %q and %v", name, err)
		}
		// A verdict on a prefix must stand whatever follows.
		again, errAgain := serverName(append(bytes.Clone(b), 22, 3, 1, 0, 1, 0))
		if err == nil && (again != name || errAgain != nil) {
			t.Fatalf("%q became %q, %v", name, again, errAgain)
		}
	})
}
