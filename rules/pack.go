package rules

import (
	"embed"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"twokey/parser/effect"
)

//go:embed packs/*.yaml
var packFiles embed.FS

// Pack is the rules for one tool or provider.
type Pack struct {
	Name  string `yaml:"pack"`
	Title string `yaml:"title"`
	Rules []Rule `yaml:"rules"`

	file string
	own  bool // from a policy layer, not built in
}

// File is where the pack was read from, for messages.
func (p *Pack) File() string { return p.file }

// Rule matches effects of one kind and says what becomes of them.
type Rule struct {
	ID     string      `yaml:"id"`
	Effect effect.Kind `yaml:"effect"`
	// Match is a mapping, or a list of them of which one must match; its
	// keys depend on the effect.
	Match    *yaml.Node `yaml:"match"`
	Verdict  Verdict    `yaml:"verdict"`
	Severity string     `yaml:"severity"`
	Undoable bool       `yaml:"undoable"`
	Why      string     `yaml:"why"`
	Instead  string     `yaml:"instead"`
	Confirm  bool       `yaml:"confirm"`
	// Fallback rules count only for effects that no other rule matched, be
	// its verdict allow.
	Fallback bool     `yaml:"fallback"`
	Examples Examples `yaml:"examples"`

	line    int
	matcher matcher
}

func (r *Rule) setLine(line int) { r.line = line }

// Line is where the rule begins in its pack's file.
func (r *Rule) Line() int { return r.line }

// Examples are a rule's tests: Hold must be held or denied by this rule, and
// Allow by none.
type Examples struct {
	Hold  []Example `yaml:"hold"`
	Allow []Example `yaml:"allow"`
}

// Example is a shell line, a statement or a request.
type Example struct {
	Cmd     string     `yaml:"cmd"`
	SQL     string     `yaml:"sql"`
	Dialect string     `yaml:"dialect"` // of SQL; "any" when empty
	Server  string     `yaml:"server"`  // of SQL; host or host:port
	Method  string     `yaml:"method"`  // GET when empty
	URL     string     `yaml:"url"`
	Headers [][]string `yaml:"headers"` // name and value pairs
	Body    string     `yaml:"body"`
	Connect string     `yaml:"connect"` // host:port

	line int
}

func (e *Example) setLine(line int) { e.line = line }

func (e *Example) setScalar(text string) { e.Cmd = text }

// Line is where the example stands in its pack's file.
func (e *Example) Line() int { return e.line }

// Packs decodes the built-in packs, with their examples.
func Packs() ([]Pack, error) { return shipped(DecodePack) }

// builtin decodes the built-in packs without their examples, which are half of
// the text and no part of the engine.
func builtin() ([]Pack, error) {
	return shipped(func(file string, data []byte) (Pack, error) {
		return decodePack(&decoder{file: file, trusted: true}, withoutExamples(data))
	})
}

func shipped(decode func(file string, data []byte) (Pack, error)) ([]Pack, error) {
	names, err := fs.Glob(packFiles, "packs/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("cannot list the built-in packs: %w", err)
	}
	packs := make([]Pack, len(names))
	errs := make([]error, len(names))
	var wait sync.WaitGroup
	for i, name := range names {
		wait.Go(func() {
			data, err := packFiles.ReadFile(name)
			if err != nil {
				errs[i] = fmt.Errorf("cannot read built-in pack: %w", err)
				return
			}
			packs[i], errs[i] = decode(name, data)
		})
	}
	wait.Wait()
	if err := joinFlat(errs); err != nil {
		return nil, err
	}
	return packs, nil
}

// withoutExamples blanks the examples of a built-in pack, which are written as
// the block "    examples:" to the next line that is indented no deeper.
func withoutExamples(data []byte) []byte {
	const key = "    examples:"
	var b strings.Builder
	b.Grow(len(data))
	inside := false
	for line := range strings.Lines(string(data)) {
		text := strings.TrimRight(line, "\n")
		switch {
		case text == key:
			inside = true
		case inside && text != "" && !strings.HasPrefix(text, "     "):
			inside = false
		}
		if !inside {
			b.WriteString(text)
		}
		b.WriteByte('\n')
	}
	return []byte(b.String())
}

