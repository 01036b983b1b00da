package filter

import (
	libseccomp "github.com/seccomp/libseccomp-golang"
	"golang.org/x/sys/unix"
)

const (
	nativeArch  = libseccomp.ArchARM64
	auditArch   = unix.AUDIT_ARCH_AARCH64
	profileArch = "arm64"
	foreignABI  = 0x40000000 // no call has this bit: a number beyond it is not one
)

var archByNumber = map[string]int{}
