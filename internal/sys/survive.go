package sys

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// nothingAddress is where a signal handler is that returns at once. Both are in
// assembly because the kernel calls the handler outside of any goroutine.
func nothingAddress() uintptr

// DropSignal gives sig a handler that does nothing, for signals that os/signal
// cannot have (32 to 34, which belong to C libraries). Unlike SIG_IGN it is
// not inherited through execve(2). Flags and return path are those that the Go
// runtime uses (rt_sigaction(2)).
func DropSignal(sig unix.Signal) error {
	var action struct{ handler, flags, restorer, mask uint64 }
	call := func(sig unix.Signal, set, get unsafe.Pointer) error {
		_, _, e := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(set), uintptr(get), 8, 0, 0)
		if e != 0 {
			return os.NewSyscallError("rt_sigaction", e)
		}
		return nil
	}
	// SIGURG: the runtime handles it in every program, for preemption.
	if err := call(unix.SIGURG, nil, unsafe.Pointer(&action)); err != nil {
		return err
	}
	action.handler = uint64(nothingAddress())
	return call(sig, unsafe.Pointer(&action), nil)
}
