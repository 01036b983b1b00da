package approval

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"twokey/parser/effect"
)

func post(host string) effect.Effect {
	return effect.Effect{Kind: effect.KindHTTP, HTTP: &effect.HTTP{Method: "POST", Scheme: "https", Host: host, Path: "/", URLKnown: true}}
}

func connect(host string) effect.Effect {
	return effect.Effect{Kind: effect.KindConnect, Connect: &effect.Connect{Host: host, Port: 443}}
}

// use is one Take and what it must say.
type use struct {
	command uint64
	gate    string
	seen    effect.Effect
	want    bool
}

func TestGrants(t *testing.T) {
	tests := []struct {
		name  string
		scope Scope
		asked []string
		uses  []use
	}{
		{"once at each gate", Once, nil, []use{
			{1, "exec", post("a"), true}, {1, "exec", post("a"), false},
			{1, "egress", post("a"), true}, {1, "egress", post("a"), false},
		}},
		{"no connection before the exec", Once, nil, []use{{1, "egress", connect("a"), false}}},
		{"not at the gate that asked", Once, []string{"exec"}, []use{
			{1, "exec", post("a"), false}, {1, "egress", post("a"), true},
		}},
		{"nobody else's", Once, nil, []use{
			{2, "exec", post("a"), false}, {2, "egress", connect("a"), false}, {0, "exec", post("a"), false},
		}},
		{"nothing else", Once, nil, []use{
			{1, "exec", post("b"), false}, {1, "egress", connect("b"), false}, {1, "exec", push("a"), false},
		}},
		{"no scope is once", "", nil, []use{{1, "exec", post("a"), true}, {1, "exec", post("a"), false}}},
		{"nonsense is once", "always", nil, []use{{1, "exec", post("a"), true}, {1, "exec", post("a"), false}}},
		{"for the command", Command, []string{"exec"}, []use{
			{1, "exec", post("a"), true}, {1, "exec", post("a"), true}, {1, "egress", connect("a"), true},
			{1, "egress", connect("a"), true}, {2, "exec", post("a"), false},
		}},
		{"for the session", Session, nil, []use{
			{1, "exec", post("a"), true}, {2, "line", post("a"), true}, {3, "egress", connect("a"), true}, {2, "line", post("b"), false},
		}},
		{"for a time", "30m", nil, []use{{2, "line", post("a"), true}, {2, "line", post("a"), true}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := NewGrants()
			g.Add(1, []effect.Effect{post("a")}, test.scope, test.asked...)
			for i, u := range test.uses {
				if got := g.Take(u.command, u.gate, u.seen); got != u.want {
					t.Errorf("use %d: Take(%d, %s, %s) = %v, want %v", i, u.command, u.gate, u.seen, got, u.want)
				}
			}
		})
	}
}

func TestConnectionIsTheProcessesThatUsedTheApproval(t *testing.T) {
	const curl, child, thief = 10, 11, 12
	g := NewGrants()
	g.Add(1, []effect.Effect{post("a")}, Once, "line")
	if g.Take(1, "egress", connect("a"), thief) {
		t.Error("a connection before the exec")
	}
	if !g.Take(1, "exec", post("a"), curl) {
		t.Fatal("the exec is not covered")
	}
	if g.Take(1, "egress", connect("a"), thief, 1) {
		t.Error("another process of the command spends the connection")
	}
	if !g.Take(1, "egress", connect("a"), child, curl, 1) {
		t.Error("a child of the process has no connection")
	}
	if g.Take(1, "egress", connect("a"), curl, 1) {
		t.Error("a second connection")
	}
	asked := NewGrants()
	asked.Add(1, []effect.Effect{post("a")}, Once, "exec")
	asked.Bind(1, []effect.Effect{post("a")}, curl)
	if asked.Take(1, "egress", connect("a"), thief) || !asked.Take(1, "egress", connect("a"), curl) {
		t.Error("an approval at the exec is not bound to its process")
	}
}

func TestSameEffectTwiceIsTwoUses(t *testing.T) {
	g := NewGrants()
	g.Add(1, []effect.Effect{push("a"), push("a")}, Once)
	for i, want := range []bool{true, true, false} {
		if got := g.Take(1, "exec", push("a")); got != want {
			t.Errorf("use %d = %v", i, got)
		}
	}
}

func TestReleaseDropsWhatIsLeft(t *testing.T) {
	g := NewGrants()
	g.Add(1, []effect.Effect{push("a")}, Command)
	g.Add(2, []effect.Effect{push("a")}, Once)
	g.Add(3, []effect.Effect{push("b")}, Session)
	g.Release(1)
	g.Release(3)
	if g.Take(1, "exec", push("a")) {
		t.Error("used after its command's end")
	}
	if !g.Take(2, "exec", push("a")) || !g.Take(4, "exec", push("b")) {
		t.Error("others were dropped as well")
	}
}

func TestTimeRunsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGrants()
		g.Add(1, []effect.Effect{push("a")}, "30m")
		time.Sleep(30*time.Minute - time.Nanosecond)
		if !g.Take(2, "exec", push("a")) {
			t.Error("over before its time")
		}
		time.Sleep(time.Nanosecond)
		if g.Take(2, "exec", push("a")) {
			t.Error("used after its time")
		}
	})
}

func TestOneApprovalAtOnceIsOneUse(t *testing.T) {
	g := NewGrants()
	for i := range uint64(100) {
		g.Add(i, []effect.Effect{push("a")}, Once)
		var passed atomic.Int32
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if g.Take(i, "exec", push("a")) {
					passed.Add(1)
				}
			})
		}
		wg.Wait()
		if n := passed.Load(); n != 1 {
			t.Fatalf("%d of 4 passed, want 1", n)
		}
	}
}

func TestGrantsAreBounded(t *testing.T) {
	g := NewGrants()
	for range 2 * maxSessionGrants {
		g.Add(1, []effect.Effect{push("a")}, Once)
		g.Add(1, []effect.Effect{push("a")}, Session)
	}
	for i := range uint64(2 * maxGrants) {
		g.Add(i+2, []effect.Effect{push("a")}, Once)
	}
	if g.n > maxGrants || len(g.session) > maxSessionGrants || len(g.command[1]) > maxCommandGrants {
		t.Errorf("%d grants, %d of the session, %d of one command", g.n, len(g.session), len(g.command[1]))
	}
	for i := range uint64(2*maxGrants + 2) {
		g.Release(i)
	}
	if g.n != len(g.session) {
		t.Errorf("%d counted, %d there", g.n, len(g.session))
	}
}
