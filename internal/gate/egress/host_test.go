package egress

import (
	"net/netip"
	"strings"
	"testing"

	"twokey/parser/request"
)

func TestCanonical(t *testing.T) {
	tests := []struct{ in, want string }{ // want "": refused
		{"Example.COM", "example.com"},
		{"example.com.", "example.com"},
		{"db", "db"},
		{"_srv._tcp.a-b.example", "_srv._tcp.a-b.example"},
		{"xn--bcher-kva.example", "xn--bcher-kva.example"},
		{"127.0.0.1", "127.0.0.1"},
		{"127.1", "127.0.0.1"},
		{"2130706433", "127.0.0.1"},
		{"0x7f000001", "127.0.0.1"},
		{"0X7F.1", "127.0.0.1"},
		{"0177.0.0.1", "127.0.0.1"},
		{"169.254.43518", "169.254.169.254"},
		{"[::1]", "::1"},
		{"0:0:0:0:0:0:0:1", "::1"},
		{"FE80::1", "fe80::1"},
		{"[::ffff:10.0.0.1]", "10.0.0.1"},
		{"::ffff:a00:1", "10.0.0.1"},
		{"", ""},
		{".", ""},
		{"a..b", ""},
		{"example.com..", ""},
		{".example.com", ""},
		{"a\x00.example", ""},
		{"a\n.example", ""},
		{"a b.example", ""},
		{"büch.example", ""},
		{"exam\u212Ale.com", ""},
		{"-o.example", ""},
		{"o-.example", ""},
		{"user@example", ""},
		{"example:80", ""},
		{"[example]", ""},
		{"[::1", ""},
		{"[127.0.0.1]", ""},
		{"fe80::1%eth0", ""},
		{"1.2.3.4.5", ""},
		{"256.0.0.1", ""},
		{"1.2.3.256", ""},
		{"4294967296", ""},
		{"08.0.0.1", ""},
		{"0x", ""},
		{"example.1", ""},
		{"example.0x1", ""},
		{strings.Repeat("a", 63) + ".example", strings.Repeat("a", 63) + ".example"},
		{strings.Repeat("a", 64) + ".example", ""},
		{strings.Repeat("abcdefg.", 31) + "abcde", strings.Repeat("abcdefg.", 31) + "abcde"},
		{strings.Repeat("abcdefg.", 31) + "abcdef", ""},
	}
	for _, test := range tests {
		got, err := Canonical(test.in)
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("Canonical(%q) = %q, %v; want %q", test.in, got, err, test.want)
		}
		// A grant for a request on the line must fit the connection.
		if line := request.Host(strings.Trim(test.in, "[]")); err == nil && line != got {
			t.Errorf("Canonical(%q) = %q, but a command line's host is %q", test.in, got, line)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	f.Add("Example.COM.")
	f.Add("0x7f.1")
	f.Add("[::ffff:10.0.0.1]")
	f.Fuzz(func(t *testing.T, s string) {
		once, err := Canonical(s)
		if err != nil {
			return
		}
		twice, err := Canonical(once)
		if err != nil || once != twice {
			t.Fatalf("Canonical(%q) = %q, again %q, %v", s, once, twice, err)
		}
		if line := request.Host(strings.Trim(s, "[]")); line != once {
			t.Fatalf("Canonical(%q) = %q, but a command line's host is %q", s, once, line)
		}
		if a, err := netip.ParseAddr(once); err == nil && a.String() != once {
			t.Fatalf("Canonical(%q) = %q is an address in another spelling", s, once)
		}
	})
}
