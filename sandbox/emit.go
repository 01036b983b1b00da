package sandbox

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"twokey/sandbox/wire"
)

// emit turns what is wanted into steps: parents before children, one step for
// each path.
func (p *planner) emit() {
	slices.SortStableFunc(p.wants, func(a, b want) int {
		if c := slices.Compare(strings.Split(a.op.Path, "/"), strings.Split(b.op.Path, "/")); c != 0 {
			return c
		}
		return int(b.rank - a.rank)
	})
	last := ""
	for _, w := range p.wants {
		if w.op.Path == last {
			continue
		}
		last = w.op.Path
		if !p.step(w.op) && w.rank != rankSystem && w.op.Kind != wire.Hide {
			p.plan.Skipped = append(p.plan.Skipped, w.op.Path)
		}
	}
}

// step emits op if it has a place, and reports whether it has.
func (p *planner) step(op wire.Op) bool {
	in := p.cover(op.Path)
	beneath := strings.TrimPrefix(op.Path, in.Path)
	switch in.Kind {
	case wire.Tmpfs: // the mounter makes what is in there
		if op.Kind == wire.Hide || op.Kind == wire.Bind && !p.exists(op.Source) {
			return false
		}
		p.parents(op.Path)
		op.Create = op.Kind != wire.Dir && op.Kind != wire.Symlink
	case wire.Bind, wire.Overlay, wire.Sysfs: // the host's own is seen there
		if op.Kind == wire.Dir || op.Kind == wire.Symlink {
			return true
		}
		if !p.exists(in.Source + beneath) {
			return false
		}
		if op.Kind == wire.Bind && op.ReadOnly && in.ReadOnly && op.Source == in.Source+beneath {
			return true
		}
	default:
		return false
	}
	p.plan.Ops = append(p.plan.Ops, op)
	switch op.Kind {
	case wire.Dir:
		p.made[op.Path] = true
	case wire.Symlink:
	default:
		p.mounts = append(p.mounts, op)
	}
	return true
}

var rootMount = wire.Op{Kind: wire.Tmpfs}

// cover is the innermost mount that holds name. Since steps come in the order
// of their paths, a mount that does not hold this one holds none that follows.
func (p *planner) cover(name string) wire.Op {
	for len(p.mounts) > 0 {
		m := p.mounts[len(p.mounts)-1]
		if strings.HasPrefix(name, m.Path+"/") {
			return m
		}
		p.mounts = p.mounts[:len(p.mounts)-1]
	}
	return rootMount
}

func (p *planner) exists(name string) bool {
	_, err := p.lstat(name)
	return err == nil || !errors.Is(err, fs.ErrNotExist)
}

// parents makes the directories above name, up to the mount that holds it.
func (p *planner) parents(name string) {
	dir := path.Dir(name)
	if p.made[dir] || slices.ContainsFunc(p.mounts, func(m wire.Op) bool { return m.Path == dir }) {
		return
	}
	p.parents(dir)
	p.made[dir] = true
	p.plan.Ops = append(p.plan.Ops, wire.Op{Kind: wire.Dir, Path: dir, Mode: 0o755})
}
