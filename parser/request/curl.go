package request

import (
	"strings"

	"twokey/parser/effect"
)

// curlGrammar is curl(1)'s: grouped letters with the value attached or next,
// long names that can be shortened, no --name=value, and --no-x for flags.
var curlGrammar = grammar{
	short: map[byte]string{
		'a': "append", 'E': "cert", 'K': "config", 'C': "continue-at", 'b': "cookie", 'c': "cookie-jar",
		'd': "data", 'q': "disable", 'D': "dump-header", 'f': "fail", 'F': "form", 'P': "ftp-port",
		'G': "get", 'g': "globoff", 'I': "head", 'H': "header", 'h': "help", '0': "http1.0",
		'i': "include", 'k': "insecure", '4': "ipv4", '6': "ipv6", 'j': "junk-session-cookies",
		'l': "list-only", 'L': "location", 'M': "manual", 'm': "max-time", 'n': "netrc", ':': "next",
		'N': "no-buffer", 'o': "output", 'Z': "parallel", '#': "progress-bar", 'x': "proxy",
		'p': "proxytunnel", 'Q': "quote", 'r': "range", 'e': "referer", 'J': "remote-header-name",
		'O': "remote-name", 'R': "remote-time", 'X': "request", 'S': "show-error", 's': "silent",
		'Y': "speed-limit", 'y': "speed-time", '2': "sslv2", '3': "sslv3", 't': "telnet-option",
		'z': "time-cond", '1': "tlsv1", 'T': "upload-file", 'B': "use-ascii", 'u': "user",
		'A': "user-agent", 'U': "proxy-user", 'v': "verbose", 'V': "version", 'w': "write-out",
	},
	valued: set(`abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config
		connect-timeout connect-to continue-at cookie cookie-jar create-file-mode crlfile curves data
		data-ascii data-binary data-raw data-urlencode delegation dns-interface dns-ipv4-addr
		dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine etag-compare etag-save
		expect100-timeout form form-string ftp-account ftp-alternative-to-user ftp-method ftp-port
		ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip header help hostpubmd5
		hostpubsha256 hsts interface ip-tos ipfs-gateway json keepalive-cnt keepalive-time key key-type
		knownhosts krb libcurl limit-rate local-port login-options mail-auth mail-from mail-rcpt
		max-filesize max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir
		parallel-max parallel-max-host pass pinnedpubkey preproxy proto proto-default proto-redir proxy
		proxy-cacert proxy-capath proxy-cert proxy-cert-type proxy-ciphers proxy-crlfile proxy-header
		proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers
		proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 pubkey quote random-file
		range rate referer request request-target resolve retry retry-delay retry-max-time
		sasl-authzid service-name sigalgs socks4 socks4a socks5 socks5-gssapi-service socks5-hostname
		speed-limit speed-time stderr telnet-option tftp-blksize time-cond tls-max tls13-ciphers
		tlsauthtype tlspassword tlsuser trace trace-ascii trace-config unix-socket upload-file
		upload-flags url url-query user user-agent variable vlan-priority write-out`),
	flags: set(`anyauth append basic cert-status compressed compressed-ssh create-dirs crlf digest
		disable disable-eprt disable-epsv disallow-username-in-url doh-cert-status doh-insecure fail
		fail-early fail-with-body false-start follow form-escape ftp-create-dirs ftp-pasv ftp-pret
		ftp-skip-pasv-ip ftp-ssl-ccc ftp-ssl-control get globoff haproxy-protocol head http0.9 http1.0
		http1.1 http2 http2-prior-knowledge http3 http3-only ignore-content-length include insecure
		ipv4 ipv6 junk-session-cookies list-only location location-trusted mail-rcpt-allowfails manual
		metalink mptcp negotiate netrc netrc-optional next no-alpn no-buffer no-clobber no-keepalive
		no-npn no-progress-meter no-sessionid ntlm ntlm-wb out-null parallel parallel-immediate
		path-as-is post301 post302 post303 progress-bar proxy-anyauth proxy-basic proxy-digest
		proxy-http2 proxy-insecure proxy-negotiate proxy-ntlm proxy-ssl-allow-beast proxy-tlsv1
		proxytunnel raw remote-header-name remote-name remote-name-all remote-time remove-on-error
		retry-all-errors retry-connrefused sasl-ir show-error show-headers silent skip-existing
		socks5-basic socks5-gssapi socks5-gssapi-nec ssl ssl-allow-beast ssl-no-revoke ssl-reqd
		styled-output suppress-connect-headers tcp-fastopen tcp-nodelay tftp-no-options tlsv1 tlsv1.0
		tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids trace-time use-ascii verbose version xattr`),
	abbreviate: true,
}

