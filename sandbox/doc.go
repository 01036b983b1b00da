// Package sandbox runs commands that see only what a View shows, in user,
// mount, pid, network, IPC, UTS and cgroup namespaces of their own, without
// any privilege, under a seccomp filter whose notifications a handler answers.
//
// # Processes
//
//	supervisor   the caller of Start, outside
//	mounter      twokey-init, in the sandbox's user, mount and network
//	             namespaces and the supervisor's pid namespace: builds the root,
//	             then hides late secrets; the only one that keeps capabilities,
//	             and those count inside that user namespace alone
//	init         twokey-init, pid 1 inside: starts commands, reaps orphans;
//	             no capability, no_new_privs, non-dumpable, filtered
//	commands     children of init
//
// Nothing survives the supervisor: both processes of twokey-init get a
// parent-death signal and end with their sockets, and everything else ends with
// init's pid namespace.
//
// A plan of mounts is pure data, made by [Plan] from the view and a file system
// interface and applied by twokey-init. Nothing is ever created in the person's
// own directories: what is not there is not hidden.
//
// The package must never decide what a command may do, know a rule, or run a
// command when any part of the sandbox could not be set up. See namespaces(7),
// mount_namespaces(7), user_namespaces(7), seccomp(2).
package sandbox
