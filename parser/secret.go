package parser

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// looksSecret reports whether a file's name says that it holds a secret. It
// only feeds the tracing of what flows to the network; which paths are secret
// is for the policy to say.
func looksSecret(p string) bool {
	if p == "" {
		return false
	}
	b := path.Base(strings.ReplaceAll(p, unknown, "?"))
	for _, packed := range []string{".gz", ".bz2", ".xz", ".zst", ".bak", ".old", ".orig", ".b64", ".tmp", "~"} {
		if rest, ok := strings.CutSuffix(b, packed); ok && rest != "" {
			b = rest
		}
	}
	switch b {
	case ".netrc", "_netrc", ".npmrc", ".pypirc", ".pgpass", ".git-credentials", ".my.cnf", ".htpasswd", "credentials", "credentials.json",
		".vault-token", "shadow", "gshadow", "master.key", ".dockercfg", "kubeconfig", "secrets.yml", "secrets.yaml", "secrets.json", ".envrc":
		return true
	}
	if b == ".env" || strings.HasPrefix(b, ".env.") {
		for _, harmless := range []string{".example", ".sample", ".template", ".dist", ".test"} {
			if strings.HasSuffix(b, harmless) {
				return false
			}
		}
		return true
	}
	if strings.HasSuffix(b, ".pub") || strings.HasSuffix(b, ".md") {
		return false
	}
	if strings.HasPrefix(b, "id_") && (strings.HasPrefix(b, "id_rsa") || strings.HasPrefix(b, "id_ed25519") || strings.HasPrefix(b, "id_ecdsa") || strings.HasPrefix(b, "id_dsa")) {
		return true
	}
	switch path.Ext(b) {
	case ".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk", ".tfstate", ".agekey":
		return true
	}
	for _, dir := range []string{"/.ssh", "/.aws", "/.gnupg", "/.kube", "/.docker/config.json", "/.config/gcloud", "/.azure", "/.config/gh",
		"/.railway", "/.fly", "/.vercel", "/.codex/auth.json", "/.claude/.credentials.json", "/.terraform.d", "/.password-store", "/.mozilla", "/.config/google-chrome", "/.local/share/keyrings"} {
		if i := strings.Index(p, dir); i >= 0 && (len(p) == i+len(dir) || p[i+len(dir)] == '/') {
			return true
		}
	}
	if environFile(p) {
		return true
	}
	for _, dir := range []string{".ssh/", ".aws/", ".gnupg/", "~/.ssh", "~/.aws", "~/.gnupg"} {
		if strings.HasPrefix(p, dir) {
			return true
		}
	}
	return false
}

// sender reports whether a program sends what it reads or is given away.
func sender(name string) bool {
	switch name {
	case "curl", "wget", "http", "https", "xh", "xhs", "httpie", "curlie", "nc", "ncat", "netcat", "socat", "telnet", "websocat", "ssh", "scp", "sftp", "rsync", "ftp", "lftp", "tftp", "rclone",
		"dig", "nslookup", "host", "drill", "kdig", "ping", "ping6", "mail", "mailx", "mutt", "sendmail", "msmtp", "ssmtp", "swaks", "aws", "gsutil", "gcloud", "az", "s3cmd", "s5cmd", "mc", "b2",
		"gh", "glab", "lwp-request", "POST", "finger", "whois", "transfer", "croc", "wormhole", "magic-wormhole", "mosquitto_pub", "kcat", "kafkacat", "redis-cli", "psql", "mysql", "ntfy", "slack", "termbin", "hping3", "nmap", "cryptcat", "aria2c":
		return true
	}
	return false
}

// sendsAway reports whether a statement, as it is written, holds a command
// that sends its input away.
func sendsAway(s *syntax.Stmt) bool {
	found, nodes := false, 0
	syntax.Walk(s, func(n syntax.Node) bool {
		nodes++
		if c, ok := n.(*syntax.CallExpr); ok {
			for i, w := range c.Args {
				if i > 6 {
					break
				}
				found = found || sender(base(w.Lit()))
			}
		}
		return !found && nodes < 64
	})
	return found
}
