package approval

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"twokey/parser/effect"
)

// away asks and goes away by the caller's own time limit.
func away(t *testing.T, s *Store, r Request) (id string) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	id, got := ask(ctx, s, r)
	cancel(ErrAway)
	if a := <-got; a.d.Approved || !errors.Is(a.err, ErrAway) {
		t.Fatalf("Ask = %+v, %v", a.d, a.err)
	}
	return id
}

func TestTicketApprovedLaterPassesOnce(t *testing.T) {
	n := &notes{}
	s := NewStore(n)
	id := away(t, s, question("a"))
	if r, err := s.Get(id); err != nil || r.State != Pending || !r.Away {
		t.Fatalf("Get = %+v, %v", r, err)
	}
	if err := s.Decide(id, yes()); err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]Request{
		"another text":      {Text: "b", Cwd: "/w", Effects: question("a").Effects},
		"another directory": {Text: "a", Cwd: "/x", Effects: question("a").Effects},
		"other effects":     {Text: "a", Cwd: "/w", Effects: []effect.Effect{push("b")}},
		"fewer effects":     {Text: "a", Cwd: "/w"},
		"more effects":      {Text: "a", Cwd: "/w", Effects: []effect.Effect{push("a"), push("a")}},
	} {
		if d, ok := s.Claim(other.Text, other.Cwd, other.Effects); ok {
			t.Errorf("%s: %+v", name, d)
		}
	}
	again := question("a")
	again.Command = 2
	d, err := s.Ask(t.Context(), again)
	if err != nil || !d.Approved || d.By != "ann" || d.How != "ticket "+id {
		t.Errorf("Ask = %+v, %v", d, err)
	}
	if _, ok := s.Claim("a", "/w", question("a").Effects); ok {
		t.Error("it passed twice")
	}
	if want := "approved a by ann via ticket " + id; !strings.HasSuffix(n.all(), want) {
		t.Errorf("recorded:\n%s\nwithout %q", n.all(), want)
	}
}

func TestTwoIdenticalCommandsWithOneTicket(t *testing.T) {
	for range 50 {
		s := NewStore(&notes{})
		if err := s.Decide(away(t, s, question("a")), yes()); err != nil {
			t.Fatal(err)
		}
		passed := make(chan bool)
		for range 4 {
			go func() {
				_, ok := s.Claim("a", "/w", question("a").Effects)
				passed <- ok
			}()
		}
		n := 0
		for range 4 {
			if <-passed {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("%d of 4 passed, want 1", n)
		}
	}
}

func TestCallerComesBackBeforeTheAnswer(t *testing.T) {
	n := &notes{}
	s := NewStore(n)
	id := away(t, s, question("a"))
	again := question("a")
	again.Command = 2
	id2, got := ask(t.Context(), s, again)
	if id2 != id || len(s.Pending()) != 1 || s.Pending()[0].Away || s.Pending()[0].Command != 2 {
		t.Errorf("asked again as %s, want %s; pending %+v", id2, id, s.Pending())
	}
	id3, got3 := ask(t.Context(), s, question("a")) // a second one at the same time
	if id3 == id {
		t.Error("two callers share one request")
	}
	if err := s.Decide(id, yes()); err != nil {
		t.Fatal(err)
	}
	if a := <-got; !a.d.Approved {
		t.Errorf("Ask = %+v, %v", a.d, a.err)
	}
	if err := s.Decide(id3, Decision{Reason: "once is enough"}); err != nil {
		t.Fatal(err)
	}
	if a := <-got3; a.d.Approved {
		t.Errorf("the second: %+v", a.d)
	}
	if _, ok := s.Claim("a", "/w", question("a").Effects); ok {
		t.Error("a ticket is left although its caller was there")
	}
}

func TestDeniedTicketTellsItsReason(t *testing.T) {
	s := NewStore(&notes{})
	if err := s.Decide(away(t, s, question("a")), Decision{By: "ann", Reason: "not on Friday"}); err != nil {
		t.Fatal(err)
	}
	d, err := s.Ask(t.Context(), question("a"))
	if err != nil || d.Approved || d.Reason != "not on Friday" {
		t.Errorf("Ask = %+v, %v", d, err)
	}
	id, got := ask(t.Context(), s, question("a"))
	if id == "" {
		t.Error("a denial holds for more than one time")
	}
	if err := s.Decide(id, yes()); err != nil {
		t.Error(err)
	}
	<-got
}

func TestTicketsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewStore(&notes{})
		if s.Busy() {
			t.Error("busy with nothing")
		}
		id := away(t, s, question("a"))
		time.Sleep(TicketLife - time.Second) // the clock of the test alone
		if err := s.Decide(id, yes()); err != nil {
			t.Fatal(err)
		}
		if !s.Busy() {
			t.Error("not busy with a ticket that was not used")
		}
		time.Sleep(TicketLife)
		if s.Busy() {
			t.Error("busy with a ticket that is over")
		}
		if _, ok := s.Claim("a", "/w", question("a").Effects); ok {
			t.Error("it passed after its time")
		}
		id = away(t, s, question("b"))
		time.Sleep(TicketLife + time.Second)
		if err := s.Decide(id, yes()); !errors.Is(err, ErrDecided) {
			t.Errorf("deciding a ticket after its time: %v", err)
		}
		if r, err := s.Get(id); err != nil || r.State != Expired {
			t.Errorf("Get = %+v, %v", r, err)
		}
	})
}

// The caller's limit strikes while the approval is being written: it is a
// ticket then, and never lost or used twice.
func TestAwayWhileTheApprovalIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &notes{block: make(chan struct{})}
		s := NewStore(n)
		ctx, cancel := context.WithCancelCause(t.Context())
		id, got := ask(ctx, s, question("a"))
		decided := make(chan error, 1)
		go func() { decided <- s.Decide(id, yes()) }()
		synctest.Wait()
		cancel(ErrAway)
		if a := <-got; a.d.Approved || !errors.Is(a.err, ErrAway) {
			t.Errorf("Ask = %+v, %v", a.d, a.err)
		}
		close(n.block)
		if err := <-decided; err != nil {
			t.Fatal(err)
		}
		if d, ok := s.Claim("a", "/w", question("a").Effects); !ok || !d.Approved {
			t.Errorf("Claim = %+v, %v", d, ok)
		}
	})
}

func TestTicketWhoseUseCannotBeRecorded(t *testing.T) {
	n := &notes{}
	s := NewStore(n)
	if err := s.Decide(away(t, s, question("a")), yes()); err != nil {
		t.Fatal(err)
	}
	n.decided = errors.New("no space left on device")
	if d, err := s.Ask(t.Context(), question("a")); err != nil || d.Approved || !strings.Contains(d.Reason, "no space") {
		t.Errorf("Ask = %+v, %v", d, err)
	}
}

func TestTicketsAreBounded(t *testing.T) {
	s := NewStore(&notes{})
	for i := range maxTickets + 10 {
		if err := s.Decide(away(t, s, question(string(rune('a'+i)))), yes()); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for _, es := range s.tickets {
		n += len(es)
	}
	if n != maxTickets {
		t.Errorf("%d tickets, want %d", n, maxTickets)
	}
}
