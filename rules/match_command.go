package rules

import (
	"slices"

	"twokey/parser/effect"
)

// CommandMatch matches a command. What is given must all match; of a list, one
// entry must. A command that only prints help or what it would do is matched
// for what the shell does with it and for nothing else.
type CommandMatch struct {
	lazy

	Program     []string       `yaml:"program"`
	Sub         []string       `yaml:"sub"`     // how subcommand and operands begin; ** is any number of words, a last $ their end
	Flag        []string       `yaml:"flag"`    // NAME or NAME=VALUE, one of which is given
	Flags       []string       `yaml:"flags"`   // NAME or NAME=VALUE, all of which are given
	NoFlag      []string       `yaml:"no_flag"` // none of which is given
	Operand     []string       `yaml:"operand"` // some operand
	MinOperands *int           `yaml:"min_operands"`
	MaxOperands *int           `yaml:"max_operands"`
	Env         []string       `yaml:"env"` // NAME or NAME=VALUE that its own words set
	Stdin       []string       `yaml:"stdin"`
	Trait       []effect.Trait `yaml:"trait"`    // one of them
	NoTrait     []effect.Trait `yaml:"no_trait"` // none of them
	Where       []string       `yaml:"where"`    // "ssh:HOST" and the like; "here" is this machine
	Through     []string       `yaml:"through"`  // a wrapper that was seen through
	Path        []string       `yaml:"path"`     // the program as written
	ExecGate    *bool          `yaml:"exec_gate"`
	Unless      []CommandMatch `yaml:"unless"`

	program, operand, stdin, where, through, path patterns
	sub                                           []wordPattern
	flag, flags, noFlag, env                      []pairPattern
}

func (m *CommandMatch) compile() error {
	if err := compileAll(
		[]*patterns{&m.program, &m.operand, &m.stdin, &m.where, &m.through, &m.path},
		[][]string{m.Program, m.Operand, m.Stdin, m.Where, m.Through, m.Path}); err != nil {
		return err
	}
	var err error
	if m.sub, err = compileWordPatterns(m.Sub); err != nil {
		return err
	}
	for _, pairs := range []struct {
		to   *[]pairPattern
		from []string
	}{{&m.flag, m.Flag}, {&m.flags, m.Flags}, {&m.noFlag, m.NoFlag}, {&m.env, m.Env}} {
		if *pairs.to, err = compilePairs(pairs.from); err != nil {
			return err
		}
	}
	for i := range m.Unless {
		if err := m.Unless[i].compile(); err != nil {
			return err
		}
	}
	return nil
}

func (m *CommandMatch) keys() ([]string, bool) { return literalTexts(m.Program) }

func (m *CommandMatch) match(s *subject) bool {
	if !m.ready(m.compile) {
		return false
	}
	c := s.effect.Command
	if m.Program != nil && !m.program.match(c.Program) {
		return false
	}
	if !m.traits(c) || !m.matchSub(s) || !m.matchFlags(c) || !m.matchOperands(c) || !m.matchOrigin(s) {
		return false
	}
	if m.Env != nil && !anyAssign(m.env, c.Env) {
		return false
	}
	if m.Stdin != nil && (c.Stdin == nil || !m.stdin.match(c.Stdin.Text)) {
		return false
	}
	return !anyMatch(m.Unless, s)
}

func (m *CommandMatch) traits(c *effect.Command) bool {
	for _, t := range m.NoTrait {
		if c.Has(t) {
			return false
		}
	}
	if m.Trait != nil && !slices.ContainsFunc(m.Trait, c.Has) {
		return false
	}
	if !c.Has(effect.TraitDryRun) && !c.Has(effect.TraitHelp) {
		return true
	}
	// Whatever the program itself would only say, these happen in the shell.
	return slices.ContainsFunc(m.Trait, func(t effect.Trait) bool { return slices.Contains(shellTraits, t) && c.Has(t) })
}

var shellTraits = []effect.Trait{
	effect.TraitUnparsed, effect.TraitDynamicProgram, effect.TraitDynamicCode, effect.TraitPipeToShell,
	effect.TraitDecoded, effect.TraitReverseShell, effect.TraitExfil, effect.TraitEnvDump, effect.TraitForkBomb,
}

func (m *CommandMatch) matchSub(s *subject) bool {
	if m.Sub == nil {
		return true
	}
	words := s.commandWords()
	for i := range m.sub {
		if m.sub[i].match(words) {
			return true
		}
	}
	return false
}

func (m *CommandMatch) matchFlags(c *effect.Command) bool {
	if m.Flag != nil && !slices.ContainsFunc(m.flag, func(p pairPattern) bool { return hasFlag(&p, c) }) {
		return false
	}
	for i := range m.flags {
		if !hasFlag(&m.flags[i], c) {
			return false
		}
	}
	for i := range m.noFlag {
		if hasFlag(&m.noFlag[i], c) {
			return false
		}
	}
	return true
}

func hasFlag(p *pairPattern, c *effect.Command) bool {
	for _, f := range c.Flags {
		if !p.name.match(f.Name) {
			continue
		}
		if p.value == nil || f.Value != nil && p.value.match(f.Value.Text) {
			return true
		}
	}
	return false
}

func (m *CommandMatch) matchOperands(c *effect.Command) bool {
	if m.MinOperands != nil && len(c.Operands) < *m.MinOperands || m.MaxOperands != nil && len(c.Operands) > *m.MaxOperands {
		return false
	}
	if m.Operand == nil {
		return true
	}
	for _, o := range c.Operands {
		if m.operand.match(o.Text) {
			return true
		}
	}
	return false
}

func (m *CommandMatch) matchOrigin(s *subject) bool {
	if m.Where != nil && !matchWhere(m.where, s.effect) {
		return false
	}
	if m.Through != nil && !slices.ContainsFunc(s.effect.Origin.Through, m.through.match) {
		return false
	}
	if m.Path != nil && !m.path.match(s.effect.Command.Path) {
		return false
	}
	return is(m.ExecGate, s.situation.ExecGate)
}

func matchWhere(where patterns, e *effect.Effect) bool {
	if e.Origin.Where == "" {
		return where.match("here")
	}
	return where.match(e.Origin.Where)
}

func anyAssign(pairs []pairPattern, env []effect.Assign) bool {
	for _, a := range env {
		for i := range pairs {
			if pairs[i].name.match(a.Name) && (pairs[i].value == nil || pairs[i].value.match(a.Value.Text)) {
				return true
			}
		}
	}
	return false
}
