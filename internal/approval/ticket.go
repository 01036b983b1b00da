package approval

import (
	"slices"
	"time"
)

// maxTickets bounds the decided tickets that wait for their caller.
const maxTickets = 256

// addTicket keeps the decision for a caller that went away. The lock is held.
func (s *Store) addTicket(e *entry) {
	s.dropOldTickets()
	e.Deadline = time.Now().Add(TicketLife)
	e = e.slim()
	s.tickets[e.act] = append(s.tickets[e.act], e)
}

// dropOldTickets removes what has expired, and what is too many. The lock is
// held.
func (s *Store) dropOldTickets() {
	now, n := time.Now(), 0
	var oldest *entry
	for key, es := range s.tickets {
		es = slices.DeleteFunc(es, func(e *entry) bool { return !now.Before(e.Deadline) })
		if len(es) == 0 {
			delete(s.tickets, key)
			continue
		}
		s.tickets[key] = es
		n += len(es)
		if oldest == nil || es[0].Deadline.Before(oldest.Deadline) {
			oldest = es[0]
		}
	}
	if n >= maxTickets {
		s.useTicket(oldest)
	}
}

// useTicket removes it and reports whether it was there. The lock is held.
func (s *Store) useTicket(e *entry) bool {
	es := s.tickets[e.act]
	i := slices.Index(es, e)
	if i < 0 {
		return false
	}
	if es = slices.Delete(es, i, i+1); len(es) == 0 {
		delete(s.tickets, e.act)
	} else {
		s.tickets[e.act] = es
	}
	return true
}

// turnIntoTicket keeps a decision that came just as its caller went away.
func (s *Store) turnIntoTicket(e *entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !e.Away && (e.State == Approved || e.State == Denied) {
		e.Away = true
		s.addTicket(e)
	}
}

// claim uses up the oldest decided ticket for the act. Of several callers at
// once one gets it. The use is recorded, as the use of the one who claims;
// where that fails, nothing passes.
func (s *Store) claim(key string, by *Request) (Decision, bool) {
	s.mu.Lock()
	s.dropOldTickets()
	es := s.tickets[key]
	if len(es) == 0 {
		s.mu.Unlock()
		return Decision{}, false
	}
	e := es[0]
	s.useTicket(e)
	r := e.shown()
	s.mu.Unlock()

	if by != nil {
		r.Command, r.Gate = by.Command, by.Gate
	}
	d := r.Decision
	d.How = "ticket " + r.ID
	if err := s.recorder.Decided(r, d); err != nil {
		return deny("the use of request " + r.ID + " could not be recorded: " + err.Error()), true
	}
	return d, true
}

// takeUp gives a caller that came back its pending ticket, which then is an
// ordinary request again. It returns nil when there is none.
func (s *Store) takeUp(key string, r Request) *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found *entry
	for _, e := range s.open {
		if e.act == key && e.Away && !e.settling && (found == nil || e.Created.Before(found.Created)) {
			found = e
		}
	}
	if found == nil {
		return nil
	}
	found.Away = false
	found.Command, found.Gate, found.Process = r.Command, r.Gate, r.Process
	if r.Deadline.IsZero() {
		r.Deadline = time.Now().Add(DefaultDeadline)
	}
	found.Deadline = r.Deadline
	found.timer.Reset(time.Until(r.Deadline))
	s.signal()
	return found
}
