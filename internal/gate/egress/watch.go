package egress

import (
	"context"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// hangupGrace is how long a client that has sent all it will (FIN) may still
// wait for an immediate answer. A close and a half-close look the same on the
// wire; a client that gives up while a person decides must withdraw the
// question, so after the grace both count as a close.
const hangupGrace = 200 * time.Millisecond

// watchAfter is how long a decision may take before the client is watched:
// most are made at once and need not pay for it.
const watchAfter = time.Millisecond

// watch returns a context that ends with errClientGone when the client resets
// or ends the connection. It consumes no bytes. The function ends the watch
// and must be called; afterwards the connection can be read again.
func watch(parent context.Context, c *net.TCPConn) (context.Context, func() error) {
	ctx, cancel := context.WithCancelCause(parent)
	done := make(chan struct{})
	stopping := make(chan struct{})
	raw, err := c.SyscallConn()
	if err != nil {
		cancel(err)
		return ctx, func() error { return err }
	}
	begin := time.AfterFunc(watchAfter, func() {
		defer close(done)
		if awaitHangup(raw, stopping) {
			cancel(errClientGone)
		}
	})
	return ctx, func() error {
		defer cancel(nil)
		if begin.Stop() {
			return nil
		}
		close(stopping)
		// A deadline in the past wakes the goroutine.
		err := c.SetReadDeadline(time.Unix(1, 0))
		<-done
		if err != nil {
			return err
		}
		return c.SetReadDeadline(time.Time{})
	}
}

// awaitHangup returns true when the client has hung up, and false when the
// watch ends before.
func awaitHangup(raw syscall.RawConn, stopping <-chan struct{}) bool {
	var events int16
	// The runtime's poller is edge-triggered and asks for EPOLLRDHUP, so this
	// function runs again at each new segment or end, not in a spin.
	err := raw.Read(func(fd uintptr) bool {
		events = hangup(int(fd))
		return events != 0
	})
	if err != nil {
		return false
	}
	if events == unix.POLLRDHUP {
		timer := time.NewTimer(hangupGrace)
		defer timer.Stop()
		select {
		case <-stopping:
			return false
		case <-timer.C:
		}
	}
	return true
}

// hangup returns which of POLLRDHUP, POLLHUP and POLLERR hold, see poll(2).
func hangup(fd int) int16 {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
	for {
		_, err := unix.Poll(fds, 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return unix.POLLERR
		}
		return fds[0].Revents & (unix.POLLRDHUP | unix.POLLHUP | unix.POLLERR)
	}
}
