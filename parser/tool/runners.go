package tool

import (
	"strings"

	"twokey/parser/effect"
)

// runnerGrammars are the programs that run another tool: what they run is
// handed back and judged on its own.
func runnerGrammars() []grammar {
	return []grammar{
		{names: "npx", style: inOrder | shortHelp, opts: `y/yes n/no p/package= c/call=s q/quiet no-install ignore-existing
			shell= prefix= w/workspace= node-arg= cache= userconfig= registry= loglevel= no prefer-online prefer-offline
			offline silent`, hook: packageRunner},
		{names: "bunx pnpx", style: inOrder | shortHelp, opts: "bun p/package= silent verbose y/yes no-install", hook: packageRunner},
		{names: "uvx", style: inOrder, opts: `from= with= p/python= q/quiet v/verbose isolated refresh index= i/index-url=
			extra-index-url= with-requirements= with-editable= n/no-cache cache-dir= directory=c offline no-index
			f/find-links= default-index= env-file= c/constraints= h/help P= upgrade U`, hook: packageRunner},
		{names: "rimraf del del-cli trash-cli empty-trash", style: cobra,
			opts: "f/force g/glob G/no-glob i p/preserve-root", paths: effect.OpDelete},
		{names: "php", style: inOrder, opts: "r= f=x d= c= n a B= R= E= F= S= t=c l m i s v w z= e C q H", hook: php},
		{names: "rails rake", style: 0, depth: 1,
			opts: "e/environment= f/rakefile=r t n/dry-run P T D s q v g N m C=c I= r= skip-bundle", hook: rails},
		{names: "django-admin", style: 0, depth: 1, opts: djangoOptions, hook: django},
		{names: "artisan", style: 0, depth: 1, opts: "env= force seed n q v database= path= step= execute= pretend/dry-run", hook: artisan},
		{names: "flask", style: 0, depth: 2, opts: "A/app= e/env-file= d/directory= m/message= debug", hook: alembicLike},
		{names: "alembic", style: gnu, depth: 1, opts: "c/config=r n/name= x= m/message= sql tag= autogenerate raiseerr", hook: alembicLike},
		{names: "prisma", style: cobra, depth: 2, opts: `schema=r f/force skip-generate skip-seed accept-data-loss
			force-reset n/name= create-only url= stdin file= script to-url= from-url= to-schema-datamodel=r
			from-schema-datamodel=r preview-feature from-empty applied= rolled-back= config=r`, hook: prisma},
		{names: `sequelize sequelize-cli knex typeorm typeorm-ts-node-commonjs typeorm-ts-node-esm mikro-orm drizzle-kit
			migrate dbmate goose atlas-cli sqitch flyway liquibase db-migrate node-pg-migrate umzug migrate-mongo kysely
			golang-migrate refinery sqlx diesel sea-orm-cli phinx doctrine bytebase skeema gh-ost pt-online-schema-change
			pt-archiver ley graphile-migrate pg-migrate rambler yoyo aerich dbt sqlmesh payload medusa nestjs objection
			blitz keystone redwood rw adonis ace`, style: gnu, depth: 2, opts: `f=? d/dataSource/url=? e/env= c=? force all
			to= step= path= database= source= config=r verbose y/yes dry-run dryRun/dry-run pretend/dry-run execute n/name=
			u= count= password= user= steps= t=`, hook: migrations},
		{names: "java javaw", style: singleDash | inOrder, opts: `jar= cp= classpath= Xmx= D= agentlib= agentpath=
			javaagent= version p/module-path= m/module= ea server`, hook: javaJar},
		{names: "wp", style: cobra, depth: 2, opts: `path=c url= ssh= yes all allow-root user= exec=x require=x dry-run
			network skip-plugins skip-themes`, verbs: []verb{{path: "db reset", hook: dataLoss},
			{path: "db drop", hook: dataLoss}, {path: "db clean", hook: dataLoss}, {path: "db import", hook: dataLoss},
			{path: "db query", hook: func(c *call) {
				for _, w := range c.cmd.Operands {
					c.statements(w, target{dialect: "mysql"})
				}
				if len(c.cmd.Operands) == 0 {
					c.stdin(target{dialect: "mysql"})
				}
			}}, {path: "site empty", hook: dataLoss}, {path: "site delete", hook: dataLoss},
			{path: "post delete", hook: dataLoss}, {path: "user delete", hook: dataLoss},
			{path: "search-replace", hook: dataLoss}, {path: "eval"}, {path: "plugin delete"}, {path: "option delete"}, {path: "config get"}}},
		{names: "drush occ magento bin-magento typo3 craft concrete5", style: 0, depth: 1, opts: "y root=c uri= l=", hook: func(c *call) {
			switch v := c.verbText(0); {
			case v == "sql-query" || v == "sql:query" || v == "sqlq":
				for _, w := range c.cmd.Operands {
					c.statements(w, target{dialect: "any"})
				}
			case v == "sql-drop" || v == "sql:drop" || v == "site-install" || v == "site:install" || v == "si" ||
				strings.HasSuffix(v, ":uninstall") || v == "entity:delete" || v == "maintenance:install" ||
				v == "user:delete" || v == "db/restore":
				c.trait(TraitDataLoss)
			}
		}},
		{names: "make just task mage rake-task invoke tox nox", style: gnu, opts: `C/directory=c f/file/makefile=x j/jobs=?
			n/just-print/recon/dry-run k i s/silent B/always-make o= W= I= l=? e r R q/question t/touch w v/version
			p/print-data-base d working-directory=c justfile=r set= shell= E/eval=`, hook: makefile},
		{names: "sail lando ddev", style: inOrder, hook: func(c *call) {
			words := c.cmd.Operands
			if len(words) > 1 && (words[0].Text == "exec" || words[0].Text == "run") {
				words = words[1:]
			}
			if len(words) > 0 && lookup(Name(words[0])) != nil {
				c.exec(words, c.cmd.Program)
			}
		}},
		{names: "console symfony", style: inOrder, hook: func(c *call) {
			words := c.in.Argv[1:]
			if len(words) > 0 && words[0].Text == "console" {
				words = words[1:]
			}
			c.symfony(words)
		}},
		{names: "pytest py.test", style: gnu, opts: `k= m= n= x v q s p= c=r o= rootdir=c W= lf ff tb= cov=? maxfail= junitxml=w basetemp=d`},
	}
}

