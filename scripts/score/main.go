// Command score runs labelled examples through `twokey check --jsonl` and
// prints how well the verdicts agree with the labels. It judges nothing itself.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	show := flag.Int("show", 3, "misses shown of each category")
	flag.Parse()
	if err := run(os.Stdout, *show, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "score:", err)
		os.Exit(1)
	}
}

// example is one judged line.
type example struct {
	Label    string `json:"label"`
	Category string `json:"category"`
	Class    string `json:"cls"`
	Cmd      string `json:"cmd"`
	SQL      string `json:"sql"`
	Method   string `json:"method"`
	URL      string `json:"url"`
	Body     string `json:"body"`
	Verdict  string `json:"verdict"`
	Rule     string `json:"rule"`
}

func (e *example) missed() bool { return (e.Label == "hold") != (e.Verdict != "allow") }

func (e *example) group() string { return e.Label + " " + cmp.Or(e.Category, e.Class, "-") }

func (e *example) text() string {
	text := cmp.Or(e.Cmd, e.SQL, strings.TrimSpace(e.Method+" "+e.URL+" "+e.Body))
	text = strings.ReplaceAll(text, "\n", "⏎")
	if r := []rune(text); len(r) > 160 {
		text = string(r[:160]) + "…"
	}
	if e.Rule != "" {
		text += "   [" + e.Rule + "]"
	}
	return text
}

func run(w io.Writer, show int, args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("usage: score [-show N] TWOKEY FILE.jsonl [FILE.jsonl]")
	}
	var all []example
	for _, file := range args[1:] {
		began := time.Now()
		examples, err := judge(args[0], file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		took := time.Since(began)
		fmt.Fprintf(w, "%-28s %s   %d lines in %v\n", filepath.Base(file), summary(examples), len(examples), took.Round(time.Millisecond))
		all = append(all, examples...)
	}
	if len(args) > 2 {
		fmt.Fprintf(w, "%-28s %s\n", "all", summary(all))
	}
	worst(w, all, show)
	return nil
}

// judge runs a file through one twokey.
func judge(twokey, file string) ([]example, error) {
	in, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(twokey, "check", "--jsonl")
	cmd.Stdin = bytes.NewReader(in)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	// A status other than 0 only says that something was not allowed.
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, fmt.Errorf("cannot run twokey check: %w", err)
	}
	var examples []example
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e example
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("cannot read what twokey check said: %w", err)
		}
		if e.Label != "hold" && e.Label != "allow" {
			return nil, fmt.Errorf("line %d has no label", len(examples)+1)
		}
		examples = append(examples, e)
	}
	if want := bytes.Count(bytes.TrimSpace(in), []byte("\n")) + 1; len(examples) != want {
		return nil, fmt.Errorf("%d lines in, %d out", want, len(examples))
	}
	return examples, lines.Err()
}

// tally counts examples and those that the verdict missed.
type tally struct{ all, missed int }

func (t tally) percent() float64 {
	if t.all == 0 {
		return 0
	}
	return 100 * float64(t.missed) / float64(t.all)
}

func count(examples []example, of func(*example) bool) tally {
	var t tally
	for i := range examples {
		if e := &examples[i]; of(e) {
			t.all++
			if e.missed() {
				t.missed++
			}
		}
	}
	return t
}

func summary(examples []example) string {
	hold := count(examples, func(e *example) bool { return e.Label == "hold" })
	allow := count(examples, func(e *example) bool { return e.Label == "allow" })
	return fmt.Sprintf("recall of hold %6.2f %% (%d of %d missed), false holds %5.2f %% (%d of %d)",
		100-hold.percent(), hold.missed, hold.all, allow.percent(), allow.missed, allow.all)
}

// worst prints the categories with misses, the worst first.
func worst(w io.Writer, examples []example, show int) {
	groups := map[string][]example{}
	for _, e := range examples {
		groups[e.group()] = append(groups[e.group()], e)
	}
	type row struct {
		name string
		tally
	}
	var rows []row
	for name, group := range groups {
		if t := count(group, func(*example) bool { return true }); t.missed > 0 {
			rows = append(rows, row{name, t})
		}
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(b.missed, a.missed), strings.Compare(a.name, b.name))
	})
	for _, r := range rows {
		fmt.Fprintf(w, "\n%-32s %d of %d missed\n", r.name, r.missed, r.all)
		shown := 0
		for i := range groups[r.name] {
			if e := &groups[r.name][i]; e.missed() && shown < show {
				fmt.Fprintf(w, "    %s\n", e.text())
				shown++
			}
		}
	}
}