// DecodePack decodes one pack, strictly; the error joins an InputError for
// everything that is wrong.
func DecodePack(file string, data []byte) (Pack, error) {
	return decodePack(&decoder{file: file}, data)
}

func decodePack(d *decoder, data []byte) (Pack, error) {
	p := Pack{file: d.file}
	n := d.document(data)
	if n == nil {
		if d.errs == nil {
			d.fail(1, "", "the file is empty", "")
		}
		return p, d.err()
	}
	d.value(n, reflect.ValueOf(&p).Elem(), "", 0)
	if d.errs == nil {
		c := checker{decoder: d, root: n}
		c.pack(&p, nil)
	}
	return p, d.err()
}

// problem is what is wrong with a rule, at the steps below it.
type problem struct {
	what, mend string
	steps      []any
}

var kinds = []effect.Kind{
	effect.KindCommand, effect.KindFile, effect.KindHTTP,
	effect.KindSQL, effect.KindDatastore, effect.KindConnect,
}

func (r *Rule) problems() []problem {
	var out []problem
	add := func(what, mend string, steps ...any) { out = append(out, problem{what, mend, steps}) }
	if !ruleID.MatchString(r.ID) {
		add(quote(r.ID)+" is not a rule's id", "write lower case words joined by -", "id")
	}
	if !slices.Contains(kinds, r.Effect) {
		add(quote(string(r.Effect))+" is not a kind of effect", "write command, file, http, sql, datastore or connect", "effect")
	}
	if r.Match == nil {
		add("the match is missing", "")
	}
	if r.Severity == "" {
		r.Severity = SeverityMedium
	} else if !slices.Contains(severities, r.Severity) {
		add(quote(r.Severity)+" is not a severity", "write "+strings.Join(severities, ", "), "severity")
	}
	if r.Why == "" {
		add("the reason is missing", "write why: one sentence for the person who is asked", "why")
	}
	return out
}

func (r *Rule) compile(d *decoder, field string) {
	var err error
	switch r.Effect {
	case effect.KindCommand:
		r.matcher, err = decodeMatch[CommandMatch](d, r.Match, field)
	case effect.KindFile:
		r.matcher, err = decodeMatch[FileMatch](d, r.Match, field)
	case effect.KindHTTP:
		r.matcher, err = decodeMatch[HTTPMatch](d, r.Match, field)
	case effect.KindSQL:
		r.matcher, err = decodeMatch[SQLMatch](d, r.Match, field)
	case effect.KindDatastore:
		r.matcher, err = decodeMatch[DatastoreMatch](d, r.Match, field)
	case effect.KindConnect:
		r.matcher, err = decodeMatch[ConnectMatch](d, r.Match, field)
	}
	if err != nil {
		d.fail(r.Match.Line, field, err.Error(), "")
	}
}

// ruleVerdicts lists the built-in and the given packs' rules, by full id.
func ruleVerdicts(own []Pack) (map[string]Verdict, error) {
	known, err := builtinVerdicts()
	if err != nil {
		return nil, err
	}
	for _, p := range own {
		for _, r := range p.Rules {
			known[p.Name+"/"+r.ID] = r.Verdict
		}
	}
	return known, nil
}

// builtinVerdicts scans the built-in packs for what overrides need, without
// decoding them.
func builtinVerdicts() (map[string]Verdict, error) {
	names, err := fs.Glob(packFiles, "packs/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("cannot list the built-in packs: %w", err)
	}
	known := map[string]Verdict{}
	for _, name := range names {
		data, err := packFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("cannot read built-in pack: %w", err)
		}
		pack, id := "", ""
		for line := range strings.Lines(string(data)) {
			line = strings.TrimSuffix(line, "\n")
			if text, ok := strings.CutPrefix(line, "pack: "); ok {
				pack = text
			} else if text, ok := strings.CutPrefix(line, "  - id: "); ok {
				id = text
			} else if text, ok := strings.CutPrefix(line, "    verdict: "); ok {
				var v Verdict
				if err := v.UnmarshalText([]byte(text)); err != nil {
					return nil, fmt.Errorf("internal error: %s: %w", name, err)
				}
				known[pack+"/"+id] = v
			}
		}
	}
	return known, nil
}
