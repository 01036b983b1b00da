package rules

import "strings"

// hostTable answers what the policy says of a host.
type hostTable struct {
	policy   []HostRule
	detected []HostRule
}

// The rules that judge hosts by the policy; they can be overridden by no id.
const (
	ruleHostDeny     = "hosts/denied"
	ruleHostHold     = "hosts/held"
	ruleHostUnlisted = "hosts/unlisted"
)

var hostStrictness = map[string]int{HostPass: 0, HostHold: 1, HostDeny: 2}

// find returns the rule for a host and port: the most specific one of the
// person's own policy, else of what was detected, and a workspace's where it
// is stricter. Of two that are as specific, the stricter counts.
func (t *hostTable) find(host string, port int) (HostRule, bool) {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	own, ok := mostSpecific(t.policy, host, port, false)
	if !ok {
		own, ok = mostSpecific(t.detected, host, port, false)
	}
	tight, tightened := mostSpecific(t.policy, host, port, true)
	if tightened && (!ok || hostStrictness[tight.Verdict] > hostStrictness[own.Verdict]) {
		return tight, true
	}
	return own, ok
}

func mostSpecific(rules []HostRule, host string, port int, workspace bool) (HostRule, bool) {
	best, at := HostRule{}, -1
	for _, r := range rules {
		if r.workspace != workspace {
			continue
		}
		n, ok := r.matches(host, port)
		if ok && (n > at || n == at && hostStrictness[r.Verdict] > hostStrictness[best.Verdict]) {
			best, at = r, n
		}
	}
	return best, at >= 0
}

// Host returns the rule that decides about a host and port, of the policy or
// detected; false when none names it, which a connection takes as a hold.
func (e *Engine) Host(host string, port int) (HostRule, bool) { return e.hosts.find(host, port) }

// judgeHost adds what the policy says of a host. A request, or a connection
// that a command line announces, is bound by what a person wrote and by nothing
// else: a host that was merely detected, as a registry, passes connections but
// vouches for no request, and an unlisted one is the business of the
// connection on the wire. It reports whether a person said pass.
func (e *Engine) judgeHost(i int, host string, port int, intent bool, j *Judgement) bool {
	rule, ok := e.hosts.find(host, port)
	if intent && (!ok || len(e.hosts.policy) == 0) {
		return false
	}
	name := host
	if name == "" {
		name = "a host that is not known"
	}
	switch {
	case !ok:
		j.add(i, &Finding{
			Verdict: Hold, Rule: ruleHostUnlisted, Pack: "hosts", Severity: SeverityMedium,
			Why:     "No policy lists " + name + ".",
			Instead: "Ask the person to approve it, or to list the host in their policy.",
		})
	case rule.Verdict == HostDeny:
		j.add(i, &Finding{
			Verdict: Deny, Rule: ruleHostDeny, Pack: "hosts", Severity: SeverityHigh,
			Why:     "The policy denies " + name + " (" + rule.Origin + ").",
			Instead: "Do without this host.",
		})
	case rule.Verdict == HostPass:
		_, own := mostSpecific(e.hosts.policy, strings.ToLower(host), port, false)
		return own
	default:
		j.add(i, &Finding{
			Verdict: Hold, Rule: ruleHostHold, Pack: "hosts", Severity: SeverityMedium,
			Why:     "The policy holds " + name + " (" + rule.Origin + ").",
			Instead: "Ask the person to approve it.",
		})
	}
	return false
}
