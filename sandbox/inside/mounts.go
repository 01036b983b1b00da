package inside

import (
	"errors"
	"os"
	"path"
	"strconv"

	"golang.org/x/sys/unix"

	"twokey/internal/sys"
	"twokey/sandbox/wire"
)

// target opens the mount point of op, made first where the plan says that the
// place is our own.
func (t *tree) target(op wire.Op, directory bool) (int, error) {
	if op.Create {
		if directory {
			if err := t.mkdir(op.Path, 0o755); err != nil {
				return -1, err
			}
		} else if err := t.touch(op.Path); err != nil {
			return -1, err
		}
	}
	fd, err := sys.OpenBeneath(t.view, relative(op.Path))
	return fd, gone(err)
}

// gone turns "no such file" into errGone and leaves all else. So it does with
// "permission denied": the sandbox has the mounter's user and fewer
// capabilities, and what the mounter cannot reach it cannot either.
func gone(err error) error {
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.EACCES) {
		return errGone
	}
	return err
}

func (t *tree) touch(p string) error {
	dir, base, err := t.parent(p)
	if err != nil {
		return err
	}
	defer unix.Close(dir)
	fd, err := unix.Openat(dir, base, unix.O_CREAT|unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o444)
	if err != nil {
		return os.NewSyscallError("openat", err)
	}
	return unix.Close(fd)
}

// attach mounts the detached tree at op's path and closes it.
func (t *tree) attach(op wire.Op, detached int, directory bool) error {
	defer unix.Close(detached)
	to, err := t.target(op, directory)
	if err != nil {
		return err
	}
	defer unix.Close(to)
	return sys.Attach(detached, to)
}

func isDirectory(fd int) (bool, error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return false, os.NewSyscallError("fstat", err)
	}
	return st.Mode&unix.S_IFMT == unix.S_IFDIR, nil
}

// bind mounts a part of the host. It is looked up as the host's processes
// would, links included; flags are only ever added to those it has.
func (t *tree) bind(op wire.Op) error {
	from, err := sys.OpenInRoot(t.host, relative(op.Source))
	if err != nil {
		return gone(err)
	}
	defer unix.Close(from)
	directory, err := isDirectory(from)
	if err != nil {
		return err
	}
	detached, err := sys.CloneTree(from, true)
	if err != nil {
		return err
	}
	attr := uint64(unix.MOUNT_ATTR_NOSUID)
	if op.Kind != wire.Device {
		attr |= unix.MOUNT_ATTR_NODEV
	}
	if op.ReadOnly {
		attr |= unix.MOUNT_ATTR_RDONLY
	}
	if op.NoExec {
		attr |= unix.MOUNT_ATTR_NOEXEC
	}
	if err := sys.SetMountAttr(detached, attr, true); err != nil {
		unix.Close(detached)
		return err
	}
	return t.attach(op, detached, directory)
}

func (t *tree) filesystem(op wire.Op, kind string, attr int, options ...sys.Option) error {
	if op.ReadOnly {
		attr |= unix.MOUNT_ATTR_RDONLY
	}
	if op.NoExec {
		attr |= unix.MOUNT_ATTR_NOEXEC
	}
	detached, err := sys.NewFilesystem(kind, attr, options...)
	if err != nil {
		return err
	}
	return t.attach(op, detached, true)
}

// generated writes op.Data to a file of the view's own tmpfs and mounts it.
func (t *tree) generated(op wire.Op) error {
	name := store + "/" + strconv.Itoa(t.files)
	t.files++
	fd, err := unix.Openat(t.view, name, unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_CLOEXEC, 0o444)
	if err != nil {
		return os.NewSyscallError("openat", err)
	}
	for p := op.Data; len(p) > 0 && err == nil; {
		var n int
		n, err = unix.Write(fd, p)
		p = p[max(n, 0):]
	}
	if cerr := unix.Close(fd); err == nil {
		err = cerr
	}
	if err != nil {
		return os.NewSyscallError("write", err)
	}
	from, err := sys.OpenBeneath(t.view, name)
	if err != nil {
		return err
	}
	defer unix.Close(from)
	return t.cover(op, from, false)
}

// cover mounts a file or directory of the view's own tmpfs, read-only.
func (t *tree) cover(op wire.Op, from int, directory bool) error {
	detached, err := sys.CloneTree(from, false)
	if err != nil {
		return err
	}
	attr := uint64(unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV | unix.MOUNT_ATTR_NOEXEC)
	if err := sys.SetMountAttr(detached, attr, false); err != nil {
		unix.Close(detached)
		return err
	}
	return t.attach(op, detached, directory)
}

// hideAtStart hides a path before anything runs in the sandbox. Where a
// directory above it cannot be searched, that directory is hidden: what runs
// inside may own it, and open it up.
func (t *tree) hideAtStart(p string) error {
	err := t.hide(p)
	for errors.Is(err, unix.EACCES) && p != "/" {
		p = path.Dir(p)
		err = t.hide(p)
	}
	return gone(err)
}

// hide mounts nothing over the file or directory at the path p of the view:
// an empty file, or an empty directory, read-only. It works by descriptor,
// below the root and through no link, because what runs in the sandbox may
// rename things meanwhile. A path that is hidden already stays so.
func (t *tree) hide(p string) error {
	to, err := sys.OpenBeneath(t.view, relative(p))
	if err != nil {
		return err
	}
	defer unix.Close(to)
	var is, empty, void unix.Stat_t
	for _, s := range []struct {
		fd int
		st *unix.Stat_t
	}{{to, &is}, {t.empty, &empty}, {t.void, &void}} {
		if err := unix.Fstat(s.fd, s.st); err != nil {
			return os.NewSyscallError("fstat", err)
		}
	}
	if is.Dev == empty.Dev && (is.Ino == empty.Ino || is.Ino == void.Ino) {
		return nil
	}
	from := t.empty
	if is.Mode&unix.S_IFMT == unix.S_IFDIR {
		from = t.void
	}
	detached, err := sys.CloneTree(from, false)
	if err != nil {
		return err
	}
	defer unix.Close(detached)
	attr := uint64(unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV | unix.MOUNT_ATTR_NOEXEC)
	if err := sys.SetMountAttr(detached, attr, false); err != nil {
		return err
	}
	return sys.Attach(detached, to)
}

// overlay mounts the host's Source with the writes in Upper (userxattr, since
// the mounter is not privileged outside its namespace; Documentation/
// filesystems/overlayfs). The descriptors are named through the host's /proc,
// because overlay options are paths.
func (t *tree) overlay(op wire.Op) error {
	fds := make([]int, 0, 3)
	defer func() {
		for _, fd := range fds {
			unix.Close(fd)
		}
	}()
	names := make([]string, 0, 3)
	for _, p := range []string{op.Source, op.Upper, op.Work} {
		fd, err := sys.OpenInRoot(t.host, relative(p))
		if err != nil {
			return gone(err)
		}
		fds = append(fds, fd)
		names = append(names, hostRoot+"/proc/self/fd/"+strconv.Itoa(fd))
	}
	return t.filesystem(op, "overlay", unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV,
		sys.Option{Key: "userxattr"}, sys.Option{Key: "lowerdir", Value: names[0]},
		sys.Option{Key: "upperdir", Value: names[1]}, sys.Option{Key: "workdir", Value: names[2]})
}
