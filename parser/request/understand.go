package request

import (
	"strings"

	"twokey/parser/effect"
)

// understand names what the request calls, by the protocols that put the
// call into the body, a header or the path.
func (m *message) understand(h *effect.HTTP) {
	kind := m.contentType()
	jsonLike := len(m.body) > 0 && (strings.Contains(kind, "json") || m.firstByte('{') || m.firstByte('['))
	if jsonLike {
		n, ok := parseJSON(m.body)
		if ok {
			m.json = n
			if n.doubled && !safe(h.Method) {
				opaque(h, "a key comes twice in the JSON body")
			}
		} else if _, lines := parseJSONLines(m.body); !lines && strings.Contains(kind, "json") && !safe(h.Method) && !m.unknown {
			opaque(h, "the body is not JSON")
		}
	}
	m.graphQL(h)
	m.cloud(h)
	m.rpc(h)
}

func (m *message) firstByte(c byte) bool {
	for _, b := range m.body {
		switch b {
		case ' ', '\t', '\r', '\n':
		default:
			return b == c
		}
	}
	return false
}
