package rules

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"twokey/parser/effect"
)

// subject is one effect under judgement, with what rules ask of it again and
// again worked out at most once.
type subject struct {
	effect    *effect.Effect
	situation *Situation
	policy    *Policy

	words  []string  // subcommand and operands
	parts  pathParts // of the file's path
	secret triState  // the file is one that the policy hides
}

type triState int8

const (
	unasked triState = iota
	no
	yes
)

func state(b bool) triState {
	if b {
		return yes
	}
	return no
}

// commandWords returns the subcommand and then the operands, so that a rule
// meets a tool whose grammar is known and one whose is not alike.
func (s *subject) commandWords() []string {
	if s.words == nil {
		c := s.effect.Command
		s.words = make([]string, 0, len(c.Subcommand)+len(c.Operands)+1)
		s.words = append(s.words, c.Subcommand...)
		for _, o := range c.Operands {
			s.words = append(s.words, o.Text)
		}
	}
	return s.words
}

// path returns the file's path in parts.
func (s *subject) path() *pathParts {
	if s.parts.root == nil {
		s.parts = splitPath(s.effect.File.Path.Text, s.situation.Home, s.situation.Workspace)
	}
	return &s.parts
}

func (s *subject) isSecret() bool {
	if s.secret == unasked {
		s.secret = state(s.policy.hides(s.path()))
	}
	return s.secret == yes
}

// matcher is a compiled match of one kind of effect.
type matcher interface {
	match(s *subject) bool
	// keys are what the engine indexes the rule by (programs, hosts); false
	// when it must be asked about every effect.
	keys() ([]string, bool)
}

// condition is one mapping of a match. It is compiled at first use: most rules
// of an engine never meet their program.
type condition interface {
	matcher
	compile() error
}

// lazy compiles a condition once. What does not compile matches nothing; a
// person's packs are compiled when they are loaded, and the built-in ones by
// this package's tests.
type lazy struct {
	once sync.Once
	ok   bool
}

func (l *lazy) ready(compile func() error) bool {
	l.once.Do(func() { l.ok = compile() == nil })
	return l.ok
}

// anyOf matches when one of its conditions does.
type anyOf []matcher

func (a anyOf) match(s *subject) bool {
	for _, m := range a {
		if m.match(s) {
			return true
		}
	}
	return false
}

func (a anyOf) keys() ([]string, bool) {
	var out []string
	for _, m := range a {
		k, ok := m.keys()
		if !ok {
			return nil, false
		}
		out = append(out, k...)
	}
	return out, true
}

var errEmptyMatch = errors.New("the match is empty and would match everything")

// decodeMatch decodes and compiles a match that is one mapping or a list.
func decodeMatch[T any, P interface {
	*T
	condition
}](d *decoder, n *yaml.Node, field string) (matcher, error) {
	before := len(d.errs)
	var list []T
	d.value(n, reflect.ValueOf(&list).Elem(), field, 1)
	if len(d.errs) > before {
		return anyOf(nil), nil
	}
	var out anyOf
	for i := range list {
		line, at := n.Line, field
		if n.Kind == yaml.SequenceNode {
			line, at = n.Content[i].Line, field+"["+strconv.Itoa(i)+"]"
		}
		c := P(&list[i])
		if reflect.ValueOf(c).Elem().IsZero() {
			d.fail(line, at, errEmptyMatch.Error(), "")
		} else if !d.trusted {
			if err := c.compile(); err != nil {
				d.fail(line, at, err.Error(), "")
			}
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return out, errEmptyMatch
	}
	if len(out) == 1 {
		return out[0], nil
	}
	return out, nil
}

// wordPattern matches the beginning of a list of words. In it ** stands for
// any number of words, and a last $ for their end.
type wordPattern struct {
	words []pattern
	any   []bool // the word is **
	end   bool
}

func compileWordPatterns(texts []string) ([]wordPattern, error) {
	var out []wordPattern
	for _, text := range texts {
		lists, err := expandWords(text)
		if err != nil {
			return nil, err
		}
		for _, words := range lists {
			w, err := compileWords(words)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", quote(text), err)
			}
			out = append(out, w)
		}
	}
	return out, nil
}

