package secrets

import (
	"cmp"
	enc64 "encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Redactor blots secrets out of text. It may be used from several goroutines,
// also while values are added.
type Redactor struct {
	mu     sync.Mutex
	values atomic.Pointer[values]
}

// MinValue is the length in bytes from which on Add takes a value: a shorter
// one would be found in words that have nothing to do with it.
const MinValue = 8

// MaxValues bounds how many values are looked for.
const MaxValues = 1024

// common are values that are no secret although they are used as one, and that
// would make all text around them illegible.
var common = set("password", "passw0rd", "password1", "password123", "changeme", "changeit", "postgres", "mysqlroot", "rootroot", "rootpass",
	"minioadmin", "localhost", "test1234", "12345678", "123456789", "1234567890", "development", "production", "mypassword", "secret123", "mysecret", "example.com", "undefined")

// values are the exact values that are looked for, by how they begin.
type values struct {
	added map[string]bool
	by8   map[[MinValue]byte][]string // longest first
	first [1 << 16]bool               // by the first two bytes
}

// NewRedactor returns a redactor that knows shapes and names, and no values.
func NewRedactor() *Redactor { return &Redactor{} }

// Add makes the redactor look for a value, as it is and encoded for URLs, in
// base64 and in hex. Values shorter than MinValue are ignored, and so are words
// that everybody uses as a password.
func (r *Redactor) Add(value string) {
	if v := r.values.Load(); len(value) < MinValue || common[strings.ToLower(value)] || v != nil && v.added[value] {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	next := &values{added: map[string]bool{}, by8: map[[MinValue]byte][]string{}}
	if old := r.values.Load(); old != nil {
		if len(old.added) >= MaxValues || old.added[value] {
			return
		}
		for v := range old.added {
			next.put(v)
		}
	}
	next.put(value)
	for _, vs := range next.by8 {
		slices.SortFunc(vs, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	}
	r.values.Store(next)
}

// AddEnvironment adds the values of the variables in env that are named in
// dropped, as Environment returns them. What doors lead to is no secret, and
// would make paths illegible.
func (r *Redactor) AddEnvironment(env, dropped []string) {
	for _, entry := range env {
		name, value, ok := strings.Cut(entry, "=")
		if ok && slices.Contains(dropped, name) && !IsDoor(name) && !isSwitch(value) {
			r.Add(value)
		}
	}
}

func (v *values) put(value string) {
	v.added[value] = true
	for _, form := range forms(value) {
		if len(form) < MinValue {
			continue
		}
		key := [MinValue]byte([]byte(form))
		if slices.Contains(v.by8[key], form) {
			continue
		}
		v.by8[key] = append(v.by8[key], form)
		v.first[uint16(form[0])<<8|uint16(form[1])] = true
	}
}

// forms are the ways in which a value is found in text.
func forms(value string) []string {
	out := []string{value, url.QueryEscape(value), url.PathEscape(value), hex.EncodeToString([]byte(value))}
	// In base64 a value looks one of three ways, by what stands before it.
	// The letters at its ends depend on its neighbours and are left out.
	for before := range 3 {
		padded := strings.Repeat("\x00", before) + value
		whole := len(padded) / 3 * 3
		skip := []int{0, 2, 3}[before]
		for _, e := range []*enc64.Encoding{enc64.StdEncoding, enc64.URLEncoding} {
			if s := e.EncodeToString([]byte(padded[:whole])); len(s) > skip+MinValue {
				out = append(out, s[skip:])
			}
		}
	}
	return out
}

func (v *values) find(text string, emit func(from, to int)) {
	if v == nil {
		return
	}
	for i := 0; i+MinValue <= len(text); i++ {
		if !v.first[uint16(text[i])<<8|uint16(text[i+1])] {
			continue
		}
		for _, value := range v.by8[[MinValue]byte([]byte(text[i:i+MinValue]))] {
			if strings.HasPrefix(text[i:], value) {
				emit(i, i+len(value))
				i += len(value) - 1
				break
			}
		}
	}
}

type span struct{ from, to int }

// String returns text with "[redacted]" in the place of each secret. It takes
// time in proportion to the length.
func (r *Redactor) String(text string) string {
	if len(text) < 4 {
		return text
	}
	var buf [8]span
	return apply(text, r.find(text, buf[:0]))
}

func (r *Redactor) find(text string, spans []span) []span {
	emit := func(from, to int) { spans = append(spans, span{from, to}) }
	r.values.Load().find(text, emit)
	findTokens(text, emit)
	if strings.IndexByte(text, '=') >= 0 || strings.IndexByte(text, ':') >= 0 {
		findFields(text, emit)
		findUserinfo(text, emit)
	}
	if strings.IndexByte(text, ' ') >= 0 {
		findFlags(text, emit)
		findSQL(text, emit)
		findPEM(text, emit)
	}
	return spans
}

// apply blots the spans out of the text.
func apply(text string, spans []span) string {
	if len(spans) == 0 {
		return text
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var b strings.Builder
	b.Grow(len(text) + len(blot))
	at := 0
	for i := 0; i < len(spans); {
		from, to := spans[i].from, spans[i].to
		for i++; i < len(spans) && spans[i].from <= to; i++ {
			to = max(to, spans[i].to)
		}
		// What an earlier pass blotted out stays as it is.
		if text[from:to] == blot {
			continue
		}
		b.WriteString(text[at:from])
		b.WriteString(blot)
		at = to
	}
	b.WriteString(text[at:])
	return b.String()
}
