package parser

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
	"twokey/parser/effect"
)

// factKind separates the name spaces of a shell's facts.
type factKind byte

const (
	factVar factKind = iota
	factFunc
	factAlias
	factFD
	factHash // where a name is found, by hash -p
)

type factKey struct {
	kind factKind
	name string
}

// fact is what is known under a key. Facts are never changed once stored.
type fact struct {
	value             // the scalar, the file's content, what a descriptor reads
	alts     []value  // what it may be, where branches differ; value is then unknown
	unset    bool     // known not to be set
	list     []arg    // an array's elements
	keys     []string // an associative array's keys, beside list
	isList   bool
	exported bool
	ref      string // a nameref's target
	body     *syntax.Stmt
	path     string            // the file that a descriptor writes to
	net      bool              // a descriptor tied to a connection
	sink     *syntax.ProcSubst // what reads a descriptor that is written to
	to       *effect.Connect   // the connection that a descriptor is
}

// facts is a table that copies itself on the first write after a fork.
type facts struct {
	t      *table
	shared bool
}

type table struct{ m map[factKey]*fact }

func (f *facts) get(kind factKind, name string) *fact {
	if f.t == nil {
		return nil
	}
	return f.t.m[factKey{kind, name}]
}

func (f *facts) all() map[factKey]*fact {
	if f.t == nil {
		return nil
	}
	return f.t.m
}

// set stores a fact, or with nil forgets it; false when the shell holds too
// many.
func (f *facts) set(kind factKind, name string, v *fact) bool {
	key := factKey{kind, name}
	old := f.all()
	if v == nil && old[key] == nil {
		return true
	}
	if v != nil && len(old) >= maxFacts && old[key] == nil {
		return false
	}
	if f.shared || f.t == nil {
		m := make(map[factKey]*fact, len(old)+4)
		for k, o := range old {
			m[k] = o
		}
		f.t, f.shared = &table{m}, false
	}
	if v == nil {
		delete(f.t.m, key)
	} else {
		f.t.m[key] = v
	}
	return true
}

// drop forgets the facts that match.
func (f *facts) drop(match func(factKey, *fact) bool) {
	m := make(map[factKey]*fact, len(f.all()))
	for k, v := range f.all() {
		if !match(k, v) {
			m[k] = v
		}
	}
	f.t, f.shared = &table{m}, false
}

// fork returns a copy that does not see later writes.
func (f *facts) fork() facts {
	f.shared = true
	return facts{f.t, true}
}

// settled reports whether f and g tell the same.
func (f *facts) settled(g *facts) bool {
	if f.t == g.t {
		return true
	}
	if len(f.all()) != len(g.all()) {
		return false
	}
	for k, v := range f.all() {
		if o := g.all()[k]; o != v && (o == nil || !equal(o, v)) {
			return false
		}
	}
	return true
}

// merge keeps what holds on both ways: facts that differ become unknown.
func (f *facts) merge(g *facts) {
	if f.t == g.t {
		return
	}
	mineAll, theirs := f.all(), g.all()
	type change struct {
		key factKey
		to  *fact
	}
	var changes []change
	for k, v := range theirs {
		if mine := mineAll[k]; mine != v && (mine == nil || !equal(mine, v)) {
			changes = append(changes, change{k, either(mine, v)})
		}
	}
	for k, v := range mineAll {
		if theirs[k] == nil {
			changes = append(changes, change{k, either(v, nil)})
		}
	}
	for _, c := range changes {
		f.set(c.key.kind, c.key.name, c.to)
	}
}

func equal(a, b *fact) bool {
	return a.value == b.value && a.unset == b.unset && a.isList == b.isList && a.exported == b.exported &&
		a.ref == b.ref && a.body == b.body && a.path == b.path && a.net == b.net && a.sink == b.sink && a.to == b.to &&
		slices.Equal(a.list, b.list) && slices.Equal(a.alts, b.alts) && slices.Equal(a.keys, b.keys)
}

// either is what is left of a fact that two ways disagree on.
func either(a, b *fact) *fact {
	if a == nil {
		a, b = b, a
	}
	u := &fact{value: value{unknown, a.taint}, exported: a.exported, net: a.net}
	if b != nil {
		u.taint |= b.taint
		u.exported = u.exported || b.exported
		u.net = u.net || b.net
	}
	u.alts = union(alternatives(a), alternatives(b))
	// A function or a path that may be there is kept: it may run.
	u.body, u.path, u.sink, u.to = a.body, a.path, a.sink, a.to
	if u.body == nil && b != nil {
		u.body = b.body
	}
	if u.path == "" && b != nil {
		u.path = b.path
	}
	return u
}

// maxAlternatives bounds the values that a variable with several is known by.
const maxAlternatives = 4

// alternatives are the values that a fact may have, nil when they are not all
// known. A variable that was not set is taken to be empty, as a default does.
func alternatives(f *fact) []value {
	switch {
	case f == nil || f.unset:
		return []value{{}}
	case f.alts != nil:
		return f.alts
	case f.isList || f.body != nil || f.ref != "" || f.path != "" || f.net || !f.known():
		return nil
	}
	return []value{f.value}
}

func union(a, b []value) []value {
	if a == nil || b == nil {
		return nil
	}
	all := slices.Clip(a)
	for _, v := range b {
		if !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	if len(all) > maxAlternatives {
		return nil
	}
	return all
}
