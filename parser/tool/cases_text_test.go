package tool

var archiveCases = []testCase{
	{"tar xzf a.tgz -C /opt", []string{
		"tar --extract --gzip --file=a.tgz --directory=/opt",
		"read workspace /work/repo/a.tgz",
		"write system /opt/*",
	}},
	{"tar -czf out.tgz -C src .env lib", []string{
		"tar --create --gzip --file=out.tgz --directory=src .env lib",
		"write workspace /work/repo/out.tgz",
		"read workspace /work/repo/src/.env -r",
		"read workspace /work/repo/src/lib -r",
	}},
	{"tar -cf x --checkpoint-action=exec=sh --checkpoint=1 y", []string{
		"tar --create --file=x --checkpoint-action=exec=sh --checkpoint=1 y",
		"write workspace /work/repo/x",
		"read workspace /work/repo/y -r",
		"shell(tar --checkpoint-action) sh",
	}},
	{"tar tf a.tar", []string{
		"tar --list --file=a.tar",
		"read workspace /work/repo/a.tar",
	}},
	{"tar -cf h:/x a", []string{
		"tar --create --file=h:/x a +uploads",
		"write system /x @ssh:h",
		"read workspace /work/repo/a -r",
	}},
	{"tar cf - a --remove-files", []string{
		"tar --create --file=- --remove-files a",
		"read workspace /work/repo/a -r",
		"delete workspace /work/repo/a -r",
	}},
	{"tar xf a.tar --to-command=sh", []string{
		"tar --extract --file=a.tar --to-command=sh",
		"read workspace /work/repo/a.tar",
		"shell(tar) sh",
	}},
	{"tar -I 'sh -c id' -xf a", []string{
		"tar --use-compress-program=sh -c id --extract --file=a",
		"read workspace /work/repo/a",
		"write workspace /work/repo/*",
		"shell(tar) sh -c id",
	}},
	{"zip -r out.zip a .env", []string{
		"zip --recursive out.zip a .env",
		"write workspace /work/repo/out.zip",
		"read workspace /work/repo/a -r",
		"read workspace /work/repo/.env -r",
	}},
	{"zip out.zip a -T -TT 'rm -rf ~ #'", []string{
		"zip --test --unzip-command=rm -rf ~ # out.zip a",
		"write workspace /work/repo/out.zip",
		"read workspace /work/repo/a",
		"shell(zip -TT) rm -rf ~ #",
	}},
	{"unzip -o a.zip -d /", []string{
		"unzip -o -d=/ a.zip",
		"read workspace /work/repo/a.zip",
		"write system /*",
	}},
	{"unzip -l a.zip", []string{
		"unzip -l a.zip",
		"read workspace /work/repo/a.zip",
	}},
	{"gzip a", []string{
		"gzip a",
		"read workspace /work/repo/a",
		"write workspace /work/repo/a",
	}},
	{"gzip -dc a.gz", []string{
		"gzip --decompress --stdout a.gz",
		"read workspace /work/repo/a.gz",
	}},
	{"7z x a.7z -o/opt", []string{
		"7z x -o=/opt a.7z",
		"read workspace /work/repo/a.7z",
		"write system /opt/*",
	}},
}

