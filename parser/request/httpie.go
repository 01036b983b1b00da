package request

import (
	"strings"

	"twokey/parser/effect"
)

// httpieGrammar is that of http(1) and, but for a few names, xh(1).
var httpieGrammar = grammar{
	short: map[byte]string{
		'j': "json", 'f': "form", 'x': "compress", 'p': "print", 'h': "headers", 'b': "body", 'm': "meta",
		'v': "verbose", 'P': "history-print", 'S': "stream", 'o': "output", 'd': "download", 'c': "continue",
		'q': "quiet", 's': "style", 'a': "auth", 'A': "auth-type", 'F': "follow", 'I': "ignore-stdin",
		'4': "ipv4", '6': "ipv6",
	},
	valued: set(`boundary raw pretty style format-options response-charset response-mime print
		history-print output session session-read-only auth auth-type bearer proxy max-redirects
		max-headers timeout verify ssl ciphers cert cert-key cert-key-pass default-scheme resolve
		interface http-version unix-socket generate`),
	flags: set(`json form multipart compress headers body meta verbose all stream download continue
		quiet follow ignore-stdin offline check-status path-as-is chunked debug traceback unsorted
		sorted help version manual curl curl-long https ipv4 ipv6 ignore-netrc no-check-status
		native-tls`),
	equals:     true,
	abbreviate: true,
}

// httpie reads METHOD URL ITEM... operands.
type httpie struct {
	files
	tool     string
	scheme   string
	words    []effect.Word
	form     bool
	parts    bool // multipart
	raw      *effect.Word
	compress bool
	method   string // as given, "" where implied
}

func fromHTTPie(tool string, args []effect.Word, f files) []effect.HTTP {
	p := httpie{files: f, tool: tool, scheme: "http"}
	if tool == "https" || tool == "xhs" {
		p.scheme = "https"
	}
	extra := draft{}
	ignore, offline := false, false
	for _, o := range httpieGrammar.parse(args) {
		switch o.name {
		case "":
			p.words = append(p.words, o.value)
		case "form":
			p.form = true
		case "multipart":
			p.parts = true
		case "raw":
			raw := o.value
			p.raw = &raw
		case "compress":
			p.compress = true
		case "ignore-stdin":
			ignore = true
		case "offline", "curl", "curl-long", "help", "version", "manual":
			offline = true
		case "https":
			p.scheme = "https"
		case "default-scheme":
			p.scheme = o.value.Text
		case "auth", "bearer", "session", "session-read-only":
			extra.header("Authorization", o.name)
		case "proxy", "resolve":
			extra.opaque = "goes another way: " + o.value.Text
		case "unix-socket":
			extra.socket = o.value.Text
		}
	}
	if len(p.words) == 0 || offline {
		return nil
	}
	if p.raw == nil && !ignore && p.stdin != nil {
		p.raw = p.stdin
	}
	d := p.draft()
	d.headers = append(d.headers, extra.headers...)
	d.socket, d.opaque = extra.socket, extra.opaque
	return []effect.HTTP{d.request()}
}

// methodWord reports whether an operand before another is a method.
func methodWord(s string) bool {
	for i := 0; i < len(s); i++ {
		if !letter(s[i]) {
			return false
		}
	}
	return s != ""
}

// draft makes the request of the operands.
func (p *httpie) draft() *draft {
	d := &draft{tool: p.tool}
	words := p.words
	if len(words) > 1 && (methodWord(words[0].Text) || !words[0].Known) {
		p.method = words[0].Text
		d.method = words[0]
		words = words[1:]
	}
	d.url = p.url(words[0])
	i := items{httpie: p, draft: d}
	for _, w := range words[1:] {
		i.add(w)
	}
	i.finish()
	if p.method == "" {
		d.method = effect.Lit("GET")
		if d.body != nil {
			d.method = effect.Lit("POST")
		}
	}
	return d
}

// url expands HTTPie's shorthands: ":3000/x" and a host without a scheme.
func (p *httpie) url(u effect.Word) effect.Word {
	text := u.Text
	switch {
	case strings.Contains(text, "://") && !strings.HasPrefix(text, "://"), strings.HasPrefix(text, "\x00"):
		return u
	case strings.HasPrefix(text, "://"):
		text = text[3:]
	case strings.HasPrefix(text, ":"):
		rest := text[1:]
		text = "localhost"
		if rest != "" && digit(rest[0]) {
			text += ":"
		}
		text += rest
	}
	return effect.Word{Text: p.scheme + "://" + text, Known: u.Known}
}

