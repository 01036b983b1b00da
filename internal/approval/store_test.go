package approval

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"twokey/parser/effect"
)

// notes is a Recorder that remembers, and fails when told to.
type notes struct {
	mu        sync.Mutex
	lines     []string
	requested error
	decided   error
	block     chan struct{} // when set, Decided waits for it
}

func (n *notes) Requested(r Request) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.requested == nil {
		n.lines = append(n.lines, "requested "+r.Text)
	}
	return n.requested
}

func (n *notes) Decided(r Request, d Decision) error {
	if n.block != nil {
		<-n.block
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.decided == nil {
		n.lines = append(n.lines, fmt.Sprintf("%s %s by %s via %s", r.State, r.Text, d.By, d.How))
	}
	return n.decided
}

func (n *notes) all() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.lines, "\n")
}

type answer struct {
	d   Decision
	err error
}

// ask asks in the background and returns the ID, "" when it was not asked.
func ask(ctx context.Context, s *Store, r Request) (id string, got <-chan answer) {
	ids, answers := make(chan string, 1), make(chan answer, 1)
	r.Asked = func(id string) { ids <- id }
	go func() {
		d, err := s.Ask(ctx, r)
		answers <- answer{d, err}
	}()
	select {
	case id = <-ids:
	case a := <-answers:
		answers <- a
	}
	return id, answers
}

func push(remote string) effect.Effect {
	return effect.Effect{Kind: effect.KindCommand, Command: &effect.Command{
		Program: "git", Subcommand: []string{"push"}, Flags: []effect.Flag{{Name: "force"}},
		Operands: []effect.Word{effect.Lit(remote)},
	}}
}

func question(text string) Request {
	return Request{Gate: "line", Session: "s", Command: 1, Text: text, Cwd: "/w", Effects: []effect.Effect{push(text)}}
}

func yes() Decision { return Decision{Approved: true, By: "ann", How: "twokey"} }

func TestAskWaitsForTheDecision(t *testing.T) {
	n := &notes{}
	s := NewStore(n)
	id, got := ask(t.Context(), s, question("a"))
	pending := s.Pending()
	if len(pending) != 1 || pending[0].ID != id || pending[0].State != Pending || len(id) != idLen {
		t.Fatalf("Pending = %+v, id %q", pending, id)
	}
	if err := s.Decide(" "+strings.ToUpper(id), yes()); err != nil {
		t.Fatal(err)
	}
	a := <-got
	if a.err != nil || !a.d.Approved || a.d.By != "ann" || a.d.For != Once {
		t.Errorf("Ask = %+v, %v", a.d, a.err)
	}
	if len(s.Pending()) != 0 {
		t.Error("it still waits")
	}
	if r, err := s.Get(id); err != nil || r.State != Approved || r.Decision.By != "ann" {
		t.Errorf("Get = %+v, %v", r, err)
	}
	if want := "requested a\napproved a by ann via twokey"; n.all() != want {
		t.Errorf("recorded:\n%s\nwant:\n%s", n.all(), want)
	}
}

func TestDenialCarriesItsReason(t *testing.T) {
	s := NewStore(&notes{})
	id, got := ask(t.Context(), s, question("a"))
	if err := s.Decide(id, Decision{By: "ann", Reason: "use the staging remote"}); err != nil {
		t.Fatal(err)
	}
	if a := <-got; a.err != nil || a.d.Approved || a.d.Reason != "use the staging remote" {
		t.Errorf("Ask = %+v, %v", a.d, a.err)
	}
	if err := s.Decide(id, yes()); !errors.Is(err, ErrDecided) {
		t.Errorf("a second decision: %v", err)
	}
	if err := s.Decide("zzzzz", yes()); !errors.Is(err, ErrUnknown) {
		t.Errorf("an unknown request: %v", err)
	}
}

