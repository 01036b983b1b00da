package inside

import (
	"fmt"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"twokey/internal/sys"
	"twokey/sandbox/wire"
)

// runMounter builds the sandbox, starts init and then hides late secrets until
// the supervisor is gone.
func runMounter() error {
	// Init's parent-death signal comes when the thread that started it ends.
	runtime.LockOSThread()
	c := sys.NewConn(MounterSocket)
	root, err := build(c)
	if err != nil {
		return report(c, err)
	}
	err = root.serve(c)
	// Init ends with the supervisor as well. Reaped here, it leaves no zombie
	// to a machine whose own init does not reap.
	_ = unix.Kill(root.init, unix.SIGKILL)
	_, _ = sys.Reap(root.init)
	return err
}

// build does the whole set-up and answers Ready. What the plan does not concern
// comes first: the supervisor makes it meanwhile.
func build(c *sys.Conn) (*tree, error) {
	if err := sys.SetDumpable(false); err != nil {
		return nil, err
	}
	network, err := setUpNetwork()
	if err != nil {
		return nil, err
	}
	defer network.close()
	root, err := newTree()
	if err != nil {
		return nil, err
	}
	m, err := receive(c, wire.TypeSetup)
	if err != nil {
		return nil, err
	}
	setup, err := wire.DecodeSetup(m.Payload)
	if err != nil {
		return nil, err
	}
	if setup.Hostname != "" {
		if err := unix.Sethostname([]byte(setup.Hostname)); err != nil {
			return nil, step("set the host name", err)
		}
	}
	for _, op := range setup.Ops {
		if err := root.apply(op); err != nil {
			return nil, step("mount "+op.String(), err)
		}
	}
	if err := root.finish(); err != nil {
		return nil, err
	}
	pidfd, err := root.startInit()
	if err != nil {
		return nil, step("start the sandbox's first process", err)
	}
	defer unix.Close(pidfd)
	files := append([]int{pidfd, root.view}, network.descriptors()...)
	ready := wire.Ready{IPv6: network.tcp6 >= 0, Skip: root.skipped}
	return root, c.Send(sys.Message{Type: wire.TypeReady, Payload: ready.Encode(), Files: files})
}

// startInit starts this program again as pid 1 of a new pid namespace. The
// calling thread must live as long as init.
func (t *tree) startInit() (pidfd int, err error) {
	null, err := openNull(hostRoot + "/dev/null")
	if err != nil {
		return -1, err
	}
	defer unix.Close(null)
	// Here, on one thread, it is cheaper than in init on every one. The mounter
	// keeps what it has, and starts nothing else.
	if err := sys.DropBoundingSet(); err != nil {
		return -1, err
	}
	pidfd = -1
	attr := &syscall.ProcAttr{
		Dir:   "/",
		Env:   []string{"GOMAXPROCS=2"},
		Files: []uintptr{uintptr(null), uintptr(null), 2, InitSocket, InitSocket},
		Sys: &syscall.SysProcAttr{
			Cloneflags: syscall.CLONE_NEWPID,
			Pdeathsig:  syscall.SIGKILL,
			PidFD:      &pidfd,
		},
	}
	if t.init, err = syscall.ForkExec(hostRoot+"/proc/self/exe", []string{"twokey-init", InitRole}, attr); err != nil {
		return -1, err
	}
	// Init alone answers on this socket: a second holder would hide its end.
	if err := unix.Close(InitSocket); err != nil {
		return -1, err
	}
	return pidfd, nil
}

// serve hides paths until the supervisor closes the socket.
func (t *tree) serve(c *sys.Conn) error {
	for {
		m, err := receive(c, wire.TypeMask)
		if err != nil {
			return err
		}
		mask, err := wire.DecodeMask(m.Payload)
		if err != nil {
			return fmt.Errorf("cannot decode mask: %w", err)
		}
		answer := wire.Masked{}
		if err := t.hide(mask.Path); err != nil {
			if answer.Errno = errnoOf(err); answer.Errno == 0 {
				answer.Errno = int(unix.EIO)
			}
		}
		if err := c.Send(sys.Message{Type: wire.TypeMasked, Payload: answer.Encode()}); err != nil {
			return err
		}
	}
}
