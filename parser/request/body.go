package request

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"io"
	"mime/quotedprintable"
	"strings"
	"unicode/utf16"

	"twokey/parser/effect"
)

// decode undoes content encodings and UTF-16, and sets the body.
func (m *message) decode(h *effect.HTTP) {
	if len(m.body) == 0 {
		return
	}
	fail := func(why string) {
		m.body = nil
		if !safe(h.Method) {
			opaque(h, why)
		}
		h.Body = &effect.Word{Text: "\x00"}
	}
	if len(m.body) > MaxBody {
		fail("the body is longer than 1 MiB")
		return
	}
	encodings := strings.Split(m.get("Content-Encoding"), ",")
	for i := len(encodings) - 1; i >= 0; i-- {
		name := strings.ToLower(strings.TrimSpace(encodings[i]))
		body, why := inflate(m.body, name)
		if why != "" {
			fail(why)
			return
		}
		m.body = body
	}
	body, why := charset(m.body, m.parameter("charset"))
	if why != "" {
		fail(why)
		return
	}
	m.body = body
	h.Body = &effect.Word{Text: string(m.body[:min(len(m.body), maxShown)]), Known: true}
}

// inflate undoes one content coding (RFC 9110, section 8.4.1).
func inflate(body []byte, name string) ([]byte, string) {
	var r io.Reader
	var err error
	switch name {
	case "", "identity":
		return body, ""
	case "gzip", "x-gzip":
		r, err = gzip.NewReader(bytes.NewReader(body))
	case "deflate":
		if r, err = zlib.NewReader(bytes.NewReader(body)); err != nil {
			r, err = flate.NewReader(bytes.NewReader(body)), nil
		}
	default:
		return nil, "a content encoding that is not read: " + name
	}
	if err != nil {
		return nil, "the body does not decode: " + name
	}
	plain, err := io.ReadAll(io.LimitReader(r, MaxBody+1))
	if err != nil {
		return nil, "the body does not decode: " + name
	}
	if len(plain) > MaxBody {
		return nil, "the body is longer than 1 MiB"
	}
	return plain, ""
}

// charset turns UTF-16 and UTF-32 into UTF-8, by name or byte order mark.
func charset(body []byte, name string) ([]byte, string) {
	name = strings.ToLower(strings.Trim(name, `"' `))
	switch {
	case bytes.HasPrefix(body, []byte{0xef, 0xbb, 0xbf}):
		return body[3:], ""
	case strings.HasPrefix(name, "utf-32") || strings.HasPrefix(name, "utf-7") || strings.HasPrefix(name, "utf7") || strings.HasPrefix(name, "ibm") || strings.HasPrefix(name, "cp"):
		return nil, "a character set that is not read: " + name
	case strings.HasPrefix(name, "utf-16") || strings.HasPrefix(name, "utf16") || name == "ucs-2":
	case len(body) >= 4 && (body[0] == 0 && body[1] != 0 || body[1] == 0 && body[0] != 0):
	case bytes.HasPrefix(body, []byte{0xff, 0xfe}), bytes.HasPrefix(body, []byte{0xfe, 0xff}):
	default:
		return body, ""
	}
	if len(body)%2 != 0 {
		return body, ""
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch {
	case bytes.HasPrefix(body, []byte{0xff, 0xfe}):
		body = body[2:]
	case bytes.HasPrefix(body, []byte{0xfe, 0xff}):
		order, body = binary.BigEndian, body[2:]
	case strings.HasSuffix(name, "be"), len(body) > 0 && body[0] == 0:
		order = binary.BigEndian
	}
	units := make([]uint16, len(body)/2)
	for i := range units {
		units[i] = order.Uint16(body[2*i:])
	}
	return []byte(string(utf16.Decode(units))), ""
}

// contentType is the media type without parameters, lower case.
func (m *message) contentType() string {
	kind, _, _ := strings.Cut(m.get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// parameter is a parameter of the media type.
func (m *message) parameter(name string) string {
	_, rest, _ := strings.Cut(m.get("Content-Type"), ";")
	for rest != "" {
		var one string
		one, rest, _ = strings.Cut(rest, ";")
		key, value, _ := strings.Cut(one, "=")
		if strings.EqualFold(strings.TrimSpace(key), name) {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}

// form is the body as form parameters, of either form type.
func (m *message) form() []pair {
	switch m.contentType() {
	case "application/x-www-form-urlencoded":
		return parsePairs(strings.TrimSpace(string(m.body)))
	case "multipart/form-data":
		var all []pair
		for _, p := range m.parts() {
			if name, ok := dispositionName(p.get("Content-Disposition")); ok {
				all = append(all, pair{name, string(p.body)})
			}
		}
		return all
	}
	return nil
}

// maxParts bounds the parts of a multipart body that are read.
const maxParts = 256

// parts takes a multipart body apart (RFC 2046); transfer encodings of the
// parts are undone.
func (m *message) parts() []message {
	boundary := m.parameter("boundary")
	if boundary == "" {
		return nil
	}
	var all []message
	pieces := bytes.Split(append([]byte("\r\n"), m.body...), []byte("\n--"+boundary))
	for i, p := range pieces {
		if i == 0 || bytes.HasPrefix(p, []byte("--")) || len(all) == maxParts {
			continue
		}
		p = bytes.TrimSuffix(bytes.TrimLeft(p, " \t"), []byte("\r"))
		p = bytes.TrimPrefix(bytes.TrimPrefix(p, []byte("\r")), []byte("\n"))
		one := message{}
		one.header, one.body = splitHead(p)
		switch strings.ToLower(one.get("Content-Transfer-Encoding")) {
		case "base64":
			if plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(one.body))); err == nil {
				one.body = plain
			}
		case "quoted-printable":
			if plain, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(one.body))); err == nil {
				one.body = plain
			}
		}
		all = append(all, one)
	}
	return all
}

// splitHead cuts header lines from what follows the first empty line.
func splitHead(p []byte) (header [][2]string, body []byte) {
	for len(p) > 0 {
		var line []byte
		line, p, _ = bytes.Cut(p, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			break
		}
		if name, value, ok := strings.Cut(string(line), ":"); ok {
			header = append(header, [2]string{strings.TrimSpace(name), strings.TrimSpace(value)})
		}
	}
	return header, p
}

func dispositionName(disposition string) (string, bool) {
	m := message{header: [][2]string{{"Content-Type", disposition}}}
	name := m.parameter("name")
	return name, name != ""
}
