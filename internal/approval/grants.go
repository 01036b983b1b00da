package approval

import (
	"slices"
	"sync"
	"time"

	"twokey/parser/effect"
)

// Bounds of the grants of all commands together, of one command, and of the
// session. Beyond them an approval lets its own act go on, and the next gate
// asks again.
const (
	maxGrants        = 8192
	maxCommandGrants = 1024
	maxSessionGrants = 1024
)

// Grants are what approvals still allow. An approved effect may be used once at
// each gate by the command that it was approved for, and what it implies on
// the wire once by the process whose exec used it, or one that it started: no
// other process of the command can spend it. A wider scope may be used again,
// by any.
type Grants struct {
	mu      sync.Mutex
	command map[uint64][]*grant
	session []*grant // of session scope, or for a time
	n       int
}

type grant struct {
	effect effect.Effect
	reuse  bool
	until  time.Time // zero: no end
	spent  []string  // gates at which it was used
	depth  int       // of wrappers around the effect at its last use
	holder int       // the process whose exec used it; 0 for none yet
}

// NewGrants returns no grants.
func NewGrants() *Grants { return &Grants{command: map[uint64][]*grant{}} }

// Bind says which process goes on with effects that were asked about at its
// exec.
func (g *Grants) Bind(command uint64, effects []effect.Effect, pid int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, x := range g.command[command] {
		if x.holder == 0 && slices.ContainsFunc(effects, func(e effect.Effect) bool { return effect.Covers(x.effect, e) }) {
			x.holder = pid
		}
	}
}

// Add grants the effects, and what they imply on the wire, to the command. The
// gate that asked has let the effects go on by the approval itself: named as
// asked, its own use of them is spent from the start.
func (g *Grants) Add(command uint64, effects []effect.Effect, scope Scope, asked ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	scopes := []Scope{scope}
	if _, timed := scope.Duration(); timed {
		scopes = append(scopes, Once) // the act itself may take longer to reach the next gate
	}
	for _, e := range effects {
		for _, scope := range scopes {
			g.add(command, e, scope, asked)
			if _, timed := scope.Duration(); !timed && scope != Command && scope != Session {
				continue // see takeImplied
			}
			for _, implied := range e.Implies() {
				g.add(command, implied, scope, nil)
			}
		}
	}
}

func (g *Grants) add(command uint64, e effect.Effect, scope Scope, asked []string) {
	g.dropOver(time.Now())
	d, timed := scope.Duration()
	wide := timed || scope == Session
	if g.n >= maxGrants || wide && len(g.session) >= maxSessionGrants || len(g.command[command]) >= maxCommandGrants {
		return
	}
	given := &grant{effect: e, spent: slices.Clone(asked), reuse: wide || scope == Command}
	if timed {
		given.until = time.Now().Add(d)
	}
	if wide {
		g.session = append(g.session, given)
	} else {
		g.command[command] = append(g.command[command], given)
	}
	g.n++
}

// dropOver forgets the grants whose time is over.
func (g *Grants) dropOver(now time.Time) {
	before := len(g.session)
	g.session = slices.DeleteFunc(g.session, func(x *grant) bool { return x.over(now) })
	g.n -= before - len(g.session)
}

func (x *grant) over(now time.Time) bool { return !x.until.IsZero() && !now.Before(x.until) }

// Take reports whether an approval covers what the gate sees the command's
// processes do, and uses it up there. Of several that take at once each gets
// its own. A wrapper and what it then starts are one act that the exec gate
// sees several times, each time with fewer wrappers around it. lineage is the
// process that does it and those that it descends from, nearest first.
func (g *Grants) Take(command uint64, gate string, seen effect.Effect, lineage ...int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	for _, x := range g.session {
		if !x.over(now) && effect.Covers(x.effect, seen) {
			return true
		}
	}
	for _, x := range g.command[command] {
		depth := len(seen.Origin.Through)
		unwrapped := slices.Contains(x.spent, gate) && depth < x.depth
		if !x.reuse && slices.Contains(x.spent, gate) && !unwrapped || !effect.Covers(x.effect, seen) {
			continue
		}
		if !x.reuse && !unwrapped {
			x.spent = append(x.spent, gate)
		}
		x.depth = depth
		if len(lineage) > 0 {
			x.holder = lineage[0]
		}
		return true
	}
	return g.takeImplied(command, gate, seen, lineage)
}

// takeImplied uses what an approved effect implies. The lock is held.
func (g *Grants) takeImplied(command uint64, gate string, seen effect.Effect, lineage []int) bool {
	for _, x := range g.command[command] {
		if x.reuse || x.holder == 0 || !slices.Contains(lineage, x.holder) || slices.Contains(x.spent, gate) {
			continue
		}
		if slices.ContainsFunc(x.effect.Implies(), func(e effect.Effect) bool { return effect.Covers(e, seen) }) {
			x.spent = append(x.spent, gate)
			return true
		}
	}
	return false
}

// Release drops what is left of the command's grants at its end.
func (g *Grants) Release(command uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n -= len(g.command[command])
	delete(g.command, command)
}
