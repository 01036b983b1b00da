package tool

import (
	"slices"
	"strings"

	"twokey/parser/effect"
)

// call is one invocation while it is being translated.
type call struct {
	in   Invocation
	prog *program
	verb *compiledVerb
	// verbWords is how many words of the subcommand the declared verb covers.
	verbWords int
	cmd       *effect.Command
	paths     Paths
	// cwds is the working directory in force where each operand stands.
	cwds []string
	// uses are the paths that options name.
	uses []use
	res  Result
	// dashed is how many operands came before "--", or -1 without one.
	dashed int
	// helpAt is how many operands came before --help, or -1 without one.
	helpAt int
	files  int
}

type use struct {
	kind byte
	word effect.Word
}

// part is a piece of a word's text; it is known unless an unknown part of the
// word is in it.
func part(w effect.Word, text string) effect.Word {
	return effect.Word{Text: text, Known: w.Known || strings.IndexByte(text, 0) < 0}
}

// split reads the words after the program by its grammar.
func (c *call) split(words []effect.Word) {
	set := &c.prog.options
	style := c.prog.style
	collecting := c.prog.depth > 0 || len(c.prog.verbs) > 0
	for i := 0; i < len(words); i++ {
		w := words[i]
		text := w.Text
		switch {
		case text == "--" && c.prog.skips(text): // terragrunt run -- destroy
		case text == "--":
			c.dashed = len(c.cmd.Operands)
			for _, rest := range words[i+1:] {
				c.operand(rest)
			}
			return
		case i == 0 && style&bareFirst != 0 && text != "" && text[0] != '-' && text[0] != 0:
			// Values of a group without a dash follow it in order.
			i += c.bare(set, w, words[i+1:])
		case style&keywords != 0 && strings.IndexByte(text, '=') > 0:
			name, value, _ := strings.Cut(text, "=")
			c.option(set, option{name: name}, name, part(w, value), true)
		case len(text) > 2 && text[0] == '-' && (text[1] == '-' || style&singleDash != 0 && c.long(set, text[1:])):
			i += c.longOption(set, w, words[i+1:])
		case len(text) > 1 && text[0] == '-' && text[1] != 0 && text[1] != '-':
			i += c.shortOptions(set, w, words[i+1:])
		case collecting && len(c.cmd.Subcommand) == 0 && c.prog.skips(text):
		case collecting && c.takesVerb(w):
			c.cmd.Subcommand = append(c.cmd.Subcommand, text)
			if v := c.prog.verbs[strings.Join(c.cmd.Subcommand, " ")]; v != nil {
				c.verb, c.verbWords, set = v, len(c.cmd.Subcommand), &v.options
			}
		default:
			collecting = false
			c.operand(w)
			if style&inOrder != 0 && c.prog.depth == 0 {
				for _, rest := range words[i+1:] {
					c.operand(rest)
				}
				return
			}
		}
	}
}

// long reports whether a single-dash word is a long option of this grammar.
// An undeclared one of several letters is taken for one too.
func (c *call) long(set *options, text string) bool {
	name, _, _ := strings.Cut(text, "=")
	if _, ok := set.find(name, false); ok {
		return true
	}
	_, short := set.short[text[0]]
	return !short
}

// takesVerb reports whether the next operand continues the subcommand.
func (c *call) takesVerb(w effect.Word) bool {
	path := c.cmd.Subcommand
	if !w.Known {
		if len(path) < max(c.prog.depth, 1) {
			c.trait(TraitDynamicVerb)
		}
		return false
	}
	if !verbLike(w.Text) {
		return false
	}
	if len(path) > 0 && c.prog.style&untilVerb != 0 {
		last := path[len(path)-1]
		if endsPath(last) && (len(path) > 1 || c.prog.style&grouped == 0) {
			// "restore delete": what looked like the verb was a group.
			if word, ok := verbWords()[w.Text]; ok && word.strong && len(path) == 1 && c.prog.depth > 1 {
				return true
			}
			return c.declared(append(slices.Clone(path), w.Text))
		}
	}
	return len(path) < c.prog.depth || c.declared(append(slices.Clone(path), w.Text))
}

// skips reports whether a word before the verbs says nothing.
func (p *program) skips(text string) bool {
	for word := range strings.FieldsSeq(p.skip) {
		if word == text {
			return true
		}
	}
	return false
}

