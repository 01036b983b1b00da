package wire

import (
	"fmt"
	"strings"
)

// Kind is what an Op does.
type Kind uint8

// The kinds. Paths are absolute in the view; sources are absolute on the host.
const (
	Dir     Kind = iota + 1 // make a directory in a file system of our own
	Symlink                 // make a symbolic link there, to Source
	Bind                    // mount the host's Source, and what is mounted below it
	Tmpfs                   // mount a new empty tmpfs; Source is its size, "" half of memory
	File                    // mount a generated file that holds Data, read-only
	Hide                    // mount an empty read-only file or directory over what is there
	Device                  // mount the host's device node Source
	Devpts                  // mount a new devpts
	Sysfs                   // mount a sysfs of the sandbox's network namespace, read-only
	Overlay                 // mount an overlay: Source below, Upper and Work above
)

var kindNames = [...]string{Dir: "dir", Symlink: "symlink", Bind: "bind", Tmpfs: "tmpfs", File: "file", Hide: "hide",
	Device: "device", Devpts: "devpts", Sysfs: "sysfs", Overlay: "overlay"}

func (k Kind) String() string {
	if int(k) < len(kindNames) && kindNames[k] != "" {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Op is one step of a mount plan. The steps are applied in order.
type Op struct {
	Kind     Kind
	Path     string
	Source   string
	Upper    string // Overlay: directory that takes the writes
	Work     string // Overlay: empty directory beside Upper
	Data     []byte // File
	Mode     uint32 // Dir, Tmpfs: permission bits
	ReadOnly bool
	NoExec   bool
	Create   bool // the mount point lies in a file system of our own: make it
	Required bool // Bind: refuse when the source is gone, instead of leaving it out
}

// String is one line for people.
func (o Op) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-8s %s", o.Kind, o.Path)
	if o.Source != "" && o.Source != o.Path {
		fmt.Fprintf(&b, " from %s", o.Source)
	}
	if o.Upper != "" {
		fmt.Fprintf(&b, " upper %s", o.Upper)
	}
	if o.Kind == Dir || o.Kind == Tmpfs {
		fmt.Fprintf(&b, " mode %04o", o.Mode)
	}
	for _, f := range []struct {
		on   bool
		name string
	}{{o.ReadOnly, "ro"}, {o.NoExec, "noexec"}, {o.Create, "create"}, {o.Required, "required"}} {
		if f.on {
			b.WriteString(" " + f.name)
		}
	}
	return b.String()
}

func (o Op) encode(w *writer) {
	w.num(uint64(o.Kind))
	w.str(o.Path)
	w.str(o.Source)
	w.str(o.Upper)
	w.str(o.Work)
	w.bytes(o.Data)
	w.num(uint64(o.Mode))
	w.flag(o.ReadOnly)
	w.flag(o.NoExec)
	w.flag(o.Create)
	w.flag(o.Required)
}

func decodeOp(r *reader) Op {
	return Op{Kind: Kind(r.num()), Path: r.str(), Source: r.str(), Upper: r.str(), Work: r.str(), Data: r.bytes(),
		Mode: uint32(r.num()), ReadOnly: r.flag(), NoExec: r.flag(), Create: r.flag(), Required: r.flag()}
}
