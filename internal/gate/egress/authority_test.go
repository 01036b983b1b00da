package egress

import (
	"crypto/x509"
	"strings"
	"testing"
)

func TestAuthority(t *testing.T) {
	a, err := NewAuthority("twokey session 1")
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(a.PEM()) {
		t.Fatal("the authority's PEM is no certificate")
	}
	for _, host := range []string{"a.example", "93.184.216.34", "2606:2800:220:1::1", strings.Repeat("abcdefg.", 30) + "example"} {
		c, err := a.Certificate(host)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots}); err != nil {
			t.Errorf("%s: %v", host, err)
		}
		if again, err := a.Certificate(host); again != c || err != nil {
			t.Errorf("%s was signed twice, %v", host, err)
		}
	}
	other, err := NewAuthority("other")
	if err != nil {
		t.Fatal(err)
	}
	c, err := other.Certificate("a.example")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Leaf.Verify(x509.VerifyOptions{DNSName: "a.example", Roots: roots}); err == nil {
		t.Error("another session's certificate is trusted")
	}
}