// declared reports whether a path is a declared verb or leads to one.
func (c *call) declared(path []string) bool { return c.prog.prefixes[strings.Join(path, " ")] }

func verbLike(text string) bool {
	if text == "" || len(text) > 64 {
		return false
	}
	for i := range len(text) {
		b := text[i]
		switch {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z':
		case b >= '0' && b <= '9', b == '-', b == '_', b == ':', b == '.':
			if i == 0 {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func (c *call) operand(w effect.Word) {
	c.cmd.Operands = append(c.cmd.Operands, w)
	c.cwds = append(c.cwds, c.paths.Cwd)
}

// longOption reads "--name", "--name=value" or "--name value" and returns how
// many of the following words it took.
func (c *call) longOption(set *options, w effect.Word, rest []effect.Word) int {
	name, value, attached := strings.Cut(strings.TrimLeft(w.Text, "-"), "=")
	if strings.IndexByte(name, 0) >= 0 {
		c.operand(w)
		return 0
	}
	opt, ok := set.find(name, c.prog.style&abbreviates != 0)
	if !ok {
		opt = option{name: name}
		if c.prog.style&valued != 0 && !attached && !strings.HasPrefix(name, "no-") &&
			len(rest) > 0 && !strings.HasPrefix(rest[0].Text, "-") {
			opt.value = true
		}
	}
	if attached {
		c.option(set, opt, name, part(w, value), true)
		return 0
	}
	if opt.value && !opt.attached && len(rest) > 0 {
		c.option(set, opt, name, rest[0], true)
		return 1
	}
	c.option(set, opt, name, effect.Word{}, false)
	return 0
}

// shortOptions reads a group of short options, the last of which may take the
// rest of the word or the next word as its value.
func (c *call) shortOptions(set *options, w effect.Word, rest []effect.Word) int {
	text := w.Text[1:]
	if isDigits(text) {
		if _, ok := set.short[text[0]]; !ok {
			c.option(set, option{name: text}, text, effect.Word{}, false)
			return 0
		}
	}
	for i := range len(text) {
		if text[i] == 0 {
			c.operand(part(w, text[i:]))
			return 0
		}
		opt, ok := set.short[text[i]]
		if !ok {
			opt = option{name: text[i : i+1]}
			if i == 0 && len(text) > 1 && text[1] == '=' {
				c.option(set, opt, opt.name, part(w, text[2:]), true)
				return 0
			}
		}
		switch {
		case opt.value && i+1 < len(text):
			value := text[i+1:]
			// cobra and its like accept -o=value.
			if c.prog.style&shortHelp != 0 {
				value = strings.TrimPrefix(value, "=")
			}
			c.option(set, opt, opt.name, part(w, value), true)
			return 0
		case opt.value && !opt.attached && len(rest) > 0:
			c.option(set, opt, opt.name, rest[0], true)
			return 1
		default:
			c.option(set, opt, opt.name, effect.Word{}, false)
		}
	}
	return 0
}

// bare reads a first word that is a group of short options without a dash.
func (c *call) bare(set *options, w effect.Word, rest []effect.Word) int {
	taken := 0
	for i := range len(w.Text) {
		opt, ok := set.short[w.Text[i]]
		if !ok {
			opt = option{name: w.Text[i : i+1]}
		}
		if opt.value && !opt.attached && taken < len(rest) {
			c.option(set, opt, opt.name, rest[taken], true)
			taken++
			continue
		}
		c.option(set, opt, opt.name, effect.Word{}, false)
	}
	return taken
}

// option records one option that was given.
func (c *call) option(set *options, opt option, written string, value effect.Word, has bool) {
	flag := effect.Flag{Name: opt.name}
	if has {
		flag.Value = &value
	}
	c.cmd.Flags = append(c.cmd.Flags, flag)
	switch {
	case opt.name == "help" || opt.name == "version" && len(written) > 1:
		if c.helpAt < 0 && !has {
			c.helpAt = len(c.cmd.Operands)
		}
	case opt.use == 'c' && has:
		c.paths = c.paths.In(value)
	case opt.use != 0 && has:
		c.uses = append(c.uses, use{opt.use, value})
	}
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
