package sandbox

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"twokey/sandbox/wire"
)

func TestCauseAndMend(t *testing.T) {
	const apparmor = "kernel/apparmor_restrict_unprivileged_userns"
	for _, c := range []struct {
		name  string
		err   error
		setup *wire.Failed
		set   map[string]string
		cause string // "" when the cause is not the machine
		mend  string
	}{
		{"program is missing", syscall.ENOENT, nil, nil, "twokey-init is missing", "install twokey"},
		{"limit is zero", syscall.ENOSPC, nil, map[string]string{"user/max_user_namespaces": "0"}, "no more user namespaces", "user.max_user_namespaces"},
		{"limit is reached", syscall.ENOSPC, nil, nil, "no more user namespaces", "user.max_user_namespaces"},
		{"Debian's switch", syscall.EPERM, nil, map[string]string{"kernel/unprivileged_userns_clone": "0"}, "to ordinary users", "unprivileged_userns_clone"},
		{"Ubuntu refuses", syscall.EPERM, nil, map[string]string{apparmor: "1"}, "AppArmor", "AppArmor profile"},
		{"container refuses", syscall.EPERM, nil, nil, "refused here", "container"},
		{"old kernel", syscall.EINVAL, nil, nil, "lacks namespaces", "5.12"},
		{"other failure", syscall.ENOMEM, nil, nil, "", ""},
		{"Ubuntu takes capabilities", nil, &wire.Failed{Step: "make mounts private", Errno: int(syscall.EACCES)}, map[string]string{apparmor: "1"}, "AppArmor", "AppArmor profile"},
		{"no /proc in a container", nil, &wire.Failed{Step: "mount /proc", Errno: int(syscall.EPERM)}, nil, "/proc", "container"},
		{"no mounts in a container", nil, &wire.Failed{Step: "make mounts private", Errno: int(syscall.EPERM)}, nil, "mounts are refused", "container"},
		{"no new mount calls", nil, &wire.Failed{Step: "mount bind /usr", Errno: int(syscall.ENOSYS)}, nil, "lacks a call", "5.12"},
		{"another supervisor", nil, &wire.Failed{Step: "install the system call filter", Errno: int(syscall.EBUSY)}, nil, "seccomp user notification", "outside"},
		{"no nftables", nil, &wire.Failed{Step: "redirect the network (nftables)", Errno: int(syscall.EOPNOTSUPP)}, nil, "nftables", "nf_tables"},
		{"full memory", nil, &wire.Failed{Step: "mount bind /usr", Errno: int(syscall.ENOMEM), Text: "out of memory"}, nil, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			read := func(name string) string { return c.set[name] }
			err := explainStart(c.err, "/x/twokey-init", read)
			if c.setup != nil {
				err = explainSetup(*c.setup, read)
			}
			var u *UnavailableError
			if !errors.As(err, &u) {
				if c.cause != "" {
					t.Fatalf("%v is no UnavailableError", err)
				}
				return
			}
			if c.cause == "" || !strings.Contains(u.Cause, c.cause) || !strings.Contains(u.Mend, c.mend) || strings.Contains(err.Error(), "\n") {
				t.Errorf("cause %q, mend %q; want %q, %q", u.Cause, u.Mend, c.cause, c.mend)
			}
			// Lowering a guard of the whole machine is no mend that we name.
			if strings.Contains(u.Mend, "apparmor_restrict") {
				t.Errorf("mend %q lowers AppArmor for everybody", u.Mend)
			}
		})
	}
}
