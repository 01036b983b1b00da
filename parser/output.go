package parser

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"io"
	"path"
	"strconv"
	"strings"
)

// output returns what a program prints, as far as that is known. Whatever it
// read or was given may be in it.
func (sh *shell) output(name string, c call) value {
	args := c.argv[1:]
	in := value{}
	if c.in != nil {
		in = *c.in
	}
	out := value{unknown, in.taint | taints(args)&^taintHook}
	switch name {
	case ":", "true", "false", "test", "[", "mkdir", "rm", "touch", "chmod", "chown", "ln", "sleep", "wait", "kill", "exit",
		"return", "break", "continue", "hash", "umask", "ulimit", "rmdir", "unlink", "mkfifo":
		return value{}
	case "mv", "cp", "install", "link", "rsync", "scp":
		sh.copied(name, args)
		return value{}
	case "echo":
		return echo(args)
	case "printf":
		return printf(args)
	case "yes":
		return value{unknown, out.taint}
	case "cat", "tac", "tee", "pv", "sponge", "buffer", "head", "tail", "nl":
		return sh.copies(name, args, in, out)
	case "base64", "base32", "basenc", "xxd", "openssl", "gzip", "gunzip", "gzip-cat", "bzip2", "xz", "zstd", "uudecode", "brotli", "lz4":
		return sh.decode(name, args, in, out)
	case "gpg", "age", "sops":
		out.taint |= taintDecoded
	case "rev", "tr":
		return transformed(name, args, in, out)
	case "curl", "wget", "http", "https", "xh", "xhs", "aria2c", "lynx", "w3m", "links", "elinks", "fetch", "lwp-request", "GET", "POST", "httpie", "curlie", "axel", "ftp", "lftp", "tftp", "dig", "host", "nslookup", "nc", "ncat", "socat", "telnet", "websocat", "ipfs":
		sh.downloaded(name, args)
		return value{unknown, taintRemote}
	case "pwd":
		return value{text: sh.cwdText() + "\n"}
	case "basename":
		if len(args) > 0 && args[0].known() && !strings.HasPrefix(args[0].text, "-") {
			s := path.Base(args[0].text)
			if len(args) > 1 {
				s = strings.TrimSuffix(s, args[1].text)
			}
			return value{s + "\n", out.taint}
		}
	case "dirname":
		if len(args) > 0 && args[0].known() && !strings.HasPrefix(args[0].text, "-") {
			return value{path.Dir(args[0].text) + "\n", out.taint}
		}
	case "realpath", "readlink":
		if n := len(args); n > 0 && args[n-1].known() {
			if p := sh.resolve(args[n-1].value); p != "" {
				return value{p + "\n", out.taint}
			}
		}
	case "which", "type":
		return located(args)
	case "mktemp":
		return sh.tempFile(args)
	case "find", "fd":
		return findPrints(sh, args)
	case "env", "printenv":
		for _, a := range args {
			if !strings.HasPrefix(a.text, "-") {
				return out
			}
		}
		out.taint |= taintEnv
	case "git":
		if len(args) == 2 && args[0].is("rev-parse") && args[1].is("--show-toplevel") && sh.frame.where == "" {
			if ws := sh.w.ctx.Workspace; ws != "" && (sh.cwd == ws || strings.HasPrefix(sh.cwd, ws+"/")) {
				return value{text: ws + "\n"}
			}
		}
	case "seq":
		if len(args) == 1 {
			if n, err := strconv.Atoi(args[0].text); err == nil && n >= 0 && n <= maxRounds {
				var b strings.Builder
				for i := 1; i <= n; i++ {
					b.WriteString(strconv.Itoa(i) + "\n")
				}
				return value{text: b.String()}
			}
		}
	}
	if hook(name, args) {
		out.taint |= taintHook
	}
	return out
}

