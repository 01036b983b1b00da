package filter

import "golang.org/x/sys/unix"

// action is what the kernel does with a call that a change matches.
type action int

const (
	allow  action = iota // run the call; with conditions, only when they all hold
	notify               // stop the call and ask the supervisor
	refuse               // fail with the change's errno
)

// A condition compares the low 32 bits of one argument under a mask, as the
// kernel does with int and unsigned int parameters: the upper half of the
// register cannot be used to slip past it.
type condition struct {
	arg   uint   // 0 to 5
	mask  uint32 // bits that count
	value uint32
}

// A change replaces what the default profile says about its calls. Several
// allow changes for one call are alternatives.
type change struct {
	calls  []string
	action action
	errno  unix.Errno // refuse; EPERM needs no rule, so it takes no conditions
	when   []condition
	more   bool // adds to the profile's entry instead of replacing it
	reason string
}

// A guard refuses a call that the profile otherwise allows, for some arguments.
type guard struct {
	call    string
	when    []condition
	nonZero []uint // arguments (64 bits) that must not be zero for the guard to match
	errno   unix.Errno
	reason  string
}

const whole = ^uint32(0)

func isArg(arg uint, value uint32) condition { return condition{arg, whole, value} }

// socketType leaves SOCK_NONBLOCK and SOCK_CLOEXEC aside.
func socketType(value uint32) condition { return condition{1, 0xf, value} }

// changes is the difference between Docker's default profile and the sandbox's.
func changes() []change {
	return append([]change{
		{calls: []string{"execve", "execveat"}, action: notify,
			reason: "the exec gate judges every program before it runs"},
		{calls: []string{"connect"}, action: notify,
			reason: "ties a connection to the command that opened it; the egress gate judges it"},

		{calls: []string{"ptrace", "process_vm_readv", "process_vm_writev"}, action: allow,
			reason: "gdb, strace and delve work; the kernel confines them to the sandbox's own user and pid namespace, and an exec is verified after the point where memory could still be changed"},
		{calls: []string{"personality"}, action: allow, more: true, when: []condition{isArg(0, 0x0040000)},
			reason: "ADDR_NO_RANDOMIZE: debuggers and sanitizers switch off address randomization of their own process"},
		{calls: []string{"io_uring_setup", "io_uring_enter", "io_uring_register"}, action: refuse, errno: unix.ENOSYS,
			reason: "operations in a ring pass no filter; ENOSYS makes programs fall back to epoll"},
		{calls: []string{"bpf", "perf_event_open", "userfaultfd"}, action: refuse, errno: unix.EPERM,
			reason: "kernel attack surface; userfaultfd also stretches every race between check and use"},
		{calls: []string{"add_key", "keyctl", "request_key"}, action: refuse, errno: unix.EPERM,
			reason: "key rings are not namespaced: they hold the person's own secrets"},
		{calls: []string{"open_by_handle_at"}, action: refuse, errno: unix.EPERM,
			reason: "opens files by inode, around every mount of the view"},
		{calls: []string{"memfd_secret"}, action: refuse, errno: unix.ENOSYS,
			reason: "its memory cannot be read by the supervisor, so arguments kept there could not be judged"},
		{calls: []string{"mount", "umount2", "pivot_root", "chroot", "fsopen", "fsconfig", "fsmount", "fspick",
			"move_mount", "open_tree", "mount_setattr"}, action: refuse, errno: unix.EPERM,
			reason: "the view is built of mounts"},
		{calls: []string{"unshare", "setns"}, action: refuse, errno: unix.EPERM,
			reason: "a new user namespace gives capabilities back"},
		{calls: []string{"clone3"}, action: refuse, errno: unix.ENOSYS,
			reason: "its flags are behind a pointer; C libraries fall back to clone, whose namespace flags the profile masks"},
		{calls: []string{"fanotify_mark", "fanotify_init"}, action: refuse, errno: unix.EPERM,
			reason: "watching and stalling the files of others needs capabilities that nobody here has"},

		{calls: []string{"socketpair"}, action: allow, when: []condition{isArg(0, unix.AF_UNIX)},
			reason: "only local pairs: TIPC has them as well"},
		{calls: []string{"socket"}, action: allow, when: []condition{isArg(0, unix.AF_UNIX)},
			reason: "local sockets: which ones exist is decided by the view"},
		{calls: []string{"socket"}, action: allow, when: []condition{isArg(0, unix.AF_NETLINK), isArg(2, unix.NETLINK_ROUTE)},
			reason: "getaddrinfo and ip(8) list addresses and routes; the other netlink families are attack surface"},
		{calls: []string{"socket"}, action: refuse, errno: unix.EPROTONOSUPPORT, when: []condition{isArg(2, unix.IPPROTO_MPTCP)},
			reason: "programs that try multipath TCP first (Go's listeners do) fall back to TCP at this errno"},
	}, internetSockets()...)
}

