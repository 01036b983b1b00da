package tool

import (
	"strings"
	"sync"
)

// families are the tables of tool grammars, a file each.
func families() [][]grammar {
	return [][]grammar{
		gitGrammars(), vcsGrammars(), forgeGrammars(),
		fileGrammars(), readerGrammars(), archiveGrammars(), textGrammars(),
		databaseGrammars(), httpGrammars(), networkGrammars(),
		cloudGrammars(), platformGrammars(), serviceGrammars(),
		containerGrammars(), kubernetesGrammars(), iacGrammars(),
		packageGrammars(), distroGrammars(), runnerGrammars(), interpreterGrammars(),
		systemGrammars(), diskGrammars(), netconfigGrammars(),
	}
}

// generic is the grammar of a program that no table knows: options are split,
// nothing else is said.
var generic = sync.OnceValue(func() *program {
	return compile(&grammar{names: "?", style: singleDash})
})

// aliases are the names that differ from the canonical one. Two words mean
// that the program is another one's subcommand.
var aliases = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	for line := range strings.SplitSeq(`nodejs node
gmake make
remake make
python python3
manage.py django-admin
manage django-admin
py python3
gawk awk
mawk awk
nawk awk
goawk awk
gtar tar
bsdtar tar
egrep grep
fgrep grep
zgrep grep
ggrep grep
gsed sed
nvim vim
vi vim
view vim
vimdiff vim
gvim vim
ex vim
pico nano
lynx-cur lynx
netcat nc
nc.traditional nc
nc.openbsd nc
docker-compose docker compose
podman-compose podman compose
flyctl fly
vc vercel
now vercel
ntl netlify
valkey-cli redis-cli
keydb-cli redis-cli
mongo mongosh
mariadb-dump mysqldump
mariadb-admin mysqladmin
mysqlsh mysqlsh
7za 7z
7zr 7z
7zz 7z
mvnw mvn
mvnd mvn
gradlew gradle
ansible-playbook-3 ansible-playbook
apt-get apt
aptitude apt
yum dnf
microdnf dnf
fdfind fd
batcat bat
sha1sum shasum
sha224sum shasum
sha256sum shasum
sha384sum shasum
sha512sum shasum
md5sum shasum
b2sum shasum
cksum shasum
zcat gzip-cat
gzcat gzip-cat
bzcat gzip-cat
xzcat gzip-cat
zstdcat gzip-cat
lzcat gzip-cat
gunzip gzip
pigz gzip
unpigz gzip
bunzip2 bzip2
pbzip2 bzip2
unxz xz
lzma xz
unlzma xz
unzstd zstd
pzstd zstd
zless less
zmore less
most less
gpg2 gpg
gpg1 gpg
sequoia sq
systemctl.real systemctl
xxd.real xxd
hd hexdump
link ln
`, "\n") {
		if name, canonical, ok := strings.Cut(line, " "); ok {
			names[name] = canonical
		}
	}
	// Homebrew installs the coreutils with a leading g.
	for name := range strings.FieldsSeq(`rm cp mv ln dd cat head tail ls mkdir rmdir chmod chown chgrp touch tee
		truncate shred install split sort cut uniq wc nl tac unlink base64 base32 od stat readlink realpath find xargs`) {
		names["g"+name] = name
	}
	return names
})