// hook reports whether a program is known to print set-up for a shell, which
// is meant to be evaluated.
func hook(name string, args []arg) bool {
	first := ""
	if len(args) > 0 {
		first = args[0].text
	}
	switch name {
	case "ssh-agent", "direnv", "rbenv", "pyenv", "nodenv", "goenv", "jenv", "plenv", "nvm", "starship", "zoxide", "dircolors", "keychain",
		"register-python-argcomplete", "luarocks", "lesspipe", "atuin", "fnm", "mise", "rtx", "asdf", "opam", "gpg-agent", "resize", "docker-machine", "tput", "volta", "sheldon", "mcfly", "thefuck", "conda", "mamba", "micromamba", "envman", "pip", "uv", "poetry", "hatch", "pixi", "devbox", "scmpuff", "hub", "fasd", "navi", "fzf", "carapace":
		return true
	case "brew":
		return first == "shellenv"
	case "minikube", "podman", "eksctl", "kubectl", "helm", "gh", "npm", "pnpm", "deno", "rustup", "cargo", "terraform", "op", "k3d", "kind", "flux", "argocd":
		return first == "docker-env" || first == "completion" || first == "completions" || first == "-s"
	}
	return false
}

func echo(args []arg) value {
	newline, escapes := true, false
	for len(args) > 0 && len(args[0].text) > 1 && args[0].text[0] == '-' && strings.Trim(args[0].text[1:], "neE") == "" {
		for _, c := range args[0].text[1:] {
			switch c {
			case 'n':
				newline = false
			case 'e':
				escapes = true
			case 'E':
				escapes = false
			}
		}
		args = args[1:]
	}
	v := joined(args)
	if escapes {
		s, stop := unescapeC(strings.ReplaceAll(v.text, unknown, "\x01"), true)
		v.text = strings.ReplaceAll(s, "\x01", unknown)
		newline = newline && !stop
	}
	if newline {
		v = join(v, value{text: "\n"})
	}
	return v
}

// printf formats as printf(1) does; a conversion that is not understood is an
// unknown part.
func printf(args []arg) value {
	if len(args) > 0 && args[0].is("--") {
		args = args[1:]
	}
	if len(args) == 0 {
		return value{}
	}
	t := taints(args)
	format := args[0]
	args = args[1:]
	if !format.known() {
		return value{unknown, t}
	}
	var b strings.Builder
	for rounds := 0; ; rounds++ {
		used := 0
		f := format.text
		for i := 0; i < len(f); i++ {
			if f[i] == '\\' {
				j := i + 1
				// One escape is at most a backslash, U and eight digits.
				for j < len(f) && j < i+10 && f[j] != '%' && (j == i+1 || f[j] != '\\') {
					j++
				}
				if j == i+1 && j < len(f) {
					j++
				}
				s, stop := unescapeC(f[i:j], true)
				b.WriteString(s)
				if stop {
					return value{b.String(), t}
				}
				i = j - 1
				continue
			}
			if f[i] != '%' || i+1 >= len(f) {
				b.WriteByte(f[i])
				continue
			}
			i++
			if f[i] == '%' {
				b.WriteByte('%')
				continue
			}
			start := i
			for i < len(f) && strings.IndexByte("-+ #0123456789.*lhjzt", f[i]) >= 0 {
				i++
			}
			if i >= len(f) {
				break
			}
			plain := i == start
			a := value{}
			if used < len(args) {
				a = args[used].value
			}
			used++
			switch {
			case f[i] == 's' && plain:
				b.WriteString(a.text)
			case f[i] == 'b' && plain:
				s, _ := unescapeC(strings.ReplaceAll(a.text, unknown, "\x01"), true)
				b.WriteString(strings.ReplaceAll(s, "\x01", unknown))
			case f[i] == 'q' && plain && a.known() && plainName(a.text):
				b.WriteString(a.text)
			case f[i] == 'c' && plain && a.text != "":
				b.WriteString(a.text[:1])
			case strings.IndexByte("diu", f[i]) >= 0 && plain:
				if n, err := strconv.Atoi(a.text); err == nil {
					b.WriteString(strconv.Itoa(n))
				} else {
					b.WriteString(unknown)
				}
			default:
				b.WriteString(unknown)
			}
		}
		if b.Len() > maxValue || rounds > maxFields {
			return value{unknown, t}
		}
		if used == 0 || used >= len(args) {
			return value{b.String(), t}
		}
		args = args[used:]
	}
}

