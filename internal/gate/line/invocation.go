// Package line is the line gate's translation: what a shell was asked to run,
// as effects, before any of it runs. It sees intent with all its context and
// can be evaded, so nothing may rest on it alone; it must never decide.
package line

import (
	"path/filepath"
	"slices"
	"strings"
)

// Invocation is what a shell's argv asks for; see bash(1), OPTIONS and
// ARGUMENTS.
type Invocation struct {
	// Shell is the shell to be: bash, sh, dash or zsh.
	Shell string
	// Text is the command string of -c, when HasText is set.
	Text    string
	HasText bool
	// Script is the file to read commands from, "" when there is none.
	Script string
	// Args are $0 and the positional parameters that follow Text or Script.
	Args []string
	// Asks is true when the shell only prints its version or help.
	Asks bool
}

// valueOptions take the next word as their value.
var valueOptions = []string{"--rcfile", "--init-file"}

// ParseInvocation reads a shell's argv, argv[0] among it. What it does not
// know it leaves to the shell, which refuses it.
func ParseInvocation(argv []string) Invocation {
	in := Invocation{Shell: shellName(argv[0])}
	rest := argv[1:]
	command := false
options:
	for len(rest) > 0 {
		word := rest[0]
		switch {
		case word == "--" || word == "-":
			rest = rest[1:]
			break options
		case strings.HasPrefix(word, "--"):
			rest = rest[1:]
			if slices.Contains(valueOptions, word) && len(rest) > 0 {
				rest = rest[1:]
			}
			in.Asks = in.Asks || word == "--version" || word == "--help"
		case len(word) > 1 && (word[0] == '-' || word[0] == '+'):
			rest = rest[1:]
			for _, letter := range word[1:] {
				switch letter {
				case 'c':
					command = command || word[0] == '-'
				case 'o', 'O':
					if len(rest) > 0 {
						rest = rest[1:]
					}
				}
			}
		default:
			break options
		}
	}
	switch {
	case command && len(rest) > 0:
		in.Text, in.HasText, in.Args = rest[0], true, rest[1:]
	case !command && len(rest) > 0 && !readsStdin(argv[1:len(argv)-len(rest)]):
		in.Script, in.Args = rest[0], rest
	default:
		in.Args = rest
	}
	return in
}

func readsStdin(options []string) bool {
	return slices.ContainsFunc(options, func(o string) bool {
		return len(o) > 1 && o[0] == '-' && o[1] != '-' && strings.ContainsRune(o, 's')
	})
}

func shellName(argv0 string) string {
	name := strings.TrimPrefix(filepath.Base(argv0), "-")
	if slices.Contains([]string{"sh", "dash", "zsh"}, name) {
		return name
	}
	return "bash"
}
