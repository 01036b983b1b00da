package rules

import (
	"slices"
	"strings"

	"twokey/parser/effect"
)

// FileMatch matches an operation on a file.
type FileMatch struct {
	lazy

	Op        []effect.Operation `yaml:"op"`
	Scope     []effect.Scope     `yaml:"scope"`
	Path      []string           `yaml:"path"`    // path globs; see pathGlob
	Exactly   []string           `yaml:"exactly"` // whole paths, with ~ for the home and . for the workspace
	By        []string           `yaml:"by"`      // the program
	Recursive *bool              `yaml:"recursive"`
	Secret    *bool              `yaml:"secret"` // the policy hides the path
	Known     *bool              `yaml:"known"`  // the whole path is known before the run
	Where     []string           `yaml:"where"`  // "docker:NAME" and the like; "here" is this machine
	Unless    []FileMatch        `yaml:"unless"`

	path      globIndex
	by, where patterns
}

func (m *FileMatch) compile() error {
	if err := compileAll([]*patterns{&m.by, &m.where}, [][]string{m.By, m.Where}); err != nil {
		return err
	}
	for _, text := range m.Path {
		globs, err := compilePathGlobs(text)
		if err != nil {
			return err
		}
		for _, g := range globs {
			m.path.add(g)
		}
	}
	for i := range m.Unless {
		if err := m.Unless[i].compile(); err != nil {
			return err
		}
	}
	return nil
}

func (m *FileMatch) keys() ([]string, bool) {
	keys := make([]string, len(m.Op))
	for i, op := range m.Op {
		keys[i] = string(op)
	}
	return keys, len(keys) > 0
}

func (m *FileMatch) match(s *subject) bool {
	if !m.ready(m.compile) {
		return false
	}
	f := s.effect.File
	if m.Op != nil && !slices.Contains(m.Op, f.Op) || m.Scope != nil && !slices.Contains(m.Scope, f.Scope) {
		return false
	}
	if !is(m.Recursive, f.Recursive) || !is(m.Known, f.Path.Known) {
		return false
	}
	if m.By != nil && !m.by.match(f.By) || m.Where != nil && !matchWhere(m.where, s.effect) {
		return false
	}
	if m.Path != nil && !m.path.match(s.path(), true) {
		return false
	}
	if m.Exactly != nil && !slices.ContainsFunc(m.Exactly, func(want string) bool {
		return f.Path.Text == resolve(want, s.situation)
	}) {
		return false
	}
	if m.Secret != nil && *m.Secret != s.isSecret() {
		return false
	}
	return !anyMatch(m.Unless, s)
}

// resolve puts the home for a leading ~ and the workspace for a leading dot.
func resolve(p string, s *Situation) string {
	switch {
	case p == "~" || strings.HasPrefix(p, "~/"):
		return s.Home + p[1:]
	case p == "." || strings.HasPrefix(p, "./"):
		return s.Workspace + p[1:]
	}
	return p
}
