package sandbox

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestEveryNamespaceIsNew(t *testing.T) {
	b := start(t, nil)
	for _, ns := range []string{"user", "mnt", "pid", "net", "ipc", "uts", "cgroup"} {
		outside, err := os.Readlink("/proc/self/ns/" + ns)
		if err != nil {
			t.Fatal(err)
		}
		inside, status := b.bash("readlink /proc/self/ns/" + ns)
		if status != 0 || inside == outside || !strings.HasPrefix(inside, ns+":[") {
			t.Errorf("%s namespace inside is %q, outside %q", ns, inside, outside)
		}
	}
}

func TestNoPrivilegeIsLeft(t *testing.T) {
	b := start(t, nil)
	for _, pid := range []string{"self", "1"} {
		for field, want := range map[string]string{
			"CapInh": "0000000000000000", "CapPrm": "0000000000000000", "CapEff": "0000000000000000",
			"CapBnd": "0000000000000000", "CapAmb": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2",
		} {
			b.says(fmt.Sprintf(`while read -r k v; do if [ "$k" = %s: ]; then echo "$v"; fi; done < /proc/%s/status`, field, pid), want)
		}
	}
	b.says("id -u; id -g; ulimit -c", fmt.Sprintf("%d\n%d\n0", os.Getuid(), os.Getgid()))
}

func TestSystemIsReadOnly(t *testing.T) {
	b := start(t, nil)
	for _, dir := range []string{"/", "/usr", "/usr/bin", "/etc", "/dev", "/sys", "/proc/sys/kernel", "/home", "/var", "/var/lib/dpkg", "/.twokey"} {
		b.fails("touch " + dir + "/x-twokey-test")
	}
	b.fails("echo x > /etc/passwd")
	b.fails("echo x > /etc/resolv.conf")
	b.fails("chmod u+s /usr/bin/env")
	b.fails("mknod ./null c 1 3")
	b.fails("mount -t tmpfs none /mnt")
	b.fails("umount /etc/shadow")
	b.fails("unshare -U true")
	b.fails("chroot / true")
	// Only the workspace, the private directories and devices take writes.
	b.says(`touch "$PWD/a" /tmp/a /var/tmp/a /dev/shm/a "$HOME/a" /run/user/$(id -u)/a && echo written > /dev/null && echo ok`, "ok")
	if _, err := os.Stat(b.work + "/a"); err != nil {
		t.Error("a file made in the workspace is not outside: ", err)
	}
	if _, err := os.Stat(b.home + "/a"); err == nil {
		t.Error("a file made in the private home is outside")
	}
}

// Three widely used sandboxes leave core_pattern writable when real root
// starts them: a crash then runs a program outside.
func TestKernelSettingsAreReadOnly(t *testing.T) {
	b := start(t, nil)
	for _, f := range []string{"/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/kernel/hostname", "/proc/sys/vm/drop_caches", "/proc/irq/default_smp_affinity"} {
		if _, err := os.Stat(f); err != nil {
			continue // not on this kernel
		}
		b.fails("cat " + f + " | tee " + f + " >/dev/null; exec 3<>" + f)
	}
	for _, f := range procSecrets {
		out, _ := b.bash("head -c 100 /proc/" + f + " 2>/dev/null")
		if out != "" {
			t.Errorf("/proc/%s reads as %q", f, out)
		}
	}
}

var procSecrets = []string{"kcore", "keys", "timer_list", "kmsg", "kallsyms", "sched_debug"}

func TestSecretsOfTheSystemAreEmpty(t *testing.T) {
	b := start(t, nil)
	b.says("cat /etc/shadow /etc/gshadow; ls -A /etc/ssl/private 2>&1", "")
	b.says("cat /etc/passwd | head -1 | cut -d: -f1", "root")
	b.fails("ls /root/.ssh /home/*/.ssh")
}

func TestInitCannotBeTouched(t *testing.T) {
	b := start(t, nil)
	b.fails("cat /proc/1/environ")
	b.fails("ls -l /proc/1/fd/")
	b.fails("readlink /proc/1/exe")
	b.fails("ls /proc/1/root/")
	b.fails("head -c1 /proc/1/mem")
	b.fails("head -c1 /proc/1/maps")
	// Signals do not reach pid 1 from within its namespace.
	b.says("for i in {1..50}; do for s in {1..64}; do kill -$s 1; done; done; sleep 0.05; echo alive", "alive")
	b.says("echo alive", "alive")
	b.says("echo $PPID", "1")
	b.says("set -- /proc/[0-9]*; echo $#", "2") // init and this shell
}

func TestDescriptorsDoNotLeak(t *testing.T) {
	b := start(t, nil)
	b.says("cd /proc/self/fd; echo *", "0 1 2 3") // 3 is the directory that is listed
	dir, err := os.Open("/")
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	fd, err := unix.Open("/etc/shadow", unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	path := os.NewFile(uintptr(fd), "path")
	defer path.Close()
	for _, f := range []*os.File{dir, path} {
		if p, err := b.Run(b.command("ls /proc/self/fd/3/", nil, nil, nil, f)); err == nil {
			status, _ := p.Wait()
			t.Errorf("%s of the host was passed in, status %d", f.Name(), status)
		}
	}
}

func TestNothingIsLeftInTheWorkspace(t *testing.T) {
	b := start(t, func(work string, c *Config) {
		write(t, work+"/.env", "TOKEN=1")
		c.View.Hidden = []string{work + "/.env", work + "/gone.pem"}
		c.View.Locked = []string{work + "/.envrc"}
	})
	b.says("cat .env", "")
	b.Close()
	entries, err := os.ReadDir(b.work)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != ".env" {
		t.Errorf("the workspace holds %v, want .env alone", entries)
	}
}
