package rules

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"twokey/parser/effect"
)

var here = Situation{Workspace: "/home/dev/app", Home: "/home/dev"}

func engineOf(t testing.TB, layers ...Layer) *Engine {
	t.Helper()
	p, err := LoadPolicy(layers...)
	if err != nil {
		t.Fatal(err)
	}
	e, err := NewEngine(p)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func user(text string) Layer { return Layer{Name: "policy.yaml", Data: []byte(text)} }

func workspace(text string) Layer {
	return Layer{Name: ".twokey.yaml", Workspace: true, Data: []byte(text)}
}

func command(program string, words ...string) effect.Effect {
	c := &effect.Command{Program: program}
	for _, w := range words {
		c.Operands = append(c.Operands, effect.Lit(w))
	}
	return effect.Effect{Kind: effect.KindCommand, Command: c}
}

func forcePush() effect.Effect {
	return effect.Effect{Kind: effect.KindCommand, Command: &effect.Command{
		Program: "git", Subcommand: []string{"push"}, Flags: []effect.Flag{{Name: "force"}},
	}}
}

func connectTo(host string, port int) effect.Effect {
	return effect.Effect{Kind: effect.KindConnect, Connect: &effect.Connect{Host: host, Port: port}}
}

func request(method, host, path string) effect.Effect {
	return effect.Effect{Kind: effect.KindHTTP, HTTP: &effect.HTTP{Method: method, Scheme: "https", Host: host, Path: path, URLKnown: true}}
}

func TestOverrides(t *testing.T) {
	tests := []struct {
		name   string
		layers []Layer
		want   Verdict
	}{
		{"none", nil, Hold},
		{"the person loosens a rule", []Layer{user("rules: [{id: git/push-force, verdict: allow}]")}, Allow},
		{"the person loosens a pack", []Layer{user("rules: [{id: git/*, verdict: allow}]")}, Allow},
		{"the rule goes before its pack", []Layer{user("rules: [{id: git/*, verdict: allow}, {id: git/push-force, verdict: deny}]")}, Deny},
		{"of two layers the stricter counts", []Layer{user("rules: [{id: git/push-force, verdict: deny}]"), user("rules: [{id: git/push-force, verdict: allow}]")}, Deny},
		{"the workspace tightens", []Layer{workspace("rules: [{id: git/push-force, verdict: deny}]")}, Deny},
		{"the workspace tightens what the person loosened", []Layer{user("rules: [{id: git/push-force, verdict: allow}]"), workspace("rules: [{id: git/push-force, verdict: hold}]")}, Hold},
		{"the workspace tightens a pack", []Layer{workspace("rules: [{id: git/*, verdict: deny}]")}, Deny},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			j := engineOf(t, test.layers...).Judge([]effect.Effect{forcePush()}, here)
			if j.Verdict != test.want {
				t.Errorf("verdict %v, want %v (%v)", j.Verdict, test.want, j.Findings)
			}
		})
	}
}

func TestHosts(t *testing.T) {
	const policy = `
hosts:
  - {host: api.example, verdict: pass}
  - {host: "*.corp.example", verdict: deny}
  - {host: wiki.corp.example, verdict: pass}
  - {host: db.example, ports: [5432], verdict: pass}
  - {host: 10.0.0.0/8, verdict: hold}
  - {host: 10.1.0.0/16, verdict: pass}
`
	tests := []struct {
		name   string
		layers []Layer
		host   string
		port   int
		want   Verdict
	}{
		{"listed", []Layer{user(policy)}, "api.example", 443, Allow},
		{"case and dot", []Layer{user(policy)}, "API.example.", 443, Allow},
		{"not listed", []Layer{user(policy)}, "other.example", 443, Hold},
		{"not known", []Layer{user(policy)}, "", 443, Hold},
		{"wildcard", []Layer{user(policy)}, "x.corp.example", 443, Deny},
		{"wildcard is not the name itself", []Layer{user(policy)}, "corp.example", 443, Hold},
		{"wildcard is not another name's end", []Layer{user(policy)}, "evilcorp.example", 443, Hold},
		{"the exact name goes first", []Layer{user(policy)}, "wiki.corp.example", 443, Allow},
		{"port", []Layer{user(policy)}, "db.example", 5432, Allow},
		{"another port", []Layer{user(policy)}, "db.example", 22, Hold},
		{"unknown port", []Layer{user(policy)}, "db.example", 0, Hold},
		{"block", []Layer{user(policy)}, "10.2.3.4", 443, Hold},
		{"narrower block", []Layer{user(policy)}, "10.1.3.4", 443, Allow},
		{"the workspace holds what the person passes", []Layer{user(policy), workspace("hosts: [{host: api.example, verdict: hold}]")}, "api.example", 443, Hold},
		{"the workspace cannot loosen a denied name by naming it", []Layer{user(policy), workspace("hosts: [{host: x.corp.example, verdict: hold}]")}, "x.corp.example", 443, Deny},
		{"no policy", nil, "api.example", 443, Hold},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := engineOf(t, test.layers...)
			if j := e.Judge([]effect.Effect{connectTo(test.host, test.port)}, here); j.Verdict != test.want {
				t.Errorf("verdict %v, want %v (%v)", j.Verdict, test.want, j.Findings)
			}
		})
	}
}

