package cli

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"
	"mvdan.cc/sh/v3/syntax"

	"twokey/internal/approval"
	"twokey/internal/control"
	"twokey/internal/session"
)

// allPending asks every session that lives.
func allPending() ([]approval.Request, error) {
	places, err := places()
	if err != nil {
		return nil, err
	}
	var all []approval.Request
	for _, place := range places {
		reply, err := session.Ask(place, session.Question{Verb: "pending"})
		switch {
		case errors.Is(err, session.ErrGone):
		case err != nil:
			return nil, err
		default:
			all = append(all, reply.Requests...)
		}
	}
	slices.SortFunc(all, func(a, b approval.Request) int { return a.Created.Compare(b.Created) })
	return all, nil
}

func places() ([]control.Place, error) {
	home, err := home()
	if err != nil {
		return nil, err
	}
	return home.Sessions()
}

// find returns the session that has the request.
func find(id string) (control.Place, approval.Request, error) {
	places, err := places()
	if err != nil {
		return control.Place{}, approval.Request{}, err
	}
	for _, place := range places {
		reply, err := session.Ask(place, session.Question{Verb: "show", ID: id})
		if err == nil && reply.Error == "" && len(reply.Requests) == 1 {
			return place, reply.Requests[0], nil
		}
	}
	return control.Place{}, approval.Request{}, fmt.Errorf("no request %s: it was answered, expired or withdrawn; twokey pending lists what waits", visible(id))
}

func (e *env) pending(args []string) error {
	set := flag.NewFlagSet("pending", flag.ContinueOnError)
	asJSON := set.Bool("json", false, "")
	if rest, err := flags(set, args); err != nil || len(rest) > 0 {
		return orUsage(err, "pending takes no operands")
	}
	all, err := allPending()
	if err != nil {
		return err
	}
	if *asJSON {
		for _, r := range all {
			if err := json.NewEncoder(e.stdout).Encode(r); err != nil {
				return err
			}
		}
		return nil
	}
	if len(all) == 0 {
		e.say("nothing waits")
		return nil
	}
	for _, r := range all {
		fmt.Fprintf(e.stdout, "%s  %s left  %s\n", r.ID, left(r), visible(summary(r)))
		fmt.Fprintf(e.stdout, "       $ %s\n", visible(cut(r.Text, 160)))
	}
	return nil
}

func left(r approval.Request) string {
	return max(0, time.Until(r.Deadline)).Round(time.Second).String()
}

func summary(r approval.Request) string {
	var parts []string
	for _, x := range r.Effects {
		parts = append(parts, x.String())
	}
	return cut(strings.Join(parts, "; "), 200)
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "..."
}

func (e *env) show(args []string) error {
	set := flag.NewFlagSet("show", flag.ContinueOnError)
	asJSON := set.Bool("json", false, "")
	rest, err := flags(set, args)
	if err != nil || len(rest) != 1 {
		return orUsage(err, "show takes one request's ID")
	}
	_, r, err := find(rest[0])
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(e.stdout).Encode(r)
	}
	e.print(r)
	return nil
}

// print shows a request as a person decides on it: the effect first.
func (e *env) print(r approval.Request) {
	line := func(label, text string) {
		for i, l := range strings.Split(text, "\n") {
			if i > 0 {
				label = ""
			}
			fmt.Fprintf(e.stdout, "%-9s %s\n", label, visible(l))
		}
	}
	line("request", fmt.Sprintf("%s, %s, %s left", r.ID, r.State, left(r)))
	for _, x := range r.Effects {
		line("would", x.String())
		for _, detail := range details(x) {
			line("", "  "+detail)
		}
	}
	for _, reason := range r.Rules {
		line("because", fmt.Sprintf("%s (%s, %s)", reason.Why, reason.Rule, reason.Severity))
	}
	line("command", cut(r.Text, 4000))
	if r.Cwd != "" {
		line("in", r.Cwd)
	}
	for i, p := range r.Process {
		line(map[bool]string{true: "by", false: ""}[i == 0], p)
	}
	line("seen by", "the "+r.Gate+" gate, session "+r.Session)
	confirm := r.MustType()
	if confirm != "" {
		confirm = " --type " + quote(confirm)
	}
	line("answer", "twokey approve "+r.ID+confirm+"   or   twokey deny "+r.ID+" --reason TEXT")
}

func (e *env) approve(args []string) error {
	set := flag.NewFlagSet("approve", flag.ContinueOnError)
	scope := set.String("for", "once", "")
	typed := set.String("type", "", "")
	rest, err := flags(set, args)
	if err != nil || len(rest) != 1 {
		return orUsage(err, "approve takes one request's ID")
	}
	granted, err := approval.ParseScope(*scope)
	if err != nil {
		return errUsage{"approve: " + err.Error()}
	}
	return e.decide(rest[0], approval.Decision{Approved: true, For: granted, Typed: *typed})
}

func (e *env) deny(args []string) error {
	set := flag.NewFlagSet("deny", flag.ContinueOnError)
	reason := set.String("reason", "", "")
	rest, err := flags(set, args)
	if err != nil || len(rest) != 1 {
		return orUsage(err, "deny takes one request's ID")
	}
	return e.decide(rest[0], approval.Decision{Reason: *reason})
}

func (e *env) decide(id string, d approval.Decision) error {
	place, _, err := find(id)
	if err != nil {
		return err
	}
	d.By, d.How = whoami(), "twokey"
	reply, err := session.Ask(place, session.Question{Verb: "decide", ID: id, Decision: d})
	if err != nil {
		return err
	}
	if reply.Error != "" {
		return errors.New(reply.Error)
	}
	if d.Approved {
		e.say("approved " + id)
	} else {
		e.say("denied " + id)
	}
	return nil
}

// quote makes a word for a shell that a person can copy.
func quote(s string) string {
	if q, err := syntax.Quote(s, syntax.LangBash); err == nil {
		return q
	}
	return s
}

// whoami names who decides, for the log and the agent.
func whoami() string {
	name := fmt.Sprintf("uid %d", os.Getuid())
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if tty, err := os.Readlink("/proc/self/fd/0"); err == nil && term.IsTerminal(0) {
		name += " on " + tty
	}
	return name
}

func orUsage(err error, text string) error {
	if err != nil {
		return err
	}
	return errUsage{text}
}