// curl collects one operation: the options up to --next.
type curl struct {
	files
	tool    string
	urls    []effect.Word
	method  *effect.Word
	data    []effect.Word
	json    bool // --json: parts are joined without "&"
	form    []effect.Word
	get     bool
	head    bool
	noglob  bool
	uploads []effect.Word
	headers []effect.Word
	query   []effect.Word
	target  *effect.Word
	sends   []effect.Word
	socket  string
	opaque  string
	quotes  []effect.Word
	mail    bool
	scheme  string
	items   []effect.Word // curlie's
}

// maxRequests bounds the requests of one command line.
const maxRequests = 64

func fromCurl(tool string, args []effect.Word, f files) []effect.HTTP {
	var all []effect.HTTP
	c := &curl{files: f, tool: tool}
	for _, o := range curlGrammar.parse(args) {
		if o.name == "next" {
			all = append(all, c.requests()...)
			c = &curl{files: f, tool: tool}
			continue
		}
		c.option(o, 0)
	}
	return append(all, c.requests()...)
}

func (c *curl) option(o option, depth int) {
	name, v := o.name, o.value
	if plain, ok := strings.CutPrefix(name, "expand-"); ok {
		name, v = plain, effect.Unknown() // the value is a template over variables
	}
	switch name {
	case "":
		if c.tool == "curlie" {
			c.items = append(c.items, v)
			return
		}
		c.urls = append(c.urls, v)
	case "url":
		if rest, ok := strings.CutPrefix(v.Text, "@"); ok {
			content, _ := c.content(piece(rest, v))
			for _, line := range strings.Fields(content.Text) {
				c.urls = append(c.urls, piece(line, content))
			}
			return
		}
		c.urls = append(c.urls, v)
	case "request":
		c.method = &v
	case "data", "data-ascii", "data-binary", "json":
		c.json = c.json || name == "json"
		if rest, ok := strings.CutPrefix(v.Text, "@"); ok {
			v = c.load(piece(rest, v))
			if name == "data" || name == "data-ascii" {
				v.Text = strings.NewReplacer("\r", "", "\n", "").Replace(v.Text)
			}
		}
		c.data = append(c.data, v)
	case "data-raw":
		c.data = append(c.data, v)
	case "data-urlencode":
		c.data = append(c.data, c.encoded(v))
	case "url-query":
		if rest, ok := strings.CutPrefix(v.Text, "+"); ok {
			c.query = append(c.query, piece(rest, v))
		} else {
			c.query = append(c.query, c.encoded(v))
		}
	case "form", "form-string":
		if name == "form-string" {
			before, after, _ := cut(v, "=")
			v = concat(before, effect.Lit("=\""), after, effect.Lit("\""))
		}
		c.form = append(c.form, v)
	case "get":
		c.get = true
	case "head":
		c.head = true
	case "globoff":
		c.noglob = true
	case "upload-file":
		c.uploads = append(c.uploads, v)
	case "header":
		c.addHeader(v)
	case "user-agent":
		c.headers = append(c.headers, concat(effect.Lit("User-Agent: "), v))
	case "referer":
		c.headers = append(c.headers, concat(effect.Lit("Referer: "), v))
	case "cookie":
		if strings.Contains(v.Text, "=") || !v.Known {
			c.headers = append(c.headers, concat(effect.Lit("Cookie: "), v))
		}
	case "user", "oauth2-bearer", "netrc", "netrc-optional", "netrc-file", "aws-sigv4", "negotiate", "ntlm":
		c.headers = append(c.headers, effect.Lit("Authorization: "+name))
	case "request-target":
		c.target = &v
	case "unix-socket":
		c.socket = v.Text
	case "abstract-unix-socket":
		c.socket = "@" + v.Text
	case "connect-to":
		c.opaque = "the connection goes to another host: " + v.Text
	case "resolve":
		c.opaque = "the name is resolved by hand: " + v.Text
	case "proxy", "socks4", "socks4a", "socks5", "socks5-hostname", "preproxy", "proxy1.0":
		if v.Text != "" {
			c.opaque = "goes through the proxy " + v.Text
		}
	case "quote":
		c.quotes = append(c.quotes, v)
	case "mail-from", "mail-rcpt":
		c.mail = true
	case "proto-default":
		c.scheme = v.Text
	case "config":
		c.config(v, depth)
	}
}

