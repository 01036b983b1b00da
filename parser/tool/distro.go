package tool

import (
	"twokey/parser/effect"
)

// distroGrammars are the package managers of machines.
func distroGrammars() []grammar {
	const distro = `y/yes/assume-yes q/quiet s/simulate/just-print/no-act/dry-run d/download-only purge
		auto-remove/autoremove no-install-recommends t/target-release= o/option= c/config-file=r f/fix-broken
		allow-downgrades allow-remove-essential
		allow-unauthenticated force-yes reinstall only-upgrade V n i N S/sync R/remove U u/sysupgrade Q T F w y r= root=w
			x/exclude= b/best nobest enablerepo= disablerepo= setopt= installroot=w skip-broken noconfirm/yes needed
			assumeno/dry-run downloadonly nogpgcheck `
	return []grammar{
		{names: "apt", style: gnu, opts: distro, depth: 1, hook: distroPackages},
		{names: `dnf zypper apk emerge xbps-install xbps-remove eopkg slackpkg swupd pkgin pkg pkg_add pkg_delete opkg tdnf
			rpm-ostree snap flatpak nix-env port yay paru guix`, style: gnu, opts: distro + "del add", depth: 1, hook: distroPackages},
		{names: "pacman", style: 0, opts: `S R Q U F T D y u s n c d i l q p w f k o g e m t r= b= v noconfirm needed
			overwrite= root= dbpath= config= ignore= print asdeps`, hook: func(c *call) {
			switch {
			case c.has("p", "print"):
			case c.has("R"):
				c.trait(TraitRemovesPackages)
			case c.has("U"), c.has("S") && !c.has("s", "i", "l", "g"):
				c.trait(TraitGlobalInstall)
			}
		}},
		{names: "dpkg", style: gnu, opts: `i/install r/remove P/purge l/list L/listfiles s/status S/search c/contents
			x/extract unpack configure a/pending get-selections set-selections force-all force-depends= a C V I root=w R e X
			f p W b/build audit print-architecture`, hook: func(c *call) {
			switch {
			case c.has("remove", "purge"):
				c.trait(TraitRemovesPackages)
			case c.has("install", "unpack", "configure", "set-selections"):
				c.trait(TraitGlobalInstall)
			}
		}},
		{names: "rpm", style: gnu, opts: `i/install U/upgrade F/freshen e/erase q/query a/all V/verify v h nodeps force test
			import K i l f p c root=w prefix= rebuilddb initdb qf/queryformat= last whatrequires changelog scripts noscripts
			justdb allmatches`, hook: func(c *call) {
			switch {
			case c.has("test"):
				c.trait(effect.TraitDryRun)
			case c.has("query", "verify", "K"):
			case c.has("erase"):
				c.trait(TraitRemovesPackages)
			case c.has("install", "upgrade", "freshen", "import", "rebuilddb"):
				c.trait(TraitGlobalInstall)
			}
		}},
		{names: "brew", style: cobra, depth: 1, opts: `cask formula f/force zap n/dry-run s/prune= q/quiet v/verbose
			ignore-dependencies d a all greedy`, verbs: []verb{{path: "install"}, {path: "uninstall|remove|rm"},
			{path: "services stop"}, {path: "services start"}, {path: "services restart"}, {path: "services list"},
			{path: "bundle dump"}, {path: "bundle cleanup"}, {path: "bundle install"}, {path: "cleanup"},
			{path: "autoremove"}, {path: "untap"}, {path: "tap"}}, hook: distroPackages},
		{names: "port-select add-apt-repository apt-add-repository apt-key rpmkeys", style: gnu, opts: "r/remove y/yes n",
			hook: func(c *call) { c.trait(TraitGlobalInstall); c.trait(TraitForeignSource) }},
		{names: "nix", style: gnu, depth: 2, opts: `f/file=r I= impure expr= c/command= k p/packages=
			extra-experimental-features= experimental-features= option= profile=`, verbs: []verb{{path: "profile install"},
			{path: "profile remove"}, {path: "store delete"}, {path: "copy"}, {path: "run"}, {path: "shell"},
			{path: "develop"}, {path: "build"}, {path: "flake update"}}},
		{names: "nixos-rebuild home-manager darwin-rebuild", style: gnu, depth: 1, hook: func(c *call) {
			switch c.verbText(0) {
			case "switch", "boot", "test", "rollback", "expire-generations", "remove-generations":
				c.trait(TraitGlobalInstall)
			}
		}},
		{names: "nix-collect-garbage nix-store", style: gnu, opts: "d/delete-old delete-older-than= gc delete dry-run q r"},
		{names: `asdf mise rtx nvm fnm volta pyenv rbenv nodenv goenv jenv sdk rustup ghcup tfenv juliaup proto corepack`,
			style: cobra, depth: 1, opts: "g/global y/yes default"},
	}
}

func distroPackages(c *call) {
	if c.cmd.Has(effect.TraitDryRun) {
		return
	}
	switch c.verbText(0) {
	case "remove", "purge", "autoremove", "erase", "uninstall", "del", "delete", "rm", "autopurge", "unmerge", "untap", "clean-all":
		c.trait(TraitRemovesPackages)
	case "install", "add", "upgrade", "dist-upgrade", "full-upgrade", "update", "reinstall", "localinstall", "groupinstall",
		"in", "up", "dup", "build-dep", "refresh", "system-upgrade", "swap", "downgrade", "distro-sync", "tap", "revert":
		if (c.verbText(0) == "update" || c.verbText(0) == "refresh") && (c.cmd.Program == "apt" || c.cmd.Program == "apk" ||
			c.cmd.Program == "brew" || c.cmd.Program == "opkg") {
			return // only the lists
		}
		c.trait(TraitGlobalInstall)
	}
	if c.cmd.Program == "emerge" && c.has("unmerge", "C", "depclean", "c") {
		c.trait(TraitRemovesPackages)
	}
	if (c.cmd.Program == "yay" || c.cmd.Program == "paru") && c.has("remove") {
		c.trait(TraitRemovesPackages)
	}
}
