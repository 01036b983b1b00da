package request

import (
	"strings"

	"twokey/parser/effect"
)

// wgetGrammar is wget(1)'s, by getopt_long: names can be shortened.
var wgetGrammar = grammar{
	short: map[byte]string{
		'V': "version", 'h': "help", 'b': "background", 'e': "execute", 'o': "output-file", 'a': "append-output",
		'd': "debug", 'q': "quiet", 'v': "verbose", 'i': "input-file", 'F': "force-html", 'B': "base",
		't': "tries", 'O': "output-document", 'c': "continue", 'N': "timestamping", 'S': "server-response",
		'T': "timeout", 'w': "wait", 'Q': "quota", '4': "inet4-only", '6': "inet6-only", 'x': "force-directories",
		'P': "directory-prefix", 'E': "adjust-extension", 'U': "user-agent", 'r': "recursive", 'l': "level",
		'k': "convert-links", 'K': "backup-converted", 'm': "mirror", 'p': "page-requisites", 'A': "accept",
		'R': "reject", 'D': "domains", 'H': "span-hosts", 'L': "relative", 'I': "include-directories",
		'X': "exclude-directories",
	},
	valued: set(`execute output-file append-output input-file base config rejected-log tries
		output-document start-pos progress timeout dns-timeout connect-timeout read-timeout wait
		waitretry limit-rate prefer-family user password use-askpass quota bind-address
		restrict-file-names local-encoding remote-encoding directory-prefix cut-dirs default-page
		header http-user http-password http-passwd compression max-redirect proxy-user proxy-password
		proxy-passwd referer user-agent save-cookies load-cookies post-data post-file method body-data
		body-file secure-protocol certificate certificate-type private-key private-key-type
		ca-certificate ca-directory crl-file pinnedpubkey random-file egd-file ciphers hsts-file
		ftp-user ftp-password report-speed warc-file warc-header warc-max-size warc-dedup warc-tempdir
		level accept reject accept-regex reject-regex regex-type domains exclude-domains follow-tags
		ignore-tags include-directories exclude-directories unlink-never preferred-location
		retry-on-http-error dns-servers bind-dns-address`),
	flags: set(`version help background debug quiet verbose no-verbose force-html no-config
		no-clobber continue timestamping no-timestamping no-use-server-timestamps server-response
		spider no-proxy random-wait no-dns-cache ignore-case inet4-only inet6-only ask-password no-iri
		unlink no-directories force-directories no-host-directories protocol-directories
		adjust-extension no-cache no-cookies keep-session-cookies ignore-length content-on-error
		save-headers no-http-keep-alive no-check-certificate https-only no-hsts no-remove-listing
		no-glob no-passive-ftp preserve-permissions retr-symlinks recursive delete-after
		convert-links convert-file-only backup-converted mirror page-requisites strict-comments
		follow-ftp span-hosts relative no-parent trust-server-names auth-no-challenge
		content-disposition metalink-over-http input-metalink ftps-implicit retry-connrefused xattr
		show-progress backups http-keep-alive no-warc-compression no-warc-digests no-warc-keep-log
		warc-cdx no-if-modified-since`),
	equals:     true,
	abbreviate: true,
}

func fromWget(tool string, args []effect.Word, f files) []effect.HTTP {
	d := draft{tool: tool, method: effect.Lit("GET")}
	var urls []effect.Word
	var method *effect.Word
	form := false
	load := func(file effect.Word) {
		content, sent := f.content(file)
		if sent != nil {
			d.sends = append(d.sends, *sent)
		}
		d.body = &content
	}
	apply := func(name string, v effect.Word) {
		switch name {
		case "":
			urls = append(urls, v)
		case "method":
			method = &v
		case "post-data":
			d.method, d.body, form = effect.Lit("POST"), &v, true
		case "post-file":
			d.method, form = effect.Lit("POST"), true
			load(v)
		case "body-data":
			d.body = &v
		case "body-file":
			load(v)
		case "header":
			d.headers = append(d.headers, v)
		case "user", "http-user", "password", "http-password":
			d.header("Authorization", "user")
		case "user-agent":
			d.headers = append(d.headers, concat(effect.Lit("User-Agent: "), v))
		case "referer":
			d.headers = append(d.headers, concat(effect.Lit("Referer: "), v))
		case "spider":
			d.method = effect.Lit("HEAD")
		}
	}
	for _, o := range wgetGrammar.parse(args) {
		switch o.name {
		case "execute": // a line of wgetrc: name = value
			name, value, _ := cut(o.value, "=")
			key := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name.Text)), "_", "-")
			value.Text = strings.TrimSpace(value.Text)
			switch {
			case !o.value.Known:
				d.method = effect.Unknown()
			case strings.Contains(key, "proxy"):
				d.opaque = "goes through the proxy " + value.Text
			default:
				apply(strings.ReplaceAll(key, "postdata", "post-data"), value)
			}
		case "input-file":
			content, _ := f.content(o.value)
			if !content.Known {
				urls = append(urls, effect.Unknown())
				break
			}
			for _, line := range strings.Fields(content.Text) {
				urls = append(urls, effect.Lit(line))
			}
		default:
			apply(o.name, o.value)
		}
	}
	if form {
		d.header("Content-Type", "application/x-www-form-urlencoded")
	}
	if method != nil {
		d.method = *method
	}
	var all []effect.HTTP
	for i, u := range urls {
		if i == maxRequests {
			break
		}
		if !strings.Contains(u.Text, "://") && !strings.HasPrefix(u.Text, "\x00") {
			u.Text = "http://" + u.Text
		}
		d.url = u
		all = append(all, d.request())
	}
	return all
}
