package parser

import (
	"slices"
	"strings"

	"twokey/parser/effect"
)

func isShell(name string) bool {
	switch name {
	case "sh", "bash", "zsh", "dash", "ash", "ksh", "mksh", "rbash", "yash", "posh", "fish", "tcsh", "csh", "ksh93", "oksh", "loksh", "hush", "elvish", "nu", "pwsh", "xonsh", "oil", "osh", "ysh":
		return true
	}
	return false
}

// bashValues are a shell's options that take a value.
const bashValues = " rcfile init-file "

// shellProgram walks the text that a shell is started with: -c, a script, or
// its standard input (bash(1)).
func (sh *shell) shellProgram(name string, c call) value {
	args := c.argv[1:]
	text, stdin, check := false, false, false
	i := 0

options:
	for ; i < len(args); i++ {
		a := args[i].text
		switch {
		case a == "--":
			i++
			break options
		case a == "-" && args[i].known():
			i++
			break options
		case strings.HasPrefix(a, "--"):
			switch a {
			case "--help", "--version":
				return sh.tool(c)
			case "--command":
				text = true
			}
			if strings.Contains(bashValues, " "+a[2:]+" ") && i+1 < len(args) {
				i++
				sh.startup(args[i])
			} else if f, ok := cutAny(a, "--rcfile=", "--init-file=", "--command="); ok {
				if strings.HasPrefix(a, "--command=") {
					return sh.child("", name+" -c").shellText(name, value{f, args[i].taint}, c, args[i+1:])
				}
				sh.startup(lit(f))
			}
		case len(a) > 1 && (a[0] == '-' || a[0] == '+'):
			takes := 0
			for _, letter := range a[1:] {
				switch letter {
				case 'c':
					text = text || a[0] == '-'
				case 's':
					stdin = stdin || a[0] == '-'
				case 'n':
					check = check || a[0] == '-'
				case 'o', 'O':
					takes++
				}
			}
			i += takes
		default:
			break options
		}
	}
	rest := args[min(i, len(args)):]
	if check {
		return sh.tool(c)
	}
	switch {
	case text:
		if len(rest) == 0 {
			return sh.tool(c)
		}
		return sh.child("", name+" -c").shellText(name, rest[0].value, c, rest[1:])
	case stdin || len(rest) == 0:
		if c.in == nil {
			if c.net {
				sh.tool(c, effect.TraitReverseShell)
				return value{text: unknown}
			}
			return sh.tool(c)
		}
		if c.net || c.in.taint&taintRemote != 0 && sh.sends {
			sh.tool(c, effect.TraitReverseShell, effect.TraitPipeToShell)
			return value{text: unknown}
		}
		if !c.in.known() && strings.Trim(c.in.text, unknown+" \n") == "" && sh.sends && c.in.taint&taintRemote == 0 {
			// What a connection's other end types is read from a fifo.
			sh.tool(c, effect.TraitReverseShell)
			return value{text: unknown}
		}
		sub := sh.child("", name)
		if stdin {
			return sub.shellText(name, *c.in, call{net: c.net}, append([]arg{lit(name)}, rest...))
		}
		return sub.shellText(name, *c.in, call{net: c.net}, nil)
	}
	if text, ok := sh.script(rest[0], c.in); ok {
		sub := sh.child("", name)
		sub.arg0 = rest[0].text
		sub.args, sub.argsUnknown = rest[1:], false
		if !text.known() && strings.Trim(text.text, unknown+" \n") == "" || text.taint&(taintRemote|taintDecoded) != 0 {
			return sub.code(text, c.in, name)
		}
		sh.tool(c)
		return sub.code(text, c.in, name)
	}
	sh.file(effect.OpExec, rest[0].value, name)
	if host, _, ok := socketPath(rest[0].text); ok && host != "" {
		return sh.tool(c, effect.TraitPipeToShell)
	}
	return sh.tool(c)
}

// child returns a shell that a program starts: nothing that it changes is
// seen outside.
func (sh *shell) child(where, via string) *shell {
	sub := sh.inside(where, via)
	sub.aliases = false
	return sub
}

// shellText walks the text of sh -c with $0 and the arguments that follow.
func (sh *shell) shellText(name string, text value, c call, rest []arg) value {
	sh.arg0, sh.args, sh.argsUnknown = name, nil, false
	if len(rest) > 0 {
		sh.arg0 = rest[0].text
		for _, a := range rest[1:] {
			if a.bare {
				sh.args, sh.argsUnknown = nil, true
				break
			}
			sh.args = append(sh.args, arg{value: a.value})
		}
	}
	if c.net {
		sh.frame.traits = append(slices.Clip(sh.frame.traits), effect.TraitReverseShell)
	}
	return sh.code(text, c.in, name)
}

// startup notes a file that a shell runs before anything else.
func (sh *shell) startup(f arg) {
	if text, ok := sh.script(f, nil); ok {
		sh.child("", "rcfile").code(text, nil, "bash")
		return
	}
	if f.text != "/dev/null" {
		sh.file(effect.OpExec, f.value, "bash")
	}
}

// runFile deals with a program that is named by its path and that the text
// itself wrote, or that can be read as a shell script.
func (sh *shell) runFile(c call) (value, bool) {
	f := c.argv[0]
	p := sh.resolve(f.value)
	if p == "" {
		return value{}, false
	}
	w := sh.versions(p)
	if w == nil {
		return value{}, false
	}
	switch {
	case w.known():
		language := ""
		if line, ok := strings.CutPrefix(w.text, "#!"); ok {
			line, _, _ = strings.Cut(line, "\n")
			for _, word := range strings.Fields(line) {
				if word = base(word); word != "env" && !strings.HasPrefix(word, "-") {
					language = word
					break
				}
			}
		}
		if language != "" && !isShell(language) {
			sh.inside("", base(p)).scan(program(language), *w)
			return value{}, false
		}
		sub := sh.child("", base(p))
		sub.arg0, sub.args, sub.argsUnknown = f.text, c.argv[1:], false
		return sub.code(*w, c.in, base(p)), true
	case w.taint&(taintRemote|taintDecoded) != 0:
		sh.tool(c, effect.TraitPipeToShell)
		return value{text: unknown}, true
	}
	return value{}, false
}
