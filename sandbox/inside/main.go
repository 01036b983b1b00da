package inside

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"twokey/internal/sys"
	"twokey/sandbox/wire"
)

// Descriptors that the supervisor hands over at start.
const (
	MounterSocket = 3
	InitSocket    = 4
)

// The names of the two processes, their only argument.
const (
	MounterRole = "mounter"
	InitRole    = "init"
)

// Main runs the role that args names and returns the exit status.
func Main(args []string, stderr io.Writer) int {
	if len(args) != 2 || (args[1] != MounterRole && args[1] != InitRole) {
		fmt.Fprintln(stderr, "twokey: twokey-init is started by twokey and by nothing else")
		return 125
	}
	// Nothing may slip through to a command: what is passed on is passed by name.
	if err := unix.CloseRange(0, ^uint(0)>>1&0x7fffffff, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		fmt.Fprintf(stderr, "twokey: cannot close inherited descriptors: %v\n", err)
		return 125
	}
	if err := sys.DieWithParent(); err != nil {
		fmt.Fprintf(stderr, "twokey: %v\n", err)
		return 125
	}
	unix.Umask(0) // modes are given in full; commands have their own
	run := runMounter
	if args[1] == InitRole {
		run = runInit
	}
	if err := run(); err != nil && !errors.Is(err, io.EOF) {
		fmt.Fprintf(stderr, "twokey: %s: %v\n", args[1], err)
		return 125
	}
	return 0
}

// stepError is a set-up step that failed.
type stepError struct {
	step string
	err  error
}

func (e *stepError) Error() string { return "cannot " + e.step + ": " + e.err.Error() }
func (e *stepError) Unwrap() error { return e.err }

func step(what string, err error) error {
	if err == nil {
		return nil
	}
	return &stepError{what, err}
}

// report tells the supervisor why the set-up ended, and returns err.
func report(c *sys.Conn, err error) error {
	m := wire.Failed{Step: "set the sandbox up", Text: err.Error()}
	var s *stepError
	if errors.As(err, &s) {
		m.Step, m.Text = s.step, s.err.Error()
	}
	m.Errno = errnoOf(err)
	_ = c.Send(sys.Message{Type: wire.TypeFailed, Payload: m.Encode()})
	return err
}

// errnoOf is the errno at the bottom of err, 0 if there is none.
func errnoOf(err error) int {
	var e syscall.Errno
	if errors.As(err, &e) {
		return int(e)
	}
	return 0
}

// receive reads the one message that may come now.
func receive(c *sys.Conn, want wire.Type) (sys.Message, error) {
	m, err := c.Receive()
	if err != nil {
		return m, err
	}
	if m.Type != want {
		m.CloseFiles()
		return m, fmt.Errorf("internal error: message %d out of phase, want %d", m.Type, want)
	}
	return m, nil
}

func openNull(path string) (int, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return fd, nil
}
