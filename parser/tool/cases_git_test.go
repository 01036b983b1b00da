package tool

var gitCases = []testCase{
	{"git push -f origin main", []string{
		"git push --force origin main +default-branch",
	}},
	{"git -C x push --forc origin +a:b :c", []string{
		"git push -C=x --force origin +a:b :c +remote-delete",
	}},
	{"git push", []string{
		"git push +default-branch",
	}},
	{"git push --force-with-lease origin feature/x", []string{
		"git push --force-with-lease origin feature/x",
	}},
	{"git push --force-with-lease origin release/1.2", []string{
		"git push --force-with-lease origin release/1.2 +default-branch",
	}},
	{"git push --dry-run --force", []string{
		"git push --dry-run --force +dry-run +default-branch",
	}},
	{"git push -n origin :gone", []string{
		"git push --dry-run origin :gone +dry-run +remote-delete",
	}},
	{"git push --tags", []string{
		"git push --tags",
	}},
	{"git push origin tag v1", []string{
		"git push origin tag v1",
	}},
	{"git push origin HEAD", []string{
		"git push origin HEAD +default-branch",
	}},
	{"git push origin feature:refs/heads/main", []string{
		"git push origin feature:refs/heads/main +default-branch",
	}},
	{"git push origin $X", []string{
		"git push origin ? +default-branch",
	}},
	{"git push https://example.com/r.git main", []string{
		"git push https://example.com/r.git main +url-remote +default-branch",
	}},
	{"git push --mirror backup", []string{
		"git push --mirror backup +remote-delete +default-branch",
	}},
	{"git push origin -- +refs/heads/main", []string{
		"git push --force origin +refs/heads/main +default-branch",
	}},
	{"git -c push.default=current -calias.force=push force origin +main", []string{
		"git force -c=push.default=current -c=alias.force=push origin +main",
		"exec(git alias) git push origin +main",
	}},
	{"git -C ../other clean -fdx", []string{
		"git clean -C=../other --force -d -x",
		"delete system /work/other/*",
	}},
	{"git clean -nd", []string{
		"git clean --dry-run -d +dry-run",
	}},
	{"git reset --hard HEAD~1", []string{
		"git reset --hard HEAD~1",
		"write workspace /work/repo/*",
	}},
	{"git reset --soft HEAD~1", []string{
		"git reset --soft HEAD~1",
	}},
	{"git checkout -- .", []string{
		"git checkout .",
		"write workspace /work/repo/*",
	}},
	{"git checkout main", []string{
		"git checkout main",
	}},
	{"git checkout HEAD~2 -- src/a.go", []string{
		"git checkout HEAD~2 src/a.go",
		"write workspace /work/repo/src/a.go",
	}},
	{"git restore --staged a.go", []string{
		"git restore --staged a.go",
	}},
	{"git restore a.go", []string{
		"git restore a.go",
		"write workspace /work/repo/a.go",
	}},
	{"git rm --cached a", []string{
		"git rm --cached a",
	}},
	{"git rm -r dir", []string{
		"git rm --recursive dir",
		"delete workspace /work/repo/dir -r",
	}},
	{"git show HEAD:.env", []string{
		"git show HEAD:.env",
		"read workspace /work/repo/.env",
	}},
	{"git cat-file -p HEAD:config/.env", []string{
		"git cat-file -p HEAD:config/.env",
		"read workspace /work/repo/config/.env",
	}},
	{"git log -p -- .env", []string{
		"git log --patch .env",
		"read workspace /work/repo/.env",
	}},
	{"git diff main..feature", []string{
		"git diff main..feature",
	}},
	{"git add -f .env", []string{
		"git add --force .env",
		"read workspace /work/repo/.env",
	}},
	{"git commit -m 'drop table' a", []string{
		"git commit --message=drop table a",
		"read workspace /work/repo/a",
	}},
	{"git -c alias.x='!rm -rf ~' x", []string{
		"git x -c=alias.x=!rm -rf ~",
		"shell(git alias x) rm -rf ~",
	}},
	{"git -c core.sshCommand='sh -c id' fetch", []string{
		"git fetch -c=core.sshCommand=sh -c id",
		"shell(git core.sshCommand) sh -c id",
	}},
	{"git -c core.fsmonitor=true status", []string{
		"git status -c=core.fsmonitor=true",
	}},
	{"git config alias.yolo 'push --force'", []string{
		"git config alias.yolo push --force",
		"exec(git alias yolo) git push --force",
	}},
	{"git config --global alias.wipe '!rm -rf ~'", []string{
		"git config --global alias.wipe !rm -rf ~ +persists",
		"write home /home/dev/.gitconfig",
		"shell(git alias wipe) rm -rf ~",
	}},
	{"git config --global user.name dev", []string{
		"git config --global user.name dev",
		"write home /home/dev/.gitconfig",
	}},
	{"git config --global url.https://evil.example/.insteadOf https://github.com/", []string{
		"git config --global url.https://evil.example/.insteadOf https://github.com/ +reroutes",
		"write home /home/dev/.gitconfig",
	}},
	{"git config --get user.email", []string{
		"git config --get user.email",
	}},
	{"git config --list", []string{
		"git config --list",
	}},
	{"git submodule foreach 'git clean -fdx'", []string{
		"git submodule foreach git clean -fdx",
		"shell(git submodule foreach) git clean -fdx",
	}},
	{"git rebase -i -x 'make test' main", []string{
		"git rebase --interactive --exec=make test main",
		"shell(git) make test",
	}},
	{"git bisect run ./test.sh", []string{
		"git bisect run ./test.sh",
		"exec(git bisect run) ./test.sh",
	}},
	{"git difftool -y -x 'rm -rf ~'", []string{
		"git difftool --no-prompt --extcmd=rm -rf ~",
		"shell(git) rm -rf ~",
	}},
	{"git reflog expire --expire=now --all", []string{
		"git reflog expire --expire=now --all +drops-commits",
	}},
	{"git gc --prune=now", []string{
		"git gc --prune=now +drops-commits",
	}},
	{"git stash drop", []string{
		"git stash drop +drops-commits",
	}},
	{"git remote rm origin", []string{
		"git remote remove origin",
	}},
	{"git worktree remove --force ../wt", []string{
		"git worktree remove --force ../wt",
		"delete system /work/wt",
	}},
	{"git credential fill", []string{
		"git credential fill +secret-read",
	}},
	{"git filter-branch --tree-filter 'rm x' HEAD", []string{
		"git filter-branch --tree-filter=rm x HEAD +rewrites-history",
		"shell(git) rm x",
	}},
	{"git help push", []string{
		"git help push +help",
	}},
	{"git push --help", []string{
		"git push --help +help",
	}},
	{"git clone https://example.com/r.git dir", []string{
		"git clone https://example.com/r.git dir",
		"create workspace /work/repo/dir",
	}},
	{"git clone -c core.fsmonitor='touch x' r", []string{
		"git clone --config=core.fsmonitor=touch x r",
		"shell(git core.fsmonitor) touch x",
	}},
	{"git grep -n TODO -- src/a.go", []string{
		"git grep -n TODO src/a.go",
		"read workspace /work/repo/src/a.go",
	}},
	{"git archive -o out.tgz HEAD", []string{
		"git archive --output=out.tgz HEAD",
		"write workspace /work/repo/out.tgz",
	}},
	{"git --git-dir=repo/.git reset --hard", []string{
		"git reset --git-dir=repo/.git --hard",
		"write workspace /work/repo/*",
	}},
}
