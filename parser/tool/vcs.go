package tool

import (
	"strings"

	"twokey/parser/effect"
)

// vcsGrammars are the version control systems beside git.
func vcsGrammars() []grammar {
	return []grammar{
		{names: "jj", style: cobra, depth: 2, opts: `R/repository=c at-op= config= config-file=r color= no-pager quiet
			r/revisions= b/bookmark= c/change= remote= all tracked deleted dry-run allow-new N/allow-empty-description
			allow-private m/message= f/from= t/to= i/interactive restore-descendants`, verbs: []verb{
			{path: "git push", opts: "named=", hook: func(c *call) {
				if c.has("deleted") {
					c.trait(TraitRemoteDelete)
				}
				if c.has("all", "tracked") {
					c.trait(effect.TraitDefaultBranch)
				}
				for _, w := range c.values("bookmark") {
					if defaultBranch(w) || strings.Contains(w.Text, "glob:") {
						c.trait(effect.TraitDefaultBranch)
					}
				}
			}},
			{path: "git fetch"}, {path: "git clone"}, {path: "git remote"}, {path: "bookmark delete|b delete|bookmark d"},
			{path: "bookmark forget"}, {path: "bookmark set"}, {path: "bookmark create"}, {path: "bookmark list"},
			{path: "bookmark move"}, {path: "bookmark track"}, {path: "operation restore|op restore"},
			{path: "operation abandon|op abandon"}, {path: "operation undo|op undo"}, {path: "operation log|op log"},
			{path: "workspace forget"}, {path: "workspace add"}, {path: "file show", hook: gitShowLike},
			{path: "file untrack"}, {path: "config set"}, {path: "config list"}, {path: "util gc"}, {path: "util exec", hook: localArgs},
		}, classes: map[effect.Trait]string{TraitDropsCommits: "operation abandon|util gc"}},
		{names: "svn", style: gnu, depth: 1, opts: `m/message= F/file=r r/revision= username= password= force depth= q/quiet
			N/non-recursive config-dir= editor-cmd=s diff-cmd=s diff3-cmd=s non-interactive trust-server-cert changelist=
			targets=r with-revprop= R/recursive config-option= c/change= v/verbose remove-added remove-unversioned
			remove-ignored keep-local`, verbs: []verb{
			{path: "delete|del|remove|rm"}, {path: "commit|ci"}, {path: "checkout|co"}, {path: "copy|cp"},
			{path: "move|mv|rename|ren"}, {path: "mkdir"}, {path: "import"}, {path: "propset|ps|pset"},
			{path: "revert"}, {path: "cleanup"}, {path: "update|up"}, {path: "status|st|stat"}, {path: "log"},
			{path: "diff|di"}, {path: "cat"}, {path: "lock"}, {path: "unlock"}, {path: "switch|sw"}, {path: "relocate"},
		}, hook: func(c *call) {
			url := false
			for _, w := range c.cmd.Operands {
				url = url || strings.Contains(w.Text, "://") || strings.HasPrefix(w.Text, "^/")
			}
			switch c.verbText(0) {
			case "commit", "import":
				c.trait(TraitMutates)
			case "delete":
				if url {
					c.trait(TraitRemoteDelete)
				} else if !c.has("keep-local") {
					c.operands(effect.OpDelete)
				}
			case "copy", "move", "mkdir", "propset", "lock", "unlock":
				if url {
					c.trait(TraitMutates)
				}
			case "revert":
				c.operands(effect.OpWrite)
			case "cleanup":
				if c.has("remove-unversioned", "remove-ignored") {
					c.file(effect.OpDelete, effect.Lit("./*"))
				}
			case "cat":
				c.operands(effect.OpRead)
			}
		}},
		{names: "svnadmin svndumpfilter svnlook svnsync", style: gnu, depth: 1},
		{names: "hg chg sl", style: gnu, depth: 1, opts: `R/repository=c cwd=c config= debugger q/quiet v/verbose
			y/noninteractive f/force r/rev= b/bookmark= B new-branch m/message= l/logfile=r C/clean all e/ssh=s remotecmd=s
			d/delete a t/tool= I/include= X/exclude= keep n/dry-run publish`, verbs: []verb{{path: "push"}, {path: "strip"},
			{path: "update|up|checkout|co"}, {path: "revert"}, {path: "purge|clean"}, {path: "rollback"},
			{path: "commit|ci"}, {path: "histedit"}, {path: "bookmark|bookmarks"}, {path: "cat"}, {path: "forget"},
			{path: "remove|rm"}, {path: "evolve"}, {path: "prune"}, {path: "phase"}}, hook: func(c *call) {
			for _, w := range c.values("config") {
				name, value, _ := strings.Cut(w.Text, "=")
				if command, ok := strings.CutPrefix(value, "!"); ok && strings.HasPrefix(name, "alias.") {
					c.shell(part(w, command), "hg alias")
				} else if strings.HasPrefix(name, "hooks.") || name == "ui.ssh" || name == "ui.editor" ||
					name == "pager.pager" || strings.HasPrefix(name, "extdiff.") || strings.HasPrefix(name, "merge-tools.") {
					c.shell(part(w, value), "hg "+name)
				} else if strings.HasPrefix(name, "extensions.") && value != "" && value != "!" && strings.ContainsAny(value, "/.") {
					c.trait(TraitRunsCode)
				}
			}
			switch c.verbText(0) {
			case "push":
				if !c.has("rev", "bookmark") {
					c.trait(effect.TraitDefaultBranch)
				}
			case "strip", "rollback", "prune":
				c.trait(TraitRewrites)
			case "revert":
				if c.has("all") || len(c.cmd.Operands) == 0 {
					c.tree(effect.OpWrite)
				}
			case "update":
				if c.has("clean") {
					c.tree(effect.OpWrite)
				}
			case "purge":
				c.tree(effect.OpDelete)
			case "cat":
				c.operands(effect.OpRead)
			}
		}},
		{names: `p4 fossil bzr brz cvs darcs pijul repo gt git-branchless sapling stg gerrit git-review git-machete spr av
			ghstack`, style: gnu, depth: 1, opts: `m/message= f/force d= c= p= u= r= s/stack all n/dry-run no-interactive
			draft publish`, hook: func(c *call) {
			switch v := c.verbText(0); {
			case c.cmd.Has(effect.TraitDryRun):
			case v == "obliterate" || v == "purge" || v == "scrub" || v == "strip":
				c.trait(TraitDestroys)
			case c.cmd.Program == "p4" && (v == "submit" || v == "delete" || v == "unlock"), v == "push" || v == "upload" ||
				v == "ci" && c.cmd.Program == "cvs" || v == "dcommit" || v == "import" && c.cmd.Program == "cvs",
				v == "submit" || v == "ss" || v == "land" || v == "merge" && c.cmd.Program == "gt",
				c.cmd.Program == "git-review" || c.cmd.Program == "ghstack" && (v == "" || v == "land"):
				c.trait(TraitMutates)
			}
		}},
		{names: "pre-commit husky lefthook overcommit lint-staged", style: cobra, depth: 1},
		{names: "bfg bfg-repo-cleaner git-filter-repo", style: singleDash, hook: func(c *call) { c.trait(TraitRewrites) }},
		{names: "gitleaks trufflehog detect-secrets ggshield-scan", style: cobra, depth: 2},
	}
}

// gitShowLike: the operands are paths that are printed.
func gitShowLike(c *call) { c.operands(effect.OpRead) }
