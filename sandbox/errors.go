package sandbox

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"twokey/sandbox/wire"
)

// UnavailableError says that this machine cannot run the sandbox at all, and
// what the person can do about it. Both are one line.
type UnavailableError struct {
	Cause string
	Mend  string
	Err   error
}

func (e *UnavailableError) Error() string {
	return "cannot start the sandbox: " + e.Cause + "; " + e.Mend
}

func (e *UnavailableError) Unwrap() error { return e.Err }

// sysctl reads a kernel setting as text, "" where there is none.
type sysctl func(name string) string

func readSysctl(name string) string {
	b, err := os.ReadFile("/proc/sys/" + name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

const (
	mendAppArmor  = "install the AppArmor profile that twokey ships for twokey-init (twokey doctor names it)"
	mendContainer = "give the container user namespaces (for Docker: a seccomp and AppArmor profile that allow them), or run twokey on the host"
)

// explainStart names the cause when the mounter could not be started: the
// namespaces were refused, or the program is missing.
func explainStart(err error, program string, read sysctl) error {
	u := &UnavailableError{Err: err}
	apparmor := read("kernel/apparmor_restrict_unprivileged_userns") == "1"
	switch {
	case errors.Is(err, syscall.ENOENT):
		u.Cause, u.Mend = "the program "+program+" is missing", "install twokey again, with twokey-init beside twokey"
	case errors.Is(err, syscall.EACCES):
		u.Cause, u.Mend = "the program "+program+" cannot be run", "make it executable, on a file system without noexec"
	case read("user/max_user_namespaces") == "0" || errors.Is(err, syscall.ENOSPC):
		u.Cause, u.Mend = "no more user namespaces are allowed", "raise user.max_user_namespaces (sysctl)"
	case read("kernel/unprivileged_userns_clone") == "0":
		u.Cause, u.Mend = "the kernel refuses user namespaces to ordinary users", "set kernel.unprivileged_userns_clone to 1 (sysctl)"
	case errors.Is(err, syscall.EPERM) && apparmor:
		u.Cause, u.Mend = "AppArmor refuses user namespaces to ordinary users", mendAppArmor
	case errors.Is(err, syscall.EPERM):
		u.Cause, u.Mend = "user namespaces are refused here", mendContainer
	case errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSYS):
		u.Cause, u.Mend = "the kernel lacks namespaces", "use Linux 5.12 or later with user, network, IPC and cgroup namespaces"
	default:
		return fmt.Errorf("cannot start %s: %w", program, err)
	}
	return u
}

// explainSetup names the cause when a step inside was refused.
func explainSetup(f wire.Failed, read sysctl) error {
	errno := syscall.Errno(f.Errno)
	failure := fmt.Errorf("cannot %s: %s", f.Step, f.Text)
	refused := errno == syscall.EPERM || errno == syscall.EACCES
	u := &UnavailableError{Err: errno}
	switch {
	case refused && read("kernel/apparmor_restrict_unprivileged_userns") == "1":
		u.Cause, u.Mend = "AppArmor takes the capabilities of new user namespaces away", mendAppArmor
	case refused && f.Step == "mount /proc":
		u.Cause, u.Mend = "/proc cannot be mounted, since this container hides parts of its own", mendContainer
	case refused && strings.Contains(f.Step, "mount"):
		u.Cause, u.Mend = "mounts are refused here ("+f.Step+": "+f.Text+")", mendContainer
	case errno == syscall.ENOSYS:
		u.Cause, u.Mend = "the kernel lacks a call (cannot "+f.Step+": "+f.Text+")", "use Linux 5.12 or later"
	case errno == syscall.EBUSY && f.Step == "install the system call filter":
		u.Cause, u.Mend = "another program supervises this process tree by seccomp user notification", "start twokey outside of it"
	case f.Step == "redirect the network (nftables)":
		u.Cause, u.Mend = "the kernel has no nftables ("+f.Text+")", "load the modules nf_tables, nft_redir and nf_nat (modprobe)"
	default:
		return failure
	}
	return u
}
