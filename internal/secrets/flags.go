package secrets

import (
	"path"
	"strings"
)

// expect is what the word after an option is.
type expect int

const (
	nothing expect = iota
	value
	userPassword // user:password
)

// words follows the words of a command line, or the strings of an argument
// vector, and tells which of them hold a secret because of those before them.
type words struct {
	program string
	primed  bool // the program's trigger was seen
	next    expect
	set     bool // the word before is "set", as in: npm config set _authToken X
}

// options are the short options that hold a password, by program.
type options struct {
	next    map[string]expect // the next word is it
	glued   map[string]expect // the rest of the word is it
	trigger string            // only behind this word; "" for anywhere
}

var (
	mysqlOptions  = options{glued: map[string]expect{"-p": value}}
	curlOptions   = options{next: map[string]expect{"-u": userPassword, "--user": userPassword, "-U": userPassword, "--proxy-user": userPassword}, glued: map[string]expect{"-u": userPassword, "-U": userPassword, "--user=": userPassword, "--proxy-user=": userPassword}}
	httpieOptions = options{next: map[string]expect{"-a": userPassword, "--auth": userPassword}, glued: map[string]expect{"--auth=": userPassword}}
	mongoOptions  = options{next: map[string]expect{"-p": value}}
	loginOptions  = options{next: map[string]expect{"-p": value}, trigger: "login"}
	zipOptions    = options{next: map[string]expect{"-P": value}}
)

var programs = map[string]*options{
	"mysql": &mysqlOptions, "mysqldump": &mysqlOptions, "mysqladmin": &mysqlOptions, "mysqlimport": &mysqlOptions, "mysqlshow": &mysqlOptions,
	"mariadb": &mysqlOptions, "mariadb-dump": &mysqlOptions, "mariadb-admin": &mysqlOptions, "mycli": &mysqlOptions,
	"curl": &curlOptions, "http": &httpieOptions, "https": &httpieOptions, "xh": &httpieOptions,
	"mongo": &mongoOptions, "mongosh": &mongoOptions, "mongodump": &mongoOptions, "mongorestore": &mongoOptions, "cqlsh": &mongoOptions,
	"docker": &loginOptions, "podman": &loginOptions, "nerdctl": &loginOptions, "buildah": &loginOptions, "oc": &loginOptions,
	"sshpass":    {next: map[string]expect{"-p": value}, glued: map[string]expect{"-p": value}},
	"redis-cli":  {next: map[string]expect{"-a": value, "--pass": value}},
	"ldapsearch": {next: map[string]expect{"-w": value}}, "ldapmodify": {next: map[string]expect{"-w": value}}, "ldapadd": {next: map[string]expect{"-w": value}}, "ldapdelete": {next: map[string]expect{"-w": value}},
	"useradd": &mongoOptions, "usermod": &mongoOptions,
	"gh":  {next: map[string]expect{"-b": value, "--body": value}, trigger: "secret"},
	"zip": &zipOptions, "unzip": &zipOptions,
	"openssl": {next: map[string]expect{"-k": value, "-K": value}, glued: map[string]expect{"pass:": value}},
}

// word takes the next word, without quotes, and returns which part of it is a
// secret; from is to when none is.
func (w *words) word(s string) (from, to int) {
	next, wasSet := w.next, w.set
	w.next, w.set = nothing, s == "set"
	if next != nothing && !strings.HasPrefix(s, "-") {
		return part(s, next)
	}
	if s == "" {
		return 0, 0
	}
	if o := w.options(s); o != nil {
		if e := o.next[s]; e != nothing {
			w.next = e
			return 0, 0
		}
		for prefix, e := range o.glued {
			if len(s) > len(prefix) && strings.HasPrefix(s, prefix) {
				from, to := part(s[len(prefix):], e)
				return from + len(prefix), to + len(prefix)
			}
		}
	}
	if (s[0] == '-' && len(s) > 3 || wasSet) && isOption(s) && rankOf(s) >= keyFile {
		w.next = value
	}
	return 0, 0
}

