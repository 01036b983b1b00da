package filter

import (
	"encoding/binary"
	"testing"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// vm runs the program as the kernel does. The classic BPF machine of x/net
// reads words big endian, so seccomp_data is laid out in big-endian words.
type vm struct{ *bpf.VM }

func newVM(t testing.TB) vm {
	t.Helper()
	program, err := Program()
	if err != nil {
		t.Fatal(err)
	}
	if len(program)%8 != 0 || len(program)/8 > 4096 {
		t.Fatalf("program of %d bytes is no BPF program", len(program))
	}
	var raw []bpf.RawInstruction
	for i := 0; i < len(program); i += 8 {
		raw = append(raw, bpf.RawInstruction{
			Op: binary.NativeEndian.Uint16(program[i:]),
			Jt: program[i+2], Jf: program[i+3],
			K: binary.NativeEndian.Uint32(program[i+4:]),
		})
	}
	instructions, ok := bpf.Disassemble(raw)
	if !ok {
		t.Fatal("program has instructions that the machine does not know")
	}
	m, err := bpf.NewVM(instructions)
	if err != nil {
		t.Fatal(err)
	}
	return vm{m}
}

func (m vm) run(t testing.TB, arch uint32, number int, args ...uint64) uint32 {
	t.Helper()
	data := make([]byte, 64)
	binary.BigEndian.PutUint32(data[0:], uint32(number))
	binary.BigEndian.PutUint32(data[4:], arch)
	for i, a := range args {
		binary.BigEndian.PutUint32(data[16+8*i:], uint32(a))
		binary.BigEndian.PutUint32(data[20+8*i:], uint32(a>>32))
	}
	out, err := m.Run(data)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(out)
}

func TestProgram(t *testing.T) {
	const (
		allowed   = uint32(unix.SECCOMP_RET_ALLOW)
		asked     = uint32(unix.SECCOMP_RET_USER_NOTIF)
		killed    = uint32(unix.SECCOMP_RET_KILL_PROCESS)
		forbidden = uint32(unix.SECCOMP_RET_ERRNO) | uint32(unix.EPERM)
		unknown   = uint32(unix.SECCOMP_RET_ERRNO) | uint32(unix.ENOSYS)
		native    = uint32(auditArch)

		unsupported = uint32(unix.SECCOMP_RET_ERRNO) | uint32(unix.EPROTONOSUPPORT)
		high        = uint64(1) << 32 // rubbish in the upper half of a register
	)
	m := newVM(t)
	tests := []struct {
		name   string
		arch   uint32
		number int
		args   []uint64
		want   uint32
	}{
		{"read", native, unix.SYS_READ, nil, allowed},
		{"openat", native, unix.SYS_OPENAT, nil, allowed},
		{"wait4", native, unix.SYS_WAIT4, nil, allowed},
		{"kill", native, unix.SYS_KILL, nil, allowed},
		{"sendmsg", native, unix.SYS_SENDMSG, nil, allowed},
		{"execve", native, unix.SYS_EXECVE, nil, asked},
		{"execveat", native, unix.SYS_EXECVEAT, nil, asked},
		{"connect", native, unix.SYS_CONNECT, nil, asked},
		{"i386 execve", unix.AUDIT_ARCH_I386, 11, nil, killed},
		{"i386 socketcall", unix.AUDIT_ARCH_I386, 102, nil, killed},
		{"x32 execve", native, foreignABI | 520, nil, killed},
		{"x32 read", native, foreignABI, nil, killed},
		{"cancelled by a tracer", native, -1, nil, unknown},
		{"newest of the table", native, unix.SYS_REMOVEXATTRAT, nil, allowed},
		{"newer than the table", native, unix.SYS_REMOVEXATTRAT + 1, nil, unknown},
		{"far newer", native, 2000, nil, unknown},
		{"cachestat, by number", native, unix.SYS_CACHESTAT, nil, allowed},
		{"futex_wait, by number", native, unix.SYS_FUTEX_WAIT, nil, allowed},
		{"lsm_get_self_attr", native, unix.SYS_LSM_GET_SELF_ATTR, nil, forbidden},

		{"io_uring_setup", native, unix.SYS_IO_URING_SETUP, nil, unknown},
		{"io_uring_enter", native, unix.SYS_IO_URING_ENTER, nil, unknown},
		{"io_uring_register", native, unix.SYS_IO_URING_REGISTER, nil, unknown},
		{"bpf", native, unix.SYS_BPF, nil, forbidden},
		{"keyctl", native, unix.SYS_KEYCTL, nil, forbidden},
		{"add_key", native, unix.SYS_ADD_KEY, nil, forbidden},
		{"request_key", native, unix.SYS_REQUEST_KEY, nil, forbidden},
		{"open_by_handle_at", native, unix.SYS_OPEN_BY_HANDLE_AT, nil, forbidden},
		{"userfaultfd", native, unix.SYS_USERFAULTFD, nil, forbidden},
		{"perf_event_open", native, unix.SYS_PERF_EVENT_OPEN, nil, forbidden},
		{"memfd_secret", native, unix.SYS_MEMFD_SECRET, nil, unknown},
		{"memfd_create", native, unix.SYS_MEMFD_CREATE, nil, allowed},
		{"mount", native, unix.SYS_MOUNT, nil, forbidden},
		{"umount2", native, unix.SYS_UMOUNT2, nil, forbidden},
		{"pivot_root", native, unix.SYS_PIVOT_ROOT, nil, forbidden},
		{"open_tree", native, unix.SYS_OPEN_TREE, nil, forbidden},
		{"move_mount", native, unix.SYS_MOVE_MOUNT, nil, forbidden},
		{"chroot", native, unix.SYS_CHROOT, nil, forbidden},
		{"kexec_load", native, unix.SYS_KEXEC_LOAD, nil, forbidden},
		{"init_module", native, unix.SYS_INIT_MODULE, nil, forbidden},
		{"reboot", native, unix.SYS_REBOOT, nil, forbidden},
		{"syslog", native, unix.SYS_SYSLOG, nil, forbidden},
		{"pidfd_getfd", native, unix.SYS_PIDFD_GETFD, nil, forbidden},
		{"pidfd_open", native, unix.SYS_PIDFD_OPEN, nil, allowed},

		{"fork by clone", native, unix.SYS_CLONE, []uint64{uint64(unix.SIGCHLD)}, allowed},
		{"vfork by clone", native, unix.SYS_CLONE, []uint64{unix.CLONE_VM | unix.CLONE_VFORK | uint64(unix.SIGCHLD)}, allowed},
		{"clone new user namespace", native, unix.SYS_CLONE, []uint64{unix.CLONE_NEWUSER | uint64(unix.SIGCHLD)}, forbidden},
		{"clone new mount namespace", native, unix.SYS_CLONE, []uint64{unix.CLONE_NEWNS}, forbidden},
		{"clone new pid namespace, high bits", native, unix.SYS_CLONE, []uint64{high | unix.CLONE_NEWPID}, forbidden},
		{"clone3", native, unix.SYS_CLONE3, nil, unknown},
		{"unshare", native, unix.SYS_UNSHARE, []uint64{unix.CLONE_NEWUSER}, forbidden},
		{"setns", native, unix.SYS_SETNS, nil, forbidden},

		{"ioctl TCGETS", native, unix.SYS_IOCTL, []uint64{0, unix.TCGETS}, allowed},
		{"ioctl TIOCGPTPEER", native, unix.SYS_IOCTL, []uint64{0, unix.TIOCGPTPEER}, allowed},
		{"ioctl TIOCSTI", native, unix.SYS_IOCTL, []uint64{0, unix.TIOCSTI}, forbidden},
		{"ioctl TIOCSTI, high bits", native, unix.SYS_IOCTL, []uint64{0, high | unix.TIOCSTI}, forbidden},
		{"ioctl TIOCLINUX", native, unix.SYS_IOCTL, []uint64{high, unix.TIOCLINUX}, forbidden},
		{"ioctl TIOCSETD", native, unix.SYS_IOCTL, []uint64{0, unix.TIOCSETD}, forbidden},

		{"read RLIMIT_LOCKS", native, unix.SYS_PRLIMIT64, []uint64{0, rlimitLocks, 0, 1}, allowed},
		{"set RLIMIT_LOCKS", native, unix.SYS_PRLIMIT64, []uint64{0, rlimitLocks, 0x7fff0000}, forbidden},
		{"set RLIMIT_LOCKS from high memory", native, unix.SYS_PRLIMIT64, []uint64{0, rlimitLocks, 0x7f << 32}, forbidden},
		{"set RLIMIT_LOCKS of another", native, unix.SYS_PRLIMIT64, []uint64{77, high | rlimitLocks, 1}, forbidden},
		{"set RLIMIT_NOFILE", native, unix.SYS_PRLIMIT64, []uint64{0, unix.RLIMIT_NOFILE, 1}, allowed},
		{"setrlimit RLIMIT_LOCKS", native, unix.SYS_SETRLIMIT, []uint64{rlimitLocks, 1}, forbidden},
		{"setrlimit RLIMIT_CORE", native, unix.SYS_SETRLIMIT, []uint64{unix.RLIMIT_CORE, 1}, allowed},

		{"socket unix", native, unix.SYS_SOCKET, []uint64{unix.AF_UNIX, unix.SOCK_STREAM, 0}, allowed},
		{"socket tcp", native, unix.SYS_SOCKET, []uint64{unix.AF_INET, unix.SOCK_STREAM | unix.SOCK_CLOEXEC | unix.SOCK_NONBLOCK, 0}, allowed},
		{"socket tcp named", native, unix.SYS_SOCKET, []uint64{unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_TCP}, allowed},
		{"socket tcp6", native, unix.SYS_SOCKET, []uint64{unix.AF_INET6, unix.SOCK_STREAM, unix.IPPROTO_TCP}, allowed},
		{"socket udp", native, unix.SYS_SOCKET, []uint64{unix.AF_INET, unix.SOCK_DGRAM, unix.IPPROTO_UDP}, allowed},
		{"socket sctp", native, unix.SYS_SOCKET, []uint64{unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_SCTP}, forbidden},
		{"socket mptcp", native, unix.SYS_SOCKET, []uint64{unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_MPTCP}, unsupported},
		{"socket raw", native, unix.SYS_SOCKET, []uint64{unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP}, forbidden},
		{"socket raw, high bits", native, unix.SYS_SOCKET, []uint64{unix.AF_INET, high | unix.SOCK_RAW, unix.IPPROTO_TCP}, forbidden},
		{"socket packet", native, unix.SYS_SOCKET, []uint64{unix.AF_PACKET, unix.SOCK_DGRAM, 0}, forbidden},
		{"socket vsock", native, unix.SYS_SOCKET, []uint64{unix.AF_VSOCK, unix.SOCK_STREAM, 0}, forbidden},
		{"socket vsock, high bits", native, unix.SYS_SOCKET, []uint64{high | unix.AF_VSOCK, unix.SOCK_STREAM, 0}, forbidden},
		{"socket alg", native, unix.SYS_SOCKET, []uint64{unix.AF_ALG, unix.SOCK_SEQPACKET, 0}, forbidden},
		{"socket netlink route", native, unix.SYS_SOCKET, []uint64{unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE}, allowed},
		{"socket netlink netfilter", native, unix.SYS_SOCKET, []uint64{unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_NETFILTER}, forbidden},
		{"socket netlink audit", native, unix.SYS_SOCKET, []uint64{unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_AUDIT}, forbidden},
		{"socketpair unix", native, unix.SYS_SOCKETPAIR, []uint64{unix.AF_UNIX}, allowed},
		{"socketpair tipc", native, unix.SYS_SOCKETPAIR, []uint64{unix.AF_TIPC}, forbidden},

		{"ptrace", native, unix.SYS_PTRACE, nil, allowed},
		{"process_vm_readv", native, unix.SYS_PROCESS_VM_READV, nil, allowed},
		{"process_vm_writev", native, unix.SYS_PROCESS_VM_WRITEV, nil, allowed},
		{"personality of gdb", native, unix.SYS_PERSONALITY, []uint64{0x40000}, allowed},
		{"personality asked", native, unix.SYS_PERSONALITY, []uint64{0xffffffff}, allowed},
		{"personality READ_IMPLIES_EXEC", native, unix.SYS_PERSONALITY, []uint64{0x400000}, forbidden},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := m.run(t, tt.arch, tt.number, tt.args...); got != tt.want {
				t.Errorf("filter returned %#x, want %#x", got, tt.want)
			}
		})
	}
}

// A number that libseccomp gives and one of the table must not differ, or the
// profile's entry would open another call.
func TestNumbersAgreeWithLibrary(t *testing.T) {
	for name, number := range byNumber() {
		if n, ok := libraryNumber(name); ok && n != number {
			t.Errorf("%s is %d in the table, %d in libseccomp", name, number, n)
		}
	}
}

func TestEveryChangeHasAReason(t *testing.T) {
	for _, c := range changes() {
		if c.reason == "" {
			t.Errorf("%v has no reason", c.calls)
		}
	}
	for _, g := range guards() {
		if g.reason == "" {
			t.Errorf("guard of %s has no reason", g.call)
		}
	}
}

func BenchmarkProgram(b *testing.B) {
	for b.Loop() {
		if _, err := Program(); err != nil {
			b.Fatal(err)
		}
	}
}
