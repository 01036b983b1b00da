package parser

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"twokey/parser/effect"
)

// act is what each text of TestSeenThrough does in the end.
const actText = "rm -rf /srv/x"

var (
	inBase64 = base64.StdEncoding.EncodeToString([]byte(actText))
	inHex    = hex.EncodeToString([]byte(actText))
)

// seenThrough wraps one act in every way that the parser knows: ACT is
// replaced by the act, B64 and HEX by its encodings.
var seenThrough = []string{
	// The shell's own grammar.
	"ACT", "true; ACT", "true && ACT", "false || ACT", "sleep 1 & ACT", "true | ACT", "ACT &", "! ACT", "(ACT)", "{ ACT; }",
	"if ACT; then :; fi", "if false; then :; elif ACT; then :; fi", "if false; then :; else ACT; fi", "while ACT; do :; done", "until false; do ACT; done",
	"for i in 1; do ACT; done", "for ((i=0;i<1;i++)); do ACT; done", "select i in 1; do ACT; done", "case x in x) ACT;; esac", "case x in y) ;& x) ACT;; esac",
	"f() { ACT; }; f", "function f { ACT; }; f", "f() ( ACT ); f", "f() { g; }; g() { ACT; }; f", "time ACT", "coproc ACT", "coproc C { ACT; }",
	"echo $(ACT)", "echo `ACT`", "echo \"$(ACT)\"", "x=$(ACT)", "x=(a $(ACT))", "cat <(ACT)", "tee >(ACT)", "echo > >(ACT)", "cat <<< $(ACT)", "cat <<E\n$(ACT)\nE",
	"echo $(( a[$(ACT)] ))", "(( a[$(ACT)] ))", "let 'a[$(ACT)]'", "a[$(ACT)]=1", "[[ -n $(ACT) ]]", "[[ -v 'a[$(ACT)]' ]]", "test -v 'a[$(ACT)]'", "[[ 'a[$(ACT)]' -eq 1 ]]",
	"unset 'a[$(ACT)]'", "read 'a[$(ACT)]' <<< 1", "printf -v 'a[$(ACT)]' x", "declare 'a[$(ACT)]=1'", "x='a[$(ACT)]'; echo $((x))", "echo ${x:-$(ACT)}", "echo ${x:=$(ACT)}", "y=1; echo ${y:+$(ACT)}",
	"echo ${y/a/$(ACT)}", "echo ${y:$(ACT)}", "echo ${a[$(ACT)]}", "x='$(ACT)'; echo \"${x@P}\"", "PS4='$(ACT)'; set -x; :", "PROMPT_COMMAND='ACT'", "export PROMPT_COMMAND='ACT'",
	"exec ACT", "exec -a ls ACT", "command ACT", "command -p ACT", "builtin eval ACT", "eval ACT", "eval 'ACT'", "eval \"eval 'ACT'\"", "trap 'ACT' EXIT", "trap -- 'ACT' 0",
	"mapfile -C 'ACT;' -c 1 a <<< x", "complete -C 'ACT' x", "bind -x '\"a\": ACT'", ". <(echo ACT)", "source /dev/stdin <<< 'ACT'", "shopt -s expand_aliases\nalias z='ACT'\nz", "shopt -s expand_aliases\nalias z='rm '\nz -rf /srv/x",
	// Words.
	"r\\m -rf /srv/x", "'rm' -rf /srv/x", "r''m -rf /srv/x", "\"r\"m -rf /srv/x", "$'\\x72m' -rf /srv/x", "$'\\162\\155' -rf /srv/x", "/bin/rm -rf /srv/x", "/usr/bin/../bin/rm -rf /srv/x", "{rm,-rf,/srv/x}", "rm -rf /srv/{x,y}", "rm -{r,f} /srv/x",
	"X=rm; $X -rf /srv/x", "X='ACT'; $X", "X=/srv; rm -rf $X/x", "X=/srv/xy; rm -rf ${X%y}", "X=mr; rm -rf /srv/${Y:-x}", "X=(ACT); \"${X[@]}\"", "a=r b=m; $a$b -rf /srv/x", "printf -v X rm; $X -rf /srv/x", "read X <<< rm; $X -rf /srv/x",
	"IFS=,; X=rm,-rf,/srv/x; $X", "rm$IFS-rf$IFS/srv/x", "rm${IFS}-rf${IFS}/srv/x", "set -- ACT; \"$@\"", "set -- ACT; $*", "X=MR; X=${X,,}; $(echo rm) -rf /srv/x", "`echo rm` -rf /srv/x", "$(printf rm) -rf /srv/x", "X=Y; Y=rm; ${!X} -rf /srv/x",
	"declare -n R=X; X=rm; $R -rf /srv/x", "cd / && rm -rf srv/x", "cd /srv; rm -rf x", "cd /srv/y && rm -rf ../x", "pushd /srv && rm -rf x", "(cd /srv && rm -rf ./x)", "rm -rf /srv/y/../x", "rm -rf -- /srv/x", "rm -r -f /srv/x", "rm --recursive --force /srv/x", "rm /srv/x -rf",
	"for f in x y; do rm -rf /srv/$f; done", "for f in /srv/x; do rm -rf \"$f\"; done", "f() { rm -rf \"$1\"; }; f /srv/x", "f() { rm -rf \"$@\"; }; f a /srv/x", "${X:-rm} -rf /srv/x", "rm -rf ${X:-/srv/x}", "$(which rm) -rf /srv/x", "\"$(command -v rm)\" -rf /srv/x", "hash -p /bin/rm ok; ok -rf /srv/x",
	"D=/srv; D+=/x; rm -rf $D", "X=$(cat <<< /srv/x); rm -rf $X", "rm -rf \"$(echo /srv/x)\"", "rm -rf `echo /srv/x`",
	// Programs that run another.
	"sudo ACT", "sudo -u root -E ACT", "sudo -- ACT", "sudo A=1 ACT", "sudo -iu root ACT", "sudo sudo ACT", "doas ACT", "doas -u root ACT", "pkexec ACT", "su -c 'ACT'", "su - root -c 'ACT'", "su root -c 'ACT'", "su --command='ACT'", "runuser -u root -- ACT", "runuser root -c 'ACT'", "sudo su -c 'ACT'",
	"env ACT", "env -i ACT", "env A=1 ACT", "env -u X ACT", "env -C / ACT", "env -S 'ACT'", "env '-SACT'", "env -S 'A=1 ACT'", "env --split-string='ACT'", "env -C /srv rm -rf x", "/usr/bin/env ACT",
	"nice ACT", "nice -n 5 ACT", "nice -5 ACT", "ionice -c 3 ACT", "ionice -c3 ACT", "nohup ACT", "setsid ACT", "setsid -w ACT", "stdbuf -o0 ACT", "stdbuf -o L ACT", "timeout 5 ACT", "timeout -k 1 5s ACT", "timeout --signal=KILL 5 ACT", "timeout --foreground 5 ACT", "/usr/bin/time -f %e ACT", "chrt -r 5 ACT", "taskset 1 ACT", "taskset -c 0 ACT",
	"unshare -r ACT", "unshare -n -- ACT", "nsenter -t 1 -m ACT", "nsenter --target 1 --mount -- ACT", "chroot / ACT", "chroot --userspec=0:0 / ACT", "setpriv --reuid=0 ACT", "prlimit --nofile=1 ACT", "firejail --quiet ACT", "bwrap --bind / / ACT", "bwrap --ro-bind /usr /usr --dev /dev -- ACT", "strace -f ACT", "strace -o out ACT", "ltrace ACT", "gdb --args ACT", "gdb -batch -ex 'shell ACT'", "valgrind ACT", "perf stat ACT", "fakeroot ACT", "dbus-run-session -- ACT", "xvfb-run -a ACT",
	"systemd-run --scope ACT", "systemd-run --user -p X=Y ACT", "systemd-inhibit ACT", "flock /tmp/l ACT", "flock -n /tmp/l -c 'ACT'", "flock /tmp/l sh -c 'ACT'", "script -c 'ACT'", "script -qc 'ACT' /dev/null", "script -q /dev/null ACT", "watch 'ACT'", "watch -n 1 ACT", "watch -x ACT", "unbuffer ACT", "rlwrap ACT", "chronic ACT", "proxychains4 -q ACT", "torsocks ACT", "tini -- ACT", "gosu root ACT", "setarch x86_64 ACT",
	"busybox ACT", "busybox sh -c 'ACT'", "toybox ACT", "/lib64/ld-linux-x86-64.so.2 /bin/rm -rf /srv/x", "start-stop-daemon --start --exec /bin/rm -- -rf /srv/x", "hyperfine 'ACT'", "concurrently 'ACT'", "nodemon --exec 'ACT'", "entr ACT", "direnv exec . ACT", "uv run ACT", "poetry run ACT", "bundle exec ACT", "npx -c 'ACT'", "npm exec -c 'ACT'", "dotenv ACT", "cross-env A=1 ACT", "op run -- ACT", "doppler run -- ACT", "aws-vault exec p -- ACT", "nix-shell --run 'ACT'", "nix develop -c ACT", "conda run -n x ACT", "mise exec -- ACT", "capsh -- -c 'ACT'", "sg root 'ACT'", "sg root -c 'ACT'",
	"tmux new-session -d 'ACT'", "tmux send-keys -t 0 'ACT' Enter", "screen -dm ACT", "echo 'ACT' | at now", "at now <<< 'ACT'", "echo '* * * * * ACT' | crontab -", "just -c ACT", "make --eval='x:;ACT'", "printf 'x:\\n\\tACT\\n' | make -f -", "expect -c 'spawn ACT'",
	"xargs ACT < /dev/null", "echo /srv/x | xargs rm -rf", "echo /srv/x | xargs -I{} rm -rf {}", "echo x | xargs -I% rm -rf /srv/%", "echo /srv/x | xargs -n1 rm -rf", "printf '/srv/x\\0' | xargs -0 sh -c 'ACT'", "echo a | xargs sh -c 'ACT'", "xargs -a list sh -c 'ACT'", "echo 'ACT' | xargs -I{} sh -c '{}'", "parallel ACT ::: 1", "parallel rm -rf ::: /srv/x", "parallel ::: 'ACT'", "echo 'ACT' | parallel", "parallel 'rm -rf {}' ::: /srv/x", "sem ACT",
	"find . -exec ACT \\;", "find . -execdir ACT ';'", "find . -ok ACT \\;", "find . -exec sh -c 'ACT' \\;", "find /srv/x -exec rm -rf {} +", "find . -name a -exec true \\; -exec ACT {} +", "fd . -x ACT", "fd -X ACT", "fd a --exec ACT \\; -d 2",
	// Interpreters.
	"sh -c 'ACT'", "bash -c 'ACT'", "bash -lc 'ACT'", "bash -xec 'ACT'", "bash -c -l 'ACT'", "bash --norc -c 'ACT'", "bash -O extglob -c 'ACT'", "bash +e -c 'ACT'", "bash -o pipefail -c 'ACT'", "zsh -c 'ACT'", "dash -c 'ACT'", "ksh -c 'ACT'", "fish -c 'ACT'", "/bin/sh -c 'ACT'", "bash -c '\"$@\"' _ ACT", "bash -c '$0 -rf /srv/x' rm", "bash -c 'bash -c \"ACT\"'", "sh -c \"sh -c 'ACT'\"",
	"echo 'ACT' | sh", "echo 'ACT' | sh -", "echo 'ACT' | bash -s", "echo 'ACT' | sudo bash", "printf 'ACT' | env bash", "sh <<< 'ACT'", "sh <<E\nACT\nE", "cat <<'E' | sh\nACT\nE", "sh < <(echo 'ACT')", "bash <(echo 'ACT')", "echo 'ACT' | tee /dev/null | sh", "echo ACT > x.sh; sh x.sh", "cat > x.sh <<'E'\nACT\nE\nbash ./x.sh", "echo ACT > x.sh; . ./x.sh", "echo ACT >x.sh; chmod +x x.sh; ./x.sh", "echo ACT | tee x.sh; sh x.sh", "echo ACT >a; cp a b; sh b", "echo ACT >a; mv a b; sh < b", "exec 3<<<'ACT'; sh <&3", "exec {fd}> >(sh); echo 'ACT' >&$fd", "echo 'ACT' > >(sh)", "{ echo 'ACT'; } | sh", "(echo ACT) | sh", "echo rm; echo 'ACT' | (sh)", "echo 'ACT' | { sh; }", "echo ACT | while read -r l; do eval \"$l\"; done", "echo 'ACT' | rev | rev | sh",
	"echo B64 | base64 -d | sh", "base64 -d <<< B64 | bash", "eval \"$(echo B64 | base64 --decode)\"", "bash -c \"$(base64 -d <<< B64)\"", "$(echo B64 | base64 -d)", "echo HEX | xxd -r -p | sh", "openssl base64 -d <<< B64 | sh", "echo B64 | openssl enc -base64 -d | sh", "echo 'x/vrs/ fr- mr' | rev | sh", "sh -c \"$(printf '\\162\\155 -rf /srv/x')\"", "echo 'sn -rf /srv/x' | tr 'sn' 'rm' | sh -c 'ACT'", "X=B64; base64 -d <<<$X | sh",
	"python3 -c 'import os; os.system(\"ACT\")'", "python -c 'import subprocess as s; s.run(\"ACT\", shell=True)'", "python3 -c 'import subprocess; subprocess.run([\"rm\", \"-rf\", \"/srv/x\"])'", "python3 -c 'from os import system; system(\"ACT\")'", "python3 -c 'import shutil; shutil.rmtree(\"/srv/x\")'", "python3 -c \"__import__('os').system('ACT')\"", "python3 - <<'E'\nimport os\nos.system('ACT')\nE", "echo 'import os; os.popen(\"ACT\")' | python3", "python3 <<< 'import os; os.execvp(\"rm\", [\"rm\",\"-rf\",\"/srv/x\"])'", "python3 -c 'p=\"/srv/x\"; import shutil; shutil.rmtree(p)'", "python3 -c 'import pathlib,shutil; shutil.rmtree(pathlib.Path(\"/srv\") / \"x\")' || ACT", "python3 -c \"import base64,os; os.system(base64.b64decode('B64').decode())\"", "python3 -c 'exec(\"import os; os.system(\\\"ACT\\\")\")'", "python3 -c 'import os\nos.system(f\"ACT\")'", "python3 -c 'import pty; pty.spawn([\"rm\",\"-rf\",\"/srv/x\"])'",
	"perl -e 'system(\"ACT\")'", "perl -e 'system \"rm\",\"-rf\",\"/srv/x\"'", "perl -e '`ACT`'", "perl -e 'exec \"ACT\"'", "perl -e 'qx{ACT}'", "perl -MFile::Path -e 'rmtree(\"/srv/x\")'", "perl -e 'open(F,\"ACT|\")'", "ruby -e 'system(\"ACT\")'", "ruby -e '`ACT`'", "ruby -e 'exec %q(a); ' -e 'system \"ACT\"'", "ruby -rfileutils -e 'FileUtils.rm_rf(\"/srv/x\")'", "ruby -e 'FileUtils.rm_rf \"/srv/x\"'", "node -e 'require(\"child_process\").execSync(\"ACT\")'", "node -e 'require(\"child_process\").spawnSync(\"rm\", [\"-rf\",\"/srv/x\"])'", "node -e 'require(\"fs\").rmSync(\"/srv/x\", {recursive:true})'", "node -e 'const {execSync: e, exec}=require(\"child_process\"); exec(\"ACT\")'", "node --eval='require(\"child_process\").exec(`ACT`)'", "node -p 'require(\"fs\").rmSync(\"/srv/x\")'", "bun -e 'Bun.spawn([\"rm\",\"-rf\",\"/srv/x\"])'", "deno eval 'Deno.removeSync(\"/srv/x\")'",
	"php -r 'system(\"ACT\");'", "php -r 'echo `ACT`;'", "php -r 'shell_exec(\"ACT\");'", "lua -e 'os.execute(\"ACT\")'", "Rscript -e 'unlink(\"/srv/x\", recursive=TRUE)'", "osascript -e 'do shell script \"ACT\"'", "elixir -e 'System.cmd(\"rm\", [\"-rf\", \"/srv/x\"])'",
	"awk 'BEGIN{system(\"ACT\")}'", "awk 'BEGIN{\"ACT\" | getline}'", "gawk 'BEGIN{print | \"ACT\"}'", "sed '1e ACT' f", "sed 's|a|ACT|e' f", "tar cf /dev/null f --checkpoint=1 --checkpoint-action=exec='ACT'", "tar xf f --to-command='ACT'", "vim -c '!ACT'", "vim -c ':!ACT' -c q", "less '+!ACT' f", "man -P 'ACT' ls", "git -c alias.x='!ACT' x", "git -c core.pager='ACT' log", "git -c core.fsmonitor='ACT' status", "GIT_SSH_COMMAND='ACT' git fetch", "GIT_PAGER='ACT' git -p log", "PAGER='ACT' man ls", "EDITOR='ACT' crontab -e", "export GIT_EDITOR='ACT'; git commit", "git submodule foreach 'ACT'", "git difftool -x 'ACT'", "git bisect run ACT", "git rebase -x 'ACT' main", "git filter-branch --tree-filter 'ACT'", "git config alias.x '!ACT'", "rsync -e 'ACT' a b:", "ssh -o ProxyCommand='ACT' h", "ssh -oProxyCommand='ACT' h", "zip a.zip f -T -TT 'ACT'", "sort --compress-program='ACT' f",
	// Elsewhere.
	"ssh h ACT", "ssh h 'ACT'", "ssh -p 22 -i k u@h 'ACT'", "ssh h -- ACT", "ssh -t h sudo ACT", "ssh h bash -c '\"ACT\"'", "echo 'ACT' | ssh h sh", "ssh h <<E\nACT\nE", "ssh h 'bash -s' <<'E'\nACT\nE", "sshpass -p x ssh h ACT", "mosh h -- ACT", "ssh h ssh g ACT", "docker exec c ACT", "docker exec -it -u root c sh -c 'ACT'", "docker run --rm -v /:/h i ACT", "docker run --entrypoint rm i -rf /srv/x", "docker compose exec s ACT", "docker-compose run --rm s ACT", "podman exec c ACT", "docker --context p exec c ACT", "docker container exec c ACT", "kubectl exec p -- ACT", "kubectl -n n exec -it p -c c -- sh -c 'ACT'", "kubectl exec deploy/p -- ACT", "oc exec p -- ACT", "lxc exec c -- ACT", "multipass exec m -- ACT", "vagrant ssh -c 'ACT'", "fly ssh console -C 'ACT'", "heroku run 'ACT'", "heroku run ACT -a app", "gcloud compute ssh v --command='ACT'", "ansible all -m shell -a 'ACT'", "adb shell ACT", "salt '*' cmd.run 'ACT'",
	// As coding agents start their commands.
	"source /home/u/.claude/shell-snapshots/s.sh 2>/dev/null || true && eval 'ACT' < /dev/null && pwd -P >| /tmp/cwd",
	"shopt -s expand_aliases; eval \"ACT\"", "exec '/bin/bash' -c 'ACT'", "(\ntrap 'jobs -p > /tmp/p' EXIT\nACT\n)\n__code=$?\nexit $__code", "bash -O extglob -c 'snap=$(command cat <&3) && builtin eval -- \"$snap\" && { builtin eval \"$1\" < /dev/null; }; exit' -- 'ACT'",
	"bash -l -c 'cd -- \"$1\"; eval \"ACT\"' agent /",
}

