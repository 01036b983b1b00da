package line

import (
	"reflect"
	"testing"
)

func TestParseInvocation(t *testing.T) {
	tests := []struct {
		argv []string
		want Invocation
	}{
		{[]string{"twokey-sh", "-c", "ls"}, Invocation{Shell: "bash", Text: "ls", HasText: true, Args: []string{}}},
		{[]string{"bash", "-lc", "ls", "x", "y"}, Invocation{Shell: "bash", Text: "ls", HasText: true, Args: []string{"x", "y"}}},
		{[]string{"bash", "-c", "-l", "ls"}, Invocation{Shell: "bash", Text: "ls", HasText: true, Args: []string{}}},
		{[]string{"bash", "-O", "extglob", "-c", "ls", "--", "a"}, Invocation{Shell: "bash", Text: "ls", HasText: true, Args: []string{"--", "a"}}},
		{[]string{"bash", "-eo", "pipefail", "-c", "ls"}, Invocation{Shell: "bash", Text: "ls", HasText: true, Args: []string{}}},
		{[]string{"bash", "--norc", "--noprofile", "-c", "ls"}, Invocation{Shell: "bash", Text: "ls", HasText: true, Args: []string{}}},
		{[]string{"bash", "--rcfile", "f", "-c", "ls"}, Invocation{Shell: "bash", Text: "ls", HasText: true, Args: []string{}}},
		{[]string{"sh", "-c", "--", "ls"}, Invocation{Shell: "sh", Text: "ls", HasText: true, Args: []string{}}},
		{[]string{"-bash"}, Invocation{Shell: "bash", Args: []string{}}},
		{[]string{"/x/zsh", "run.zsh", "a"}, Invocation{Shell: "zsh", Script: "run.zsh", Args: []string{"run.zsh", "a"}}},
		{[]string{"bash", "-s", "a"}, Invocation{Shell: "bash", Args: []string{"a"}}},
		{[]string{"bash", "-c"}, Invocation{Shell: "bash", Args: []string{}}},
		{[]string{"bash", "--version"}, Invocation{Shell: "bash", Args: []string{}, Asks: true}},
	}
	for _, test := range tests {
		if got := ParseInvocation(test.argv); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q: got %+v, want %+v", test.argv, got, test.want)
		}
	}
}
