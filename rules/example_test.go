package rules_test

import (
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"

	"twokey/parser"
	"twokey/parser/effect"
	"twokey/parser/request"
	"twokey/parser/sql"
	"twokey/rules"
)

// place is where every example is run.
var place = rules.Situation{Workspace: "/home/dev/app", Home: "/home/dev"}

func lineEffects(line string) []effect.Effect {
	return parser.Line(line, parser.Context{
		Cwd: place.Workspace, Workspace: place.Workspace, Home: place.Home,
		Tmp:  []string{"/tmp", "/var/tmp"},
		Vars: map[string]string{"HOME": place.Home, "PWD": place.Workspace, "TMPDIR": "/tmp"},
	})
}

// effectsOf reads an example as the gates read what it stands for. A text by
// itself is a statement in a rule about SQL, and a shell line elsewhere; a
// client's name begins a line there too.
func effectsOf(t *testing.T, kind effect.Kind, x rules.Example) []effect.Effect {
	t.Helper()
	statement := x.SQL
	if kind == effect.KindSQL && x.Cmd != "" && !isClient(x.Cmd) {
		statement = x.Cmd
	}
	switch {
	case x.URL != "":
		headers := make([][2]string, 0, len(x.Headers))
		for _, h := range x.Headers {
			if len(h) != 2 {
				t.Fatalf("line %d: a header is a name and a value", x.Line())
			}
			headers = append(headers, [2]string{h[0], h[1]})
		}
		h := request.FromHTTP(x.Method, x.URL, headers, []byte(x.Body))
		return []effect.Effect{{Kind: effect.KindHTTP, HTTP: &h}}
	case statement != "":
		dialect := x.Dialect
		if dialect == "" {
			dialect = "any"
		}
		var out []effect.Effect
		for _, s := range sql.Statements(statement, dialect) {
			s.Server = x.Server
			out = append(out, effect.Effect{Kind: effect.KindSQL, SQL: &s})
		}
		return out
	case x.Connect != "":
		host, port, err := net.SplitHostPort(x.Connect)
		if err != nil {
			t.Fatalf("line %d: %v", x.Line(), err)
		}
		n, err := strconv.Atoi(port)
		if err != nil {
			t.Fatalf("line %d: %v", x.Line(), err)
		}
		return []effect.Effect{{Kind: effect.KindConnect, Connect: &effect.Connect{Host: host, Port: n}}}
	}
	return lineEffects(x.Cmd)
}

func isClient(line string) bool {
	first, _, _ := strings.Cut(line, " ")
	return slices.Contains([]string{"psql", "mysql", "mariadb", "sqlite3", "duckdb", "cqlsh", "clickhouse-client", "echo", "docker"}, first)
}

func show(x rules.Example) string {
	switch {
	case x.URL != "":
		return x.Method + " " + x.URL + " " + x.Body
	case x.SQL != "":
		return x.SQL
	case x.Connect != "":
		return "connect " + x.Connect
	}
	return x.Cmd
}

// Every rule holds what it says it holds, by itself, and what it says is
// allowed no rule holds.
func TestExamples(t *testing.T) {
	packs, err := rules.Packs()
	if err != nil {
		t.Fatal(err)
	}
	engine, err := rules.NewEngine(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packs {
		for _, r := range p.Rules {
			id := p.Name + "/" + r.ID
			t.Run(id, func(t *testing.T) {
				for _, x := range r.Examples.Hold {
					effects := effectsOf(t, r.Effect, x)
					j := engine.Judge(effects, place)
					if !slices.ContainsFunc(j.Findings, func(f rules.Finding) bool { return f.Rule == id }) {
						t.Errorf("%s:%d: not held by this rule: %s\n\t%s\n\teffects: %s", p.File(), x.Line(), show(x), findings(j), describe(effects))
					}
				}
				for _, x := range r.Examples.Allow {
					effects := effectsOf(t, r.Effect, x)
					if j := engine.Judge(effects, place); j.Verdict != rules.Allow {
						t.Errorf("%s:%d: %s although it should be allowed: %s\n\t%s\n\teffects: %s", p.File(), x.Line(), j.Verdict, show(x), findings(j), describe(effects))
					}
				}
			})
		}
	}
}

func findings(j rules.Judgement) string {
	out := []string{j.Verdict.String()}
	for _, f := range j.Findings {
		out = append(out, f.Rule)
	}
	return strings.Join(out, " ")
}

func describe(effects []effect.Effect) string {
	var out []string
	for _, e := range effects {
		s := string(e.Kind) + " " + e.String()
		switch {
		case e.Command != nil:
			s += " " + traits(e.Command)
		case e.File != nil:
			s += " " + string(e.File.Scope)
		}
		if e.Origin.Where != "" {
			s += " @" + e.Origin.Where
		}
		out = append(out, s)
	}
	return strings.Join(out, " | ")
}

func traits(c *effect.Command) string {
	out := make([]string, len(c.Traits))
	for i, t := range c.Traits {
		out[i] = string(t)
	}
	return "[" + strings.Join(out, " ") + "]"
}
