package tool

import (
	"strings"

	"twokey/parser/effect"
)

// gitConfigHook hands back the code that options and variables of git carry:
// some of its configuration is shell text (git-config(1), git(1)).
func gitConfigHook(c *call) {
	for _, f := range c.cmd.Flags {
		if f.Value == nil {
			continue
		}
		switch f.Name {
		case "c":
			c.gitSetting(*f.Value)
		case "config-env":
			c.trait(TraitRunsCode)
		case "exec-path":
			c.trait(TraitRunsCode)
		}
	}
	for _, a := range c.in.Env {
		switch {
		case a.Name == "GIT_SSH" || a.Name == "GIT_ASKPASS" || a.Name == "SSH_ASKPASS":
			c.shell(a.Value, a.Name)
		case gitShellVariables[a.Name]:
			c.shell(a.Value, a.Name)
		case strings.HasPrefix(a.Name, "GIT_CONFIG_"), a.Name == "GIT_EXEC_PATH", a.Name == "GIT_TEMPLATE_DIR":
			c.gitEnvConfig(a)
		}
	}
	// A subcommand that was defined as an alias on the same line runs its text.
	if len(c.cmd.Subcommand) == 0 {
		return
	}
	for _, w := range c.values("c") {
		name, text, ok := strings.Cut(w.Text, "=")
		if ok && strings.EqualFold(name, "alias."+c.cmd.Subcommand[0]) && !strings.HasPrefix(text, "!") {
			argv := []effect.Word{effect.Lit("git")}
			for field := range strings.FieldsSeq(text) {
				argv = append(argv, part(w, field))
			}
			c.exec(append(argv, c.cmd.Operands...), "git alias")
		}
	}
}

var gitShellVariables = map[string]bool{
	"GIT_SSH_COMMAND": true, "GIT_PAGER": true, "GIT_EDITOR": true, "GIT_SEQUENCE_EDITOR": true,
	"GIT_EXTERNAL_DIFF": true, "GIT_PROXY_COMMAND": true, "PAGER": true, "EDITOR": true, "VISUAL": true,
}

// gitEnvConfig reads GIT_CONFIG_COUNT, GIT_CONFIG_KEY_n, GIT_CONFIG_VALUE_n
// and GIT_CONFIG_PARAMETERS, which are settings as -c gives them.
func (c *call) gitEnvConfig(a effect.Assign) {
	number, ok := strings.CutPrefix(a.Name, "GIT_CONFIG_KEY_")
	if !ok {
		if strings.HasPrefix(a.Name, "GIT_CONFIG_VALUE_") || a.Name == "GIT_CONFIG_COUNT" || a.Name == "GIT_CONFIG_NOSYSTEM" {
			return
		}
		if a.Value.Known && (a.Value.Text == "/dev/null" || a.Value.Text == "") {
			return
		}
		c.trait(TraitRunsCode)
		return
	}
	for _, v := range c.in.Env {
		if v.Name == "GIT_CONFIG_VALUE_"+number {
			c.gitSetting(effect.Word{Text: a.Value.Text + "=" + v.Value.Text, Known: a.Value.Known && v.Value.Known})
		}
	}
}

// gitSetting looks at one name=value setting.
func (c *call) gitSetting(w effect.Word) {
	name, value, ok := strings.Cut(w.Text, "=")
	if strings.IndexByte(name, 0) >= 0 {
		c.trait(effect.TraitDynamicCode)
		return
	}
	if !ok {
		return
	}
	c.gitCode(name, part(w, value))
}

