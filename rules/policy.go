package rules

import (
	"cmp"
	"fmt"
	"net"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The deadlines that hold where no layer sets another.
const (
	DefaultDeadline = 10 * time.Minute
	DefaultIdle     = 10 * time.Minute
)

// Layer is one policy file, least specific first.
type Layer struct {
	Name      string // the file's path, for errors
	Workspace bool   // an agent can write it, so it may only tighten
	Data      []byte
}

// Policy is all layers merged.
type Policy struct {
	View     View       `yaml:"view"`
	Env      Env        `yaml:"env"`
	Hosts    []HostRule `yaml:"hosts"`
	Rules    []Override `yaml:"rules"`
	Packs    []Pack     `yaml:"packs"`
	Approval Approval   `yaml:"approval"`
	Session  Session    `yaml:"session"`

	hidden hiddenSet
}

// View is what the sandbox shows beside its built-in lists.
type View struct {
	Hide  []string `yaml:"hide"`  // path globs that are secret; see Policy.Hides
	Show  []string `yaml:"show"`  // exceptions from the built-in and own globs
	Read  []string `yaml:"read"`  // further paths outside the workspace, read-only
	Write []string `yaml:"write"` // further paths outside the workspace, read-write
	Home  []string `yaml:"home"`  // further entries of the home, relative to it
}

// Env lists names of environment variables; * stands for any text.
type Env struct {
	Pass []string `yaml:"pass"`
	Hide []string `yaml:"hide"`
}

// HostRule says what becomes of connections to a host.
type HostRule struct {
	Host    string `yaml:"host"`    // a name, *.name for all below it, an address, a CIDR block, or *
	Ports   []int  `yaml:"ports"`   // none: all
	Verdict string `yaml:"verdict"` // pass, hold or deny
	Dial    string `yaml:"dial"`    // host:port to connect to instead
	Origin  string `yaml:"-"`       // where it was found, for explanations

	workspace bool
}

// The verdicts of a host rule.
const (
	HostPass = "pass"
	HostHold = "hold"
	HostDeny = "deny"
)

// Override sets another verdict for a rule or, as "pack/*", a whole pack.
type Override struct {
	ID      string  `yaml:"id"`
	Verdict Verdict `yaml:"verdict"`

	file      string
	line      int
	workspace bool
}

func (o *Override) setLine(line int) { o.line = line }

// Approval bounds a held request.
type Approval struct {
	Deadline time.Duration `yaml:"deadline"`
}

// Session bounds a session.
type Session struct {
	Idle time.Duration `yaml:"idle"`
}

// LoadPolicy decodes the layers strictly and merges them. The error joins one
// InputError for everything that is wrong; no policy is returned then.
func LoadPolicy(layers ...Layer) (*Policy, error) {
	merged := &Policy{}
	var errs []error
	for _, layer := range layers {
		p, err := decodeLayer(layer)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		merged.merge(p, layer.Workspace)
	}
	if err := joinFlat(errs); err != nil {
		return nil, err
	}
	if err := merged.checkOverrides(); err != nil {
		return nil, err
	}
	merged.Approval.Deadline = cmp.Or(merged.Approval.Deadline, DefaultDeadline)
	merged.Session.Idle = cmp.Or(merged.Session.Idle, DefaultIdle)
	hidden, err := newHiddenSet(merged.View.Hide, merged.View.Show)
	if err != nil {
		return nil, fmt.Errorf("internal error: %w", err)
	}
	merged.hidden = hidden
	return merged, nil
}

func decodeLayer(layer Layer) (*Policy, error) {
	p := &Policy{}
	d := &decoder{file: layer.Name}
	n := d.document(layer.Data)
	if n != nil {
		d.value(n, reflect.ValueOf(p).Elem(), "", 0)
	}
	if d.errs != nil || n == nil {
		return p, d.err()
	}
	c := checker{decoder: d, root: n}
	c.policy(p, layer.Workspace)
	for i := range p.Hosts {
		p.Hosts[i].workspace = layer.Workspace
		p.Hosts[i].Origin = layer.Name
	}
	for i := range p.Rules {
		p.Rules[i].file, p.Rules[i].workspace = layer.Name, layer.Workspace
	}
	for i := range p.Packs {
		p.Packs[i].file, p.Packs[i].own = layer.Name, true
	}
	return p, d.err()
}

// merge adds a layer. Lists grow; the later layer's durations count, a
// workspace's only where they are shorter.
func (p *Policy) merge(o *Policy, workspace bool) {
	p.View.Hide = append(p.View.Hide, o.View.Hide...)
	p.View.Show = append(p.View.Show, o.View.Show...)
	p.View.Read = append(p.View.Read, o.View.Read...)
	p.View.Write = append(p.View.Write, o.View.Write...)
	p.View.Home = append(p.View.Home, o.View.Home...)
	p.Env.Pass = append(p.Env.Pass, o.Env.Pass...)
	p.Env.Hide = append(p.Env.Hide, o.Env.Hide...)
	p.Hosts = append(p.Hosts, o.Hosts...)
	p.Rules = append(p.Rules, o.Rules...)
	p.Packs = append(p.Packs, o.Packs...)
	p.Approval.Deadline = laterDuration(p.Approval.Deadline, o.Approval.Deadline, DefaultDeadline, workspace)
	p.Session.Idle = laterDuration(p.Session.Idle, o.Session.Idle, DefaultIdle, workspace)
}

func laterDuration(before, later, usual time.Duration, workspace bool) time.Duration {
	switch {
	case later == 0:
		return before
	case workspace:
		return min(later, cmp.Or(before, usual))
	}
	return later
}

// checkOverrides needs all layers, for a rule may be one of their own packs.
func (p *Policy) checkOverrides() error {
	if len(p.Rules) == 0 {
		return nil
	}
	known, err := ruleVerdicts(p.Packs)
	if err != nil {
		return err
	}
	var errs []error
	for i, o := range p.Rules {
		field := "rules[" + strconv.Itoa(i) + "]"
		fail := func(what, mend string) {
			errs = append(errs, &InputError{File: o.file, Line: max(o.line, 1), Field: "rules " + quote(o.ID), What: what, Mend: mend})
		}
		pack, whole := strings.CutSuffix(o.ID, "/*")
		found, loosens := false, false
		for id, verdict := range known {
			if id == o.ID || whole && strings.HasPrefix(id, pack+"/") {
				found = true
				loosens = loosens || o.Verdict < verdict
			}
		}
		switch {
		case o.ID == "":
			errs = append(errs, &InputError{File: o.file, Line: max(o.line, 1), Field: field + ".id", What: "the rule is not named", Mend: "write id: pack/rule"})
		case !found:
			fail("no rule has this id", mendRule(o.ID, known))
		case loosens && o.workspace:
			fail("a workspace file may only tighten, and "+o.Verdict.String()+" is looser than the rule's own verdict", "put it in your own policy file")
		}
	}
	return joinFlat(errs)
}

func mendRule(id string, known map[string]Verdict) string {
	best, distance := "", 5
	for name := range known {
		if n := editDistance(id, name); n < distance || n == distance && name < best {
			best, distance = name, n
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return "run twokey policy rules for the list"
}

// joinFlat joins errors, one a line; nil when there are none.
func joinFlat(errs []error) error {
	var flat []error
	for _, err := range errs {
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			flat = append(flat, many.Unwrap()...)
		} else if err != nil {
			flat = append(flat, err)
		}
	}
	if len(flat) == 0 {
		return nil
	}
	return &InputErrors{Errs: flat}
}

// InputErrors is everything that is wrong with the layers.
type InputErrors struct{ Errs []error }

// Error joins the errors, one a line.
func (e *InputErrors) Error() string {
	lines := make([]string, len(e.Errs))
	for i, err := range e.Errs {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the errors, each an *InputError where it names a place.
func (e *InputErrors) Unwrap() []error { return e.Errs }

// matches reports whether the rule is about this host and port. A port of 0,
// which is not known, is matched by rules without ports alone.
func (h *HostRule) matches(host string, port int) (specificity int, ok bool) {
	if len(h.Ports) > 0 && !slices.Contains(h.Ports, port) {
		return 0, false
	}
	name := strings.ToLower(h.Host)
	ports := 0
	if len(h.Ports) > 0 {
		ports = 1
	}
	if name == host {
		return 4000 + ports, true
	}
	if name == "*" {
		return ports, true
	}
	if tail, wild := strings.CutPrefix(name, "*."); wild {
		if len(host) > len(tail)+1 && strings.HasSuffix(host, "."+tail) {
			return 2*len(name) + ports, true
		}
		return 0, false
	}
	if strings.Contains(name, "/") {
		_, block, err := net.ParseCIDR(name)
		ip := net.ParseIP(host)
		if err == nil && ip != nil && block.Contains(ip) {
			ones, _ := block.Mask.Size()
			return 2*ones + ports, true
		}
	}
	return 0, false
}
