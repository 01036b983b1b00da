// Package sys wraps, once, the Linux system calls that the standard library
// lacks: mounts by descriptor, descriptors over Unix sockets, capabilities and
// seccomp for every thread, process descriptors and pseudoterminals.
//
// It must never decide anything: no paths, no policy, no logging. Every call
// retries EINTR where the kernel may return it and wraps errors with
// [os.NewSyscallError]. A function that takes a descriptor by number borrows
// it; one whose result is a descriptor hands ownership to the caller, with
// close-on-exec set.
package sys
