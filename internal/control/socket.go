package control

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// maxSocketPath is the room of sun_path in unix(7), less its final NUL.
const maxSocketPath = 107

// Raw is a blocking connected socket: the client's end, which needs no poller.
type Raw int

// Connect connects to the Unix socket at path. The error wraps the errno of
// connect(2): ENOENT or ECONNREFUSED when nobody serves it.
func Connect(path string) (Raw, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	short, done, err := shorten(path)
	if err == nil {
		err = retry(func() error { return unix.Connect(fd, &unix.SockaddrUnix{Name: short}) })
		done()
	}
	if err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("cannot connect to %s: %w", path, os.NewSyscallError("connect", err))
	}
	return Raw(fd), nil
}

// Listen serves the Unix socket at path, mode 0600, in place of whatever
// socket was left there. The caller holds the session's lock.
func Listen(path string) (*net.UnixListener, error) {
	short, done, err := shorten(path)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := unix.Unlink(short); err != nil && err != unix.ENOENT {
		return nil, fmt.Errorf("cannot remove the stale socket %s: %w", path, err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: short, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", path, err)
	}
	l.SetUnlinkOnClose(false)
	if err := os.Chmod(short, 0o600); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// shorten returns a name for path that fits in sun_path, by way of a
// descriptor of its directory where it is too long.
func shorten(path string) (string, func(), error) {
	if len(path) <= maxSocketPath {
		return path, func() {}, nil
	}
	dir, base := filepath.Split(path)
	fd, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", nil, err
	}
	return "/proc/self/fd/" + strconv.Itoa(fd) + "/" + base, func() { unix.Close(fd) }, nil
}

// Send implements Socket.
func (r Raw) Send(p []byte, fds []int) error {
	return sendAll(p, fds, func(p, oob []byte) (n int, err error) {
		err = retry(func() error {
			n, err = unix.SendmsgN(int(r), p, oob, nil, unix.MSG_NOSIGNAL)
			return err
		})
		return n, os.NewSyscallError("sendmsg", err)
	})
}

// Recv implements Socket.
func (r Raw) Recv(p []byte, fds *[]int) (int, error) {
	oob := make([]byte, unix.CmsgSpace(4*maxDescriptors))
	var n, oobn int
	err := retry(func() (err error) {
		n, oobn, _, _, err = unix.Recvmsg(int(r), p, oob, unix.MSG_CMSG_CLOEXEC)
		return err
	})
	if err != nil {
		return 0, os.NewSyscallError("recvmsg", err)
	}
	if err := takeDescriptors(oob[:oobn], fds); err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Close closes the descriptor.
func (r Raw) Close() error { return unix.Close(int(r)) }

// Conn is a connected socket on the runtime's poller: the supervisor's end.
type Conn struct{ *net.UnixConn }

// Send implements Socket.
func (c Conn) Send(p []byte, fds []int) error {
	return sendAll(p, fds, func(p, oob []byte) (int, error) {
		n, _, err := c.WriteMsgUnix(p, oob, nil)
		return n, err
	})
}

// Recv implements Socket.
func (c Conn) Recv(p []byte, fds *[]int) (int, error) {
	oob := make([]byte, unix.CmsgSpace(4*maxDescriptors))
	n, oobn, _, _, err := c.ReadMsgUnix(p, oob)
	if takeErr := takeDescriptors(oob[:oobn], fds); takeErr != nil {
		return 0, takeErr
	}
	return n, err
}

// Peer returns the process at the other end, as unix(7) SO_PEERCRED has it.
func (c Conn) Peer() (*unix.Ucred, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	var cred *unix.Ucred
	var credErr error
	if err := raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil {
		return nil, err
	}
	return cred, os.NewSyscallError("getsockopt", credErr)
}

func sendAll(p []byte, fds []int, send func(p, oob []byte) (int, error)) error {
	var oob []byte
	if len(fds) > 0 {
		oob = unix.UnixRights(fds...)
	}
	for len(p) > 0 {
		n, err := send(p, oob)
		if err != nil {
			return err
		}
		p, oob = p[n:], nil
	}
	return nil
}

func takeDescriptors(oob []byte, fds *[]int) error {
	if len(oob) == 0 {
		return nil
	}
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return os.NewSyscallError("recvmsg", err)
	}
	for i := range messages {
		got, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			continue
		}
		for _, fd := range got {
			unix.CloseOnExec(fd)
		}
		*fds = append(*fds, got...)
	}
	if len(*fds) > maxDescriptors {
		closeAll(*fds)
		*fds = nil
		return fmt.Errorf("cannot take more than %d descriptors", maxDescriptors)
	}
	return nil
}

func closeAll(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
}

func retry(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}
