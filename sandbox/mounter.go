package sandbox

import (
	"bufio"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"twokey/internal/sys"
	"twokey/sandbox/inside"
)

// mounter is the running twokey-init that has the sandbox's namespaces.
type mounter struct {
	conn    *sys.Conn
	process *os.Process
	program string
	exited  chan struct{}
	silent  chan struct{} // closed when nobody is left who could write to last

	mu   sync.Mutex
	last string // last line of its standard error
}

// namespaces that the sandbox has of its own; the pid namespace is init's, and
// the mounter stays outside of it.
const namespaces = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET |
	syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS | syscall.CLONE_NEWCGROUP

// startMounter starts program with its two sockets and returns the other end
// of init's. The process is killed when this one dies: its parent-death signal
// comes when the thread that started it ends, so that thread does nothing else
// for as long as the mounter lives.
func startMounter(program string, log func(string)) (*mounter, *sys.Conn, error) {
	var fds []int
	closeAll := func() {
		for _, fd := range fds {
			unix.Close(fd)
		}
	}
	for range 2 {
		a, b, err := sys.Socketpair()
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		fds = append(fds, a, b)
	}
	stderr, err := newStderr()
	if err != nil {
		closeAll()
		return nil, nil, err
	}
	m := &mounter{conn: sys.NewConn(fds[0]), program: program, exited: make(chan struct{}), silent: make(chan struct{})}
	started := make(chan error)
	// The files must stay reachable until the child has its copies.
	remote := []*os.File{os.NewFile(uintptr(fds[1]), "mounter"), os.NewFile(uintptr(fds[3]), "init")}
	go func() {
		runtime.LockOSThread()
		var err error
		m.process, err = launch(program, stderr.w, remote)
		started <- err
		if err == nil {
			_, _ = m.process.Wait()
		}
		close(m.exited)
		// Not unlocked: the thread ends here, after the mounter.
	}()
	err = <-started
	stderr.w.Close()
	for _, f := range remote {
		f.Close()
	}
	if err != nil {
		stderr.r.Close()
		unix.Close(fds[0])
		unix.Close(fds[2])
		return nil, nil, explainStart(err, program, readSysctl)
	}
	go m.readStderr(stderr.r, log)
	return m, sys.NewConn(fds[2]), nil
}

func launch(program string, stderr *os.File, sockets []*os.File) (*os.Process, error) {
	uid, gid := os.Getuid(), os.Getgid()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	return os.StartProcess(program, []string{"twokey-init", inside.MounterRole}, &os.ProcAttr{
		Dir:   "/",
		Env:   []string{"GOMAXPROCS=2"},
		Files: append([]*os.File{null, null, stderr}, sockets...),
		Sys: &syscall.SysProcAttr{
			Cloneflags:  namespaces,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}},
			// An exec would take the capabilities of a uid that is not 0.
			AmbientCaps: allCapabilities(),
			Pdeathsig:   syscall.SIGKILL,
			Setsid:      true,
		},
	})
}

// allCapabilities is every capability that this kernel knows: a process that
// is first in a user namespace has them all there.
func allCapabilities() []uintptr {
	var caps []uintptr
	for c := range uintptr(64) {
		if _, err := unix.PrctlRetInt(unix.PR_CAPBSET_READ, c, 0, 0, 0); err != nil {
			break
		}
		caps = append(caps, c)
	}
	return caps
}

type pipe struct{ r, w *os.File }

func newStderr() (pipe, error) {
	r, w, err := os.Pipe()
	return pipe{r, w}, err
}

// readStderr passes on what the processes of twokey-init say, which they do
// only when something is broken.
func (m *mounter) readStderr(r *os.File, log func(string)) {
	defer close(m.silent)
	defer r.Close()
	lines := bufio.NewReaderSize(r, 4096)
	for {
		line, err := lines.ReadSlice('\n')
		if text := strings.TrimSpace(string(line)); text != "" {
			m.mu.Lock()
			m.last = text
			m.mu.Unlock()
			log("twokey-init: " + text)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

// explain makes an error of a connection that ended too early: what the
// processes of twokey-init said last is the reason. It ends them.
func (m *mounter) explain(err error) error {
	if !errors.Is(err, io.EOF) && !errors.Is(err, unix.EPIPE) && !errors.Is(err, unix.ECONNRESET) {
		return err
	}
	m.kill()
	<-m.exited
	select {
	case <-m.silent:
	case <-time.After(time.Second): // init may still be dying
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.last != "" {
		return errors.New("cannot start the sandbox: " + m.last)
	}
	return errors.New("cannot start the sandbox: " + m.program + " ended without a word")
}

func (m *mounter) kill() { _ = m.process.Kill() }

func (m *mounter) wait() { <-m.exited }
