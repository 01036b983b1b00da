package tool

import (
	"regexp"
	"strings"

	"twokey/parser/effect"
)

// gitOptions are the options before the subcommand (git(1)).
const gitOptions = `C=c c= config-env= exec-path=? git-dir= work-tree=c namespace= super-prefix= list-cmds=
	p/paginate P/no-pager bare no-replace-objects literal-pathspecs glob-pathspecs noglob-pathspecs
	icase-pathspecs no-optional-locks attr-source= html-path man-path info-path v/version h/help`

func gitGrammars() []grammar {
	return []grammar{{
		names: "git", style: abbreviates, opts: gitOptions, depth: 1, hook: gitConfigHook,
		classes: map[effect.Trait]string{
			TraitSecretRead: `credential fill|credential-store get|credential-cache get|credential-manager get|
				credential-osxkeychain get|credential-libsecret get`,
			TraitDropsCommits: "stash clear|stash drop|reflog expire|reflog delete|prune",
			TraitDestroys:     "annex drop|annex dropunused|annex uninit",
			TraitMutates:      "svn dcommit|annex sync|annex move|p4 submit|cvsexportcommit",
			TraitRewrites:     "filter-branch|filter-repo|replace",
		},
		verbs: []verb{
			{path: "push", opts: `f/force force-with-lease=? force-if-includes d/delete all branches mirror tags prune
				n/dry-run u/set-upstream no-verify verify repo= o/push-option= receive-pack/exec=s signed=? atomic
				follow-tags porcelain q/quiet v/verbose progress thin 4/ipv4 6/ipv6 recurse-submodules=`, hook: gitPush},
			{path: "send-pack", opts: "f/force all mirror n/dry-run receive-pack/exec=s stdin", hook: gitPush},
			{path: "fetch", opts: `f/force all p/prune P/prune-tags t/tags n/no-tags depth= deepen= shallow-since=
				shallow-exclude= unshallow dry-run k/keep multiple o/server-option= upload-pack=s refmap= j/jobs=
				q/quiet v/verbose u/update-head-ok a/append recurse-submodules=? negotiation-tip= filter=`, hook: gitRemoteArg},
			{path: "pull", opts: `f/force all p/prune t/tags depth= r/rebase=? n/no-stat ff-only no-ff squash no-commit
				s/strategy= X/strategy-option= S/gpg-sign=? upload-pack=s j/jobs= q/quiet v/verbose dry-run autostash`, hook: gitRemoteArg},
			{path: "ls-remote", opts: `h/heads t/tags refs q/quiet upload-pack/exec=s sort= o/server-option= exit-code
				get-url symref`, hook: gitRemoteArg},
			{path: "clone", opts: `b/branch= depth= o/origin= c/config= j/jobs= u/upload-pack=s template= reference=
				separate-git-dir= shallow-since= recurse-submodules=? filter= n/no-checkout l/local s/shared bare
				mirror q/quiet v/verbose single-branch bundle-uri= server-option=`, hook: gitClone},
			{path: "init", opts: `b/initial-branch= template= separate-git-dir= object-format= shared=? bare q/quiet`, paths: effect.OpCreate},
			{path: "add|stage", opts: `n/dry-run v/verbose i/interactive p/patch e/edit f/force u/update A/all N/intent-to-add
				refresh ignore-errors ignore-missing renormalize chmod= pathspec-from-file=r`, hook: gitAdd},
			{path: "commit", opts: `a/all p/patch C/reuse-message= c/reedit-message= fixup= squash= F/file=r m/message=
				t/template=r author= date= cleanup= S/gpg-sign=? u/untracked-files=? i/include o/only amend n/no-verify
				allow-empty allow-empty-message e/edit q/quiet v/verbose s/signoff dry-run trailer= pathspec-from-file=r
					reset-author`, hook: gitAdd},
			{path: "reset", opts: "hard soft mixed keep merge q/quiet p/patch N/intent-to-add pathspec-from-file=r", hook: gitWorktree},
			{path: "checkout", opts: `f/force b= B= t/track=? l d/detach m/merge p/patch orphan= ours theirs q/quiet
				conflict= ignore-skip-worktree-bits pathspec-from-file=r`, hook: gitWorktree},
			{path: "restore", opts: `s/source= S/staged W/worktree p/patch ours theirs m/merge q/quiet pathspec-from-file=r`, hook: gitWorktree},
			{path: "switch", opts: `c/create= C/force-create= d/detach f/force discard-changes m/merge t/track=? orphan= q/quiet`},
			{path: "clean", opts: "f/force d x X n/dry-run i/interactive q/quiet e/exclude=", hook: gitClean},
			{path: "rm", opts: "f/force r/recursive cached n/dry-run q/quiet ignore-unmatch pathspec-from-file=r", hook: gitRm},
			{path: "mv", opts: "f/force k n/dry-run v/verbose", hook: copies},
			{path: "branch", opts: `d/delete D/delete-force m/move M/move-force c/copy C/copy-force f/force u/set-upstream-to=
				unset-upstream t/track=? l/list a/all r/remotes v/verbose q/quiet contains= no-contains= merged=? no-merged=?
				points-at= format= sort= edit-description show-current column=? i/ignore-case`},
			{path: "tag", opts: `d/delete f/force a/annotate s/sign u/local-user= m/message= F/file=r l/list n=? v/verify
				contains= points-at= sort= format= merged=? i/ignore-case e/edit cleanup=`},
			{path: "stash"}, {path: "stash drop"}, {path: "stash clear"}, {path: "stash pop"}, {path: "stash apply"},
			{path: "stash list"}, {path: "stash show"}, {path: "stash branch"},
			{path: "stash push", opts: "m/message= u/include-untracked a/all k/keep-index p/patch S/staged q/quiet"},
			{path: "remote"}, {path: "remote add", opts: "f/fetch t/track= m/master= mirror=? tags", hook: gitURL},
			{path: "remote remove|remote rm"}, {path: "remote rename"},
			{path: "remote set-url", opts: "add delete push", hook: gitURL}, {path: "remote prune", opts: "n/dry-run"},
			{path: "remote show", opts: "n"}, {path: "remote update", opts: "p/prune"}, {path: "remote get-url"},
			{path: "remote set-head"}, {path: "remote set-branches"},
			{path: "worktree"}, {path: "worktree add", opts: "f/force b= B= d/detach lock q/quiet orphan track"}, {path: "worktree list"},
			{path: "worktree remove", opts: "f/force", hook: gitWorktreeRemove}, {path: "worktree prune", opts: "n/dry-run expire= v/verbose"},
			{path: "worktree move"}, {path: "worktree lock"}, {path: "worktree unlock"}, {path: "worktree repair"},
			{path: "reflog"}, {path: "reflog expire", opts: `expire= expire-unreachable= all n/dry-run rewrite updateref
				stale-fix single-worktree`},
			{path: "reflog delete", opts: "n/dry-run rewrite updateref"}, {path: "reflog show"}, {path: "reflog exists"}, {path: "reflog list"},
			{path: "gc", opts: "prune=? no-prune auto aggressive force q/quiet keep-largest-pack cruft", hook: gitGC},
			{path: "prune", opts: "n/dry-run v/verbose expire= progress"},
			{path: "update-ref", opts: "d/delete m= stdin z no-deref create-reflog"},
			{path: "symbolic-ref", opts: "d/delete q/quiet short m="},
			{path: "rebase", opts: `i/interactive x/exec=s onto= s/strategy= X/strategy-option= continue abort skip quit edit-todo
				f/force-rebase r/rebase-merges=? S/gpg-sign=? autosquash autostash no-verify root q/quiet C= whitespace= empty=`},
			{path: "bisect"}, {path: "bisect run", hook: gitRun}, {path: "bisect start"}, {path: "bisect good"},
			{path: "bisect bad"}, {path: "bisect reset"}, {path: "bisect log"}, {path: "bisect skip"}, {path: "bisect replay"},
			{path: "submodule", opts: "q/quiet cached"}, {path: "submodule foreach", opts: "recursive", hook: gitForeach},
			{path: "submodule add", opts: "b/branch= f/force name= depth= reference=", hook: gitURL},
			{path: "submodule update", opts: "init recursive remote f/force depth= j/jobs= reference="},
			{path: "submodule deinit", opts: "f/force all"},
			{path: "submodule init"}, {path: "submodule status"}, {path: "submodule sync"}, {path: "submodule set-url"},
			{path: "submodule summary"},
			{path: "filter-branch", opts: `setup= subdirectory-filter= env-filter=s tree-filter=s index-filter=s parent-filter=s
				msg-filter=s commit-filter=s tag-name-filter=s prune-empty original= d= f/force state-branch=`},
			{path: "filter-repo", opts: `path= path-glob= path-regex= invert-paths f/force replace-text=r n/dry-run
				mailmap=r blob-callback= commit-callback= message-callback= refs=`},
			{path: "difftool", opts: "d/dir-diff y/no-prompt t/tool= x/extcmd=s g/gui prompt", hook: gitShow},
			{path: "mergetool", opts: "t/tool= y/no-prompt g/gui O="},
			{path: "config", opts: `global system local worktree f/file=w blob= get get-all get-regexp get-urlmatch replace-all add
				unset unset-all rename-section remove-section l/list e/edit type= t= bool int path z/null name-only
				show-origin show-scope default= comment= fixed-value all value= url= bool-or-int expiry-date get-color
					get-colorbool includes`, hook: gitConfigSet},
			{path: "show", opts: gitDiffOptions, hook: gitShow},
			{path: "cat-file", opts: `p t s e textconv=? filters=? batch=? batch-check=? batch-all-objects path=
				follow-symlinks`, hook: gitShow},
			{path: "log", opts: gitDiffOptions, hook: gitShow}, {path: "diff", opts: gitDiffOptions, hook: gitShow},
			{path: "whatchanged", opts: gitDiffOptions, hook: gitShow}, {path: "format-patch", opts: gitDiffOptions + " o/output-directory=w"},
			{path: "blame", opts: "L= C=? M=? w s e/show-email f n p/porcelain since= ignore-rev=", hook: gitShow},
			{path: "annotate", hook: gitShow}, {path: "archive",
				opts: "format= l/list v/verbose prefix= o/output=w remote= exec=s add-file=r", hook: gitShow},
			{path: "grep", opts: `e= f=r i/ignore-case v/invert-match w n l/files-with-matches c/count A= B= C= E G P F h H
				O/open-files-in-pager=? m/max-count= max-depth= threads= q/quiet untracked no-index cached r/recursive color=?`, hook: gitGrep},
			{path: "apply", opts: `check stat summary R/reverse index cached 3/3way p= C= directory= v/verbose reject
				whitespace= include= exclude= unsafe-paths`, paths: effect.OpRead},
			{path: "am", opts: `s/signoff k/keep 3/3way continue abort skip quit C= p= directory= whitespace= q/quiet`, paths: effect.OpRead},
			{path: "credential"}, {path: "credential fill"}, {path: "credential approve"}, {path: "credential reject"},
			{path: "credential-store get"}, {path: "credential-cache get"},
			{path: "credential-manager get"}, {path: "credential-osxkeychain get"}, {path: "credential-libsecret get"},
			{path: "notes"}, {path: "notes remove"}, {path: "notes prune"}, {path: "notes add", opts: "m= F=r f/force"},
			{path: "notes show"}, {path: "notes list"},
			{path: "lfs"}, {path: "lfs push", opts: "all"}, {path: "lfs pull"}, {path: "lfs fetch"}, {path: "lfs prune"},
			{path: "lfs track"}, {path: "lfs migrate"}, {path: "lfs install"}, {path: "lfs ls-files"},
			{path: "subtree"}, {path: "subtree push", opts: "P/prefix= f/force", hook: gitSubtreePush},
			{path: "subtree pull", opts: "P/prefix= squash m="}, {path: "subtree add", opts: "P/prefix= squash m="},
			{path: "subtree split", opts: "P/prefix= b/branch= rejoin onto="}, {path: "subtree merge", opts: "P/prefix= squash m="},
			{path: "svn"}, {path: "svn dcommit", opts: "n/dry-run"},
			{path: "send-email", opts: `to= cc= bcc= from= subject= smtp-server= smtp-user= smtp-pass= dry-run annotate
				compose`, paths: effect.OpRead, hook: func(c *call) { c.trait(TraitSends) }},
			{path: "ls-files"}, {path: "status"}, {path: "merge", opts: `m= F=r s= X= squash no-ff ff-only abort continue
				quit no-commit S=? e/edit no-verify`},
			{path: "replace", opts: "d/delete f/force l/list"}, {path: "bundle create"}, {path: "daemon"}, {path: "instaweb"},
			{path: "hash-object", opts: "w t= stdin path= no-filters", paths: effect.OpRead},
			{path: "hook run"}, {path: "maintenance start"}, {path: "maintenance run"}, {path: "sparse-checkout"},
			{path: "cherry-pick", opts: "n/no-commit x e/edit m= s= X= S=? abort continue skip quit"},
			{path: "revert", opts: "n/no-commit e/edit m= s= X= S=? abort continue skip quit"},
		},
	}}
}

