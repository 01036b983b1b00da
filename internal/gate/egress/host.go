package egress

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
)

const (
	maxHost  = 253 // bytes of a name without its trailing dot, RFC 1035
	maxLabel = 63
)

var errHost = errors.New("cannot use as a host name")

// Canonical returns the one spelling of a host that rules and records use:
// lower case, no trailing dot, no brackets, and an address in its shortest
// form whether it was written dotted, as an integer, in hex or octal (as
// inet_aton(3) reads it) or as IPv6. Anything that is neither a name of
// letters, digits, hyphens and underscores (RFC 1123, RFC 2181) nor an
// address without a zone is an error.
func Canonical(host string) (string, error) {
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		a, err := netip.ParseAddr(inner)
		if !ok || err != nil || !a.Is6() || a.Zone() != "" {
			return "", errHost
		}
		return a.Unmap().String(), nil
	}
	if strings.Contains(host, ":") {
		a, err := netip.ParseAddr(host)
		if err != nil || a.Zone() != "" {
			return "", errHost
		}
		return a.Unmap().String(), nil
	}
	host = strings.TrimSuffix(host, ".")
	if host == "" || len(host) > maxHost {
		return "", errHost
	}
	host = lower(host)
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if !validLabel(label) {
			return "", errHost
		}
	}
	if numeric(labels[len(labels)-1]) {
		a, ok := parseIPv4(labels)
		if !ok {
			return "", errHost
		}
		return a.String(), nil
	}
	return host, nil
}

// lower lowers ASCII letters only: strings.ToLower would also map other
// letters, such as the Kelvin sign, onto ASCII ones.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func validLabel(label string) bool {
	if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for i := range len(label) {
		c := label[i]
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_') {
			return false
		}
	}
	return true
}

// numeric reports whether a last label makes the whole name an IPv4 address
// to some resolvers (WHATWG URL, section 3.5).
func numeric(label string) bool {
	digits := true
	for i := range len(label) {
		digits = digits && '0' <= label[i] && label[i] <= '9'
	}
	if digits {
		return true
	}
	rest, ok := strings.CutPrefix(label, "0x")
	if !ok {
		return false
	}
	for i := range len(rest) {
		if c := rest[i]; !('0' <= c && c <= '9' || 'a' <= c && c <= 'f') {
			return false
		}
	}
	return true
}

func parseIPv4(labels []string) (netip.Addr, bool) {
	if len(labels) > 4 {
		return netip.Addr{}, false
	}
	var sum uint64
	for i, label := range labels {
		digits, base := label, 10
		switch {
		case strings.HasPrefix(label, "0x"):
			digits, base = label[2:], 16
		case len(label) > 1 && label[0] == '0':
			digits, base = label[1:], 8
		}
		n, err := strconv.ParseUint(digits, base, 32)
		if err != nil {
			return netip.Addr{}, false
		}
		// The last part fills all bytes that the parts before it left.
		bits := 8
		if i == len(labels)-1 {
			bits = 8 * (5 - len(labels))
		}
		if n >= 1<<bits {
			return netip.Addr{}, false
		}
		sum = sum<<bits | n
	}
	return netip.AddrFrom4([4]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}), true
}
