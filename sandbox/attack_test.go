package sandbox

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// calls are system calls by number on amd64 and arm64, with arguments that
// would do harm or open a way to it.
var calls = []struct {
	name         string
	amd64, arm64 int
	args         string
}{
	{"unshare(CLONE_NEWUSER)", 272, 97, "0x10000000"},
	{"unshare(CLONE_NEWNS)", 272, 97, "0x20000"},
	{"setns", 308, 268, "3, 0"},
	{"clone(CLONE_NEWUSER)", 56, 220, "0x10000000 | 17, 0, 0, 0, 0"},
	{"mount", 165, 40, "b'none', b'/mnt', b'tmpfs', 0, 0"},
	{"umount2", 166, 39, "b'/etc/shadow', 2"},
	{"pivot_root", 155, 41, "b'.', b'.'"},
	{"fsopen", 430, 430, "b'tmpfs', 0"},
	{"open_tree(OPEN_TREE_CLONE)", 428, 428, "-100, b'/', 1"},
	{"move_mount", 429, 429, "-1, b'', -100, b'/mnt', 4"},
	{"mount_setattr", 442, 442, "-100, b'/usr', 0, b'\\0' * 32, 32"},
	{"open_by_handle_at, the Shocker", 304, 265, "-100, b'\\x08\\0\\0\\0\\x01\\0\\0\\0\\x02\\0\\0\\0\\0\\0\\0\\0', 0"},
	{"bpf", 321, 280, "0, b'\\0' * 64, 64"},
	{"io_uring_setup", 425, 425, "8, b'\\0' * 120"},
	{"keyctl", 250, 219, "0, -3, 0"},
	{"add_key", 248, 217, "b'user', b'k', b'v', 1, -3"},
	{"userfaultfd", 323, 282, "0"},
	{"perf_event_open", 298, 241, "b'\\0' * 128, 0, -1, -1, 0"},
	{"kexec_load", 246, 104, "0, 0, 0, 0"},
	{"init_module", 175, 105, "b'', 0, b''"},
	{"reboot", 169, 142, "0xfee1dead, 672274793, 0, 0"},
	{"swapon", 167, 224, "b'/tmp/x', 0"},
	{"sethostname", 170, 161, "b'evil', 4"},
	{"settimeofday", 164, 170, "b'\\0' * 16, 0"},
	{"chroot", 161, 51, "b'/tmp'"},
	{"acct", 163, 89, "b'/tmp/x'"},
	{"quotactl", 179, 60, "0, 0, 0, 0"},
	{"setuid(12345)", 105, 146, "12345"},
	{"ptrace(PTRACE_SEIZE, 1)", 101, 117, "0x4206, 1, 0, 0"},
	{"process_vm_readv(1)", 310, 270, "1, b'\\0' * 16, 1, b'\\0' * 16, 1, 0"},
	{"pidfd_getfd from init", 438, 438, "os.pidfd_open(1), 3, 0"},
	{"capset", 126, 91, "b'\\x22\\x05\\x08\\x20\\0\\0\\0\\0', b'\\xff' * 24"},
	{"a call that nobody knows", 1000, 1000, "0"},
}

func TestSystemCallsThatAreRefused(t *testing.T) {
	b := start(t, nil)
	var script strings.Builder
	script.WriteString("import ctypes, os, platform\nlibc = ctypes.CDLL(None, use_errno=True)\nx86 = platform.machine() == 'x86_64'\n")
	for _, c := range calls {
		fmt.Fprintf(&script, "ctypes.set_errno(0)\nr = libc.syscall(%d if x86 else %d, %s)\nif r >= 0: print(%q)\nif r == 0 and 'clone' in %q: os._exit(0)\n",
			c.amd64, c.arm64, c.args, c.name, c.name)
	}
	write(t, b.work+"/calls.py", script.String())
	b.says("python3 calls.py", "")
}

