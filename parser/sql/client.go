package sql

import "twokey/parser/effect"

// scriptIn is readIn for text that the database's own client reads.
func scriptIn(text, d string) reading {
	return readIn(text, d)
}

// clientCommand makes the effect of a client's own command.
func clientCommand(d dialect, text, verb string, objects ...string) effect.SQL {
	return statement(d, text, verb, objects...)
}
