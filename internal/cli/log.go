package cli

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"twokey/internal/audit"
	"twokey/parser/effect"
)

func (e *env) log(args []string) error {
	set := flag.NewFlagSet("log", flag.ContinueOnError)
	asJSON := set.Bool("json", false, "")
	only := set.String("session", "", "")
	rest, err := flags(set, args)
	if err != nil {
		return err
	}
	home, err := home()
	if err != nil {
		return err
	}
	dir := filepath.Join(home.State, "log")
	switch {
	case len(rest) == 1 && rest[0] == "verify":
		return e.verify(dir, *asJSON)
	case len(rest) > 0:
		return errUsage{"log takes no operand but verify"}
	}
	err = audit.Read(dir, 0, func(r audit.Record) error {
		if *only != "" && r.Session != *only {
			return nil
		}
		if *asJSON {
			return json.NewEncoder(e.stdout).Encode(r)
		}
		_, err := fmt.Fprintln(e.stdout, visible(story(r)))
		return err
	})
	if errors.Is(err, os.ErrNotExist) {
		e.say("the log is empty: nothing was run yet")
		return nil
	}
	return err
}

func (e *env) verify(dir string, asJSON bool) error {
	report, err := audit.Verify(dir)
	if err != nil {
		return err
	}
	if asJSON {
		if err := json.NewEncoder(e.stdout).Encode(report); err != nil {
			return err
		}
	} else {
		for _, note := range report.Notes {
			e.say("note: " + note)
		}
		if report.OK {
			fmt.Fprintf(e.stdout, "the log is whole: %d records, the last %s\n", report.Records, report.Hash)
		} else {
			e.say("the log is NOT whole: " + report.Bad.String())
		}
	}
	if !report.OK {
		return errStatus(1)
	}
	return nil
}

// logged is the data of all kinds of records, as far as a line shows it.
type logged struct {
	Text     string          `json:"text"`
	Dir      string          `json:"dir"`
	Verdict  string          `json:"verdict"`
	Rule     string          `json:"rule"`
	Effects  []effect.Effect `json:"effects"`
	ID       string          `json:"id"`
	Gate     string          `json:"gate"`
	Approved bool            `json:"approved"`
	State    string          `json:"state"`
	By       string          `json:"by"`
	Reason   string          `json:"reason"`
	Status   *int            `json:"status"`
	Event    string          `json:"event"`
	Error    string          `json:"error"`
	Host     string          `json:"host"`
	Port     int             `json:"port"`
	Outcome  string          `json:"outcome"`
	Programs map[string]int  `json:"programs"`
	Dropped  []string        `json:"env_dropped"`
	Work     string          `json:"workspace"`
}

// story says a record in one line.
func story(r audit.Record) string {
	var d logged
	head := fmt.Sprintf("%s %s", r.Time.Local().Format("2006-01-02 15:04:05"), r.Session)
	if r.Command != 0 {
		head += fmt.Sprintf(" #%d", r.Command)
	}
	if err := json.Unmarshal(r.Data, &d); err != nil && len(r.Data) > 0 {
		return fmt.Sprintf("%s %s %s", head, r.Kind, r.Data)
	}
	return head + " " + r.Kind + ": " + strings.Join(d.words(r.Kind), ", ")
}

func (d logged) words(kind string) []string {
	var w []string
	add := func(format string, args ...any) { w = append(w, fmt.Sprintf(format, args...)) }
	switch kind {
	case "command":
		add("%s", cut(d.Text, 300))
		add("%s", d.Verdict)
		if d.Rule != "" {
			add("rule %s", d.Rule)
		}
		if len(d.Dropped) > 0 {
			add("not passed on: %s", strings.Join(d.Dropped, " "))
		}
	case "request", "deny":
		if d.ID != "" {
			add("%s", d.ID)
		}
		add("at the %s gate", d.Gate)
		for _, x := range d.Effects {
			add("%s", x)
		}
	case "decision":
		add("%s", d.ID)
		add("%s", d.State)
		if d.By != "" {
			add("by %s", d.By)
		}
		if d.Reason != "" {
			add("%s", d.Reason)
		}
	case "connect":
		add("%s:%d", d.Host, d.Port)
		add("%s", d.Outcome)
	case "end":
		if d.Status != nil {
			add("status %d", *d.Status)
		}
		if d.Reason != "" {
			add("%s", cut(d.Reason, 300))
		}
		programs := make([]string, 0, len(d.Programs))
		for p, n := range d.Programs {
			programs = append(programs, fmt.Sprintf("%s ×%d", p, n))
		}
		slices.Sort(programs)
		if len(programs) > 0 {
			add("ran %s", cut(strings.Join(programs, " "), 200))
		}
	default:
		for _, s := range []string{d.Event, d.Error, d.Work} {
			if s != "" {
				add("%s", s)
			}
		}
	}
	return w
}
