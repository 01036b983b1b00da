package session

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"twokey/parser"
)

const (
	readLimit = 1 << 20 // bytes of a file that a gate reads to judge it
)

// parserContext is what the parser may take as certain of a command that runs
// in dir with env.
func (s *Session) parserContext(dir string, env []string) parser.Context {
	ctx := parser.Context{
		Cwd: dir, Workspace: s.workspace, Home: s.home.Dir, Tmp: []string{"/tmp", "/var/tmp"},
		Vars: map[string]string{"HOME": s.home.Dir, "PWD": dir}, ReadFile: s.readInView,
	}
	for _, e := range env {
		if name, value, ok := strings.Cut(e, "="); ok && (name == "TMPDIR" || name == "USER" || name == "LOGNAME" || name == "OLDPWD") {
			ctx.Vars[name] = value
		}
	}
	return ctx
}

// readInView reads a file as the sandbox sees it. Symbolic links are followed
// within the sandbox's root alone.
func (s *Session) readInView(path string) ([]byte, error) {
	if s.sandbox == nil {
		return nil, errors.New("cannot read in the view: there is no sandbox")
	}
	root := s.sandbox.Root()
	fd, err := unix.Openat2(int(root.Fd()), strings.TrimLeft(path, "/"), &unix.OpenHow{
		Flags:   unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK | unix.O_NOCTTY,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	})
	if err != nil {
		return nil, &os.PathError{Op: "openat2", Path: path, Err: err}
	}
	f := os.NewFile(uintptr(fd), path)
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("cannot read %s: it is no regular file", path)
	}
	b, err := io.ReadAll(io.LimitReader(f, readLimit+1))
	if err == nil && len(b) > readLimit {
		err = fmt.Errorf("cannot judge %s: it is larger than %d bytes", path, readLimit)
	}
	return b, err
}
