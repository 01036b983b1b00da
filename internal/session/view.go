package session

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"twokey/internal/control"
	"twokey/internal/secrets"
	"twokey/rules"
	"twokey/sandbox"
)

// systemReadOnly is what the machine's programs need to run.
var systemReadOnly = []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix", "/snap"}

// homeReadOnly are the home's entries that shells, git and toolchains need.
// What the policy hides is hidden in them as well.
var homeReadOnly = []string{
	// shells, editors and terminals
	".bashrc", ".bash_profile", ".bash_login", ".bash_aliases", ".profile", ".inputrc", ".dircolors",
	".zshrc", ".zshenv", ".zprofile", ".zlogin", ".oh-my-zsh", ".vimrc", ".vim", ".config/nvim", ".tmux.conf", ".nanorc",
	// version control
	".gitconfig", ".gitignore", ".gitignore_global", ".gitattributes", ".config/git", ".hgrc", ".jjconfig.toml",
	// toolchains
	".cargo", ".rustup", "go", ".go", "sdk", ".pyenv", ".rbenv", ".nodenv", ".jenv", ".goenv", ".nvm", ".fnm", ".volta",
	".asdf", ".mise", ".sdkman", ".bun", ".deno", ".dotnet", ".ghcup", ".opam", ".elan", ".juliaup", ".pub-cache",
	".local/bin", ".local/lib", ".local/share/mise", ".local/share/pnpm", ".local/share/uv", ".local/share/fnm",
	".local/share/virtualenvs", ".local/pipx", ".npm-global", ".gem", ".conda", "miniconda3", "anaconda3",
	// what one of these reads at each start
	".editorconfig", ".config/pip", ".config/go", ".config/uv", ".config/pypoetry", ".yarnrc", ".yarnrc.yml", ".condarc",
}

// packageConfig may hold a token, and mostly names a mirror: it is shown where
// it holds none.
var packageConfig = []string{".npmrc", ".yarnrc.yml", ".config/pip/pip.conf", ".pip/pip.conf", ".condarc", ".bunfig.toml", ".config/uv/uv.toml"}

// credential is what a package manager's configuration holds where it holds
// a secret.
var credential = regexp.MustCompile(`(?i)auth|token|passw|secret|credential|username|://[^/\s]*@`)

// plainConfig reports whether path is a package manager's configuration
// without a credential.
func plainConfig(path string) bool {
	base := filepath.Base(path)
	if !slices.ContainsFunc(packageConfig, func(name string) bool { return filepath.Base(name) == base }) {
		return false
	}
	b, err := os.ReadFile(path)
	return err == nil && len(b) < 64<<10 && !credential.Match(b)
}

// startFiles, in the home, change what a program does that was judged by its
// argv: where the person has none they are empty and read-only, so that no
// command lays one for the next.
var startFiles = []string{".curlrc", ".wgetrc", ".psqlrc", ".my.cnf", ".netrc", ".sqliterc", ".mongorc.js", ".config/curlrc"}

// lockedFiles make the person's own programs run code later: read-only where
// they exist.
var lockedFiles = []string{
	".git/hooks", ".git/info/attributes", ".envrc", workspacePolicy,
	".vscode/tasks.json", ".vscode/settings.json", ".vscode/launch.json", ".idea/workspace.xml",
	".claude/settings.json", ".claude/settings.local.json", ".claude/hooks", ".mcp.json", ".cursor/mcp.json",
	".codex/config.toml", ".gemini/settings.json", "opencode.json",
}

// resolvConf sends every name to the supervisor.
const resolvConf = "nameserver 127.0.0.1\noptions timeout:60 attempts:1\n"

// buildView lists what the sandbox may see.
func (s *Session) buildView() (sandbox.View, error) {
	policy := s.policy()
	v := sandbox.View{
		Workspace: s.workspace, Home: s.home.Dir,
		ReadOnly:  existing(append(slices.Clone(systemReadOnly), policy.View.Read...)),
		ReadWrite: existing(policy.View.Write),
		Files:     map[string][]byte{"/etc/resolv.conf": []byte(resolvConf)},
		Replace:   map[string]string{},
	}
	for _, name := range slices.Concat(homeReadOnly, packageConfig, policy.View.Home, s.pathInHome()) {
		path := filepath.Join(s.home.Dir, name)
		if _, err := os.Lstat(path); err == nil && (!s.hides(path) || plainConfig(path)) && !control.Within(s.workspace, path) && !slices.Contains(v.HomeList, name) {
			v.HomeList = append(v.HomeList, name)
		}
	}
	for _, name := range startFiles {
		path := filepath.Join(s.home.Dir, name)
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			v.Files[path] = nil
		}
	}
	for _, name := range lockedFiles {
		path := filepath.Join(s.workspace, name)
		if _, err := os.Stat(path); err == nil {
			v.Locked = append(v.Locked, path)
		}
	}
	hidden, err := s.findHidden(v)
	if err != nil {
		return sandbox.View{}, err
	}
	v.Hidden = hidden
	return v, s.replaceOwn(&v)
}

