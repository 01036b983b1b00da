package tool

import (
	"twokey/parser/effect"
)

// saasOptions are the options that most of these command lines share.
const saasOptions = `f/force y/yes a/app= o/org= c/config= p/project= t/token= e/env= json q/quiet v/verbose debug s/service=
		region= r/region= name= n/name= dry-run `

// saasTool is the grammar of a command line of groups and verbs.
func saasTool(names, opts string, depth int, classes map[effect.Trait]string) grammar {
	return grammar{names: names, style: saas, opts: saasOptions + opts, depth: depth, classes: classes}
}

// platformGrammars are hosting platforms and SaaS products with a command
// line of their own.
func platformGrammars() []grammar {
	return []grammar{
		{names: "vercel", style: saas, opts: `t/token= S/scope= A/local-config= Q/global-config= cwd=c y/yes f/force prod
			p/public e/env= b/build-env= m/meta= n/name= target= d/debug prebuilt archive= environment= git-branch= limit=`, depth: 2,
			verbs: []verb{{path: "env pull", hook: firstIs(effect.OpWrite)}, {path: "env rm|env remove"},
				{path: "remove|rm"}, {path: "deploy"}, {path: "dev"}, {path: "build"}, {path: "link"}, {path: "logs"},
				{path: "inspect"}, {path: "promote"}, {path: "rollback"}, {path: "redeploy"}, {path: "bisect"}, {path: "curl"}},
			classes: map[effect.Trait]string{TraitLocal: "dev|build|link|login|logout|switch|init|git|telemetry|install|integration open",
				TraitReads: `list|ls|inspect|logs|whoami|env ls|domains ls|domains inspect|dns ls|certs ls|bisect|teams ls|
				projects|project ls|help|httpstat`, TraitSecretRead: "env pull|tokens",
				TraitMutates: `deploy|promote|rollback|redeploy|alias|alias set|env update|rolling-release|domains move|
					domains transfer-in`, TraitCreates: `domains buy|domains add|certs issue|env add|teams invite|blob put|
					integration add`}, hook: bareDeploys},
		{names: "netlify", style: saas, opts: `s/site= a/auth= p/prod d/dir=r f/force m/message= json o/open alias=
			functions= context= debug filter= silent branch= data= api=`, depth: 2,
			verbs: []verb{{path: "api", hook: func(c *call) { c.reclass(wordClass(c.operandText(0))) }}},
			classes: map[effect.Trait]string{TraitLocal: `dev|build|link|unlink|login|logout|switch|init|completion|serve|
				functions:create|functions:serve|functions:build|recipes|clone|lm`,
				TraitReads: `status|watch|open|logs|functions:list|sites:list|sites:search|addons:list|help|teams:list|
					blobs:get|blobs:list`,
				TraitSecretRead: "env:get|env:list|env:clone",
				TraitMutates:    "deploy|env:set|env:import|blobs:set|sites:update",
				TraitDestroys:   "env:unset|sites:delete|blobs:delete|addons:delete",
				TraitCreates:    "sites:create|addons:create|functions:invoke|db init"}},
		{names: "heroku", style: saas, opts: `a/app= r/remote= confirm= org= t/team= s/space= json f/force x/exit-code size=
			type= e/env= no-tty tail n/num= d/dyno= p/ps= c/command= file=r credential= region= stack= buildpack= prod`, depth: 1,
			verbs: []verb{{path: "pg:psql", opts: "c/command= f/file=", hook: shellSQL("postgres")},
				{path: "run", hook: herokuRun}, {path: "run:detached", hook: herokuRun}, {path: "ps:exec", hook: herokuRun},
				{path: "redis:cli"}, {path: "container:rm"}},
			classes: map[effect.Trait]string{
				TraitLocal: `local|login|logout|auth:login|auth:logout|git:remote|git:clone|plugins|update|autocomplete|
					which|container:login|container:logout|local:run`,
				TraitReads: `apps|apps:info|info|logs|ps|status|addons|addons:info|domains|releases|releases:info|
					releases:output|pg|pg:info|pg:ps|pg:psql|pg:backups|pg:backups:info|pg:backups:schedules|pg:diagnose|
					pg:locks|pg:outliers|pg:long-running-queries|pg:bloat|pg:blocking|regions|buildpacks|certs|pipelines|
					pipelines:info|pipelines:diff|access|keys|members|orgs|teams|spaces|webhooks|redis:info|redis:cli|
					features|labs|stack|maintenance|auth:whoami|whoami|help|version|drains|run|run:detached|ps:type|
					notifications|reviewapps|ci|test|sessions|auth:2fa|addons:docs|addons:open|apps:open|open|dashboard|
					container|authorizations|clients|psql|ps:exec|data`,
				TraitSecretRead: `config|config:get|pg:credentials|pg:credentials:url|auth:token|redis:credentials|
					pg:backups:url|config:edit|authorizations:info|ci:config|ci:config:get|pg:credentials:repair`,
				TraitDestroys: `pg:reset|pg:promote|pg:copy|pg:push|pg:restore|pg:backups:restore|pg:backups:delete|
					pg:unfollow|pg:kill|pg:killall|pg:detach|destroy|apps:destroy|apps:delete|ps:stop|ps:kill|dyno:stop|
					dyno:kill|releases:rollback|rollback|maintenance:on|container:rm|redis:maintenance|redis:promote|
					redis:reset|pg:credentials:rotate|pg:maintenance:run|apps:leave|leave|apps:transfer|apps:unlock|
					spaces:destroy|drains:remove|pg:upgrade|pg:settings`,
				TraitMutates: `config:set|scale|ps:scale|ps:resize|resize|dyno:scale|ps:restart|restart|dyno:restart|
					container:release|apps:rename|rename|access:update|buildpacks:set|stack:set|domains:update|
					pipelines:promote|features:enable|labs:enable|maintenance:off|apps:favorites:add|reviewapps:enable|
					autoscale|ps:autoscale:enable`,
				TraitCreates: `create|apps:create|addons:create|addons:attach|container:push|pg:backups:capture|
					pg:backups:schedule|builds:create|access:add|keys:add|domains:add|pipelines:create|certs:add|
					authorizations:create|pg:pull|webhooks:add|drains:add|fork|spaces:create|teams:create|pg:wait`,
			}},
		{names: "fly", style: saas, opts: `a/app= c/config= t/access-token= o/org= r/region= y/yes C/command= e/env=
			i/image= j/json verbose g/process-group= s/select q/quiet u/user= n/name= stage detach now ha=? build-arg=
			dockerfile= strategy= local-only remote-only vm-size= size= count= remote-config v/vm-memory= d/database=
			p/password= A/address= machine=`, depth: 3,
			verbs: []verb{
				{path: "ssh console|console", opts: "C/command= s/select", hook: flySSH}, {path: "ssh sftp"},
				{path: "postgres connect|pg connect", opts: "c/command= d/database=", hook: shellSQL("postgres")},
				{path: "machine exec|m exec|machines exec", hook: flyExec},
				{path: `volumes destroy|volume destroy|vol destroy|volumes delete|volume delete|vol delete|volumes rm`},
				{path: "apps destroy|destroy|app destroy|apps delete"},
				{path: "machine destroy|machines destroy|m destroy|machine remove|machine rm|m rm"},
				{path: "machine stop|machines stop|m stop"}, {path: "machine kill|m kill"},
				{path: "machine list|machines list|m list|machine ls"}, {path: "machine status|m status"},
				{path: "machine start|m start"}, {path: "machine run|m run"}, {path: "machine clone|m clone"},
				{path: "machine update|m update"}, {path: "machine restart|m restart"},
				{path: "postgres list|pg list"}, {path: "postgres create|pg create"}, {path: "postgres detach|pg detach"},
				{path: "postgres attach|pg attach"}, {path: "postgres failover|pg failover"},
				{path: "postgres restart|pg restart"}, {path: "secrets unset|secrets rm"}, {path: "deploy"},
				{path: "launch"}, {path: "proxy"}, {path: "logs"}, {path: "status"},
			},
			classes: map[effect.Trait]string{TraitLocal: `auth login|auth logout|auth signup|version|agent|settings|proxy|
				doctor|docs|dig|curl|ping|config validate|config save|config env|completion|wireguard websockets|auth docker|
				dashboard|open|platform|jobs|sftp|ssh sftp|ssh issue`,
				TraitReads: `auth whoami|apps list|apps open|status|logs|ips list|volumes list|volumes show|
				volumes snapshots list|machine list|machine status|postgres list|postgres connect|postgres db list|
				postgres users list|releases|scale show|secrets list|orgs list|orgs show|certs list|certs show|certs check|
				regions list|checks list|services list|image show|history|info|ssh console|machine exec|mysql|redis list|
				redis status|config show|config display|apps releases|incidents|consul status`,
				TraitSecretRead: "auth token|tokens|redis connect|wireguard create|tokens create",
				TraitMutates: `deploy|scale|secrets set|secrets import|secrets deploy|machine update|machine restart|
					machine start|machine uncordon|apps restart|apps move|apps resume|postgres attach|postgres config update|
					autoscale|volumes extend|volumes update|image update|regions|mpg attach`,
				TraitCreates: `launch|apps create|volumes create|machine run|machine clone|machine create|
					postgres create|ips allocate|ips allocate-v4|ips allocate-v6|certs add|certs create|orgs create|
					orgs invite|volumes fork|redis create|volumes snapshots create|postgres import|storage create|extensions`,
				TraitDestroys: `apps suspend|apps destroy|postgres failover|postgres detach|postgres restart|postgres barman|
					machine cordon|machine suspend|machine leases clear|ips release|orgs remove|orgs delete|secrets unset|
					postgres users|certs remove|tokens revoke|volumes destroy|suspend|redis reset|
					redis update|storage destroy|ext destroy|machine egress-ip release|mpg destroy`}},
		{names: "railway", style: saas, opts: `s/service= e/environment= p/project= y/yes json d/detach k/kv set= v/verbose
			c/ci environment= volume= t/team= w/workspace= n/name= path= from=`, depth: 2,
			verbs: []verb{{path: "run", hook: localArgs}, {path: "ssh", hook: remoteArgs("railway:")},
				{path: "connect", hook: func(c *call) { c.stdin(target{dialect: "any", server: "railway"}) }}, {path: "variables|variable|vars|var"}, {path: "up"}, {path: "down"},
				{path: "status"}, {path: "logs"}, {path: "link"},
				{path: "environment delete|environment remove|environment rm|env delete"},
				{path: "volume delete|volume remove|volume rm"}, {path: "volume list|volume ls"},
				{path: "volume add|volume create"}, {path: "volume detach"}, {path: "volume attach"},
				{path: "volume update"}, {path: "service"}, {path: "shell"}, {path: "delete"}, {path: "redeploy"},
				{path: "domain"}, {path: "init"}, {path: "add"}, {path: "list"}, {path: "whoami"}, {path: "open"},
				{path: "docs"}, {path: "deploy"}, {path: "variable set|variables set"},
				{path: "variable delete|variables delete"}, {path: "variable list|variables list"}, {path: "restart"}},
			classes: map[effect.Trait]string{TraitLocal: `login|logout|link|unlink|completion|docs|open|dev|develop|
				check_updates|upgrade|starship|run|shell|mcp`,
				TraitReads: `status|logs|list|whoami|volume list|connect|environment list|ssh|service|environment link|
				deployment list|service status|service logs`, TraitSecretRead: "variables|variable list",
				TraitDestroys: `down|delete|volume detach|environment delete|service delete|deployment remove|
				variable delete|functions delete|project delete`, TraitMutates: `up|redeploy|scale|volume update|
				volume attach|variable set|restart|environment edit|deployment up|deployment redeploy`,
				TraitCreates: "init|add|domain|environment new|volume add|deploy|functions|environment"}, hook: func(c *call) {
				if c.under("variables") && c.has("set") {
					c.reclass(TraitMutates)
				}
			}},
		{names: "supabase", style: saas, opts: `project-ref= p/password= db-url= linked local debug workdir= yes
			experimental f/file=w s/schema= dry-run include-all data-only role-only version= no-verify-jwt env-file=r o/output=`, depth: 3,
			verbs: []verb{{path: "db reset"}, {path: "db push"}, {path: "db dump"}, {path: "db diff"}, {path: "db pull"},
				{path: "db lint"}, {path: "db start"}, {path: "db query", hook: shellSQL("postgres")}, {path: "migration"},
				{path: "gen"}, {path: "start"}, {path: "stop"}, {path: "status"}},
			classes: map[effect.Trait]string{TraitLocal: `init|login|logout|link|unlink|start|stop|status|gen|migration new|
				migration list|functions new|functions serve|bootstrap|completion|db diff|db lint|db start|db reset|test|
				services|db pull|migration squash|functions download|seed buckets`,
				TraitReads: `projects list|orgs list|secrets list|functions list|branches list|branches get|inspect|db dump|
				migration fetch|db query|storage ls|domains get|network-bans get|ssl-enforcement get|vanity-subdomains get|
				snippets|postgres-config get|backups list`, TraitSecretRead: "projects api-keys",
				TraitMutates: `db push|functions deploy|secrets set|migration up|config push|migration repair|
				network-restrictions update|ssl-enforcement update|storage cp|postgres-config update|branches update|
				domains activate|vanity-subdomains activate|encryption|sso update`,
				TraitDestroys: `migration down|network-bans remove|storage rm|storage mv|secrets unset|functions delete|
				branches delete|branches disable|projects delete|domains delete|backups restore|sso remove|branches pause`}, hook: supabase},
		{names: "neonctl neon", style: saas, depth: 2, opts: saasOptions + `project-id= branch= role-name= database-name= host-id= context-file=r api-key= output=
			parent= psql pooled `, classes: map[effect.Trait]string{TraitLocal: "auth|set-context|completion|init|bootstrap",
			TraitSecretRead: "connection-string|cs", TraitReads: "me|branches schema-diff|orgs list",
			TraitDestroys: "branches reset|branches restore", TraitMutates: "branches set-default|branches rename|ip-allow"},
			hook: func(c *call) {
				if c.has("psql") && c.dashed >= 0 {
					c.exec(append([]effect.Word{effect.Lit("psql")}, c.cmd.Operands[c.dashed:]...), "neonctl")
				}
			}},
		{names: "wrangler", style: saas, opts: saasOptions + `remote local command= file= preview namespace-id= binding=
			env-file=r database= compatibility-date= minify outdir=w branch= commit-hash= directory= expiration= path=r ttl=
			metadata= persist-to= y/skip-confirmation`, depth: 3,
			verbs: []verb{
				{path: "d1 execute", opts: "command= file= remote local preview", hook: wranglerD1}, {path: "dev"},
				{path: "deploy|publish", opts: "dry-run outdir=w"}, {path: "delete", opts: "dry-run"}, {path: "tail"},
				{path: "types"}, {path: "init"},
				{path: "kv key put|kv:key put"}, {path: "kv key get|kv:key get"}, {path: "kv key list|kv:key list"},
				{path: "kv key delete|kv:key delete"}, {path: "kv namespace list|kv:namespace list"},
				{path: "kv namespace create|kv:namespace create"}, {path: "kv namespace delete|kv:namespace delete"},
				{path: "kv bulk put|kv:bulk put"}, {path: "kv bulk delete|kv:bulk delete"}, {path: "kv bulk get"},
				{path: "r2 object put"}, {path: "r2 object get"}, {path: "r2 object delete"},
				{path: "r2 bucket create"}, {path: "r2 bucket delete"}, {path: "r2 bucket list"},
				{path: "d1 time-travel restore"}, {path: "d1 time-travel info"}, {path: "d1 migrations apply"},
				{path: "d1 migrations list"}, {path: "d1 migrations create"}, {path: "queues consumer remove"},
				{path: "queues consumer add"}, {path: "queues purge"}, {path: "pages deploy|pages publish"},
				{path: "pages dev"}, {path: "pages project delete"}, {path: "pages project list"},
				{path: "pages project create"}, {path: "pages deployment list"}, {path: "pages deployment delete"},
				{path: "pages secret put"}, {path: "pages download config"}, {path: "versions upload"},
				{path: "versions deploy"}, {path: "secret put"}, {path: "secret delete"}, {path: "secret list"},
				{path: "secret bulk|secret:bulk"}, {path: "hyperdrive delete"}, {path: "vectorize delete"},
				{path: "dispatch-namespace delete"}, {path: "triggers deploy"}, {path: "rollback"},
				{path: "deployments list"}, {path: "whoami"}, {path: "login"}, {path: "logout"},
				{path: "check startup"}, {path: "setup"}, {path: "telemetry"}},
			classes: map[effect.Trait]string{TraitLocal: `dev|types|init|login|logout|generate|build|telemetry|pages dev|
				pages functions build|d1 migrations create|check|setup|docs|pages functions optimize-routes|pages download`,
				TraitReads: `tail|whoami|deployments|d1 execute|d1 info|d1 export|d1 insights|d1 time-travel info|
				versions view|kv key get|r2 object get|pages deployment tail|cert list`,
				TraitMutates: `deploy|rollback|d1 migrations apply|secret put|secret bulk|kv key put|kv bulk put|
				r2 object put|versions deploy|versions secret|pages deploy|triggers deploy|queues resume-delivery|
				pages secret put|workflows instances`, TraitCreates: "versions upload",
				TraitDestroys: `d1 time-travel restore|queues pause-delivery|queues purge|workflows terminate|workflows instances terminate`}},
		saasTool("firebase", `P/project= only= except= account= non-interactive token= i/interactive recursive shallow
			all-collections database= instance= limit= `, 2,
			map[effect.Trait]string{TraitLocal: `login|logout|use|init|serve|emulators:start|emulators:exec|emulators:export|
				setup:emulators:firestore|experiments:enable|target|target:apply|apps:sdkconfig|setup:web|open|login:add|
				login:list|login:use|projects:addfirebase|functions:shell`,
				TraitSecretRead: `login:ci|functions:secrets:access|functions:config:get|apphosting:secrets:describe`,
				TraitReads: `projects:list|apps:list|functions:list|functions:log|database:get|firestore:indexes|
					hosting:channel:list|hosting:sites:list|hosting:sites:get|remoteconfig:get|auth:export|ext:list|ext:info|
					help|firestore:databases:list|database:profile`,
				TraitMutates: `deploy|database:set|database:update|database:push|functions:config:set|
					functions:config:clone|auth:import|hosting:clone|hosting:channel:deploy|firestore:databases:update|
					functions:secrets:set|ext:update|ext:configure|remoteconfig:rollback|remoteconfig:set`,
				TraitDestroys: `hosting:disable|firestore:delete|database:remove|functions:delete|functions:config:unset|
					hosting:channel:delete|hosting:sites:delete|firestore:databases:delete|functions:secrets:destroy|
					functions:secrets:prune|projects:delete|ext:uninstall|crashlytics:symbols:delete|
					appdistribution:testers:remove|firestore:databases:restore|hosting:rollback`,
				TraitCreates: `appdistribution:distribute|crashlytics:symbols:upload|projects:create|apps:create|
					ext:install|hosting:channel:create|hosting:sites:create|messaging:send`}),
		{names: "stripe", style: saas, opts: saasOptions + `d/data= live api-key= project-name= i/idempotency= e/expand= limit=
			starting-after= l/live stripe-account= show-headers`, depth: 3,
			verbs: []verb{{path: "get"}, {path: "post"}, {path: "delete"},
				{path: "listen", opts: "f/forward-to= e/events= skip-verify"}, {path: "logs tail"}, {path: "trigger"},
				{path: "fixtures"}, {path: "events resend"}},
			classes: map[effect.Trait]string{TraitLocal: `login|logout|config|completion|version|open|samples|listen|plugin|
				community|feedback|sandbox`,
				TraitReads:    "get|logs|status|resources|serve|help|* list|* retrieve|* search|events list",
				TraitMutates:  "post|* update|* capture|* attach|* confirm",
				TraitDestroys: "delete|* cancel|* delete|* void|* expire|* close|* detach|* deactivate",
				TraitCreates:  `trigger|fixtures|events resend|* create|* pay|* finalize|* send|refunds|payouts|transfers|* approve`}},
		saasTool("twilio sendgrid postmark mailgun", "from= to= body= sid= ", 4,
			map[effect.Trait]string{TraitLocal: `login|profiles|plugins|config|autocomplete|help|serverless:start|flex:plugins:start|dev`,
				TraitMutates:    "serverless:deploy|serverless:promote|flex:plugins:deploy",
				TraitSecretRead: "serverless:env:list|serverless:env:get|api:core:keys"}),
		saasTool("shopify", "store= path= theme= live ", 3, map[effect.Trait]string{TraitLocal: `version|auth|app dev|
			app build|theme check|theme dev|theme init|app init|hydrogen dev|hydrogen build|config|login|logout|
			theme package|app generate|app info|hydrogen init|theme language-server|app function|whoami|upgrade`,
			TraitMutates:    `theme push|app deploy|theme publish|hydrogen deploy|app release|theme share|app env pull`,
			TraitReads:      `theme list|theme info|theme open|theme pull|app logs|app versions list|hydrogen list|search`,
			TraitSecretRead: "app env show|hydrogen env pull"}),
		saasTool("doppler", "", 2,
			map[effect.Trait]string{TraitLocal: `login|logout|setup|configure|update|completion|open|run|changelog|analytics|import`,
				TraitSecretRead: `secrets|secrets get|secrets download|secrets substitute|configs tokens create|
			configure get token|me token|configure debug|configs tokens`,
				TraitReads: `me|projects|projects get|environments|configs|configs get|activity|configs logs|secrets notes`, TraitMutates: `secrets set|secrets upload|projects update|configs update|configs unlock|configs lock|
			configs clone|environments rename`, TraitDestroys: `secrets delete|projects delete|configs delete|
			environments delete|configs tokens revoke|configs logs rollback`}),
		saasTool("eas expo", "profile= platform= non-interactive channel= branch= message= auto ", 2,
			map[effect.Trait]string{TraitLocal: `login|logout|init|start|prebuild|install|doctor|customize|config|run:ios|
				run:android|build:configure|update:configure|whoami|lint|analytics|export|build:inspect|register|new|open|
				build:dev|build:resign`,
				TraitReads: `build:list|build:view|build:download|channel:list|channel:view|branch:list|branch:view|
					update:list|update:view|project:info|diagnostics|account:view|env:list|device:list|webhook:list|deploy:list|build:run`,
				TraitPublishes: `submit|update|publish|update:republish|update:rollback|update:roll-back-to-embedded|deploy|
					update:edit|channel:rollout`,
				TraitSecretRead: "env:pull|env:get|env:exec|credentials",
				TraitCreates: `build|build:submit|channel:create|branch:create|env:create|env:push|workflow:run|
					device:create|fingerprint:generate`,
				TraitDestroys: `build:delete|build:cancel|branch:delete|channel:delete|env:delete|secret:delete|
					update:delete|metadata:push|device:delete|webhook:delete`}),
	}
}

