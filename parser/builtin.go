package parser

import (
	"slices"
	"strconv"
	"strings"

	"twokey/parser/effect"
)

// builtin deals with the commands that a shell carries out itself and that
// change what the rest of the text means. ok is false for every other command.
func (sh *shell) builtin(name string, c call) (out value, ok bool) {
	args := c.argv[1:]
	if c.real {
		switch name {
		case "exec", "command", "builtin", "eval", "source", ".", "trap":
			// No such programs, but a wrapper around a shell may mean them.
		default:
			return value{}, false
		}
	}
	switch name {
	case "cd", "chdir":
		sh.simple(c)
		sh.cd(args)
		return sh.cdPrints(args), true
	case "pushd":
		sh.simple(c)
		if len(args) == 0 || strings.HasPrefix(args[len(args)-1].text, "+") {
			sh.cwd = ""
		} else {
			if len(sh.dirs) < maxDepth {
				sh.dirs = append(sh.dirs, sh.cwd)
			}
			sh.cd(args)
		}
		return value{text: unknown}, true
	case "popd":
		sh.simple(c)
		if n := len(sh.dirs); n > 0 {
			sh.cwd, sh.dirs = sh.dirs[n-1], sh.dirs[:n-1]
		} else {
			sh.cwd = ""
		}
		return value{text: unknown}, true
	case "eval":
		if len(args) > 0 && args[0].is("--") {
			args = args[1:]
		}
		frame := sh.frame
		sh.frame.through = append(slices.Clip(frame.through), "eval")
		out = sh.code(joined(args), c.in, "eval")
		sh.frame = frame
		return out, true
	case "source", ".":
		return sh.source(name, c), true
	case "exec":
		return sh.exec(c), true
	case "command":
		return sh.commandBuiltin(c), true
	case "builtin":
		if len(args) > 0 && args[0].is("--") {
			args = args[1:]
		}
		c.plain = true
		if len(args) == 0 {
			return value{}, true
		}
		return sh.run(c.with(args)), true
	case "trap":
		sh.trap(c)
		return value{}, true
	case "alias":
		sh.simple(c)
		for _, a := range args {
			if n, v, found := strings.Cut(a.text, "="); found {
				sh.facts.set(factAlias, n, &fact{value: value{v, a.taint}})
				if sh.frame.where != "" || len(sh.frame.through) > 0 {
					continue
				}
			}
		}
		return value{text: unknown}, true
	case "unalias":
		sh.simple(c)
		for _, a := range args {
			sh.facts.set(factAlias, a.text, nil)
		}
		return value{}, true
	case "shopt":
		sh.simple(c)
		for i, a := range args {
			if a.is("expand_aliases") && i > 0 {
				sh.aliases = args[0].is("-s")
			}
		}
		return value{}, true
	case "set":
		return sh.set(c), true
	case "shift":
		n := 1
		if len(args) > 0 {
			var err error
			if n, err = strconv.Atoi(args[0].text); err != nil {
				sh.args, sh.argsUnknown = nil, true
				return value{}, true
			}
		}
		sh.args = sh.args[min(max(n, 0), len(sh.args)):]
		return value{}, true
	case "unset":
		sh.simple(c)
		for _, a := range args {
			sh.unset(a, args)
		}
		return value{}, true
	case "export", "readonly", "local", "declare", "typeset":
		return sh.declare(name, c), true
	case "read":
		sh.simple(c)
		sh.read(c)
		return value{}, true
	case "mapfile", "readarray":
		sh.simple(c)
		sh.mapfile(c)
		return value{}, true
	case "printf":
		if len(args) > 1 && args[0].is("-v") {
			sh.simple(c)
			v := printf(args[2:])
			if base, _, found := strings.Cut(args[1].text, "["); found {
				sh.subscriptCode(args[1].text)
				sh.setVar(base, &fact{value: value{text: unknown}})
			} else if args[1].known() {
				sh.assign(args[1].text, v)
			}
			return value{}, true
		}
		return value{}, false
	case "let":
		sh.simple(c)
		for _, a := range args {
			sh.letText(a)
		}
		return value{}, true
	case "test", "[":
		sh.simple(c)
		for i, a := range args {
			if i > 0 && args[i-1].is("-v") {
				sh.subscriptCode(a.text)
			}
		}
		return value{}, true
	case "complete", "compgen", "bind", "fc":
		sh.simple(c)
		for i, a := range args {
			if i > 0 && (args[i-1].is("-C") || name == "bind" && args[i-1].is("-x")) {
				text := a.value
				if name == "bind" {
					_, text.text, _ = strings.Cut(text.text, ":")
				}
				sh.inside("", name).code(text, nil, name)
			}
		}
		return value{text: unknown}, true
	case "hash":
		sh.simple(c)
		for i, a := range args {
			if a.is("-p") && i+2 < len(args) {
				sh.facts.set(factHash, args[i+2].text, &fact{value: args[i+1].value})
			}
		}
		return value{}, true
	case "getopts":
		sh.simple(c)
		if len(args) > 1 {
			sh.setVar(args[1].text, &fact{value: value{text: unknown}})
		}
		sh.setVar("OPTARG", &fact{value: value{text: unknown}})
		return value{}, true
	case ":", "true", "false", "return", "exit", "break", "continue", "wait", "umask", "ulimit", "times",
		"jobs", "fg", "bg", "disown", "caller", "logout", "suspend", "enable", "history", "dirs", "type", "setopt", "unsetopt", "emulate", "autoload", "zmodload":
		sh.simple(c)
		return sh.output(name, c), true
	}
	return value{}, false
}

// simple records a builtin as the command that it is.
func (sh *shell) simple(c call, traits ...effect.Trait) {
	cmd := effect.Command{Program: base(c.argv[0].text), Operands: words(c.argv[1:]), Env: c.env, Traits: traits}
	sh.emit(effect.Effect{Kind: effect.KindCommand, Command: &cmd})
}

func (sh *shell) cd(args []arg) {
	for len(args) > 0 && len(args[0].text) > 1 && args[0].text[0] == '-' && strings.Trim(args[0].text[1:], "LPe@n-") == "" {
		args = args[1:]
	}
	old := sh.cwd
	switch {
	case len(args) == 0:
		sh.cwd = sh.resolve(sh.lookup("HOME"))
	case args[0].is("-"):
		sh.cwd = sh.resolve(sh.lookup("OLDPWD"))
	case args[0].glob || args[0].text == "":
		sh.cwd = ""
	default:
		sh.cwd = sh.resolve(args[0].value)
		if f := sh.facts.get(factVar, "CDPATH"); f != nil && f.text != "" && !strings.HasPrefix(args[0].text, "/") && !strings.HasPrefix(args[0].text, ".") {
			sh.cwd = ""
		}
	}
	if old == "" {
		old = unknown
	}
	sh.setVar("OLDPWD", &fact{value: value{text: old}})
}

func (sh *shell) cdPrints(args []arg) value {
	if len(args) > 0 && args[len(args)-1].is("-") {
		return value{text: sh.cwdText() + "\n"}
	}
	return value{}
}
