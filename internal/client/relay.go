package client

import (
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// relay carries bytes between the caller's terminal and the sandbox's pty, and
// the terminal's size along with them. The outer terminal itself never goes in.
type relay struct {
	master *os.File
	fd     int // master's own
	outer  int // the caller's terminal
	saved  *term.State
	sizes  chan os.Signal
	output chan struct{} // closed when the pty has no more to say
}

func newRelay(master int, terminals []int) (*relay, error) {
	// Non-blocking, so that the runtime's poller waits for it.
	if err := unix.SetNonblock(master, true); err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	r := &relay{
		master: os.NewFile(uintptr(master), "pty"), fd: master,
		outer: terminals[len(terminals)-1], output: make(chan struct{}),
	}
	if slices.Contains(terminals, 0) {
		saved, err := term.MakeRaw(0)
		if err != nil {
			return nil, err
		}
		r.saved = saved
		go io.Copy(r.master, os.Stdin)
	}
	r.resize()
	r.sizes = make(chan os.Signal, 1)
	signal.Notify(r.sizes, syscall.SIGWINCH)
	go func() {
		for range r.sizes {
			r.resize()
		}
	}()
	go func() {
		defer close(r.output)
		// EIO, the answer of a pty whose slave nobody has open, ends it too.
		io.Copy(os.NewFile(uintptr(r.outer), "terminal"), r.master)
	}()
	return r, nil
}

func (r *relay) resize() {
	if size, err := unix.IoctlGetWinsize(r.outer, unix.TIOCGWINSZ); err == nil {
		unix.IoctlSetWinsize(r.fd, unix.TIOCSWINSZ, size)
	}
}

// drain lets what the command wrote reach the terminal; a process that it
// left behind may keep the pty open, so it waits only while bytes are there.
func (r *relay) drain() {
	if r == nil {
		return
	}
	for {
		select {
		case <-r.output:
			return
		default:
		}
		poll := []unix.PollFd{{Fd: int32(r.fd), Events: unix.POLLIN}}
		if n, err := unix.Poll(poll, 20); err == nil && n == 0 {
			return
		}
	}
}

// raw reports whether the caller's terminal is in raw mode.
func (r *relay) raw() bool { return r != nil && r.saved != nil }

func (r *relay) restore() {
	if r == nil {
		return
	}
	if r.saved != nil {
		term.Restore(0, r.saved)
		r.saved = nil
	}
}
