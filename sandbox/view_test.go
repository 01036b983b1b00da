package sandbox

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestHiddenIsEmptyHoweverItIsReached(t *testing.T) {
	b := start(t, func(work string, c *Config) {
		write(t, work+"/.env", "TOKEN=secret")
		write(t, work+"/services/api/.env", "TOKEN=secret")
		write(t, work+"/keys/a.pem", "secret")
		write(t, work+"/keys/deep/b.pem", "secret")
		write(t, work+"/visible", "plain")
		if err := os.Symlink("services/api/.env", work+"/link"); err != nil {
			t.Fatal(err)
		}
		c.View.Hidden = []string{work + "/.env", work + "/link", work + "/services/api/.env", work + "/keys", work + "/not-there"}
	})
	b.says("cat .env services/api/.env link; ls -A keys; cat visible", "plain")
	b.says("stat -c '%F %a %s' .env; stat -c '%F %a' keys", "regular empty file 444 0\ndirectory 555")
	for _, way := range []string{
		"cat /proc/self/cwd/.env", "cat /proc/self/root$PWD/.env", "exec 3<.env; cat <&3", "exec 3<.env; cat /proc/self/fd/3",
		"cd services; cat api/.env", "mv services moved && cat moved/api/.env; mv moved services", "cat services/../.env",
		"cat link", "cp .env copy; cat copy", "tar c .env 2>/dev/null | tr -dc a-z | grep secret",
		"python3 -c 'import os; print(os.read(os.open(\".env\", os.O_RDONLY), 99).decode())'",
		"git hash-object .env >/dev/null; dd if=.env 2>/dev/null",
	} {
		if out, _ := b.bash(way); strings.Contains(out, "secret") {
			t.Errorf("%s\nshows %q", way, out)
		}
	}
	b.fails("ln .env hard")
	b.fails("rm -f .env")
	b.fails("mv .env x")
	b.fails("mv visible .env")
	b.fails("echo x >> .env")
	b.fails("chmod 600 .env")
	b.fails("touch keys/x")
	b.fails("rm -rf keys")
	b.fails("rmdir keys")
	if text, err := os.ReadFile(b.work + "/.env"); string(text) != "TOKEN=secret" {
		t.Errorf("outside, the hidden file reads %q, %v", text, err)
	}
}

func TestHomeIsPrivateButForTheList(t *testing.T) {
	b := start(t, func(work string, c *Config) {
		home := filepath.Dir(work)
		write(t, home+"/.ssh/id_ed25519", "key")
		write(t, home+"/.netrc", "password")
		write(t, home+"/.gitconfig", "[user]\n")
		write(t, home+"/.config/git/ignore", "*.o\n")
		write(t, home+"/.config/gh/hosts.yml", "token")
		write(t, home+"/dotfiles/bashrc", "alias x=y\n")
		if err := os.Symlink("dotfiles/bashrc", home+"/.bashrc"); err != nil {
			t.Fatal(err)
		}
		c.View.HomeList = []string{".gitconfig", ".config/git", ".bashrc", ".not-there", ".netrc", "../outside"}
		c.View.Hidden = []string{home + "/.netrc"}
	})
	b.says("cd; find . -path ./project -prune -o -type f -print -o -type l -print | sort",
		"./.bashrc\n./.config/git/ignore\n./.gitconfig\n./dotfiles/bashrc")
	b.says("cat ~/.bashrc; readlink ~/.bashrc", "alias x=y\ndotfiles/bashrc")
	b.fails("echo x > ~/.gitconfig")
	b.fails("rm ~/.gitconfig")
	b.says("echo new > ~/.own; cat ~/.own; stat -c %a ~", "new\n700")
}

func TestLockedCannotBeChangedOrWalkedAround(t *testing.T) {
	b := start(t, func(work string, c *Config) {
		write(t, work+"/.git/hooks/pre-commit", "#!/bin/sh\n")
		write(t, work+"/.git/HEAD", "ref: refs/heads/main\n")
		write(t, work+"/.vscode/tasks.json", "{}")
		write(t, work+"/.envrc", "")
		c.View.Locked = []string{work + "/.git/hooks", work + "/.vscode/tasks.json", work + "/.envrc", work + "/absent"}
	})
	b.fails("echo evil > .git/hooks/pre-commit")
	b.fails("touch .git/hooks/post-commit")
	b.fails("rm .git/hooks/pre-commit")
	b.fails("mv .git/hooks .git/hooks2")
	b.fails("mv .git .git2")
	b.fails("mv .vscode .vscode2")
	b.fails("echo evil > .vscode/tasks.json")
	b.fails("rm -f .vscode/tasks.json")
	b.fails("echo evil > .envrc")
	b.fails("mv .envrc x")
	b.fails("ln -f /etc/hostname .envrc")
	b.says("echo ok > .git/HEAD; touch .git/config.lock; mv .git/config.lock .git/config; echo ok > .vscode/settings.json; cat .git/HEAD", "ok")
}

