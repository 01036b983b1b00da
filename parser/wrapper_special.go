package parser

import (
	"slices"
	"strings"

	"twokey/parser/effect"
)

// program deals with a program by its canonical name.
func (sh *shell) program(name string, c call) value {
	if out, ok := sh.wrapperSpecial(name, c); ok {
		return out
	}
	if w, ok := wrappers[name]; ok {
		if out, ok := sh.unwrap(name, w, c); ok {
			return out
		}
	}
	if isShell(name) {
		return sh.shellProgram(name, c)
	}
	if out, ok := sh.remote(name, c); ok {
		return out
	}
	sh.optionCode(name, c)
	if out, ok := sh.interpreter(name, c); ok {
		return out
	}
	return sh.tool(c, sh.netTraits(name, c)...)
}

var (
	sudoGrammar = wrapper{short: "ugphrtTUCDRac", long: " user group prompt host role type command-timeout other-user close-from chdir chroot auth-type login-class preserve-env-list ", chdir: " -D --chdir "}
	suGrammar   = wrapper{short: "cgGsuwT", long: " command session-command group supp-group shell user whitelist-environment "}
	envGrammar  = wrapper{short: "uCSa", long: " unset chdir split-string argv0 "}
)

// wrapperSpecial deals with the wrappers that a table row does not describe.
func (sh *shell) wrapperSpecial(name string, c call) (out value, ok bool) {
	args := c.argv[1:]
	switch name {
	case "sudo":
		return sh.sudo(c)
	case "su", "runuser":
		return sh.su(name, c)
	case "env":
		return sh.envProgram(c)
	case "busybox", "toybox":
		for len(args) > 0 && strings.HasPrefix(args[0].text, "--") {
			return value{}, false
		}
		if len(args) == 0 {
			return value{}, false
		}
		return sh.wrapped(name, c.with(args)), true
	case "xargs":
		return sh.xargs(c), true
	case "parallel":
		return sh.parallel(c)
	case "find":
		return sh.find(c), true
	case "fd":
		return sh.fd(c), true
	case "watch":
		g := wrapper{short: "nq", long: " interval equexit "}
		opts, rest := g.split(args)
		if len(rest) == 0 {
			return value{}, false
		}
		for _, o := range opts {
			if o.name == "-x" || o.name == "--exec" {
				return sh.wrapped(name, c.with(rest)), true
			}
		}
		return sh.inside("", name).code(joined(rest), nil, name), true
	case "flock":
		g := wrapper{short: "wEc", long: " timeout wait conflict-exit-code command "}
		opts, rest := g.split(args)
		for _, o := range opts {
			if o.name == "-c" || o.name == "--command" {
				return sh.inside("", name).code(o.value.value, c.in, name), true
			}
		}
		if len(rest) < 2 {
			return value{}, false
		}
		sh.file(effect.OpWrite, rest[0].value, name)
		rest = rest[1:]
		if rest[0].is("-c", "--command") && len(rest) > 1 {
			return sh.inside("", name).code(rest[1].value, c.in, name), true
		}
		return sh.wrapped(name, c.with(rest)), true
	case "script":
		g := wrapper{short: "cIOBTmoE", long: " command log-in log-out log-io log-timing logging-format output-limit echo "}
		opts, rest := g.split(args)
		for i, a := range rest { // options may follow the file
			if a.is("-c", "--command") && i+1 < len(rest) {
				opts = append(opts, option{"-c", rest[i+1]})
			}
		}
		for _, o := range opts {
			if o.name == "-c" || o.name == "--command" {
				sh.tool(c)
				return sh.inside("", name).code(o.value.value, c.in, name), true
			}
		}
		if len(rest) > 1 { // the BSD form: script FILE COMMAND...
			return sh.wrapped(name, c.with(rest[1:])), true
		}
		if c.in != nil {
			return sh.inside("", name).code(*c.in, nil, name), true
		}
		return value{}, false
	case "bwrap":
		return sh.bwrap(c)
	case "gdb", "lldb", "rust-gdb", "cgdb":
		for i, a := range args {
			if a.is("--args", "-args", "--") && i+1 < len(args) {
				sh.tool(c)
				return sh.wrapped(name, c.with(args[i+1:])), true
			}
		}
		for i, a := range args {
			if i == 0 || !args[i-1].is("-ex", "-iex", "--eval-command", "-o") {
				continue
			}
			if t, found := cutAny(a.text, "shell ", "!", "platform shell "); found {
				sh.inside("", name).code(value{t, a.taint}, nil, name)
			}
			if strings.Contains(a.text, "os.system") || strings.HasPrefix(a.text, "python ") {
				sh.inside("", name).scan("python3", value{strings.TrimPrefix(a.text, "python "), a.taint})
			}
		}
		return value{}, false
	case "hyperfine", "concurrently":
		ran := false
		skip := false
		for _, a := range args {
			if strings.HasPrefix(a.text, "npm:") || strings.HasPrefix(a.text, "pnpm:") || strings.HasPrefix(a.text, "yarn:") {
				continue // a script of the package
			}
			if skip {
				skip = false
				continue
			}
			if strings.HasPrefix(a.text, "-") {
				skip = a.is("-r", "-m", "-M", "-w", "--runs", "--min-runs", "--max-runs", "--warmup", "-n", "--names", "-L", "-P", "--export-json", "--export-markdown", "--export-csv", "--shell", "-S", "-c", "--prefix-colors", "--max-processes", "--style", "-u", "-N")
				if a.is("-N") {
					skip = false
				}
				if !a.is("-p", "--prepare", "--cleanup", "--setup", "-s") {
					continue
				}
				continue
			}
			sh.inside("", name).code(a.value, nil, name)
			ran = true
		}
		return value{text: unknown}, ran
	case "nodemon":
		for i, a := range args {
			if a.is("-x", "--exec") && i+1 < len(args) {
				return sh.inside("", name).code(args[i+1].value, nil, name), true
			}
		}
		return value{}, false
	case "nix-shell", "devbox":
		for i, a := range args {
			if a.is("--run", "--command") && i+1 < len(args) {
				return sh.inside("", name).code(args[i+1].value, nil, name), true
			}
		}
		if name == "devbox" && len(args) > 1 && args[0].is("run") {
			return sh.wrapped("devbox run", c.with(args[1:])), true
		}
		return value{}, false
	case "nix":
		for i, a := range args {
			if a.is("-c", "--command") && i+1 < len(args) {
				return sh.wrapped(name, c.with(args[i+1:])), true
			}
		}
		return value{}, false
	case "npx", "npm", "pnpm", "yarn", "bunx", "pnpx":
		return sh.npmExec(name, c)
	case "cmd":
		for i, a := range args {
			if a.is("/c", "/C", "/k", "/K") && i+1 < len(args) {
				return sh.inside("", "cmd /c").code(joined(args[i+1:]), c.in, name), true
			}
		}
		return value{}, false
	case "capsh":
		for i, a := range args {
			if a.is("--") {
				return sh.wrapped(name, c.with(append([]arg{lit("bash")}, args[i+1:]...))), true
			}
		}
		return value{}, false
	case "start-stop-daemon":
		var prog []arg
		for i, a := range args {
			if a.is("-x", "--exec", "-a", "--startas") && i+1 < len(args) {
				prog = args[i+1 : i+2]
			}
			if a.is("--") {
				prog = append(slices.Clip(prog), args[i+1:]...)
				break
			}
		}
		if len(prog) > 0 {
			return sh.wrapped(name, c.with(prog)), true
		}
		return value{}, false
	case "tmux", "screen", "dtach", "abduco", "byobu", "zellij":
		return sh.multiplexer(name, c)
	case "xterm", "konsole", "alacritty", "kitty", "foot", "urxvt", "terminator", "xfce4-terminal":
		for i, a := range args {
			if a.is("-e", "-x", "--") && i+1 < len(args) {
				if len(args) == i+2 {
					return sh.inside("", name).code(args[i+1].value, nil, name), true
				}
				return sh.wrapped(name, c.with(args[i+1:])), true
			}
		}
		return value{}, false
	case "at", "batch":
		sh.tool(c)
		if c.in != nil {
			sh.inside("", name).code(*c.in, nil, name)
		}
		return value{text: unknown}, true
	case "crontab":
		sh.tool(c)
		if c.in != nil && c.in.text != "" {
			sh.crontab(*c.in)
		}
		return value{text: unknown}, true
	case "expect":
		for i, a := range args {
			if i > 0 && args[i-1].is("-c") {
				sh.expect(a.value)
			}
		}
		return value{}, false
	case "make", "just", "task", "rake", "ninja":
		return sh.makeProgram(name, c)
	case "sops":
		for i, a := range args {
			if a.is("exec-env", "exec-file") && i+2 < len(args) {
				sh.tool(c)
				return sh.inside("", name).code(args[len(args)-1].value, nil, name), true
			}
		}
		return value{}, false
	}
	if strings.HasPrefix(name, "ld-linux") || strings.HasPrefix(name, "ld-musl") || name == "ld.so" {
		g := wrapper{long: " library-path inhibit-rpath audit preload argv0 glibc-hwcaps-prepend glibc-hwcaps-mask "}
		opts, rest := g.split(args)
		if len(rest) == 0 || len(opts) > 0 && slices.ContainsFunc(opts, func(o option) bool { return o.name == "--list" || o.name == "--verify" }) {
			return value{}, false
		}
		return sh.wrapped(name, c.with(rest)), true
	}
	return value{}, false
}

