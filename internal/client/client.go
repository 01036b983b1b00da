// Package client is what twokey-sh does: hand a command line and the caller's
// own descriptors to the session's supervisor, start that supervisor if there
// is none, and end as the command ended. It runs outside the sandbox at the
// caller's every command, so it must never import the rules, the sandbox or a
// parser, and it must never run a command itself.
package client

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"twokey/internal/control"
)

// exitFailed is twokey's own failure, as against the command's.
const exitFailed = 125

// Main runs the command line args, argv[0] among them, and returns the exit
// status. Its own words go to stderr.
func Main(args []string, stderr io.Writer) int {
	c := &client{args: args, stderr: stderr}
	status, err := c.run()
	if err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			c.say(line)
		}
		return exitFailed
	}
	return status
}

type client struct {
	args   []string
	stderr io.Writer
}

func (c *client) say(text string) { io.WriteString(c.stderr, control.Line(text)) }

func (c *client) run() (int, error) {
	home, err := control.FindHome(os.Getenv)
	if err != nil {
		return 0, err
	}
	caller, err := control.FindCaller(os.Getppid(), os.Getenv)
	if err != nil {
		return 0, err
	}
	request := c.request()
	workspace, err := chooseWorkspace(request.Dir, home)
	if err != nil {
		return 0, err
	}
	place := home.Place(caller, workspace)
	bound, err := place.Bound()
	if err != nil {
		return 0, fmt.Errorf("cannot read the workspace's binding: %w", err)
	}
	if bound != "" && bound != workspace {
		allowed, err := place.Allowed(workspace)
		if err != nil {
			return 0, err
		}
		if !allowed {
			// The bound session decides: inside it, refused, or held.
			workspace = bound
			place = home.Place(caller, bound)
		}
	}
	for attempt := range 6 {
		if attempt > 0 { // the one that leaves is given time to be gone
			time.Sleep(10 * time.Millisecond << attempt)
		}
		socket, err := reach(place, caller, workspace)
		if err != nil {
			return 0, err
		}
		status, next, err := c.converse(socket, request)
		socket.Close()
		switch {
		case errors.Is(err, errNotAccepted): // it was just leaving
			continue
		case err != nil:
			return 0, err
		case next != "":
			workspace = next
			place = home.Place(caller, next)
			continue
		}
		return status, nil
	}
	return 0, errors.New("cannot reach the supervisor: it leaves as often as it is started; see " + place.Errors())
}

func (c *client) request() control.Run {
	r := control.Run{Args: c.args, Env: os.Environ(), Umask: umask()}
	// getcwd(2), not PWD: the caller chooses PWD.
	buf := make([]byte, unix.PathMax)
	if n, err := unix.Getcwd(buf); err == nil && n > 1 && buf[0] == '/' {
		r.Dir = string(buf[:n-1])
	}
	for fd := range 3 {
		if size, err := unix.IoctlGetWinsize(fd, unix.TIOCGWINSZ); err == nil {
			r.Terminals = append(r.Terminals, fd)
			r.Rows, r.Columns = int(size.Row), int(size.Col)
		}
	}
	return r
}

func umask() int {
	mask := unix.Umask(0o022)
	unix.Umask(mask)
	return mask
}

func chooseWorkspace(dir string, home control.Home) (string, error) {
	named := os.Getenv("TWOKEY_WORKSPACE")
	if named == "" {
		if dir == "" {
			return "", errors.New("cannot find the workspace: the working directory was deleted; cd into the project")
		}
		return control.Workspace(dir), nil
	}
	if !filepath.IsAbs(named) {
		return "", fmt.Errorf("cannot use TWOKEY_WORKSPACE=%s: it is not an absolute path", named)
	}
	real, err := filepath.EvalSymlinks(named)
	if err != nil {
		return "", fmt.Errorf("cannot use TWOKEY_WORKSPACE: %w", err)
	}
	return real, nil
}

// reach connects to the session's supervisor and starts it if it must. The
// start lock makes two at once start one.
func reach(place control.Place, caller control.Caller, workspace string) (control.Raw, error) {
	socket, err := control.Connect(place.Shell())
	if err == nil {
		return socket, nil
	}
	if !absent(err) {
		return -1, err
	}
	if err := place.Make(); err != nil {
		return -1, err
	}
	lock, _, err := control.Lock(place.StartLock(), false)
	if err != nil {
		return -1, err
	}
	defer lock.Close()
	if socket, err = control.Connect(place.Shell()); err == nil || !absent(err) {
		return socket, err
	}
	if err := start(place, caller, workspace); err != nil {
		return -1, err
	}
	return control.Connect(place.Shell())
}

func absent(err error) bool {
	return errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ECONNREFUSED)
}

// start runs the supervisor, in a session of its own and with none of the
// caller's descriptors, and waits until it says that it serves.
func start(place control.Place, caller control.Caller, workspace string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("cannot start the supervisor: %w", err)
	}
	program := filepath.Join(filepath.Dir(self), "twokey")
	ready, tell, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("cannot start the supervisor: %w", err)
	}
	defer ready.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("cannot start the supervisor: %w", err)
	}
	defer null.Close()
	words, err := os.OpenFile(place.Errors(), os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("cannot start the supervisor: %w", err)
	}
	defer words.Close()
	_, err = syscall.ForkExec(program, []string{"twokey", "supervise", caller.Name, workspace}, &syscall.ProcAttr{
		Dir:   "/",
		Env:   os.Environ(),
		Files: []uintptr{null.Fd(), null.Fd(), words.Fd(), tell.Fd()},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	tell.Close()
	if err != nil {
		return fmt.Errorf("cannot start the supervisor %s: %w; reinstall twokey", program, err)
	}
	answer, err := io.ReadAll(io.LimitReader(ready, 64<<10))
	if err != nil {
		return fmt.Errorf("cannot start the supervisor: %w", err)
	}
	switch text := strings.TrimSpace(string(answer)); text {
	case "ready":
		return nil
	case "":
		return fmt.Errorf("cannot start the supervisor: it ended without a word; see %s", place.Errors())
	default:
		return errors.New(text)
	}
}
