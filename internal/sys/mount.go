package sys

import (
	"os"

	"golang.org/x/sys/unix"
)

// OpenBeneath opens path below the directory dirfd as an O_PATH descriptor.
// No component may be a symbolic link and nothing above dirfd can be reached
// (openat2(2), RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS).
func OpenBeneath(dirfd int, path string) (int, error) {
	return openat2(dirfd, path, unix.RESOLVE_BENEATH|unix.RESOLVE_NO_SYMLINKS|unix.RESOLVE_NO_MAGICLINKS)
}

// OpenInRoot opens path as an O_PATH descriptor as if dirfd were the root:
// symbolic links are followed and stay below it (openat2(2), RESOLVE_IN_ROOT).
func OpenInRoot(dirfd int, path string) (int, error) {
	return openat2(dirfd, path, unix.RESOLVE_IN_ROOT|unix.RESOLVE_NO_MAGICLINKS)
}

func openat2(dirfd int, path string, resolve uint64) (int, error) {
	if path == "" {
		path = "."
	}
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: resolve}
	for {
		fd, err := unix.Openat2(dirfd, path, &how)
		// EAGAIN: something was renamed while ".." was resolved.
		if err == unix.EINTR || err == unix.EAGAIN {
			continue
		}
		return fd, os.NewSyscallError("openat2", err)
	}
}

// CloneTree returns a detached copy of the mount at fd; with recursive, of the
// mounts below it as well (open_tree(2), OPEN_TREE_CLONE).
func CloneTree(fd int, recursive bool) (int, error) {
	flags := uint(unix.OPEN_TREE_CLONE | unix.OPEN_TREE_CLOEXEC | unix.AT_EMPTY_PATH)
	if recursive {
		flags |= unix.AT_RECURSIVE
	}
	t, err := unix.OpenTree(fd, "", flags)
	return t, os.NewSyscallError("open_tree", err)
}

// SetMountAttr adds mount attributes (MOUNT_ATTR_*) to the mount fd; with
// recursive, to those below it. It only adds, so that flags which a user
// namespace locks stay as they are (mount_setattr(2)).
func SetMountAttr(fd int, attr uint64, recursive bool) error {
	flags := uint(unix.AT_EMPTY_PATH)
	if recursive {
		flags |= unix.AT_RECURSIVE
	}
	return os.NewSyscallError("mount_setattr", unix.MountSetattr(fd, "", flags, &unix.MountAttr{Attr_set: attr}))
}

// Attach moves the detached mount tree onto the file or directory target
// (move_mount(2)).
func Attach(tree, target int) error {
	return os.NewSyscallError("move_mount", unix.MoveMount(tree, "", target, "",
		unix.MOVE_MOUNT_F_EMPTY_PATH|unix.MOVE_MOUNT_T_EMPTY_PATH))
}

// Option is one file system option, key=value; a flag has no value.
type Option struct{ Key, Value string }

// NewFilesystem makes a detached mount of a new file system with the mount
// attributes attr (fsopen(2), fsmount(2)).
func NewFilesystem(kind string, attr int, options ...Option) (int, error) {
	fs, err := unix.Fsopen(kind, unix.FSOPEN_CLOEXEC)
	if err != nil {
		return -1, os.NewSyscallError("fsopen", err)
	}
	defer unix.Close(fs)
	for _, o := range options {
		if o.Value == "" {
			err = unix.FsconfigSetFlag(fs, o.Key)
		} else {
			err = unix.FsconfigSetString(fs, o.Key, o.Value)
		}
		if err != nil {
			return -1, os.NewSyscallError("fsconfig", err)
		}
	}
	if err := unix.FsconfigCreate(fs); err != nil {
		return -1, os.NewSyscallError("fsconfig", err)
	}
	m, err := unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, attr)
	return m, os.NewSyscallError("fsmount", err)
}

// PivotHere makes the directory root, a mount point, the root of the calling
// process's mount namespace and drops what was mounted before
// (pivot_root(2), the "." "." form).
func PivotHere(root string) error {
	if err := unix.Chdir(root); err != nil {
		return os.NewSyscallError("chdir", err)
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return os.NewSyscallError("pivot_root", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return os.NewSyscallError("umount2", err)
	}
	return os.NewSyscallError("chdir", unix.Chdir("/"))
}
