package exec

import (
	"testing"

	"twokey/parser/effect"
)

func TestDenialCountsForTheSameProcessAndAct(t *testing.T) {
	push := []effect.Effect{{Kind: effect.KindCommand, Command: &effect.Command{Program: "git", Subcommand: []string{"push"}}}}
	pull := []effect.Effect{{Kind: effect.KindCommand, Command: &effect.Command{Program: "git", Subcommand: []string{"pull"}}}}
	var d denials
	if d.again(1, push) {
		t.Error("denied before it was")
	}
	d.add(1, push)
	for range 2 {
		if !d.again(1, push) {
			t.Error("the next entry of PATH asks again")
		}
	}
	if d.again(2, push) {
		t.Error("another process is denied unasked")
	}
	if d.again(1, pull) {
		t.Error("another act is denied unasked")
	}
	if d.again(1, push) {
		t.Error("another act does not end it")
	}
}
