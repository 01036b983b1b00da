// Package filter builds the seccomp program that every process of the sandbox
// runs under.
//
// The program starts from Docker's default profile
// (github.com/moby/profiles/seccomp), evaluated for a process without
// capabilities, and applies the changes of the table in changes.go, each with
// its reason. What the profile does not allow fails with EPERM; calls newer
// than the newest one the table knows fail with ENOSYS, so that programs fall
// back as they do on an older kernel; foreign architectures and the x32 ABI are
// killed. execve, execveat and connect are handed to the supervisor by user
// notification.
//
// The package only compiles: libseccomp resolves names and builds the program,
// the caller installs the bytes. It must never load a filter into the calling
// process, and never decide anything at run time: the filter is data.
//
// See seccomp(2) and seccomp_unotify(2).
package filter
