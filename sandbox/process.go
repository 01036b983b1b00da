package sandbox

import (
	"fmt"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"twokey/internal/sys"
	"twokey/sandbox/wire"
)

// Process is a command that was started.
type Process struct {
	s       *Sandbox
	id      uint64
	pid     int
	dirGone bool
	master  *os.File
	ended   chan struct{}
	once    sync.Once
	status  int
	err     error
}

// Pid is the host's number of the process.
func (p *Process) Pid() int { return p.pid }

// DirGone says that the working directory did not exist in the view, or could
// not be entered: the command runs in an empty deleted directory instead.
func (p *Process) DirGone() bool { return p.dirGone }

// Master is the other end of the command's terminal, nil without one. It is
// the caller's; it can be read with deadlines and closed while it is read.
func (p *Process) Master() *os.File { return p.master }

func newMaster(fd int) *os.File {
	_ = unix.SetNonblock(fd, true)
	return os.NewFile(uintptr(fd), "/dev/ptmx")
}

// Wait returns the exit status, 128+n for a death by signal n, or ErrEnded
// when the sandbox ended first.
func (p *Process) Wait() (status int, err error) {
	<-p.ended
	return p.status, p.err
}

func (p *Process) end(status int, err error) {
	p.once.Do(func() {
		p.status, p.err = status, err
		close(p.ended)
	})
}

// Signal signals the command's process group, also what is left of it after
// the command itself has ended. A group that is gone is no error.
func (p *Process) Signal(sig syscall.Signal) error {
	m := wire.Signal{ID: p.id, Signal: int(sig)}
	if err := p.s.init.Send(sys.Message{Type: wire.TypeSignal, Payload: m.Encode()}); err != nil {
		return fmt.Errorf("cannot signal the command: %w", err)
	}
	return nil
}
