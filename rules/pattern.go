package rules

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
)

// A pattern matches one text. It is written as a glob, in which * stands for
// any text, ? for one character and {a,b} for either, or as "re:" and a
// regular expression (RE2). A leading "i:" folds case.
type pattern struct {
	fold  bool
	globs []glob
	set   map[string]struct{} // the exact alternatives, when they are many
	re    *lazyRegexp
}

// glob is a brace-free pattern cut at its stars.
type glob struct {
	parts []string // text between stars; ? is kept
	exact bool     // no star and no question mark
}

// lazyRegexp is compiled at first use: most rules never meet their program.
type lazyRegexp struct {
	source string
	once   sync.Once
	re     *regexp.Regexp
}

func (l *lazyRegexp) match(s string) bool {
	l.once.Do(func() { l.re, _ = regexp.Compile(l.source) })
	return l.re != nil && l.re.MatchString(s)
}

const maxAlternatives = 512

func compilePattern(text string) (pattern, error) {
	var p pattern
	if rest, ok := strings.CutPrefix(text, "i:"); ok {
		p.fold = true
		text = strings.ToLower(rest)
	}
	if source, ok := strings.CutPrefix(text, "re:"); ok {
		if p.fold {
			source = "(?i)" + source
		}
		if _, err := syntax.Parse(source, syntax.Perl); err != nil {
			return p, fmt.Errorf("the regular expression does not parse: %w", err)
		}
		p.re = &lazyRegexp{source: source}
		return p, nil
	}
	if text == "" {
		return p, fmt.Errorf("the pattern is empty")
	}
	alternatives, err := expandBraces(text)
	if err != nil {
		return p, err
	}
	many := len(alternatives) > 8
	for _, a := range alternatives {
		g := compileGlob(a)
		if !many || !g.exact {
			p.globs = append(p.globs, g)
			continue
		}
		if p.set == nil {
			p.set = make(map[string]struct{}, len(alternatives))
		}
		p.set[a] = struct{}{}
	}
	return p, nil
}

func (p *pattern) match(s string) bool {
	if p.re != nil {
		return p.re.match(s)
	}
	if p.fold {
		s = strings.ToLower(s)
	}
	if _, ok := p.set[s]; ok {
		return true
	}
	for i := range p.globs {
		if p.globs[i].match(s) {
			return true
		}
	}
	return false
}

func compileGlob(s string) glob {
	return glob{parts: strings.Split(s, "*"), exact: !strings.ContainsAny(s, "*?")}
}

func (g *glob) match(s string) bool {
	if g.exact {
		return s == g.parts[0]
	}
	first := g.parts[0]
	if len(g.parts) == 1 {
		return len(s) == len(first) && matchAt(s, first)
	}
	if len(s) < len(first) || !matchAt(s, first) {
		return false
	}
	s = s[len(first):]
	last := g.parts[len(g.parts)-1]
	if len(s) < len(last) || !matchAt(s[len(s)-len(last):], last) {
		return false
	}
	s = s[:len(s)-len(last)]
	for _, part := range g.parts[1 : len(g.parts)-1] {
		i := indexOf(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return true
}

// matchAt reports whether s begins with part, in which ? is any byte.
func matchAt(s, part string) bool {
	if !strings.Contains(part, "?") {
		return strings.HasPrefix(s, part)
	}
	for i := range len(part) {
		if part[i] != '?' && part[i] != s[i] {
			return false
		}
	}
	return true
}

func indexOf(s, part string) int {
	if !strings.Contains(part, "?") {
		return strings.Index(s, part)
	}
	for i := 0; i+len(part) <= len(s); i++ {
		if matchAt(s[i:], part) {
			return i
		}
	}
	return -1
}

// expandBraces expands {a,b} into alternatives; a backslash takes the next
// character as it is only before a brace or comma.
func expandBraces(s string) ([]string, error) {
	open := strings.IndexByte(s, '{')
	if open < 0 {
		if strings.IndexByte(s, '}') >= 0 {
			return nil, fmt.Errorf("a } has no {")
		}
		return []string{s}, nil
	}
	depth, end := 0, -1
	var cuts []int
	for i := open; i < len(s) && end < 0; i++ {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				end = i
			}
		case ',':
			if depth == 1 {
				cuts = append(cuts, i)
			}
		}
	}
	if end < 0 {
		return nil, fmt.Errorf("a { has no }")
	}
	rests, err := expandBraces(s[end+1:])
	if err != nil {
		return nil, err
	}
	var out []string
	start := open + 1
	for _, cut := range append(cuts, end) {
		inner, err := expandBraces(s[start:cut])
		if err != nil {
			return nil, err
		}
		for _, in := range inner {
			for _, rest := range rests {
				out = append(out, s[:open]+in+rest)
			}
		}
		if len(out) > maxAlternatives {
			return nil, fmt.Errorf("the braces make more than %d alternatives", maxAlternatives)
		}
		start = cut + 1
	}
	return out, nil
}

// patterns match when one of them does; an empty list matches nothing.
type patterns []pattern

func compilePatterns(texts []string) (patterns, error) {
	var out patterns
	for _, t := range texts {
		p, err := compilePattern(t)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (ps patterns) match(s string) bool {
	for i := range ps {
		if ps[i].match(s) {
			return true
		}
	}
	return false
}