// packageRunner: npx NAME ARGS runs that package's program.
func packageRunner(c *call) {
	words := c.cmd.Operands
	if len(words) == 0 {
		return
	}
	argv := append([]effect.Word{packageProgram(words[0])}, words[1:]...)
	c.exec(argv, c.cmd.Program)
	for _, w := range append(c.values("package", "from"), words[0]) {
		if strings.Contains(w.Text, "://") || strings.HasPrefix(w.Text, "github:") || strings.HasPrefix(w.Text, "git+") {
			c.trait(TraitForeignSource)
		}
	}
}

// packageProgram is the program that a package is known by: the version and
// the scope say nothing of it, but for packages whose program has another name.
func packageProgram(w effect.Word) effect.Word {
	text := w.Text
	if at := strings.LastIndexByte(text, '@'); at > 0 {
		text = text[:at]
	}
	text, _, _ = strings.Cut(text, "==")
	if program, ok := packagePrograms[text]; ok {
		text = program
	} else if scope, name, ok := strings.Cut(text, "/"); ok && strings.HasPrefix(scope, "@") {
		text = name
	}
	if text == "" {
		return w
	}
	return part(w, text)
}

var packagePrograms = map[string]string{
	"@changesets/cli": "changeset", "@expo/cli": "expo", "@railway/cli": "railway", "@shopify/cli": "shopify", "@sentry/cli": "sentry-cli",
	"@mikro-orm/cli": "mikro-orm", "@doist/todoist-cli": "todoist", "aws-cdk": "cdk", "cdktf-cli": "cdktf", "firebase-tools": "firebase",
	"netlify-cli": "netlify", "eas-cli": "eas", "serverless-cli": "serverless", "@aws-amplify/cli": "amplify",
	"@cloudflare/wrangler": "wrangler",
	"@vscode/vsce":         "vsce", "@datadog/datadog-ci": "datadog-ci", "@planetscale/cli": "pscale", "@prisma/cli": "prisma", "@fly/cli": "fly",
	"awscli": "aws", "@salesforce/cli": "sf", "@contentful/cli": "contentful", "@sanity/cli": "sanity",
	"@upstash/cli": "upstash", "@neondatabase/cli": "neonctl",
}

// nodeExec: npm exec, pnpm dlx, yarn dlx and bun x take an argv after their
// options; -c takes shell text.
func (c *call) nodeExec() {
	if w, ok := c.value("call"); ok {
		c.shell(w, c.by())
		return
	}
	verb := c.verbText(0)
	words := c.in.Argv[1:]
	for i, w := range words {
		if w.Text != verb && !(verb == "exec" && w.Text == "x") {
			continue
		}
		rest := words[i+1:]
		for len(rest) > 0 {
			text := rest[0].Text
			if text == "-c" || text == "--call" {
				if len(rest) > 1 {
					c.shell(rest[1], c.by())
				}
				return
			}
			if text == "-p" || text == "--package" || text == "-w" || text == "--workspace" || text == "--filter" {
				rest = rest[min(2, len(rest)):]
				continue
			}
			if !strings.HasPrefix(text, "-") {
				break
			}
			rest = rest[1:]
		}
		if len(rest) > 0 {
			c.exec(append([]effect.Word{packageProgram(rest[0])}, rest[1:]...), c.by())
		}
		return
	}
}

