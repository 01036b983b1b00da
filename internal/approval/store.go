package approval

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"twokey/parser/effect"
)

// Bounds of a store, so that what runs in the sandbox cannot fill the
// supervisor's memory with questions.
const (
	MaxPending      = 256
	MaxPendingBytes = 32 << 20
	maxKept         = 256 // decided requests that Get still knows
)

// DefaultDeadline is how long a request waits when it names no deadline.
const DefaultDeadline = 10 * time.Minute

// TicketLife is how long a ticket waits for an answer, counted from when its
// caller went away, and then for its caller, counted from the answer.
const TicketLife = time.Hour

// Recorder writes requests and decisions down. Both must be on the disk when
// it returns: a request that cannot be recorded is not asked, an approval that
// cannot be recorded is a denial. It is called without locks held, from
// several goroutines.
type Recorder interface {
	Requested(Request) error
	Decided(Request, Decision) error
}

// Store holds the requests of one supervisor.
type Store struct {
	recorder Recorder

	mu      sync.Mutex
	open    map[string]*entry // by ID; not yet settled
	bytes   int               // of the open ones
	kept    []*entry          // settled, oldest first
	tickets map[string][]*entry
	changed chan struct{} // closed and replaced at each change
}

// entry is a request and what only the store knows of it.
type entry struct {
	Request
	act      string
	settling bool          // a decision is being recorded
	done     chan struct{} // closed when settled
	failed   error         // why the decision could not be recorded
	weight   int           // size when it was entered
	timer    *time.Timer
}

// NewStore returns an empty store.
func NewStore(r Recorder) *Store {
	return &Store{
		recorder: r, open: map[string]*entry{}, tickets: map[string][]*entry{},
		changed: make(chan struct{}),
	}
}

// Ask records the request and waits for its decision. A decided ticket for the
// same act answers at once, and a ticket that still waits is taken up again
// under its old ID. The decision is a denial when the deadline passes, a bound
// is met, or anything fails; the error is nil for the first two. When ctx ends
// first the error is its cause, and ErrAway leaves a ticket.
func (s *Store) Ask(ctx context.Context, r Request) (Decision, error) {
	key := act(r.Text, r.Cwd, r.Effects)
	if d, ok := s.claim(key, &r); ok {
		return d, nil
	}
	e := s.takeUp(key, r)
	if e == nil {
		var d Decision
		if e, d = s.enter(key, r); e == nil {
			return d, nil
		}
		if err := s.recorder.Requested(s.inState(e, Pending)); err != nil {
			s.remove(e)
			return deny("it could not be recorded"), fmt.Errorf("cannot record the request: %w", err)
		}
		s.publish(e)
	}
	if r.Asked != nil {
		r.Asked(e.ID)
	}
	select {
	case <-e.done:
	case <-ctx.Done():
		return s.leave(ctx, e)
	}
	return s.outcome(e)
}

func deny(reason string) Decision { return Decision{By: Itself, How: "fail", Reason: reason} }

func (s *Store) outcome(e *entry) (Decision, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return e.Decision, e.failed
}

// enter makes an entry, or says why not. Nobody can decide it yet.
func (s *Store) enter(key string, r Request) (*entry, Decision) {
	now := time.Now()
	if r.Created.IsZero() {
		r.Created = now
	}
	if r.Deadline.IsZero() {
		r.Deadline = now.Add(DefaultDeadline)
	}
	r.State, r.Away, r.Decision = Pending, false, Decision{}
	e := &entry{Request: r, act: key, settling: true, done: make(chan struct{}), weight: r.size()}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.open) >= MaxPending {
		return nil, deny(fmt.Sprintf("%d requests wait already; decide some of them first", len(s.open)))
	}
	if s.bytes+e.weight > MaxPendingBytes {
		return nil, deny("the requests that wait are too large together; decide some of them first")
	}
	e.ID = s.freshID()
	s.open[e.ID] = e
	s.bytes += e.weight
	return e, Decision{}
}

// publish lets an entry be seen and decided, and starts its clock.
func (s *Store) publish(e *entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.settling = false
	e.timer = time.AfterFunc(time.Until(e.Deadline), func() { s.expire(e) })
	s.signal()
}

func (s *Store) remove(e *entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, e.ID)
	s.bytes -= e.weight
}

// leave ends the wait of a caller whose context has ended.
func (s *Store) leave(ctx context.Context, e *entry) (Decision, error) {
	cause := context.Cause(ctx)
	away := errors.Is(cause, ErrAway)
	s.mu.Lock()
	switch {
	case !away || e.State != Pending:
	default: // a decision on its way finds Away set and makes a ticket
		e.Away = true
		e.Deadline = time.Now().Add(TicketLife)
		e.timer.Reset(TicketLife)
		s.signal()
	}
	decided := e.State != Pending
	s.mu.Unlock()
	switch {
	case away && !decided:
		return Decision{By: Itself, How: "away", Reason: "it waits for an answer as request " + e.ID}, cause
	case away:
		s.turnIntoTicket(e)
		return Decision{By: Itself, How: "away", Reason: "it was decided as request " + e.ID}, cause
	}
	d := Decision{By: Itself, How: "withdrawn", Reason: "who asked went away"}
	if err := s.settle(e, Withdrawn, d); errors.Is(err, ErrDecided) {
		// Nothing goes on for a caller that is gone, and the log says so.
		<-e.done
		_ = s.recorder.Decided(s.inState(e, Withdrawn), d)
	}
	return d, cause
}

