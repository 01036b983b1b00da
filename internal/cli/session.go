package cli

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"

	"twokey/internal/session"
	"twokey/rules"
)

func (e *env) session(args []string) error {
	set := flag.NewFlagSet("session", flag.ContinueOnError)
	asJSON := set.Bool("json", false, "")
	rest, err := flags(set, args)
	if err != nil {
		return err
	}
	stop := ""
	switch {
	case len(rest) == 0:
	case len(rest) == 2 && rest[0] == "stop":
		stop = rest[1]
	default:
		return errUsage{"session takes nothing, or stop ID"}
	}
	places, err := places()
	if err != nil {
		return err
	}
	for _, place := range places {
		verb := "info"
		if stop != "" {
			if place.ID != stop {
				continue
			}
			verb = "stop"
		}
		reply, err := session.Ask(place, session.Question{Verb: verb})
		switch {
		case errors.Is(err, session.ErrGone):
			if stop != "" {
				e.say(stop + " had ended")
				return nil
			}
			continue
		case err != nil:
			return err
		case reply.Error != "":
			return errors.New(reply.Error)
		case stop != "":
			e.say("stopped " + stop)
			return nil
		case *asJSON:
			if err := json.NewEncoder(e.stdout).Encode(reply.Info); err != nil {
				return err
			}
		default:
			i := reply.Info
			fmt.Fprintf(e.stdout, "%s  %s  %d commands, %d processes, %d held\n", i.ID, visible(i.Workspace), i.Commands, i.Processes, i.Pending)
		}
	}
	if stop != "" {
		return fmt.Errorf("no session %s; twokey session lists them", visible(stop))
	}
	return nil
}

// policy check reads the policy of the current folder, or one file.
func (e *env) policy(args []string) error {
	if len(args) == 0 || args[0] != "check" || len(args) > 2 {
		return errUsage{"policy takes check [FILE]"}
	}
	if len(args) == 2 {
		data, err := os.ReadFile(args[1])
		if err != nil {
			return fmt.Errorf("cannot read the policy: %w", err)
		}
		policy, err := rules.LoadPolicy(rules.Layer{Name: args[1], Data: data})
		if err != nil {
			return err
		}
		if _, err := rules.NewEngine(policy); err != nil {
			return err
		}
	} else if _, err := newChecker(); err != nil {
		return err
	}
	e.say("the policy is good")
	return nil
}