func php(c *call) {
	if len(c.cmd.Operands) > 0 && c.cmd.Operands[0].Known {
		switch name := Name(c.cmd.Operands[0]); name {
		case "artisan", "wp", "wp-cli.phar", "composer", "composer.phar", "drush", "occ", "magento", "phinx", "doctrine":
			c.exec(append([]effect.Word{effect.Lit(strings.TrimSuffix(strings.TrimSuffix(name, ".phar"), "-cli"))},
				c.cmd.Operands[1:]...), "php")
		case "console":
			c.symfony(c.cmd.Operands[1:])
		}
	}
}

// symfony: bin/console doctrine:... .
func (c *call) symfony(words []effect.Word) {
	for _, w := range words {
		switch {
		case strings.HasPrefix(w.Text, "doctrine:database:drop"), strings.HasPrefix(w.Text, "doctrine:schema:drop"),
			strings.HasPrefix(w.Text, "doctrine:fixtures:load"), strings.HasPrefix(w.Text, "d:d:d"):
			c.trait(TraitDataLoss)
		case strings.HasPrefix(w.Text, "doctrine:migrations:migrate"), strings.HasPrefix(w.Text, "doctrine:schema:update"),
			strings.HasPrefix(w.Text, "d:m:m"):
			c.trait(TraitMigrates)
		case strings.HasPrefix(w.Text, "doctrine:query:sql"), strings.HasPrefix(w.Text, "dbal:run-sql"):
			for _, text := range words[1:] {
				c.statements(text, target{dialect: "any"})
			}
		}
	}
}

func javaJar(c *call) {
	words := c.in.Argv
	for i, w := range words {
		if w.Text == "-jar" && i+1 < len(words) {
			name := strings.TrimSuffix(Name(words[i+1]), ".jar")
			if lookup(name) != nil {
				c.exec(append([]effect.Word{effect.Lit(name)}, words[i+2:]...), "java -jar")
			}
			return
		}
	}
}

// makefile: --eval and a makefile on standard input hold recipes.
func makefile(c *call) {
	if c.cmd.Program != "make" {
		return
	}
	texts := c.values("eval")
	for _, w := range c.values("makefile") {
		if w.Text == "-" && c.in.Stdin != nil {
			texts = append(texts, *c.in.Stdin)
		}
	}
	for _, w := range texts {
		for line := range strings.SplitSeq(w.Text, "\n") {
			if recipe, ok := strings.CutPrefix(line, "\t"); ok {
				c.shell(part(w, strings.TrimLeft(recipe, "@-+ ")), "make")
			} else if _, recipe, ok := strings.Cut(line, ";"); ok && strings.Contains(line, ":") {
				c.shell(part(w, strings.TrimLeft(recipe, "@-+ ")), "make")
			}
			if _, rest, ok := strings.Cut(line, "$(shell "); ok {
				c.shell(part(w, strings.TrimRight(rest, ")")), "make")
			}
		}
	}
}

// modules are the Python modules that are programs: python -m NAME.
var modules = map[string]string{
	"pip": "pip", "pytest": "pytest", "twine": "twine", "poetry": "poetry", "django": "django-admin", "flask": "flask", "alembic": "alembic",
	"awscli": "aws", "ansible": "ansible", "uv": "uv", "hatch": "hatch", "flit": "flit", "build": "pyproject-build", "pipx": "pipx",
	"httpie": "http", "black": "black", "ruff": "ruff", "mypy": "mypy", "unittest": "unittest", "venv": "venv", "aerich": "aerich",
	"dbt.cli.main": "dbt", "yoyo": "yoyo", "gsutil": "gsutil", "conda": "conda", "maturin": "maturin", "pdm": "pdm", "invoke": "invoke",
	"tox": "tox", "nox": "nox", "pre_commit": "pre-commit", "huggingface_hub.commands.huggingface_cli": "huggingface-cli", "wandb": "wandb",
	"sqlite3": "sqlite3", "s3cmd": "s3cmd", "keyring": "keyring", "ansible.cli.playbook": "ansible-playbook", "celery": "celery",
}

// Module returns the program that a Python module runs as, for python -m.
func Module(name string) (program string, ok bool) {
	program, ok = modules[name]
	return program, ok
}
