package notify

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// How often a held process is looked at. A held call reacts to SIGKILL only
// (SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV), so signals take effect this late.
const lookEvery = 50 * time.Millisecond

// errRestart is the kernel's ERESTARTNOINTR: the handler of the pending signal
// runs, or its default action is taken, and the call is made anew.
const errRestart = unix.Errno(513)

// held is one call in the handler's hands, and the handler's context. Most
// calls are answered at once; a goroutine and timers come with the first call
// of Done, which says that the handler may wait.
type held struct {
	worker *worker
	id     uint64 // 0: there is no call to answer any more
	tid    int

	claimed atomic.Bool

	mu     sync.Mutex
	ctx    context.Context // nil: nobody waits yet
	cancel context.CancelFunc
	timer  *time.Timer // nil: not looking
	status int         // descriptor of /proc/TID/status, -1 before the first look
	ended  bool
}

func (w *worker) hold(id uint64, tid int) *held {
	h := &held{worker: w, id: id, tid: tid, status: -1}
	w.current.Store(h)
	return h
}

// claim takes the right to answer. Exactly one caller gets it.
func (h *held) claim() bool { return h.claimed.CompareAndSwap(false, true) }

// engage starts the looks and lets another worker receive.
func (h *held) engage() context.Context {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ctx == nil {
		h.ctx, h.cancel = context.WithCancel(h.worker.ctx)
		if h.ended {
			h.cancel()
			return h.ctx
		}
		h.timer = time.AfterFunc(lookEvery, h.look)
		h.worker.yieldLead()
	}
	return h.ctx
}

// Deadline, Done, Err and Value make it a context.Context.
func (h *held) Deadline() (time.Time, bool) { return time.Time{}, false }
func (h *held) Done() <-chan struct{}       { return h.engage().Done() }
func (h *held) Value(key any) any           { return h.engage().Value(key) }

func (h *held) Err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ctx == nil {
		return h.worker.ctx.Err()
	}
	return h.ctx.Err()
}

// end stops the looks and ends the context.
func (h *held) end() {
	h.worker.current.Store(nil)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	if h.ctx == nil {
		return
	}
	h.cancel()
	if h.timer != nil {
		h.timer.Stop()
		h.timer = nil
	}
	if h.status >= 0 {
		_ = unix.Close(h.status)
		h.status = -1
	}
}

// look withdraws the call when the process is dead or a signal waits for it.
func (h *held) look() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.timer == nil {
		return
	}
	listener := h.worker.listener
	st, err := h.readStatus()
	if err != nil || h.id != 0 && !listener.valid(h.id) {
		h.claim()
		h.cancel()
		return
	}
	if signals, own := st.deliverable(); signals != 0 {
		errno := unix.EINTR
		if own {
			errno = errRestart
		}
		h.withdraw(errno)
		return
	}
	if h.ctx.Err() != nil { // the server closed
		h.withdraw(unix.EPERM)
		return
	}
	h.timer.Reset(lookEvery)
}

func (h *held) withdraw(errno unix.Errno) {
	if h.claim() && h.id != 0 {
		_ = h.worker.listener.fail(h.id, errno)
	}
	h.cancel()
}

func (h *held) readStatus() (status, error) {
	if h.status < 0 {
		fd, err := unix.Open(procPath(h.tid, "status"), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, err
		}
		h.status = fd
	}
	return readStatusFrom(h.status)
}
