package parser

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
	"twokey/parser/effect"
)

// walker holds what all texts of one call to Line share.
type walker struct {
	ctx     Context
	effects []effect.Effect
	steps   int
	depth   int
	mute    int  // above 0 nothing is recorded
	stopped bool // a bound was passed; its effect is recorded
	parsers [4]*syntax.Parser
	files   map[string][]value // what the text wrote, by place and path
	// defaulted is set when an expansion took a default for a variable that
	// the environment may hold; environment asks for the other reading.
	defaulted, environment bool
}

// frame says where a text stands: what every effect found in it shares.
type frame struct {
	through    []string
	where      string
	start, end int
	fixed      bool // start and end are those of the outer command
	scanned    bool
	partial    bool // "\x01" in the text stands for an unknown part
	traits     []effect.Trait
	mounts     []mount // directories of this machine that a container sees
}

// shell is one shell environment. A subshell is a copy made by fork.
type shell struct {
	w           *walker
	facts       facts
	cwd         string // "" is not known
	dirs        []string
	args        []arg
	argsUnknown bool
	arg0        string
	frame       frame
	calls       []string // functions being called
	locals      []local
	pending     []*syntax.ProcSubst // >(...) to be fed by the command at hand
	nest        int
	nextFD      int
	sends       bool // what is printed flows into a program that sends it away
	aliases     bool
	exporting   bool // set -a: what is set is exported
	traps       []trapText
}

// trapText is what a trap runs, as it was found.
type trapText struct {
	text  value
	frame frame
}

type local struct {
	name string
	old  *fact
}

func (w *walker) newShell() *shell {
	sh := &shell{w: w, cwd: w.ctx.Cwd, nextFD: 10}
	if len(w.ctx.Args) > 0 {
		sh.arg0 = w.ctx.Args[0]
		for _, a := range w.ctx.Args[1:] {
			sh.args = append(sh.args, lit(strings.ReplaceAll(a, unknown, "")))
		}
	} else {
		sh.argsUnknown = true
	}
	return sh
}

func (sh *shell) fork() *shell {
	sub := *sh
	sub.facts = sh.facts.fork()
	sub.dirs = slices.Clip(sh.dirs)
	sub.calls = slices.Clip(sh.calls)
	sub.locals = nil
	sub.pending = nil
	return &sub
}

// elsewhere returns a shell on another machine or in a container: nothing of
// this one's files, variables or directory holds there.
func (sh *shell) elsewhere(where string) *shell {
	sub := sh.fork()
	sub.facts = facts{}
	sub.cwd, sub.dirs, sub.args, sub.argsUnknown, sub.arg0 = "", nil, nil, false, ""
	if sub.frame.where != "" {
		where = sub.frame.where + " " + where
	}
	sub.frame.where = where
	return sub
}

func (sh *shell) cwdText() string {
	if sh.cwd == "" {
		return unknown
	}
	return sh.cwd
}

// step counts one unit of work and reports whether to go on.
func (w *walker) step(sh *shell) bool {
	w.steps++
	if w.steps > maxSteps {
		w.overflow(sh)
	}
	return !w.stopped
}

// overflow ends the walk with an effect that is held.
func (w *walker) overflow(sh *shell) {
	if w.stopped {
		return
	}
	w.stopped = true
	w.mute = 0
	w.effects = append(w.effects, sh.place(effect.Effect{Kind: effect.KindCommand, Command: &effect.Command{
		Traits: []effect.Trait{effect.TraitUnparsed},
	}}))
}

// place fills in the effect's origin.
func (sh *shell) place(e effect.Effect) effect.Effect {
	f := &sh.frame
	e.Origin.Start, e.Origin.End = f.start, f.end
	e.Origin.Through = append(slices.Clip(f.through), e.Origin.Through...)
	if e.Origin.Where == "" {
		e.Origin.Where = f.where
	}
	e.Origin.Scanned = e.Origin.Scanned || f.scanned
	if e.Kind == effect.KindCommand && len(f.traits) > 0 {
		for _, t := range f.traits {
			if !e.Command.Has(t) {
				e.Command.Traits = append(slices.Clip(e.Command.Traits), t)
			}
		}
	}
	return e
}

func (sh *shell) emit(e effect.Effect) {
	w := sh.w
	if w.mute > 0 || w.stopped {
		return
	}
	if len(w.effects) >= maxEffects {
		w.overflow(sh)
		return
	}
	w.effects = append(w.effects, sh.place(e))
	if e.Kind == effect.KindFile && len(sh.frame.mounts) > 0 && e.Origin.Where == "" {
		sh.mounted(e)
	}
}

