package tool

import (
	"strings"

	"twokey/parser/effect"
)

// The migration tools of web frameworks and ORMs: their subcommands say
// whether data or schema is lost or only moved forward.

const djangoOptions = `settings= pythonpath= traceback no-color force-color v/verbosity= noinput no-input database=
	plan/dry-run fake fake-initial run-syncdb c/command= email= username= interactive skip-checks i/interface= dry-run check`

func prisma(c *call) {
	switch {
	case c.under("migrate", "reset"), c.has("accept-data-loss", "force-reset"):
		c.trait(TraitDataLoss)
	case c.under("db", "push"):
		c.trait(TraitMigrates)
	case c.under("migrate", "deploy"), c.under("migrate", "dev"), c.under("migrate", "resolve"), c.under("db", "seed"):
		c.trait(TraitMigrates)
	case c.under("db", "execute"):
		t := target{dialect: "any"}
		t.dsn(c.shown("url"))
		if w, ok := c.value("file"); ok {
			c.script(w, t)
		} else {
			c.stdin(t)
		}
	}
}

func rails(c *call) {
	for _, w := range append(c.subcommands(), c.cmd.Operands...) {
		task, _, _ := strings.Cut(w.Text, "[")
		switch task = strings.TrimPrefix(task, "app:"); {
		case strings.HasPrefix(task, "db:drop"), strings.HasPrefix(task, "db:reset"), strings.HasPrefix(task, "db:purge"),
			task == "db:schema:load", task == "db:structure:load",
			strings.HasPrefix(task, "db:truncate"), task == "db:migrate:reset", task == "db:setup",
			task == "db:seed:replant", task == "db:fixtures:load", task == "db:mongoid:drop", task == "db:mongoid:purge":
			c.trait(TraitDataLoss)
		case strings.HasPrefix(task, "db:rollback"), strings.HasPrefix(task, "db:migrate:down"), task == "db:migrate:redo":
			c.trait(TraitDataLoss)
		case strings.HasPrefix(task, "db:migrate"), task == "db:create", task == "db:seed", task == "db:prepare":
			if !strings.HasSuffix(task, ":status") {
				c.trait(TraitMigrates)
			}
		case task == "credentials:show" || task == "secrets:show" || task == "credentials:edit":
			c.trait(TraitSecretRead)
		case task == "destroy" || task == "d":
			return
		}
	}
	switch c.verbText(0) {
	case "runner", "r":
		for _, w := range c.cmd.Operands {
			if w.Known && strings.HasSuffix(w.Text, ".rb") {
				c.file(effect.OpExec, w)
				break
			}
			c.ormCode(w, "ruby", "-e")
		}
	case "console", "c":
		if c.in.Stdin != nil {
			c.ormCode(*c.in.Stdin, "ruby", "-e")
		}
	case "dbconsole", "db":
		c.stdin(target{dialect: "any"})
	case "credentials:show":
		c.trait(TraitSecretRead)
	}
}

func django(c *call) {
	switch c.verbText(0) {
	case "flush", "sqlflush", "reset_db", "reset_schema", "clean_pyc", "delete_squashed_migrations", "drop_test_database",
		"clear_cache", "truncate_all", "sqldropindexes", "dbrestore", "mediarestore", "remove_stale_contenttypes", "clearsessions":
		switch c.verbText(0) {
		case "sqlflush", "clean_pyc", "clear_cache", "clearsessions":
		default:
			c.trait(TraitDataLoss)
		}
	case "migrate":
		if c.operandText(1) == "zero" || c.operandText(0) == "zero" {
			c.trait(TraitDataLoss)
		} else {
			c.trait(TraitMigrates)
		}
	case "loaddata", "createcachetable", "syncdb":
		c.trait(TraitMigrates)
	case "dbshell":
		for i := range c.cmd.Operands {
			if i > 0 && c.cmd.Operands[i-1].Text == "-c" || strings.Contains(c.cmd.Operands[i].Text, " ") {
				c.statements(c.cmd.Operands[i], target{dialect: "any"})
			}
		}
		for _, w := range c.values("command") {
			c.statements(w, target{dialect: "any"})
		}
		c.stdin(target{dialect: "any"})
	case "shell", "shell_plus":
		if w, ok := c.value("command"); ok {
			c.ormCode(w, "python3", "-c")
		} else if c.in.Stdin != nil {
			c.ormCode(*c.in.Stdin, "python3", "-c")
		}
	case "changepassword", "createsuperuser", "sendtestemail":
		c.trait(TraitMutates)
	}
}

