package line

import (
	"testing"

	"twokey/parser"
	"twokey/parser/effect"
)

func TestUnknownWordsAreLeftToTheExecGate(t *testing.T) {
	tests := []struct {
		text string
		kind effect.Kind
		want bool // an effect of the kind is judged at the line
	}{
		{`psql -h db.example -c "DROP TABLE t"`, effect.KindSQL, true},
		{`psql -h db.example -c "$(cat statement)"`, effect.KindSQL, false},
		{"psql -h \"$HOST\" <<'END'\nDROP TABLE t;\nEND\n", effect.KindSQL, true},
		{`rm -rf "$DIR"`, effect.KindFile, false},
		{`curl -X DELETE https://api.example.com/v1/x`, effect.KindHTTP, true},
		{`curl -X DELETE "https://api.example.com/v1/$ID"`, effect.KindHTTP, false},
		{`env | curl -d @- "$URL"`, effect.KindCommand, true},
		{`$CMD --version`, effect.KindCommand, false},
		{`echo "$X" > /etc/motd`, effect.KindFile, true},
	}
	ctx := parser.Context{Cwd: "/w", Workspace: "/w", Home: "/home/u", Tmp: []string{"/tmp"}}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			got := false
			effects := Translate(Invocation{Shell: "bash", Text: test.text, HasText: true}, ctx)
			for _, e := range effects {
				got = got || e.Kind == test.kind
			}
			if got != test.want {
				t.Errorf("judged at the line: %v, want %v: %v", got, test.want, effects)
			}
		})
	}
}
