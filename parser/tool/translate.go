package tool

import (
	"path"
	"slices"
	"strings"

	"twokey/parser/effect"
)

// maxFiles bounds the file effects of one command; past it the command has
// TraitUnparsed, since what lies beyond was not looked at.
const maxFiles = 2048

// Translate returns what one argv would do. It never fails: an argv whose
// program is not known is a command effect with TraitDynamicProgram. It reads
// nothing but what in.ReadFile gives it.
func Translate(in Invocation) Result {
	c := &call{
		in: in, paths: in.Paths, dashed: -1, helpAt: -1,
		cmd: &effect.Command{Env: in.Env, Stdin: in.Stdin},
	}
	c.res.Effects = []effect.Effect{{Kind: effect.KindCommand, Command: c.cmd}}
	if len(in.Argv) == 0 {
		return c.res
	}
	written := in.Argv[0]
	name := Name(written)
	if name == "" {
		c.trait(effect.TraitDynamicProgram)
		c.cmd.Operands = slices.Clone(in.Argv[1:])
		if !written.Known && written.Text != "\x00" {
			c.cmd.Path = written.Text
		}
		return c.res
	}
	words := in.Argv[1:]
	if before, after, ok := strings.Cut(name, " "); ok {
		// A program that is another one's subcommand: docker-compose.
		name, words = before, slices.Concat([]effect.Word{effect.Lit(after)}, words)
	}
	c.cmd.Program = name
	if written.Text != name {
		c.cmd.Path = written.Text
	}
	c.prog = lookup(name)
	if c.prog == nil {
		c.prog = generic()
	}
	c.split(words)
	c.finish()
	return c.res
}

// Name returns the canonical name of a program as it was written: the path
// and a version are stripped and aliases resolved; "" when it is not known.
func Name(w effect.Word) string {
	base := path.Base(w.Text)
	if w.Text == "" || strings.HasSuffix(w.Text, "/") || strings.IndexByte(base, 0) >= 0 {
		return ""
	}
	base = strings.TrimSuffix(base, ".exe")
	if canonical, ok := aliases()[base]; ok {
		return canonical
	}
	if verb, ok := strings.CutPrefix(base, "git-"); ok && gitDashed[verb] {
		return "git " + verb // git's own programs, and git itself by that argv[0]
	}
	for _, prefix := range []string{"python", "pypy", "pip", "ruby", "perl", "php", "lua", "node"} {
		rest, ok := strings.CutPrefix(base, prefix)
		if ok && rest != "" && strings.Trim(rest, "0123456789.") == "" {
			switch {
			case prefix == "pypy", prefix == "python" && rest[0] != '2':
				return "python3"
			case prefix == "python":
				return "python2"
			}
			return prefix
		}
	}
	return base
}

// finish adds what the split words mean.
func (c *call) finish() {
	if c.verb != nil {
		c.cmd.Subcommand = slices.Concat(c.verb.path, c.cmd.Subcommand[c.verbWords:])
	}
	c.marks()
	if c.cmd.Has(effect.TraitHelp) {
		return
	}
	for _, u := range c.uses {
		if u.kind == 's' {
			c.shell(u.word, c.cmd.Program)
		} else {
			c.file(operationOf(u.kind), u.word)
		}
	}
	op := c.prog.paths
	if c.verb != nil && c.verb.paths != "" {
		op = c.verb.paths
	}
	if op != "" {
		for i := range c.cmd.Operands {
			c.fileOperand(op, i)
		}
	}
	if c.prog.hook != nil {
		c.prog.hook(c)
	}
	if c.verb != nil && c.verb.hook != nil {
		c.verb.hook(c)
	}
	if c.in.Net && (c.cmd.Has(TraitSecretRead) || c.cmd.Has(effect.TraitEnvDump)) {
		c.trait(effect.TraitExfil)
	}
}

// marks sets the traits that every grammar shares.
func (c *call) marks() {
	help := c.helpAt == 0 || c.helpAt > 0 && c.prog.style&abbreviates == 0
	if help || slices.Equal(c.cmd.Subcommand, []string{"help"}) && c.prog.depth > 0 {
		c.trait(effect.TraitHelp)
	}
	if f, ok := c.cmd.Flag("dry-run"); ok && c.prog.knows("dry-run", c.verb) {
		if f.Value == nil || f.Value.Known && !slices.Contains([]string{"none", "false", "no", "0", ""}, f.Value.Text) {
			c.trait(effect.TraitDryRun)
		}
	}
	if c.prog.style&classified != 0 {
		c.trait(c.prog.classOf(c.cmd.Subcommand))
	} else if t, ok := c.prog.declaredClass(c.cmd.Subcommand); ok {
		c.trait(t)
	}
}

