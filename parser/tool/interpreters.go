package tool

import (
	"strings"

	"twokey/parser/effect"
)

// interpreterGrammars are the interpreters' own options. Their -c and -e text
// is the caller's to scan; here a module or script that is a known program is
// handed back as that program.
func interpreterGrammars() []grammar {
	return []grammar{
		{names: "python3 python2", style: inOrder, opts: "c= m= W= X= B d E h/help i I O q s S u v V x b P ?", hook: python},
		{names: "node", style: inOrder, opts: `e/eval= p/print= c/check i/interactive r/require=x import=x loader=x
			env-file= inspect=? max-old-space-size= v/version h/help conditions= C= experimental-loader=x test watch run=`, hook: scriptProgram},
		{names: "tsx ts-node ts-node-dev nodemon esno vite-node bun-run zx babel-node", style: inOrder, opts: `e/eval=
			p/print= r/require=x T P/project= O= files transpile-only watch x/exec= env-file= tsconfig=`, hook: scriptProgram},
	}
}

// python: -m NAME and manage.py are programs of their own.
func python(c *call) {
	words := c.in.Argv[1:]
	for i, w := range words {
		text := w.Text
		if !strings.HasPrefix(text, "-") || text == "-" {
			break
		}
		module, rest := "", words[i+1:]
		switch {
		case strings.HasPrefix(text, "--") || strings.Contains(text, "c"):
			return
		case strings.HasSuffix(text, "m") && len(rest) > 0:
			if !rest[0].Known {
				return
			}
			module, rest = rest[0].Text, rest[1:]
		case strings.HasPrefix(text, "-m"):
			module = text[2:]
		default:
			continue
		}
		if program, ok := Module(module); ok {
			c.exec(append([]effect.Word{effect.Lit(program)}, rest...), "python -m")
		} else if module == "http.server" || module == "SimpleHTTPServer" {
			c.trait(TraitListens)
		} else if lookup(module) != nil {
			c.exec(append([]effect.Word{effect.Lit(module)}, rest...), "python -m")
		}
		return
	}
	scriptProgram(c)
}

// scriptProgram: a script that is a known program's entry point, such as
// node_modules/.bin/prisma or manage.py.
func scriptProgram(c *call) {
	if len(c.cmd.Operands) == 0 || !c.cmd.Operands[0].Known {
		return
	}
	text := c.cmd.Operands[0].Text
	name := Name(c.cmd.Operands[0])
	if name == "django-admin" || strings.Contains(text, "bin/") && lookup(name) != nil {
		c.exec(append([]effect.Word{effect.Lit(name)}, c.cmd.Operands[1:]...), c.cmd.Program)
		return
	}
	// node_modules/NAME/build/index.js
	if _, rest, ok := strings.Cut(text, "node_modules/"); ok {
		pkg, _, _ := strings.Cut(rest, "/")
		if p := packageProgram(effect.Lit(pkg)); lookup(p.Text) != nil {
			c.exec(append([]effect.Word{p}, c.cmd.Operands[1:]...), c.cmd.Program)
		}
	}
}