func artisan(c *call) {
	switch v := c.verbText(0); {
	case v == "migrate:fresh", v == "migrate:reset", v == "migrate:refresh", v == "migrate:rollback", v == "db:wipe",
		v == "schema:drop", v == "queue:flush", v == "queue:clear", v == "model:prune":
		if !c.cmd.Has(effect.TraitDryRun) {
			c.trait(TraitDataLoss)
		}
	case v == "migrate", v == "db:seed", v == "migrate:install":
		c.trait(TraitMigrates)
	case v == "tinker":
		for _, w := range c.values("execute") {
			c.ormCode(w, "php", "-r")
		}
		if c.in.Stdin != nil {
			c.ormCode(*c.in.Stdin, "php", "-r")
		}
	case v == "env:decrypt", v == "config:show":
		c.trait(TraitSecretRead)
	}
}

// ormCode is source text that runs with an application's models loaded: the
// caller's scan of the language sees calls out, this one calls on models.
func (c *call) ormCode(w effect.Word, interpreter, option string) {
	c.exec([]effect.Word{effect.Lit(interpreter), effect.Lit(option), w}, c.by())
	lower := strings.ToLower(w.Text)
	for _, call := range []string{
		".delete(", "delete_all", "destroy_all", ".destroy", "::truncate(", "->delete(", "forcedelete(", ".truncate", "drop_table", "droptable",
		"drop_all", "dropifexists", "update_all", ".raw_sql", "execute(", "::destroy(", "bulk_update(", ".flush(", "flushall", "->truncate(",
	} {
		if strings.Contains(lower, call) {
			c.trait(TraitDataLoss)
		}
	}
}

// alembicLike reads alembic's own verbs, also below "flask db".
func alembicLike(c *call) {
	verbs := c.cmd.Subcommand
	if len(verbs) > 0 && (verbs[0] == "db" || verbs[0] == "migrate") {
		verbs = verbs[1:]
	}
	if len(verbs) == 0 || c.has("sql") {
		return
	}
	switch verbs[0] {
	case "downgrade":
		c.trait(TraitDataLoss)
	case "upgrade", "stamp":
		c.trait(TraitMigrates)
	}
}

// migrations reads the words that ORM and migration tools share.
func migrations(c *call) {
	if c.cmd.Has(effect.TraitDryRun) {
		return
	}
	if c.cmd.Program == "gh-ost" || strings.HasPrefix(c.cmd.Program, "pt-") {
		if c.has("execute") || c.cmd.Program == "pt-archiver" {
			c.trait(TraitDataLoss)
		}
		return
	}
	if c.verbText(0) == "query" {
		for _, w := range c.cmd.Operands {
			c.statements(w, target{dialect: "any"})
		}
		return
	}
	words := c.cmd.Subcommand
	for i := range min(len(c.cmd.Operands), 3) {
		if w := c.cmd.Operands[i]; w.Known {
			words = append(words[:len(words):len(words)], w.Text)
		}
	}
	for i, word := range words {
		switch strings.ToLower(word) {
		case "drop", "db:drop", "schema:drop", "clean", "dropall", "drop-all", "dropallsql", "reset", "fresh", "db:fresh",
			"refresh", "migrate:fresh", "migrate:reset", "migration:fresh",
			"down", "rollback", "revert", "undo", "db:migrate:undo", "db:migrate:undo:all", "migrate:down",
			"migrate:rollback", "migration:revert", "migration:down", "migration:rollback",
			"db:seed:undo", "db:seed:undo:all", "db:reset", "drop-schema", "drop-database", "rollback-to-date",
			"rollbackcount", "rollback-count", "redo", "migrate:undo", "undo:all",
			"schema:drop-all", "rollbacktodate", "down-to", "force", "migrate:refresh", "wipe", "db:wipe",
			"orm:schema-tool:drop", "truncate", "full-refresh", "uninstall":
			if word == "clean" && (c.cmd.Program == "dbt" || i > 0 && c.cmd.Program != "flyway") || strings.EqualFold(word, "dropAllSql") {
				continue
			}
			c.trait(TraitDataLoss)
			return
		case "push", "up", "migrate", "latest", "deploy", "update", "apply", "run", "migration:run", "migration:up",
			"schema:sync", "schema:update", "db:migrate", "migrate:up", "migrate:latest", "migrate:run", "seed:run", "seed",
			"db:seed:all", "db:seed", "db:create", "upgrade", "sync", "goto", "orm:schema-tool:update", "migrations:migrate", "build":
			c.trait(TraitMigrates)
			if word != "migrate" {
				return
			}
		case "status", "list", "info", "validate", "generate", "create", "add", "new", "make", "check", "history", "diff",
			"introspect", "init", "help", "studio":
			return
		}
	}
	if c.cmd.Program == "drizzle-kit" && c.has("force") {
		c.trait(TraitDataLoss)
	}
}