func TestDetectedHostsPassConnectionsOnly(t *testing.T) {
	p, err := LoadPolicy(user("hosts: [{host: blocked.example, verdict: deny}]"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := NewEngine(p,
		HostRule{Host: "proxy.example", Verdict: HostPass, Origin: "go env GOPROXY"},
		HostRule{Host: "blocked.example", Verdict: HostPass, Origin: "pip config"})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		x    effect.Effect
		want Verdict
	}{
		{"connection", connectTo("proxy.example", 443), Allow},
		{"reading", request("GET", "proxy.example", "/m"), Allow},
		{"writing is not vouched for", request("PUT", "proxy.example", "/m"), Hold},
		{"the policy goes first", connectTo("blocked.example", 443), Deny},
	} {
		if j := e.Judge([]effect.Effect{test.x}, here); j.Verdict != test.want {
			t.Errorf("%s: %v, want %v", test.name, j.Verdict, test.want)
		}
	}
}

func TestPolicyHostsJudgeRequests(t *testing.T) {
	e := engineOf(t, user("hosts: [{host: own.example, verdict: pass}, {host: bad.example, verdict: deny}, {host: api.github.com, verdict: pass}]"))
	for _, test := range []struct {
		name string
		x    effect.Effect
		want Verdict
	}{
		{"a passed host may be written to", request("POST", "own.example", "/items"), Allow},
		{"a denied host may not even be read", request("GET", "bad.example", "/"), Deny},
		{"another host is read", request("GET", "any.example", "/"), Allow},
		{"another host is not written to", request("POST", "any.example", "/"), Hold},
		{"pass does not outvote a pack's rule", request("DELETE", "api.github.com", "/repos/a/b"), Hold},
	} {
		if j := e.Judge([]effect.Effect{test.x}, here); j.Verdict != test.want {
			t.Errorf("%s: %v, want %v (%v)", test.name, j.Verdict, test.want, j.Findings)
		}
	}
}

// What a command line announces is left to the connection itself, unless the
// person named the host.
func TestAnnouncedConnections(t *testing.T) {
	announced := func(host string) []effect.Effect { return []effect.Effect{command("nc", host), connectTo(host, 80)} }
	e := engineOf(t, user("hosts: [{host: bad.example, verdict: deny}]"))
	if j := e.Judge(announced("any.example"), here); j.Verdict != Allow {
		t.Errorf("unlisted: %v", j)
	}
	if j := e.Judge(announced("bad.example"), here); j.Verdict != Deny {
		t.Errorf("denied: %v", j)
	}
}

func TestFindingsAreOrdered(t *testing.T) {
	e := engineOf(t, user("rules: [{id: git/push-force, verdict: deny}]"))
	effects := []effect.Effect{
		{Kind: effect.KindSQL, SQL: &effect.SQL{Verb: "TRUNCATE", Writes: true}},
		command("ls"),
		forcePush(),
	}
	j := e.Judge(effects, here)
	if j.Verdict != Deny || len(j.Findings) != 2 {
		t.Fatalf("judgement %+v", j)
	}
	first, second := j.Findings[0], j.Findings[1]
	if first.Rule != "git/push-force" || first.Effect != 2 || second.Rule != "sql/truncate" || second.Effect != 0 {
		t.Errorf("findings %+v", j.Findings)
	}
	if first.Why == "" || first.Instead == "" || first.Pack != "git" || !second.Confirm || second.Severity != SeverityCritical {
		t.Errorf("findings %+v", j.Findings)
	}
}

func TestAllowedHasNoFindings(t *testing.T) {
	j := engineOf(t).Judge([]effect.Effect{command("ls"), command("docker", "ps")}, here)
	if j.Verdict != Allow || len(j.Findings) != 0 {
		t.Errorf("judgement %+v", j)
	}
	if j := engineOf(t).Judge(nil, here); j.Verdict != Allow {
		t.Errorf("nothing: %+v", j)
	}
}

func TestMalformedEffectsAreHeld(t *testing.T) {
	e := engineOf(t)
	for _, x := range []effect.Effect{
		{}, {Kind: "teleport"}, {Kind: effect.KindCommand}, {Kind: effect.KindFile}, {Kind: effect.KindHTTP},
		{Kind: effect.KindSQL}, {Kind: effect.KindDatastore}, {Kind: effect.KindConnect},
	} {
		if j := e.Judge([]effect.Effect{x}, here); j.Verdict != Hold {
			t.Errorf("%q: %v", x.Kind, j.Verdict)
		}
	}
}

func TestExecGateTakesDynamicPrograms(t *testing.T) {
	x := effect.Effect{Kind: effect.KindCommand, Command: &effect.Command{Traits: []effect.Trait{effect.TraitDynamicProgram}}}
	e := engineOf(t)
	if j := e.Judge([]effect.Effect{x}, here); j.Verdict != Hold {
		t.Errorf("without an exec gate: %v", j.Verdict)
	}
	s := here
	s.ExecGate = true
	if j := e.Judge([]effect.Effect{x}, s); j.Verdict != Allow {
		t.Errorf("before an exec gate: %v", j.Verdict)
	}
}

// An allow rule takes effects out of fallback rules, and out of nothing else.
func TestAllowRulesOutvoteFallbacksOnly(t *testing.T) {
	const pack = `
packs:
  - pack: own
    title: Own rules
    rules:
      - id: items
        effect: http
        match: {host: "*.example"}
        verdict: allow
        why: The test's own server.
        examples: {allow: [ls]}
      - id: push
        effect: command
        match: {program: git}
        verdict: allow
        why: Git is fine.
        examples: {allow: [ls]}
`
	e := engineOf(t, user(pack))
	if j := e.Judge([]effect.Effect{request("POST", "items.example", "/")}, here); j.Verdict != Allow {
		t.Errorf("fallback: %+v", j)
	}
	if j := e.Judge([]effect.Effect{forcePush()}, here); j.Verdict != Hold {
		t.Errorf("rule: %+v", j)
	}
}

func TestOwnPacksHold(t *testing.T) {
	e := engineOf(t, workspace(`
packs:
  - pack: shop
    title: The shop's own tool
    rules:
      - id: wipe
        effect: command
        match: {program: shopctl, sub: wipe}
        verdict: deny
        why: It empties the shop.
        instead: Use shopctl list.
        examples: {hold: [shopctl wipe], allow: [shopctl list]}
`))
	if j := e.Judge([]effect.Effect{command("shopctl", "wipe")}, here); j.Verdict != Deny || j.Findings[0].Rule != "shop/wipe" {
		t.Errorf("judgement %+v", j)
	}
	if j := e.Judge([]effect.Effect{command("shopctl", "list")}, here); j.Verdict != Allow {
		t.Errorf("judgement %+v", j)
	}
}

func TestEngineIsSafeForConcurrentUse(t *testing.T) {
	e := engineOf(t)
	effects := []effect.Effect{forcePush(), request("POST", "api.example", "/"), connectTo("a.example", 1)}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 50 {
				if j := e.Judge(effects, here); j.Verdict != Hold {
					t.Errorf("verdict %v", j.Verdict)
					return
				}
			}
		})
	}
	wait.Wait()
}