const gitDiffOptions = `p/patch u n/max-count= o/output=w G= S= L= U/unified= since= until= after= before= author=
	committer= grep= format= pretty=? stat=? name-only name-status oneline graph all decorate=? follow
	ext-diff textconv no-index cached staged R M=? C=? w b i/regexp-ignore-case E F P skip= diff-filter= word-diff=?
	color=? abbrev=? O= relative=? src-prefix= dst-prefix= exit-code q/quiet reverse first-parent no-merges merges branches=? tags=? remotes=? z`

// gitPush finds what a push would do to which remote branches.
func gitPush(c *call) {
	if c.has("mirror", "prune", "delete") {
		c.trait(TraitRemoteDelete)
	}
	refs := c.cmd.Operands
	if !c.has("repo") && len(refs) > 0 {
		c.remote(refs[0])
		refs = refs[1:]
	} else if repo, ok := c.value("repo"); ok {
		c.remote(repo)
	}
	if len(refs) == 0 && !c.has("force") && c.forcedByConfig() {
		c.setFlag("force")
	}
	if len(refs) == 0 && c.has("tags") && !c.has("all", "branches", "mirror") {
		return
	}
	if len(refs) == 0 || c.has("all", "branches", "mirror") {
		c.trait(effect.TraitDefaultBranch)
	}
	for i, ref := range refs {
		text := ref.Text
		if text == "tag" && i+1 < len(refs) {
			continue
		}
		if strings.HasPrefix(text, "+") {
			c.setFlag("force")
			text = text[1:]
		}
		source, target, named := strings.Cut(text, ":")
		if !named {
			target = source
		} else if source == "" && target != "" {
			c.trait(TraitRemoteDelete)
		}
		if i > 0 && refs[i-1].Text == "tag" {
			continue
		}
		if defaultBranch(part(ref, target)) {
			c.trait(effect.TraitDefaultBranch)
		}
	}
}

