package secrets

import "strings"

// findFields emits the values that a name in front of them gives away:
// PASSWORD=x, --token=x, password: x, "secret":"x", Authorization: Bearer x.
func findFields(text string, emit func(from, to int)) {
	f := fields{text: text}
	for i := 0; i < len(text); i++ {
		if c := text[i]; c != '=' && c != ':' {
			continue
		}
		name, quoted := nameBefore(text, i)
		if name == "" {
			continue
		}
		r := rankOf(name)
		if r == plain {
			continue
		}
		from, to := f.valueAfter(i, name)
		if from >= to || !guardsField(r, text, i, from, to, quoted) {
			continue
		}
		emit(from, to)
		i = to - 1
	}
}

// findSQL emits the passwords in statements: PASSWORD 'x', IDENTIFIED BY 'x'.
func findSQL(text string, emit func(from, to int)) {
	for i := 0; i < len(text); i++ {
		quote := text[i]
		if quote != '\'' && quote != '"' {
			continue
		}
		end := i
		for end > 0 && i-end < 4 && (text[end-1] == ' ' || text[end-1] == '(') {
			end--
		}
		start := end
		for start > 0 && end-start < 16 && isWord(text[start-1]) {
			start--
		}
		if end == i || start == end || !takesPassword(text, start, end) {
			continue
		}
		n := strings.IndexByte(text[i+1:], quote)
		if n < 0 {
			return
		}
		if n > 0 && !isReference(text, i+1, text[i+1:i+1+n]) {
			emit(i+1, i+1+n)
		}
		i += 1 + n
	}
}

// takesPassword reports the words of SQL that a password follows.
func takesPassword(text string, start, end int) bool {
	switch strings.ToUpper(text[start:end]) {
	case "PASSWORD":
		return true
	case "BY", "AS":
		before := strings.ToUpper(text[max(0, start-48):start])
		return strings.Contains(before, "IDENTIFIED")
	}
	return false
}

// nameBefore returns the name that ends at the separator at i, and whether it
// was quoted, as keys in JSON are.
func nameBefore(text string, i int) (name string, quoted bool) {
	if next := i + 1; next < len(text) && (text[next] == '=' || text[next] == ':' || text[next] == '~') {
		return "", false // ==, :=, ::, =~: the last of them counts, or none
	}
	end := i
	if text[i] == '=' && end > 0 && text[end-1] == ':' {
		end-- // httpie's name:=value
	} else if text[i] == ':' && end > 0 && text[end-1] == ':' || text[i] == ':' && strings.HasPrefix(text[i+1:], "//") {
		return "", false
	}
	for n := 0; n < 2 && end > 0 && text[end-1] == ' '; n++ {
		end--
	}
	if end > 0 && (text[end-1] == '"' || text[end-1] == '\'') {
		end--
		quoted = true
		if end > 0 && text[end-1] == '\\' {
			end--
		}
	}
	start := end
	for start > 0 && end-start < 128 && nameByte[text[start-1]] {
		start--
	}
	if text[i] == ':' && start > 0 && text[start-1] == ':' {
		return "", false // a part of an address such as arn:aws:...:secret:name
	}
	return text[start:end], quoted
}

var nameByte = charset("_-.", isWord)

// wholeLine are headers whose value goes to the end of the line or the quote.
var wholeLine = set("authorization", "proxy-authorization", "cookie", "set-cookie", "x-authorization")

// fields remembers where the word, line and quote end that were last looked at,
// so that many values which are none are not searched again and again.
type fields struct {
	text                       string
	wordEnd, lineEnd, quoteEnd int
}

// until returns the index of the first of the bytes from on. The end that was
// found before serves until it is passed.
func (f *fields) until(memo *int, from int, bytes string) int {
	if from > *memo || *memo == 0 {
		*memo = from + indexAny(f.text[from:], bytes)
	}
	return *memo
}

// valueAfter returns where the value behind the separator at i lies, without
// its quotes.
func (f *fields) valueAfter(i int, name string) (from, to int) {
	text := f.text
	from = i + 1
	for n := 0; n < 8 && from < len(text) && (text[from] == ' ' || text[from] == '\t'); n++ {
		from++
	}
	if text[i] == '=' && from > i+1 && text[i-1] != ' ' {
		return i + 1, i + 1 // "A= b" gives A nothing
	}
	if text[i] == ':' && wholeLine[strings.ToLower(name)] && from < len(text) && text[from] != '"' && text[from] != '\'' {
		to = f.until(&f.lineEnd, from, "\"'`\r\n")
		return credential(text, from, to)
	}
	if before := i - len(name) - 1; text[i] == '=' && before >= 0 && (text[before] == '"' || text[before] == '\'') && from < len(text) {
		// 'NAME=a value': the quote that began before the name ends it.
		if c := text[from]; c != '"' && c != '\'' {
			return from, f.until(&f.quoteEnd, from, "\"'&;\r\n")
		}
	}
	from, to = f.valueEnd(from)
	if wholeLine[strings.ToLower(name)] {
		return credential(text, from, to)
	}
	return from, to
}