func TestAttacks(t *testing.T) {
	b := start(t, func(work string, c *Config) {
		write(t, work+"/.env", "TOKEN=secret")
		c.View.Hidden = []string{work + "/.env"}
	})
	for name, script := range map[string]string{
		"CVE-2019-5736: overwrite the runtime through /proc/1/exe": "exec 3>/proc/1/exe",
		"runtime through another process's exe link":               "cp /proc/1/exe ./init",
		"core_pattern runs a program outside":                      "echo '|/tmp/x' > /proc/sys/kernel/core_pattern",
		"modprobe path runs a program outside":                     "echo /tmp/x > /proc/sys/kernel/modprobe",
		"uevent helper runs a program outside":                     "echo /tmp/x > /sys/kernel/uevent_helper",
		"release_agent runs a program outside (CVE-2022-0492)":     "mkdir -p /tmp/c && mount -t cgroup -o rdma none /tmp/c",
		"cgroups of the host":                                      "ls /sys/fs/cgroup/*/ | grep -q tasks || ls /sys/fs/cgroup/cgroup.procs",
		"flush the redirects":                                      "nft flush ruleset || /usr/sbin/nft flush ruleset",
		"take loopback down":                                       "ip link set lo down || /usr/sbin/ip link set lo down",
		"another route":                                            "ip route add 10.0.0.0/8 dev lo || /usr/sbin/ip route add 10.0.0.0/8 dev lo",
		"netfilter by a raw netlink socket":                        "python3 -c 'import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)'",
		"kernel crypto sockets":                                    "python3 -c 'import socket; socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)'",
		"disk of the host":                                         "mknod disk b 254 0 && head -c1 disk",
		"memory of the machine":                                    "head -c1 /dev/mem || head -c1 /dev/kmem || head -c1 /proc/kcore | grep -q .",
		"kernel log":                                               "dmesg",
		"processes of the host":                                    "ls -d /proc/[0-9]*/ | wc -l | { read n; [ $n -gt 6 ]; }",
		"hidden file through another process's root":               "sleep 5 >/dev/null & grep -q secret /proc/$!/root" + b.work + "/.env",
		"hidden file by a hard link":                               "ln .env hard && grep secret hard",
		"hidden file by bind":                                      "mount --bind .env /tmp/x && grep secret /tmp/x",
		"privileges by a setuid program":                           "cp /usr/bin/id ./id; chmod u+s id; sudo -n id || ./id | grep -q 'euid=0'",
		"a user namespace of its own":                              "unshare -r id",
		"a debugger on init":                                       "gdb -p 1 -batch || strace -p 1 -o /dev/null -e trace=none",
	} {
		if out, status := b.bash("exec 2>/dev/null; " + script); status == 0 || strings.Contains(out, "secret") {
			t.Errorf("%s: succeeds and prints %q", name, out)
		}
	}
	// Everything that can be signalled dies, the sandbox does not.
	if _, status := b.bash("kill -9 -1; true"); status != 0 && status != 137 {
		t.Errorf("kill -9 -1: status %d", status)
	}
	b.says("echo alive", "alive")
}

func TestEveryMountHasItsFlags(t *testing.T) {
	b := start(t, nil)
	out, _ := b.bash("cat /proc/self/mountinfo")
	for _, line := range strings.Split(out, "\n") {
		f := strings.Fields(line)
		if len(f) < 6 {
			t.Fatalf("mountinfo says %q", line)
		}
		if opts := "," + f[5] + ","; !strings.Contains(opts, ",nosuid,") || !strings.Contains(opts, ",nodev,") && !strings.HasPrefix(f[4], "/dev/") {
			t.Errorf("%s is mounted with %s", f[4], f[5])
		}
		if strings.Contains(line, "shared:") || strings.Contains(line, "master:") {
			t.Errorf("%s gets or gives mounts: %s", f[4], line)
		}
	}
}

// A node that root made in the workspace, or a setuid program, is of no use.
func TestDeviceAndSetuidInTheWorkspace(t *testing.T) {
	if os.Getuid() != 0 {
		return // only root can make them
	}
	b := start(t, func(work string, _ *Config) {
		if err := syscall.Mknod(work+"/zero", syscall.S_IFCHR|0o666, 1<<8|5); err != nil {
			t.Fatal(err)
		}
	})
	b.fails("head -c1 zero")
}

// CVE-2017-5226: a program that types into the terminal it was started from.
func TestTypingIntoTheTerminal(t *testing.T) {
	b := start(t, nil)
	c := b.command(`python3 -c 'import fcntl, termios
for request, arg in ((termios.TIOCSTI, b"x"), (0x541c, b"\x03")):
    try: fcntl.ioctl(0, request, arg); print("typed")
    except OSError as e: print("refused")'`)
	c.TTY = true
	p, err := b.Run(c)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Master().Close()
	p.Master().SetReadDeadline(time.Now().Add(20 * time.Second))
	out, _ := io.ReadAll(p.Master()) // ends in EIO when the terminal is closed
	if string(out) != "refused\r\nrefused\r\n" {
		t.Errorf("the terminal shows %q", out)
	}
}

// The limits of a command are those that the supervisor was started with, and
// not what the Go runtime made of them; but for core dumps, which are off.
func TestLimitsAreTheCallersOwn(t *testing.T) {
	const script = "ulimit -c 0; (ulimit -aS; ulimit -aH) | grep -v 'file locks'" // file locks are the tag
	want, err := exec.Command("/bin/bash", "-c", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	b := start(t, nil)
	b.says(script, strings.TrimSpace(string(want)))
	b.says("ulimit -Hc", "0")
	out, p := b.output(func(w *os.File) Command {
		c := b.command("ulimit -Sn; ulimit -Hn", nil, w)
		c.Rlimits = []Rlimit{{Resource: syscall.RLIMIT_NOFILE, Cur: 77, Max: 99}}
		return c
	})
	if _, err := p.Wait(); err != nil || out != "77\n99" {
		t.Errorf("with limits of its own: %q, %v", out, err)
	}
}