// bareDeploys: the program alone, or with a directory, deploys it.
func bareDeploys(c *call) {
	if len(c.cmd.Subcommand) == 0 && !c.cmd.Has(effect.TraitHelp) {
		c.cmd.Subcommand = []string{"deploy"}
		c.reclass(TraitMutates)
	}
}

func herokuRun(c *call) {
	words := c.cmd.Operands
	if c.dashed >= 0 {
		words = words[c.dashed:]
	}
	c.remoteShell(words, "heroku:"+c.shown("app"))
}

// localArgs hands back a command that runs here with a platform's variables.
func localArgs(c *call) {
	words := c.cmd.Operands
	if c.dashed >= 0 {
		words = words[c.dashed:]
	}
	c.exec(words, c.by())
}

func flySSH(c *call) {
	if w, ok := c.value("command"); ok {
		c.res.Shells = append(c.res.Shells, Shell{Text: w, Where: "fly:" + c.shown("app"), Via: "fly ssh console"})
	}
}

func flyExec(c *call) {
	if len(c.cmd.Operands) > 1 {
		c.remoteShell(c.cmd.Operands[1:], "fly:"+c.firstWord())
	}
}

// supabase: most db commands are for the local stack unless told otherwise.
func supabase(c *call) {
	remote := c.has("linked", "db-url", "project-ref")
	switch {
	case c.under("db", "reset") && remote, c.under("migration", "down") && remote:
		c.reclass(TraitDestroys)
	case c.under("migration", "up") && !remote, c.under("db", "push") && c.has("local"), c.under("migration", "down"):
		c.reclass(TraitLocal)
	case c.under("stop") && c.has("no-backup"):
		c.trait(TraitDataLoss)
	}
}

func wranglerD1(c *call) {
	t := target{dialect: "sqlite", server: "d1", database: c.firstWord()}
	if !c.has("remote") {
		t.inWorkspace = true
	}
	for _, w := range c.values("command") {
		c.statements(w, t)
	}
	for _, w := range c.values("file") {
		c.script(w, t)
	}
}
