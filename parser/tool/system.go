package tool

import (
	"strings"

	"twokey/parser/effect"
)

// systemGrammars are services, power, disks, users, the firewall, the kernel
// and scheduled work.
func systemGrammars() []grammar {
	return []grammar{
		{names: "systemctl", style: gnu, depth: 1, opts: `user system root= H/host= M/machine= t/type= p/property= a/all
			l/full q/quiet f/force s/signal= o/output= n/lines= now runtime no-block no-pager no-ask-password kill-whom=
			state= dry-run check-inhibitors= i preset-mode= job-mode= value drop-in= stdin message= firmware-setup when=`, hook: systemctl},
		{names: "service rc-service", style: 0, depth: 0, opts: "status-all full-restart", hook: func(c *call) {
			switch c.operandText(1) {
			case "", "status", "list":
			default:
				c.trait(TraitMutates)
			}
		}},
		{names: "launchctl", style: 0, depth: 1, hook: func(c *call) {
			switch c.verbText(0) {
			case "load", "bootstrap", "enable", "submit":
				c.trait(TraitPersists)
				c.operands(effect.OpRead)
			case "unload", "bootout", "disable", "remove", "kill", "stop", "reboot", "kickstart", "setenv", "config":
				c.trait(TraitMutates)
			}
		}},
		{names: "supervisorctl", style: 0, depth: 1,
			opts: "c/configuration= s/serverurl= u/username= p/password= i/interactive", hook: func(c *call) {
				switch c.verbText(0) {
				case "stop", "shutdown", "remove", "signal", "clear":
					c.trait(TraitDestroys)
				case "restart", "start", "update", "reload", "reread", "add":
					c.trait(TraitMutates)
				}
			}},
		{names: "pm2 forever monit sv s6-svc initctl rc-update update-rc.d chkconfig insserv", style: 0, depth: 1,
			opts: "c= s= u= p= i= n/name= f/force update-env watch"},
		{names: "shutdown", style: gnu, opts: "H/halt P/poweroff r/reboot h k c no-wall", hook: func(c *call) {
			if !c.has("c", "k") {
				c.trait(TraitPower)
			}
		}},
		{names: "reboot halt poweroff", style: gnu,
			opts: "f/force p/poweroff w/wtmp-only d/no-wtmp n/no-sync no-wall halt reboot r", hook: func(c *call) {
				if !c.has("wtmp-only") {
					c.trait(TraitPower)
				}
			}},
		{names: "init telinit", style: 0, hook: func(c *call) {
			if w := c.operandText(0); w == "0" || w == "6" || w == "1" || w == "s" || w == "S" {
				c.trait(TraitPower)
			}
		}},
		{names: "pm-suspend pm-hibernate systemd-suspend kexec", style: gnu, opts: "l/load= e/exec f/force",
			hook: func(c *call) { c.trait(TraitPower) }},
		{names: "kill", style: 0, opts: "s= n= l=? L q= p a", hook: kill},
		{names: "pkill killall skill xkill pgrep pidof", style: gnu, opts: `s/signal= f/full u/euid= U/uid= g/pgroup=
			G/group= P/parent= t/terminal= x/exact n/newest o/oldest e/echo i/ignore-case I/interactive l q/quiet v/inverse
			w/wait r/regexp y/younger-than= c/count a d/delimiter= L z Z ns= signal= m k`},
		{names: "killall5", style: 0, opts: "o= l", hook: func(c *call) { c.trait(TraitMassTarget) }},
		{names: "crontab", style: 0, opts: "u= l e r i s T=", hook: crontab},
		{names: "at batch", style: 0, opts: "q= f= t= m M l d r c v V", hook: func(c *call) {
			if c.has("l", "c", "V") && !c.has("d", "r") {
				return
			}
			c.trait(TraitPersists)
			if w, ok := c.value("f"); ok {
				if text, ok := c.read(w); ok {
					c.shell(text, "at")
				} else {
					c.trait(effect.TraitDynamicCode)
				}
			} else if c.in.Stdin != nil {
				c.shell(*c.in.Stdin, "at")
			}
		}},
		{names: "atrm atq"},
		{names: `useradd adduser usermod userdel deluser groupadd addgroup groupmod groupdel delgroup gpasswd chpasswd
			newusers chsh chfn chage vipw vigr pwconv newgrp`, style: gnu, opts: `r/remove f/force G/groups= g/gid= u/uid=
			a/append s/shell= d/home= m/create-home p/password= L/lock U/unlock l/login= c/comment= M/members=
			A/administrators= system e/expiredate= disabled-password gecos= ingroup= h`, hook: func(c *call) {
			if c.cmd.Program != "chage" || !c.has("l") {
				c.trait(TraitUsers)
			}
		}},
		{names: "passwd", style: gnu, opts: `d/delete l/lock u/unlock e/expire S/status a/all i/inactive= n/mindays=
			x/maxdays= w/warndays= q r= R= stdin`, hook: func(c *call) {
			if !c.has("status") {
				c.trait(TraitUsers)
			}
		}},
		{names: "visudo", style: gnu, opts: "c/check f/file=w q/quiet s/strict x=", hook: func(c *call) {
			if !c.has("check") {
				c.trait(TraitUsers)
			}
		}},
		{names: "mount", style: gnu, opts: `t/types= o/options= L= U= a/all r/read-only w B/bind R/rbind M/move n v f/fake l
			make-private make-shared make-rprivate source= target= T= N= O= i h`, hook: func(c *call) {
			if len(c.cmd.Operands) > 0 || c.has("all") {
				c.trait(TraitMounts)
			}
		}},
		{names: "umount swapon swapoff losetup cryptmount fusermount fusermount3 pivot_root", style: gnu, opts: `a/all
			f/force l/lazy R/recursive t= O= u d/detach= D/detach-all s/show p= P r c v n z q h j= o= L U e`, hook: func(c *call) {
			if c.cmd.Program == "losetup" && (len(c.cmd.Operands) == 0 && !c.has("detach", "detach-all") || c.has("all",
				"j")) || c.cmd.Program == "swapon" && (c.has("show", "s") || len(c.cmd.Operands) == 0 && !c.has("all")) {
				return
			}
			c.trait(TraitMounts)
		}},
		{names: "modprobe insmod rmmod depmod kmod", style: gnu,
			opts: "r/remove f/force n/dry-run a/all q c/showconfig D/show-depends v C= S=", hook: func(c *call) {
				if !c.cmd.Has(effect.TraitDryRun) && !c.has("showconfig", "show-depends") && c.cmd.Program != "kmod" {
					c.trait(TraitKernel)
				}
			}},
		{names: "sysctl", style: gnu, opts: "w/write a/all n/values e N q p/load=?r system A X pattern= b r= f", hook: func(c *call) {
			if c.has("write", "load", "system", "p") {
				c.trait(TraitKernel)
			}
			for _, w := range c.cmd.Operands {
				if strings.Contains(w.Text, "=") {
					c.trait(TraitKernel)
				}
			}
		}},
		{names: `setenforce setsebool semanage semodule apparmor_parser aa-disable aa-complain aa-teardown auditctl
			ulimit-set bpftool bpftrace perf-probe dmsetup tc ethtool hdparm nvme smartctl`, style: 0, hook: kernelTool},
		{names: `hostnamectl timedatectl localectl loginctl machinectl homectl networkctl resolvectl userdbctl busctl
			coredumpctl`, style: gnu, depth: 1,
			opts: "H/host= M/machine= no-pager static l a p= no-ask-password kill-whom= s=", hook: func(c *call) {
				v := c.verbText(0)
				switch {
				case strings.HasPrefix(v, "set-") || v == "hostname" && len(c.cmd.Operands) > 0 ||
					wordClass(v) == TraitDestroys || strings.HasSuffix(v, "-session") && strings.HasPrefix(v, "terminate") ||
					strings.HasPrefix(v, "kill-") || strings.HasPrefix(v, "terminate-") || v == "enable-linger" || v == "dns" &&
					len(c.cmd.Operands) > 1 || v == "domain" && len(c.cmd.Operands) > 1 || v == "revert":
					c.trait(TraitMutates)
				}
			}},
		{names: "swapctl hostname domainname hwclock", style: gnu,
			opts: "F/file=r b w/systohc s/hctosys set date= r/show f I i A d y", hook: func(c *call) {
				if c.cmd.Program == "hwclock" && c.has("systohc", "set") || c.cmd.Program == "hostname" &&
					(len(c.cmd.Operands) > 0 || c.has("file")) {
					c.trait(TraitMutates)
				}
			}},
		{names: "journalctl", style: gnu, opts: `u/unit= f/follow n/lines=? b/boot=? p/priority= S/since= U/until= k x e a
			o/output= r q no-pager vacuum-size= vacuum-time= vacuum-files= rotate flush disk-usage D= file= t= g= user
			system M= identifier= list-boots sync relinquish-var setup-keys verify N F=`, hook: func(c *call) {
			if c.has("vacuum-size", "vacuum-time", "vacuum-files", "rotate") {
				c.trait(TraitDestroys)
			}
		}},
		{names: "dmesg", style: gnu, opts: "c/read-clear C/clear w T H x f= l= n= L k u r t S s= D E J", hook: func(c *call) {
			if c.has("read-clear", "clear") {
				c.trait(TraitDestroys)
			}
		}},
		{names: "logrotate", style: gnu, opts: "f/force d/debug s/state= v/verbose m/mail=s l/log=w", hook: func(c *call) {
			if c.has("force") && !c.has("debug") {
				c.trait(TraitMutates)
			}
		}},
		{names: "history fc tmpreaper tmpwatch", style: gnu, opts: "f/force d s= c v w r a", hook: nil},
		{names: `update-alternatives update-ca-certificates update-ca-trust trust dconf gsettings defaults xdg-mime
			xdg-settings mkcert certbot acme.sh locale-gen ldconfig tzselect authselect alternatives debconf-set-selections
			dpkg-reconfigure dpkg-divert`, style: gnu, depth: 1, opts: `install f/force r= revoke delete d= n dry-run
			test-cert staging list display query config auto all set remove key-type= uninstall`, hook: settings},
		{names: "gdb strace ltrace lldb perf rr", style: 0},
		{names: "osascript shortcuts automator pbcopy pbpaste open xdg-open say", style: 0, opts: "e= l= i f= R a b", hook: func(c *call) {
			if c.cmd.Program == "osascript" {
				c.trait(TraitRunsCode)
			}
		}},
	}
}