// valueEnd returns the extent of the quoted or bare value at from.
func (f *fields) valueEnd(from int) (int, int) {
	text := f.text
	if from >= len(text) {
		return from, from
	}
	switch quote := text[from]; {
	case quote == '"' || quote == '\'':
		for to := from + 1; to < len(text); to++ {
			switch {
			case text[to] == quote:
				return from + 1, to
			case text[to] == '\\' && quote == '"':
				to++
			}
		}
		return from + 1, len(text)
	case strings.HasPrefix(text[from:], `\"`):
		if n := strings.Index(text[from+2:], `\"`); n >= 0 {
			return from + 2, from + 2 + n
		}
		return from + 2, len(text)
	}
	return from, f.until(&f.wordEnd, from, " \t\r\n\"'`;|&<>(),}]")
}

// indexAny is the index of the first of the bytes, or the length.
func indexAny(s, bytes string) int {
	if i := strings.IndexAny(s, bytes); i >= 0 {
		return i
	}
	return len(s)
}

// credential leaves out the scheme in front, such as "Bearer".
func credential(text string, from, to int) (int, int) {
	if n := strings.IndexByte(text[from:min(to, from+24)], ' '); n > 0 && run(text[:from+n], from, dashed) == from+n {
		for from += n; from < to && text[from] == ' '; from++ {
		}
	}
	return from, to
}

// guardsField decides on a value in free text, where a name alone proves less
// than in an environment.
func guardsField(r rank, text string, sep, from, to int, quoted bool) bool {
	value := text[from:to]
	if isReference(text, from, value) || !r.guards(value) {
		return false
	}
	if text[sep] == ':' && !quoted && text[from-1] == ' ' && len(value) < 20 && isWords(value) {
		// "the token: expired" is prose; a password is asked for by name.
		name, _ := nameBefore(text, sep)
		name = strings.ToLower(name)
		return wholeLine[name] || strings.Contains(name, "pass")
	}
	return true
}

func isWords(value string) bool {
	for i := range len(value) {
		if !isLower(value[i]) && !isUpper(value[i]) && value[i] != '.' && value[i] != '-' {
			return false
		}
	}
	return true
}

const blot = "[redacted]"

// isReference reports values that only say where the secret comes from: a
// variable, a substitution, a placeholder, a file.
func isReference(text string, from int, value string) bool {
	literal := from > 0 && text[from-1] == '\''
	switch value[0] {
	case '$':
		// The bracket of "$(" is behind the end of a bare value.
		return !literal && from+1 < len(text) && (isUpper(text[from+1]) || isLower(text[from+1]) || strings.IndexByte("_{(", text[from+1]) >= 0)
	case '`':
		return !literal
	case '<', '{', '@':
		return true
	case '*':
		return strings.Trim(value, "*") == ""
	case '[':
		return strings.HasPrefix(value, blot) || strings.HasPrefix(blot, value)
	case '%':
		return len(value) > 1 && (value[1] == '(' || value[1] == 's')
	}
	return strings.HasPrefix(value, "id=") || strings.HasPrefix(value, "file:") || strings.HasPrefix(value, "env:")
}

// findUserinfo emits the passwords of URLs: scheme://user:password@host, and
// tokens that stand alone before the @.
func findUserinfo(text string, emit func(from, to int)) {
	for at := 0; ; {
		i := strings.Index(text[at:], "://")
		if i < 0 {
			return
		}
		from := at + i + 3
		to := min(len(text), from+maxUserinfo)
		to = from + indexAny(text[from:to], " \t\r\n\"'`<>|,;")
		at = from
		info := text[from:to]
		slash := indexAny(info, "/?#")
		end := strings.LastIndexByte(info[:slash], '@')
		colon := strings.IndexByte(info, ':')
		if end < 0 && colon >= 0 && colon < slash && !isPort(info[colon+1:slash]) {
			end = strings.LastIndexByte(info, '@') // a password with a slash in it
		}
		switch {
		case end <= 0:
		case colon >= 0 && colon+1 < end:
			if !isReference(text, from+colon+1, info[colon+1:end]) {
				emit(from+colon+1, from+end)
			}
			at = from + end
		case colon < 0 && looksRandom(info[:end]):
			emit(from, from+end)
			at = from + end
		}
	}
}

// maxUserinfo bounds the search for the @ of a URL, in bytes.
const maxUserinfo = 1024

func isPort(s string) bool {
	return s != "" && len(s) <= 5 && strings.Trim(s, "0123456789") == ""
}
