package request

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// node is a JSON value that keeps what encoding/json drops: the order of
// members and keys that come twice.
type node struct {
	kind    byte   // '{' '[' '"' 'l' (number, true, false, null)
	text    string // a string's value, a literal as written
	keys    []string
	items   []node // of members or elements
	doubled bool   // a key comes twice here or below, letter case aside
}

// maxDepth and maxNodes bound a JSON document.
const (
	maxDepth = 128
	maxNodes = 100_000
)

// parseJSON reads one JSON document with nothing after it.
func parseJSON(src []byte) (node, bool) {
	p := jsonParser{src: src}
	n, ok := p.value(0)
	p.blank()
	return n, ok && p.pos == len(p.src)
}

// parseJSONLines reads one or more JSON documents with only blanks between.
func parseJSONLines(src []byte) ([]node, bool) {
	p := jsonParser{src: src}
	var all []node
	for {
		p.blank()
		if p.pos == len(p.src) {
			return all, len(all) > 0
		}
		n, ok := p.value(0)
		if !ok {
			return nil, false
		}
		all = append(all, n)
	}
}

type jsonParser struct {
	src   []byte
	pos   int
	nodes int
}

func (p *jsonParser) blank() {
	for p.pos < len(p.src) {
		switch p.src[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

func (p *jsonParser) peek() byte {
	p.blank()
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

func (p *jsonParser) value(depth int) (node, bool) {
	p.nodes++
	if depth > maxDepth || p.nodes > maxNodes {
		return node{}, false
	}
	switch c := p.peek(); c {
	case '{', '[':
		return p.group(c, depth)
	case '"':
		s, ok := p.str()
		return node{kind: '"', text: s}, ok
	case 0:
		return node{}, false
	}
	start := p.pos
	for p.pos < len(p.src) && strings.IndexByte(" \t\r\n,]}:\"[{", p.src[p.pos]) < 0 {
		p.pos++
	}
	text := string(p.src[start:p.pos])
	switch text {
	case "true", "false", "null":
	default:
		if _, err := strconv.ParseFloat(text, 64); err != nil && !strings.Contains(err.Error(), "range") {
			return node{}, false
		}
	}
	return node{kind: 'l', text: text}, true
}

func (p *jsonParser) group(open byte, depth int) (node, bool) {
	n := node{kind: open}
	closing := byte('}')
	if open == '[' {
		closing = ']'
	}
	p.pos++
	if p.peek() == closing {
		p.pos++
		return n, true
	}
	for {
		if open == '{' {
			if p.peek() != '"' {
				return n, false
			}
			key, ok := p.str()
			if !ok || p.peek() != ':' {
				return n, false
			}
			p.pos++
			n.keys = append(n.keys, key)
		}
		v, ok := p.value(depth + 1)
		if !ok {
			return n, false
		}
		n.doubled = n.doubled || v.doubled
		n.items = append(n.items, v)
		switch p.peek() {
		case ',':
			p.pos++
		case closing:
			p.pos++
			n.doubled = n.doubled || doubled(n.keys)
			return n, true
		default:
			return n, false
		}
	}
}

// doubled reports whether two keys are equal but for letter case.
func doubled(keys []string) bool {
	if len(keys) < 16 {
		for i, k := range keys {
			for _, other := range keys[i+1:] {
				if len(k) == len(other) && strings.EqualFold(k, other) {
					return true
				}
			}
		}
		return false
	}
	seen := make(map[string]bool, len(keys))
	for _, k := range keys {
		k = strings.ToLower(k)
		if seen[k] {
			return true
		}
		seen[k] = true
	}
	return false
}

// str reads a string at the opening quote.
func (p *jsonParser) str() (string, bool) {
	p.pos++
	start := p.pos
	for p.pos < len(p.src) {
		switch c := p.src[p.pos]; {
		case c == '"':
			p.pos++
			return string(p.src[start : p.pos-1]), true
		case c == '\\':
			return p.escaped(start)
		}
		p.pos++
	}
	return "", false
}

func (p *jsonParser) escaped(start int) (string, bool) {
	b := append([]byte(nil), p.src[start:p.pos]...)
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		p.pos++
		if c == '"' {
			return string(b), true
		}
		if c != '\\' {
			b = append(b, c)
			continue
		}
		if p.pos == len(p.src) {
			return "", false
		}
		c = p.src[p.pos]
		p.pos++
		switch c {
		case '"', '\\', '/':
			b = append(b, c)
		case 'b', 'f', 'n', 'r', 't':
			b = append(b, map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}[c])
		case 'u':
			r, ok := p.unit()
			if !ok {
				return "", false
			}
			if utf16.IsSurrogate(r) && p.pos+1 < len(p.src) && p.src[p.pos] == '\\' && p.src[p.pos+1] == 'u' {
				p.pos += 2
				low, ok := p.unit()
				if !ok {
					return "", false
				}
				r = utf16.DecodeRune(r, low)
			}
			b = utf8.AppendRune(b, r)
		default:
			return "", false
		}
	}
	return "", false
}

func (p *jsonParser) unit() (rune, bool) {
	if p.pos+4 > len(p.src) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.src[p.pos:p.pos+4]), 16, 32)
	p.pos += 4
	return rune(n), err == nil
}

// all returns the members of that name, letter case aside: some servers match
// names so.
func (n node) all(name string) []node {
	var found []node
	for i, k := range n.keys {
		if strings.EqualFold(k, name) {
			found = append(found, n.items[i])
		}
	}
	return found
}

// member is the first member of that name.
func (n node) member(name string) (node, bool) {
	if found := n.all(name); len(found) > 0 {
		return found[0], true
	}
	return node{}, false
}