// mounted records what a file effect in a container does on this machine.
func (sh *shell) mounted(e effect.Effect) {
	for _, m := range sh.frame.mounts {
		rest, below := strings.CutPrefix(e.File.Path.Text, m.there)
		if !below || rest != "" && rest[0] != '/' {
			continue
		}
		f := *e.File
		w := f.Path
		if w.Text = strings.TrimRight(m.here, "/") + rest; w.Text == "" {
			w.Text = "/"
		}
		f.Path = w
		paths := sh.w.ctx.paths(sh.w.ctx.Cwd)
		f.Scope = paths.Scope(w)
		here := *sh
		here.frame.where, here.frame.mounts = "", nil
		here.emit(effect.Effect{Kind: effect.KindFile, File: &f})
	}
}

// command records a command effect that the parser itself knows.
func (sh *shell) command(program string, operands []effect.Word, traits ...effect.Trait) {
	sh.emit(effect.Effect{Kind: effect.KindCommand, Command: &effect.Command{
		Program: program, Operands: operands, Traits: traits,
	}})
}

// file records a file effect.
func (sh *shell) file(op effect.Operation, v value, by string) {
	sh.emit(sh.paths().File(op, v.word(), by))
}

func (sh *shell) unparsed() {
	sh.command("", nil, effect.TraitUnparsed)
}

// resolve returns the absolute path of a word, "" when it is not known.
func (sh *shell) resolve(v value) string {
	if v.text == "" || !v.known() {
		return ""
	}
	w := sh.paths().Resolve(v.word())
	if !w.Known {
		return ""
	}
	return w.Text
}

// text parses and walks shell text whose standard input is in, and returns
// what it is known to print.
func (sh *shell) text(text string, in *value) value {
	w := sh.w
	w.depth++
	defer func() { w.depth-- }()
	if w.depth > maxDepth {
		w.overflow(sh)
		return value{text: unknown}
	}
	if strings.IndexByte(text, 0) >= 0 {
		if !sh.frame.fixed {
			// The judged text itself: what a shell does with a NUL varies.
			sh.frame.end = len(text)
			sh.unparsed()
			return value{text: unknown}
		}
		text = strings.ReplaceAll(text, unknown, "\x01")
		sh.frame.partial = true
	} else if sh.frame.fixed {
		sh.frame.partial = false
	}
	file := w.parse(text)
	if file == nil {
		if !sh.frame.fixed {
			sh.frame.end = len(text)
		}
		sh.unparsed()
		return value{text: unknown}
	}
	if sh.frame.partial {
		markUnknown(file)
	}
	return sh.stmts(file.Stmts, in)
}

// markUnknown puts unknown parts back where "\x01" kept their place.
func markUnknown(file *syntax.File) {
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Lit:
			n.Value = strings.ReplaceAll(n.Value, "\x01", unknown)
		case *syntax.SglQuoted:
			n.Value = strings.ReplaceAll(n.Value, "\x01", unknown)
		}
		return true
	})
}

var dialects = [...]syntax.LangVariant{syntax.LangBash, syntax.LangMirBSDKorn, syntax.LangPOSIX, syntax.LangZsh}

// parse returns nil for text that no dialect parses or that is beyond a bound.
func (w *walker) parse(text string) *syntax.File {
	if len(text) > maxText || tooNested(text) {
		return nil
	}
	for i, dialect := range dialects {
		if w.parsers[i] == nil {
			w.parsers[i] = syntax.NewParser(syntax.Variant(dialect))
		}
		p := w.parsers[i]
		if file, err := p.Parse(strings.NewReader(text), ""); err == nil {
			return file
		}
		// A parser that failed may hold half of its state.
		w.parsers[i] = nil
	}
	return nil
}

// tooNested reports whether the text may nest so deeply that parsing it would
// cost too much: the grammar is parsed by recursion.
func tooNested(text string) bool {
	if len(text) < maxNesting {
		return false
	}
	depth, quotes := 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '(', '{', '[':
			depth++
		case ')', '}', ']':
			if depth > 0 {
				depth--
			}
		case '`':
			quotes++
		default:
			if c < 'a' || c > 'z' && c != '!' || i > 0 && !separates(text[i-1]) {
				continue
			}
			switch keyword(text[i:]) {
			case +1:
				depth++
			case -1:
				if depth > 0 {
					depth--
				}
			}
		}
		if depth > maxNesting {
			return true
		}
	}
	return quotes > 4*maxNesting
}

func separates(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == ';' || c == '&' || c == '|' || c == '(' || c == '{' || c == '!'
}

func keyword(s string) int {
	end := 0
	for end < len(s) && end < 10 && s[end] >= 'a' && s[end] <= 'z' {
		end++
	}
	switch s[:end] {
	case "if", "while", "until", "for", "case", "select", "time", "function", "coproc":
		return 1
	case "fi", "done", "esac":
		return -1
	}
	return 0
}

func base(program string) string {
	if i := strings.LastIndexByte(program, '/'); i >= 0 {
		return program[i+1:]
	}
	return program
}
