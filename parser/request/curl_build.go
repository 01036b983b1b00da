package request

import (
	"path"
	"strconv"
	"strings"

	"twokey/parser/effect"
)

// requests are those that the collected operation sends.
func (c *curl) requests() []effect.HTTP {
	if c.tool == "curlie" && len(c.items) > 0 {
		return c.curlie()
	}
	var all []effect.HTTP
	for i, word := range c.urls {
		upload := c.upload(i)
		for _, u := range c.expand(word) {
			if len(all) == maxRequests {
				return all
			}
			all = append(all, c.request(u, upload))
		}
	}
	return all
}

// upload is the -T that belongs to the URL at i.
func (c *curl) upload(i int) *effect.Word {
	if i < len(c.uploads) {
		return &c.uploads[i]
	}
	return nil
}

func (c *curl) request(u effect.Word, upload *effect.Word) effect.HTTP {
	d := &draft{tool: c.tool, url: c.absolute(u), headers: c.headers, sends: c.sends, socket: c.socket, opaque: c.opaque}
	d.headers = append([]effect.Word(nil), d.headers...)
	method := "GET"
	switch {
	case c.get:
		c.addQuery(d, c.data)
	case len(c.form) > 0:
		method = "POST"
		c.multipart(d)
	case len(c.data) > 0:
		method = "POST"
		c.body(d)
	case upload != nil:
		method = "PUT"
		c.put(d, *upload)
	}
	if c.head {
		method = "HEAD"
	}
	c.addQuery(d, c.query)
	d.method = effect.Lit(method)
	if c.method != nil {
		d.method = *c.method
	}
	h := d.request()
	c.other(&h)
	if c.target != nil {
		target, query, _ := strings.Cut(c.target.Text, "?")
		h.Path, h.Query = cleanPath(target), query
		h.URLKnown = h.URLKnown && c.target.Known
	}
	return h
}

// other names what curl does over protocols that have no methods.
func (c *curl) other(h *effect.HTTP) {
	switch h.Scheme {
	case "http", "https", "ws", "wss", "file", "":
		return
	case "smtp", "smtps", "telnet", "gopher", "gophers", "mqtt", "dict":
		h.Method = "POST"
	}
	for _, q := range c.quotes {
		h.RPC = append(h.RPC, strings.TrimLeft(q.Text, "-+"))
		h.Method = "POST"
	}
	if c.mail {
		h.Method = "POST"
	}
	if h.Method == "GET" && len(h.Sends) > 0 {
		h.Method = "PUT"
	}
}

// absolute adds the scheme that curl guesses from the host's first label.
func (c *curl) absolute(u effect.Word) effect.Word {
	text := strings.TrimLeft(u.Text, " ")
	if strings.Contains(text, "://") || strings.HasPrefix(text, "\x00") {
		return u
	}
	scheme := "http"
	if c.scheme != "" {
		scheme = c.scheme
	}
	for _, s := range [...]string{"ftp", "dict", "ldap", "imap", "smtp", "pop3"} {
		if c.scheme == "" && strings.HasPrefix(strings.ToLower(text), s+".") {
			scheme = s
		}
	}
	return effect.Word{Text: scheme + "://" + text, Known: u.Known}
}

// body joins the -d parts.
func (c *curl) body(d *draft) {
	joined := join(c.data, "&")
	if c.json {
		joined = concat(c.data...)
		d.header("Content-Type", "application/json")
		d.header("Accept", "application/json")
	}
	d.header("Content-Type", "application/x-www-form-urlencoded")
	d.body = &joined
}

func join(words []effect.Word, sep string) effect.Word {
	joined := effect.Word{Known: true}
	for i, w := range words {
		if i > 0 {
			joined.Text += sep
		}
		joined = concat(joined, w)
	}
	return joined
}

// addQuery appends parts to the URL's query.
func (c *curl) addQuery(d *draft, parts []effect.Word) {
	if len(parts) == 0 {
		return
	}
	sep := "?"
	if strings.Contains(d.url.Text, "?") {
		sep = "&"
	}
	base, fragment, found := cut(d.url, "#")
	d.url = concat(base, effect.Lit(sep), join(parts, "&"))
	if found {
		d.url = concat(d.url, effect.Lit("#"), fragment)
	}
}

func (c *curl) put(d *draft, file effect.Word) {
	content, sent := c.content(file)
	if sent != nil {
		d.sends = append(append([]effect.Word(nil), d.sends...), *sent)
		if target, query, _ := strings.Cut(d.url.Text, "?"); query == "" && (strings.HasSuffix(target, "/") || strings.Count(target, "/") == 2) {
			d.url = concat(d.url, effect.Lit("/"+path.Base(file.Text)))
			d.url.Known = d.url.Known && file.Known
		}
	}
	d.body = &content
}

// boundary stands for the one that is chosen at run time.
const boundary = "twokey-boundary"

