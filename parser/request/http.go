package request

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"twokey/parser/effect"
)

// Bounds on bodies, in bytes.
const (
	// MaxBody is the longest body that is decoded, before and after
	// decompression; a longer one is opaque.
	MaxBody = 1 << 20
	// maxShown is what is kept of a body.
	maxShown = 64 << 10
)

// FromHTTP describes a request as a server would take it. The URL is absolute,
// or a path when headers name the host. A body that cannot be understood is
// Opaque where the request may change something.
func FromHTTP(method, rawURL string, headers [][2]string, body []byte) effect.HTTP {
	h := effect.HTTP{Tool: "wire", URLKnown: true}
	m := message{header: headers, body: body}
	h.Method = strings.ToUpper(strings.TrimSpace(method))
	if h.Method == "" {
		h.Method = "GET"
	}
	h.Headers = m.names()
	m.setURL(&h, rawURL)
	if len(body) > 0 {
		sum := sha256.Sum256(body)
		h.BodyDigest = hex.EncodeToString(sum[:])
	}
	m.decode(&h)
	m.override(&h)
	m.understand(&h)
	return h
}

// message is a request's parts that the readers share.
type message struct {
	header  [][2]string
	body    []byte // decoded
	queries []pair // of the URL
	unknown bool   // the body is not known before the run
	json    node   // the body, when it is JSON
}

// get returns the values of a header, joined as HTTP joins them.
func (m *message) get(name string) string {
	var values []string
	for _, h := range m.header {
		if strings.EqualFold(strings.TrimSpace(h[0]), name) {
			values = append(values, strings.TrimSpace(h[1]))
		}
	}
	return strings.Join(values, ", ")
}

// names are the headers' names, lower case, sorted and once each.
func (m *message) names() []string {
	var all []string
	for _, h := range m.header {
		all = append(all, strings.ToLower(strings.TrimSpace(h[0])))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// opaque notes the first reason why the body was not understood.
func opaque(h *effect.HTTP, why string) {
	if h.Opaque == "" {
		h.Opaque = why
	}
}

// safe reports whether the method by itself only reads.
func safe(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY":
		return true
	}
	return false
}

// overriding headers put another method in the place of the one that is sent.
var overriding = [...]string{"X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method", "X-Original-Method"}

func (m *message) override(h *effect.HTTP) {
	for _, name := range overriding {
		if v := m.get(name); v != "" {
			m.replace(h, v)
		}
	}
	for _, p := range m.queries {
		if strings.EqualFold(p.key, "_method") {
			m.replace(h, p.value)
		}
	}
	if m.contentType() == "application/x-www-form-urlencoded" || m.contentType() == "multipart/form-data" {
		for _, p := range m.form() {
			if strings.EqualFold(p.key, "_method") {
				m.replace(h, p.value)
			}
		}
	}
}

// replace takes a method override. A server that does not know of overrides
// runs the method that was sent, so one that would make the request look safer
// does not count.
func (m *message) replace(h *effect.HTTP, method string) {
	method = strings.ToUpper(strings.TrimSpace(method))
	for _, one := range strings.Split(method, ",") {
		one = strings.TrimSpace(one)
		if one != "" && (!safe(one) || safe(h.Method)) && h.Method != "DELETE" {
			h.Method = one
		}
	}
}
