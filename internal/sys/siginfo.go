package sys

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// siginfoPid reads si_pid of a SIGCHLD siginfo_t; sigaction(2). On 64-bit
// machines the union starts at byte 16, si_pid first.
func siginfoPid(info *unix.Siginfo) int {
	return int(*(*int32)(unsafe.Add(unsafe.Pointer(info), 16)))
}