func TestSevereOnesMustBeTyped(t *testing.T) {
	s := NewStore(&notes{})
	r := question("a")
	r.Rules = []Reason{{Rule: "one", Confirm: "prod-volume"}, {Rule: "two"}, {Rule: "three", Confirm: "prod-volume"}, {Rule: "four", Confirm: "backups"}}
	id, got := ask(t.Context(), s, r)
	for _, typed := range []string{"", "prod-volume", "Prod-volume backups", "backups prod-volume", "yes"} {
		d := yes()
		d.Typed = typed
		if err := s.Decide(id, d); !errors.Is(err, ErrConfirm) {
			t.Errorf("typed %q: %v", typed, err)
		}
	}
	d := yes()
	d.Typed = " prod-volume backups\n"
	if err := s.Decide(id, d); err != nil {
		t.Fatal(err)
	}
	if a := <-got; !a.d.Approved {
		t.Errorf("Ask = %+v", a.d)
	}
	id, got = ask(t.Context(), s, r)
	if err := s.Decide(id, Decision{Reason: "no"}); err != nil {
		t.Errorf("a denial needs nothing typed: %v", err)
	}
	<-got
}

func TestNoAnswerIsADenial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &notes{}
		s := NewStore(n)
		began := time.Now()
		d, err := s.Ask(t.Context(), question("a"))
		if err != nil || d.Approved || d.By != Itself || d.Reason == "" {
			t.Errorf("Ask = %+v, %v", d, err)
		}
		if took := time.Since(began); took != DefaultDeadline {
			t.Errorf("it took %s, want %s", took, DefaultDeadline)
		}
		if !strings.Contains(n.all(), "expired a") {
			t.Errorf("recorded:\n%s", n.all())
		}
		r := question("b")
		r.Deadline = time.Now().Add(-time.Hour)
		if d, err := s.Ask(t.Context(), r); err != nil || d.Approved {
			t.Errorf("a deadline in the past: %+v, %v", d, err)
		}
	})
}

func TestInterruptWithdraws(t *testing.T) {
	n := &notes{}
	s := NewStore(n)
	interrupt := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	id, got := ask(ctx, s, question("a"))
	cancel(interrupt)
	if a := <-got; !errors.Is(a.err, interrupt) || a.d.Approved {
		t.Errorf("Ask = %+v, %v", a.d, a.err)
	}
	if err := s.Decide(id, yes()); !errors.Is(err, ErrDecided) {
		t.Errorf("deciding what was withdrawn: %v", err)
	}
	if r, err := s.Get(id); err != nil || r.State != Withdrawn {
		t.Errorf("Get = %+v, %v", r, err)
	}
	if !strings.Contains(n.all(), "withdrawn a") {
		t.Errorf("recorded:\n%s", n.all())
	}
}

// The caller goes away while its approval is being written: nothing goes on.
func TestInterruptWhileTheApprovalIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &notes{block: make(chan struct{})}
		s := NewStore(n)
		ctx, cancel := context.WithCancel(t.Context())
		id, got := ask(ctx, s, question("a"))
		decided := make(chan error, 1)
		go func() { decided <- s.Decide(id, yes()) }()
		synctest.Wait()
		if err := s.Decide(id, Decision{}); !errors.Is(err, ErrDecided) {
			t.Errorf("a second decision meanwhile: %v", err)
		}
		cancel()
		synctest.Wait()
		close(n.block)
		if a := <-got; a.err == nil || a.d.Approved {
			t.Errorf("Ask = %+v, %v", a.d, a.err)
		}
		if err := <-decided; err != nil {
			t.Error(err)
		}
		if want := "withdrawn a"; !strings.Contains(n.all(), want) {
			t.Errorf("recorded:\n%s\nwithout %q", n.all(), want)
		}
	})
}

