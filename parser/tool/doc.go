// Package tool knows the argument grammars of programs: it turns one
// program's argv into effects. Wrappers and shell text are dealt with before
// it, and what an argv hides inside it (shell text, another argv) is handed
// back to the caller. It takes words and returns facts; it must never run,
// judge or guess: a word that is not known stays unknown.
package tool

import "twokey/parser/effect"

// Invocation is one program about to run.
type Invocation struct {
	// Argv is the program as written and its words, not all of them known.
	Argv []effect.Word
	// Env are the variables that the command's own words set.
	Env []effect.Assign
	// Stdin is known when the text feeds the program: a heredoc, a
	// here-string or the output of echo or printf.
	Stdin *effect.Word
	// Paths classifies and resolves paths.
	Paths Paths
	// ReadFile reads scripts and @file operands; nil: nothing is readable.
	// The caller bounds its size.
	ReadFile func(string) ([]byte, error)
	// Net is true when stdout is piped, directly or not, into a program that
	// sends to the network.
	Net bool
}

// Shell is shell text that the program would run.
type Shell struct {
	Text    effect.Word
	Dialect string // bash, posix, zsh, mksh; "" for the system's sh
	Where   string // as effect.Origin.Where
	Via     string // the wrapper's name for effect.Origin.Through
}

// Nested is another program's argv inside this one.
type Nested struct {
	Argv  []effect.Word
	Where string
	Via   string
}

// Result is what an argv would do. Effects always holds one command effect,
// first; the rest follow from it. Shells and Execs are for the caller to
// translate in turn.
type Result struct {
	Effects []effect.Effect
	Shells  []Shell
	Execs   []Nested
}
