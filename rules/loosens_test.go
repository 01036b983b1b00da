package rules

import "testing"

func TestLoosens(t *testing.T) {
	tests := []struct {
		name, before, after string
		want                bool
	}{
		{"nothing changed", "", "", false},
		{"hides more", "", "view: {hide: ['*.x']}", false},
		{"hides less", "view: {hide: ['*.x']}", "", true},
		{"shows more", "", "view: {show: ['.env']}", true},
		{"passes a variable", "", "env: {pass: [TOKEN]}", true},
		{"passes a host", "", "hosts: [{host: a.example, verdict: pass}]", true},
		{"denies a host", "", "hosts: [{host: a.example, verdict: deny}]", false},
		{"no longer denies a host", "hosts: [{host: a.example, verdict: deny}]", "", true},
		{"redirects a host", "", "hosts: [{host: a.example, verdict: hold, dial: '127.0.0.1:1'}]", true},
		{"no longer passes a host", "hosts: [{host: a.example, verdict: pass}]", "", false},
		{"denies by a rule that held", "", "rules: [{id: 'git/*', verdict: deny}]", false},
		{"allows by a rule that held", "", "rules: [{id: 'git/*', verdict: allow}]", true},
		{"a longer deadline", "", "approval: {deadline: 1h}", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			engine := func(text string) *Engine {
				p, err := LoadPolicy(Layer{Name: "policy.yaml", Data: []byte(text)})
				if err != nil {
					t.Fatal(err)
				}
				e, err := NewEngine(p)
				if err != nil {
					t.Fatal(err)
				}
				return e
			}
			if got := engine(test.after).Loosens(engine(test.before)); (len(got) > 0) != test.want {
				t.Errorf("Loosens = %q, want any: %v", got, test.want)
			}
		})
	}
}
