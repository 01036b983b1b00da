package request

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"twokey/parser/effect"
)

// unknownBody is Opaque's value for a body that only the run will show.
const unknownBody = "body not known before the run"

// unknownMark stands for an unknown part while a body is read: "\x00" is not
// allowed in the documents that it may be in.
const unknownMark = "\ue000"

// draft is a request that a command line puts together.
type draft struct {
	tool    string
	method  effect.Word
	url     effect.Word
	headers []effect.Word // "Name: value"
	body    *effect.Word
	// made is true when the tool formats the body itself, so that its bytes
	// are not known though its content is.
	made   bool
	sends  []effect.Word
	socket string // a Unix domain socket that it goes to
	opaque string
}

// has reports whether a header of that name is set.
func (d *draft) has(name string) bool {
	for _, h := range d.headers {
		if n, _, _ := strings.Cut(h.Text, ":"); strings.EqualFold(strings.TrimSpace(n), name) {
			return true
		}
	}
	return false
}

func (d *draft) header(name, value string) {
	if !d.has(name) {
		d.headers = append(d.headers, effect.Lit(name+": "+value))
	}
}

// request reads the draft as the wire would.
func (d *draft) request() effect.HTTP {
	h := effect.HTTP{Tool: d.tool, URLKnown: d.url.Known, Sends: d.sends}
	m := message{}
	for _, one := range d.headers {
		name, value, found := strings.Cut(one.Text, ":")
		if !found {
			name, value, _ = strings.Cut(one.Text, ";")
		}
		if strings.IndexByte(name, 0) >= 0 {
			opaque(&h, "a header is not known before the run")
			continue
		}
		m.header = append(m.header, [2]string{strings.TrimSpace(name), strings.TrimSpace(value)})
	}
	h.Headers = m.names()
	h.Method = strings.ToUpper(strings.TrimSpace(d.method.Text))
	if !d.method.Known {
		h.Method = "?"
		opaque(&h, "method not known before the run")
	}
	m.setURL(&h, d.url.Text)
	h.URLKnown = h.URLKnown && d.url.Known
	if d.socket != "" {
		h.Host, h.Port = "unix:"+d.socket, 0
	}
	if d.body != nil {
		m.unknown = !d.body.Known
		m.body = []byte(d.body.Text)
		if d.body.Known && !d.made {
			sum := sha256.Sum256(m.body)
			h.BodyDigest = hex.EncodeToString(sum[:])
		}
		if m.unknown {
			m.body = []byte(strings.ReplaceAll(d.body.Text, "\x00", unknownMark))
		}
		m.decode(&h)
		h.Body = &effect.Word{Text: d.body.Text[:min(len(d.body.Text), maxShown)], Known: d.body.Known}
		if m.unknown && !safe(h.Method) {
			opaque(&h, unknownBody)
		}
	}
	if d.opaque != "" && !safe(h.Method) {
		opaque(&h, d.opaque)
	}
	m.override(&h)
	m.understand(&h)
	if m.unknown {
		unmark(&h)
	}
	return h
}

// unmark puts "\x00" back in place of the marks.
func unmark(h *effect.HTTP) {
	restore := func(s string) string { return strings.ReplaceAll(s, unknownMark, "\x00") }
	h.Action = restore(h.Action)
	for i := range h.RPC {
		h.RPC[i] = restore(h.RPC[i])
	}
	for i := range h.GraphQL {
		g := &h.GraphQL[i]
		g.Name = restore(g.Name)
		for j := range g.Fields {
			g.Fields[j] = restore(g.Fields[j])
		}
		for j := range g.Arguments {
			g.Arguments[j] = restore(g.Arguments[j])
		}
	}
}

// files reads what @file arguments name.
type files struct {
	stdin *effect.Word
	read  func(string) ([]byte, error)
}

// content is a file's content, or that of the standard input for "-". The
// second result is the file that is sent, if it is one.
func (f files) content(path effect.Word) (effect.Word, *effect.Word) {
	if path.Known && (path.Text == "-" || path.Text == "." || path.Text == "/dev/stdin") {
		if f.stdin != nil {
			return *f.stdin, nil
		}
		return effect.Unknown(), nil
	}
	if path.Known && f.read != nil {
		if data, err := f.read(path.Text); err == nil {
			return effect.Lit(string(data)), &path
		}
	}
	return effect.Unknown(), &path
}

// concat joins words; the result is known when all are.
func concat(words ...effect.Word) effect.Word {
	joined := effect.Word{Known: true}
	for _, w := range words {
		joined.Text += w.Text
		joined.Known = joined.Known && w.Known
	}
	return joined
}

// cut is strings.Cut for words.
func cut(w effect.Word, sep string) (before, after effect.Word, found bool) {
	b, a, ok := strings.Cut(w.Text, sep)
	return piece(b, w), piece(a, w), ok
}

// piece is a part of a word: known when the word is, or when nothing unknown
// is in it.
func piece(text string, of effect.Word) effect.Word {
	return effect.Word{Text: text, Known: of.Known || strings.IndexByte(text, 0) < 0}
}