func systemctl(c *call) {
	switch c.verbText(0) {
	case "poweroff", "reboot", "halt", "suspend", "hibernate", "hybrid-sleep", "kexec", "soft-reboot", "rescue",
		"emergency", "suspend-then-hibernate", "isolate", "exit", "switch-root":
		c.trait(TraitPower)
	case "enable", "reenable", "link", "preset", "preset-all", "add-wants", "add-requires", "edit", "set-default",
		"import-environment", "set-environment":
		c.trait(TraitPersists)
	case "start", "restart", "reload", "try-restart", "reload-or-restart", "try-reload-or-restart", "condrestart", "unmask",
		"daemon-reload", "daemon-reexec", "set-property", "thaw", "reset-failed", "force-reload", "bind", "mount-image":
		c.trait(TraitMutates)
	case "stop", "disable", "mask", "kill", "freeze", "clean", "revert", "cancel", "log-level", "unset-environment":
		c.trait(TraitDestroys)
	case "show-environment":
		c.trait(effect.TraitEnvDump)
	default:
		c.trait(TraitReads)
	}
	if h := c.text("host"); h != "" {
		c.trait(TraitRemoteDaemon)
	}
}

// kill: -1 as a target is every process.
func kill(c *call) {
	if c.has("l", "L") {
		return
	}
	for i, w := range c.in.Argv[1:] {
		if w.Text == "-1" && (i > 0 || len(c.in.Argv) == 2) {
			c.trait(TraitMassTarget)
		}
		if w.Text == "1" && len(c.in.Argv) == i+2 && i > 0 {
			c.trait(TraitPower) // pid 1
		}
	}
}

