package control

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Home is where a person's twokey keeps its files. All are absolute.
type Home struct {
	Dir     string // the home directory
	Runtime string // sockets and locks
	State   string // log and undo store
	Config  string // policy.yaml
}

// FindHome reads the XDG base directories from the environment. Without
// XDG_RUNTIME_DIR it takes /run/user/UID, and where there is none, a
// directory below the state directory.
func FindHome(lookup func(string) string) (Home, error) {
	home := lookup("HOME")
	if !filepath.IsAbs(home) {
		return Home{}, errors.New("cannot find the home directory: HOME is not set to an absolute path; set it")
	}
	home = filepath.Clean(home)
	base := func(name, fallback string) string {
		if dir := lookup(name); filepath.IsAbs(dir) {
			return filepath.Join(dir, "twokey")
		}
		return filepath.Join(home, fallback, "twokey")
	}
	h := Home{Dir: home, State: base("XDG_STATE_HOME", ".local/state"), Config: base("XDG_CONFIG_HOME", ".config")}
	runtime := lookup("XDG_RUNTIME_DIR")
	if !filepath.IsAbs(runtime) {
		runtime = "/run/user/" + strconv.Itoa(os.Getuid())
		if !ownDirectory(runtime) {
			runtime = ""
		}
	}
	if runtime == "" {
		h.Runtime = filepath.Join(h.State, "run")
	} else {
		h.Runtime = filepath.Join(runtime, "twokey")
	}
	return h, nil
}

func ownDirectory(path string) bool {
	var st syscall.Stat_t
	return syscall.Lstat(path, &st) == nil && st.Mode&syscall.S_IFMT == syscall.S_IFDIR && int(st.Uid) == os.Getuid()
}

// Place is one session's files below the runtime directory.
type Place struct {
	ID  string // caller and workspace, hashed: the session's name in log and pending
	Dir string
	// bound names the workspace that the caller is bound to.
	bound string
}

// Place returns where the session of a caller in a workspace lives.
func (h Home) Place(c Caller, workspace string) Place {
	caller := shortHash(c.Name)
	id := caller + "-" + shortHash(workspace)
	return Place{ID: id, Dir: filepath.Join(h.Runtime, id), bound: filepath.Join(h.Runtime, caller+".bound")}
}

// Shell is the socket that takes command lines and nothing else.
func (p Place) Shell() string { return filepath.Join(p.Dir, "shell.sock") }

// Control is the person's socket.
func (p Place) Control() string { return filepath.Join(p.Dir, "control.sock") }

// StartLock is held by whoever starts the supervisor.
func (p Place) StartLock() string { return filepath.Join(p.Dir, "start.lock") }

// RunLock is held by the supervisor for its life.
func (p Place) RunLock() string { return filepath.Join(p.Dir, "run.lock") }

// Errors is where a supervisor's own last words go.
func (p Place) Errors() string { return filepath.Join(p.Dir, "supervisor.err") }

func (p Place) allowed() string { return filepath.Join(p.Dir, "allowed") }

// Make creates the session's directory, mode 0700, and checks that nobody
// else can have laid it.
func (p Place) Make() error {
	if err := os.MkdirAll(p.Dir, 0o700); err != nil {
		return fmt.Errorf("cannot make the session directory: %w", err)
	}
	for _, dir := range []string{filepath.Dir(p.Dir), p.Dir} {
		var st syscall.Stat_t
		if err := syscall.Lstat(dir, &st); err != nil {
			return fmt.Errorf("cannot look at %s: %w", dir, err)
		}
		if int(st.Uid) != os.Getuid() || st.Mode&0o022 != 0 {
			return fmt.Errorf("cannot use %s: it belongs to another user or others can write to it; remove it", dir)
		}
	}
	return nil
}

// Bound returns the workspace that the caller is bound to, "" when to none.
func (p Place) Bound() (string, error) {
	b, err := os.ReadFile(p.bound)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	workspace, _, _ := strings.Cut(string(b), "\n")
	return workspace, err
}

// Bind binds the caller to the workspace, unless it is bound already.
func (p Place) Bind(c Caller, workspace string) error {
	temp, err := os.CreateTemp(filepath.Dir(p.bound), ".bound-*")
	if err != nil {
		return fmt.Errorf("cannot bind the workspace: %w", err)
	}
	defer os.Remove(temp.Name())
	_, err = temp.WriteString(workspace + "\n" + c.Name + "\n")
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Link(temp.Name(), p.bound) // fails if another was first
	}
	if err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("cannot bind the workspace: %w", err)
	}
	return nil
}

// Allow notes that a person let the caller use this second workspace.
func (p Place) Allow() error {
	if err := p.Make(); err != nil {
		return err
	}
	return os.WriteFile(p.allowed(), nil, 0o600)
}

// Allowed reports whether the caller may use this workspace: it is bound to
// it, or a person let it.
func (p Place) Allowed(workspace string) (bool, error) {
	bound, err := p.Bound()
	if err != nil || bound == workspace {
		return bound == workspace, err
	}
	_, err = os.Lstat(p.allowed())
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Sweep removes the bindings of callers that are gone.
func (h Home) Sweep() error {
	bindings, err := filepath.Glob(filepath.Join(h.Runtime, "*.bound"))
	if err != nil {
		return err
	}
	for _, path := range bindings {
		b, err := os.ReadFile(path)
		if err != nil {
			continue // another sweep was first
		}
		_, rest, _ := strings.Cut(string(b), "\n")
		name, _, _ := strings.Cut(rest, "\n")
		if !(Caller{Name: name}).Alive() {
			os.Remove(path)
		}
	}
	return nil
}

// Lock takes flock(2) on the file at path, which it creates. It blocks unless
// try is set; then held tells that somebody else has it.
func Lock(path string, try bool) (f *os.File, held bool, err error) {
	f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_CLOEXEC|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, false, fmt.Errorf("cannot open the lock: %w", err)
	}
	how := syscall.LOCK_EX
	if try {
		how |= syscall.LOCK_NB
	}
	err = retry(func() error { return syscall.Flock(int(f.Fd()), how) })
	if err == nil {
		return f, false, nil
	}
	f.Close()
	if err == syscall.EWOULDBLOCK {
		return nil, true, nil
	}
	return nil, false, fmt.Errorf("cannot lock %s: %w", path, err)
}

// Sessions lists the places below the runtime directory that look like
// sessions, alive or not.
func (h Home) Sessions() ([]Place, error) {
	entries, err := os.ReadDir(h.Runtime)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot list sessions: %w", err)
	}
	var places []Place
	for _, e := range entries {
		caller, _, ok := strings.Cut(e.Name(), "-")
		if ok && e.IsDir() {
			places = append(places, Place{
				ID: e.Name(), Dir: filepath.Join(h.Runtime, e.Name()), bound: filepath.Join(h.Runtime, caller+".bound"),
			})
		}
	}
	return places, nil
}
