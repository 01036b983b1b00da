package request

import (
	"bytes"
	"strings"

	"twokey/parser/effect"
)

// maxCalls bounds the calls of a batch that are named.
const maxCalls = 256

// rpc names the methods of JSON-RPC, XML-RPC, SOAP and gRPC, and the requests
// within an HTTP batch.
func (m *message) rpc(h *effect.HTTP) {
	kind := m.contentType()
	switch {
	case strings.HasPrefix(kind, "application/grpc"), kind == "application/connect+proto", m.get("Connect-Protocol-Version") != "":
		h.RPC = append(h.RPC, strings.Trim(h.Path, "/"))
	case strings.HasPrefix(kind, "multipart/mixed"), strings.HasPrefix(kind, "multipart/batch"):
		m.batch(h)
	case strings.Contains(kind, "xml"):
		m.xml(h)
	}
	if strings.HasSuffix(h.Host, ".upstash.io") {
		m.redis(h)
	}
	m.jsonRPC(h, m.json)
	if action := strings.Trim(m.get("SOAPAction"), `"`); action != "" {
		h.RPC = append(h.RPC, action)
	}
}

func (m *message) jsonRPC(h *effect.HTTP, n node) {
	if n.kind == '[' {
		for _, item := range n.items {
			if item.kind == '{' {
				m.jsonRPC(h, item)
			}
		}
		return
	}
	version := len(n.all("jsonrpc")) > 0
	for _, method := range n.all("method") {
		if method.kind == '"' && (version || len(n.all("params")) > 0) && len(h.RPC) < maxCalls {
			h.RPC = append(h.RPC, method.text)
		}
	}
}

// batch reads the request lines in a multipart/mixed body (OData, Google).
func (m *message) batch(h *effect.HTTP) {
	for _, part := range m.parts() {
		if len(h.RPC) == maxCalls {
			return
		}
		if strings.HasPrefix(part.contentType(), "multipart/") {
			part.batch(h)
			continue
		}
		line, _, _ := bytes.Cut(part.body, []byte("\n"))
		words := strings.Fields(string(line))
		if len(words) >= 2 && strings.ToUpper(words[0]) == words[0] {
			h.RPC = append(h.RPC, words[0]+" "+words[1])
		}
	}
}

// xml finds the method of an XML-RPC call by its tag.
func (m *message) xml(h *effect.HTTP) {
	rest := string(m.body)
	for len(h.RPC) < maxCalls {
		_, after, found := strings.Cut(rest, "<methodName>")
		if !found {
			return
		}
		name, after, found := strings.Cut(after, "<")
		if !found {
			return
		}
		h.RPC = append(h.RPC, strings.TrimSpace(name))
		rest = after
	}
}

// redis names the commands of Redis over HTTP: /COMMAND/arg, a JSON array, or
// an array of those.
func (m *message) redis(h *effect.HTTP) {
	first, _, _ := strings.Cut(strings.Trim(h.Path, "/"), "/")
	if first != "" && first != "pipeline" && first != "multi-exec" {
		h.RPC = append(h.RPC, strings.ToUpper(first))
	}
	for _, n := range append([]node{m.json}, m.json.items...) {
		if n.kind == '[' && len(n.items) > 0 && n.items[0].kind == '"' && len(h.RPC) < maxCalls {
			h.RPC = append(h.RPC, strings.ToUpper(n.items[0].text))
		}
	}
}
