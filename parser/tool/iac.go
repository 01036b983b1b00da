package tool

import (
	"strings"

	"twokey/parser/effect"
)

// iacGrammars are infrastructure as code and configuration management.
func iacGrammars() []grammar {
	const tf = `chdir=c auto-approve target= replace= var= var-file=r out=w destroy input=? lock=? lock-timeout= refresh=?
		refresh-only parallelism= state=r state-out=w backup= no-color compact-warnings json force
		reconfigure migrate-state upgrade backend=? backend-config= get=? from-module= force-copy plugin-dir= allow-missing
			detailed-exitcode generate-config-out=w check write=? diff recursive list=? `
	return []grammar{
		{names: "terraform tofu terragrunt terramate", style: singleDash | classified,
			opts: tf + `terragrunt-non-interactive terragrunt-working-dir=c working-dir=c terragrunt-config=r
			non-interactive all h/help v/version queue-include-dir= a/all changed X/disable-safeguards=`, depth: 1,
			skip: "run-all run -- stack", verbs: []verb{
				{path: "apply"}, {path: "destroy"}, {path: "plan"}, {path: "init"}, {path: "import"}, {path: "taint"},
				{path: "untaint"}, {path: "refresh"}, {path: "validate"}, {path: "fmt"}, {path: "show"},
				{path: "output", opts: "raw"}, {path: "console"}, {path: "graph"}, {path: "force-unlock"}, {path: "get"},
				{path: "login"}, {path: "logout"}, {path: "providers"}, {path: "test"}, {path: "version"}, {path: "metadata"}, {path: "modules"},
				{path: "state rm"}, {path: "state mv"}, {path: "state push"}, {path: "state pull"}, {path: "state list"},
				{path: "state show"}, {path: "state replace-provider"}, {path: "workspace delete"},
				{path: "workspace select"}, {path: "workspace new"}, {path: "workspace list"}, {path: "workspace show"},
				{path: "backend delete"}, {path: "backend bootstrap"}, {path: "hclfmt"}, {path: "graph-dependencies"},
				{path: "exec"}, {path: "cloud destroy"}, {path: "script run"}, {path: "run-script"},
			}, classes: map[effect.Trait]string{
				TraitReads: `plan|validate|show|console|graph|providers|version|metadata|modules|state list|state show|
				workspace list|workspace show|hclfmt|graph-dependencies|render-json|output-module-groups|list|info|dag|find|
				catalog`, TraitLocal: `init|fmt|get|login|logout|workspace select|workspace new|generate|scaffold|hcl|test|create|exec`,
				TraitSecretRead: "output|state pull",
				TraitDestroys:   "destroy|state rm|state push|workspace delete|force-unlock|taint|backend delete",
				TraitMutates:    "apply|import|untaint|refresh|state mv|state replace-provider|backend bootstrap",
			}, hook: terraform},
		{names: "pulumi", style: saas, depth: 2, opts: `s/stack= y/yes f/skip-preview C/cwd=c t/target= r/refresh=? d/debug
			json config-file=r m/message= diff expect-no-changes p/parallel= non-interactive preview-only remove force
			show-secrets plaintext secret path exclude-protected target-dependents e/env=`,
			verbs: []verb{{path: "up|update"}, {path: "destroy|down"}, {path: "preview|pre"}, {path: "refresh"},
				{path: "stack rm"}, {path: "stack ls"}, {path: "stack output"}, {path: "stack export"},
				{path: "stack import"}, {path: "stack select"}, {path: "stack init"}, {path: "stack rename"},
				{path: "stack history"}, {path: "config set"}, {path: "config get"}, {path: "config rm"},
				{path: "state delete"}, {path: "state unprotect"}, {path: "cancel"}, {path: "import"}, {path: "logs"},
				{path: "env open"}, {path: "env get"}, {path: "watch"}, {path: "new"}},
			classes: map[effect.Trait]string{TraitLocal: `login|logout|new|stack select|stack init|config|plugin|install|
				gen-completion|convert|package|stack tag|org set-default|schema|policy new|about|version|
				stack change-secrets-provider`, TraitReads: `preview|stack|stack ls|stack output|stack history|stack graph|
				logs|whoami|console|env ls|policy ls|org`,
				TraitSecretRead: "stack export|config get|env open|env get|env run",
				TraitMutates: `up|refresh|import|stack rename|watch|state rename|state move|state unprotect|deployment|
				policy publish|env set|env edit|state repair`, TraitDestroys: `destroy|stack rm|cancel|state delete|
				stack import|env rm|policy rm|state edit|state taint`}, hook: func(c *call) {
				if c.under("stack", "output") && c.has("show-secrets") {
					c.reclass(TraitSecretRead)
				}
				if c.under("refresh") && c.has("preview-only") {
					c.reclass(TraitReads)
				}
				if c.under("destroy") && c.has("preview-only") {
					c.trait(effect.TraitDryRun)
				}
			}},
		{names: "cdk cdktf", style: cobra | classified, depth: 1, opts: `a/app= c/context= profile= all f/force y/yes
			require-approval= hotswap hotswap-fallback auto-approve o/output= exclusively e method= no-execute v strict json
			q/quiet role-arn= R/rollback=? import-existing-resources watch concurrency= tags= parameters= outputs-file=w
			change-set-name= toolkit-stack-name= revert-drift`,
			classes: map[effect.Trait]string{TraitReads: "list|ls|synth|synthesize|diff|metadata|notices|context|docs|doctor|drift|flags|output|provider|debug",
				TraitLocal:    "init|acknowledge|get|convert|migrate|login|cli-telemetry",
				TraitDestroys: "destroy|gc|rollback|orphan", TraitMutates: "deploy|bootstrap|import|watch|refactor|apply"}},
		{names: `serverless sls sam chalice zappa architect arc apex claudia up ecs-cli copilot-cli amplify-cli ampx`,
			style: cobra | classified, depth: 1, opts: `s/stage= r/region= aws-profile= f/function= stack-name= no-prompts
			guided c/config= p/param= force y/yes no-confirm-changeset capabilities= template-file=r t/template=r resolve-s3
			debug verbose`, verbs: []verb{{path: "remote invoke"}, {path: "local invoke"}, {path: "local start-api"},
				{path: "deploy function"}, {path: "deploy list"}, {path: "rollback function"}, {path: "remote execution"}},
			classes: map[effect.Trait]string{
				TraitReads: `info|print|package|logs|metrics|list|doctor|validate|diff|status|tail|support|deploy list|url|
				gen-policy|generate-models`, TraitLocal: `create|init|offline|plugin|login|logout|build|local|install|dev|
				invoke local|sandbox|configure|test|upgrade|generate|update|docs|usage|studio`,
				TraitDestroys: "remove|delete|undeploy|rollback|destroy|down|rollback function",
				TraitMutates:  "deploy|sync|publish|config|certify|push|traffic|config-set|schedule|unschedule",
				TraitCreates:  "invoke|remote|bootstrap|pipeline|manage",
			}},
		{names: "ansible", style: gnu, opts: ansible + "m/module-name= a/args= B/background= P/poll= o/one-line t/tree=w", hook: ansibleModule},
		{names: "ansible-playbook", style: gnu, opts: ansible + `t/tags= skip-tags= start-at-task= step syntax-check
			list-tasks list-tags flush-cache force-handlers`, paths: effect.OpExec, hook: func(c *call) {
			if c.has("check", "syntax-check", "list-tasks", "list-hosts", "list-tags") {
				c.trait(effect.TraitDryRun)
			} else if !c.cmd.Has(effect.TraitHelp) {
				c.trait(TraitMutates)
			}
		}},
		{names: "ansible-pull ansible-console", style: gnu, opts: ansible + "U/url= d/directory= purge o",
			hook: func(c *call) { c.trait(TraitMutates) }},
		{names: `ansible-galaxy ansible-inventory ansible-doc ansible-config ansible-lint ansible-test molecule`,
			style: cobra, depth: 2, verbs: []verb{{path: "collection publish", hook: publishes}, {path: "role delete"},
				{path: "role remove"}, {path: "collection install"}, {path: "role import", hook: publishes}},
			opts: "s/server= token= api-key= p= r= f/force"},
		{names: "packer", style: singleDash | classified, depth: 1, opts: `force var= var-file=r only= except= on-error=
			syntax-only machine-readable color=? debug`,
			classes: map[effect.Trait]string{TraitReads: "validate|inspect|version|console|fix|plugins",
				TraitLocal: "init|fmt|hcl2_upgrade", TraitCreates: "build"}},
		{names: `salt salt-call salt-run salt-ssh salt-cloud knife chef chef-client chef-solo puppet bolt mco fab cap mina
			pyinfra cdist itamae rex kamal mrsk dokku-cli capistrano deployer dep shipit envoy nixops colmena deploy-rs
			morph fleetctl`, style: cobra, depth: 1, opts: `t/targets= n/nodes= u/user= b/become H/hosts= P y/yes l= E G L C
			W/why-run noop dry-run test= d/destination= c/config= r/roles= e/env=`, hook: func(c *call) {
			if c.has("why-run", "noop", "dry-run") || c.text("test") == "True" {
				c.trait(effect.TraitDryRun)
				return
			}
			for _, v := range append(c.cmd.Subcommand, c.operandText(0), c.operandText(1)) {
				switch {
				case v == "":
				case strings.HasPrefix(v, "test.") || strings.HasPrefix(v, "grains.") || v == "list" || v == "show" ||
					v == "version" || v == "config" || v == "search" || v == "status" || v == "logs" || v == "details" ||
					v == "module" || v == "parser" || v == "lookup" || v == "resource" || v == "facts" || v == "describe" ||
					v == "docs" || v == "generate" || v == "exec" || v == "gem":
					return
				case v == "delete" || v == "remove" || v == "destroy" || strings.HasSuffix(v, ":remove") || v == "node" &&
					c.operandText(0) == "delete":
					c.trait(TraitDestroys)
					return
				}
			}
			switch c.cmd.Program {
			case "cap", "mina", "fab", "dep", "deployer", "mrsk", "kamal", "rex", "shipit", "capistrano", "deploy-rs":
				// Task runners: only the task's name says that it deploys.
				for _, w := range append(c.subcommands(), c.cmd.Operands...) {
					if strings.Contains(w.Text, "deploy") || strings.Contains(w.Text, "rollback") ||
						strings.Contains(w.Text, "restart") || strings.Contains(w.Text, "setup") || strings.Contains(w.Text, "reboot") {
						c.trait(TraitMutates)
					}
				}
				return
			}
			c.trait(TraitMutates)
		}},
	}
}

