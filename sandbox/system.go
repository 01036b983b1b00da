package sandbox

import "io/fs"

// systemDirs are shown read-only, with nosuid and nodev. A symbolic link among
// them, as on merged-usr systems, is shown as that link.
var systemDirs = []string{
	"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt",
	"/nix", "/gnu", // store-based distributions
	"/var/lib/dpkg", "/var/lib/apt/lists", "/var/lib/gems", "/var/lib/python", // read by dpkg -S, apt-cache, gem
	"/var/cache/fontconfig", "/var/cache/apt",
	"/run/current-system", // NixOS
}

// systemLinks are shown only where they are symbolic links.
var systemLinks = []string{"/var/run", "/var/lock"}

// emptyDirs exist because programs expect them.
var emptyDirs = []string{"/proc", "/mnt", "/media", "/srv", "/var/log", "/var/cache", "/var/lib"}

// devices are the host's nodes that the sandbox has; null(4), random(4), tty(4).
var devices = []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"}

// deviceLinks are what udev makes on every system.
var deviceLinks = map[string]string{
	"/dev/fd": "/proc/self/fd", "/dev/stdin": "/proc/self/fd/0", "/dev/stdout": "/proc/self/fd/1",
	"/dev/stderr": "/proc/self/fd/2", "/dev/ptmx": "pts/ptmx",
}

// sysHidden are parts of sysfs that show the machine's firmware and power.
var sysHidden = []string{"/sys/firmware", "/sys/devices/virtual/powercap", "/sys/kernel/security", "/sys/kernel/debug", "/sys/kernel/tracing"}

// etcHidden hold secrets whatever their mode is. Besides these, everything
// below /etc that others may not read is hidden: root sees there what an
// ordinary user would.
var etcHidden = []string{
	"/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/sudoers", "/etc/sudoers.d", "/etc/doas.conf",
	"/etc/ssl/private", "/etc/pki/tls/private", "/etc/letsencrypt", "/etc/krb5.keytab", "/etc/wireguard", "/etc/openvpn",
	"/etc/ipsec.secrets", "/etc/swanctl", "/etc/NetworkManager/system-connections", "/etc/wpa_supplicant", "/etc/ppp",
	"/etc/apt/auth.conf", "/etc/apt/auth.conf.d", "/etc/docker", "/etc/kubernetes", "/etc/rancher", "/etc/boto.cfg",
	"/etc/mysql/debian.cnf", "/etc/exim4/passwd.client", "/etc/postfix/sasl_passwd", "/etc/msmtprc", "/etc/fetchmailrc",
	"/etc/security/opasswd", "/etc/crypttab", "/etc/netrc", "/etc/rclone.conf", "/etc/environment.d",
}

// generated are files that are always the sandbox's own: names are answered by
// the supervisor, which the person's hosts file would bypass. A program that
// looks its own host name up must not wait for that.
func generated(hostname string) map[string]string {
	hosts := "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"
	if hostname != "" {
		hosts += "127.0.1.1 " + hostname + "\n::1 " + hostname + "\n"
	}
	return map[string]string{
		"/etc/resolv.conf": "nameserver 127.0.0.1\noptions edns0\n",
		"/etc/hosts":       hosts,
	}
}

// unreadable says whether an ordinary user could not read the entry.
func unreadable(mode fs.FileMode) bool {
	switch {
	case mode.IsDir():
		return mode&0o005 != 0o005
	case mode.IsRegular():
		return mode&0o004 == 0
	}
	return false
}