var textCases = []testCase{
	{"cat -- .env", []string{
		"cat .env",
		"read workspace /work/repo/.env",
	}},
	{"head -5 a", []string{
		"head -5 a",
		"read workspace /work/repo/a",
	}},
	{"grep -r -e foo a b", []string{
		"grep --recursive --regexp=foo a b",
		"read workspace /work/repo/a -r",
		"read workspace /work/repo/b -r",
	}},
	{"grep .env -e foo", []string{
		"grep --regexp=foo .env",
		"read workspace /work/repo/.env",
	}},
	{"grep -rn TODO .", []string{
		"grep --recursive --line-number TODO .",
		"read top /work/repo -r",
	}},
	{"rg id_rsa", []string{
		"rg id_rsa",
	}},
	{"sed -i 's/a/b/' f", []string{
		"sed --in-place s/a/b/ f",
		"write workspace /work/repo/f",
	}},
	{"sed -i '' 's/a/b/' f", []string{
		"sed --in-place  s/a/b/ f",
		"write workspace /work/repo/f",
	}},
	{"sed -n '/DROP/p; s,a,b,g' f", []string{
		"sed --quiet /DROP/p; s,a,b,g f",
		"read workspace /work/repo/f",
	}},
	{"sed '1e rm -rf /' f", []string{
		"sed 1e rm -rf / f",
		"read workspace /work/repo/f",
		"shell(sed e) rm -rf /",
	}},
	{"sed 's/.*/id/e' f", []string{
		"sed s/.*/id/e f +dynamic-code",
		"read workspace /work/repo/f",
		"shell(sed s///e) id",
	}},
	{"sed 'w /etc/x' f", []string{
		"sed w /etc/x f",
		"read workspace /work/repo/f",
		"write system /etc/x",
	}},
	{"sed -e '/x/r /etc/passwd' f", []string{
		"sed --expression=/x/r /etc/passwd f",
		"read workspace /work/repo/f",
		"read system /etc/passwd",
	}},
	{"sed '/e rm/d' f", []string{
		"sed /e rm/d f",
		"read workspace /work/repo/f",
	}},
	{"sed 's|/e|/w|g' f", []string{
		"sed s|/e|/w|g f",
		"read workspace /work/repo/f",
	}},
	{"sed 'y/abc/xyz/' f", []string{
		"sed y/abc/xyz/ f",
		"read workspace /work/repo/f",
	}},
	{"awk 'BEGIN { system(\"rm -rf /\") }'", []string{
		"awk BEGIN { system(\"rm -rf /\") }",
		"shell(awk system) rm -rf /",
	}},
	{"awk '{print > \"/etc/x\"; print | \"sort\"; \"date\" | getline}' f", []string{
		"awk {print > \"/etc/x\"; print | \"sort\"; \"date\" | getline} f",
		"read workspace /work/repo/f",
		"write system /etc/x",
		"shell(awk) sort",
		"shell(awk) date",
	}},
	{"awk '{print $1/2 > $2}' f", []string{
		"awk {print $1/2 > $2} f",
		"read workspace /work/repo/f",
	}},
	{"awk '/rm -rf/ {print \"a|b\"}' log.txt", []string{
		"awk /rm -rf/ {print \"a|b\"} log.txt",
		"read workspace /work/repo/log.txt",
	}},
	{"awk '{ cmd = \"rm \" $1; system(cmd) }' f", []string{
		"awk { cmd = \"rm \" $1; system(cmd) } f +dynamic-code",
		"read workspace /work/repo/f",
	}},
	{"awk -v x=1 'x' a b=2", []string{
		"awk --assign=x=1 x a b=2",
		"read workspace /work/repo/a",
	}},
	{"perl -i -pe 's/a/b/' f", []string{
		"perl -i -p -e=s/a/b/ f",
		"write workspace /work/repo/f",
	}},
	{"jq -r .a package.json", []string{
		"jq --raw-output .a package.json",
		"read workspace /work/repo/package.json",
	}},
	{"jq --arg a b '.x' f.json", []string{
		"jq --arg .x f.json",
		"read workspace /work/repo/f.json",
	}},
	{"sort -o out in", []string{
		"sort --output=out in",
		"write workspace /work/repo/out",
		"read workspace /work/repo/in",
	}},
	{"uniq in out", []string{
		"uniq in out",
		"read workspace /work/repo/in",
		"write workspace /work/repo/out",
	}},
	{"xxd .env", []string{
		"xxd .env",
		"read workspace /work/repo/.env",
	}},
	{"base64 key.pem", []string{
		"base64 key.pem",
		"read workspace /work/repo/key.pem",
	}},
	{"diff a b", []string{
		"diff a b",
		"read workspace /work/repo/a",
		"read workspace /work/repo/b",
	}},
	{"less '+!rm -rf ~' f", []string{
		"less +!rm -rf ~ f",
		"read workspace /work/repo/f",
		"shell(less) rm -rf ~",
	}},
	{"vim -c ':!id' f", []string{
		"vim -c=:!id f",
		"write workspace /work/repo/f",
		"shell(vim -c) id",
	}},
	{"man -P 'rm -rf ~' ls", []string{
		"man --pager=rm -rf ~ ls",
		"shell(man) rm -rf ~",
	}},
	{"openssl enc -d -in secret.enc -out plain", []string{
		"openssl enc -d --in=secret.enc --out=plain",
		"read workspace /work/repo/secret.enc",
		"write workspace /work/repo/plain",
	}},
	{"gpg -d a.gpg", []string{
		"gpg --decrypt a.gpg +secret-read",
		"read workspace /work/repo/a.gpg",
	}},
	{"gpg --export-secret-keys K", []string{
		"gpg --export-secret-keys K +secret-read",
	}},
	{"ssh-keygen -t ed25519 -f key", []string{
		"ssh-keygen -t=ed25519 -f=key",
		"create workspace /work/repo/key",
	}},
	{"ssh-keygen -lf key.pub", []string{
		"ssh-keygen -l -f=key.pub",
		"read workspace /work/repo/key.pub",
	}},
	{"jq env", []string{
		"jq env +env-dump",
	}},
}
