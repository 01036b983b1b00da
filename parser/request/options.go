package request

import (
	"strings"

	"twokey/parser/effect"
)

// grammar is how a program reads its options.
type grammar struct {
	// short maps a letter to the option's long name.
	short map[byte]string
	// valued are the long names that take a value; flags those that do not.
	valued, flags map[string]bool
	// equals is true where --name=value is understood.
	equals bool
	// abbreviate is true where an unambiguous beginning of a long name will do.
	abbreviate bool
}

// set makes a set of the words in a text.
func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	return all
}

// option is one option or, with no name, one operand.
type option struct {
	name  string
	value effect.Word
	given bool // a value belongs to it
}

// parse takes the words apart. An option that the grammar does not know is
// taken to have no value unless one is attached.
func (g grammar) parse(args []effect.Word) []option {
	var all []option
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a.Text == "--" && a.Known:
			for _, rest := range args[i+1:] {
				all = append(all, option{value: rest, given: true})
			}
			return all
		case strings.HasPrefix(a.Text, "--"):
			o := g.long(a)
			if g.valued[strings.TrimPrefix(o.name, "expand-")] && !o.given && i+1 < len(args) {
				i++
				o.value, o.given = args[i], true
			}
			all = append(all, o)
		case len(a.Text) > 1 && a.Text[0] == '-':
			for j := 1; j < len(a.Text); j++ {
				name := g.short[a.Text[j]]
				if name == "" {
					name = a.Text[j : j+1]
				}
				o := option{name: name}
				if g.valued[name] {
					if j+1 < len(a.Text) {
						o.value, o.given = effect.Word{Text: a.Text[j+1:], Known: a.Known}, true
						if g.equals {
							o.value.Text = strings.TrimPrefix(o.value.Text, "=")
						}
					} else if i+1 < len(args) {
						i++
						o.value, o.given = args[i], true
					}
					all = append(all, o)
					break
				}
				all = append(all, o)
			}
		default:
			all = append(all, option{value: a, given: true})
		}
	}
	return all
}

// long reads one --name or --name=value.
func (g grammar) long(a effect.Word) option {
	o := option{name: a.Text[2:]}
	if g.equals {
		if name, value, ok := strings.Cut(o.name, "="); ok {
			o = option{name: name, value: effect.Word{Text: value, Known: a.Known}, given: true}
		}
	}
	if g.valued[o.name] || g.flags[o.name] || !g.abbreviate || strings.HasPrefix(o.name, "expand-") {
		return o
	}
	found := ""
	for _, names := range [...]map[string]bool{g.valued, g.flags} {
		for name := range names {
			if strings.HasPrefix(name, o.name) && (found == "" || g.valued[name] && !g.valued[found] || g.valued[name] == g.valued[found] && name < found) {
				found = name
			}
		}
	}
	if found != "" {
		o.name = found
	}
	return o
}
