// Package inside is what twokey-init does: the set-up of one sandbox from
// within, and the first process of its pid namespace.
//
// One program runs as two processes. The mounter is started by the supervisor
// in new user, mount, network, IPC, UTS and cgroup namespaces and in the
// supervisor's pid namespace. It applies the mount plan, sets the network up,
// starts init in a new pid namespace, and then only answers one question:
// hide this path. Init mounts /proc, changes root, gives up every privilege
// for every thread, installs the seccomp filter, and then starts the commands
// that the supervisor hands over and reaps what ends.
//
// Both end when the supervisor's socket does, and by the parent-death signal;
// with init ends everything in the sandbox. Neither reads anything that the
// sandbox wrote, but for the paths that Mask opens, which it does by
// descriptor, below the root and without following links. Neither may ever
// decide what is allowed: they know no policy. The package is built without
// cgo, since capabilities are given up for every thread at once.
package inside
