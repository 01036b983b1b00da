package notify

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// stackPointer reads the stopped process's stack pointer.
func stackPointer(pid int) (uint64, error) {
	// PTRACE_PEEKUSER stores the word through data when called without the C
	// library.
	const rsp = unsafe.Offsetof(unix.PtraceRegsAmd64{}.Rsp)
	var sp uint64
	if err := ptrace(unix.PTRACE_PEEKUSR, pid, rsp, uintptr(unsafe.Pointer(&sp))); err != nil {
		return 0, err
	}
	return sp, nil
}
