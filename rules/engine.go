package rules

import (
	"cmp"
	"slices"
	"strings"

	"twokey/parser/effect"
)

// Engine judges effects by the built-in packs and one policy. It is built once
// and never changes; any number of goroutines may use it.
type Engine struct {
	policy *Policy
	hosts  hostTable

	commands map[string][]*compiled // by program
	requests map[string][]*compiled // by the host's last two labels
	files    map[string][]*compiled // by operation
	others   map[effect.Kind][]*compiled
	fallback map[effect.Kind][]*compiled
	infos    []RuleInfo
}

// compiled is a rule as the engine uses it.
type compiled struct {
	matcher
	verdict Verdict
	finding Finding
}

// RuleInfo describes a rule to a person.
type RuleInfo struct {
	ID       string      `json:"id"` // "pack/rule"
	Pack     string      `json:"pack"`
	Title    string      `json:"title"` // the pack's
	Effect   effect.Kind `json:"effect"`
	Verdict  Verdict     `json:"verdict"` // after overrides
	Severity string      `json:"severity"`
	Why      string      `json:"why"`
	Instead  string      `json:"instead,omitempty"`
	Own      bool        `json:"own,omitempty"` // from a policy, not built in
}

// NewEngine compiles the built-in packs and the policy, which may be nil.
// detected are hosts read from the person's own package managers; whatever the
// policy says of a host goes before them.
func NewEngine(p *Policy, detected ...HostRule) (*Engine, error) {
	if p == nil {
		var err error
		if p, err = LoadPolicy(); err != nil {
			return nil, err
		}
	}
	packs, err := builtin()
	if err != nil {
		return nil, err
	}
	e := &Engine{
		policy:   p,
		hosts:    hostTable{policy: p.Hosts, detected: detected},
		commands: map[string][]*compiled{},
		requests: map[string][]*compiled{},
		files:    map[string][]*compiled{},
		others:   map[effect.Kind][]*compiled{},
		fallback: map[effect.Kind][]*compiled{},
	}
	for _, pack := range append(packs, p.Packs...) {
		for i := range pack.Rules {
			e.add(&pack, &pack.Rules[i])
		}
	}
	return e, nil
}

func (e *Engine) add(pack *Pack, r *Rule) {
	id := pack.Name + "/" + r.ID
	verdict := e.policy.verdictOf(id, r.Verdict)
	c := &compiled{matcher: r.matcher, verdict: verdict, finding: Finding{
		Verdict: verdict, Rule: id, Pack: pack.Name, Severity: r.Severity,
		Why: r.Why, Instead: r.Instead, Undoable: r.Undoable, Confirm: r.Confirm,
	}}
	e.infos = append(e.infos, RuleInfo{
		ID: id, Pack: pack.Name, Title: pack.Title, Effect: r.Effect, Verdict: verdict,
		Severity: r.Severity, Why: r.Why, Instead: r.Instead, Own: pack.own,
	})
	if r.Fallback {
		e.fallback[r.Effect] = append(e.fallback[r.Effect], c)
		return
	}
	index := e.index(r.Effect)
	for _, alternative := range alternatives(r.matcher) {
		part := *c
		part.matcher = alternative
		keys, indexed := alternative.keys()
		if !indexed || index == nil {
			e.others[r.Effect] = append(e.others[r.Effect], &part)
			continue
		}
		slices.Sort(keys)
		for _, key := range slices.Compact(keys) {
			index[key] = append(index[key], &part)
		}
	}
}

// index is where the rules of a kind are found by a key of the effect.
func (e *Engine) index(kind effect.Kind) map[string][]*compiled {
	switch kind {
	case effect.KindCommand:
		return e.commands
	case effect.KindHTTP:
		return e.requests
	case effect.KindFile:
		return e.files
	}
	return nil
}

// alternatives are the matchers of which one must match. Each is indexed by
// itself, so that one without a key does not cost every effect the others.
func alternatives(m matcher) []matcher {
	if list, ok := m.(anyOf); ok {
		return list
	}
	return []matcher{m}
}

