package exec

import (
	"strings"
	"sync"
	"time"

	"twokey/parser/effect"
)

// denialLife is how long a process is taken to still be trying the same exec.
const denialLife = 5 * time.Second

// denials remembers what was just refused to which process: execvp(3) goes on
// along PATH after EACCES, and that is one act and one question.
type denials struct {
	mu   sync.Mutex
	last map[int]denial
}

type denial struct {
	act   string
	until time.Time
}

func act(effects []effect.Effect) string {
	var b strings.Builder
	for _, e := range effects {
		b.WriteString(e.Digest())
	}
	return b.String()
}

func (d *denials) add(pid int, effects []effect.Effect) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last == nil || len(d.last) > 1024 {
		d.last = map[int]denial{}
	}
	d.last[pid] = denial{act(effects), time.Now().Add(denialLife)}
}

func (d *denials) again(pid int, effects []effect.Effect) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	last, ok := d.last[pid]
	if !ok {
		return false
	}
	if time.Now().After(last.until) || last.act != act(effects) {
		delete(d.last, pid)
		return false
	}
	return true
}
