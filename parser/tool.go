package parser

import (
	"slices"
	"strings"

	"twokey/parser/effect"
	"twokey/parser/tool"
)

// tool hands the command to its own grammar.
func (sh *shell) tool(c call, traits ...effect.Trait) value {
	out, _ := sh.translate(c, traits...)
	return out
}

// translate is tool, and tells whether the grammar found code inside.
func (sh *shell) translate(c call, traits ...effect.Trait) (out value, nested bool) {
	inv := tool.Invocation{
		Argv: words(c.argv), Env: c.env, Paths: sh.paths(), Net: sh.sends,
	}
	if c.in != nil {
		w := c.in.word()
		inv.Stdin = &w
	}
	if sh.frame.where == "" && sh.w.ctx.ReadFile != nil {
		inv.ReadFile = sh.readFile
	}
	res := tool.Translate(inv)
	secrets := (c.taint() | sh.reads(res.Effects)) & (taintSecret | taintEnv)
	for i := range res.Effects {
		e := res.Effects[i]
		if e.Kind == effect.KindCommand {
			cmd := *e.Command
			cmd.Traits = append(slices.Clip(cmd.Traits), traits...)
			if secrets != 0 && sender(cmd.Program) && !cmd.Has(effect.TraitExfil) {
				cmd.Traits = append(cmd.Traits, effect.TraitExfil)
			}
			e.Command = &cmd
		}
		sh.emit(e)
	}
	for _, s := range res.Shells {
		sh.nestedShell(s, c)
	}
	for _, n := range res.Execs {
		argv := make([]arg, len(n.Argv))
		for i, w := range n.Argv {
			argv[i] = arg{value: value{text: w.Text}}
		}
		sh.inside(n.Where, n.Via).run(call{argv: argv, in: c.in, plain: true, real: true})
	}
	out = sh.output(tool.Name(inv.Argv[0]), c)
	out.taint |= secrets
	if t := secrets | (c.taint()|sh.reads(res.Effects))&taintRemote; t != 0 {
		sh.spread(res.Effects, t)
	}
	return out, len(res.Shells)+len(res.Execs) > 0
}

// reads is what the files that a command reads hold.
func (sh *shell) reads(list []effect.Effect) taint {
	var t taint
	for i := range list {
		e := &list[i]
		if e.Kind == effect.KindFile && e.File.Op == effect.OpRead {
			t |= sh.content(value{text: e.File.Path.Text}).taint
		}
	}
	return t
}

// spread marks the files that a command writes from what it read.
func (sh *shell) spread(list []effect.Effect, t taint) {
	for i := range list {
		e := &list[i]
		if e.Kind == effect.KindFile && e.Origin.Where == "" && (e.File.Op == effect.OpWrite || e.File.Op == effect.OpCreate) && e.File.Path.Known {
			v := value{text: e.File.Path.Text}
			if !sh.content(v).known() {
				sh.wrote(v, value{unknown, t}, false)
			}
		}
	}
}

func (sh *shell) nestedShell(s tool.Shell, c call) {
	sh.inside(s.Where, s.Via).code(value{text: s.Text.Text}, c.in, base(c.argv[0].text))
}

// inside returns a shell for what one more wrapper runs, here or elsewhere.
func (sh *shell) inside(where, via string) *shell {
	sub := sh.fork()
	if where != "" {
		sub = sh.elsewhere(where)
	}
	if via != "" {
		sub.frame.through = append(slices.Clip(sub.frame.through), via)
	}
	return sub
}

// wrapped runs a command that another program starts.
func (sh *shell) wrapped(by string, c call) value {
	frame := sh.frame
	sh.frame.through = append(slices.Clip(frame.through), by)
	c.plain, c.real = true, true
	out := sh.run(c)
	sh.frame = frame
	return out
}

// readFile reads through what the text itself wrote.
func (sh *shell) readFile(name string) ([]byte, error) {
	if f := sh.written(name); f != nil && f.known() {
		return []byte(f.text), nil
	}
	return sh.w.ctx.ReadFile(name)
}

// exfil marks a command that sends a secret away.
func (sh *shell) exfil(cmd *effect.Command, c call) {
	if c.taint()&(taintSecret|taintEnv) != 0 && (sender(cmd.Program) || c.net) {
		cmd.Traits = append(cmd.Traits, effect.TraitExfil)
	}
}

// paths resolves paths from the shell's directory; elsewhere than on this
// machine no directory has a meaning here.
func (sh *shell) paths() tool.Paths {
	if sh.frame.where != "" {
		return tool.Paths{Cwd: sh.cwd}
	}
	return sh.w.ctx.paths(sh.cwd)
}

// code walks shell text that a program runs. Text of which nothing is known is
// a command effect of its own.
func (sh *shell) code(text value, in *value, by string) value {
	sub := *sh
	sub.frame.fixed = true
	if text.taint&taintDecoded != 0 {
		sub.frame.traits = append(slices.Clip(sub.frame.traits), effect.TraitDecoded)
	}
	if strings.Trim(text.text, unknown+" \t\n;") == "" && !text.known() {
		if text.taint&taintHook != 0 {
			return value{}
		}
		traits := []effect.Trait{effect.TraitDynamicCode}
		if text.taint&(taintRemote|taintDecoded) != 0 {
			traits = append(traits, effect.TraitPipeToShell)
		}
		sub.command(by, []effect.Word{text.word()}, traits...)
		return value{unknown, text.taint}
	}
	if !text.known() && text.taint&taintRemote != 0 {
		sub.command(by, []effect.Word{text.word()}, effect.TraitPipeToShell)
	}
	out := sub.text(text.text, in)
	frame := sh.frame
	*sh = sub
	sh.frame = frame
	return out
}
