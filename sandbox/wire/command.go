package wire

// Start asks init to start a command. Descriptors come with it: one for each
// number of Slots, which is the number that it has in the command.
type Start struct {
	ID      uint64
	Path    string
	Argv    []string
	Env     []string
	Dir     string
	Slots   []int
	TTY     []int // numbers that are the slave of a new terminal
	Rows    int
	Cols    int
	Umask   int
	Ignored []int // signals that the command ignores from the start
}

// Encode is the message's payload.
func (m Start) Encode() []byte {
	var w writer
	w.num(m.ID)
	w.str(m.Path)
	w.strs(m.Argv)
	w.strs(m.Env)
	w.str(m.Dir)
	w.ints(m.Slots)
	w.ints(m.TTY)
	w.int(m.Rows)
	w.int(m.Cols)
	w.int(m.Umask)
	w.ints(m.Ignored)
	return w.b
}

// DecodeStart reads what Encode wrote.
func DecodeStart(p []byte) (Start, error) {
	r := reader{b: p}
	m := Start{ID: r.num(), Path: r.str(), Argv: r.strs(), Env: r.strs(), Dir: r.str(), Slots: r.ints(), TTY: r.ints(),
		Rows: r.int(), Cols: r.int(), Umask: r.int(), Ignored: r.ints()}
	return m, r.done()
}

// Started comes, with a terminal, with its master.
type Started struct {
	ID      uint64
	DirGone bool // Dir was not there: the command runs in a deleted directory
}

// Encode is the message's payload.
func (m Started) Encode() []byte {
	var w writer
	w.num(m.ID)
	w.flag(m.DirGone)
	return w.b
}

// DecodeStarted reads what Encode wrote.
func DecodeStarted(p []byte) (Started, error) {
	r := reader{b: p}
	m := Started{ID: r.num(), DirGone: r.flag()}
	return m, r.done()
}

// NotStarted says which call failed, on what, and how.
type NotStarted struct {
	ID    uint64
	Call  string
	Path  string
	Errno int
}

// Encode is the message's payload.
func (m NotStarted) Encode() []byte {
	var w writer
	w.num(m.ID)
	w.str(m.Call)
	w.str(m.Path)
	w.int(m.Errno)
	return w.b
}

// DecodeNotStarted reads what Encode wrote.
func DecodeNotStarted(p []byte) (NotStarted, error) {
	r := reader{b: p}
	m := NotStarted{ID: r.num(), Call: r.str(), Path: r.str(), Errno: r.int()}
	return m, r.done()
}

// Signal asks init to signal a command's process group.
type Signal struct {
	ID     uint64
	Signal int
}

// Encode is the message's payload.
func (m Signal) Encode() []byte {
	var w writer
	w.num(m.ID)
	w.int(m.Signal)
	return w.b
}

// DecodeSignal reads what Encode wrote.
func DecodeSignal(p []byte) (Signal, error) {
	r := reader{b: p}
	m := Signal{ID: r.num(), Signal: r.int()}
	return m, r.done()
}

// Exited carries a command's status, 128+n for a death by signal n.
type Exited struct {
	ID     uint64
	Status int
}

// Encode is the message's payload.
func (m Exited) Encode() []byte {
	var w writer
	w.num(m.ID)
	w.int(m.Status)
	return w.b
}

// DecodeExited reads what Encode wrote.
func DecodeExited(p []byte) (Exited, error) {
	r := reader{b: p}
	m := Exited{ID: r.num(), Status: r.int()}
	return m, r.done()
}
