package sandbox

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"twokey/sandbox/wire"
)

// host is a file system to plan on: a name that ends in / is a directory, one
// with -> a link, one with a mode has it.
func host(names ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for _, n := range names {
		n, mode := strings.TrimPrefix(n, "/"), fs.FileMode(0o644)
		if rest, ok := strings.CutSuffix(n, " 0600"); ok {
			n, mode = rest, 0o600
		}
		if link, target, ok := strings.Cut(n, " -> "); ok {
			m[link] = &fstest.MapFile{Mode: fs.ModeSymlink | 0o777, Data: []byte(target)}
		} else if dir, ok := strings.CutSuffix(n, "/"); ok {
			m[dir] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
		} else {
			m[n] = &fstest.MapFile{Mode: mode, Data: []byte("content of " + n)}
		}
	}
	return m
}

// lines is the plan without the parts that every plan has.
func lines(t *testing.T, v View, h fs.ReadLinkFS) []string {
	t.Helper()
	if v.Workspace == "" {
		v.Workspace = "/w"
	}
	plan, err := Plan(v, h, 1000, "box")
	if err != nil {
		t.Fatal(err)
	}
	base, err := Plan(View{Workspace: "/base"}, host("/base/"), 1000, "box")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, o := range plan.Ops {
		if !slices.ContainsFunc(base.Ops, func(b wire.Op) bool { return b.String() == o.String() }) {
			out = append(out, strings.Join(strings.Fields(o.String()), " "))
		}
	}
	return out
}

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		name string
		host fs.ReadLinkFS
		view View
		want []string
	}{
		{"workspace alone", host("/w/"), View{}, []string{"bind /w create required"}},
		{"parents are made", host("/srv/a/b/w/"), View{Workspace: "/srv/a/b/w"},
			[]string{"dir /srv/a mode 0755", "dir /srv/a/b mode 0755", "bind /srv/a/b/w create required"}},
		{"merged /usr: links stay links", host("/w/", "/usr/bin/", "/bin -> usr/bin"), View{},
			[]string{"symlink /bin from usr/bin", "bind /usr ro create", "bind /w create required"}},
		{"split /usr: directories are bound", host("/w/", "/usr/", "/bin/", "/lib64/"), View{},
			[]string{"bind /bin ro create", "bind /lib64 ro create", "bind /usr ro create", "bind /w create required"}},
		{"workspace in home", host("/home/u/w/", "/home/u/.gitconfig"),
			View{Workspace: "/home/u/w", Home: "/home/u", HomeList: []string{".gitconfig", ".absent"}},
			[]string{"dir /home mode 0755", "tmpfs /home/u mode 0700 create", "bind /home/u/.gitconfig ro create", "bind /home/u/w create required"}},
		{"home is reached by a link", host("/data/u/w/", "/home -> data"), View{Workspace: "/data/u/w", Home: "/home/u"},
			[]string{"dir /data mode 0755", "tmpfs /data/u mode 0700 create", "bind /data/u/w create required", "symlink /home from data"}},
		{"list entry is a link", host("/w/", "/h/.bashrc -> dot/bashrc", "/h/dot/bashrc"), View{Home: "/h", HomeList: []string{".bashrc"}},
			[]string{"tmpfs /h mode 0700 create", "symlink /h/.bashrc from dot/bashrc", "dir /h/dot mode 0755", "bind /h/dot/bashrc ro create", "bind /w create required"}},
		{"list entry cannot leave home", host("/w/", "/secret"), View{Home: "/h", HomeList: []string{"../secret", "."}},
			[]string{"tmpfs /h mode 0700 create", "bind /w create required"}},
		{"workspace in a read-only directory", host("/usr/src/w/"), View{Workspace: "/usr/src/w"},
			[]string{"bind /usr ro create", "bind /usr/src/w required"}},
		{"workspace in /tmp", host("/tmp/w/"), View{Workspace: "/tmp/w"}, []string{"bind /tmp/w create required"}},
		{"hidden where the view shows it", host("/w/a/.env", "/w/keys/"), View{Hidden: []string{"/w/a/.env", "/w/keys", "/w/absent", "/elsewhere"}},
			[]string{"bind /w create required", "hide /w/a/.env", "hide /w/keys"}},
		{"hidden wins over shown", host("/w/", "/h/.netrc", "/d/k/f"),
			View{Home: "/h", HomeList: []string{".netrc"}, Hidden: []string{"/h/.netrc", "/d/k"}, ReadOnly: []string{"/d/k", "/d"}},
			[]string{"bind /d ro create", "hide /d/k", "tmpfs /h mode 0700 create", "bind /w create required"}},
		{"nothing is shown below hidden", host("/w/keys/pub", "/w/keys/x"), View{Hidden: []string{"/w/keys"}, Locked: []string{"/w/keys/pub"}, Files: map[string][]byte{"/w/keys/x": nil}},
			[]string{"bind /w create required", "hide /w/keys"}},
		{"a hidden link hides its target", host("/w/link -> real", "/w/real"), View{Hidden: []string{"/w/link"}},
			[]string{"bind /w create required", "hide /w/real"}},
		{"a phantom stands for what is hidden", host("/w/.env"), View{Hidden: []string{"/w/.env"}, Files: map[string][]byte{"/w/.env": []byte("A=phantom")}},
			[]string{"bind /w create required", "file /w/.env"}},
		{".git and what leads to locked are pinned", host("/w/.git/hooks/", "/w/.vscode/tasks.json", "/w/sub/x"),
			View{Locked: []string{"/w/.git/hooks", "/w/.vscode/tasks.json", "/w/sub/x", "/w/none"}},
			[]string{"bind /w create required", "bind /w/.git", "bind /w/.git/hooks ro", "bind /w/.vscode", "bind /w/.vscode/tasks.json ro", "bind /w/sub/x ro"}},
		{"read-only in read-only is there already", host("/w/", "/usr/share/"), View{ReadOnly: []string{"/usr/share", "/usr"}},
			[]string{"bind /usr ro create", "bind /w create required"}},
		{"writable in read-only", host("/w/", "/opt/cache/"), View{ReadWrite: []string{"/opt/cache"}},
			[]string{"bind /opt ro create", "bind /opt/cache", "bind /w create required"}},
		{"resolv.conf is a link into /run", host("/w/", "/etc/resolv.conf -> ../run/systemd/resolve/stub.conf"), View{},
			[]string{"bind /etc ro create", "dir /run/systemd mode 0755", "dir /run/systemd/resolve mode 0755", "file /run/systemd/resolve/stub.conf create", "bind /w create required"}},
		{"no file is made in the host's tree", host("/w/", "/etc/"), View{Files: map[string][]byte{"/etc/new": nil, "/w/new": nil}},
			[]string{"bind /etc ro create", "bind /w create required"}},
		{"what others may not read below /etc", host("/w/", "/etc/plain", "/etc/app/secret 0600"), View{},
			[]string{"bind /etc ro create", "hide /etc/app/secret", "bind /w create required"}},
		{"ssh's files are the user's own", host("/w/", "/etc/ssh/ssh_config.d/a.conf"), View{},
			[]string{"bind /etc ro create", "file /etc/ssh/ssh_config.d/a.conf", "bind /w create required"}},
		{"replaced program", host("/w/bin/sh", "/usr/bin/bash"), View{Replace: map[string]string{"/w/bin/sh": "/usr/bin/bash", "/h/bin/sh": "/usr/bin/bash"}},
			[]string{"dir /h mode 0755", "dir /h/bin mode 0755", "bind /h/bin/sh from /usr/bin/bash ro create", "bind /usr ro create", "bind /w create required", "bind /w/bin/sh from /usr/bin/bash ro"}},
		{"overlay, warm and cold", host("/w/", "/h/.cache/", "/s/c/upper/"), View{Home: "/h", Overlays: map[string]string{"/h/.cache": "/s/b", "/h/.npm": "/s/c"}},
			[]string{"tmpfs /h mode 0700 create", "overlay /h/.cache upper /s/b/upper create", "bind /h/.npm from /s/c/upper create", "bind /w create required"}},
		{"a name is no prefix", host("/w/", "/w2/.env", "/w-x/"), View{Hidden: []string{"/w2/.env"}, ReadWrite: []string{"/w-x"}},
			[]string{"bind /w create required", "bind /w-x create"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := lines(t, c.view, c.host); !slices.Equal(got, c.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"))
			}
		})
	}
}

