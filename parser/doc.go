// Package parser turns shell text, or one real argv, into effects. It walks
// everything that would run: lists, pipelines, substitutions, functions,
// traps, and the commands inside wrappers such as sudo, xargs, ssh or bash -c.
//
// A word is literal, partly known or unknown, and an unknown part is never
// guessed. Text that does not parse, or is beyond a bound, is one command
// effect with effect.TraitUnparsed; the package never fails and never returns
// nothing for text that it did not understand. It reads no file but through
// Context.ReadFile, runs nothing, and must never judge: rules do that.
//
// Where an effect happens in another place, Origin.Where is its kind and
// name: ssh (any other machine), docker, podman, lxc, container, kubectl,
// ansible, fly, heroku, railway, az or codespace; nested places follow each
// other with a space between.
package parser

import (
	"reflect"
	"strings"

	"twokey/parser/effect"
	"twokey/parser/tool"
)

// Bounds. Past one of them the effects end with one of TraitUnparsed.
const (
	maxText    = 256 << 10 // bytes of one text that are parsed
	maxValue   = 64 << 10  // bytes of one value that are kept; a longer one is unknown
	maxEffects = 8192
	maxSteps   = 60_000 // statements and words walked, all texts together
	maxDepth   = 48     // texts inside texts, function calls inside calls
	maxNesting = 400    // unclosed brackets and keywords in one text
	maxFacts   = 512    // variables, functions, files and descriptors of one shell
	maxFields  = 256    // words that one brace expression stands for
	maxWords   = 4096   // words of one command
)

// Context is what is known about the place where the text would run.
type Context struct {
	Cwd, Workspace, Home string   // absolute and clean; "" is not known
	Tmp                  []string // scratch directories
	// Vars are variables whose values are certain.
	Vars map[string]string
	// Args are $0 and the positional parameters.
	Args []string
	// ReadFile reads scripts; nil: nothing is readable. The caller bounds
	// what it reads.
	ReadFile func(path string) ([]byte, error)
}

// Line returns the effects of shell text, in the order of the text. Offsets
// in Origin are into text.
func Line(text string, ctx Context) (effects []effect.Effect) {
	defer failClosed(&effects)
	return line(text, ctx)
}

// failClosed makes a fault of this package, met in text that somebody else
// wrote, an effect that is held: what was found before it is not all there is.
func failClosed(effects *[]effect.Effect) {
	if recover() != nil {
		*effects = []effect.Effect{{Kind: effect.KindCommand, Command: &effect.Command{Traits: []effect.Trait{effect.TraitUnparsed}}}}
	}
}

func line(text string, ctx Context) []effect.Effect {
	w := &walker{ctx: ctx}
	sh := w.newShell()
	sh.text(text, nil)
	sh.exitTraps()
	return distinct(w.effects)
}

// Exec returns the effects of one real argv. env holds the variables of its
// environment that RelevantEnv names.
func Exec(argv []string, env []effect.Assign, ctx Context) (effects []effect.Effect) {
	defer failClosed(&effects)
	return argvEffects(argv, env, ctx)
}

func argvEffects(argv []string, env []effect.Assign, ctx Context) []effect.Effect {
	w := &walker{ctx: ctx}
	sh := w.newShell()
	sh.frame.fixed = true
	c := call{env: env, real: true}
	for _, s := range argv {
		c.argv = append(c.argv, arg{value: value{text: strings.ReplaceAll(s, "\x00", "")}})
	}
	sh.envCode(env)
	sh.run(c)
	return distinct(w.effects)
}

// distinct drops effects that say what another one says already, as a loop's
// second round does.
func distinct(list []effect.Effect) []effect.Effect {
	if len(list) < 2 {
		return list
	}
	type spot struct {
		text  string
		start int
	}
	seen := make(map[spot][]int, len(list))
	kept := list[:0]
next:
	for _, e := range list {
		key := spot{e.String(), e.Origin.Start}
		for _, i := range seen[key] {
			if reflect.DeepEqual(kept[i], e) {
				continue next
			}
		}
		if len(seen[key]) < 16 {
			seen[key] = append(seen[key], len(kept))
		}
		kept = append(kept, e)
	}
	return kept
}

func (ctx *Context) paths(cwd string) tool.Paths {
	return tool.Paths{Cwd: cwd, Workspace: ctx.Workspace, Home: ctx.Home, Tmp: ctx.Tmp}
}
