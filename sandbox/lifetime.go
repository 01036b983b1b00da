package sandbox

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"twokey/internal/sys"
	"twokey/sandbox/wire"
)

// Done is closed when the sandbox has ended and nothing of it runs any more.
func (s *Sandbox) Done() <-chan struct{} { return s.done }

// Close kills everything in the sandbox and waits until it is gone.
func (s *Sandbox) Close() error {
	// Everything in init's pid namespace dies with it (pid_namespaces(7)).
	s.killInit()
	<-s.done
	return nil
}

func (s *Sandbox) killInit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pidfd >= 0 {
		_ = sys.SignalProcess(s.pidfd, unix.SIGKILL)
	}
}

// end tells everybody who waits that the sandbox is gone.
func (s *Sandbox) end(err error) {
	s.mu.Lock()
	s.err = err
	processes := s.processes
	s.processes = map[uint64]*Process{}
	s.mu.Unlock()
	s.answer(outcome{err: err})
	for _, p := range processes {
		p.end(128+int(unix.SIGKILL), err)
	}
}

// release closes what the sandbox holds. Calls that are still in progress on
// the sockets are woken first.
func (s *Sandbox) release() {
	s.init.Shutdown()
	s.mounter.conn.Shutdown()
	s.sockets.close()
	if s.root != nil {
		s.root.Close()
	}
	s.masking.Lock()
	s.mounter.conn.Close()
	s.masking.Unlock()
	s.init.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pidfd >= 0 {
		unix.Close(s.pidfd)
		s.pidfd = -1
	}
}

// Mask hides one more path of the view: a file reads as empty, a directory has
// no entries. It is for a secret that appeared after the start, best effort:
// until it returns, the file could be read. A path that is hidden already is
// no error; one that does not exist is fs.ErrNotExist.
func (s *Sandbox) Mask(name string) error {
	if !path.IsAbs(name) || path.Clean(name) != name || name == "/" {
		return fmt.Errorf("cannot hide %q: the path is not absolute and clean", name)
	}
	s.masking.Lock()
	defer s.masking.Unlock()
	m := wire.Mask{Path: name}
	if err := s.mounter.conn.Send(sys.Message{Type: wire.TypeMask, Payload: m.Encode()}); err != nil {
		return fmt.Errorf("cannot hide %s: %w", name, err)
	}
	msg, err := s.expect(s.mounter.conn, wire.TypeMasked)
	if err != nil {
		return fmt.Errorf("cannot hide %s: %w", name, err)
	}
	masked, err := wire.DecodeMasked(msg.Payload)
	if err != nil {
		return fmt.Errorf("cannot hide %s: %w", name, err)
	}
	if masked.Errno != 0 {
		return &fs.PathError{Op: "hide", Path: name, Err: syscall.Errno(masked.Errno)}
	}
	return nil
}

// Processes lists the host's numbers of what runs in the sandbox besides init.
// It is a snapshot.
func (s *Sandbox) Processes() ([]int, error) {
	namespace, err := os.Readlink("/proc/" + strconv.Itoa(s.initPID) + "/ns/pid")
	if err != nil {
		return nil, ErrEnded
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == s.initPID {
			continue
		}
		// Processes of others cannot be looked at, and are none of ours.
		if ns, err := os.Readlink("/proc/" + e.Name() + "/ns/pid"); err == nil && ns == namespace {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}
