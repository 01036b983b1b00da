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

// language is how an interpreter of another language takes source on its
// command line.
type language struct {
	code   string // options whose value is source
	values string // options that take another value
	module string // options that run a module instead of a script
}

var languages = map[string]language{
	"python":    {code: "c", values: "WXQ", module: "m"},
	"python3":   {code: "c", values: "WXQ", module: "m"},
	"python2":   {code: "c", values: "WXQ", module: "m"},
	"perl":      {code: "eE", values: "IMm"},
	"ruby":      {code: "e", values: "IrEC"},
	"node":      {code: "ep", values: "rC"},
	"bun":       {code: "ep", values: "r"},
	"deno":      {},
	"tsx":       {code: "e"},
	"ts-node":   {code: "ep"},
	"php":       {code: "rBRE", values: "dcz"},
	"lua":       {code: "e", values: "l"},
	"luajit":    {code: "e", values: "l"},
	"Rscript":   {code: "e"},
	"R":         {code: "e"},
	"elixir":    {code: "e"},
	"julia":     {code: "eE"},
	"osascript": {code: "e", values: "l"},
	"groovy":    {code: "e"},
	"scala":     {code: "e"},
	"tclsh":     {},
	"guile":     {code: "c"},
	"swift":     {code: "e"},
	"crystal":   {},
	"raku":      {code: "e"},
	"nodejs":    {code: "ep", values: "rC"},
}

// interpreter scans the source that an interpreter is given.
func (sh *shell) interpreter(name string, c call) (value, bool) {
	lang, ok := languages[name]
	if !ok {
		return value{}, false
	}
	args := c.argv[1:]
	var code []value
	i := 0
	if name == "deno" && len(args) > 1 && args[0].is("eval", "run") {
		if args[0].is("eval") {
			code = append(code, args[len(args)-1].value)
		}
		i = 1
	}
	ran := len(code) > 0
	for ; i < len(args); i++ {
		a := args[i].text
		if a == "--" || len(a) < 2 || a[0] != '-' {
			break
		}
		if strings.HasPrefix(a, "--") {
			if v, found := cutAny(a, "--eval=", "--print=", "--execute=", "--run="); found {
				code, ran = append(code, value{v, args[i].taint}), true
			} else if args[i].is("--eval", "--print", "--execute", "--run", "--evaluate") && i+1 < len(args) {
				i++
				code, ran = append(code, args[i].value), true
			} else if args[i].is("--require", "--import", "--loader") {
				i++
			} else if args[i].is("--version", "--help") {
				return value{}, false
			}
			continue
		}
		for j := 1; j < len(a); j++ {
			letter := a[j]
			if strings.IndexByte(lang.module, letter) >= 0 {
				ran = true
				i = len(args)
				break
			}
			isCode := strings.IndexByte(lang.code, letter) >= 0
			if !isCode && strings.IndexByte(lang.values, letter) < 0 {
				continue
			}
			v := value{a[j+1:], 0}
			if v.text == "" && i+1 < len(args) {
				i++
				v = args[i].value
			} else {
				v.taint = args[min(i, len(args)-1)].taint
			}
			if isCode {
				code, ran = append(code, v), true
			}
			break
		}
	}
	rest := args[min(i, len(args)):]
	if len(rest) > 0 && rest[0].is("--") {
		rest = rest[1:]
	}
	var traits []effect.Trait
	if !ran {
		switch {
		case len(rest) == 0 || rest[0].is("-", "/dev/stdin"):
			if c.in != nil {
				code = append(code, *c.in)
			}
		default:
			if text, ok := sh.script(rest[0], c.in); ok {
				code = append(code, text)
			} else {
				sh.file(effect.OpExec, rest[0].value, name)
			}
		}
	}
	for _, v := range code {
		if strings.Trim(v.text, unknown+" \n") == "" && !v.known() {
			traits = append(traits, effect.TraitDynamicCode)
			if v.taint&(taintRemote|taintDecoded) != 0 {
				traits = append(traits, effect.TraitPipeToShell)
			}
			continue
		}
		if reverseShellSource(v.text) {
			traits = append(traits, effect.TraitReverseShell)
		}
		if dumpsEnvironment(v.text) {
			traits = append(traits, effect.TraitEnvDump)
		}
	}
	out := sh.tool(c, traits...)
	for _, v := range code {
		out.taint |= v.taint
		sub := sh.inside("", name)
		out.taint |= sub.scan(name, v)
	}
	return value{unknown, out.taint}, true
}

// netTraits finds the traits of programs that tie a command to a connection.
func (sh *shell) netTraits(name string, c call) []effect.Trait {
	args := c.argv[1:]
	sh.sentRaw(name, c)
	switch name {
	case "nc", "ncat":
		for i, a := range args {
			var text arg
			switch {
			case a.is("-e", "-c", "--exec", "--sh-exec", "--lua-exec") && i+1 < len(args):
				text = args[i+1]
			case len(a.text) > 2 && a.text[0] == '-' && a.text[1] != '-' && strings.ContainsAny(a.text[len(a.text)-1:], "ec") && i+1 < len(args):
				text = args[i+1]
			default:
				if t, ok := cutAny(a.text, "--exec=", "--sh-exec=", "--lua-exec="); ok {
					text = arg{value: value{t, a.taint}}
				} else {
					continue
				}
			}
			sub := sh.inside("", name)
			sub.frame.traits = append(slices.Clip(sub.frame.traits), effect.TraitReverseShell)
			sub.code(text.value, &value{unknown, taintRemote}, name)
			return []effect.Trait{effect.TraitReverseShell}
		}
	case "socat":
		var traits []effect.Trait
		for _, a := range args {
			for part := range strings.SplitSeq(a.text, "!!") {
				kind, text, ok := strings.Cut(part, ":")
				switch k := strings.ToUpper(kind); {
				case !ok:
				case k == "EXEC" || k == "SYSTEM" || k == "SHELL":
					text = socatText(text)
					traits = append(traits, effect.TraitReverseShell)
					sub := sh.inside("", name)
					sub.sends = true
					in := value{unknown, taintRemote}
					sub.code(value{text, a.taint}, &in, name)
				case k == "OPEN" || k == "FILE" || k == "GOPEN" || k == "CREAT" || k == "CREATE":
					f, _, _ := strings.Cut(text, ",")
					op := effect.OpRead
					if strings.HasPrefix(k, "CREA") {
						op = effect.OpWrite
					}
					sh.file(op, value{text: f}, name)
					if looksSecret(f) {
						traits = append(traits, effect.TraitExfil)
					}
				}
			}
		}
		return traits
	}
	return nil
}

// socatText takes a socat address's options off its command.
func socatText(s string) string {
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch {
		case quote != 0:
			if s[i] == quote {
				quote = 0
			}
		case s[i] == '\'' || s[i] == '"':
			quote = s[i]
		case s[i] == ',':
			s = s[:i]
		}
	}
	if len(s) > 1 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		s = s[1 : len(s)-1]
	}
	return s
}
