package parser

import (
	"slices"
	"strings"

	"twokey/parser/effect"
)

func (sh *shell) source(name string, c call) value {
	args := c.argv[1:]
	if len(args) > 0 && args[0].is("--") {
		args = args[1:]
	}
	if len(args) == 0 {
		sh.simple(c)
		return value{}
	}
	f := args[0]
	frame, saved, savedUnknown := sh.frame, sh.args, sh.argsUnknown
	sh.frame.through = append(slices.Clip(frame.through), "source")
	if len(args) > 1 {
		sh.args, sh.argsUnknown = args[1:], false
	}
	out := value{text: unknown}
	text, known := sh.script(f, c.in)
	switch {
	case known:
		out = sh.code(text, c.in, "source")
	default:
		sh.frame = frame
		sh.file(effect.OpExec, f.value, "source")
		sh.simple(c)
	}
	sh.frame, sh.args, sh.argsUnknown = frame, saved, savedUnknown
	return out
}

// script returns the text of a script operand, where it is known or where it
// is known to be a download or the like; ok is false for an ordinary file
// that cannot be read.
func (sh *shell) script(f arg, in *value) (text value, ok bool) {
	if f.content != nil {
		return *f.content, true
	}
	switch f.text {
	case "/dev/stdin", "/proc/self/fd/0", "/dev/fd/0":
		if in != nil {
			return *in, true
		}
		return value{}, false
	}
	if fd, found := strings.CutPrefix(f.text, "/dev/fd/"); found {
		if d := sh.facts.get(factFD, fd); d != nil {
			return d.value, true
		}
	}
	p := sh.resolve(f.value)
	if p == "" {
		return value{}, false
	}
	if w := sh.versions(p); w != nil {
		if w.known() || w.taint&(taintRemote|taintDecoded) != 0 || strings.Trim(w.text, unknown) != "" {
			return *w, true
		}
		return value{}, false
	}
	if read := sh.w.ctx.ReadFile; read != nil && sh.frame.where == "" {
		if data, err := read(p); err == nil && len(data) <= maxText && isText(data) {
			return value{text: string(data)}, true
		}
	}
	return value{}, false
}

func isText(data []byte) bool {
	for _, b := range data[:min(len(data), 1024)] {
		if b == 0 {
			return false
		}
	}
	return true
}

func (sh *shell) exec(c call) value {
	args := c.argv[1:]
	for len(args) > 0 && len(args[0].text) > 1 && args[0].text[0] == '-' {
		o := args[0].text
		args = args[1:]
		if o == "--" {
			break
		}
		if i := strings.IndexByte(o, 'a'); i > 0 && i == len(o)-1 && len(args) > 0 {
			args = args[1:]
		}
	}
	if len(args) == 0 {
		if c.redirs != nil {
			for fd, f := range c.redirs.fds {
				if !sh.facts.set(factFD, fd, f) {
					sh.w.overflow(sh)
				}
			}
			if c.net {
				sh.simple(c)
			}
		}
		return value{}
	}
	return sh.wrapped("exec", c.with(args))
}

func (sh *shell) commandBuiltin(c call) value {
	args := c.argv[1:]
	for len(args) > 0 && len(args[0].text) > 1 && args[0].text[0] == '-' {
		o := args[0].text
		args = args[1:]
		if o == "--" {
			break
		}
		if strings.ContainsAny(o, "vV") {
			sh.simple(c)
			return located(args)
		}
	}
	if len(args) == 0 {
		return value{}
	}
	c.plain = true
	return sh.run(c.with(args))
}

// located is what which and command -v print: the program's name is known,
// its directory is not.
func located(args []arg) value {
	for len(args) > 0 && strings.HasPrefix(args[0].text, "-") {
		args = args[1:]
	}
	if len(args) == 1 && args[0].known() {
		return value{text: unknown + "/" + base(args[0].text) + "\n"}
	}
	return value{text: unknown}
}

func (sh *shell) trap(c call) {
	args := c.argv[1:]
	if len(args) > 0 && args[0].is("--") {
		args = args[1:]
	}
	sh.simple(c)
	if len(args) < 2 || args[0].is("-", "", "-p", "-l") {
		return
	}
	if len(sh.traps) < maxDepth {
		sh.traps = append(sh.traps, trapText{args[0].value, sh.frame})
	}
	sh.inside("", "trap").code(args[0].value, nil, "trap")
}

// exitTraps walks the traps again with what is known at the end.
func (sh *shell) exitTraps() {
	for _, t := range sh.traps {
		sub := sh.fork()
		sub.frame = t.frame
		sub.inside("", "trap").code(t.text, nil, "trap")
	}
}

// alias walks an alias's text with the words that follow it.
func (sh *shell) alias(name string, f *fact, c call) value {
	args, argsUnknown, calls := sh.args, sh.argsUnknown, sh.calls
	sh.args, sh.argsUnknown = c.argv[1:], false
	sh.calls = append(slices.Clip(calls), "alias "+name)
	out := sh.code(join(f.value, value{text: ` "$@"`}), c.in, name)
	sh.args, sh.argsUnknown, sh.calls = args, argsUnknown, calls
	return out
}
