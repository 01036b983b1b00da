package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"twokey/sandbox/wire"
)

// MountPlan is how a view is built, step by step.
type MountPlan struct {
	Ops     []wire.Op
	Skipped []string // paths of the view that cannot be shown or do not exist
}

// String is one line for each step.
func (p *MountPlan) String() string {
	var b strings.Builder
	for _, o := range p.Ops {
		b.WriteString(o.String() + "\n")
	}
	return b.String()
}

// Plan says how to build the view for the user uid on the machine hostname. It
// looks at host, the file system from the root, and changes nothing. Only the
// caller's mistakes are errors: a workspace that is no directory or is reached
// by a link, and paths that are not absolute and clean.
func Plan(v View, host fs.ReadLinkFS, uid int, hostname string) (*MountPlan, error) {
	p := planner{host: host, plan: &MountPlan{}, made: map[string]bool{"/": true}}
	if err := p.check(v); err != nil {
		return nil, err
	}
	p.system(uid)
	p.ownConfig(uid)
	p.home(v)
	for _, d := range v.ReadOnly {
		p.want(rankReadOnly, wire.Op{Kind: wire.Bind, Path: d, Source: d, ReadOnly: true})
	}
	for d, state := range v.Overlays {
		op := wire.Op{Kind: wire.Overlay, Path: d, Source: d, Upper: state + "/upper", Work: state + "/work"}
		if !p.exists(d) {
			op = wire.Op{Kind: wire.Bind, Path: d, Source: state + "/upper"}
		}
		p.want(rankOverlay, op)
	}
	for _, d := range v.ReadWrite {
		p.want(rankReadWrite, wire.Op{Kind: wire.Bind, Path: d, Source: d})
	}
	p.workspace(v)
	for _, d := range v.Hidden {
		p.want(rankHidden, wire.Op{Kind: wire.Hide, Path: d})
	}
	p.files(v, hostname)
	p.emit()
	return p.plan, nil
}

// rank decides between two wants for one path: the higher one stays.
type rank int

const (
	rankSystem rank = iota
	rankHome
	rankHomeList
	rankReadOnly
	rankOverlay
	rankReadWrite
	rankWorkspace
	rankPin
	rankLocked
	rankHidden
	rankFile
	rankReplace
)

type want struct {
	rank rank
	op   wire.Op
}

type planner struct {
	host   fs.ReadLinkFS
	plan   *MountPlan
	wants  []want
	mounts []wire.Op       // emitted mounts above the current step, innermost last
	made   map[string]bool // directories made in file systems of our own
}

func (p *planner) check(v View) error {
	all := slices.Concat([]string{v.Workspace}, v.ReadOnly, v.ReadWrite, v.Hidden, v.Locked)
	for k := range v.Overlays {
		all = append(all, k)
	}
	for k := range v.Files {
		all = append(all, k)
	}
	for k, source := range v.Replace {
		all = append(all, k, source)
	}
	if v.Home != "" {
		all = append(all, v.Home)
	}
	for _, s := range all {
		if !path.IsAbs(s) || path.Clean(s) != s || s == "/" || strings.ContainsRune(s, 0) {
			return fmt.Errorf("cannot show %q: the path is not absolute, clean and below the root", s)
		}
	}
	real, _, err := p.resolve(v.Workspace)
	if err != nil {
		return fmt.Errorf("cannot use workspace %s: %w", v.Workspace, err)
	}
	if real != v.Workspace {
		return fmt.Errorf("cannot use workspace %s: it is reached by a symbolic link, its own path is %s", v.Workspace, real)
	}
	info, err := p.lstat(v.Workspace)
	if err != nil {
		return fmt.Errorf("cannot use workspace %s: %w", v.Workspace, err)
	}
	if !info.IsDir() {
		return fmt.Errorf("cannot use workspace %s: not a directory", v.Workspace)
	}
	for _, h := range v.Hidden {
		if h == v.Workspace || strings.HasPrefix(v.Workspace, h+"/") {
			return fmt.Errorf("cannot use workspace %s: %s is hidden", v.Workspace, h)
		}
	}
	return nil
}

func rel(p string) string { return cmp.Or(strings.TrimPrefix(p, "/"), ".") }

func (p *planner) lstat(name string) (fs.FileInfo, error) { return p.host.Lstat(rel(name)) }

// link is a symbolic link that lies on the way to a path.
type link struct{ path, target string }

var errLinks = errors.New("too many levels of symbolic links")

// resolve follows every link in name. What does not exist, or may not be
// looked at, is taken as it stands.
func (p *planner) resolve(name string) (real string, links []link, err error) {
	real = "/"
	rest := strings.Split(strings.TrimPrefix(name, "/"), "/")
	for len(rest) > 0 {
		part := rest[0]
		rest = rest[1:]
		if part == "" || part == "." {
			continue
		}
		next := path.Join(real, part)
		info, err := p.lstat(next)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			real = next
			continue
		}
		target, err := p.host.ReadLink(rel(next))
		if err != nil {
			return "", nil, err
		}
		if links = append(links, link{next, target}); len(links) > 40 {
			return "", nil, errLinks
		}
		if path.IsAbs(target) {
			real = "/"
		}
		rest = append(strings.Split(strings.TrimPrefix(target, "/"), "/"), rest...)
	}
	return real, links, nil
}