// gitDashed are git's subcommands that are also programs, git-push(1) and kin,
// as far as they reach out or destroy.
var gitDashed = map[string]bool{
	"add": true, "am": true, "apply": true, "branch": true, "checkout": true, "clean": true, "clone": true, "commit": true,
	"config": true, "fetch": true, "filter-branch": true, "gc": true, "http-push": true, "merge": true, "pull": true, "push": true,
	"rebase": true, "reflog": true, "remote": true, "reset": true, "restore": true, "rm": true, "send-email": true, "send-pack": true,
	"show": true, "stash": true, "submodule": true, "tag": true, "update-ref": true,
}

// forcedRefspec is a remote that a plain push forces: a mirror, or a push
// refspec with a plus (git-config(1), remote.<name>.push).
var forcedRefspec = regexp.MustCompile(`(?mi)^\s*(mirror\s*(=\s*(true|yes|on|1)\s*)?$|push\s*=\s*"?\+)`)

// forcedByConfig reports whether the configuration that can be read makes a
// push without a refspec a forced one.
func (c *call) forcedByConfig() bool {
	if c.in.ReadFile == nil {
		return false
	}
	for _, file := range []string{c.in.Paths.Workspace + "/.git/config", c.in.Paths.Home + "/.gitconfig"} {
		if text, err := c.in.ReadFile(file); err == nil && forcedRefspec.Match(text) {
			return true
		}
	}
	return false
}

