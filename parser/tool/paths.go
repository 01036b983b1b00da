package tool

import (
	"path"
	"slices"
	"strings"

	"twokey/parser/effect"
)

// Paths resolves and classifies paths as they are seen from one working
// directory. All fields are absolute and clean; "" is not known. It judges by
// the text alone: symbolic links are the view's business.
type Paths struct {
	Cwd, Workspace, Home string
	Tmp                  []string
}

// In returns the same paths seen from another working directory. A directory
// that is not known makes relative paths unknown.
func (p Paths) In(dir effect.Word) Paths {
	if w := p.Resolve(dir); w.Known {
		p.Cwd = w.Text
	} else {
		p.Cwd = ""
	}
	return p
}

// File returns the file effect of one operation on a word.
func (p Paths) File(op effect.Operation, word effect.Word, by string) effect.Effect {
	resolved := p.Resolve(word)
	return effect.Effect{Kind: effect.KindFile, File: &effect.File{
		Op: op, Path: resolved, Scope: p.Scope(resolved), By: by,
	}}
}

// Resolve makes a word an absolute, clean path: a leading "~" is the home
// directory and a relative path is below Cwd. Where parts are not known, the
// path is absolute but not cleaned, since the unknown part may hold "..".
func (p Paths) Resolve(word effect.Word) effect.Word {
	text := word.Text
	switch {
	case text == "":
		return effect.Unknown()
	case text == "~" || strings.HasPrefix(text, "~/"):
		if p.Home == "" {
			return effect.Unknown()
		}
		text = p.Home + text[1:]
	case text[0] == '~' && p.Home != "" && word.Known:
		// Another user's home lies beside this one's, or is root's.
		name, rest, _ := strings.Cut(text[1:], "/")
		if strings.IndexFunc(name, notUserName) < 0 && !strings.HasPrefix(name, "-") {
			dir := path.Join(path.Dir(p.Home), name)
			switch {
			case name == "root":
				dir = "/root"
			case slices.ContainsFunc(p.Tmp, func(tmp string) bool { return below(p.Home, tmp) }):
				// A home that is scratch has no neighbours.
				dir = "/home/" + name
			}
			text = dir + "/" + rest
		}
	}
	if text[0] != '/' {
		if text[0] == 0 {
			return effect.Word{Text: text}
		}
		if p.Cwd == "" {
			return effect.Word{Text: "\x00/" + text}
		}
		text = p.Cwd + "/" + text
	}
	if !word.Known {
		return effect.Word{Text: text}
	}
	return effect.Lit(path.Clean(text))
}

// Scope says where a resolved path lies. A path of which only the start is
// known has that start's scope where it is a dangerous one; below the
// workspace or a scratch directory it is unknown, since the rest may leave it.
func (p Paths) Scope(resolved effect.Word) effect.Scope {
	text := resolved.Text
	if !resolved.Known {
		start, _, _ := strings.Cut(text, "\x00")
		i := strings.LastIndexByte(start, '/')
		if i < 0 {
			return effect.ScopeUnknown
		}
		// The unknown part may be empty, but then the path is another one.
		switch s := p.scope(path.Join(start[:i+1], "x")); s {
		case effect.ScopeHome, effect.ScopeSystem, effect.ScopeDevice:
			return s
		}
		return effect.ScopeUnknown
	}
	return p.scope(text)
}

func (p Paths) scope(text string) effect.Scope {
	switch {
	case text == "" || text[0] != '/':
		return effect.ScopeUnknown
	case p.Workspace != "" && text == p.Workspace:
		return effect.ScopeRoot
	case below(text, p.Workspace):
		return effect.ScopeWorkspace
	case text == "/dev" || below(text, "/dev"):
		if harmlessDevice(text) {
			return effect.ScopeTmp
		}
		return effect.ScopeDevice
	}
	if p.scratch(text) {
		return effect.ScopeTmp
	}
	if p.Home != "" && (text == p.Home || below(text, p.Home)) {
		return effect.ScopeHome
	}
	return effect.ScopeSystem
}

// scratch reports whether a path is below a scratch directory. A home or a
// workspace that lies in one is none of it, nor is what they lie in.
func (p Paths) scratch(text string) bool {
	in := func(dir string) bool { return below(text, dir) }
	if !slices.ContainsFunc(p.Tmp, in) {
		return false
	}
	if p.Home != "" && (text == p.Home || below(text, p.Home) || below(p.Home, text)) {
		return false
	}
	if !slices.ContainsFunc(p.Tmp, func(dir string) bool { return below(p.Workspace, dir) }) {
		return true
	}
	// What lies beside a workspace here is scratch only where the workspace
	// is an entry of the scratch directory itself.
	beside := path.Dir(p.Workspace)
	return slices.Contains(p.Tmp, beside) || text != beside && !below(text, beside) && !below(beside, text)
}

func below(text, dir string) bool {
	return len(dir) > 1 && len(text) > len(dir)+1 && text[len(dir)] == '/' && strings.HasPrefix(text, dir)
}

func harmlessDevice(text string) bool {
	switch name, _, _ := strings.Cut(strings.TrimPrefix(text, "/dev/"), "/"); name {
	case "null", "zero", "full", "random", "urandom", "stdin", "stdout", "stderr", "fd", "tty", "shm":
		return true
	}
	return false
}

func notUserName(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
}