// verdictOf applies the overrides to a rule's own verdict. One that names the
// rule goes before one that names its pack; of several the strictest counts,
// and a workspace's can only add strictness.
func (p *Policy) verdictOf(id string, own Verdict) Verdict {
	pack, _, _ := strings.Cut(id, "/")
	exact, whole, tightened := Verdict(-1), Verdict(-1), Verdict(-1)
	for _, o := range p.Rules {
		switch {
		case o.workspace && (o.ID == id || o.ID == pack+"/*"):
			tightened = max(tightened, o.Verdict)
		case o.ID == id:
			exact = max(exact, o.Verdict)
		case o.ID == pack+"/*":
			whole = max(whole, o.Verdict)
		}
	}
	verdict := own
	if exact >= 0 {
		verdict = exact
	} else if whole >= 0 {
		verdict = whole
	}
	return max(verdict, tightened)
}

// Rules lists the rules of the engine, packs in order of their names.
func (e *Engine) Rules() []RuleInfo { return slices.Clone(e.infos) }

// Policy returns what the engine was built from. It must not be changed.
func (e *Engine) Policy() *Policy { return e.policy }

// Judge returns the strictest verdict on the effects and why. An effect of a
// kind that the engine does not know is held.
func (e *Engine) Judge(effects []effect.Effect, s Situation) Judgement {
	var j Judgement
	intent := slices.ContainsFunc(effects, func(x effect.Effect) bool { return x.Kind == effect.KindCommand })
	for i := range effects {
		e.judge(i, &effects[i], &s, intent, &j)
	}
	slices.SortStableFunc(j.Findings, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(b.Verdict, a.Verdict),
			cmp.Compare(slices.Index(severities, b.Severity), slices.Index(severities, a.Severity)))
	})
	return j
}

// judge takes one effect. One that comes with a command is intent: what it
// would send to a host that no policy lists is left to the connection itself.
func (e *Engine) judge(i int, x *effect.Effect, s *Situation, intent bool, j *Judgement) {
	subject := subject{effect: x, situation: s, policy: e.policy}
	matched := false
	try := func(rules []*compiled) {
		for _, c := range rules {
			if c.match(&subject) {
				matched = true
				j.add(i, &c.finding)
			}
		}
	}
	if !wellFormed(x) {
		j.add(i, &unknownEffect)
		return
	}
	switch x.Kind {
	case effect.KindCommand:
		try(e.commands[x.Command.Program])
	case effect.KindFile:
		try(e.files[string(x.File.Op)])
	case effect.KindHTTP:
		tail, _ := hostTail(x.HTTP.Host, true)
		try(e.requests[tail])
		matched = e.judgeHost(i, x.HTTP.Host, x.HTTP.WirePort(), true, j) || matched
	case effect.KindConnect:
		try(e.others[effect.KindConnect])
		e.judgeHost(i, x.Connect.Host, x.Connect.Port, intent, j)
		return
	}
	try(e.others[x.Kind])
	if !matched {
		try(e.fallback[x.Kind])
	}
}

func (j *Judgement) add(i int, f *Finding) {
	if f.Verdict == Allow {
		return
	}
	// Two alternatives of one rule are one reason.
	if n := len(j.Findings); n > 0 && j.Findings[n-1].Rule == f.Rule && j.Findings[n-1].Effect == i {
		return
	}
	found := *f
	found.Effect = i
	j.Findings = append(j.Findings, found)
	j.Verdict = max(j.Verdict, f.Verdict)
}

var unknownEffect = Finding{
	Verdict: Hold, Rule: "engine/unknown", Pack: "engine", Severity: SeverityHigh,
	Why: "The effect is of a kind that no rule can judge.",
}

// wellFormed reports whether the part that the kind names is there.
func wellFormed(x *effect.Effect) bool {
	switch x.Kind {
	case effect.KindCommand:
		return x.Command != nil
	case effect.KindFile:
		return x.File != nil
	case effect.KindHTTP:
		return x.HTTP != nil
	case effect.KindSQL:
		return x.SQL != nil
	case effect.KindDatastore:
		return x.Datastore != nil
	case effect.KindConnect:
		return x.Connect != nil
	}
	return false
}
