package parser

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxBraces bounds the brace expressions of one word that are multiplied out.
const maxBraces = 8

// braces returns the words that the brace expressions among parts stand for;
// where they are too many, one word with unknown parts.
func (sh *shell) braces(parts []syntax.WordPart) [][]syntax.WordPart {
	total, count := 1, 0
	alts := make([][][]syntax.WordPart, len(parts))
	for i, p := range parts {
		be, ok := p.(*syntax.BraceExp)
		if !ok {
			continue
		}
		if count++; count > maxBraces {
			return sh.tooManyBraces(parts)
		}
		if be.Sequence {
			alts[i] = sequence(be)
		} else {
			for _, e := range be.Elems {
				if alts[i] = append(alts[i], sh.braces(e.Parts)...); len(alts[i]) > maxFields {
					break
				}
			}
		}
		if total *= len(alts[i]); total > maxFields || total == 0 {
			return sh.tooManyBraces(parts)
		}
	}
	result := [][]syntax.WordPart{nil}
	for i, p := range parts {
		if alts[i] == nil {
			for j := range result {
				result[j] = append(result[j], p)
			}
			continue
		}
		next := make([][]syntax.WordPart, 0, len(alts[i])*len(result))
		for _, r := range result {
			for _, a := range alts[i] {
				next = append(next, append(slices.Clip(r), a...))
			}
		}
		result = next
	}
	return result
}

func (sh *shell) tooManyBraces(parts []syntax.WordPart) [][]syntax.WordPart {
	one := make([]syntax.WordPart, len(parts))
	for i, p := range parts {
		one[i] = p
		if be, ok := p.(*syntax.BraceExp); ok {
			one[i] = unknownPart
			for _, e := range be.Elems {
				sh.single(e)
			}
		}
	}
	return [][]syntax.WordPart{one}
}

// unknownPart expands to something that is not known.
var unknownPart syntax.WordPart = &syntax.Lit{Value: unknown}

func sequence(be *syntax.BraceExp) [][]syntax.WordPart {
	from, to := be.Elems[0].Lit(), be.Elems[1].Lit()
	step := 1
	if len(be.Elems) > 2 {
		if n, err := strconv.Atoi(be.Elems[2].Lit()); err == nil && n != 0 {
			step = max(n, -n)
		}
	}
	a, errA := strconv.Atoi(from)
	b, errB := strconv.Atoi(to)
	chars := errA != nil || errB != nil
	if chars {
		if len(from) != 1 || len(to) != 1 {
			return nil
		}
		a, b = int(from[0]), int(to[0])
	}
	width := 0
	if !chars && (leadingZero(from) || leadingZero(to)) {
		width = max(len(from), len(to))
	}
	var out [][]syntax.WordPart
	for len(out) <= maxFields {
		s := strconv.Itoa(a)
		if chars {
			s = string(rune(a))
		} else if len(s) < width {
			s = strings.Repeat("0", width-len(s)) + s
		}
		out = append(out, []syntax.WordPart{&syntax.Lit{Value: s}})
		if a == b || step > max(a-b, b-a) || step <= 0 {
			break
		}
		if a < b {
			a += step
		} else {
			a -= step
		}
	}
	return out
}

func leadingZero(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return len(s) > 1 && s[0] == '0'
}