// defaultBranch reports whether a ref is a branch that others build on by its
// name, or may be one.
func defaultBranch(ref effect.Word) bool {
	if !ref.Known {
		return true
	}
	name := strings.TrimPrefix(ref.Text, "refs/heads/")
	if strings.HasPrefix(name, "refs/") && !strings.Contains(name, "*") {
		return false
	}
	switch strings.ToLower(name) {
	case "", "head", "@", "main", "master", "trunk", "develop", "development", "dev", "production", "prod",
		"staging", "stable", "release", "default", "live", "gh-pages":
		return true
	}
	lower := strings.ToLower(name)
	return strings.Contains(name, "*") || strings.HasPrefix(lower, "release/") || strings.HasPrefix(lower, "release-") ||
		strings.HasPrefix(lower, "releases/") || strings.HasPrefix(lower, "hotfix/") || strings.HasPrefix(lower, "support/")
}

// remote notes a remote that is a URL or a path.
func (c *call) remote(w effect.Word) {
	if !w.Known {
		return
	}
	if strings.Contains(w.Text, "://") || strings.Contains(w.Text, "::") || sshTarget(w.Text) || strings.HasPrefix(w.Text,
		"/") || strings.HasPrefix(w.Text, ".") {
		c.trait(TraitURLRemote)
	}
	if command, ok := strings.CutPrefix(w.Text, "ext::"); ok {
		c.shell(effect.Lit(command), "git ext")
	}
}