func TestVerdictText(t *testing.T) {
	for _, v := range []Verdict{Allow, Hold, Deny} {
		text, err := v.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back Verdict
		if err := back.UnmarshalText(text); err != nil || back != v {
			t.Errorf("%v becomes %s becomes %v, %v", v, text, back, err)
		}
	}
	var v Verdict
	if err := v.UnmarshalText([]byte("maybe")); err == nil {
		t.Error("maybe is a verdict")
	}
	if s := Verdict(7).String(); s != "deny" {
		t.Errorf("a verdict that is none reads %q", s)
	}
}

func TestPatterns(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"abc", "abc", true}, {"abc", "abcd", false}, {"a*", "abc", true}, {"*c", "abc", true}, {"*b*", "abc", true},
		{"a*c", "ac", true}, {"a*b*c", "a-b-c", true}, {"a*b*c", "a-c-b", false}, {"a*a", "a", false},
		{"a?c", "abc", true}, {"a?c", "ac", false}, {"*?", "", false}, {"*", "", true},
		{"{a,b}c", "bc", true}, {"{a,b{c,d}}", "bd", true}, {"{,x}a", "a", true},
		{"i:AbC", "aBc", true}, {"AbC", "abc", false}, {"i:{DEL,x}", "del", true},
		{"re:^a+$", "aaa", true}, {"re:^a{2}$", "aa", true}, {"i:re:^A$", "a", true}, {"re:^A$", "a", false},
	}
	for _, test := range tests {
		p, err := compilePattern(test.pattern)
		if err != nil {
			t.Errorf("%s: %v", test.pattern, err)
		} else if got := p.match(test.text); got != test.want {
			t.Errorf("%s on %q: %v", test.pattern, test.text, got)
		}
	}
	for _, bad := range []string{"", "{a", "a}", "re:(", "{" + strings.Repeat("a,", 600) + "a}"} {
		if _, err := compilePattern(bad); err == nil {
			t.Errorf("%.20q compiles", bad)
		}
	}
}

