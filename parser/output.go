package parser

import (
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
