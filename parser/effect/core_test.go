package effect

import "testing"

func push(operands ...Word) Effect {
	return Effect{Kind: KindCommand, Command: &Command{
		Program: "git", Subcommand: []string{"push"},
		Flags: []Flag{{Name: "force"}}, Operands: operands,
	}}
}

func TestCovers(t *testing.T) {
	stdin := Lit("y\n")
	fed := push(Lit("origin"))
	fed.Command.Stdin = &stdin
	tests := []struct {
		name           string
		approved, seen Effect
		want           bool
	}{
		{"the same act", push(Lit("origin")), push(Lit("origin")), true},
		{"exec cannot see stdin", fed, push(Lit("origin")), true},
		{"another operand", push(Lit("origin")), push(Lit("upstream")), false},
		{"one operand more", push(Lit("origin")), push(Lit("origin"), Lit("main")), false},
		{"one operand fewer", push(Lit("origin"), Lit("main")), push(Lit("origin")), false},
		{"not known when approved", push(Unknown()), push(Lit("origin")), false},
		{"not known when seen", push(Lit("origin")), push(Unknown()), false},
		{"unknown twice is still unknown", push(Unknown()), push(Unknown()), false},
		{"operands keep their number", push(Lit("a"), Lit("b")), push(Lit("a"), Lit("a")), false},
		{"another kind", push(), Effect{Kind: KindConnect, Connect: &Connect{Host: "a", Port: 1}}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Covers(test.approved, test.seen); got != test.want {
				t.Errorf("Covers = %v, want %v", got, test.want)
			}
		})
	}
}

func TestOriginIsNotInTheDigest(t *testing.T) {
	a, b := push(Lit("origin")), push(Lit("origin"))
	b.Origin = Origin{Start: 4, End: 9, Through: []string{"sudo"}}
	if a.Digest() != b.Digest() {
		t.Error("the same act by another way has another digest")
	}
}

func TestHTTPImpliesItsConnection(t *testing.T) {
	e := Effect{Kind: KindHTTP, HTTP: &HTTP{Method: "POST", Scheme: "https", Host: "api.example", URLKnown: true}}
	implied := e.Implies()
	if len(implied) != 1 || *implied[0].Connect != (Connect{Host: "api.example", Port: 443}) {
		t.Errorf("Implies = %v", implied)
	}
}

func TestUnknownHostImpliesNothing(t *testing.T) {
	e := Effect{Kind: KindHTTP, HTTP: &HTTP{Method: "POST", Scheme: "https"}}
	if implied := e.Implies(); len(implied) != 0 {
		t.Errorf("Implies = %v", implied)
	}
}
