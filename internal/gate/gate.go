// Package gate is the one way from effects to a decision: the rules judge,
// what they hold asks the approvals, and the log has it before it goes on. The
// gates beneath translate what they see into effects and enforce the answer;
// none of them decides, and this package must never translate or enforce.
package gate

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"twokey/internal/approval"
	"twokey/parser/effect"
	"twokey/rules"
)

// Names of the gates, as the log and the approvals have them.
const (
	Line    = "line"
	Exec    = "exec"
	Egress  = "egress"
	Session = "session"
)

// Command is a command line of a caller, to which effects belong.
type Command struct {
	Tag  uint64
	Text string
	Dir  string
	// Notify puts a line on the command's stderr; nil when nobody listens.
	Notify func(string)
}

// Inquiry asks whether effects may go on.
type Inquiry struct {
	Gate    string
	Command *Command // nil when the effect belongs to no known command
	Effects []effect.Effect
	// Process says who does it and who started that, nearest first. It is
	// called only when a person is asked.
	Process func() []string
	// Lineage is the process that does it and those that it descends from,
	// nearest first, where the gate knows them.
	Lineage []int
	// Complete is true when no exec gate will see what the text did not say.
	Complete bool
}

// Answer is a gate's order. Where it does not allow, Reason is a line for the
// agent, without "twokey: ".
type Answer struct {
	Allowed bool
	// Withdrawn is true when the asking process went away or was interrupted.
	Withdrawn bool
	Verdict   rules.Verdict
	Rule      string
	Reason    string
	Request   string // the approval request's ID, "" when nobody was asked
}

// Judge decides. Its fields are set once, before the first Decide.
type Judge struct {
	SessionID string
	Workspace string
	Home      string
	Deadline  func() time.Duration
	Approvals *approval.Store
	Grants    *approval.Grants
	Log       func(kind string, command *Command, sync bool, data any) error

	engine atomic.Pointer[rules.Engine]
}

// SetEngine puts a new engine in force for what comes after.
func (j *Judge) SetEngine(e *rules.Engine) { j.engine.Store(e) }

// Engine returns the engine in force.
func (j *Judge) Engine() *rules.Engine { return j.engine.Load() }

// Judgement is what the rules alone say of the effects.
func (j *Judge) Judgement(in Inquiry) rules.Judgement {
	return j.Engine().Judge(in.Effects, rules.Situation{
		Workspace: j.Workspace, Home: j.Home, ExecGate: !in.Complete,
	})
}

// Decide answers an inquiry. It blocks while a person is asked; the end of ctx
// withdraws the question. Every failure denies.
func (j *Judge) Decide(ctx context.Context, in Inquiry) Answer {
	judgement := j.Judgement(in)
	switch judgement.Verdict {
	case rules.Allow:
		return Answer{Allowed: true}
	case rules.Deny:
		return j.deny(in, judgement)
	}
	held := j.notGranted(in, judgement)
	if len(held) == 0 {
		return Answer{Allowed: true, Verdict: rules.Hold}
	}
	return j.ask(ctx, in, held)
}

// Hold asks about effects that no rule decides: what a session itself may not
// grant.
func (j *Judge) Hold(ctx context.Context, in Inquiry, rule, why string) Answer {
	var held []rules.Finding
	for i := range in.Effects {
		held = append(held, rules.Finding{Effect: i, Verdict: rules.Hold, Rule: rule, Severity: rules.SeverityHigh, Why: why})
	}
	return j.ask(ctx, in, held)
}

func (j *Judge) deny(in Inquiry, judgement rules.Judgement) Answer {
	f := judgement.Findings[0]
	answer := Answer{Verdict: rules.Deny, Rule: f.Rule, Reason: explain("denied", f, in.Effects)}
	if err := j.Log("deny", in.Command, true, decided{Gate: in.Gate, Rule: f.Rule, Effects: in.Effects}); err != nil {
		answer.Reason += " (" + err.Error() + ")"
	}
	return answer
}

