package cli

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"twokey/internal/approval"
)

// watchInterval is how often the sessions are asked what waits.
const watchInterval = 300 * time.Millisecond

// watch shows requests as they come. On a terminal it asks about each: the
// answer is typed and ended by Enter, so that no stray key approves.
func (e *env) watch(args []string) error {
	set := flag.NewFlagSet("watch", flag.ContinueOnError)
	if rest, err := flags(set, args); err != nil || len(rest) > 0 {
		return orUsage(err, "watch takes no operands")
	}
	f, ok := e.stdin.(*os.File)
	asks := ok && term.IsTerminal(int(f.Fd()))
	answers := bufio.NewReader(e.stdin)
	seen := map[string]bool{}
	e.say("watching; end with Ctrl-C")
	for {
		all, err := allPending()
		if err != nil {
			return err
		}
		for _, r := range all {
			if seen[r.ID] {
				continue
			}
			seen[r.ID] = true
			fmt.Fprintln(e.stdout)
			e.print(r)
			if !asks {
				continue
			}
			if err := e.answer(r, answers); err != nil {
				return err
			}
		}
		time.Sleep(watchInterval)
	}
}

func (e *env) answer(r approval.Request, answers *bufio.Reader) error {
	fmt.Fprint(e.stdout, "approve, deny REASON, or Enter to leave it: ")
	text, err := answers.ReadString('\n')
	if err != nil {
		if err == io.EOF {
			return errStatus(exitOK)
		}
		return err
	}
	verb, reason, _ := strings.Cut(strings.TrimSpace(text), " ")
	var d approval.Decision
	switch verb {
	case "":
		return nil
	case "approve", "a", "y", "yes":
		d = approval.Decision{Approved: true}
		if name := r.MustType(); name != "" {
			fmt.Fprintf(e.stdout, "type %s to confirm: ", visible(name))
			typed, err := answers.ReadString('\n')
			if err != nil {
				return err
			}
			d.Typed = strings.TrimSpace(typed)
		}
	case "deny", "d", "n", "no":
		d = approval.Decision{Reason: reason}
	default:
		e.say("neither approve nor deny: it is left as it is; twokey approve " + r.ID + " still works")
		return nil
	}
	if err := e.decide(r.ID, d); err != nil {
		e.say(err.Error())
	}
	return nil
}