// copies is the output of programs that print what they read.
func (sh *shell) copies(name string, args []arg, in, out value) value {
	var files []arg
	options := false
	for i, a := range args {
		if a.is("-") {
			files = append(files, a)
			continue
		}
		if strings.HasPrefix(a.text, "-") {
			options = true
			continue
		}
		if i > 0 && args[i-1].is("-n", "-c") && name != "cat" {
			continue
		}
		files = append(files, a)
	}
	if name == "tee" {
		for _, f := range files {
			sh.wrote(f.value, in, options)
		}
		return in
	}
	if len(files) == 0 {
		if name == "cat" || name == "pv" || name == "buffer" || name == "tac" && strings.Count(in.text, "\n") <= 1 {
			return in
		}
		return out
	}
	var v value
	for _, f := range files {
		switch {
		case f.is("-", "/dev/stdin"):
			v = join(v, in)
		case f.content != nil:
			v = join(v, *f.content)
		default:
			v = join(v, sh.content(f.value))
		}
	}
	if name != "cat" && name != "pv" && v.known() && strings.Count(v.text, "\n") > 1 {
		v.text = unknown
	}
	return v
}

// decode is the output of decoders whose input is known.
func (sh *shell) decode(name string, args []arg, in, out value) value {
	decoding := name == "gunzip" || name == "gzip-cat" || name == "uudecode"
	var operands []arg
	for i, a := range args {
		switch {
		case a.is("--decode", "--decompress", "--revert", "-decrypt"):
			decoding = true
		case strings.HasPrefix(a.text, "--"):
		case strings.HasPrefix(a.text, "-") && len(a.text) > 1:
			if strings.ContainsAny(a.text[1:], "dDr") || name == "openssl" && a.is("-d") {
				decoding = true
			}
		case i > 0 && args[i-1].is("-w", "-c", "-l", "-s", "-i", "-in"):
			if name == "openssl" && args[i-1].is("-in") {
				operands = append(operands, a)
			}
		case name == "openssl" && i == 0:
		default:
			operands = append(operands, a)
		}
	}
	src := in
	if len(operands) > 0 && !operands[0].is("-") {
		if operands[0].content != nil {
			src = *operands[0].content
		} else {
			src = sh.content(operands[0].value)
		}
	}
	t := src.taint | out.taint
	if !decoding {
		if name == "base64" && src.known() && (len(operands) > 0 || in.text != "") {
			return value{base64.StdEncoding.EncodeToString([]byte(src.text)) + "\n", t}
		}
		if strings.HasPrefix(name, "gz") || name == "bzip2" || name == "xz" || name == "zstd" || name == "lz4" {
			return value{src.text, t} // unpacked again, it is the same text
		}
		return value{unknown, t}
	}
	t |= taintDecoded
	if !src.known() || src.text == "" {
		return value{unknown, t}
	}
	clean := strings.Map(func(r rune) rune {
		if r == '\n' || r == ' ' || r == '\r' || r == '\t' {
			return -1
		}
		return r
	}, src.text)
	var data []byte
	var err error
	switch name {
	case "base64", "basenc":
		data, err = fromBase64(clean)
	case "base32":
		data, err = base32.StdEncoding.DecodeString(clean)
	case "xxd":
		data, err = hex.DecodeString(strings.TrimPrefix(clean, "0x"))
	case "openssl":
		encoded := false
		for _, a := range args {
			encoded = encoded || a.is("base64", "-base64", "-a")
		}
		if !encoded {
			return value{unknown, t}
		}
		data, err = fromBase64(clean)
	case "gunzip", "gzip", "gzip-cat":
		data, err = inflate([]byte(src.text))
	case "bzip2":
		if !strings.HasPrefix(src.text, "BZh") {
			return value{src.text, t}
		}
		data, err = io.ReadAll(io.LimitReader(bzip2.NewReader(strings.NewReader(src.text)), maxValue))
	default:
		data = []byte(src.text)
	}
	if err != nil || bytes.IndexByte(data, 0) >= 0 && name != "base64" && name != "xxd" || len(data) > maxValue {
		return value{unknown, t}
	}
	// Binary data may be a compressed text that the next stage unpacks.
	if bytes.IndexByte(data, 0) >= 0 {
		if len(data) > 2 && data[0] == 0x1f && data[1] == 0x8b {
			if plain, err := inflate(data); err == nil && bytes.IndexByte(plain, 0) < 0 {
				return value{string(plain), t}
			}
		}
		return value{unknown, t}
	}
	return value{string(data), t}
}