// load is a file's content for the body; the file is noted as sent.
func (c *curl) load(path effect.Word) effect.Word {
	content, sent := c.content(path)
	if sent != nil {
		c.sends = append(c.sends, *sent)
	}
	return content
}

func (c *curl) addHeader(v effect.Word) {
	rest, ok := strings.CutPrefix(v.Text, "@")
	if !ok {
		c.headers = append(c.headers, v)
		return
	}
	content, _ := c.content(piece(rest, v))
	if !content.Known {
		c.opaque = "headers are read from a file"
	}
	for _, line := range strings.Split(content.Text, "\n") {
		if line = strings.TrimSpace(line); line != "" && content.Known {
			c.headers = append(c.headers, effect.Lit(line))
		}
	}
}

// encoded is --data-urlencode's argument: content, =content, name=content,
// @file or name@file.
func (c *curl) encoded(v effect.Word) effect.Word {
	at := strings.IndexAny(v.Text, "=@")
	if at < 0 {
		return effect.Word{Text: escape(v.Text), Known: v.Known}
	}
	name, rest := piece(v.Text[:at], v), piece(v.Text[at+1:], v)
	if v.Text[at] == '@' {
		rest = c.load(rest)
	}
	rest.Text = escape(rest.Text)
	if name.Text == "" {
		return rest
	}
	return concat(name, effect.Lit("="), rest)
}

// escape encodes as for a form: all but unreserved characters and the mark of
// an unknown part are percent-encoded, a blank is "+".
func escape(s string) string {
	const digits = "0123456789ABCDEF"
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if letter(s[i]) || digit(s[i]) || strings.IndexByte("-._~\x00", s[i]) >= 0 {
			b = append(b, s[i])
		} else if s[i] == ' ' {
			b = append(b, '+')
		} else {
			b = append(b, '%', digits[s[i]>>4], digits[s[i]&15])
		}
	}
	return string(b)
}

// maxConfigs bounds how deep config files may name others.
const maxConfigs = 4

// config reads a -K file: an option a line, "name value", "name = value" or
// as on the command line, with double quotes and # comments.
func (c *curl) config(path effect.Word, depth int) {
	content, _ := c.content(path)
	if !content.Known || depth >= maxConfigs {
		c.opaque = "options are read from a file"
		c.urls = append(c.urls, effect.Unknown())
		c.method = &effect.Word{Text: "\x00"}
		return
	}
	for _, line := range strings.Split(content.Text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		end := strings.IndexAny(line, " \t=:")
		if strings.HasPrefix(line, "-") && !strings.HasPrefix(line, "--") && len(line) > 2 {
			end = 2
		}
		if end < 0 {
			end = len(line)
		}
		name := line[:end]
		value := strings.TrimLeft(line[end:], " \t=:")
		if strings.HasPrefix(value, `"`) {
			value = unquote(value)
		}
		if !strings.HasPrefix(name, "-") {
			name = "--" + name
		}
		words := []effect.Word{effect.Lit(name)}
		if value != "" {
			words = append(words, effect.Lit(value))
		}
		for _, o := range curlGrammar.parse(words) {
			if o.name != "" && o.name != "next" {
				c.option(o, depth+1)
			}
		}
	}
}

// unquote reads a double-quoted value with \\, \", \t, \n, \r and \v.
func unquote(s string) string {
	var b strings.Builder
	for i := 1; i < len(s) && s[i] != '"'; i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if at := strings.IndexByte("tnrv", s[i]); at >= 0 {
				b.WriteByte("\t\n\r\v"[at])
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