func TestSeenThrough(t *testing.T) {
	replacer := strings.NewReplacer("ACT", actText, "B64", inBase64, "HEX", inHex)
	for _, pattern := range seenThrough {
		text := replacer.Replace(pattern)
		t.Run(strings.ReplaceAll(pattern, "\n", " "), func(t *testing.T) {
			effects := line(text, here)
			if !deletes(effects, "/srv/x") {
				t.Errorf("%q: no delete of /srv/x in %v", text, effects)
			}
		})
	}
}

func deletes(effects []effect.Effect, path string) bool {
	for _, e := range effects {
		if e.Kind == effect.KindFile && e.File.Op == effect.OpDelete && strings.TrimSuffix(e.File.Path.Text, "/\x00") == path {
			return true
		}
	}
	return false
}

// mentions are texts in which the act is only data.
var mentions = []string{
	"echo 'ACT'", "echo ACT", "printf '%s\\n' 'ACT'", "git commit -m 'ACT'", "grep 'ACT' f", "rg -e 'ACT' .", "sed 's/ACT/x/' f", "awk '/ACT/ {print}' f", "cat <<E\nACT\nE", "cat > doc.md <<'E'\nACT\nE", "tee doc.md <<E\nACT\nE",
	"echo 'ACT' > run.sh", "echo 'ACT' | grep rm", "echo 'ACT' | cat", "echo 'ACT' | tee notes", "X='ACT'", "X='ACT'; echo \"$X\"", "export X='ACT'", "f() { ACT; }", "alias z='ACT'", "# ACT", "true # ACT", "man rm", "which rm", "command -v rm", "type rm", "bash -n -c 'ACT'",
	"python3 -c 'print(\"ACT\")'", "node -e 'console.log(\"ACT\")'", "python3 -c '# os.system(\"ACT\")'", "python3 -c 'x = \"os.system(\\\"ACT\\\")\"; print(x)'", "echo B64", "echo B64 | base64 -d", "gh issue create -b 'ACT'", "jq '.a = \"ACT\"' f", "cat <<'E' | grep x\n$(ACT)\nE", "echo '$(ACT)'", "echo \"\\$(ACT)\"", "echo \\`ACT\\`", "case rm in \"ACT\"*) ;; esac",
	"ls | grep ACT", "psql -c \"select 'ACT'\"", "curl -d 'ACT' http://localhost/", "test x = 'ACT'", "[[ $x == 'ACT' ]]", "ssh h echo ACT", "bash -c \"echo 'ACT'\"", "xargs echo ACT", "find . -name 'ACT'", "docker exec c echo ACT", "read x <<< 'ACT'", "wc -c <<< 'ACT'", "perl -e 'print \"ACT\"'", "ruby -e 'puts \"ACT\"'", "git log --grep='ACT'", "sort <<< 'ACT'", "head -1 <<E\nACT\nE", "base64 <<< 'ACT'", "sha256sum <<< 'ACT'",
}

func TestAMentionIsNoAct(t *testing.T) {
	replacer := strings.NewReplacer("ACT", actText, "B64", inBase64)
	for _, pattern := range mentions {
		text := replacer.Replace(pattern)
		t.Run(strings.ReplaceAll(pattern, "\n", " "), func(t *testing.T) {
			for _, e := range line(text, here) {
				if e.Kind == effect.KindFile && e.File.Op == effect.OpDelete || e.Kind == effect.KindCommand && e.Command.Program == "rm" {
					t.Errorf("%q: %v", text, e)
				}
				if e.Kind == effect.KindCommand && (e.Command.Has(effect.TraitUnparsed) || e.Command.Has(effect.TraitDynamicProgram)) {
					t.Errorf("%q: %v %v", text, e, e.Command.Traits)
				}
			}
		})
	}
}
