package tool

import (
	"strings"

	"twokey/parser/effect"
)

// forgeGrammars are the command lines of code hosts and issue trackers.
func forgeGrammars() []grammar {
	return []grammar{
		{names: "gh", style: cobra | classified, depth: 2, opts: `R/repo= hostname= json= q/jq= t/template= w/web L/limit= y/yes`,
			verbs: []verb{
				{path: "api", opts: `X/method= f/raw-field= F/field= H/header= i/include input= paginate slurp silent cache=
					verbose p/preview=`, hook: requests},
				{path: "browse"}, {path: "status"}, {path: "search"}, {path: "co"}, {path: "preview"}, {path: "completion"},
				{path: "pr create|pr new", opts: `a/assignee= B/base= b/body= F/body-file=r d/draft f/fill fill-first
					H/head= l/label= m/milestone= r/reviewer= t/title= T/template= p/project= dry-run`},
				{path: "pr merge", opts: `admin A/author-email= auto b/body= F/body-file=r d/delete-branch disable-auto
					match-head-commit= m/merge r/rebase s/squash t/subject=`},
				{path: "pr comment", opts: "b/body= F/body-file=r e/editor edit-last delete-last"},
				{path: "pr review", opts: "a/approve b/body= F/body-file=r c/comment r/request-changes"},
				{path: "pr list|pr ls"}, {path: "issue list|issue ls"}, {path: "repo list|repo ls"},
				{path: "release list|release ls"}, {path: "run list|run ls"}, {path: "secret list|secret ls"},
				{path: "gist list|gist ls"}, {path: "label list|label ls"}, {path: "variable list|variable ls"},
				{path: "workflow list|workflow ls"}, {path: "cache list|cache ls"},
				{path: "codespace list|cs list|codespace ls|cs ls"}, {path: "extension list|ext list|extensions list|ext ls|extension ls"},
				{path: "issue create|issue new", opts: `a/assignee= b/body= F/body-file=r l/label= m/milestone= p/project=
					t/title= T/template=`},
				{path: "release create|release new", opts: `d/draft generate-notes latest=? n/notes= F/notes-file=r
					p/prerelease target= t/title= discussion-category= verify-tag notes-start-tag=`, hook: uploadsAfterFirst},
				{path: "release upload", opts: "clobber", hook: uploadsAfterFirst},
				{path: "release download", opts: "A/archive= clobber D/dir=w O/output=w p/pattern= skip-existing"},
				{path: "gist create|gist new", opts: "d/desc= f/filename= p/public", paths: effect.OpRead,
					hook: func(c *call) { c.trait(TraitUploads); c.trait(TraitPublishes) }},
				{path: "gist edit", opts: "a/add=r d/desc= f/filename= r/remove="},
				{path: "repo clone", hook: nil}, {path: "repo create|repo new", opts: `public private internal c/clone
					d/description= p/template= push r/remote= s/source=r t/team= g/gitignore= l/license= h/homepage= add-readme`},
				{path: "repo edit", opts: `visibility= default-branch= d/description= h/homepage= enable-issues=?
					enable-wiki=? delete-branch-on-merge=? add-topic= remove-topic= accept-visibility-change-consequences`},
				{path: "repo fork", opts: "clone=? fork-name= org= remote=? remote-name= default-branch-only"},
				{path: "repo sync", opts: "b/branch= force s/source="},
				{path: "repo deploy-key add"}, {path: "repo deploy-key delete"}, {path: "repo deploy-key list"},
				{path: "secret set",
					opts: "a/app= b/body= e/env= f/env-file=r no-store o/org= u/user r/repos= v/visibility="},
				{path: "secret delete|secret remove", opts: "a/app= e/env= o/org= u/user"},
				{path: "variable set", opts: "b/body= e/env= f/env-file=r o/org= r/repos= v/visibility="},
				{path: "variable delete|variable remove", opts: "e/env= o/org="},
				{path: "workflow run", opts: "F/field= f/raw-field= json r/ref="}, {path: "run download", opts: "D/dir=w n/name= p/pattern="},
				{path: "auth token|auth print-token", opts: "u/user= h/hostname="}, {path: "auth status", opts: "t/show-token a/active"},
				{path: "codespace ssh|cs ssh", opts: "c/codespace= d/debug profile= config",
					hook: remoteArgs("codespace:")}, {path: "codespace cp|cs cp",
					opts: "c/codespace= e/expand r/recursive"}, {path: "codespace delete|cs delete", opts: "all c/codespace= f/force days="},
				{path: "alias set", opts: "s/shell clobber", hook: func(c *call) {
					if len(c.cmd.Operands) > 1 {
						if text := c.cmd.Operands[1].Text; strings.HasPrefix(text, "!") || c.has("shell") {
							c.shell(part(c.cmd.Operands[1], strings.TrimPrefix(text, "!")), "gh alias")
						}
					}
				}},
				{path: "extension exec|ext exec"}, {path: "extension install|ext install|extensions install"},
				{path: "extension remove|ext remove"}, {path: "extension upgrade|ext upgrade"},
				{path: "attestation verify"}, {path: "ruleset list"}, {path: "skill install"}, {path: "copilot suggest"},
			},
			classes: map[effect.Trait]string{
				TraitLocal: `auth|config|alias|extension|completion|pr checkout|co|repo clone|repo set-default|
					gist clone|browse|codespace code|codespace ports|copilot|preview`,
				TraitReads: `status|search|auth status|pr checks|pr diff|pr view|pr status|issue status|run watch|
					run view|run download|release download|release verify|release verify-asset|workflow view|ruleset|
					attestation|org list|repo view|repo list|repo gitignore|repo license|repo read-file|cache list|
					project view|project item-list|project field-list|codespace logs|extension search|extension browse|
					alias list|config get|config list|repo autolink list|agent-task list|agent-task view|licenses`,
				TraitSecretRead: "auth token",
				TraitDestroys: `repo archive|issue transfer|issue close|pr close|codespace stop|release delete-asset|
					cache delete|run delete|run cancel|workflow disable|project close|project item-delete|project unlink`,
				TraitMutates: `pr merge|pr review|pr ready|pr edit|pr update-branch|pr lock|pr unlock|issue edit|
					issue lock|issue unlock|issue pin|issue unpin|issue reopen|pr reopen|repo edit|repo rename|repo sync|
					secret set|variable set|workflow enable|run rerun|label edit|codespace edit|codespace rebuild|
					project edit|project item-edit|project copy|repo unarchive|release edit|gist edit|gist rename|
					repo autolink create|issue develop|pr revert|api`,
				TraitCreates: `pr create|pr comment|issue create|issue comment|release create|release upload|gist create|
					repo create|repo fork|workflow run|label create|label clone|ssh-key add|gpg-key add|repo deploy-key add|
					codespace create|project create|project item-add|project item-create|project link|agent-task create|discussion create`,
			}, hook: func(c *call) {
				switch {
				case c.under("api"):
					c.reclass("") // the request itself says what it does
				case c.under("auth", "status") && c.has("show-token"):
					c.reclass(TraitSecretRead)
				case c.under("pr", "comment"), c.under("issue", "comment"), c.under("pr", "review"):
					c.trait(TraitSends)
				case c.under("release", "create") && !c.has("draft"):
					c.trait(TraitPublishes)
				case c.has("delete-branch"), c.has("delete-last"):
					c.trait(TraitRemoteDelete)
				}
			}},
		{names: "hub", style: cobra, depth: 1, opts: "y/yes", classes: map[effect.Trait]string{TraitDestroys: "delete",
			TraitCreates: "create|pull-request|fork|release|gist|issue", TraitReads: "browse|ci-status|pr|sync|compare",
			TraitMutates: "merge|push"}, verbs: []verb{{path: "api", hook: requests}, {path: "release create"},
			{path: "release delete"}, {path: "pr merge"}}},
		{names: "glab", style: cobra | classified, depth: 2,
			opts: "R/repo= g/group= hostname= y/yes F/output= p/page= P/per-page=", verbs: []verb{
				{path: "api", opts: "X/method= f/raw-field= F/field= H/header= i/include input= paginate silent",
					hook: func(c *call) { requests(c); c.reclass("") }}, {path: "ci run trigger"},
				{path: "release create", hook: uploadsAfterFirst}, {path: "release upload", hook: uploadsAfterFirst},
				{path: "mr list|mr ls"}, {path: "issue list|issue ls"}},
			classes: map[effect.Trait]string{
				TraitLocal: "auth|config|alias|completion|mr checkout|repo clone|check-update|duo",
				TraitReads: `auth status|ci view|ci status|ci trace|ci lint|ci get|mr diff|mr issues|mr approvers|
					repo archive|repo search|repo contributors|release download|ci artifact|job artifact|user events|version|
					config get|alias list|incident view`,
				TraitSecretRead: "auth token|variable get|variable export|variable list|securefile download",
				TraitDestroys:   `repo delete|mr close|issue close|ci cancel|token revoke|repo transfer|cluster agent`,
				TraitMutates: `mr merge|mr approve|mr rebase|mr update|variable set|variable update|repo mirror|
					schedule run|mr revoke|issue update|ci retry|token rotate`,
				TraitCreates: `mr create|issue create|mr note|issue note|release create|snippet create|repo create|repo fork|
					ci run|ci trigger|schedule create|ssh-key add|deploy-key add|incident note|release upload|stack sync`,
			}},
		{names: `tea jira linear lin jira-cli acli bitbucket bb codeberg cz gitea forgejo azdo shortcut clubhouse asana
			trello notion slack slack-cli discord telegram-send teams mattermost mmctl`, style: saas, depth: 3, opts: `y/yes
			force project= team= o/output= p/project= t/type= s/summary= b/body= a/assignee= l/label= m/message=
			d/description= c/config=r token=`, classes: map[effect.Trait]string{
			TraitLocal:   "login|logout|auth|config|init|completion|clone|version",
			TraitReads:   `me|mine|open|serverinfo|sprint list|issue list|epic list|board list|boards|project list`,
			TraitMutates: "issue move|issue assign|issue link|transition|issue edit|sprint add|epic add",
			TraitCreates: "issue comment|issue worklog|comment|send|post|chat",
		}},
		{names: "sendmail mail mailx mutt s-nail msmtp swaks ssmtp", style: 0, opts: `s= a=r c= b= r= S= i t v f= F= o= A=r
			B C= H= to= from= server= attach=r body= header= data= h-Subject= auth-user= auth-password= p= subject=`, hook: func(c *call) {
			if len(c.cmd.Operands) > 0 || c.has("t", "to") {
				c.trait(TraitSends)
			}
		}},
		{names: "notify-send wall write", style: gnu},
	}
}

// uploadsAfterFirst: files after the first operand are uploaded.
func uploadsAfterFirst(c *call) {
	for i := 1; i < len(c.cmd.Operands); i++ {
		w := c.cmd.Operands[i]
		name, _, _ := strings.Cut(w.Text, "#")
		c.file(effect.OpRead, part(w, name))
		c.trait(TraitUploads)
	}
}

// remoteArgs hands back the operands as a command on another machine; shells
// join them with spaces, as ssh does.
func remoteArgs(where string) func(*call) {
	return func(c *call) {
		words := c.cmd.Operands
		if c.dashed >= 0 {
			words = words[c.dashed:]
		}
		c.remoteShell(words, where+c.shown("codespace", "app", "a", "service", "pod"))
	}
}

func (c *call) remoteShell(words []effect.Word, where string) {
	if len(words) == 0 {
		return
	}
	text, known := "", true
	for i, w := range words {
		if i > 0 {
			text += " "
		}
		text += w.Text
		known = known && w.Known
	}
	c.res.Shells = append(c.res.Shells, Shell{Text: effect.Word{Text: text, Known: known}, Where: where, Via: c.by()})
}
