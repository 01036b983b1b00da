package parser

import (
	"net"
	"strconv"
	"strings"

	"twokey/parser/effect"
	"twokey/parser/request"
)

// rawHTTP records the request that text is when it is written to a connection
// as it stands (RFC 9112).
func (sh *shell) rawHTTP(text, scheme, host, port, by string) {
	head, body, _ := strings.Cut(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n")
	lines := strings.Split(head, "\n")
	parts := strings.Fields(lines[0])
	if len(parts) < 2 || len(parts) == 3 && !strings.HasPrefix(parts[2], "HTTP/") || len(parts) > 3 {
		return
	}
	for _, c := range parts[0] {
		if c < 'A' || c > 'Z' {
			return
		}
	}
	var headers [][2]string
	for _, l := range lines[1:] {
		name, v, ok := strings.Cut(l, ":")
		if !ok {
			continue
		}
		v = strings.TrimSpace(v)
		headers = append(headers, [2]string{name, v})
		if strings.EqualFold(name, "Host") && host == "" {
			host = v
		}
	}
	url := parts[1]
	if !strings.Contains(url, "://") {
		if port != "" && !(scheme == "https" && port == "443") && !(scheme == "http" && port == "80") {
			host = net.JoinHostPort(host, port)
		}
		url = scheme + "://" + host + url
	}
	var data []byte
	if body != "" {
		data = []byte(body)
	}
	h := request.FromHTTP(parts[0], url, headers, data)
	h.Tool = by
	if strings.IndexByte(text, 0) >= 0 && h.Body != nil {
		h.BodyDigest = ""
		h.Body.Known = false
	}
	sh.emit(effect.Effect{Kind: effect.KindHTTP, HTTP: &h})
}

// sentRaw looks at what is fed to a program that copies it to a connection.
func (sh *shell) sentRaw(name string, c call) {
	if c.in == nil || strings.Trim(c.in.text, unknown+"\n ") == "" {
		return
	}
	args := c.argv[1:]
	scheme, target := "http", ""
	switch name {
	case "openssl":
		for i, a := range args {
			if a.is("-connect") && i+1 < len(args) {
				scheme, target = "https", args[i+1].text
			}
		}
	case "socat":
		for _, a := range args {
			kind, rest, ok := strings.Cut(a.text, ":")
			if k := strings.ToUpper(kind); ok && (strings.HasPrefix(k, "TCP") || strings.HasPrefix(k, "OPENSSL") || strings.HasPrefix(k, "SSL")) {
				target, _, _ = strings.Cut(rest, ",")
				if !strings.HasPrefix(k, "TCP") {
					scheme = "https"
				}
			}
		}
	case "nc", "ncat", "telnet":
		var operands []string
		for _, a := range args {
			if a.is("--ssl") {
				scheme = "https"
			}
			if !strings.HasPrefix(a.text, "-") {
				operands = append(operands, a.text)
			}
		}
		if n := len(operands); n >= 2 {
			target = operands[n-2] + ":" + operands[n-1]
		}
	default:
		return
	}
	host, port, err := net.SplitHostPort(target)
	if err != nil || strings.IndexByte(target, 0) >= 0 {
		host, port = "", ""
	}
	sh.rawHTTP(c.in.text, scheme, host, port, name)
}

// sentTo looks at what is printed to bash's own /dev/tcp.
func (sh *shell) sentTo(to *effect.Connect, out value) {
	if out.taint&(taintSecret|taintEnv) != 0 {
		sh.command("redirect", nil, effect.TraitExfil)
	}
	scheme, port := "http", strconv.Itoa(to.Port)
	if to.Port == 443 {
		scheme = "https"
	}
	sh.rawHTTP(out.text, scheme, to.Host, port, "redirect")
}
