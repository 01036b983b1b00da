package tool

import (
	"slices"
	"strings"

	"twokey/parser/effect"
)

// reclass replaces the class trait.
func (c *call) reclass(t effect.Trait) {
	c.cmd.Traits = slices.DeleteFunc(c.cmd.Traits, func(old effect.Trait) bool {
		switch old {
		case TraitReads, TraitCreates, TraitMutates, TraitDestroys, TraitLocal, TraitSecretRead, TraitUnclassified:
			return true
		}
		return false
	})
	c.trait(t)
}

// under reports whether the subcommand starts with the words.
func (c *call) under(words ...string) bool {
	return len(c.cmd.Subcommand) >= len(words) && slices.Equal(c.cmd.Subcommand[:len(words)], words)
}

func aws(c *call) {
	if c.operandText(0) == "help" || len(c.cmd.Subcommand) > 0 && c.cmd.Subcommand[len(c.cmd.Subcommand)-1] == "help" ||
		c.has("generate-cli-skeleton") {
		c.trait(effect.TraitHelp)
		return
	}
	// Beside s3, only EC2 and the services built on it take --dry-run.
	if c.cmd.Has(effect.TraitDryRun) && !c.under("s3") && !c.under("ec2") && !c.under("resiliencehub") && !c.under("quicksight") {
		c.cmd.Traits = slices.DeleteFunc(c.cmd.Traits, func(t effect.Trait) bool { return t == effect.TraitDryRun })
	}
	switch {
	case c.under("s3"):
		objects(c)
	case c.under("ssm") && strings.HasPrefix(c.verbText(1), "get-param") && c.has("with-decryption"):
		c.reclass(TraitSecretRead)
	case c.has("sql"):
		c.statements(c.must("sql"), target{dialect: "any", server: "aws " + c.cmd.Subcommand[0], database: c.shown("database")})
		if c.verbText(1) == "execute-statement" || c.verbText(1) == "execute-sql" {
			c.reclass(TraitReads)
		}
	case c.has("query-string") && c.under("athena"):
		c.statements(c.must("query-string"), target{dialect: "any", server: "athena"})
		c.reclass(TraitReads)
	case c.under("ecs", "execute-command") && c.has("command"):
		c.res.Shells = append(c.res.Shells, Shell{Text: c.must("command"), Where: "ecs:" + c.shown("task"), Via: "aws ecs execute-command"})
	case c.under("ssm", "send-command"):
		if w, ok := c.value("parameters"); ok {
			c.res.Shells = append(c.res.Shells, Shell{Text: part(w, ssmCommands(w.Text)),
				Where: "ssm:" + c.shown("instance-ids", "targets"), Via: "aws ssm send-command"})
		}
	case c.under("configure", "set"):
		c.file(effect.OpWrite, effect.Lit("~/.aws/config"))
	case c.under("sts", "assume-role"), c.under("configure", "get"):
	}
}

// ssmCommands takes the shell text out of --parameters commands=... .
func ssmCommands(text string) string {
	_, rest, ok := strings.Cut(text, "commands")
	if !ok {
		return text
	}
	return strings.Trim(strings.TrimLeft(rest, `"':= `), `[]{}"' `)
}

// verbText is the i-th word of the subcommand, or "".
func (c *call) verbText(i int) string {
	if i >= 0 && i < len(c.cmd.Subcommand) {
		return c.cmd.Subcommand[i]
	}
	return ""
}

// objects looks at which way an object store copy goes.
func objects(c *call) {
	words := c.cmd.Operands
	verb := c.verbText(len(c.cmd.Subcommand) - 1)
	switch verb {
	case "cp", "copy", "sync", "rsync", "mv", "move", "mirror", "put", "get", "upload", "download", "upload-file", "pipe":
	default:
		return
	}
	if len(words) < 2 {
		for _, w := range words {
			if !remoteObject(w) && verb != "get" && verb != "download" {
				c.file(effect.OpRead, w)
			}
		}
		return
	}
	sources, to := words[:len(words)-1], words[len(words)-1]
	if verb == "put" && remoteObject(words[0]) {
		sources, to = words[1:], words[0]
	}
	moves := verb == "mv" || verb == "move"
	for _, w := range sources {
		if !remoteObject(w) {
			c.file(effect.OpRead, w)
			if remoteObject(to) {
				c.trait(TraitUploads)
			}
			if moves {
				c.file(effect.OpDelete, w)
			}
		}
	}
	deletes := c.has("delete", "remove", "delete-unmatched-destination-objects", "delete-removed")
	if !remoteObject(to) {
		if c.isDirectory(to) {
			c.file(effect.OpWrite, everything(to))
		} else {
			c.file(effect.OpWrite, to)
		}
		if deletes {
			c.file(effect.OpDelete, everything(to))
			c.last().Recursive = true
		}
		if !moves || !remoteObject(sources[0]) {
			c.reclass(TraitReads)
		}
		return
	}
	if deletes {
		c.reclass(TraitDestroys)
	}
}

// remoteObject reports whether a word names an object of a store.
func remoteObject(w effect.Word) bool {
	return strings.Contains(w.Text, "://") || sshTarget(w.Text)
}

func gcloud(c *call) {
	switch {
	case c.under("compute", "ssh") || c.under("workstations", "ssh") || c.under("app", "instances", "ssh") || c.under("cloud-shell", "ssh"):
		if w, ok := c.value("command"); ok {
			c.res.Shells = append(c.res.Shells, Shell{Text: w, Where: "ssh:" + c.firstWord(), Via: "gcloud compute ssh"})
		} else if c.dashed >= 0 && c.dashed < len(c.cmd.Operands) {
			c.res.Execs = append(c.res.Execs, Nested{Argv: c.cmd.Operands[c.dashed:], Where: "ssh:" + c.firstWord(), Via: "gcloud compute ssh"})
		}
	case c.under("storage"):
		objects(c)
	case c.under("compute", "scp"):
		if words := c.cmd.Operands; len(words) > 1 {
			c.transfer(words[:len(words)-1], words[len(words)-1])
			if _, _, remote := remotePath(words[len(words)-1]); !remote {
				c.reclass(TraitReads)
			}
		}
	case c.under("spanner", "databases", "execute-sql"):
		c.statements(c.must("sql"), target{dialect: "any", server: "spanner", database: c.firstWord()})
		c.reclass(TraitReads)
	case c.under("sql", "connect"):
		c.stdin(target{dialect: "any", server: c.firstWord()})
	}
}

// firstWord is the first operand, with "?" where it is not known.
func (c *call) firstWord() string {
	if len(c.cmd.Operands) > 0 {
		return c.cmd.Operands[0].String()
	}
	return ""
}

func azure(c *call) {
	switch {
	case c.under("rest"):
		requests(c)
	case c.under("vm", "run-command"), c.under("vmss", "run-command"), c.under("aks", "command"):
		for _, w := range c.values("scripts", "command", "c") {
			c.res.Shells = append(c.res.Shells, Shell{Text: w, Where: "az:" + c.shown("name"), Via: "az run-command"})
		}
	}
}