func TestWhatCannotBeRecordedIsDenied(t *testing.T) {
	full := errors.New("no space left on device")
	n := &notes{requested: full}
	s := NewStore(n)
	d, err := s.Ask(t.Context(), question("a"))
	if d.Approved || !errors.Is(err, full) {
		t.Errorf("Ask = %+v, %v", d, err)
	}
	if len(s.Pending()) != 0 || s.bytes != 0 {
		t.Error("a request that was not asked waits")
	}
	n.requested, n.decided = nil, full
	id, got := ask(t.Context(), s, question("b"))
	if err := s.Decide(id, yes()); !errors.Is(err, full) {
		t.Errorf("Decide = %v, want the approver to know", err)
	}
	if a := <-got; a.d.Approved || !errors.Is(a.err, full) {
		t.Errorf("Ask = %+v, %v", a.d, a.err)
	}
}

func TestBounds(t *testing.T) {
	s := NewStore(&notes{})
	ctx, cancel := context.WithCancel(t.Context())
	var waiting []<-chan answer
	seen := map[string]bool{}
	for i := range MaxPending {
		id, got := ask(ctx, s, question(fmt.Sprint(i)))
		if id == "" || seen[id] {
			t.Fatalf("request %d has the ID %q", i, id)
		}
		seen[id] = true
		waiting = append(waiting, got)
	}
	if d, err := s.Ask(ctx, question("one more")); err != nil || d.Approved || !strings.Contains(d.Reason, "256 requests wait") {
		t.Errorf("one more: %+v, %v", d, err)
	}
	cancel()
	for _, got := range waiting {
		<-got
	}
	if s.bytes != 0 || len(s.open) != 0 {
		t.Errorf("%d bytes and %d requests are left", s.bytes, len(s.open))
	}
	if d, err := s.Ask(t.Context(), question(strings.Repeat("x", MaxPendingBytes))); err != nil || d.Approved || !strings.Contains(d.Reason, "too large") {
		t.Errorf("a huge one: %+v, %v", d, err)
	}
}

func TestChangedTellsOfEachChange(t *testing.T) {
	s := NewStore(&notes{})
	before := s.Changed()
	id, got := ask(t.Context(), s, question("a"))
	<-before
	before = s.Changed()
	if err := s.Decide(id, yes()); err != nil {
		t.Fatal(err)
	}
	<-before
	<-got
}

func TestParseScope(t *testing.T) {
	for text, want := range map[string]Scope{"": Once, "once": Once, "command": Command, "session": Session, "30m": "30m0s", "24h": "24h0m0s"} {
		if got, err := ParseScope(text); err != nil || got != want {
			t.Errorf("ParseScope(%q) = %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"forever", "0s", "-1h", "25h", "Once", "1"} {
		if got, err := ParseScope(text); err == nil {
			t.Errorf("ParseScope(%q) = %q", text, got)
		}
	}
	s := NewStore(&notes{})
	id, got := ask(t.Context(), s, question("a"))
	if err := s.Decide(id, Decision{Approved: true, For: "always"}); err == nil {
		t.Error("an unknown scope was taken")
	}
	if err := s.Decide(id, Decision{}); err != nil {
		t.Error(err)
	}
	<-got
}

// Many approvers at once, many callers: each request has one outcome.
func TestManyAtOnce(t *testing.T) {
	n := &notes{}
	s := NewStore(n)
	var wg sync.WaitGroup
	for i := range 60 {
		id, got := ask(t.Context(), s, question(fmt.Sprint(i)))
		won := make(chan bool, 4)
		for a := range 4 {
			wg.Go(func() {
				err := s.Decide(id, Decision{Approved: a%2 == 0})
				if err != nil && !errors.Is(err, ErrDecided) {
					t.Error(err)
				}
				won <- err == nil
			})
		}
		wg.Go(func() {
			<-got
			wins := 0
			for range 4 {
				if <-won {
					wins++
				}
			}
			if wins != 1 {
				t.Errorf("%d decisions of one request", wins)
			}
		})
	}
	wg.Wait()
}
