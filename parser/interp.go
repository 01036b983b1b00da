package parser

import (
	"slices"
	"strings"
	"unicode/utf16"

	"twokey/parser/effect"
)

func isShell(name string) bool {
	switch name {
	case "sh", "bash", "zsh", "dash", "ash", "ksh", "mksh", "rbash", "yash", "posh", "fish", "tcsh", "csh", "ksh93", "oksh", "loksh", "hush", "elvish", "nu", "pwsh", "powershell", "xonsh", "oil", "osh", "ysh":
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
	if name == "pwsh" || name == "powershell" {
		return sh.powerShell(name, c)
	}
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
					return sh.child(name+" -c", c.env).shellText(name, value{f, args[i].taint}, c, args[i+1:])
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
		return sh.child(name+" -c", c.env).shellText(name, rest[0].value, c, rest[1:])
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
		sub := sh.child(name, c.env)
		if stdin {
			return sub.shellText(name, *c.in, call{net: c.net}, append([]arg{lit(name)}, rest...))
		}
		return sub.shellText(name, *c.in, call{net: c.net}, nil)
	}
	if text, ok := sh.script(rest[0], c.in); ok {
		sub := sh.child(name, c.env)
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

// powerShell reads pwsh's own options; its commands are read as a POSIX
// shell's are, which is enough for their names and operands.
func (sh *shell) powerShell(name string, c call) value {
	args := c.argv[1:]
	for i, a := range args {
		switch option := strings.ToLower(strings.TrimLeft(a.text, "-/")); {
		case option == "" || i+1 >= len(args) || !strings.HasPrefix(a.text, "-") && !strings.HasPrefix(a.text, "/"):
		case strings.HasPrefix("command", option):
			return sh.child(name+" -c", c.env).code(joined(args[i+1:]), c.in, name)
		case strings.HasPrefix("encodedcommand", option) || option == "ec":
			text := value{unknown, taintDecoded}
			if data, err := fromBase64(args[i+1].text); err == nil && len(data)%2 == 0 {
				units := make([]uint16, len(data)/2)
				for j := range units {
					units[j] = uint16(data[2*j]) | uint16(data[2*j+1])<<8
				}
				text.text = strings.ReplaceAll(string(utf16.Decode(units)), unknown, "")
			}
			return sh.child(name+" -c", c.env).code(text, c.in, name)
		}
	}
	if c.in != nil {
		return sh.child(name, c.env).code(*c.in, nil, name)
	}
	return sh.tool(c)
}

// child returns a shell that a program starts: it has what is exported, and
// nothing that it changes is seen outside.
func (sh *shell) child(via string, env []effect.Assign) *shell {
	sub := sh.inside("", via)
	sub.aliases = via != "bash" && via != "bash -c"
	sub.traps = nil
	for k, f := range sub.facts.all() {
		if k.kind == factVar && !f.exported || k.kind == factAlias {
			sub.facts.drop(func(k factKey, f *fact) bool {
				return k.kind == factVar && !f.exported || k.kind == factAlias
			})
			break
		}
	}
	for _, a := range env {
		sub.setVar(a.Name, &fact{value: value{text: a.Value.Text}, exported: true})
	}
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
		sh.child("rcfile", nil).code(text, nil, "bash")
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
		sub := sh.child(base(p), c.env)
		sub.arg0, sub.args, sub.argsUnknown = f.text, c.argv[1:], false
		return sub.code(*w, c.in, base(p)), true
	case w.taint&(taintRemote|taintDecoded) != 0:
		sh.tool(c, effect.TraitPipeToShell)
		return value{text: unknown}, true
	}
	return value{}, false
}
