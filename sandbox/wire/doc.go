// Package wire is what the supervisor and the two processes of twokey-init say
// to each other: the mount plan as data and the messages that carry it.
//
// It must never act: no files, no mounts, no processes. Both sides trust the
// socket pair, which nothing in the sandbox holds; decoding still checks every
// length, so that a broken peer ends in an error and not in a crash.
//
//	message     from        to          when
//	Setup       supervisor  mounter     first, once
//	Ready       mounter     supervisor  root and network stand, init runs: listeners, pidfd of init
//	Mask        supervisor  mounter     after Ready, any number
//	Masked      mounter     supervisor  answer to each Mask, in order
//	Lockdown    supervisor  init        first, once
//	Locked      init        supervisor  no privilege is left: the seccomp listener
//	Start       supervisor  init        after Locked, one at a time
//	Started     init        supervisor  the command's execve succeeded: pty master
//	NotStarted  init        supervisor  it did not
//	Signal      supervisor  init        after Started
//	Exited      init        supervisor  once for each Started
//	Failed      either      supervisor  instead of Ready or Locked; last
package wire

// Type names a message.
type Type = byte

// The messages; see the package comment for their order.
const (
	TypeSetup Type = iota + 1
	TypeReady
	TypeMask
	TypeMasked
	TypeLockdown
	TypeLocked
	TypeStart
	TypeStarted
	TypeNotStarted
	TypeSignal
	TypeExited
	TypeFailed
)
