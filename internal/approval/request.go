// Package approval keeps what waits for a person and what a person allowed: the
// requests of one supervisor, the grants that come of approvals, and tickets
// for callers that could not wait. An approval is bound to effects and is used
// up. The package must never decide by itself in favour of an effect: every
// failure, every bound and every end without an answer is a denial.
package approval

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"twokey/parser/effect"
)

// State is where a request stands.
type State string

// The states. All but pending are final.
const (
	Pending   State = "pending"
	Approved  State = "approved"
	Denied    State = "denied"
	Expired   State = "expired"   // nobody answered by the deadline
	Withdrawn State = "withdrawn" // who asked went away and did not ask for a ticket
)

// Request is one question to a person.
type Request struct {
	// ID is short, unguessable and easy to type; Ask sets it.
	ID string `json:"id"`
	// Created and Deadline are set by Ask where they are zero: now, and
	// DefaultDeadline later.
	Created  time.Time       `json:"created"`
	Deadline time.Time       `json:"deadline"`
	Gate     string          `json:"gate"` // line, exec, egress, session
	Session  string          `json:"session"`
	Command  uint64          `json:"command"` // the command's tag
	Text     string          `json:"text"`
	Cwd      string          `json:"cwd"`
	Effects  []effect.Effect `json:"effects"` // the held ones
	Rules    []Reason        `json:"rules"`
	Process  []string        `json:"process,omitempty"` // ancestry, nearest first
	State    State           `json:"state"`
	// Away is true when who asked could not wait; see ErrAway.
	Away     bool     `json:"away,omitempty"`
	Decision Decision `json:"decision,omitzero"`

	// Asked, when set, is called with the ID once the request is recorded and
	// can be decided. It must not block.
	Asked func(id string) `json:"-"`
}

// Reason is why a rule holds an effect.
type Reason struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Why      string `json:"why"`
	Instead  string `json:"instead,omitempty"`
	// Confirm is the name that must be typed to approve, "" for none.
	Confirm string `json:"confirm,omitempty"`
}

// Decision is the answer to a request.
type Decision struct {
	Approved bool   `json:"approved"`
	By       string `json:"by,omitempty"`  // who: user, terminal, process
	How      string `json:"how,omitempty"` // by which way: twokey, watch, ticket, deadline
	Reason   string `json:"reason,omitempty"`
	For      Scope  `json:"for,omitempty"`
	Typed    string `json:"typed,omitempty"` // what was typed to confirm
}

// Itself is who decides where no person did: Decision.By of an expiry.
const Itself = "twokey"

// MustType returns what an approval's Typed has to be, "" for nothing. Where
// several names are to be confirmed it is all of them with a blank between.
func (r *Request) MustType() string {
	var names []string
	for _, reason := range r.Rules {
		if reason.Confirm != "" && !slices.Contains(names, reason.Confirm) {
			names = append(names, reason.Confirm)
		}
	}
	return strings.Join(names, " ")
}

// size is about what the request takes in memory, in bytes.
func (r *Request) size() int {
	n := len(r.Text) + len(r.Cwd)
	for _, e := range r.Effects {
		n += effectSize(e)
	}
	for _, p := range r.Process {
		n += len(p)
	}
	return n
}

func effectSize(e effect.Effect) int {
	n := 512
	for _, f := range e.Core() {
		n += len(f.Name) + len(f.Value)
	}
	if e.HTTP != nil && e.HTTP.Body != nil {
		n += len(e.HTTP.Body.Text)
	}
	if e.SQL != nil {
		n += len(e.SQL.Text)
	}
	return n
}

// act names what a ticket is for: the same text in the same directory with the
// same effects.
func act(text, cwd string, effects []effect.Effect) string {
	h := sha256.New()
	put := func(s string) { h.Write([]byte(strconv.Itoa(len(s)) + ":" + s)) }
	put(text)
	put(cwd)
	for _, e := range effects {
		put(e.Digest())
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Scope says for what an approval holds: Once, Command, Session, or a duration
// as time.Duration writes it. "" is Once.
type Scope string

// The scopes that are no duration.
const (
	Once    Scope = "once"    // this act alone, at each gate that it passes
	Command Scope = "command" // the same effects until this command ends
	Session Scope = "session" // the same effects until the session ends
)

// MaxDuration is the longest time that a scope may last.
const MaxDuration = 24 * time.Hour

// ParseScope reads what a person typed.
func ParseScope(s string) (Scope, error) {
	switch Scope(s) {
	case "", Once:
		return Once, nil
	case Command, Session:
		return Scope(s), nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return "", fmt.Errorf("%q is no scope: it is once, command, session or a time such as 30m", s)
	}
	if d <= 0 || d > MaxDuration {
		return "", fmt.Errorf("%q is no scope: a time is above 0 and at most %s", s, MaxDuration)
	}
	return Scope(d.String()), nil
}

// Duration returns the time that the scope lasts, if it is one.
func (s Scope) Duration() (time.Duration, bool) {
	d, err := time.ParseDuration(string(s))
	return d, err == nil && d > 0 && d <= MaxDuration
}

// Errors of Decide and Get.
var (
	ErrUnknown = errors.New("no such request: it was never made or is long over")
	ErrDecided = errors.New("it was decided before")
	ErrConfirm = errors.New("the name to confirm is missing or wrong")
)

// ErrAway as the cause of Ask's context (context.WithCancelCause) means that
// the caller cannot wait any longer, but may come back: the request stays as
// a ticket, and the same act passes once when it is asked for again after the
// approval. Every other end of the context withdraws the request.
var ErrAway = errors.New("the caller's own time limit came first; the request stays")
