package notify

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A worker receives, judges, seizes and waits by itself, on one thread: handing
// a notification to another would cost a wake-up across processors, which is
// most of what an exec costs here.
type worker struct {
	*Server
	leads   atomic.Bool          // it is the one that receives
	serial  atomic.Uint64        // notifications received
	busy    atomic.Bool          // serving one
	current atomic.Pointer[held] // the call in the handler's hands

	buffer []uint64
}

// crew is who serves. One worker leads: it alone waits for notifications, and
// it serves what it received without giving the lead away, unless that may take
// long (the handler waits, or the watchdog finds it) or others are queueing.
// The kernel would wake every thread that waits for a notification.
type crew struct {
	all       sync.WaitGroup
	mu        sync.Mutex
	lead      chan struct{} // the lead, on its way to a waiting worker
	waiting   int
	leader    *worker
	watched   uint64      // the leader's serial at the last look
	watchdog  *time.Timer // nil: none is set
	contended atomic.Int32
}

const (
	maxWaiting  = 4                     // workers beyond this many leave
	watchEvery  = 10 * time.Millisecond // a leader may be this long over one call
	yieldEvery  = 8 * time.Millisecond  // below the monitor's 10 ms
	contendedBy = 64                    // calls for which the lead is passed on at once after a queue was seen
)

// passLead makes some worker the leader.
func (s *Server) passLead() {
	s.crew.mu.Lock()
	defer s.crew.mu.Unlock()
	if s.crew.waiting > 0 {
		s.crew.waiting--
		s.crew.lead <- struct{}{}
		return
	}
	w := &worker{Server: s, buffer: s.listener.buffer()}
	w.takeLead()
	s.crew.all.Go(w.run)
}

// takeLead is called with the crew locked or by the only holder of the lead.
func (w *worker) takeLead() {
	w.leads.Store(true)
	w.crew.leader = w
}

// yieldLead passes the lead on if the worker still has it.
func (w *worker) yieldLead() {
	if w.leads.CompareAndSwap(true, false) {
		w.passLead()
	}
}

func (w *worker) run() {
	yielded := time.Now()
	for {
		for w.leads.Load() {
			// A goroutine that goes from one system call to the next looks stuck
			// to Go's monitor thread, which then wakes up every 20 µs. Passing
			// through the scheduler now and then lets it sleep.
			if now := time.Now(); now.Sub(yielded) > yieldEvery {
				runtime.Gosched()
				yielded = now
			}
			if w.listener.pending() {
				w.crew.contended.Store(contendedBy)
			}
			n, err := w.listener.receive(w.buffer)
			if errors.Is(err, errClosed) {
				return
			}
			if err != nil {
				// Giving up would leave callers waiting for ever.
				w.log("cannot receive a notification: %v", err)
				time.Sleep(lookEvery)
				continue
			}
			w.serial.Add(1)
			w.busy.Store(true)
			w.watch()
			if w.crew.contended.Load() > 0 {
				w.crew.contended.Add(-1)
				w.yieldLead()
			}
			w.serve(n)
			w.busy.Store(false)
		}
		if !w.await() {
			return
		}
	}
}

// await waits for the lead. false: enough others do, or the server closed.
func (w *worker) await() bool {
	w.crew.mu.Lock()
	if w.crew.waiting >= maxWaiting {
		w.crew.mu.Unlock()
		return false
	}
	w.crew.waiting++
	w.crew.mu.Unlock()
	taken := false
	select {
	case <-w.crew.lead:
		taken = true
	case <-w.ctx.Done():
	}
	w.crew.mu.Lock()
	defer w.crew.mu.Unlock()
	if !taken {
		select {
		case <-w.crew.lead: // it was on its way
		default:
			w.crew.waiting--
			return false
		}
	}
	w.takeLead()
	return true
}

// watch has somebody look after the leader for as long as there is work.
func (w *worker) watch() {
	w.crew.mu.Lock()
	defer w.crew.mu.Unlock()
	if w.crew.watchdog == nil {
		w.crew.watchdog = time.AfterFunc(watchEvery, w.look)
	}
}

// look takes the lead from a worker that has been over one call since the last
// look, whatever it is that takes long: a slow disk under the exec, a handler
// that blocks without asking for its context's end.
func (s *Server) look() {
	s.crew.mu.Lock()
	w := s.crew.leader
	serial := w.serial.Load()
	stuck := w.busy.Load() && serial == s.crew.watched
	s.crew.watched = serial
	if w.busy.Load() && !stuck {
		s.crew.watchdog.Reset(watchEvery)
	} else {
		s.crew.watchdog = nil // the next call sets it again
	}
	s.crew.mu.Unlock()
	if stuck {
		if h := w.current.Load(); h != nil {
			h.engage()
		}
		w.yieldLead()
	}
}

// ignoreStops keeps the kernel from sending SIGCHLD for every stop of a traced
// process; the stops are waited for. Go's own handler of the signal stays.
func ignoreStops() {
	const noChildStops = 1 // SA_NOCLDSTOP
	var action struct{ handler, flags, restorer, mask uintptr }
	if _, _, e := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(unix.SIGCHLD), 0, uintptr(unsafe.Pointer(&action)), 8, 0, 0); e != 0 {
		return
	}
	action.flags |= noChildStops
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(unix.SIGCHLD), uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0)
}
