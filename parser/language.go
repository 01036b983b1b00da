package parser

import (
	"strings"

	"twokey/parser/effect"
)

// language is how an interpreter of another language takes source on its
// command line.
type language struct {
	code   string // options whose value is source
	values string // options that take another value
	module string // options that run a module instead of a script
}

var languages = map[string]language{
	"python":     {code: "c", values: "WXQ", module: "m"},
	"python3":    {code: "c", values: "WXQ", module: "m"},
	"python2":    {code: "c", values: "WXQ", module: "m"},
	"perl":       {code: "eE", values: "IMm"},
	"ruby":       {code: "e", values: "IrEC"},
	"node":       {code: "ep", values: "rC"},
	"bun":        {code: "ep", values: "r"},
	"irb":        {values: "rI"},
	"pry":        {code: "e", values: "rI"},
	"octave":     {code: ""},
	"octave-cli": {},
	"jrunscript": {code: "e", values: "lf"},
	"jshell":     {},
	"deno":       {},
	"tsx":        {code: "e"},
	"ts-node":    {code: "ep"},
	"php":        {code: "rBRE", values: "dcz"},
	"lua":        {code: "e", values: "l"},
	"luajit":     {code: "e", values: "l"},
	"Rscript":    {code: "e"},
	"R":          {code: "e"},
	"elixir":     {code: "e"},
	"julia":      {code: "eE"},
	"osascript":  {code: "e", values: "l"},
	"groovy":     {code: "e"},
	"scala":      {code: "e"},
	"tclsh":      {},
	"guile":      {code: "c"},
	"swift":      {code: "e"},
	"crystal":    {},
	"raku":       {code: "e"},
	"nodejs":     {code: "ep", values: "rC"},
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