func compileWords(words []string) (wordPattern, error) {
	var w wordPattern
	for _, word := range words {
		if w.end {
			return w, errors.New("a $ is not the last word")
		}
		if word == "$" {
			w.end = true
			continue
		}
		p, err := compilePattern(word)
		if err != nil {
			return w, err
		}
		w.words = append(w.words, p)
		w.any = append(w.any, word == "**")
	}
	if len(w.words) == 0 && !w.end {
		return w, errors.New("the pattern is empty")
	}
	return w, nil
}

// expandWords cuts a text into words and expands braces, whose alternatives
// may be of several words; a regular expression keeps its own.
func expandWords(text string) ([][]string, error) {
	lists := [][]string{nil}
	for _, field := range fieldsOutsideBraces(text) {
		alternatives := []string{field}
		if !strings.HasPrefix(field, "re:") && !strings.HasPrefix(field, "i:") {
			var err error
			if alternatives, err = expandBraces(field); err != nil {
				return nil, err
			}
			// One word each stays one word of the pattern.
			if !slices.ContainsFunc(alternatives, func(a string) bool { return strings.ContainsAny(a, " ") }) {
				alternatives = []string{field}
			}
		}
		var longer [][]string
		for _, list := range lists {
			for _, a := range alternatives {
				words := []string{a}
				if len(alternatives) > 1 || a != field {
					words = strings.Fields(a)
				}
				longer = append(longer, append(slices.Clone(list), words...))
			}
		}
		if lists = longer; len(lists) > maxAlternatives {
			return nil, fmt.Errorf("the braces make more than %d alternatives", maxAlternatives)
		}
	}
	return lists, nil
}

func fieldsOutsideBraces(text string) []string {
	var fields []string
	start, depth := -1, 0
	for i, r := range text {
		switch {
		case r == ' ' && depth == 0:
			if start >= 0 {
				fields = append(fields, text[start:i])
			}
			start = -1
			continue
		case start < 0:
			start = i
		}
		if strings.HasPrefix(text[start:], "re:") || strings.HasPrefix(text[start:], "i:") {
			continue
		}
		switch r {
		case '{':
			depth++
		case '}':
			depth = max(depth-1, 0)
		}
	}
	if start >= 0 {
		fields = append(fields, text[start:])
	}
	return fields
}

func (w *wordPattern) match(words []string) bool { return w.matchFrom(0, words) }

func (w *wordPattern) matchFrom(i int, words []string) bool {
	for ; i < len(w.words); i++ {
		if w.any[i] {
			for j := range len(words) + 1 {
				if w.matchFrom(i+1, words[j:]) {
					return true
				}
			}
			return false
		}
		if len(words) == 0 || !w.words[i].match(words[0]) {
			return false
		}
		words = words[1:]
	}
	return !w.end || len(words) == 0
}

// pairPattern matches a name and, where it is written NAME=PATTERN, a value.
type pairPattern struct {
	name  pattern
	value *pattern
}

func compilePairs(texts []string) ([]pairPattern, error) {
	var out []pairPattern
	for _, text := range texts {
		name, value, has := strings.Cut(text, "=")
		var pair pairPattern
		var err error
		if pair.name, err = compilePattern(name); err != nil {
			return nil, err
		}
		if has {
			p, err := compilePattern(value)
			if err != nil {
				return nil, err
			}
			pair.value = &p
		}
		out = append(out, pair)
	}
	return out, nil
}

// compileAll compiles each source into its target, and returns what is wrong
// with the first that does not compile.
func compileAll(targets []*patterns, sources [][]string) error {
	for i, texts := range sources {
		ps, err := compilePatterns(texts)
		if err != nil {
			return err
		}
		*targets[i] = ps
	}
	return nil
}

// anyMatch reports whether one of the conditions matches.
func anyMatch[T any, P interface {
	*T
	matcher
}](list []T, s *subject) bool {
	for i := range list {
		if P(&list[i]).match(s) {
			return true
		}
	}
	return false
}

// literalTexts returns what the patterns match when none has a wildcard.
func literalTexts(texts []string) ([]string, bool) {
	var out []string
	for _, text := range texts {
		if strings.HasPrefix(text, "re:") || strings.HasPrefix(text, "i:") || strings.ContainsAny(text, "*?") {
			return nil, false
		}
		alternatives, err := expandBraces(text)
		if err != nil {
			return nil, false
		}
		out = append(out, alternatives...)
	}
	return out, len(out) > 0
}

// is compares an optional boolean of a match with a fact.
func is(want *bool, fact bool) bool { return want == nil || *want == fact }
