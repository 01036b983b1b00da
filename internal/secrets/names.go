// Package secrets knows what a secret looks like: which variables do not go
// into a sandbox, what is blotted out of text before it is logged or shown, and
// which files of a tree are hidden. It works by names, shapes and known values,
// so it can miss a secret that looks like nothing; the view and the egress gate
// do not rest on it. The package must never print, keep on disk or send what it
// finds.
package secrets

import (
	"strings"
)

// rank says how sure a name tells that its value is a secret.
type rank int

const (
	plain    rank = iota // it does not
	possible             // if the value looks random
	counted              // unless it is a number
	keyFile              // unless the value is a path
	sure                 // whatever the value is, but for an empty one, a switch or a number
)

// certain are the words that make a name a secret's wherever they stand in it.
var certain = set("TOKEN", "SECRET", "SECRETS", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "CREDENTIALS",
	"CREDS", "APIKEY", "BEARER", "JWT", "AUTHORIZATION")

// certainLast make it one as the last word alone.
var certainLast = set("PASS", "PWD", "PW", "AUTH", "DSN", "PAT", "COOKIE", "PASSWORDS", "APIKEYS")

// certainEnds are found where words are written together: DBPASSWORD, authtoken.
var certainEnds = []string{"TOKEN", "PASSWORD", "PASSWD", "SECRET", "APIKEY", "ACCESSKEY", "SECRETKEY", "PRIVATEKEY", "PASSPHRASE", "ACCOUNTKEY"}

// keys are the words before KEY that make it a secret one.
var keys = set("API", "ACCESS", "PRIVATE", "SECRET", "SIGNING", "ENCRYPTION", "ENCRYPT", "MASTER", "DEPLOY", "SERVICE",
	"ACCOUNT", "SHARED", "AUTH", "APP", "CLIENT", "ROLE", "ADMIN", "SSH", "STORAGE", "FERNET", "SUBSCRIPTION", "WEBHOOK")

// harmlessLast end a name that tells of a secret without being one: where it
// is, how long it holds, who made it.
var harmlessLast = set("FILE", "FILES", "PATH", "DIR", "DIRECTORY", "HELPER", "COMMAND", "CMD", "URL", "URI", "ENDPOINT",
	"NAME", "NAMES", "TTL", "TIMEOUT", "EXPIRY", "EXPIRES", "EXPIRATION", "LENGTH", "LEN", "SIZE", "LIMIT", "COUNT", "MAX", "MIN",
	"ENABLED", "DISABLED", "ENABLE", "TYPE", "VERSION", "ALGORITHM", "ALG", "ISSUER", "AUDIENCE", "REGION", "HOST", "PORT",
	"SCOPE", "SCOPES", "POLICY", "PROVIDER", "BACKEND", "ENGINE", "MANAGER", "PROMPT", "REQUIRED", "USERNAME", "USER",
	"MODE", "METHOD", "METHODS", "HEADER", "STDIN", "FD", "ENV", "DIGEST", "PARALLELISM", "STORE", "CACHE", "SOCK", "RULE", "FIELD")

// named are whole names that the words do not tell of.
var named = map[string]rank{
	"PWD": plain, "OLDPWD": plain, "INIT_CWD": plain, "GPG_KEY": plain, "SSH_ASKPASS": plain, "GIT_ASKPASS": plain, "SUDO_ASKPASS": plain,
	"SSHPASS": sure, "BW_SESSION": sure, "DOCKER_AUTH_CONFIG": sure, "MYSQL_PWD": sure, "PGPASSWORD": sure,
	"AWS_ACCESS_KEY_ID": sure, "AWS_SECURITY_TOKEN": sure, "GIT_CONFIG_PARAMETERS": plain,
}

var harmlessPrefixes = []string{"XDG_", "GIT_CONFIG_", "PASSWORD_STORE_", "BASH_FUNC_"}

