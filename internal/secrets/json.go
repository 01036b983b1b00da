package secrets

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// JSON returns one JSON value with the secrets in its strings redacted, on one
// line if it came on one. Names above a string count as they do in text: the
// keys of objects, pairs of "name" and "value", header lists, and options
// before their values in lists of arguments. What is found in one string is
// blotted out of the others as well. What is not JSON is treated as text and
// comes back as a string.
func (r *Redactor) JSON(data []byte) []byte {
	if !json.Valid(data) {
		return quote(r.String(string(data)))
	}
	w := walker{r: r, in: data}
	w.value(frame{})
	if w.out == nil {
		return data
	}
	data = append(w.out, data[w.copied:]...)
	if len(w.found) == 0 {
		return data
	}
	again := walker{r: r, in: data, known: w.found}
	again.value(frame{})
	if again.out == nil {
		return data
	}
	return append(again.out, data[again.copied:]...)
}

func quote(s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)              // "a && b" stays legible
	if err := enc.Encode(s); err != nil { // a string always marshals
		return []byte(`"` + blot + `"`)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Bounds of what is looked for a second time: shorter values are found in
// other words, and more would take more than linear time.
const (
	minFound = 6
	maxFound = 16
)

// walker reads valid JSON and copies it once something changes.
type walker struct {
	r      *Redactor
	in     []byte
	i      int
	out    []byte
	copied int      // bytes of in that out stands for
	found  []string // secrets that were blotted out
	known  []string // secrets to blot out wherever they are
}

// frame is what is known of a value by what it is in.
type frame struct {
	key    string // of the object's member, or of the list's
	secret rank   // what the names above tell of a string
	user   bool   // a string user:password
	pair   string // the string before it in a list of two, as headers are
	args   *words // the list of arguments that a string is one of
	list   bool   // the value is in a list
	inKey  bool   // the string is a key itself: a name, whatever it says
}

func (w *walker) value(f frame) {
	w.space()
	switch w.in[w.i] {
	case '{':
		w.object(f)
	case '[':
		w.list(f)
	case '"':
		w.text(f)
	default:
		for w.i < len(w.in) && strings.IndexByte(",]} \t\r\n", w.in[w.i]) < 0 {
			w.i++
		}
	}
}

func (w *walker) object(f frame) {
	w.i++
	var named frame // what the member "name" says of the member "value"
	for {
		if w.skip() == '}' {
			return
		}
		at := w.i
		key := w.str()
		if len(key) >= MinValue {
			w.i = at
			w.text(frame{inKey: true})
		}
		w.space()
		w.i++ // the colon
		member := frame{key: key, secret: rankOf(key)}
		switch {
		case key == "value" || key == "text" && f.key == "value":
			member.secret, member.user = max(f.secret, named.secret), f.user || named.user
		case key == "name":
			w.space()
			if w.in[w.i] == '"' {
				at := w.i
				name := w.str()
				w.i = at
				named.secret, named.user = rankOf(name), isUser(name)
			}
		}
		w.value(member)
	}
}

// isUser reports options that take user:password.
func isUser(name string) bool {
	switch name {
	case "u", "user", "U", "proxy-user":
		return true
	}
	return false
}

func (w *walker) list(f frame) {
	w.i++
	pair := ""
	var args words
	for n := 0; ; n++ {
		if w.skip() == ']' {
			return
		}
		item := frame{key: f.key, list: true, args: &args}
		if f.list && n == 1 {
			item.pair = pair
		}
		if n == 0 && w.in[w.i] == '"' {
			at := w.i
			pair = w.str()
			w.i = at
		}
		w.value(item)
	}
}

// skip goes to the next member and returns the byte there, or behind the end
// of the list or object.
func (w *walker) skip() byte {
	w.space()
	if w.in[w.i] == ',' {
		w.i++
		w.space()
	}
	c := w.in[w.i]
	if c == '}' || c == ']' {
		w.i++
	}
	return c
}

func (w *walker) space() {
	for w.i < len(w.in) && strings.IndexByte(" \t\r\n", w.in[w.i]) >= 0 {
		w.i++
	}
}

// str reads the string at i.
func (w *walker) str() string {
	start, escaped := w.i, false
	for w.i++; w.in[w.i] != '"'; w.i++ {
		if w.in[w.i] == '\\' {
			escaped = true
			w.i++
		}
	}
	w.i++
	if !escaped {
		return string(w.in[start+1 : w.i-1])
	}
	var s string
	if err := json.Unmarshal(w.in[start:w.i], &s); err != nil { // it was valid
		return ""
	}
	return s
}

// text redacts the string at i.
func (w *walker) text(f frame) {
	start := w.i
	s := w.str()
	var buf [8]span
	spans := buf[:0]
	if f.inKey {
		emit := func(from, to int) { spans = append(spans, span{from, to}) }
		w.r.values.Load().find(s, emit)
		findTokens(s, emit)
	} else {
		spans = w.r.find(s, spans)
	}
	if n := len(s); n > 0 {
		switch {
		case isReference(s, 0, s):
		case f.secret.guards(s):
			spans = append(spans, span{0, n})
		case f.pair != "" && rankOf(f.pair).guards(s):
			from, to := credential(s, 0, n)
			spans = append(spans, span{from, to})
		case f.user:
			if from, to := part(s, userPassword); from < to && strings.Trim(s, "0123456789:") != "" {
				spans = append(spans, span{from, to})
			}
		}
	}
	if f.args != nil {
		if from, to := f.args.word(s); from < to {
			spans = append(spans, span{from, to})
		}
	}
	for _, known := range w.known {
		for at := 0; ; {
			n := strings.Index(s[at:], known)
			if n < 0 {
				break
			}
			spans = append(spans, span{at + n, at + n + len(known)})
			at += n + len(known)
		}
	}
	clean := apply(s, spans)
	if clean == s {
		return
	}
	for _, x := range spans {
		if v := s[x.from:x.to]; len(v) >= minFound && len(w.found) < maxFound && !common[strings.ToLower(v)] && !slices.Contains(w.found, v) && !strings.Contains(v, blot) {
			w.found = append(w.found, v)
		}
	}
	quoted := quote(clean)
	w.out = append(w.out, w.in[w.copied:start]...)
	w.out = append(w.out, quoted...)
	w.copied = w.i
}