// pathInHome lists the directories of PATH that lie in the home directory.
func (s *Session) pathInHome() []string {
	var names []string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		name, err := filepath.Rel(s.home.Dir, dir)
		if err == nil && filepath.IsLocal(name) && name != "." {
			names = append(names, name)
		}
	}
	return names
}

// findHidden walks what is shown for what the policy hides.
func (s *Session) findHidden(v sandbox.View) ([]string, error) {
	var hidden []string
	roots := append([]string{s.workspace}, v.ReadWrite...)
	for _, root := range roots {
		found, err := secrets.Walk(root, func(path string) bool { return s.hides(path) && !plainConfig(path) })
		if err != nil {
			return nil, fmt.Errorf("cannot look for hidden files: %w", err)
		}
		hidden = append(hidden, found...)
	}
	// Toolchains are large and hold secrets only at known places.
	for _, path := range s.hiddenInHome() {
		if _, err := os.Lstat(path); err == nil && slices.ContainsFunc(v.HomeList, func(name string) bool {
			return control.Within(path, filepath.Join(s.home.Dir, name))
		}) {
			hidden = append(hidden, path)
		}
	}
	slices.Sort(hidden)
	return slices.Compact(hidden), nil
}

// hiddenInHome expands the built-in entries that name a place in the home.
func (s *Session) hiddenInHome() []string {
	var paths []string
	for _, glob := range rules.HiddenDefaults() {
		name, ok := strings.CutPrefix(glob, "~/")
		if !ok {
			continue
		}
		for _, one := range braces(name) {
			found, err := filepath.Glob(filepath.Join(s.home.Dir, one))
			if err == nil {
				paths = append(paths, found...)
			}
		}
	}
	return paths
}

// braces expands the first {a,b} of a glob, which filepath.Glob does not know.
func braces(glob string) []string {
	before, rest, ok := strings.Cut(glob, "{")
	inside, after, closed := strings.Cut(rest, "}")
	if !ok || !closed {
		return []string{glob}
	}
	var all []string
	for part := range strings.SplitSeq(inside, ",") {
		all = append(all, before+part+after)
	}
	return all
}

// replaceOwn shows the real shell where the view would show twokey-sh, so
// that a shell started from inside is neither judged nor sandboxed again.
func (s *Session) replaceOwn(v *sandbox.View) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("cannot find twokey-sh: %w", err)
	}
	shell, err := s.shell("bash")
	if err != nil {
		return err
	}
	own := filepath.Join(filepath.Dir(self), "twokey-sh")
	if _, err := os.Stat(own); err == nil && s.inView(v, own) {
		v.Replace[own] = shell
	}
	return nil
}

func (s *Session) inView(v *sandbox.View, path string) bool {
	shown := append([]string{s.workspace}, append(v.ReadOnly, v.ReadWrite...)...)
	for _, name := range v.HomeList {
		shown = append(shown, filepath.Join(s.home.Dir, name))
	}
	return slices.ContainsFunc(shown, func(dir string) bool { return control.Within(path, dir) })
}

func existing(paths []string) []string {
	return slices.DeleteFunc(paths, func(p string) bool {
		_, err := os.Lstat(p)
		return errors.Is(err, os.ErrNotExist)
	})
}

// shell finds a real shell in the system's directories: a PATH may lead back
// to twokey-sh.
func (s *Session) shell(name string) (string, error) {
	for _, dir := range []string{"/usr/bin", "/bin", "/usr/local/bin", "/run/current-system/sw/bin"} {
		path := filepath.Join(dir, name)
		real, err := filepath.EvalSymlinks(path)
		if err == nil && !strings.HasSuffix(real, "twokey-sh") {
			return path, nil
		}
	}
	return "", fmt.Errorf("cannot find the shell %s in /usr/bin or /bin: install it", name)
}
