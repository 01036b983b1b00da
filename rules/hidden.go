package rules

import (
	"path/filepath"
	"slices"
	"strings"
)

// publicTrees hold what packages install: entries for any depth mean nothing
// there, only those that are written from the root do.
var publicTrees = []string{"usr", "etc", "lib", "lib32", "lib64", "libx32", "bin", "sbin", "opt", "nix", "snap", "gnu", "sys", "proc", "dev"}

// HiddenDefaults returns the built-in globs of secret paths. What begins with
// ~/ lies in the home, with / at a fixed place; the rest is a name, or names
// joined by slashes, at any depth. A leading ! makes an exception.
func HiddenDefaults() []string { return slices.Clone(hiddenDefaults) }

// hiddenSet is globs ready for lookup: most are plain names.
type hiddenSet struct{ hide, show globIndex }

// globIndex finds the globs that may match a path by the parts of the path.
type globIndex struct {
	names    map[string]bool // plain names at any depth
	suffixes map[string]bool // extensions: *.EXT at any depth
	anyDepth []pathGlob
	root     map[string][]pathGlob // by first part
	rootGlob []pathGlob
	home     map[string][]pathGlob
	homeGlob []pathGlob
	top      []pathGlob // below the workspace
}

func newHiddenSet(hide, show []string) (hiddenSet, error) {
	var set hiddenSet
	for _, text := range hiddenDefaults {
		if err := set.add(text); err != nil {
			return set, err
		}
	}
	for _, text := range hide {
		if err := set.add(text); err != nil {
			return set, err
		}
	}
	for _, text := range show {
		if err := set.add("!" + text); err != nil {
			return set, err
		}
	}
	return set, nil
}

func (s *hiddenSet) add(text string) error {
	globs, err := compilePathGlobs(text)
	if err != nil {
		return err
	}
	for _, g := range globs {
		if g.negate {
			s.show.add(g)
		} else {
			s.hide.add(g)
		}
	}
	return nil
}

func (x *globIndex) add(g pathGlob) {
	if x.names == nil {
		*x = globIndex{names: map[string]bool{}, suffixes: map[string]bool{}, root: map[string][]pathGlob{}, home: map[string][]pathGlob{}}
	}
	first, plain := g.segs[0].text, g.segs[0].plain
	switch g.anchor {
	case '~':
		if plain {
			x.home[first] = append(x.home[first], g)
		} else {
			x.homeGlob = append(x.homeGlob, g)
		}
	case '/':
		if plain {
			x.root[first] = append(x.root[first], g)
		} else {
			x.rootGlob = append(x.rootGlob, g)
		}
	case '.':
		x.top = append(x.top, g)
	default:
		ext, isExt := strings.CutPrefix(first, "*.")
		switch {
		case len(g.segs) == 1 && plain:
			x.names[first] = true
		case len(g.segs) == 1 && isExt && !strings.ContainsAny(ext, `*?[\.`):
			x.suffixes[ext] = true
		default:
			x.anyDepth = append(x.anyDepth, g)
		}
	}
}

// match reports whether a glob matches the path or a folder that it lies in.
// Globs for any depth mean nothing in public trees, unless everywhere is set.
func (x *globIndex) match(p *pathParts, everywhere bool) bool {
	if x.names == nil || len(p.root) == 0 {
		return false
	}
	if anyGlob(x.root[p.root[0]], p.root) || anyGlob(x.rootGlob, p.root) || anyGlob(x.top, p.workspace) {
		return true
	}
	if len(p.home) > 0 && (anyGlob(x.home[p.home[0]], p.home) || anyGlob(x.homeGlob, p.home)) {
		return true
	}
	named := p.root
	switch {
	case len(p.workspace) > 0:
		named = p.workspace
	case len(p.home) > 0:
		named = p.home
	case !everywhere && slices.Contains(publicTrees, p.root[0]):
		return false
	}
	for _, part := range named {
		if x.names[part] {
			return true
		}
		if i := strings.LastIndexByte(part, '.'); i >= 0 && x.suffixes[part[i+1:]] {
			return true
		}
	}
	return anyGlob(x.anyDepth, named)
}

func anyGlob(globs []pathGlob, rel []string) bool {
	if len(rel) == 0 {
		return false
	}
	for i := range globs {
		if globs[i].match(rel) {
			return true
		}
	}
	return false
}

// Hides reports whether a path is a secret by the built-in globs and the
// policy's, or lies below one. The path is absolute; home and workspace are
// absolute and clean. What the policy shows is not hidden, whatever hides it;
// a path that is not absolute is no path of this machine, and not hidden.
func (p *Policy) Hides(path, home, workspace string) bool {
	if !strings.HasPrefix(path, "/") {
		return false
	}
	parts := splitPath(filepath.Clean(path), home, workspace)
	return p.hides(&parts)
}

func (p *Policy) hides(parts *pathParts) bool {
	set := p.hidden
	if set.hide.names == nil {
		// A policy that was not loaded has the built-in globs all the same.
		var err error
		if set, err = newHiddenSet(p.View.Hide, p.View.Show); err != nil {
			return true
		}
	}
	return set.hide.match(parts, false) && !set.show.match(parts, false)
}