const ansible = `i/inventory= l/limit= u/user= b/become K/ask-become-pass k/ask-pass C/check D/diff e/extra-vars= f/forks=
	c/connection= v/verbose M/module-path= private-key/key-file= vault-password-file= vault-id= ask-vault-pass J
	become-user= become-method= ssh-common-args= ssh-extra-args= T/timeout= list-hosts scp-extra-args= sftp-extra-args=
		playbook-dir= task-timeout= `

func terraform(c *call) {
	switch c.verbText(0) {
	case "apply":
		if c.has("destroy") {
			c.reclass(TraitDestroys)
		}
	case "refresh":
	case "output":
		if !c.has("json", "raw") {
			c.reclass(TraitReads) // sensitive values are masked
		}
	case "fmt":
		if f, ok := c.cmd.Flag("write"); ok && f.Value != nil && f.Value.Text == "false" || c.has("check") {
			c.reclass(TraitReads)
		}
	case "plan":
		c.trait(effect.TraitDryRun)
	case "show":
		c.operands(effect.OpRead)
	case "exec":
		c.exec(c.cmd.Operands, "terragrunt exec")
	}
}

// ansibleModule: what an ad-hoc module does on the hosts.
func ansibleModule(c *call) {
	if c.has("check", "list-hosts") {
		c.trait(effect.TraitDryRun)
		return
	}
	module := strings.TrimPrefix(c.text("module-name"), "ansible.builtin.")
	switch module {
	case "ping", "setup", "debug", "gather_facts", "stat", "slurp", "find", "getent", "command_facts", "service_facts", "package_facts":
		c.trait(TraitReads)
	case "", "command", "shell", "raw", "script":
		if w, ok := c.value("args"); ok {
			c.res.Shells = append(c.res.Shells, Shell{Text: w, Where: "ansible:" + c.firstWord(), Via: "ansible"})
		}
		if module == "script" || module == "" && !c.has("args") {
			c.trait(TraitMutates)
		}
	default:
		c.trait(TraitMutates)
	}
}
