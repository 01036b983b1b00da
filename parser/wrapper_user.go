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
	for w, err := range syntax.NewParser().WordsSeq(strings.NewReader(text)) {
		if err != nil || len(out) > maxFields {
			sh.unparsed()
			break
		}
		out = append(out, sh.fork().single(w))
	}
	return out
}
