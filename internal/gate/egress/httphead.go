package egress

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

const (
	maxMethod = 64
	maxTarget = 16 << 10
)

var (
	errNotHTTP = errors.New("not HTTP")
	errHead    = errors.New("malformed request head")
)

// httpHosts returns every host that the head of a request names: the Host
// field and the authority of an absolute or CONNECT target (RFC 9112, section
// 3.2), or the :authority and host of the first HTTP/2 request. It returns
// errMore until the head is complete, and errHead for what servers are known
// to read in different ways: no host or several, folded lines, line ends other
// than CR LF, spaces around a field's name.
func httpHosts(b []byte) ([]string, error) {
	// A server ignores empty lines before a request, RFC 9112, section 2.2.
	start := bytes.TrimLeft(b, "\r\n")
	if len(start) == 0 {
		return nil, errMore
	}
	if len(start) < len(http2.ClientPreface) && strings.HasPrefix(http2.ClientPreface, string(start)) {
		return nil, errMore
	}
	if rest, ok := bytes.CutPrefix(start, []byte(http2.ClientPreface)); ok {
		return http2Hosts(rest)
	}
	if err := requestLine(start); err != nil {
		return nil, err
	}
	end := bytes.Index(start, []byte("\r\n\r\n"))
	if bytes.Contains(start, []byte("\n\n")) || bytes.Contains(start, []byte("\n\r\n")) && end < 0 {
		return nil, errHead
	}
	if end < 0 {
		return nil, errMore
	}
	return headHosts(string(start[:end]))
}

// requestLine returns nil when the bytes begin with a request line of
// HTTP/1.x, and errMore while they may.
func requestLine(b []byte) error {
	i := 0
	for i < len(b) && tokenByte(b[i]) {
		i++
	}
	if i == 0 || i > maxMethod {
		return errNotHTTP
	}
	if i == len(b) {
		return errMore
	}
	if b[i] != ' ' && b[i] != '\t' {
		return errNotHTTP
	}
	line, _, whole := bytes.Cut(b, []byte("\n"))
	for _, c := range bytes.TrimSuffix(line, []byte("\r")) {
		if c == '\r' {
			return errHead
		}
		if c < ' ' && c != '\t' {
			return errNotHTTP
		}
	}
	if !whole {
		if len(line) > maxTarget {
			return errHead
		}
		return errMore
	}
	if !bytes.Contains(line, []byte("HTTP/")) {
		return errNotHTTP
	}
	return nil
}

func headHosts(head string) ([]string, error) {
	lines := strings.Split(head, "\r\n")
	parts := strings.Split(lines[0], " ")
	if len(parts) != 3 || parts[2] != "HTTP/1.1" && parts[2] != "HTTP/1.0" {
		return nil, errHead
	}
	var hosts []string
	if host, ok := targetHost(parts[0], parts[1]); !ok {
		return nil, errHead
	} else if host != "" {
		hosts = append(hosts, host)
	}
	fields := 0
	for _, line := range lines[1:] {
		name, value, ok := strings.Cut(line, ":")
		if !ok || name == "" || strings.ContainsAny(line, "\r\n\x00") {
			return nil, errHead
		}
		for i := range len(name) {
			if !tokenByte(name[i]) {
				return nil, errHead
			}
		}
		if lower(name) != "host" {
			continue
		}
		fields++
		host, ok := hostOnly(strings.Trim(value, " \t"))
		if !ok {
			return nil, errHead
		}
		hosts = append(hosts, host)
	}
	if fields > 1 || fields == 0 && parts[2] == "HTTP/1.1" {
		return nil, errHead
	}
	return hosts, nil
}

// targetHost returns the host of a request target, "" for one of origin or
// asterisk form.
func targetHost(method, target string) (string, bool) {
	switch {
	case method == "CONNECT":
		return hostOnly(target)
	case strings.HasPrefix(target, "/"), target == "*":
		return "", true
	}
	_, rest, ok := strings.Cut(target, "://")
	if !ok {
		return "", false
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return hostOnly(rest)
}

// hostOnly cuts the port off an authority without userinfo.
func hostOnly(authority string) (string, bool) {
	host := authority
	if h, _, err := net.SplitHostPort(authority); err == nil {
		host = h
	} else {
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	return host, host != "" && !strings.Contains(host, "@")
}

// http2Hosts reads the first request of a connection of HTTP/2 without TLS,
// what follows the client's preface (RFC 9113, section 3.3).
func http2Hosts(b []byte) ([]string, error) {
	f := http2.NewFramer(nil, bytes.NewReader(b))
	f.SetMaxReadFrameSize(maxPeek)
	f.MaxHeaderListSize = maxPeek
	f.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	for {
		frame, err := f.ReadFrame()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, errMore
		}
		if err != nil {
			return nil, errHead
		}
		if h, ok := frame.(*http2.MetaHeadersFrame); ok {
			if h.Truncated {
				return nil, errHead
			}
			return frameHosts(h)
		}
	}
}

func frameHosts(frame *http2.MetaHeadersFrame) ([]string, error) {
	var hosts []string
	for _, field := range frame.Fields {
		if field.Name != ":authority" && field.Name != "host" {
			continue
		}
		host, ok := hostOnly(field.Value)
		if !ok {
			return nil, errHead
		}
		hosts = append(hosts, host)
	}
	if len(hosts) == 0 {
		return nil, errHead
	}
	return hosts, nil
}

// tokenByte reports whether c may be in a method or a field's name, RFC 9110,
// section 5.6.2.
func tokenByte(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' ||
		strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}