// notGranted returns the findings that no earlier approval covers.
func (j *Judge) notGranted(in Inquiry, judgement rules.Judgement) []rules.Finding {
	var held []rules.Finding
	granted := map[int]bool{}
	for _, f := range judgement.Findings {
		if f.Verdict != rules.Hold {
			continue
		}
		known, seen := granted[f.Effect]
		if !seen {
			known = j.take(in, in.Effects[f.Effect])
			granted[f.Effect] = known
		}
		if !known {
			held = append(held, f)
		}
	}
	return held
}

func (j *Judge) take(in Inquiry, e effect.Effect) bool {
	if in.Command == nil {
		return false
	}
	return j.Grants.Take(in.Command.Tag, in.Gate, e, in.Lineage...)
}

func (j *Judge) ask(ctx context.Context, in Inquiry, held []rules.Finding) Answer {
	command := in.Command
	var process []string
	if in.Process != nil {
		process = in.Process()
	}
	if command == nil {
		command = &Command{Text: strings.Join(process, " < ")}
	}
	now := time.Now()
	request := approval.Request{
		Created: now, Deadline: now.Add(j.Deadline()),
		Gate: in.Gate, Session: j.SessionID, Command: command.Tag,
		Text: command.Text, Cwd: command.Dir, Process: process,
	}
	listed := map[int]bool{}
	for _, f := range held {
		if !listed[f.Effect] {
			listed[f.Effect] = true
			request.Effects = append(request.Effects, in.Effects[f.Effect])
		}
		reason := approval.Reason{Rule: f.Rule, Severity: f.Severity, Why: f.Why, Instead: f.Instead}
		if f.Confirm {
			reason.Confirm = target(in.Effects[f.Effect])
		}
		request.Rules = append(request.Rules, reason)
	}
	first := held[0]
	id := ""
	request.Asked = func(given string) {
		id = given
		if command.Notify != nil {
			command.Notify(fmt.Sprintf("held: %s: %s; request %s waits for a person until %s (twokey approve %s); do not look for another way",
				in.Effects[first.Effect], phrase(first.Why), given, request.Deadline.Format("15:04:05"), given))
		}
	}
	decision, err := j.Approvals.Ask(ctx, request)
	answer := Answer{Verdict: rules.Hold, Rule: first.Rule, Request: id}
	switch {
	case err != nil && ctx.Err() != nil:
		answer.Withdrawn = true
		answer.Reason = fmt.Sprintf("withdrawn: request %s ended with the process that asked", id)
	case err != nil:
		answer.Reason = "denied: " + err.Error()
	case !decision.Approved:
		answer.Reason = explain("denied", first, in.Effects)
		if decision.Reason != "" {
			answer.Reason = fmt.Sprintf("denied by %s: %s (request %s, %s)", decision.By, decision.Reason, id, in.Effects[first.Effect])
		}
	default:
		answer.Allowed = true
		j.Grants.Add(command.Tag, request.Effects, decision.For, in.Gate)
		if len(in.Lineage) > 0 {
			j.Grants.Bind(command.Tag, request.Effects, in.Lineage[0])
		}
	}
	return answer
}

// decided is a gate's decision in the log.
type decided struct {
	Gate    string          `json:"gate"`
	Rule    string          `json:"rule,omitempty"`
	Effects []effect.Effect `json:"effects,omitempty"`
}

func explain(what string, f rules.Finding, effects []effect.Effect) string {
	text := fmt.Sprintf("%s: %s: %s (rule %s)", what, effects[f.Effect], phrase(f.Why), f.Rule)
	if f.Instead != "" {
		text += "; instead: " + phrase(f.Instead)
	}
	return text
}

// phrase makes a sentence part of a longer line.
func phrase(sentence string) string { return strings.TrimSuffix(sentence, ".") }

// target is the name that a person types to confirm an effect.
func target(e effect.Effect) string {
	switch e.Kind {
	case effect.KindSQL:
		if len(e.SQL.Objects) > 0 {
			return e.SQL.Objects[0]
		}
		return e.SQL.Database
	case effect.KindHTTP:
		return e.HTTP.Host
	case effect.KindConnect:
		return e.Connect.Host
	case effect.KindFile:
		return e.File.Path.String()
	case effect.KindDatastore:
		return e.Datastore.Server
	case effect.KindCommand:
		for _, o := range e.Command.Operands {
			if o.Known {
				return o.Text
			}
		}
		return e.Command.Program
	}
	return ""
}
