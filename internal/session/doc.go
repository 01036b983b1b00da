// Package session is the supervisor: one process for one session, which owns
// the policy, the approvals, the log, the gates and one sandbox. It wires the
// parts and decides nothing itself.
//
// The processes of a session, what each may do and whose bytes it reads:
//
//	twokey-sh   the caller's user, outside   trusts the supervisor; reads no output
//	supervisor  the caller's user, outside   parses what the agent wrote: command
//	                                         lines, argv, policy of the workspace,
//	                                         DNS and the first bytes of connections
//	mounter     same uid, all capabilities   obeys the supervisor's socket alone
//	            in the sandbox's user
//	            namespace only
//	init        same uid, no capability,     obeys the supervisor's socket alone;
//	            pid 1 of the sandbox         reaps what the agent starts
//	commands    same uid, no capability      the agent's
//
// The supervisor's death ends the mounter and init, and init's death ends all
// that runs in its pid namespace. Nothing in the sandbox has a path to the
// supervisor's sockets.
package session