// knows reports whether the grammar declares an option of the name.
func (p *program) knows(name string, v *compiledVerb) bool {
	set := &p.options
	if v != nil {
		set = &v.options
	}
	for _, opt := range set.long {
		if opt.name == name {
			return true
		}
	}
	return false
}

func operationOf(kind byte) effect.Operation {
	switch kind {
	case 'w':
		return effect.OpWrite
	case 'a':
		return effect.OpAppend
	case 'd':
		return effect.OpDelete
	case 'm':
		return effect.OpChmod
	case 'x':
		return effect.OpExec
	}
	return effect.OpRead
}

// trait adds a trait once.
func (c *call) trait(t effect.Trait) {
	if t != "" && !c.cmd.Has(t) {
		c.cmd.Traits = append(c.cmd.Traits, t)
	}
}

// has reports whether one of the flags was given.
func (c *call) has(names ...string) bool {
	_, ok := c.cmd.Flag(names...)
	return ok
}

// value returns the last value of the first flag that has one.
func (c *call) value(names ...string) (effect.Word, bool) {
	for i := len(c.cmd.Flags) - 1; i >= 0; i-- {
		if f := c.cmd.Flags[i]; f.Value != nil && slices.Contains(names, f.Name) {
			return *f.Value, true
		}
	}
	return effect.Word{}, false
}

// values returns every value of the flags, in order.
func (c *call) values(names ...string) []effect.Word {
	var words []effect.Word
	for _, f := range c.cmd.Flags {
		if f.Value != nil && slices.Contains(names, f.Name) {
			words = append(words, *f.Value)
		}
	}
	return words
}

// text returns a flag's value where it is known, else "".
func (c *call) text(names ...string) string {
	if w, ok := c.value(names...); ok && w.Known {
		return w.Text
	}
	return ""
}

// setFlag adds a flag that another word stands for: +refspec is force.
func (c *call) setFlag(name string) {
	if !c.has(name) {
		c.cmd.Flags = append(c.cmd.Flags, effect.Flag{Name: name})
	}
}

// file adds one file effect.
func (c *call) file(op effect.Operation, w effect.Word) {
	c.fileIn(c.paths, op, w, "")
}

func (c *call) fileOperand(op effect.Operation, i int) {
	paths := c.paths
	paths.Cwd = c.cwds[i]
	c.fileIn(paths, op, c.cmd.Operands[i], "")
}

// fileIn adds a file effect on another machine when where is set, else on
// this one. "-" is a standard stream, not a file.
func (c *call) fileIn(paths Paths, op effect.Operation, w effect.Word, where string) {
	if w.Text == "-" || w.Text == "" && w.Known {
		return
	}
	if c.files++; c.files > maxFiles {
		c.trait(effect.TraitUnparsed)
		return
	}
	e := paths.File(op, w, c.by())
	if where != "" {
		e.File.Path, e.File.Scope = w, effect.ScopeSystem
		e.Origin.Where = where
	}
	e.File.Recursive = c.recursive(op)
	c.add(e)
}

func (c *call) recursive(op effect.Operation) bool {
	switch op {
	case effect.OpRename:
		return true
	case effect.OpDelete, effect.OpChmod, effect.OpRead, effect.OpWrite:
		return c.has("recursive", "archive")
	}
	return false
}

// by names the program in file effects, with the verb that matters to rules.
func (c *call) by() string {
	if len(c.cmd.Subcommand) > 0 {
		return c.cmd.Program + " " + c.cmd.Subcommand[0]
	}
	return c.cmd.Program
}

func (c *call) add(effects ...effect.Effect) { c.res.Effects = append(c.res.Effects, effects...) }

// shell hands shell text back to the caller.
func (c *call) shell(text effect.Word, via string) {
	c.res.Shells = append(c.res.Shells, Shell{Text: text, Via: via})
}

// exec hands another program's argv back to the caller.
func (c *call) exec(argv []effect.Word, via string) {
	if len(argv) > 0 {
		c.res.Execs = append(c.res.Execs, Nested{Argv: argv, Via: via})
	}
}

// operandText returns an operand's text where it exists and is known.
func (c *call) operandText(i int) string {
	if i < len(c.cmd.Operands) && c.cmd.Operands[i].Known {
		return c.cmd.Operands[i].Text
	}
	return ""
}