// gitCode hands back the value of a setting that git runs as shell text.
func (c *call) gitCode(name string, value effect.Word) {
	lower := strings.ToLower(name)
	section, _, _ := strings.Cut(lower, ".")
	key := lower[strings.LastIndexByte(lower, '.')+1:]
	if alias, ok := strings.CutPrefix(lower, "alias."); ok {
		if command, shell := strings.CutPrefix(value.Text, "!"); shell {
			c.shell(part(value, command), "git alias "+alias)
			return
		}
		if !value.Known {
			c.trait(effect.TraitDynamicCode)
			return
		}
		// Defining the alias is judged as running it: a later line will.
		if len(c.cmd.Subcommand) > 0 && c.cmd.Subcommand[0] == "config" {
			argv := []effect.Word{effect.Lit("git")}
			for field := range strings.FieldsSeq(value.Text) {
				argv = append(argv, effect.Lit(field))
			}
			c.exec(argv, "git alias "+alias)
		}
		return
	}
	switch section + "." + key {
	case "core.pager", "core.editor", "core.sshcommand", "core.fsmonitor", "core.askpass", "core.gitproxy",
		"core.alternaterefscommand", "sequence.editor", "diff.external", "diff.command", "diff.textconv", "difftool.cmd", "mergetool.cmd",
		"merge.driver", "filter.clean", "filter.smudge", "filter.process", "credential.helper", "gpg.program",
		"gpg.defaultkeycommand", "interactive.difffilter", "man.cmd", "browser.cmd", "uploadpack.packobjectshook",
		"sendemail.tocmd", "sendemail.cccmd", "sendemail.headercmd", "sendemail.sendmailcmd", "tar.command", "remote.uploadpack",
		"remote.receivepack", "remote.vcs", "guitool.cmd", "trailer.command", "trailer.cmd", "submodule.update", "pager." + key:
	default:
		switch {
		case key == "hookspath" && value.Text != "/dev/null" && value.Text != "":
			c.trait(TraitRunsCode)
		case section == "remote" && (key == "mirror" && value.Text != "false" || key == "push" && !harmlessRefspec(value)):
			c.trait(TraitReroutes) // a plain push becomes a forced one
		case key == "insteadof", key == "pushinsteadof", section == "http" && (key == "proxy" || key == "sslverify"):
			c.trait(TraitReroutes)
		}
		return
	}
	text := strings.TrimPrefix(value.Text, "!")
	switch {
	case section == "pager" || key == "fsmonitor":
		if boolean(text) {
			return
		}
	case lower == "credential.helper" || section == "credential":
		// A bare word is a helper of git's own, not a command.
		if !strings.HasPrefix(value.Text, "!") && !strings.HasPrefix(value.Text, "/") && value.Known {
			return
		}
	case key == "update" && !strings.HasPrefix(value.Text, "!"):
		return
	}
	if text == "" {
		return
	}
	c.shell(part(value, text), "git "+name)
}

// harmlessRefspec is a push refspec that neither forces nor deletes.
func harmlessRefspec(w effect.Word) bool {
	return w.Known && !strings.HasPrefix(w.Text, "+") && !strings.HasPrefix(w.Text, ":")
}

func boolean(text string) bool {
	switch strings.ToLower(text) {
	case "", "true", "false", "yes", "no", "on", "off", "0", "1":
		return true
	}
	return false
}

// gitConfigSet: what is written into the configuration runs later.
func gitConfigSet(c *call) {
	words := c.cmd.Operands
	if len(words) > 0 && words[0].Known {
		switch words[0].Text {
		case "list", "get", "edit", "unset", "rename-section", "remove-section":
			if words[0].Text != "unset" || len(words) > 1 {
				c.cmd.Subcommand = append(c.cmd.Subcommand, words[0].Text)
				return
			}
		case "set":
			c.cmd.Subcommand = append(c.cmd.Subcommand, "set")
			words = words[1:]
		}
	}
	if c.has("get", "get-all", "get-regexp", "get-urlmatch", "list", "unset", "unset-all", "rename-section", "remove-section") {
		return
	}
	if len(words) < 2 {
		return
	}
	if !words[0].Known {
		c.trait(effect.TraitDynamicCode)
		return
	}
	before := len(c.res.Shells)
	c.gitCode(words[0].Text, words[1])
	if len(c.res.Shells) > before {
		c.trait(TraitPersists)
	}
	switch {
	case c.has("global"):
		c.file(effect.OpWrite, effect.Lit("~/.gitconfig"))
	case c.has("system"):
		c.file(effect.OpWrite, effect.Lit("/etc/gitconfig"))
	}
}

// gitRun: bisect run takes an argv.
func gitRun(c *call) { c.exec(c.cmd.Operands, "git bisect run") }

// gitForeach: submodule foreach evaluates one word as shell text, several as
// an argv.
func gitForeach(c *call) {
	if len(c.cmd.Operands) == 1 {
		c.shell(c.cmd.Operands[0], "git submodule foreach")
		return
	}
	c.exec(c.cmd.Operands, "git submodule foreach")
}