// multipart makes the body of -F parts: name=content, name=@file, name=<file,
// with ;type= and the like after it.
func (c *curl) multipart(d *draft) {
	var parts []effect.Word
	for _, f := range c.form {
		name, value, _ := cut(f, "=")
		content := value
		switch {
		case strings.HasPrefix(value.Text, "@") || strings.HasPrefix(value.Text, "<"):
			file, _, _ := cut(piece(value.Text[1:], value), ";")
			if strings.HasPrefix(file.Text, `"`) {
				file.Text = unquote(file.Text)
			}
			var sent *effect.Word
			content, sent = c.content(file)
			if sent != nil {
				d.sends = append(append([]effect.Word(nil), d.sends...), *sent)
			}
		case strings.HasPrefix(value.Text, `"`):
			content.Text = unquote(value.Text)
		default:
			if i := strings.Index(value.Text, ";type="); i >= 0 {
				content = piece(value.Text[:i], value)
			}
		}
		parts = append(parts, concat(effect.Lit("--"+boundary+"\r\nContent-Disposition: form-data; name=\""), name,
			effect.Lit("\"\r\n\r\n"), content, effect.Lit("\r\n")))
	}
	body := concat(append(parts, effect.Lit("--"+boundary+"--\r\n"))...)
	d.body, d.made = &body, true
	d.header("Content-Type", "multipart/form-data; boundary="+boundary)
}

// maxPatterns bounds the patterns in one URL.
const maxPatterns = 16

// expand is curl's URL globbing: {a,b}, [1-9], [a-z], with a step after a
// colon. A pattern with too many results becomes an unknown part.
func (c *curl) expand(u effect.Word) []effect.Word {
	if c.noglob || !strings.ContainsAny(u.Text, "{[") {
		return []effect.Word{u}
	}
	all := []effect.Word{{Known: u.Known}}
	text := u.Text
	for patterns := 0; text != ""; patterns++ {
		if patterns == maxPatterns {
			for i := range all {
				all[i] = effect.Word{Text: all[i].Text + "\x00"}
			}
			break
		}
		at := strings.IndexAny(text, "{[\\")
		if at < 0 {
			at = len(text)
		}
		choices, rest := []string{""}, ""
		known := true
		switch {
		case at == len(text):
		case text[at] == '\\' && at+1 < len(text):
			choices, rest = []string{text[at+1 : at+2]}, text[at+2:]
		default:
			closing := map[byte]string{'{': "}", '[': "]", '\\': "\\"}[text[at]]
			end := strings.Index(text[at:], closing)
			inner := ""
			if end > 0 {
				inner, rest = text[at+1:at+end], text[at+end+1:]
			}
			switch {
			case end <= 0:
				choices, rest = []string{text[at:]}, ""
			case text[at] == '{':
				choices = strings.Split(inner, ",")
			case strings.Contains(inner, ":") && !strings.Contains(inner, "-"): // an IPv6 address
				choices = []string{"[" + inner + "]"}
			default:
				choices = sequence(inner)
			}
		}
		if len(choices)*len(all) > maxRequests {
			choices, known = []string{"\x00"}, false
		}
		var next []effect.Word
		for _, one := range all {
			for _, choice := range choices {
				next = append(next, effect.Word{Text: one.Text + text[:at] + choice, Known: one.Known && known})
			}
		}
		all, text = next, rest
	}
	return all
}

// sequence is what [a-b:step] stands for.
func sequence(inner string) []string {
	span, stepText, _ := strings.Cut(inner, ":")
	from, to, ok := strings.Cut(span, "-")
	step, err := strconv.Atoi(stepText)
	if err != nil || step < 1 {
		step = 1
	}
	if !ok {
		return []string{"[" + inner + "]"}
	}
	var all []string
	if a, err := strconv.Atoi(from); err == nil {
		b, err := strconv.Atoi(to)
		if err != nil {
			return []string{"\x00"}
		}
		for n := a; n <= b && len(all) <= maxRequests; n += step {
			text := strconv.Itoa(n)
			for len(text) < len(from) && from[0] == '0' {
				text = "0" + text
			}
			all = append(all, text)
		}
		return all
	}
	if len(from) == 1 && len(to) == 1 {
		for r := int(from[0]); r <= int(to[0]); r += step {
			all = append(all, string(rune(r)))
		}
		return all
	}
	return []string{"\x00"}
}

// curlie reads curl's options with HTTPie's operands.
func (c *curl) curlie() []effect.HTTP {
	p := httpie{files: c.files, tool: c.tool, scheme: "http"}
	p.words = c.items
	d := p.draft()
	d.headers = append(d.headers, c.headers...)
	d.sends = append(d.sends, c.sends...)
	d.socket, d.opaque = c.socket, c.opaque
	if len(c.data) > 0 {
		c.body(d)
		if p.method == "" {
			d.method = effect.Lit("POST")
		}
	}
	if c.method != nil {
		d.method = *c.method
	}
	return []effect.HTTP{d.request()}
}
