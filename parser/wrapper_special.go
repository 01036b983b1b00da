package parser

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
	"twokey/parser/effect"
)

// leadingAssigns takes NAME=VALUE words off the front of a command.
func leadingAssigns(args []arg, env []effect.Assign) ([]arg, []effect.Assign) {
	for len(args) > 0 {
		name, val, ok := strings.Cut(args[0].text, "=")
		if !ok || !syntax.ValidName(name) {
			break
		}
		v := value{val, args[0].taint}
		env = append(slices.Clip(env), effect.Assign{Name: name, Value: v.word()})
		args = args[1:]
	}
	return args, env
}

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

func (sh *shell) sudo(c call) (value, bool) {
	opts, rest := sudoGrammar.split(c.argv[1:])
	login := false
	cwd := sh.cwd
	defer func() { sh.cwd = cwd }()
	for _, o := range opts {
		switch o.name {
		case "-s", "-i", "--shell", "--login":
			login = true
		case "-l", "--list", "-v", "--validate", "-K", "--remove-timestamp", "-V", "--version", "-e", "--edit":
			return value{}, false
		case "-D", "--chdir":
			sh.cwd = sh.resolve(o.value.value)
		}
	}
	rest, c.env = leadingAssigns(rest, c.env)
	if len(rest) == 0 {
		if login && c.in != nil {
			return sh.inside("", "sudo").code(*c.in, nil, "sudo"), true
		}
		return value{}, false
	}
	if login && len(rest) == 1 && strings.ContainsAny(rest[0].text, " ;|&") {
		return sh.inside("", "sudo").code(rest[0].value, c.in, "sudo"), true
	}
	return sh.wrapped("sudo", c.with(rest)), true
}

// su finds -c wherever it stands: su takes options after the user's name.
func (sh *shell) su(name string, c call) (value, bool) {
	args := c.argv[1:]
	user := false
	var text *arg
	var rest []arg
	for len(args) > 0 {
		opts, left := suGrammar.split(args)
		for _, o := range opts {
			switch o.name {
			case "-c", "--command", "--session-command":
				text = &o.value
			case "-u", "--user":
				user = true
			}
		}
		if len(left) == 0 {
			break
		}
		if user && name == "runuser" && text == nil {
			return sh.wrapped(name, c.with(left)), true
		}
		rest = append(rest, left[0])
		args = left[1:]
	}
	switch {
	case text != nil:
		sub := sh.inside("", name+" -c")
		return sub.code(text.value, c.in, name), true
	case c.in != nil:
		return sh.inside("", name).code(*c.in, nil, name), true
	}
	return value{}, false
}

func (sh *shell) envProgram(c call) (value, bool) {
	args := c.argv[1:]
	cwd := sh.cwd
	defer func() { sh.cwd = cwd }()
	for range 8 {
		if len(args) > 0 && args[0].is("-") {
			args = args[1:]
		}
		opts, rest := envGrammar.split(args)
		args = rest
		again := false
		if len(opts) > maxFields {
			sh.w.overflow(sh)
			return value{text: unknown}, true
		}
		for _, o := range opts {
			switch o.name {
			case "-C", "--chdir":
				sh.cwd = sh.resolve(o.value.value)
			case "-S", "--split-string":
				args = append(sh.splitString(o.value), args...)
				again = true
			}
		}
		args, c.env = leadingAssigns(args, c.env)
		if !again {
			break
		}
	}
	if len(args) == 0 {
		sh.tool(c, effect.TraitEnvDump)
		return value{unknown, taintEnv}, true
	}
	sh.envCode(c.env)
	return sh.wrapped("env", c.with(args)), true
}