func TestWordPatterns(t *testing.T) {
	tests := []struct {
		pattern, words string
		want           bool
	}{
		{"push", "push origin", true}, {"push $", "push origin", false}, {"push $", "push", true}, {"$", "", true}, {"$", "x", false},
		{"{rm,volume rm}", "volume rm x", true}, {"{rm,volume rm}", "volume ls", false},
		{"** delete", "a b delete c", true}, {"** delete", "delete", true}, {"** delete", "a b", false},
		{"a ** b", "a b", true}, {"a ** b", "a x y b", true}, {"a *", "a", false}, {"a *", "a x", true},
		{"re:^x{2}$ y", "xx y", true}, {"{a,b} {c,d}", "b d", true}, {"s3 {cp,mv} * s3://*", "s3 cp x s3://b", true},
	}
	for _, test := range tests {
		ws, err := compileWordPatterns([]string{test.pattern})
		if err != nil {
			t.Errorf("%s: %v", test.pattern, err)
			continue
		}
		got := false
		for i := range ws {
			got = got || ws[i].match(strings.Fields(test.words))
		}
		if got != test.want {
			t.Errorf("%s on %q: %v", test.pattern, test.words, got)
		}
	}
	for _, bad := range []string{"", "$ x", "{a b"} {
		if _, err := compileWordPatterns([]string{bad}); err == nil {
			t.Errorf("%q compiles", bad)
		}
	}
}

func BenchmarkNewEngine(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := NewEngine(nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	e := engineOf(b)
	file := func(op effect.Operation, path string, scope effect.Scope) effect.Effect {
		return effect.Effect{Kind: effect.KindFile, File: &effect.File{Op: op, Path: effect.Lit(path), Scope: scope}}
	}
	for name, effects := range map[string][]effect.Effect{
		"git push":    {forcePush()},
		"ls":          {command("ls", "-la")},
		"aws":         {{Kind: effect.KindCommand, Command: &effect.Command{Program: "aws", Subcommand: []string{"s3", "ls"}, Traits: []effect.Trait{"reads"}}}},
		"read a file": {command("cat", "/home/dev/app/src/main.go"), file(effect.OpRead, "/home/dev/app/src/main.go", effect.ScopeWorkspace)},
		"write":       {file(effect.OpWrite, "/home/dev/app/src/main.go", effect.ScopeWorkspace)},
		"get":         {request("GET", "api.example.com", "/v1/items")},
		"post":        {request("POST", "api.github.com", "/repos/a/b/issues")},
		"select":      {{Kind: effect.KindSQL, SQL: &effect.SQL{Verb: "SELECT", Objects: []string{"users"}}}},
		"connect":     {connectTo("proxy.example", 443)},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.Judge(effects, here)
			}
		})
	}
}

func ExampleEngine_Judge() {
	e, err := NewEngine(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	j := e.Judge([]effect.Effect{forcePush()}, here)
	fmt.Println(j.Verdict, j.Findings[0].Rule)
	// Output: hold git/push-force
}
