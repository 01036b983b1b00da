package tool

var fileCases = []testCase{
	{"rm -rf node_modules $X $X/foo ~/x /etc/$X ../..", []string{
		"rm --recursive --force node_modules ? ?/foo ~/x /etc/? ../..",
		"delete workspace /work/repo/node_modules -r",
		"delete unknown ? -r",
		"delete unknown ?/foo -r",
		"delete home /home/dev/x -r",
		"delete system /etc/? -r",
		"delete system / -r",
	}},
	{"rm --recurs --forc -- -x", []string{
		"rm --recursive --force -x",
		"delete workspace /work/repo/-x -r",
	}},
	{"rm --help", []string{
		"rm --help +help",
	}},
	{"rm / --help", []string{
		"rm --help /",
		"delete system /",
	}},
	{"rm -rf /tmp/build /tmp/../etc", []string{
		"rm --recursive --force /tmp/build /tmp/../etc",
		"delete tmp /tmp/build -r",
		"delete system /etc -r",
	}},
	{"rm -rf /tmp/$X", []string{
		"rm --recursive --force /tmp/?",
		"delete unknown /tmp/? -r",
	}},
	{"rm -rf ~root", []string{
		"rm --recursive --force ~root",
		"delete system /root -r",
	}},
	{"unlink a", []string{
		"unlink a",
		"delete workspace /work/repo/a",
	}},
	{"rmdir a b", []string{
		"rmdir a b",
		"delete workspace /work/repo/a",
		"delete workspace /work/repo/b",
	}},
	{"shred -u key.pem", []string{
		"shred -u key.pem",
		"delete workspace /work/repo/key.pem",
	}},
	{"truncate -s 0 a.log", []string{
		"truncate --size=0 a.log",
		"write workspace /work/repo/a.log",
	}},
	{"touch a /etc/b", []string{
		"touch a /etc/b",
		"create workspace /work/repo/a",
		"create system /etc/b",
	}},
	{"mkdir -p a/b", []string{
		"mkdir --parents a/b",
		"create workspace /work/repo/a/b",
	}},
	{"tee -a x /etc/y", []string{
		"tee --append x /etc/y",
		"append workspace /work/repo/x",
		"append system /etc/y",
	}},
	{"cp -r a b c/", []string{
		"cp --recursive a b c/",
		"read workspace /work/repo/a -r",
		"read workspace /work/repo/b -r",
		"write workspace /work/repo/c/a -r",
		"write workspace /work/repo/c/b -r",
	}},
	{"cp a /tmp", []string{
		"cp a /tmp",
		"read workspace /work/repo/a",
		"write tmp /tmp/a",
	}},
	{"cp -t /etc a", []string{
		"cp --target-directory=/etc a",
		"read workspace /work/repo/a",
		"write system /etc/a",
	}},
	{"mv a ../b", []string{
		"mv a ../b",
		"rename workspace /work/repo/a -r",
		"write system /work/b",
	}},
	{"mv -t /etc a b", []string{
		"mv --target-directory=/etc a b",
		"rename workspace /work/repo/a -r",
		"rename workspace /work/repo/b -r",
		"write system /etc/a",
		"write system /etc/b",
	}},
	{"ln -s ../shared shared", []string{
		"ln --symbolic ../shared shared",
		"read system /work/shared",
		"create workspace /work/repo/shared",
	}},
	{"ln -sf /dev/null ~/.bash_history", []string{
		"ln --symbolic --force /dev/null ~/.bash_history",
		"read tmp /dev/null",
		"write home /home/dev/.bash_history",
	}},
	{"install -m 755 a /usr/local/bin/a", []string{
		"install --mode=755 a /usr/local/bin/a",
		"read workspace /work/repo/a",
		"write system /usr/local/bin/a",
	}},
	{"install -d /opt/x", []string{
		"install --directory /opt/x",
		"create system /opt/x",
	}},
	{"dd if=a of=/dev/sda bs=4M", []string{
		"dd --if=a --of=/dev/sda --bs=4M +disk",
		"read workspace /work/repo/a",
		"write device /dev/sda",
	}},
	{"dd if=/dev/zero of=disk.img", []string{
		"dd --if=/dev/zero --of=disk.img",
		"read tmp /dev/zero",
		"write workspace /work/repo/disk.img",
	}},
	{"chmod -R 777 /var", []string{
		"chmod --recursive 777 /var",
		"chmod system /var -r",
	}},
	{"chmod --reference=a b", []string{
		"chmod --reference=a b",
		"chmod workspace /work/repo/b",
	}},
	{"chown root:root a", []string{
		"chown root:root a",
		"chmod workspace /work/repo/a",
	}},
	{"find . -name '*.pyc' -delete", []string{
		"find --name=*.pyc --delete .",
		"delete workspace /work/repo/* -r",
	}},
	{"find ~ /opt -type f -delete", []string{
		"find --type=f --delete ~ /opt",
		"delete home /home/dev/* -r",
		"delete system /opt/* -r",
	}},
	{"find . -delete -name x", []string{
		"find --delete --name=x .",
		"delete workspace /work/repo/* -r",
	}},
	{"find . -fprint /etc/x", []string{
		"find --fprint=/etc/x .",
		"write system /etc/x",
	}},
	{"find / -exec rm -delete {} ;", []string{
		"find --exec /",
	}},
	{"rsync -a --del src/ host:/x", []string{
		"rsync --archive --delete src/ host:/x +uploads",
		"read workspace /work/repo/src -r",
		"write system /x -r @ssh:host",
		"delete system /x/* -r @ssh:host",
	}},
	{"rsync -an --delete source/ /", []string{
		"rsync --archive --dry-run --delete source/ / +dry-run",
		"read workspace /work/repo/source -r",
		"read system / -r",
	}},
	{"rsync -a --delete ./ /srv/app/", []string{
		"rsync --archive --delete ./ /srv/app/",
		"read top /work/repo -r",
		"write system /srv/app/* -r",
		"delete system /srv/app/* -r",
	}},
	{"rsync -e 'ssh -p 2' a h:b", []string{
		"rsync --rsh=ssh -p 2 a h:b +uploads",
		"read workspace /work/repo/a",
		"write system b @ssh:h",
		"shell(rsync --rsh) ssh -p 2",
	}},
	{"rsync -a src/ /tmp", []string{
		"rsync --archive src/ /tmp",
		"read workspace /work/repo/src -r",
		"write tmp /tmp/* -r",
	}},
	{"scp -i k a u@h:/x", []string{
		"scp -i=k a u@h:/x +uploads",
		"read workspace /work/repo/a",
		"write system /x @ssh:u@h",
	}},
	{"scp h:/etc/passwd .", []string{
		"scp h:/etc/passwd .",
		"read system /etc/passwd @ssh:h",
		"write workspace /work/repo/passwd",
	}},
	{"patch -p1 -i a.diff", []string{
		"patch --strip=1 --input=a.diff",
		"read workspace /work/repo/a.diff",
	}},
	{"split -b 1m big part-", []string{
		"split --bytes=1m big part-",
		"read workspace /work/repo/big",
		"create workspace /work/repo/part-",
	}},
	{"rclone sync a remote:b", []string{
		"rclone sync a remote:b +destroys",
	}},
}
