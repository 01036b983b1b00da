package filter

import (
	libseccomp "github.com/seccomp/libseccomp-golang"
	"golang.org/x/sys/unix"
)

const (
	nativeArch  = libseccomp.ArchAMD64
	auditArch   = unix.AUDIT_ARCH_X86_64
	profileArch = "amd64"
	foreignABI  = 0x40000000 // __X32_SYSCALL_BIT
)

var archByNumber = map[string]int{"uretprobe": unix.SYS_URETPROBE}