func cutAny(s string, prefixes ...string) (string, bool) {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(s, p); ok {
			return rest, true
		}
	}
	return s, false
}

// bwrap is full of options with one or two values.
func (sh *shell) bwrap(c call) (value, bool) {
	args := c.argv[1:]
	for len(args) > 0 {
		n := 1
		switch s := args[0].text; s {
		case "--":
			args = args[1:]
			if len(args) == 0 {
				return value{}, false
			}
			return sh.wrapped("bwrap", c.with(args)), true
		case "--bind", "--bind-try", "--dev-bind", "--dev-bind-try", "--ro-bind", "--ro-bind-try", "--symlink", "--setenv", "--file", "--bind-data", "--ro-bind-data", "--bind-fd", "--ro-bind-fd", "--chmod", "--overlay-src":
			n = 3
		case "--overlay":
			n = 4
		case "--unshare-all", "--share-net", "--unshare-user", "--unshare-user-try", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
			"--unshare-cgroup", "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--clearenv", "--as-pid-1", "--disable-userns", "--assert-userns-disabled", "--help", "--version":
		default:
			if !strings.HasPrefix(s, "-") {
				return sh.wrapped("bwrap", c.with(args)), true
			}
			n = 2
		}
		args = args[min(n, len(args)):]
	}
	return value{}, false
}

func (sh *shell) npmExec(name string, c call) (value, bool) {
	args := c.argv[1:]
	if name != "npx" && name != "bunx" && name != "pnpx" {
		if len(args) > 1 && args[0].is("node") && name == "yarn" {
			return sh.wrapped(name, c.with(args)), true
		}
		if len(args) > 2 && args[0].is("pkg") && args[1].is("set") {
			for _, a := range args[2:] {
				if key, text, ok := strings.Cut(a.text, "="); ok && strings.HasPrefix(key, "scripts.") {
					sh.inside("", name+" pkg set").code(value{text, a.taint}, nil, name)
				}
			}
		}
		if len(args) < 2 || !args[0].is("exec", "x", "dlx") {
			return value{}, false
		}
		args = args[1:]
	}
	for i, a := range args {
		if a.is("-c", "--call", "--shell-mode") && i+1 < len(args) {
			sh.tool(c)
			return sh.inside("", name).code(args[i+1].value, c.in, name), true
		}
		if t, ok := cutAny(a.text, "--call=", "-c="); ok {
			sh.tool(c)
			return sh.inside("", name).code(value{t, a.taint}, c.in, name), true
		}
		if !strings.HasPrefix(a.text, "-") {
			break
		}
	}
	return value{}, false
}
