package tool

import (
	"slices"
	"strings"
	"sync"

	"twokey/parser/effect"
)

// grammar declares how one program reads its words. Adding a tool is adding
// one of these to its family's table.
type grammar struct {
	// names are the program's names, separated by spaces; the first one is
	// what Command.Program says.
	names string
	style style
	// opts are the options before and, unless a verb declares its own, after
	// the verbs; see parseOptions for the notation.
	opts string
	// depth is how many operands are verbs at most. With untilVerb the path
	// ends earlier, at the first word whose class is known.
	depth int
	// skip are words before the verbs that say nothing: gcloud's beta.
	skip string
	// verbs declares subcommands that have options, aliases, operands or a
	// hook of their own. A path longer than depth is followed where it is
	// declared here.
	verbs []verb
	// classes gives subcommands a class that their words do not show. Keys
	// are paths separated by "|"; a "*" stands for any one word, and a path
	// covers what lies below it. The longest path wins.
	classes map[effect.Trait]string
	// paths is what is done to every operand; "" when they are not paths.
	paths effect.Operation
	hook  func(*call)
}

// verb declares one subcommand. Its path may have aliases after "|"; the
// first is what Command.Subcommand says.
type verb struct {
	path  string
	opts  string
	paths effect.Operation
	hook  func(*call)
}

// style is how a program splits its words.
type style uint

const (
	// abbreviates: unambiguous prefixes of long options are accepted.
	abbreviates style = 1 << iota
	// inOrder: the first operand ends the options.
	inOrder
	// singleDash: "-word" is a long option, as in Go's flag package.
	singleDash
	// valued: an undeclared long option takes the next word as its value,
	// unless that looks like an option; so cloud CLIs read.
	valued
	// bareFirst: the first word is a group of short options without a dash.
	bareFirst
	// untilVerb: the subcommand path ends at the first word of a known class.
	untilVerb
	// grouped: the path's first word is never the verb, so that "gcloud run"
	// and "az deployment" are groups.
	grouped
	// shortHelp: "-h" prints help.
	shortHelp
	// classified: the verb's class becomes a trait.
	classified
	// keywords: operands are name=value settings, as dd reads them.
	keywords
)

const (
	gnu   = abbreviates
	cobra = shortHelp
	cloud = valued | untilVerb | classified
	saas  = cobra | untilVerb | classified
)

// option is one declared option.
type option struct {
	name     string
	value    bool
	attached bool // the value is optional and only read when attached
	use      byte // what is done to the value: 0, or a letter of parseOptions
}

type options struct {
	short map[byte]option
	long  map[string]option
	names []string // of long, sorted
}

// parseOptions reads the notation of option tables: words separated by white
// space, each the option's names separated by "/", the canonical one last;
// one-letter names are short options. "=" says that it takes a value, "=?"
// that the value is optional and attached. A letter after that tells what the
// value is: r, w, a, d, m, x a path that is read, written, appended to,
// deleted, changed in mode or run; c a working directory; s shell text.
func parseOptions(tables ...string) options {
	o := options{short: map[byte]option{}, long: map[string]option{}}
	for _, table := range tables {
		for field := range strings.FieldsSeq(table) {
			names, kind, value := strings.Cut(field, "=")
			opt := option{value: value}
			if rest, ok := strings.CutPrefix(kind, "?"); ok {
				opt.attached, kind = true, rest
			}
			if kind != "" {
				opt.use = kind[0]
			}
			list := strings.Split(names, "/")
			opt.name = list[len(list)-1]
			for _, name := range list {
				if len(name) == 1 {
					o.short[name[0]] = opt
				} else {
					o.long[name] = opt
				}
			}
		}
	}
	for name := range o.long {
		o.names = append(o.names, name)
	}
	slices.Sort(o.names)
	return o
}

// find returns the long option of a name, or of its only abbreviation.
func (o *options) find(name string, abbreviated bool) (option, bool) {
	if opt, ok := o.long[name]; ok {
		return opt, true
	}
	if !abbreviated || name == "" {
		return option{}, false
	}
	i, _ := slices.BinarySearch(o.names, name)
	if i == len(o.names) || !strings.HasPrefix(o.names[i], name) {
		return option{}, false
	}
	// Where one candidate is the start of all others, --forc means it.
	opt, shortest := o.long[o.names[i]], o.names[i]
	for _, other := range o.names[i+1:] {
		if !strings.HasPrefix(other, name) {
			break
		}
		if o.long[other].name != opt.name && !strings.HasPrefix(other, shortest) {
			return option{}, false
		}
	}
	return opt, true
}

// program is a compiled grammar.
type program struct {
	*grammar
	name    string
	options options
	verbs   map[string]*compiledVerb // by path, words joined with a space
	// prefixes are the declared paths and what leads to them.
	prefixes map[string]bool
	classes  []class
}

type compiledVerb struct {
	*verb
	path    []string
	options options
}

type class struct {
	path  []string
	trait effect.Trait
}

func compile(g *grammar) *program {
	p := &program{grammar: g, verbs: map[string]*compiledVerb{}, prefixes: map[string]bool{}}
	p.name, _, _ = strings.Cut(g.names, " ")
	common := "help version"
	if g.style&shortHelp != 0 {
		common += " h/help"
	}
	p.options = parseOptions(common, g.opts)
	for i := range g.verbs {
		v := &g.verbs[i]
		compiled := &compiledVerb{verb: v, options: parseOptions(common, g.opts, v.opts)}
		for path := range strings.SplitSeq(v.path, "|") {
			words := strings.Fields(path)
			if compiled.path == nil {
				compiled.path = words
			}
			path = strings.Join(words, " ")
			p.verbs[path] = compiled
			for i := range len(path) {
				if path[i] == ' ' {
					p.prefixes[path[:i]] = true
				}
			}
			p.prefixes[path] = true
		}
	}
	for trait, paths := range g.classes {
		for path := range strings.SplitSeq(paths, "|") {
			words := strings.Fields(path)
			p.classes = append(p.classes, class{words, trait})
			if words[0] == "*" || words[len(words)-1] == "$" {
				continue
			}
			// A path with a class of its own is followed as a declared one.
			for i := range words {
				p.prefixes[strings.Join(words[:i+1], " ")] = true
			}
		}
	}
	// Longest first; the order of equals must not depend on the map's.
	slices.SortFunc(p.classes, func(a, b class) int {
		if len(a.path) != len(b.path) {
			return len(b.path) - len(a.path)
		}
		if d := slices.Compare(a.path, b.path); d != 0 {
			return d
		}
		return strings.Compare(string(a.trait), string(b.trait))
	})
	return p
}

// known is every known program by each of its names, built once at first use.
// It has no initializer, since the grammars' hooks look programs up in it.
var known registry

type registry struct {
	once   sync.Once
	byName map[string]func() *program
}

// lookup returns the grammar of a program by its canonical name, or nil. A
// grammar is compiled when its program is first seen.
func lookup(name string) *program {
	known.once.Do(func() { known.byName = byName(families()) })
	if compiled, ok := known.byName[name]; ok {
		return compiled()
	}
	return nil
}

func byName(families [][]grammar) map[string]func() *program {
	names := map[string]func() *program{}
	for _, family := range families {
		for i := range family {
			g := &family[i]
			compiled := sync.OnceValue(func() *program { return compile(g) })
			for name := range strings.FieldsSeq(g.names) {
				names[name] = compiled
			}
		}
	}
	return names
}