// rankOf says what the name of a variable, option, header or field tells.
func rankOf(name string) rank {
	if len(name) == 0 || len(name) > 256 {
		return plain
	}
	upper := strings.ToUpper(name)
	if r, ok := named[upper]; ok {
		return r
	}
	for _, p := range harmlessPrefixes {
		if strings.HasPrefix(upper, p) {
			return plain
		}
	}
	if strings.HasPrefix(upper, "OP_SESSION_") {
		return sure
	}
	return rankWords(name)
}

func rankWords(name string) rank {
	found, last, prev := plain, "", ""
	for i := 0; i < len(name); {
		word := nextWord(name, &i)
		if word == "" {
			continue
		}
		if word == "NO" && last == "" {
			return plain // --no-password
		}
		prev, last = last, word
		switch {
		case certain[word] || endsCertain(word):
			found = sure
		case word == "KEY" && keys[prev]:
			found = max(found, keyFile)
		}
	}
	if last == "" {
		return plain
	}
	if harmlessLast[last] && !(prev == "KEY" && last == "ID") {
		return plain
	}
	switch {
	case certainLast[last]:
		found = sure
	case last == "TOKENS":
		found = max(found, counted)
	case last == "KEY" || last == "KEYS" || last == "SALT" || last == "SIGNATURE" || last == "SIG":
		found = max(found, possible)
	}
	return found
}

func endsCertain(word string) bool {
	for _, end := range certainEnds {
		if len(word) > len(end) && strings.HasSuffix(word, end) {
			return true
		}
	}
	return false
}

// nextWord returns the next word of a name in upper case, without the digits
// at its end; words end at anything but letters and digits, and where a small
// letter is followed by a large one.
func nextWord(name string, i *int) string {
	for *i < len(name) && !isWord(name[*i]) {
		*i++
	}
	start := *i
	for *i < len(name) && isWord(name[*i]) {
		if *i > start && isUpper(name[*i]) && isLower(name[*i-1]) {
			break
		}
		*i++
	}
	word := name[start:*i]
	if trimmed := strings.TrimRight(word, "0123456789"); trimmed != "" {
		word = trimmed
	}
	return strings.ToUpper(word)
}

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isLower(c byte) bool { return c >= 'a' && c <= 'z' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isWord(c byte) bool  { return isUpper(c) || isLower(c) || isDigit(c) }

// guards reports whether a value under a name of this rank is a secret.
func (r rank) guards(value string) bool {
	switch r {
	case plain:
		return false
	case possible:
		return looksRandom(value)
	case counted:
		if strings.Trim(value, "0123456789") == "" {
			return false
		}
	case keyFile:
		if strings.HasPrefix(value, "/") || strings.HasPrefix(value, "~") || strings.HasPrefix(value, "./") || strings.HasPrefix(value, "../") {
			return false
		}
	}
	return !isSwitch(value)
}

// isSwitch reports values that turn something on or off, or count it.
func isSwitch(value string) bool {
	switch strings.ToLower(value) {
	case "", "true", "false", "yes", "no", "on", "off", "null", "nil", "none", "undefined", "0", "1", "never", "always", "auto", "prompt", "required", "optional":
		return true
	}
	return false
}

// looksRandom reports values of 16 bytes and more that nobody would make up:
// one word with digits and letters in no order.
func looksRandom(value string) bool {
	if len(value) < 16 || len(value) > 4096 {
		return false
	}
	var digits, lowers, uppers, others, changes int
	var seen [256]bool
	distinct, kind := 0, 0
	for i := 0; i < len(value); i++ {
		c := value[i]
		k := 0
		switch {
		case isDigit(c):
			digits++
			k = 1
		case isLower(c):
			lowers++
			k = 2
		case isUpper(c):
			uppers++
			k = 3
		case strings.IndexByte("+/=_-.~!@#$%^&*", c) >= 0:
			others++
			k = 4
		default:
			return false // white space, quotes, brackets: text
		}
		if k != kind && i > 0 {
			changes++
		}
		kind = k
		if !seen[c] {
			seen[c] = true
			distinct++
		}
	}
	letters := lowers + uppers
	return distinct >= 8 && others*5 <= len(value) && changes*5 >= len(value) && letters > 0 && (digits > 0 || lowers > 0 && uppers > 0)
}
