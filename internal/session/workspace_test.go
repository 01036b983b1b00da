package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"twokey/internal/control"
)

func TestRefuseWorkspace(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	home := control.Home{
		Dir:     filepath.Join(top, "home/ada"),
		State:   filepath.Join(top, "home/ada/.local/state/twokey"),
		Config:  filepath.Join(top, "home/ada/.config/twokey"),
		Runtime: filepath.Join(top, "run/twokey"),
	}
	for _, dir := range []string{"home/ada/project", "home/ada/.config/nvim", "home/ada/.local/share/x", "home/ada/.ssh/x", "run/twokey/s", "other", "home/ada/.local/state/twokey/log"} {
		if err := os.MkdirAll(filepath.Join(top, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(top, "other"), filepath.Join(top, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(top, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	hides := func(path string) bool { return filepath.Base(path) == ".ssh" }
	for dir, want := range map[string]string{
		"home/ada/project":                 "",
		"other":                            "",
		"home/ada":                         "home directory",
		"home":                             "above the home",
		"home/ada/.config/nvim":            "keep their state",
		"home/ada/.local/share/x":          "keep their state",
		"home/ada/.ssh/x":                  "hidden by the policy",
		"home/ada/.local/state/twokey/log": "its own files",
		"run":                              "its own files",
		"run/twokey/s":                     "its own files",
		"link":                             "symbolic link",
		"file":                             "not a directory",
		"missing":                          "no such file",
		"/":                                "above the home",
		"/usr/lib":                         "system directory",
		"/etc":                             "system directory",
		"/proc/self":                       "system directory",
		"/tmp":                             "directory",
		"relative/..":                      "",
	} {
		path := dir
		if !filepath.IsAbs(dir) {
			path = filepath.Join(top, dir)
		}
		if dir == "relative/.." {
			path, want = dir, "not an absolute"
		}
		err := refuseWorkspace(path, home, hides)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s is refused: %v", dir, err)
		case want != "" && err == nil:
			t.Errorf("%s is not refused", dir)
		case want != "" && !strings.Contains(err.Error(), want) && !strings.Contains(err.Error(), "above the home"):
			t.Errorf("%s: %q does not say %q", dir, err, want)
		}
	}
}
