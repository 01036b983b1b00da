package wire

// Setup tells the mounter what to build.
type Setup struct {
	Hostname string // "": the host's
	Ops      []Op
}

// Encode is the message's payload.
func (m Setup) Encode() []byte {
	var w writer
	w.str(m.Hostname)
	w.num(uint64(len(m.Ops)))
	for _, o := range m.Ops {
		o.encode(&w)
	}
	return w.b
}

// DecodeSetup reads what Encode wrote.
func DecodeSetup(p []byte) (Setup, error) {
	r := reader{b: p}
	m := Setup{Hostname: r.str()}
	n := r.count()
	for i := 0; i < n && r.err == nil; i++ {
		m.Ops = append(m.Ops, decodeOp(&r))
	}
	return m, r.done()
}

// Ready comes with descriptors: the pidfd of init, the root directory (O_PATH),
// the TCP listener for IPv4, the DNS socket for UDP, the DNS listener for TCP,
// and with IPv6 its TCP listener.
type Ready struct {
	IPv6 bool
	Skip []string // paths of the plan that were gone
}

// Encode is the message's payload.
func (m Ready) Encode() []byte {
	var w writer
	w.flag(m.IPv6)
	w.strs(m.Skip)
	return w.b
}

// DecodeReady reads what Encode wrote.
func DecodeReady(p []byte) (Ready, error) {
	r := reader{b: p}
	m := Ready{IPv6: r.flag(), Skip: r.strs()}
	return m, r.done()
}

// Failed ends a set-up. Step says what could not be done, Errno why (0: Text
// says).
type Failed struct {
	Step  string
	Errno int
	Text  string
}

// Encode is the message's payload.
func (m Failed) Encode() []byte {
	var w writer
	w.str(m.Step)
	w.int(m.Errno)
	w.str(m.Text)
	return w.b
}

// DecodeFailed reads what Encode wrote.
func DecodeFailed(p []byte) (Failed, error) {
	r := reader{b: p}
	m := Failed{Step: r.str(), Errno: r.int(), Text: r.str()}
	return m, r.done()
}

// Mask asks the mounter to hide one path of the view.
type Mask struct{ Path string }

// Encode is the message's payload.
func (m Mask) Encode() []byte {
	var w writer
	w.str(m.Path)
	return w.b
}

// DecodeMask reads what Encode wrote.
func DecodeMask(p []byte) (Mask, error) {
	r := reader{b: p}
	m := Mask{Path: r.str()}
	return m, r.done()
}

// Masked answers Mask; Errno 0 is success.
type Masked struct{ Errno int }

// Encode is the message's payload.
func (m Masked) Encode() []byte {
	var w writer
	w.int(m.Errno)
	return w.b
}

// DecodeMasked reads what Encode wrote.
func DecodeMasked(p []byte) (Masked, error) {
	r := reader{b: p}
	m := Masked{Errno: r.int()}
	return m, r.done()
}

// Lockdown tells init how to give up its privileges.
type Lockdown struct {
	Filter []byte // struct sock_filter array, host byte order
}

// Encode is the message's payload.
func (m Lockdown) Encode() []byte {
	var w writer
	w.bytes(m.Filter)
	return w.b
}

// DecodeLockdown reads what Encode wrote.
func DecodeLockdown(p []byte) (Lockdown, error) {
	r := reader{b: p}
	m := Lockdown{Filter: r.bytes()}
	return m, r.done()
}

// Locked comes with the seccomp listener, where there is a filter.
type Locked struct {
	Killable bool // held calls react to SIGKILL only (WAIT_KILLABLE_RECV)
}

// Encode is the message's payload.
func (m Locked) Encode() []byte {
	var w writer
	w.flag(m.Killable)
	return w.b
}

// DecodeLocked reads what Encode wrote.
func DecodeLocked(p []byte) (Locked, error) {
	r := reader{b: p}
	m := Locked{Killable: r.flag()}
	return m, r.done()
}
