package tool

import "twokey/parser/effect"

// The traits that tool grammars establish, beside effect's own. A command of
// a cloud, SaaS or cluster CLI has exactly one of the class traits, from
// TraitReads to TraitUnclassified; TraitSecretRead takes the place of
// TraitReads.
const (
	// TraitReads: only looks (list, get, describe, logs, wait).
	TraitReads effect.Trait = "reads"
	// TraitCreates: makes something new on a remote system (create, run,
	// upload, invite); it may cost money or send messages.
	TraitCreates effect.Trait = "creates"
	// TraitMutates: changes something that exists on a remote system (set,
	// update, apply, scale, restart, deploy).
	TraitMutates effect.Trait = "mutates"
	// TraitDestroys: takes something on a remote system away or out of
	// service (delete, destroy, purge, revoke, disable, stop, reset).
	TraitDestroys effect.Trait = "destroys"
	// TraitLocal: changes only this machine's own settings, logins or files.
	TraitLocal effect.Trait = "local"
	// TraitSecretRead: prints a secret: a token, a password, a key, the
	// values of secret variables.
	TraitSecretRead effect.Trait = "secret-read"
	// TraitUnclassified: a verb that no table knows; it may do anything.
	TraitUnclassified effect.Trait = "unclassified"

	// TraitDynamicVerb: which subcommand it is, is not known before the run.
	TraitDynamicVerb effect.Trait = "dynamic-verb"
	// TraitPublishes: gives something out that cannot be taken back: a
	// package, an image, a release, a site.
	TraitPublishes effect.Trait = "publishes"
	// TraitUnpublishes: takes published things away or changes who owns them.
	TraitUnpublishes effect.Trait = "unpublishes"
	// TraitRemoteDelete: deletes refs on a git remote (git push :x, --delete,
	// --mirror, --prune).
	TraitRemoteDelete effect.Trait = "remote-delete"
	// TraitURLRemote: a git remote given as a URL or path, not by name.
	TraitURLRemote effect.Trait = "url-remote"
	// TraitRewrites: commits that others may have are rewritten locally.
	TraitRewrites effect.Trait = "rewrites-history"
	// TraitDropsCommits: local commits or stashes may become unreachable and
	// be pruned for good (reflog expire, gc --prune=now, stash clear).
	TraitDropsCommits effect.Trait = "drops-commits"
	// TraitPersists: leaves something that runs later by itself: a cron job,
	// a unit, a hook, an agent.
	TraitPersists effect.Trait = "persists"
	// TraitReroutes: traffic will go to another host, or unchecked (git's
	// insteadOf, http.proxy and sslVerify, a package index, a DNS server).
	TraitReroutes effect.Trait = "reroutes"
	// TraitRunsCode: an option or operand is code of a kind that is not
	// looked into (an editor script, a plugin, a query of a full language).
	TraitRunsCode effect.Trait = "runs-code"
	// TraitPrivileged: a container gets the host's powers or its whole file
	// system.
	TraitPrivileged effect.Trait = "privileged"
	// TraitMountsHost: a container may write to a host path outside the
	// workspace.
	TraitMountsHost effect.Trait = "mounts-host"
	// TraitRemoteDaemon: the command is for another machine's daemon.
	TraitRemoteDaemon effect.Trait = "remote-daemon"
	// TraitGlobalInstall: installs for the whole machine or user.
	TraitGlobalInstall effect.Trait = "global-install"
	// TraitRemovesPackages: takes software off the machine.
	TraitRemovesPackages effect.Trait = "removes-packages"
	// TraitForeignSource: installs or fetches code from a URL, a git remote
	// or an index named on the line.
	TraitForeignSource effect.Trait = "foreign-source"
	// TraitDisk: writes a partition table, a file system or a raw device.
	TraitDisk effect.Trait = "disk"
	// TraitPower: turns the machine off, restarts or suspends it.
	TraitPower effect.Trait = "power"
	// TraitUsers: changes accounts, passwords or who may become root.
	TraitUsers effect.Trait = "users"
	// TraitFirewall: changes packet filter rules.
	TraitFirewall effect.Trait = "firewall"
	// TraitNetwork: changes interfaces, routes or resolvers.
	TraitNetwork effect.Trait = "network"
	// TraitMounts: mounts, unmounts or maps file systems and devices.
	TraitMounts effect.Trait = "mounts"
	// TraitKernel: changes kernel modules, parameters or security modules.
	TraitKernel effect.Trait = "kernel"
	// TraitSends: sends a message to people (mail, chat, a comment).
	TraitSends effect.Trait = "sends-message"
	// TraitUploads: local files go to another machine.
	TraitUploads effect.Trait = "uploads"
	// TraitListens: waits for connections from other machines.
	TraitListens effect.Trait = "listens"
	// TraitMassTarget: acts on everything of its kind (--all, -a, '*').
	TraitMassTarget effect.Trait = "mass-target"
	// TraitDataLoss: a database tool drops, resets or overwrites data
	// (prisma migrate reset, rails db:drop, pg_restore --clean, dropdb).
	TraitDataLoss effect.Trait = "data-loss"
	// TraitMigrates: a database tool changes the schema forward.
	TraitMigrates effect.Trait = "migrates"
)
