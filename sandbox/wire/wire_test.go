package wire

import (
	"reflect"
	"testing"
)

var messages = []struct {
	value  interface{ Encode() []byte }
	decode func([]byte) (any, error)
}{
	{Setup{Hostname: "box", Ops: []Op{{Kind: Bind, Path: "/w", Source: "/w", Required: true, Create: true}, {Kind: File, Path: "/f", Data: []byte{0, 1}}, {Kind: Tmpfs, Path: "/t", Mode: 0o1777, NoExec: true, ReadOnly: true}, {Kind: Overlay, Path: "/o", Source: "/l", Upper: "/u", Work: "/x"}}}, as(DecodeSetup)},
	{Ready{IPv6: true, Skip: []string{"/a", ""}}, as(DecodeReady)},
	{Mask{Path: "/w/.env"}, as(DecodeMask)},
	{Masked{Errno: 2}, as(DecodeMasked)},
	{Lockdown{Filter: []byte{1, 2, 3}}, as(DecodeLockdown)},
	{Locked{Killable: true}, as(DecodeLocked)},
	{Failed{Step: "mount", Errno: 1, Text: "no"}, as(DecodeFailed)},
	{Start{ID: 1 << 60, Path: "/bin/sh", Argv: []string{"sh", "", "\xff\n"}, Env: []string{"A=b"}, Dir: "/w", Slots: []int{0, 2, 7}, TTY: []int{-1, 1}, Rows: 3, Cols: 4, Umask: 0o77, Ignored: []int{1}}, as(DecodeStart)},
	{Started{ID: 7, DirGone: true}, as(DecodeStarted)},
	{NotStarted{ID: 7, Call: "execve", Path: "/x", Errno: 2}, as(DecodeNotStarted)},
	{Signal{ID: 7, Signal: 15}, as(DecodeSignal)},
	{Exited{ID: 7, Status: 137}, as(DecodeExited)},
}

func as[T any](decode func([]byte) (T, error)) func([]byte) (any, error) {
	return func(b []byte) (any, error) { return decode(b) }
}

func TestMessagesSurviveTheWire(t *testing.T) {
	for _, m := range messages {
		b := m.value.Encode()
		got, err := m.decode(b)
		if err != nil || !reflect.DeepEqual(got, m.value) {
			t.Errorf("%T: %+v, %v; want %+v", m.value, got, err, m.value)
		}
		for cut := range b {
			if _, err := m.decode(b[:cut]); err == nil {
				t.Errorf("%T: %d of %d bytes are taken", m.value, cut, len(b))
			}
		}
		if _, err := m.decode(append(b, 0)); err == nil {
			t.Errorf("%T: a byte too many is taken", m.value)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for i, m := range messages {
		f.Add(i, m.value.Encode())
	}
	f.Fuzz(func(t *testing.T, i int, b []byte) {
		if i < 0 || i >= len(messages) {
			return
		}
		v, err := messages[i].decode(b)
		if err != nil {
			return
		}
		again, err := messages[i].decode(v.(interface{ Encode() []byte }).Encode())
		if err != nil || !reflect.DeepEqual(v, again) {
			t.Errorf("%+v becomes %+v, %v", v, again, err)
		}
	})
}

func TestEveryKindHasAName(t *testing.T) {
	for k := Dir; k <= Overlay; k++ {
		if len(k.String()) == 0 || k.String()[0] == 'k' {
			t.Errorf("kind %d is called %q", k, k)
		}
	}
}