// want notes a step at op.Path, which may be reached by links: those are shown
// as well, and the step is done at the end of them.
func (p *planner) want(r rank, op wire.Op) {
	real, links, err := p.resolve(op.Path)
	if err != nil {
		p.plan.Skipped = append(p.plan.Skipped, op.Path)
		return
	}
	for _, l := range links {
		if op.Kind != wire.Hide { // hiding a file does not show the way to it
			p.wants = append(p.wants, want{r, wire.Op{Kind: wire.Symlink, Path: l.path, Source: l.target}})
		}
	}
	if real == "/" {
		p.plan.Skipped = append(p.plan.Skipped, op.Path)
		return
	}
	if op.Source == op.Path {
		op.Source = real
	}
	op.Path = real
	p.wants = append(p.wants, want{r, op})
}

// exact notes a step at op.Path itself, whatever the host has there.
func (p *planner) exact(op wire.Op) { p.wants = append(p.wants, want{rankSystem, op}) }

func (p *planner) system(uid int) {
	for _, d := range systemDirs {
		p.want(rankSystem, wire.Op{Kind: wire.Bind, Path: d, Source: d, ReadOnly: true})
	}
	for _, l := range systemLinks {
		if target, err := p.host.ReadLink(rel(l)); err == nil {
			p.exact(wire.Op{Kind: wire.Symlink, Path: l, Source: target})
		}
	}
	for _, d := range emptyDirs {
		p.exact(wire.Op{Kind: wire.Dir, Path: d, Mode: 0o755})
	}
	for _, d := range []string{"/tmp", "/var/tmp", "/dev/shm"} {
		p.exact(wire.Op{Kind: wire.Tmpfs, Path: d, Mode: 0o1777})
	}
	p.exact(wire.Op{Kind: wire.Tmpfs, Path: "/run", Mode: 0o755, Source: "64m"})
	p.exact(wire.Op{Kind: wire.Dir, Path: "/run/lock", Mode: 0o1777})
	p.exact(wire.Op{Kind: wire.Dir, Path: "/run/user/" + strconv.Itoa(uid), Mode: 0o700})
	for _, d := range devices {
		p.exact(wire.Op{Kind: wire.Device, Path: d, Source: d, NoExec: true})
	}
	for l, target := range deviceLinks {
		p.exact(wire.Op{Kind: wire.Symlink, Path: l, Source: target})
	}
	p.exact(wire.Op{Kind: wire.Devpts, Path: "/dev/pts"})
	p.exact(wire.Op{Kind: wire.Sysfs, Path: "/sys"})
	for _, d := range sysHidden {
		p.want(rankHidden, wire.Op{Kind: wire.Hide, Path: d})
	}
	for _, d := range etcHidden {
		p.want(rankHidden, wire.Op{Kind: wire.Hide, Path: d})
	}
	_ = fs.WalkDir(p.host, "etc", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // what the planner cannot read, the sandbox cannot either
		}
		info, err := d.Info()
		if err != nil || !unreadable(info.Mode()) {
			return nil
		}
		p.want(rankHidden, wire.Op{Kind: wire.Hide, Path: "/" + name})
		if d.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
}

// ownConfig copies files that a program accepts only from root or the user:
// in a user namespace with one id, root's files appear as nobody's.
func (p *planner) ownConfig(uid int) {
	if uid == 0 {
		return
	}
	names, err := fs.Glob(p.host, "etc/ssh/ssh_config.d/*.conf")
	if err != nil {
		return
	}
	for _, name := range names {
		if data, err := fs.ReadFile(p.host, name); err == nil {
			p.want(rankFile, wire.Op{Kind: wire.File, Path: "/" + name, Data: data})
		}
	}
}

func (p *planner) home(v View) {
	if v.Home == "" {
		return
	}
	p.want(rankHome, wire.Op{Kind: wire.Tmpfs, Path: v.Home, Mode: 0o700})
	for _, name := range v.HomeList {
		full := path.Join(v.Home, name)
		if full == v.Home || !strings.HasPrefix(full, v.Home+"/") {
			p.plan.Skipped = append(p.plan.Skipped, name)
			continue
		}
		p.want(rankHomeList, wire.Op{Kind: wire.Bind, Path: full, Source: full, ReadOnly: true})
	}
}

// workspace shows the workspace, and in it what is locked. .git is a mount of
// its own so that it cannot be moved away and replaced; so are directories with
// a dot name on the way to something locked.
func (p *planner) workspace(v View) {
	p.want(rankWorkspace, wire.Op{Kind: wire.Bind, Path: v.Workspace, Source: v.Workspace, Required: true})
	pin := func(name string) { p.want(rankPin, wire.Op{Kind: wire.Bind, Path: name, Source: name}) }
	pin(v.Workspace + "/.git")
	for _, l := range v.Locked {
		p.want(rankLocked, wire.Op{Kind: wire.Bind, Path: l, Source: l, ReadOnly: true})
		for d := path.Dir(l); strings.HasPrefix(d, v.Workspace+"/"); d = path.Dir(d) {
			if strings.HasPrefix(path.Base(d), ".") {
				pin(d)
			}
		}
	}
}

func (p *planner) files(v View, hostname string) {
	for name, text := range generated(hostname) {
		if _, ok := v.Files[name]; !ok {
			p.want(rankFile, wire.Op{Kind: wire.File, Path: name, Data: []byte(text)})
		}
	}
	for name, data := range v.Files {
		p.want(rankFile, wire.Op{Kind: wire.File, Path: name, Data: data})
	}
	for name, source := range v.Replace {
		p.want(rankReplace, wire.Op{Kind: wire.Bind, Path: name, Source: source, ReadOnly: true})
	}
}