func (s *Store) inState(e *entry, state State) Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := e.shown()
	r.State = state
	return r
}

func (s *Store) expire(e *entry) {
	s.mu.Lock()
	left := time.Until(e.Deadline)
	if left > 0 { // the deadline, or the clock, was moved meanwhile
		e.timer.Reset(left)
	}
	s.mu.Unlock()
	if left > 0 {
		return
	}
	_ = s.settle(e, Expired, Decision{By: Itself, How: "deadline", Reason: "nobody answered in time"})
}

// settle records a decision and makes it the request's. The first one wins,
// the others get ErrDecided.
func (s *Store) settle(e *entry, state State, d Decision) error {
	s.mu.Lock()
	if e.settling || e.State != Pending {
		s.mu.Unlock()
		return ErrDecided
	}
	e.settling = true
	r := e.shown()
	s.mu.Unlock()

	r.State, r.Decision = state, d
	err := s.recorder.Decided(r, d)

	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		err = fmt.Errorf("cannot record the decision: %w", err)
		if d.Approved {
			state, d = Denied, deny(err.Error())
			e.failed = err
		}
	}
	e.State, e.Decision, e.settling = state, d, false
	delete(s.open, e.ID)
	s.bytes -= e.weight
	e.timer.Stop()
	s.keep(e)
	if e.Away && (state == Approved || state == Denied) {
		s.addTicket(e)
	}
	close(e.done)
	s.signal()
	return err
}

// keep remembers a settled request for Get. The lock is held.
func (s *Store) keep(e *entry) {
	if len(s.kept) >= maxKept {
		s.kept = slices.Delete(s.kept, 0, len(s.kept)-maxKept+1)
	}
	s.kept = append(s.kept, e.slim())
}

// slim returns the entry, without its bulk when that is large: many of those
// would be the memory that the bounds are for.
func (e *entry) slim() *entry {
	if e.weight <= 64<<10 {
		return e
	}
	r := e.Request
	r.Effects, r.Process = nil, nil
	r.Text = strings.ToValidUTF8(r.Text[:min(len(r.Text), 4<<10)], "")
	return &entry{Request: r, act: e.act, done: e.done, weight: r.size()}
}

// Decide answers the request. An approval must bring what MustType asks for.
func (s *Store) Decide(id string, d Decision) error {
	e, err := s.find(id)
	if err != nil {
		return err
	}
	s.mu.Lock()
	must, state := e.MustType(), e.State
	s.mu.Unlock()
	if state != Pending {
		return ErrDecided
	}
	if d.Approved {
		if must != "" && strings.TrimSpace(d.Typed) != must {
			return fmt.Errorf("%w: type %q", ErrConfirm, must)
		}
		if d.For, err = ParseScope(string(d.For)); err != nil {
			return err
		}
		return s.settle(e, Approved, d)
	}
	d.For = ""
	return s.settle(e, Denied, d)
}

// find returns an entry that can be seen.
func (s *Store) find(id string) (*entry, error) {
	id = normal(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.open[id]; e != nil && e.timer != nil {
		return e, nil
	}
	for _, e := range slices.Backward(s.kept) {
		if e.ID == id {
			return e, nil
		}
	}
	return nil, fmt.Errorf("request %q: %w", id, ErrUnknown)
}

// Get returns a request that waits or was decided lately.
func (s *Store) Get(id string) (Request, error) {
	e, err := s.find(id)
	if err != nil {
		return Request{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return e.shown(), nil
}

// shown is what others may have of it. The lock is held.
func (e *entry) shown() Request {
	r := e.Request
	r.Asked = nil
	return r
}

// Pending returns the requests that can be decided, oldest first.
func (s *Store) Pending() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rs []Request
	for _, e := range s.open {
		if e.timer != nil && !e.settling {
			rs = append(rs, e.shown())
		}
	}
	slices.SortFunc(rs, func(a, b Request) int {
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return rs
}

// Busy reports whether a request waits or a decided ticket has not been used:
// a supervisor that leaves now would forget it.
func (s *Store) Busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropOldTickets()
	return len(s.open) > 0 || len(s.tickets) > 0
}

// Changed returns a channel that is closed when a request comes or goes.
func (s *Store) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// signal tells those who wait for a change. The lock is held.
func (s *Store) signal() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// alphabet has 32 letters, none of which is taken for another.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// idLen letters are 25 bits: enough that an ID is not hit by chance, and few
// to type. They are no secret: who may decide is settled by who may ask.
const idLen = 5

func (s *Store) freshID() string {
	for {
		var b [idLen]byte
		_, _ = rand.Read(b[:]) // it never fails
		for i, c := range b {
			b[i] = alphabet[c%32]
		}
		id := string(b[:])
		known := func(e *entry) bool { return e.ID == id }
		if s.open[id] == nil && !slices.ContainsFunc(s.kept, known) {
			return id
		}
	}
}

// normal reads an ID as it was meant.
func normal(id string) string {
	return strings.NewReplacer("o", "0", "i", "1", "l", "1").Replace(strings.ToLower(strings.TrimSpace(id)))
}

// Claim uses up the decision of a ticket for the act, if there is one. It is
// what Ask does first.
func (s *Store) Claim(text, cwd string, effects []effect.Effect) (Decision, bool) {
	return s.claim(act(text, cwd, effects), nil)
}