// internetSockets allows TCP and UDP sockets of both families. Raw
// sockets, SCTP, DCCP and everything else fall to the default, EPERM.
func internetSockets() []change {
	protocols := []struct {
		family, typ uint32
		protocol    uint32
		reason      string
	}{
		{unix.AF_INET, unix.SOCK_STREAM, 0, "TCP"},
		{unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_TCP, "TCP"},
		{unix.AF_INET, unix.SOCK_DGRAM, 0, "UDP: DNS, answered by the supervisor"},
		{unix.AF_INET, unix.SOCK_DGRAM, unix.IPPROTO_UDP, "UDP: DNS, answered by the supervisor"},
		{unix.AF_INET6, unix.SOCK_STREAM, 0, "TCP"},
		{unix.AF_INET6, unix.SOCK_STREAM, unix.IPPROTO_TCP, "TCP"},
		{unix.AF_INET6, unix.SOCK_DGRAM, 0, "UDP: DNS, answered by the supervisor"},
		{unix.AF_INET6, unix.SOCK_DGRAM, unix.IPPROTO_UDP, "UDP: DNS, answered by the supervisor"},
	}
	var out []change
	for _, p := range protocols {
		out = append(out, change{calls: []string{"socket"}, action: allow,
			when:   []condition{isArg(0, p.family), socketType(p.typ), isArg(2, p.protocol)},
			reason: p.reason})
	}
	return out
}

// Resource and request numbers that golang.org/x/sys does not name.
const rlimitLocks = 10

// guards are checked before everything else, in order.
func guards() []guard {
	const why = "a command's processes are told apart by this limit: it is inherited, counts nothing, and must not be forged"
	return []guard{
		{call: "ioctl", when: []condition{isArg(1, unix.TIOCSTI)}, errno: unix.EPERM,
			reason: "types into the terminal as if the person had"},
		{call: "ioctl", when: []condition{isArg(1, unix.TIOCLINUX)}, errno: unix.EPERM,
			reason: "pastes a selection into a console, to the same end"},
		{call: "ioctl", when: []condition{isArg(1, unix.TIOCSETD)}, errno: unix.EPERM,
			reason: "line disciplines are kernel attack surface that no program here needs"},
		{call: "prlimit64", when: []condition{isArg(1, rlimitLocks)}, nonZero: []uint{2}, errno: unix.EPERM, reason: why},
		{call: "setrlimit", when: []condition{isArg(0, rlimitLocks)}, errno: unix.EPERM, reason: why},
	}
}

// byNumber names calls that older releases of libseccomp do not know, so that
// the profile's entries for them are not lost. The numbers are the common ones
// of all architectures since Linux 5.1, except where the table of an
// architecture says otherwise (see arch files).
func byNumber() map[string]int {
	m := map[string]int{
		"cachestat":         unix.SYS_CACHESTAT,
		"fchmodat2":         unix.SYS_FCHMODAT2,
		"map_shadow_stack":  unix.SYS_MAP_SHADOW_STACK,
		"futex_wake":        unix.SYS_FUTEX_WAKE,
		"futex_wait":        unix.SYS_FUTEX_WAIT,
		"futex_requeue":     unix.SYS_FUTEX_REQUEUE,
		"statmount":         unix.SYS_STATMOUNT,
		"listmount":         unix.SYS_LISTMOUNT,
		"lsm_get_self_attr": unix.SYS_LSM_GET_SELF_ATTR,
		"lsm_set_self_attr": unix.SYS_LSM_SET_SELF_ATTR,
		"lsm_list_modules":  unix.SYS_LSM_LIST_MODULES,
		"mseal":             unix.SYS_MSEAL,
		"setxattrat":        unix.SYS_SETXATTRAT,
		"getxattrat":        unix.SYS_GETXATTRAT,
		"listxattrat":       unix.SYS_LISTXATTRAT,
		"removexattrat":     unix.SYS_REMOVEXATTRAT,
		"futex_waitv":       unix.SYS_FUTEX_WAITV,
	}
	for name, number := range archByNumber {
		m[name] = number
	}
	return m
}