// isOption reports words that are nothing but a name.
func isOption(s string) bool {
	return len(s) < 128 && run(s, 0, optionByte) == len(s) && !strings.HasPrefix(s, "---")
}

var optionByte = charset("_-./:@", isWord)

// options returns what to look for, and follows which program the words are of.
func (w *words) options(s string) *options {
	if s[0] != '-' && len(s) < 64 {
		if name := path.Base(s); programs[name] != nil {
			w.program, w.primed = name, false
		}
		if o := programs[w.program]; o != nil && o.trigger == s {
			w.primed = true
		}
	}
	o := programs[w.program]
	if o == nil || o.trigger != "" && !w.primed {
		return nil
	}
	return o
}

// part returns the secret part of a word that is expected to hold one.
func part(s string, e expect) (from, to int) {
	if s == "" || isReference(s, 0, s) || isSwitch(s) {
		return 0, 0
	}
	if rest, ok := strings.CutPrefix(s, "pass:"); ok { // as openssl has it
		return len(s) - len(rest), len(s)
	}
	if e == userPassword {
		user, password, ok := strings.Cut(s, ":")
		if !ok || password == "" || isReference(password, 0, password) {
			return 0, 0
		}
		return len(user) + 1, len(s)
	}
	return 0, len(s)
}

// findFlags emits the values of options in text that is a command line, and
// what echo or printf feeds to a program that reads a password.
func findFlags(text string, emit func(from, to int)) { findFlagsIn(text, 0, 0, emit) }

// maxQuoting bounds how deep commands within quotes are followed, as in
// ssh host "sh -c '...'".
const maxQuoting = 3

func findFlagsIn(text string, base, depth int, emit func(from, to int)) {
	var w words
	var echo, piped span // what the command prints, and the one before it did
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case ' ', '\t':
			i++
			continue
		case '\n', '\r', ';', '|', '&', '(', ')', '{', '}', '`':
			piped = span{}
			if c == '|' {
				piped = echo
			}
			w, echo = words{}, span{}
			i++
			continue
		}
		start := i
		i = wordEnd(text, i)
		word, quotes := text[start:i], 0
		if c := word[0]; (c == '\'' || c == '"') && len(word) > 1 && word[len(word)-1] == c {
			quotes = 1
			word = word[1 : len(word)-1]
			if depth < maxQuoting && strings.IndexByte(word, ' ') >= 0 {
				findFlagsIn(word, base+start+1, depth+1, emit)
			}
		}
		if from, to := w.word(word); from < to {
			emit(base+start+quotes+from, base+start+quotes+to)
		}
		switch {
		case word == "echo" || word == "printf":
			echo = span{i, i}
		case echo.to > 0 && echo.from == echo.to && (strings.HasPrefix(word, "-") || strings.HasPrefix(word, "%")):
		case echo.to > 0 && echo.from == echo.to:
			echo = span{start + quotes, start + quotes + len(word)}
		case echo.to > 0:
			echo.to = start + quotes + len(word)
		}
		if piped.from < piped.to && readsPassword(word) {
			fed := text[piped.from:piped.to]
			if user, _, ok := strings.Cut(fed, ":"); ok && word == "chpasswd" {
				piped.from += len(user) + 1
				fed = text[piped.from:piped.to]
			}
			if fed != "" && !isReference(text, piped.from, fed) {
				emit(base+piped.from, base+piped.to)
			}
			piped = span{}
		}
	}
}

// readsPassword reports words that make a program take a secret from its input.
func readsPassword(word string) bool {
	switch word {
	case "chpasswd", "--with-token", "--passphrase-fd", "passwd", "cryptsetup":
		return true
	}
	name, ok := strings.CutSuffix(word, "-stdin")
	return ok && rankOf(name) == sure
}

// wordEnd returns where the shell word at i ends.
func wordEnd(text string, i int) int {
	quote := byte(0)
	for ; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			} else if c == '\\' && quote == '"' {
				i++
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '\\':
			i++
		case strings.IndexByte(" \t\r\n;|&()`", c) >= 0:
			return i
		}
	}
	return min(i, len(text))
}