// separators of request items, longer ones first.
var separators = [...]string{":=@", "==@", ":=", "==", "=@", "@", "=", ":@", ":", ";"}

// items collects request items: header, query, data and file.
type items struct {
	*httpie
	draft  *draft
	fields []effect.Word // JSON members, or form pairs
	files  []effect.Word // multipart parts
	query  []effect.Word
	guess  bool // the type of a file's content is guessed from its name
}

func (i *items) add(w effect.Word) {
	key, sep, value := splitItem(w)
	content := value
	if strings.HasSuffix(sep, "@") && sep != "@" {
		var sent *effect.Word
		content, sent = i.content(value)
		if sent != nil {
			i.draft.sends = append(i.draft.sends, *sent)
		}
	}
	switch sep {
	case ":", ":@", ";":
		i.draft.headers = append(i.draft.headers, concat(key, effect.Lit(": "), content))
	case "==", "==@":
		i.query = append(i.query, effect.Word{Text: escape(key.Text) + "=" + escape(content.Text), Known: key.Known && content.Known})
	case "@":
		file, _, _ := cut(value, ";type=")
		data, sent := i.content(file)
		if sent != nil {
			i.draft.sends = append(i.draft.sends, *sent)
		}
		if key.Text == "" {
			i.raw, i.guess = &data, true
			return
		}
		i.files = append(i.files, concat(key, effect.Lit("="), data))
	case ":=", ":=@":
		i.field(key, content, true)
	case "=", "=@":
		i.field(key, content, false)
	default: // not an item: what it does is not known
		i.draft.opaque = "a request item that is not understood"
		i.field(effect.Unknown(), effect.Unknown(), false)
	}
}

// splitItem finds the earliest separator, the longest of those that begin
// there; a backslash takes the meaning off one.
func splitItem(w effect.Word) (key effect.Word, sep string, value effect.Word) {
	text := w.Text
	for at := 0; at < len(text); at++ {
		if text[at] == '\\' {
			at++
			continue
		}
		for _, s := range separators {
			if strings.HasPrefix(text[at:], s) {
				return piece(strings.ReplaceAll(text[:at], `\`, ""), w), s, piece(text[at+len(s):], w)
			}
		}
	}
	return w, "", effect.Word{Known: true}
}

func (i *items) field(key, value effect.Word, json bool) {
	switch {
	case i.form || i.parts:
		i.fields = append(i.fields, effect.Word{Text: escape(key.Text) + "=" + escape(value.Text), Known: key.Known && value.Known})
	case json:
		i.fields = append(i.fields, concat(quoteJSON(key), effect.Lit(": "), value))
	default:
		i.fields = append(i.fields, concat(quoteJSON(key), effect.Lit(": "), quoteJSON(value)))
	}
}

// quoteJSON writes a word as a JSON string.
func quoteJSON(w effect.Word) effect.Word {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(w.Text); i++ {
		switch c := w.Text[i]; c {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\n':
			b.WriteString(`\n`)
		case '\t':
			b.WriteString(`\t`)
		case '\r':
			b.WriteString(`\r`)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return effect.Word{Text: b.String(), Known: w.Known}
}

// finish sets the body and the query.
func (i *items) finish() {
	d := i.draft
	c := curl{}
	c.addQuery(d, i.query)
	switch {
	case len(i.files) > 0 || i.parts && len(i.fields) > 0:
		c.form = i.files
		for _, f := range i.fields {
			c.form = append(c.form, effect.Word{Text: unescape(plus(f.Text)), Known: f.Known})
		}
		c.multipart(d)
	case len(i.fields) > 0 && i.form:
		body := join(i.fields, "&")
		d.body, d.made = &body, true
		d.header("Content-Type", "application/x-www-form-urlencoded")
	case len(i.fields) > 0:
		body := concat(effect.Lit("{"), join(i.fields, ", "), effect.Lit("}"))
		d.body, d.made = &body, true
		d.header("Content-Type", "application/json")
	case i.raw != nil:
		d.body = i.raw
		if !i.guess {
			d.header("Content-Type", "application/json")
		}
	}
	d.made = d.made || i.compress
}