func fromBase64(s string) ([]byte, error) {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	if len(s)%4 == 1 {
		s = s[:len(s)-1]
	}
	return base64.RawStdEncoding.DecodeString(s)
}

func inflate(data []byte) ([]byte, error) {
	if len(data) < 2 || data[0] != 0x1f {
		return data, nil // already unpacked by the stage before
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, maxValue))
}

func transformed(name string, args []arg, in, out value) value {
	if !in.known() {
		return out
	}
	if name == "rev" && len(args) == 0 {
		lines := strings.Split(in.text, "\n")
		for i, l := range lines {
			r := []rune(l)
			for a, b := 0, len(r)-1; a < b; a, b = a+1, b-1 {
				r[a], r[b] = r[b], r[a]
			}
			lines[i] = string(r)
		}
		return value{strings.Join(lines, "\n"), in.taint | taintDecoded}
	}
	if name == "tr" && len(args) == 2 && args[0].known() && args[1].known() {
		if args[0].is("-d") {
			from := trSet(args[1].text)
			return value{strings.Map(func(r rune) rune {
				if strings.ContainsRune(from, r) {
					return -1
				}
				return r
			}, in.text), in.taint}
		}
		from, to := []rune(trSet(args[0].text)), []rune(trSet(args[1].text))
		if len(from) == 0 || len(to) == 0 || strings.HasPrefix(args[0].text, "-") || strings.Contains(args[0].text, "[:") {
			return out
		}
		table := make(map[rune]rune, len(from))
		for i, r := range from {
			table[r] = to[min(i, len(to)-1)]
		}
		return value{strings.Map(func(r rune) rune {
			if t, ok := table[r]; ok {
				return t
			}
			return r
		}, in.text), in.taint | taintDecoded}
	}
	return out
}

// trSet spells the ranges of a tr set out.
func trSet(s string) string {
	s, _ = unescapeC(s, true)
	r := []rune(s)
	var b strings.Builder
	for i := 0; i < len(r); i++ {
		if i+2 < len(r) && r[i+1] == '-' && r[i] <= r[i+2] && r[i+2]-r[i] < 256 {
			for c := r[i]; c <= r[i+2]; c++ {
				b.WriteRune(c)
			}
			i += 2
			continue
		}
		b.WriteRune(r[i])
	}
	return b.String()
}

// copied carries what is known of a file over to its copy.
func (sh *shell) copied(name string, args []arg) {
	var files []arg
	for _, a := range args {
		if !strings.HasPrefix(a.text, "-") {
			files = append(files, a)
		}
	}
	if len(files) != 2 {
		return
	}
	from, to := files[0], files[1]
	if (name == "rsync" || name == "scp") && remoteOperand(from.text) {
		sh.wrote(to.value, value{unknown, taintRemote}, false)
		return
	}
	if c := sh.content(from.value); c.known() || c.taint != 0 {
		sh.wrote(to.value, c, false)
	}
}

func remoteOperand(s string) bool {
	i := strings.IndexByte(s, ':')
	return i > 0 && strings.IndexByte(s[:i], '/') < 0
}

