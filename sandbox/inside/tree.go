package inside

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"twokey/internal/sys"
	"twokey/sandbox/wire"
)

// While the root is built, the host's tree is at hostRoot and the view at
// viewRoot; init makes the view the root and drops the rest.
const (
	hostRoot = "/host"
	viewRoot = "/view"
)

// tree is the view under construction, and afterwards the root of the sandbox.
type tree struct {
	host, view int // O_PATH descriptors of the two roots
	empty      int // an empty file of mode 0444, in the view's own tmpfs
	void       int // an empty directory of mode 0555 there
	files      int // generated files so far
	init       int // pid of the sandbox's first process
	skipped    []string
}

// store is the directory of the view's own tmpfs that holds what the mounter
// mounts over other things.
const store = ".twokey"

// newTree moves the host's root aside and mounts an empty view (pivot_root(2)).
func newTree() (*tree, error) {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return nil, step("make mounts private", os.NewSyscallError("mount", err))
	}
	base, err := mountBase()
	if err != nil {
		return nil, err
	}
	for _, d := range []string{hostRoot, viewRoot} {
		if err := unix.Mkdir(base+d, 0o755); err != nil {
			return nil, step("make the root", os.NewSyscallError("mkdir", err))
		}
	}
	if err := unix.Chdir(base); err != nil {
		return nil, step("make the root", os.NewSyscallError("chdir", err))
	}
	if err := unix.PivotRoot(".", hostRoot[1:]); err != nil {
		return nil, step("change root", os.NewSyscallError("pivot_root", err))
	}
	if err := unix.Chdir("/"); err != nil {
		return nil, step("change root", os.NewSyscallError("chdir", err))
	}
	if err := unix.Mount("tmpfs", viewRoot, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0755,size=16m"); err != nil {
		return nil, step("mount the root", os.NewSyscallError("mount", err))
	}
	t := &tree{}
	for _, r := range []struct {
		fd   *int
		path string
	}{{&t.host, hostRoot}, {&t.view, viewRoot}} {
		fd, err := unix.Open(r.path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, step("open the root", err)
		}
		*r.fd = fd
	}
	return t, t.fillStore()
}

// mountBase mounts a tmpfs over some directory that every system has. What it
// covers is seen again below hostRoot once the root has changed.
func mountBase() (string, error) {
	var first error
	for _, dir := range []string{"/tmp", "/run", "/dev", "/mnt"} {
		err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0755,size=64k")
		if err == nil {
			return dir, nil
		}
		if first == nil {
			first = err
		}
	}
	return "", step("mount a file system", os.NewSyscallError("mount", first))
}

func (t *tree) fillStore() error {
	make := func() error {
		if err := unix.Mkdirat(t.view, store, 0o755); err != nil {
			return err
		}
		if err := unix.Mkdirat(t.view, store+"/void", 0o555); err != nil {
			return err
		}
		fd, err := unix.Openat(t.view, store+"/empty", unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_CLOEXEC, 0o444)
		if err != nil {
			return err
		}
		return unix.Close(fd)
	}
	if err := make(); err != nil {
		return step("make the root", err)
	}
	var err error
	if t.empty, err = sys.OpenBeneath(t.view, store+"/empty"); err != nil {
		return err
	}
	t.void, err = sys.OpenBeneath(t.view, store+"/void")
	return err
}

// finish lets go of the host's tree and makes the root itself read-only;
// mounts in it keep their own flags.
func (t *tree) finish() error {
	unix.Close(t.host)
	t.host = -1
	return step("make the root read-only", sys.SetMountAttr(t.view, unix.MOUNT_ATTR_RDONLY, false))
}

// errGone marks a mount whose source or mount point is not there any more.
var errGone = errors.New("is gone")

// apply does one step of the plan.
func (t *tree) apply(op wire.Op) error {
	if !path.IsAbs(op.Path) || path.Clean(op.Path) != op.Path {
		return fmt.Errorf("internal error: path %q is not clean", op.Path)
	}
	err := t.applyKind(op)
	if errors.Is(err, errGone) && !op.Required {
		t.skipped = append(t.skipped, op.Path)
		return nil
	}
	return err
}

func (t *tree) applyKind(op wire.Op) error {
	switch op.Kind {
	case wire.Dir:
		return t.mkdir(op.Path, op.Mode)
	case wire.Symlink:
		return t.symlink(op.Source, op.Path)
	case wire.Bind, wire.Device:
		return t.bind(op)
	case wire.Hide:
		return t.hideAtStart(op.Path)
	case wire.File:
		return t.generated(op)
	case wire.Tmpfs:
		opts := []sys.Option{{Key: "mode", Value: "0" + strconv.FormatUint(uint64(op.Mode), 8)}}
		if op.Source != "" {
			opts = append(opts, sys.Option{Key: "size", Value: op.Source})
		}
		return t.filesystem(op, "tmpfs", unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV, opts...)
	case wire.Devpts:
		return t.filesystem(op, "devpts", unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NOEXEC,
			sys.Option{Key: "newinstance"}, sys.Option{Key: "ptmxmode", Value: "0666"}, sys.Option{Key: "mode", Value: "0620"})
	case wire.Sysfs:
		return t.filesystem(op, "sysfs", unix.MOUNT_ATTR_RDONLY|unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV|unix.MOUNT_ATTR_NOEXEC)
	case wire.Overlay:
		return t.overlay(op)
	}
	return fmt.Errorf("internal error: unknown step %v", op.Kind)
}

func relative(p string) string { return strings.TrimPrefix(p, "/") }

// parent opens the directory that is to hold the path p.
func (t *tree) parent(p string) (dir int, base string, err error) {
	dir, err = sys.OpenBeneath(t.view, relative(path.Dir(p)))
	return dir, path.Base(p), err
}

func (t *tree) mkdir(p string, mode uint32) error {
	dir, base, err := t.parent(p)
	if err != nil {
		return err
	}
	defer unix.Close(dir)
	if err := unix.Mkdirat(dir, base, mode); err != nil && err != unix.EEXIST {
		return os.NewSyscallError("mkdirat", err)
	}
	return nil
}

func (t *tree) symlink(target, p string) error {
	dir, base, err := t.parent(p)
	if err != nil {
		return err
	}
	defer unix.Close(dir)
	if err := unix.Symlinkat(target, dir, base); err != nil && err != unix.EEXIST {
		return os.NewSyscallError("symlinkat", err)
	}
	return nil
}
