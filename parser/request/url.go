package request

import (
	"net/netip"
	"strconv"
	"strings"

	"twokey/parser/effect"
)

// setURL takes a URL apart as clients do: scheme://userinfo@host:port/path?query.
// A part that is not known before the run is "\x00" in the text.
func (m *message) setURL(h *effect.HTTP, raw string) {
	raw = strings.TrimSpace(raw)
	if i := strings.IndexByte(raw, '#'); i >= 0 {
		raw = raw[:i]
	}
	if strings.IndexByte(raw, 0) >= 0 {
		h.URLKnown = false
	}
	if control(raw) {
		opaque(h, "control characters in the URL")
	}
	rest := raw
	if i := strings.Index(raw, "://"); i >= 0 && !strings.ContainsAny(raw[:i], "/?#") {
		h.Scheme, rest = strings.ToLower(raw[:i]), raw[i+3:]
	} else if strings.HasPrefix(raw, "/") {
		rest = m.get("Host") + raw
	}
	end := strings.IndexAny(rest, "/?\\")
	if end < 0 {
		end = len(rest)
	}
	authority, target := rest[:end], rest[end:]
	m.setAuthority(h, authority)
	path, query, _ := strings.Cut(target, "?")
	h.Path, h.Query = cleanPath(strings.ReplaceAll(path, `\`, "/")), query
	if strings.IndexByte(authority, 0) >= 0 { // it may hold a part of the path
		h.Path = "\x00" + strings.TrimSuffix(h.Path, "/")
	}
	m.queries = parsePairs(query)
	if host := m.get("Host"); host != "" && h.Host != "" {
		other := effect.HTTP{}
		m.setAuthority(&other, host)
		if other.Host != h.Host {
			opaque(h, "the Host header names another host: "+other.Host)
		}
	}
	if strings.ContainsRune(m.get("Host"), ',') {
		opaque(h, "several Host headers")
	}
}

func (m *message) setAuthority(h *effect.HTTP, authority string) {
	if strings.IndexByte(authority, 0) >= 0 {
		return // a part of a name names nothing
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	host := authority
	if strings.HasPrefix(authority, "[") {
		if i := strings.IndexByte(authority, ']'); i >= 0 {
			host = authority[1:i]
			authority = authority[i+1:]
		}
	}
	if i := strings.LastIndexByte(authority, ':'); i >= 0 {
		if host == authority {
			host = authority[:i]
		}
		if p, err := strconv.Atoi(authority[i+1:]); err == nil && p > 0 && p < 1<<16 {
			if !(h.Scheme == "https" && p == 443 || h.Scheme == "http" && p == 80) {
				h.Port = p
			}
		} else if authority[i+1:] != "" {
			h.URLKnown = h.URLKnown && err == nil
		}
	}
	h.Host = Host(host)
	if control(h.Host) || strings.IndexByte(h.Host, 0) >= 0 {
		h.Host = ""
		opaque(h, "control characters in the host")
	}
}

// Host returns a host's canonical spelling: lower case, without the closing
// dot, percent-decoded, and an IPv4 address in any of inet_aton's spellings
// (decimal, hexadecimal, octal, fewer than four parts) dotted.
func Host(host string) string {
	host = strings.ToLower(strings.TrimSuffix(unescape(host), "."))
	if a, ok := aton(host); ok {
		return a
	}
	if i := strings.IndexByte(host, '%'); i >= 0 && strings.Contains(host, ":") {
		host = host[:i] // a zone
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return a.Unmap().String()
	}
	return host
}

// aton is inet_aton(3).
func aton(s string) (string, bool) {
	parts := strings.Split(s, ".")
	if len(parts) > 4 || s == "" {
		return "", false
	}
	var address uint64
	for i, p := range parts {
		if p == "" {
			return "", false
		}
		base := 10
		switch {
		case strings.HasPrefix(p, "0x"):
			base, p = 16, p[2:]
		case len(p) > 1 && p[0] == '0':
			base, p = 8, p[1:]
		}
		n, err := strconv.ParseUint(p, base, 64)
		if err != nil {
			return "", false
		}
		limit := uint64(255)
		if i == len(parts)-1 {
			limit = 1<<(8*(5-len(parts))) - 1
		}
		if n > limit {
			return "", false
		}
		if i == len(parts)-1 {
			address = address<<(8*(5-len(parts))) | n
		} else {
			address = address<<8 | n
		}
	}
	return netip.AddrFrom4([4]byte{byte(address >> 24), byte(address >> 16), byte(address >> 8), byte(address)}).String(), true
}

// control reports control characters other than the mark of an unknown part.
func control(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' && s[i] != 0 || s[i] == 0x7f {
			return true
		}
	}
	return false
}

// cleanPath decodes what needs no encoding, folds slashes and takes dot
// segments out, as servers do before they route.
func cleanPath(path string) string {
	if path == "" {
		return "/"
	}
	if strings.IndexByte(path, '%') >= 0 {
		path = unreserved(path)
	}
	if !strings.Contains(path, "//") && !strings.Contains(path, "/.") {
		return path
	}
	var kept []string
	parts := strings.Split(path, "/")
	for i, p := range parts {
		switch p {
		case "", ".":
			if p == "" && i == len(parts)-1 || p == "." && i == len(parts)-1 {
				kept = append(kept, "")
			}
		case "..":
			if len(kept) > 0 {
				kept = kept[:len(kept)-1]
			}
			if i == len(parts)-1 {
				kept = append(kept, "")
			}
		default:
			kept = append(kept, p)
		}
	}
	return "/" + strings.Join(kept, "/")
}

// unreserved decodes the percent-encoded characters that mean the same plain.
func unreserved(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, ok := hexByte(s[i+1], s[i+2]); ok && (letter(c) || digit(c) || strings.IndexByte("-._~:$@!*'()", c) >= 0) {
				b.WriteByte(c)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// unescape decodes all percent-encoded bytes; what is malformed stays.
func unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, ok := hexByte(s[i+1], s[i+2]); ok {
				b = append(b, c)
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

func hexByte(hi, lo byte) (byte, bool) {
	h, ok1 := hexDigit(hi)
	l, ok2 := hexDigit(lo)
	return h<<4 | l, ok1 && ok2
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func digit(c byte) bool { return c >= '0' && c <= '9' }

// pair is one decoded parameter.
type pair struct{ key, value string }

// maxPairs bounds the parameters that are read.
const maxPairs = 1024

// parsePairs reads a query or form, split at & and ;.
func parsePairs(s string) []pair {
	var all []pair
	for len(s) > 0 && len(all) < maxPairs {
		var one string
		if i := strings.IndexByte(s, '&'); i >= 0 {
			one, s = s[:i], s[i+1:]
		} else {
			one, s = s, ""
		}
		if one == "" {
			continue
		}
		key, value, _ := strings.Cut(one, "=")
		all = append(all, pair{unescape(plus(key)), unescape(plus(value))})
	}
	return all
}

func plus(s string) string { return strings.ReplaceAll(s, "+", " ") }
