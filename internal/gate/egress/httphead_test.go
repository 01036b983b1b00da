package egress

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// h2 returns the first bytes of an HTTP/2 client with the fields.
func h2(t testing.TB, fields ...string) string {
	t.Helper()
	var block, out bytes.Buffer
	e := hpack.NewEncoder(&block)
	for i := 0; i < len(fields); i += 2 {
		if err := e.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}); err != nil {
			t.Fatal(err)
		}
	}
	out.WriteString(http2.ClientPreface)
	f := http2.NewFramer(&out, nil)
	if err := errors.Join(f.WriteSettings(), f.WriteHeaders(http2.HeadersFrameParam{
		StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: true,
	})); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestHTTPHosts(t *testing.T) {
	whole := h2(t, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a.example:80", "host", "b.example")
	tests := []struct {
		in   string
		want []string
		err  error
	}{
		{"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", []string{"a.example"}, nil},
		{"GET / HTTP/1.1\r\nhost:a.example:8080\t\r\nX: y\r\n\r\nbody", []string{"a.example"}, nil},
		{"GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", []string{"::1"}, nil},
		{"GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n", []string{"::1"}, nil},
		{"\r\n\r\nGET / HTTP/1.1\r\nHost: a.example\r\n\r\n", []string{"a.example"}, nil},
		{"GET / HTTP/1.0\r\n\r\n", nil, nil},
		{"OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n", []string{"a.example"}, nil},
		{"GET http://b.example:8080/x HTTP/1.1\r\nHost: a.example\r\n\r\n", []string{"b.example", "a.example"}, nil},
		{"CONNECT b.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n", []string{"b.example", "a.example"}, nil},
		{"x-odd HTTP://b.example HTTP/1.1\r\nHost: a.example\r\n\r\n", []string{"b.example", "a.example"}, nil},
		{whole, []string{"a.example", "b.example"}, nil},

		{"GET / HTTP/1.1\r\n\r\n", nil, errHead},
		{"GET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n", nil, errHead},
		{"GET / HTTP/1.1\r\nHost: a.example\r\n b.example\r\n\r\n", nil, errHead},
		{"GET / HTTP/1.1\r\nHost : a.example\r\n\r\n", nil, errHead},
		{"GET / HTTP/1.1\r\nHost:\r\n\r\n", nil, errHead},
		{"GET / HTTP/1.1\r\nHost: x@a.example\r\n\r\n", nil, errHead},
		{"GET / HTTP/1.1\r\nnonsense\r\nHost: a.example\r\n\r\n", nil, errHead},
		{"GET / HTTP/1.1\nHost: a.example\n\n", nil, errHead},
		{"GET / HTTP/1.1\r\nHost: a.example\nX: y\r\n\r\n", nil, errHead},
		{"GET / HTTP/1.1\rHost: b.example\r\nHost: a.example\r\n\r\n", nil, errHead},
		{"GET / HTTP/1.1\r\nX: \x00\r\nHost: a.example\r\n\r\n", nil, errHead},
		{"GET  / HTTP/1.1\r\nHost: a.example\r\n\r\n", nil, errHead},
		{"GET a.example HTTP/1.1\r\nHost: a.example\r\n\r\n", nil, errHead},
		{"GET http://x@b.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", nil, errHead},
		{"GET / HTTP/1.2\r\nHost: a.example\r\n\r\n", nil, errHead},
		{"GET\t/ HTTP/1.1\r\nHost: a.example\r\n\r\n", nil, errHead},
		{"GET /" + strings.Repeat("a", maxTarget), nil, errHead},
		{h2(t, ":method", "GET", ":scheme", "http", ":path", "/"), nil, errHead},
		{h2(t, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a", ":authority", "b"), nil, errHead},
		{h2(t, ":method", "CONNECT", ":authority", "x@a.example"), nil, errHead},
		{http2.ClientPreface + "\x00\x00\x01\xff\x00\x00\x00\x00\x01?\x00\x00\x04\x01\x04\x00\x00\x00\x00abcd", nil, errHead},

		{"", nil, errMore},
		{"\r\n", nil, errMore},
		{"G", nil, errMore},
		{"GET / HTTP/1.1\r\nHost: a.example\r\n", nil, errMore},
		{whole[:10], nil, errMore},
		{whole[:30], nil, errMore},
		{whole[:len(whole)-1], nil, errMore},

		{"PING\r\n", nil, errNotHTTP},
		{"EHLO a.example\r\n", nil, errNotHTTP},
		{"GET key\r\n", nil, errNotHTTP},
		{`CONNECT {"verbose":false}` + "\r\n", nil, errNotHTTP},
		{"0032git-upload-pack /p\x00host=a.example\x00", nil, errNotHTTP},
		{"\x00\x01\x02", nil, errNotHTTP},
		{strings.Repeat("A", maxMethod+1), nil, errNotHTTP},
	}
	for _, test := range tests {
		got, err := httpHosts([]byte(test.in))
		if !slices.Equal(got, test.want) || !errors.Is(err, test.err) {
			t.Errorf("%.80q: %q, %v; want %q, %v", test.in, got, err, test.want, test.err)
		}
	}
}

func TestSniff(t *testing.T) {
	tests := []struct {
		in, protocol string
		hosts        []string
	}{
		{string(realHello(t, "a.example")), "tls", []string{"a.example"}},
		{string(realHello(t, "")), "tls", nil},
		{"\x16\x09\x01", "tcp", nil},
		{"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", "http", []string{"a.example"}},
		{"SSH-2.0-OpenSSH_9.2\r\n", "ssh", nil},
		{"\x00\x00\x00\x08\x04\xd2\x16\x2f", "postgres", nil},
		{"\x00\x00\x00\x20\x00\x03\x00\x00user\x00", "postgres", nil},
		{"*2\r\n$4\r\nLLEN\r\n", "redis", nil},
		{"\x00\x00\x00\x20\x00\x12\x00\x04", "tcp", nil},
		{"\x3a\x00\x00\x00", "tcp", nil},
	}
	for _, test := range tests {
		protocol, hosts, err := sniff([]byte(test.in))
		if protocol != test.protocol || !slices.Equal(hosts, test.hosts) || err != nil {
			t.Errorf("%.40q: %s %q %v; want %s %q", test.in, protocol, hosts, err, test.protocol, test.hosts)
		}
	}
}

func FuzzHTTPHosts(f *testing.F) {
	f.Add([]byte("GET http://b.example:8080/x HTTP/1.1\r\nHost: a.example\r\n\r\n"))
	f.Add([]byte("CONNECT b.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n"))
	f.Add([]byte(h2(f, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a.example")))
	f.Fuzz(func(t *testing.T, b []byte) {
		hosts, err := httpHosts(b)
		if err != nil {
			return
		}
		// A verdict on a prefix must stand whatever follows.
		again, err := httpHosts(append(bytes.Clone(b), "Host: c.example\r\n\r\n"...))
		if err != nil || !slices.Equal(hosts, again) {
			t.Fatalf("%q became %q, %v", hosts, again, err)
		}
	})
}