// Ordinary git must go on working where .git is a mount point, hooks are
// locked and a tracked file is hidden.
func TestGitWorks(t *testing.T) {
	b := start(t, func(work string, c *Config) {
		for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"config", "user.name", "A"}, {"config", "user.email", "a@example.com"}} {
			if out, err := exec.Command("git", append([]string{"-C", work}, args...)...).CombinedOutput(); err != nil {
				t.Fatalf("git %v: %s", args, out)
			}
		}
		write(t, work+"/.env", "TOKEN=1")
		write(t, work+"/.gitignore", ".env\n")
		c.View.Hidden = []string{work + "/.env"}
		c.View.Locked = []string{work + "/.git/hooks"}
	})
	b.says(`set -e; exec 2>&1
echo one > a; git add .; git commit -qm one; git switch -qc topic; echo two > a; git commit -qam two
git remote add origin ../origin; git config core.bare false; git switch -q main; echo x >> a; git stash -q; git stash pop -q; git checkout -q a
git merge -q topic; git rebase -q topic; git tag v1; git gc -q; git worktree add -q ../tree; git -C ../tree log --oneline | wc -l
git clone -q . inner; git -C inner log --oneline | wc -l; rm -rf inner; git clean -qfd; git status --short; cat a`, "2\n2\ntwo")
	b.fails("git clean -fdx") // .env stays, and git says so
	if text, err := os.ReadFile(b.work + "/.env"); string(text) != "TOKEN=1" {
		t.Errorf("the hidden file reads %q outside, %v", text, err)
	}
}

func TestWorkspaceAnywhere(t *testing.T) {
	for name, place := range map[string]func(t *testing.T) (work, home string){
		"in /tmp":     func(t *testing.T) (string, string) { d := temp(t, "/tmp"); return d + "/w", "/home/nobody-at-all" },
		"in /var/tmp": func(t *testing.T) (string, string) { d := temp(t, "/var/tmp"); return d + "/w", "/root" },
		"in home":     func(t *testing.T) (string, string) { d := temp(t, ""); return d + "/a/b/w", d },
		"in /dev/shm": func(t *testing.T) (string, string) { d := temp(t, "/dev/shm"); return d + "/w", temp(t, "") },
	} {
		t.Run(name, func(t *testing.T) {
			work, home := place(t)
			write(t, work+"/file", "text\n")
			b := start(t, func(_ string, c *Config) { c.View.Workspace, c.View.Home = work, home })
			b.work = work
			b.says("cat file; echo new > made; pwd", "text\n"+work)
			if _, err := os.Stat(work + "/made"); err != nil {
				t.Error(err)
			}
			b.says("ls -A "+filepath.Dir(work), filepath.Base(work))
		})
	}
}

func temp(t *testing.T, dir string) string {
	t.Helper()
	d, err := os.MkdirTemp(dir, "twokey-view")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(d) })
	return d
}

func TestFilesReplaceAndShares(t *testing.T) {
	shared := temp(t, "")
	b := start(t, func(work string, c *Config) {
		write(t, shared+"/ro/file", "read only")
		write(t, shared+"/rw/file", "read write")
		write(t, shared+"/rw/.env", "secret")
		write(t, work+"/token", "real")
		write(t, work+"/bin/twokey-sh", "#!/bin/sh\necho wrong\n")
		c.View.ReadOnly, c.View.ReadWrite = []string{shared + "/ro", "/etc"}, []string{shared + "/rw"}
		c.View.Hidden = []string{shared + "/rw/.env", work + "/token"}
		c.View.Files = map[string][]byte{
			"/etc/resolv.conf": []byte("nameserver 127.0.0.1\n# own\n"),
			work + "/token":    []byte("phantom"), "/run/twokey/made": []byte("made"), work + "/absent": nil,
		}
		c.View.Replace = map[string]string{work + "/bin/twokey-sh": "/bin/true", filepath.Dir(work) + "/.local/bin/sh": "/bin/true"}
	})
	b.says("cat "+shared+"/ro/file "+shared+"/rw/file "+shared+"/rw/.env", "read onlyread write")
	b.says("cat token /run/twokey/made; tail -1 /etc/resolv.conf; ls absent 2>/dev/null; bin/twokey-sh && ~/.local/bin/sh && echo replaced", "phantommade# own\nreplaced")
	b.fails("echo x > " + shared + "/ro/new")
	b.fails("echo x > token")
	b.says("echo x > "+shared+"/rw/new; echo ok", "ok")
	if _, err := os.Stat(b.work + "/absent"); err == nil {
		t.Error("a generated file left a mount point in the workspace")
	}
}