func crontab(c *call) {
	switch {
	case c.has("T", "l") && !c.has("r"):
	case c.has("r"):
		c.trait(TraitDestroys)
	default:
		c.trait(TraitPersists)
		text, ok := effect.Word{}, false
		if len(c.cmd.Operands) > 0 && c.operandText(0) != "-" {
			text, ok = c.read(c.cmd.Operands[0])
			c.fileOperand(effect.OpRead, 0)
		} else if c.in.Stdin != nil {
			text, ok = *c.in.Stdin, true
		}
		if ok {
			for line := range strings.SplitSeq(text.Text, "\n") {
				if command := cronCommand(line); command != "" {
					c.shell(part(text, command), "crontab")
				}
			}
		}
	}
}

// cronCommand is the command of one crontab line (crontab(5)).
func cronCommand(line string) string {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == '#' {
		return ""
	}
	fields := 5
	if line[0] == '@' {
		fields = 1
	} else if strings.IndexByte("0123456789*", line[0]) < 0 {
		return ""
	}
	for range fields {
		i := strings.IndexAny(line, " \t")
		if i < 0 {
			return ""
		}
		line = strings.TrimLeft(line[i:], " \t")
	}
	return line
}

func kernelTool(c *call) {
	name, v := c.cmd.Program, c.operandText(0)
	switch {
	case name == "smartctl" && !c.has("s", "t", "X"), name == "nvme" && (v == "list" || strings.HasSuffix(v, "-log") ||
		strings.HasPrefix(v, "id-")),
		name == "hdparm" && !strings.Contains(c.flagNames(), "security") && !c.has("w", "s", "Y", "B", "S",
			"trim-sector-ranges", "write-sector", "make-bad-sector"),
		name == "ethtool" && !c.has("s", "K", "G", "E", "f", "reset"), name == "tc" && len(c.cmd.Operands) > 1 &&
			(c.operandText(1) == "show" || c.operandText(1) == "ls" || c.operandText(1) == "list"),
		name == "dmsetup" && (v == "ls" || v == "info" || v == "status" || v == "table" || v == "deps"),
		name == "bpftool" && c.operandText(1) != "load" && c.operandText(1) != "attach" && c.operandText(1) != "detach",
		name == "semanage" && c.has("l", "list"), name == "semodule" && c.has("l", "list"), name == "auditctl" && c.has("l", "s"):
		return
	case name == "hdparm" || name == "nvme":
		c.trait(TraitDisk)
	default:
		c.trait(TraitKernel)
	}
}

func (c *call) flagNames() string {
	var b strings.Builder
	for _, f := range c.cmd.Flags {
		b.WriteString(f.Name + " ")
	}
	return b.String()
}

func settings(c *call) {
	v := c.verbText(0)
	switch {
	case c.cmd.Has(effect.TraitDryRun), v == "get" || v == "read" || v == "list" || v == "list-recursively" ||
		v == "dump" || v == "query" || v == "show" || v == "certificates" || v == "export" || v == "find", c.has("list",
		"display", "query") && !c.has("install", "set", "remove"):
	case c.cmd.Program == "certbot" || c.cmd.Program == "acme.sh":
		if v == "delete" || v == "revoke" || c.has("revoke") {
			c.trait(TraitDestroys)
		} else {
			c.trait(TraitMutates)
		}
	case c.cmd.Program == "mkcert" && !c.has("install", "uninstall"):
	case c.cmd.Program == "dconf" && v == "reset", c.cmd.Program == "defaults" && v == "delete":
		c.trait(TraitDestroys)
	default:
		c.trait(TraitMutates)
	}
}
