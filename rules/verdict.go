// Package rules decides what an effect may do: it merges policy layers,
// compiles the built-in packs and the person's own into one engine, and judges
// effects. It takes bytes and values and returns facts: it must never read a
// file, look at the environment or the clock, run a program or keep a log.
package rules

import (
	"fmt"
	"strings"
)

// Verdict is what an engine answers; the strictest one wins.
type Verdict int

// The verdicts, from the loosest to the strictest.
const (
	Allow Verdict = iota // it goes on, and is journaled
	Hold                 // it waits until a person approves it
	Deny                 // nobody may do it
)

var verdictNames = [...]string{"allow", "hold", "deny"}

// String returns "allow", "hold" or "deny"; a value that is none of them is
// never mistaken for an allow.
func (v Verdict) String() string {
	if v < Allow || v > Deny {
		return "deny"
	}
	return verdictNames[v]
}

// MarshalText writes the verdict's name.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads a verdict's name and refuses any other text.
func (v *Verdict) UnmarshalText(text []byte) error {
	for i, name := range verdictNames {
		if string(text) == name {
			*v = Verdict(i)
			return nil
		}
	}
	return fmt.Errorf("cannot read %q as a verdict; write %s", text, strings.Join(verdictNames[:], ", "))
}

// The severities, from the mildest.
const (
	SeverityLow      = "low"
	SeverityMedium   = "medium"
	SeverityHigh     = "high"
	SeverityCritical = "critical"
)

var severities = []string{SeverityLow, SeverityMedium, SeverityHigh, SeverityCritical}

// Finding is one reason for a verdict that is stricter than allow.
type Finding struct {
	Effect   int     `json:"effect"` // index of the effect that was judged
	Verdict  Verdict `json:"verdict"`
	Rule     string  `json:"rule"` // "pack/id"
	Pack     string  `json:"pack"`
	Severity string  `json:"severity"`
	Why      string  `json:"why"`               // one sentence, for the person
	Instead  string  `json:"instead,omitempty"` // what the agent should do
	Undoable bool    `json:"undoable"`          // the journal can put it back
	Confirm  bool    `json:"confirm,omitempty"` // the target's name must be typed to approve
}

// Judgement is the verdict on a list of effects and the findings that decided
// it, strictest first. An allowed list has no findings.
type Judgement struct {
	Verdict  Verdict   `json:"verdict"`
	Findings []Finding `json:"findings,omitempty"`
}

// Situation is what the gate that asks knows of the session.
type Situation struct {
	Workspace, Home string // absolute and clean
	// ExecGate says that an exec gate sees every program of the command
	// later, so that one not known before the run is left to it.
	ExecGate bool
}
