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

// held is one call between its receipt and its answer. It is its own context,
// so that a call that is answered at once costs no goroutine and no timer
// beyond one.
type held struct {
	*Server
	id  uint64 // 0: there is no call to answer any more
	tid int
	ctx context.Context

	cancel  context.CancelFunc
	claimed atomic.Bool

	mu     sync.Mutex
	timer  *time.Timer // nil: stopped
	status int         // descriptor of /proc/TID/status, -1 before the first look
}

// watch starts to look at a process whose call is in the handler's hands.
func (s *Server) watch(id uint64, tid int) *held {
	h := &held{Server: s, id: id, tid: tid, status: -1}
	h.ctx, h.cancel = context.WithCancel(s.ctx)
	h.timer = time.AfterFunc(lookEvery, h.look)
	return h
}

// claim takes the right to answer. Exactly one caller gets it.
func (h *held) claim() bool { return h.claimed.CompareAndSwap(false, true) }

// pause ends the looks.
func (h *held) pause() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.timer != nil {
		h.timer.Stop()
		h.timer = nil
	}
	if h.status >= 0 {
		_ = unix.Close(h.status)
		h.status = -1
	}
}

func (h *held) stop() {
	h.pause()
	h.cancel()
}

func (h *held) look() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.timer == nil {
		return
	}
	if h.id != 0 && !h.listener.valid(h.id) {
		h.claim()
		h.cancel()
		return
	}
	st, err := h.readStatus()
	if err != nil {
		h.claim()
		h.cancel()
		return
	}
	if signals, own := st.deliverable(); signals != 0 {
		if h.id != 0 && h.claim() {
			errno := unix.EINTR
			if own {
				errno = errRestart
			}
			_ = h.listener.fail(h.id, errno)
		}
		h.cancel()
		return
	}
	if h.ctx.Err() != nil { // the server closed
		if h.id != 0 && h.claim() {
			_ = h.listener.fail(h.id, unix.EPERM)
		}
		return
	}
	h.timer.Reset(lookEvery)
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