// downloaded remembers the files that a download is written to.
func (sh *shell) downloaded(name string, args []arg) {
	content := value{unknown, taintRemote}
	remoteName := name == "wget" || name == "aria2c" || name == "axel"
	for i, a := range args {
		next := arg{}
		if i+1 < len(args) {
			next = args[i+1]
		}
		switch {
		case a.is("-o", "--output", "--output-document", "-O") && (name != "curl" || !a.is("-O")) && (name != "wget" || !a.is("-o")):
			sh.wrote(next.value, content, false)
			remoteName = false
		case strings.HasPrefix(a.text, "--output=") || strings.HasPrefix(a.text, "--output-document="):
			_, f, _ := strings.Cut(a.text, "=")
			sh.wrote(value{text: f}, content, false)
			remoteName = false
		case name == "curl" && a.is("--remote-name"):
			remoteName = true
		case len(a.text) > 2 && a.text[0] == '-' && a.text[1] != '-':
			letter := byte('o')
			if name == "wget" {
				letter = 'O'
			}
			if j := strings.IndexByte(a.text, letter); j > 0 {
				f := value{text: a.text[j+1:]}
				if f.text == "" {
					f = next.value
				}
				sh.wrote(f, content, false)
			} else if name == "curl" && strings.IndexByte(a.text, 'O') > 0 {
				remoteName = true
			}
		case name == "curl" && a.is("-O"):
			remoteName = true
		}
	}
	if !remoteName {
		return
	}
	for _, a := range args {
		if strings.Contains(a.text, "/") && !strings.HasPrefix(a.text, "-") {
			f, _, _ := strings.Cut(a.text, "?")
			if f = path.Base(f); f != "." && f != "/" {
				sh.wrote(value{text: f}, content, false)
			}
		}
	}
}

// tempFile is what mktemp prints: the directory is known, the name is not.
func (sh *shell) tempFile(args []arg) value {
	dir := sh.lookup("TMPDIR").text
	if dir == unknown || dir == "" {
		dir = "/tmp"
	}
	for i, a := range args {
		if a.is("-p") && i+1 < len(args) {
			dir = args[i+1].text
		} else if d, ok := strings.CutPrefix(a.text, "--tmpdir="); ok {
			dir = d
		}
	}
	if n := len(args); n > 0 && strings.Contains(args[n-1].text, "XXX") {
		t := args[n-1].text
		prefix := t[:strings.Index(t, "XXX")]
		if !strings.Contains(t, "/") {
			if len(args) > 1 && strings.ContainsAny(args[0].text, "tp") {
				return value{text: dir + "/" + prefix + unknown + "\n"}
			}
			return value{text: sh.cwdText() + "/" + prefix + unknown + "\n"}
		}
		return value{text: prefix + unknown + "\n"}
	}
	return value{text: strings.TrimRight(dir, "/") + "/tmp." + unknown + "\n"}
}

// findPrints is the output of find: names below its roots, of which the
// pattern's fixed parts are known.
func findPrints(sh *shell, args []arg) value {
	root, name := "", ""
	for i, a := range args {
		if strings.HasPrefix(a.text, "-") || a.is("(", "!") {
			if a.is("-name", "-iname") && i+1 < len(args) {
				if name != "" {
					return value{text: unknown}
				}
				name = args[i+1].text
			}
			if a.is("-o", "-or") {
				return value{text: unknown}
			}
			continue
		}
		if i == 0 || i == 1 && root == "" && args[0].is("-H", "-L", "-P") {
			root = a.text
		} else if i > 0 && !strings.HasPrefix(args[i-1].text, "-") && root != "" && !strings.HasPrefix(args[i-1].text, "(") && i == 1 {
			return value{text: unknown} // several roots
		}
	}
	if root == "" {
		root = "."
	}
	found := strings.TrimRight(root, "/") + "/" + unknown
	if name != "" {
		found += sh.oneOf(arg{value: value{text: name}, glob: true}).text
		found = strings.ReplaceAll(found, unknown+unknown, unknown)
	}
	return value{text: found + "\n"}
}
