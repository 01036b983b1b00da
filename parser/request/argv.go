package request

import "twokey/parser/effect"

// FromArgv returns the requests that a program's words would send; false means
// that the program is not one that is known to send requests.
func FromArgv(argv []effect.Word, stdin *effect.Word, readFile func(string) ([]byte, error)) ([]effect.HTTP, bool) {
	return nil, false
}
