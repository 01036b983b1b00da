package parser

import (
	"strings"

	"twokey/parser/effect"
)

// unknown stands in a value's text for a part that is not known.
const unknown = "\x00"

// taint says where the bytes of a value came from.
type taint uint8

const (
	taintSecret  taint = 1 << iota // the content of a secret file
	taintEnv                       // a dump of the environment
	taintRemote                    // a download or a connection
	taintDecoded                   // the output of a decoder
	taintHook                      // what a known tool prints for a shell to evaluate
)

// value is text with where it came from.
type value struct {
	text  string
	taint taint
}

func (v value) known() bool { return strings.IndexByte(v.text, 0) < 0 }

func (v value) word() effect.Word { return effect.Word{Text: v.text, Known: v.known()} }

// join appends b to a and stays within the bound on values.
func join(a, b value) value {
	t := a.taint | b.taint
	switch {
	case a.text == "":
		return value{b.text, t}
	case b.text == "":
		return value{a.text, t}
	case len(a.text)+len(b.text) > maxValue:
		return value{unknown, t}
	case strings.HasSuffix(a.text, unknown) && b.text == unknown:
		return value{a.text, t}
	}
	return value{a.text + b.text, t}
}

// arg is one word of an argv after expansion.
type arg struct {
	value
	glob bool // an unquoted pattern that names files
	bare bool // it stands for an unquoted expansion: any number of words
	// content is what a process substitution prints, when the word is one.
	content *value
}

func lit(s string) arg { return arg{value: value{text: s}} }

// is reports whether the word is known to be one of the texts.
func (a arg) is(texts ...string) bool {
	for _, t := range texts {
		if a.text == t {
			return true
		}
	}
	return false
}

func words(args []arg) []effect.Word {
	if len(args) == 0 {
		return nil
	}
	ws := make([]effect.Word, len(args))
	for i, a := range args {
		ws[i] = a.word()
	}
	return ws
}

func taints(args []arg) taint {
	var t taint
	for _, a := range args {
		t |= a.taint
	}
	return t
}

// joined returns the words with single spaces between them, as a program does
// that hands its operands to a shell.
func joined(args []arg) value {
	var b strings.Builder
	var t taint
	for i, a := range args {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(a.text)
		t |= a.taint
		if b.Len() > maxValue {
			return value{unknown, t}
		}
	}
	return value{b.String(), t}
}