// sshTarget reports whether a word is [user@]host:path, as scp reads it.
func sshTarget(text string) bool {
	host, _, ok := strings.Cut(text, ":")
	return ok && host != "" && !strings.ContainsAny(host, "/\x00") && !strings.HasPrefix(text, "-")
}

func gitRemoteArg(c *call) {
	if len(c.cmd.Operands) > 0 {
		c.remote(c.cmd.Operands[0])
	}
}

func gitURL(c *call) {
	for _, w := range c.cmd.Operands {
		c.remote(w)
	}
}

func gitClone(c *call) {
	if command, ok := strings.CutPrefix(c.operandText(0), "ext::"); ok {
		c.shell(effect.Lit(command), "git ext")
	}
	for _, w := range c.values("config") {
		c.gitSetting(w)
	}
	if len(c.cmd.Operands) > 1 {
		c.file(effect.OpCreate, c.cmd.Operands[1])
	}
}

func gitSubtreePush(c *call) {
	gitRemoteArg(c)
	if len(c.cmd.Operands) > 1 && defaultBranch(c.cmd.Operands[1]) {
		c.trait(effect.TraitDefaultBranch)
	}
}

// gitGC: objects that nothing refers to are pruned at once only when asked.
func gitGC(c *call) {
	if when := c.text("prune"); when != "" && when != "never" && !strings.Contains(when, "week") {
		c.trait(TraitDropsCommits)
	}
}
