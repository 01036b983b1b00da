package session

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"twokey/internal/control"
)

// systemTrees hold what the machine runs; a workspace may not lie in one.
var systemTrees = []string{
	"/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/run", "/sbin", "/sys", "/usr",
	"/var/cache", "/var/lib", "/var/log", "/var/mail", "/var/run", "/var/spool",
}

// systemTops hold many people's or programs' files; a workspace may lie in
// one, but may not be one.
var systemTops = []string{"/", "/home", "/media", "/mnt", "/opt", "/srv", "/tmp", "/var", "/var/tmp", "/root", "/nix", "/snap"}

// stateTrees, below the home directory, hold what programs keep of a person.
var stateTrees = []string{".config", ".local", ".cache"}

// refuseWorkspace returns why a directory may not be a workspace: what is the
// workspace becomes writable, and a model chooses its own working directory.
func refuseWorkspace(dir string, home control.Home, hides func(string) bool) error {
	refuse := func(what string) error {
		return fmt.Errorf("cannot use %s as a workspace: it is %s; cd into a project or name one with TWOKEY_WORKSPACE", dir, what)
	}
	if !filepath.IsAbs(dir) || filepath.Clean(dir) != dir {
		return refuse("not an absolute, clean path")
	}
	switch {
	case dir == home.Dir:
		return refuse("the home directory")
	case control.Within(home.Dir, dir):
		return refuse("above the home directory")
	}
	for _, top := range systemTops {
		if dir == top {
			return refuse("a system directory")
		}
	}
	for _, tree := range systemTrees {
		if control.Within(dir, tree) && !control.Within(dir, "/usr/src") && !control.Within(dir, "/usr/local/src") {
			return refuse("a system directory")
		}
	}
	for _, own := range []string{home.State, home.Config, home.Runtime} {
		if control.Within(dir, own) || control.Within(own, dir) {
			return refuse("where twokey keeps its own files")
		}
	}
	for _, tree := range stateTrees {
		if control.Within(dir, filepath.Join(home.Dir, tree)) {
			return refuse("where programs keep their state")
		}
	}
	for part := dir; part != "/"; part = filepath.Dir(part) {
		if hides(part) {
			return refuse("hidden by the policy (" + part + ")")
		}
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("cannot use %s as a workspace: %w", dir, err)
	}
	if !info.IsDir() {
		return refuse("not a directory")
	}
	if real, err := filepath.EvalSymlinks(dir); err != nil || real != dir {
		return refuse("reached through a symbolic link")
	}
	for above := filepath.Dir(dir); above != "/"; above = filepath.Dir(above) {
		var st syscall.Stat_t
		if err := syscall.Stat(above, &st); err != nil {
			return fmt.Errorf("cannot use %s as a workspace: %w", dir, os.NewSyscallError("stat", err))
		}
		if os.Getuid() == 0 && st.Uid != 0 && st.Mode&0o001 == 0 {
			return fmt.Errorf("cannot use %s as a workspace: %s belongs to another user and is closed to others, also to root in a user namespace; work as that user", dir, above)
		}
	}
	if _, err := os.ReadDir(dir); err != nil {
		return fmt.Errorf("cannot use %s as a workspace: %w; make it readable for you", dir, err)
	}
	if strings.ContainsAny(dir, "\n\x00") {
		return refuse("named with a line break")
	}
	return nil
}

// identity tells a directory from another that was made at its path later: an
// inode's number is used again, its birth time is not.
type identity struct {
	major, minor uint32
	inode        uint64
	born         unix.StatxTimestamp
}

func identify(dir string) (identity, error) {
	var st unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, dir, 0, unix.STATX_INO|unix.STATX_BTIME, &st); err != nil {
		return identity{}, os.NewSyscallError("statx", err)
	}
	return identity{st.Dev_major, st.Dev_minor, st.Ino, st.Btime}, nil
}