func TestMaskHidesWhatAppearsLater(t *testing.T) {
	b := start(t, nil)
	late := write(t, b.work+"/sub/.env", "secret")
	b.says("cat sub/.env", "secret")
	if err := b.Mask(late); err != nil {
		t.Fatal(err)
	}
	b.says("cat sub/.env; stat -c '%F %a' sub/.env", "regular empty file 444")
	b.fails("umount sub/.env")
	b.fails("rm -f sub/.env")
	if err := b.Mask(late); err != nil {
		t.Error("hiding twice: ", err)
	}
	// An editor's atomic rename outside brings the file back; it is hidden again.
	write(t, b.work+"/sub/new", "secret2")
	if err := os.Rename(b.work+"/sub/new", late); err != nil {
		t.Fatal(err)
	}
	b.says("cat sub/.env", "secret2")
	if err := b.Mask(late); err != nil {
		t.Fatal(err)
	}
	b.says("cat sub/.env", "")
	write(t, b.work+"/keys/a", "secret")
	if err := b.Mask(b.work + "/keys"); err != nil {
		t.Fatal(err)
	}
	b.says("ls -A keys", "")
	if err := b.Mask(b.work + "/nothing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("hiding what does not exist: %v", err)
	}
	// What runs inside cannot lead the mounter elsewhere by a link.
	b.says("ln -s /etc/passwd lure; ln -s /etc etc; echo ok", "ok")
	for _, lure := range []string{"/lure", "/etc/passwd"} {
		if err := b.Mask(b.work + lure); err == nil {
			t.Errorf("hiding %s followed a link", lure)
		}
	}
	b.says("head -1 /etc/passwd | cut -d: -f1", "root")
	for _, bad := range []string{"", "relative", "/", "/a/../b"} {
		if err := b.Mask(bad); err == nil {
			t.Errorf("hiding %q succeeds", bad)
		}
	}
}

func TestOverlayKeepsWritesApart(t *testing.T) {
	base := temp(t, "")
	cache, state := base+"/cache", base+"/state"
	write(t, cache+"/module/file", "person's\n")
	run := func(script, want string) {
		b := start(t, func(work string, c *Config) {
			c.View.Overlays = map[string]string{cache: state, cache + "-cold": state + "-cold"}
		})
		b.says("cd "+cache+"; "+script, want)
		b.Close()
	}
	run("cat module/file; echo poison > module/file; echo new > new; echo c > ../cache-cold/x", "person's")
	run("cat module/file new ../cache-cold/x", "poison\nnew\nc")
	if text, _ := os.ReadFile(cache + "/module/file"); string(text) != "person's\n" {
		t.Errorf("the person's cache holds %q", text)
	}
	if _, err := os.Stat(cache + "/new"); err == nil {
		t.Error("the person's cache has a new file")
	}
	if _, err := os.Stat(cache + "-cold"); err == nil {
		t.Error("a mount point was made beside the person's cache")
	}
}

func TestWorkspaceIsChecked(t *testing.T) {
	init, err := buildInit()
	if err != nil {
		t.Fatal(err)
	}
	dir := temp(t, "")
	write(t, dir+"/file", "")
	if err := os.Symlink(dir, dir+"-link"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(dir + "-link") })
	for _, work := range []string{"", "/", "relative", dir + "/", dir + "/absent", dir + "/file", dir + "-link", dir + "/../x"} {
		s, err := Start(t.Context(), Config{View: View{Workspace: work}, Init: init, Handler: allowAll{}})
		if err == nil {
			s.Close()
			t.Errorf("workspace %q is taken", work)
		}
	}
}

func TestUnavailable(t *testing.T) {
	work := temp(t, "")
	notProgram := write(t, work+"/plain", "")
	for program, want := range map[string]string{"/no/such/twokey-init": "missing", notProgram: "cannot be run"} {
		_, err := Start(t.Context(), Config{View: View{Workspace: work}, Init: program, Handler: allowAll{}})
		var u *UnavailableError
		if !errors.As(err, &u) || !strings.Contains(u.Cause, want) || u.Mend == "" || strings.Contains(err.Error(), "\n") {
			t.Errorf("with program %s: %v", program, err)
		}
	}
	for _, program := range []string{"/bin/true", "/bin/cat"} {
		if s, err := Start(t.Context(), Config{View: View{Workspace: work}, Init: program, Handler: allowAll{}}); err == nil {
			s.Close()
			t.Errorf("%s was taken for twokey-init", program)
		}
	}
}