func TestPlanRefuses(t *testing.T) {
	h := host("/w/", "/file", "/link -> w", "/loop -> loop")
	for _, v := range []View{
		{}, {Workspace: "/"}, {Workspace: "w"}, {Workspace: "/w/"}, {Workspace: "/x/../w"}, {Workspace: "/file"},
		{Workspace: "/absent"}, {Workspace: "/link"}, {Workspace: "/loop"}, {Workspace: "/w\x00"},
		{Workspace: "/w", Home: "home"}, {Workspace: "/w", ReadOnly: []string{"/"}}, {Workspace: "/w", Hidden: []string{"x"}},
		{Workspace: "/w", Hidden: []string{"/w"}}, {Workspace: "/w", Locked: []string{""}},
		{Workspace: "/w", Files: map[string][]byte{"etc/x": nil}}, {Workspace: "/w", Replace: map[string]string{"/a": "b"}},
	} {
		if _, err := Plan(v, h, 0, "box"); err == nil {
			t.Errorf("%+v is planned", v)
		}
	}
}

// A path that anybody may have chosen never makes the planner fail badly, and
// whatever is hidden and shown is hidden after it is shown.
func FuzzPlan(f *testing.F) {
	f.Add("/w/.env", "/w/a/b", "../x")
	f.Add("/etc/../w", "/proc/1", "a/b")
	f.Add("/loop/x", "/w/loop", ".")
	h := host("/w/a/b", "/w/.env", "/etc/passwd", "/loop -> loop", "/w/up -> ../..", "/w/.git/hooks/x")
	f.Fuzz(func(t *testing.T, hidden, shown, listed string) {
		plan, err := Plan(View{Workspace: "/w", Home: "/h", Hidden: []string{hidden}, ReadWrite: []string{shown}, HomeList: []string{listed}}, h, 0, "")
		if err != nil {
			return
		}
		last := ""
		for _, o := range plan.Ops {
			if !strings.HasPrefix(o.Path, "/") || o.Path == "/" || strings.Contains(o.Path, "/../") {
				t.Fatalf("step %s", o)
			}
			if o.Kind != wire.Dir && strings.HasPrefix(last, o.Path+"/") {
				t.Fatalf("%s would cover %s", o, last)
			}
			if o.Kind != wire.Dir && o.Kind != wire.Symlink {
				last = o.Path
			}
		}
	})
}