// splitString splits the argument of env -S, whose quoting is nearly that of
// a shell.
func (sh *shell) splitString(a arg) []arg {
	if !a.known() {
		fields := strings.Fields(a.text)
		out := make([]arg, len(fields))
		for i, f := range fields {
			out[i] = arg{value: value{f, a.taint}, bare: f == unknown}
		}
		return out
	}
	text := strings.ReplaceAll(a.text, `\_`, " ")
	var out []arg
	err := syntax.NewParser().Words(strings.NewReader(text), func(w *syntax.Word) bool {
		out = append(out, sh.fork().single(w))
		return len(out) < maxFields
	})
	if err != nil {
		sh.unparsed()
	}
	return out
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

func (sh *shell) multiplexer(name string, c call) (value, bool) {
	args := c.argv[1:]
	g := wrapper{short: "LSfctnsxyFwheqOPT"}
	if name == "screen" {
		g = wrapper{short: "cSehpTtsX"}
	}
	_, rest := g.split(args)
	if name == "screen" || name == "dtach" || name == "abduco" {
		for i, a := range rest { // screen -X stuff 'text'
			if a.is("stuff") && i+1 < len(rest) {
				return sh.inside("", name).code(rest[i+1].value, nil, name), true
			}
		}
		if len(rest) == 0 {
			return value{}, false
		}
		if name != "screen" && len(rest) > 1 {
			rest = rest[1:]
		}
		return sh.wrapped(name, c.with(rest)), true
	}
	if len(rest) == 0 {
		return value{}, false
	}
	verb := rest[0].text
	switch verb {
	case "new", "new-session", "neww", "new-window", "splitw", "split-window", "respawn-pane", "respawn-window", "run-shell", "run", "if-shell", "popup", "display-popup", "pipe-pane", "action":
		_, command := g.split(rest[1:])
		if len(command) == 0 {
			return value{}, false
		}
		sh.tool(c)
		if len(command) == 1 || verb == "if-shell" {
			for _, t := range command {
				sh.inside("", name).code(t.value, nil, name)
			}
			return value{text: unknown}, true
		}
		return sh.wrapped(name, c.with(command)), true
	case "send", "send-keys":
		_, keys := g.split(rest[1:])
		var text []arg
		for _, k := range keys {
			if !k.is("Enter", "C-m", "C-c", "KPEnter") {
				text = append(text, k)
			}
		}
		if len(text) > 0 {
			sh.tool(c)
			sh.inside("", name).code(joined(text), nil, name)
			return value{text: unknown}, true
		}
	}
	return value{}, false
}

// crontab walks the commands of a crontab that is fed in.
func (sh *shell) crontab(v value) {
	for line := range strings.SplitSeq(v.text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		n := 5
		if line[0] == '@' {
			n = 1
		} else if name, _, ok := strings.Cut(line, "="); ok && syntax.ValidName(strings.TrimSpace(name)) {
			continue
		}
		for range n {
			_, rest, _ := strings.Cut(line, " ")
			line = strings.TrimLeft(rest, " \t")
		}
		if line != "" {
			sh.inside("", "crontab").code(value{line, v.taint}, nil, "crontab")
		}
	}
}

// expect finds what an expect script spawns or executes.
func (sh *shell) expect(v value) {
	for line := range strings.FieldsFuncSeq(v.text, func(r rune) bool { return r == '\n' || r == ';' }) {
		line = strings.TrimLeft(strings.TrimSpace(line), "[")
		if t, ok := cutAny(line, "spawn ", "exec ", "system "); ok {
			sub := sh.inside("", "expect")
			sub.frame.scanned = true
			sub.code(value{strings.TrimRight(t, "]"), v.taint}, nil, "expect")
		}
	}
}

// makeProgram walks the commands that are given to make on the line.
func (sh *shell) makeProgram(name string, c call) (value, bool) {
	args := c.argv[1:]
	for i, a := range args {
		var text value
		switch {
		case name == "make" && a.is("--eval", "-E") && i+1 < len(args):
			text = args[i+1].value
		case name == "make" && (a.is("-f-", "--file=-", "--makefile=-") || a.is("-f", "--file", "--makefile") && i+1 < len(args) && args[i+1].is("-", "/dev/stdin")) && c.in != nil:
			text = *c.in
		case name == "make" && strings.HasPrefix(a.text, "--eval="):
			text = value{strings.TrimPrefix(a.text, "--eval="), a.taint}
		case name == "make" && (strings.HasPrefix(a.text, "SHELL=") || strings.HasPrefix(a.text, "CC=") || strings.HasPrefix(a.text, "MAKE=")):
			_, v, _ := strings.Cut(a.text, "=")
			sh.inside("", name).code(value{v, a.taint}, nil, name)
			continue
		case name == "make" && i > 0 && args[i-1].is("-f", "--file", "--makefile"):
			if text = sh.operand(a); text.taint&(taintRemote|taintDecoded) != 0 {
				sh.command(name, []effect.Word{a.word()}, effect.TraitDynamicCode, effect.TraitPipeToShell)
			}
		case name == "just" && a.is("-c", "--command") && i+1 < len(args):
			sh.tool(c)
			return sh.wrapped(name, c.with(args[i+1:])), true
		default:
			continue
		}
		sh.makefile(text)
	}
	return value{}, false
}

// makefile walks the recipes of a makefile's text.
func (sh *shell) makefile(v value) {
	for line := range strings.SplitSeq(v.text, "\n") {
		recipe := ""
		if strings.HasPrefix(line, "\t") {
			recipe = line
		} else if _, after, ok := strings.Cut(line, ";"); ok && strings.Contains(line, ":") {
			recipe = after
		}
		for rest := line; ; {
			i := strings.Index(rest, "$(shell ")
			if i < 0 {
				break
			}
			rest = rest[i+8:]
			if end := strings.LastIndexByte(rest, ')'); end >= 0 {
				sh.inside("", "make").code(value{rest[:end], v.taint}, nil, "make")
			}
		}
		if recipe = strings.TrimLeft(strings.TrimSpace(recipe), "@-+"); recipe != "" {
			sh.inside("", "make").code(value{strings.ReplaceAll(recipe, "$$", "$"), v.taint}, nil, "make")
		}
	}
}
