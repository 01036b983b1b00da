// Package notify serves the seccomp user notification listener of a sandbox:
// it turns each stopped execve, execveat and connect into facts for a Handler
// and carries its answer out.
//
// # An exec
//
// The worker that receives the notification reads argv, environment and the
// program file of the stopped process, asks the Handler, and on "go on" seizes
// the process with ptrace before it lets the call continue. At
// PTRACE_EVENT_EXEC, before the new image's first instruction, it compares the
// image's arguments, environment and executable with what was judged, kills
// the process when they differ, and detaches. A call that fails ends in
// PTRACE_EVENT_STOP instead, and is detached as well. Memory that is changed
// between the check and the exec therefore gains nothing. The #! line's
// rewriting of argv is part of the comparison.
//
// While the Handler thinks, the process is watched: when it dies, or when a
// signal arrives that it would have acted on, the Handler's context ends and
// the call is interrupted so that the signal takes effect.
//
// # What it must never do
//
// It decides nothing: it knows no rule. It never continues a call whose
// arguments it could not read unless the Handler was told so, it never leaves a
// stopped process behind (if this process dies, the listener closes and held
// calls fail with ENOSYS), and it never blocks on a descriptor of the sandbox.
//
// All memory and files read here belong to the agent and are hostile; sizes are
// bounded.
//
// It needs Linux 5.19 for SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV. See
// seccomp_unotify(2), ptrace(2), execve(2).
package notify
