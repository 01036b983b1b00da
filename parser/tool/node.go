package tool

import (
	"strings"

	"twokey/parser/effect"
)

func nodeVerbs() []verb {
	return []verb{
		{path: "publish", hook: publishes}, {path: "stage publish", hook: publishes},
		{path: "unpublish", hook: unpublishes}, {path: "deprecate|undeprecate", hook: unpublishes},
		{path: "owner add|author add", hook: unpublishes}, {path: "owner rm|owner remove", hook: unpublishes},
		{path: "owner ls"}, {path: "access grant", hook: unpublishes}, {path: "access revoke", hook: unpublishes},
		{path: "access set", hook: unpublishes}, {path: "access list"}, {path: "access public", hook: unpublishes},
		{path: "access restricted", hook: unpublishes},
		{path: "dist-tag add|dist-tags add|tag add", hook: unpublishes},
		{path: "dist-tag rm|dist-tags rm|tag remove", hook: unpublishes}, {path: "dist-tag ls"},
		{path: "token create", hook: nil}, {path: "token revoke"}, {path: "token list"}, {path: "team add"},
		{path: "team rm"}, {path: "team destroy"}, {path: "team ls"}, {path: "org rm"}, {path: "org set"},
		{path: "org ls"}, {path: "hook add"}, {path: "hook rm"}, {path: "hook ls"}, {path: "star"}, {path: "trust"},
		{path: "profile get"}, {path: "profile set"}, {path: "profile enable-2fa"}, {path: "profile disable-2fa"},
		{path: "config set"}, {path: "config get"}, {path: "config list|config ls"}, {path: "config delete|config rm"},
		{path: "config edit"}, {path: "set"}, {path: "get"},
		{path: "install|i|in|isntall|add"}, {path: "uninstall|un|unlink|remove|rm|r"}, {path: "ci|clean-install|ic"},
		{path: "run|run-script|rum|urn"}, {path: "exec|x"}, {path: "create|init|innit"}, {path: "cache clean|cache rm"},
		{path: "login|adduser"}, {path: "logout"}, {path: "audit fix"}, {path: "view|info|show|v"},
		{path: "global add"}, {path: "global remove"}, {path: "link|ln"}, {path: "version"}, {path: "test|t"},
		{path: "start"}, {path: "stop"}, {path: "restart"}, {path: "update|up|upgrade"}, {path: "explore"},
		{path: "prune"}, {path: "store prune"}, {path: "store path"},
	}
}

// nodePackages: npm and its kin.
func nodePackages(c *call) {
	switch c.verbText(0) {
	case "exec", "dlx", "x":
		c.nodeExec()
	case "npm":
		switch c.verbText(1) {
		case "publish":
			publishes(c)
		case "tag":
			if w := c.operandText(0); w != "list" {
				unpublishes(c)
			}
		}
	case "token", "team", "org", "hook", "trust":
		if v := c.verbText(1); v != "list" && v != "ls" && v != "" {
			c.trait(TraitMutates)
		}
	case "profile":
		if v := c.verbText(1); v != "get" && v != "" {
			c.trait(TraitMutates)
		}
	case "config":
		if v := c.verbText(1); v == "get" || v == "list" {
			if strings.Contains(strings.ToLower(c.operandText(0)), "_auth") || strings.Contains(strings.ToLower(c.operandText(0)), "_password") {
				c.trait(TraitSecretRead)
			}
		} else if v == "set" {
			if c.text("location") != "project" && (c.cmd.Program == "npm" || c.cmd.Program == "pnpm") {
				c.file(effect.OpWrite, effect.Lit("~/.npmrc"))
			}
			if w := c.operandText(0); strings.HasPrefix(w, "registry") || strings.HasPrefix(w, "strict-ssl") ||
				strings.HasPrefix(w, "proxy") || strings.Contains(w, "script-shell") {
				c.trait(TraitReroutes)
			}
		}
	case "workspaces":
		if len(c.cmd.Operands) > 0 && c.verbText(1) == "foreach" {
			c.exec(append([]effect.Word{effect.Lit("yarn")}, c.cmd.Operands...), "yarn workspaces foreach")
		}
	case "install", "global", "ci", "update", "uninstall", "link":
		if c.has("global") || c.verbText(0) == "global" || c.text("location") == "global" {
			c.trait(TraitGlobalInstall)
		}
		for _, w := range c.cmd.Operands {
			if strings.Contains(w.Text, "://") || strings.HasPrefix(w.Text, "git@") || strings.HasPrefix(w.Text, "github:") {
				c.trait(TraitForeignSource)
			}
		}
		if c.has("registry") {
			c.trait(TraitForeignSource)
		}
	}
	if w, ok := c.value("eval"); ok && c.cmd.Program == "bun" && w.Text != "" {
		c.trait(TraitRunsCode)
	}
	c.nodeBinary()
}

// nodeBinary: yarn, pnpm and bun run a package's program by its name, also
// after "run"; where it is a program that is known, it is judged as one.
func (c *call) nodeBinary() {
	if c.cmd.Program == "npm" || c.cmd.Program == "cnpm" || len(c.cmd.Subcommand) == 0 {
		return
	}
	name := c.verbText(0)
	if name == "run" && c.cmd.Program != "pnpm" {
		name = c.operandText(0)
	} else if knownNode(name) {
		return
	}
	if lookup(name) != nil {
		c.exec(c.tail(name), c.cmd.Program)
	}
}

// knownNode reports whether a word is a verb of the package managers.
func knownNode(v string) bool {
	switch v {
	case "add", "install", "run", "remove", "publish", "npm", "global", "workspaces", "workspace", "dlx", "exec", "create",
		"config", "cache", "info", "why",
		"up", "upgrade", "version", "link", "unlink", "init", "list", "login", "logout", "node", "outdated", "pack",
		"patch", "plugin", "rebuild", "set", "stage", "test", "unplug", "audit", "autoclean", "bin", "check",
		"generate-lock-entry", "help", "import", "licenses", "owner", "policies", "tag", "team", "versions",
		"constraints", "dedupe", "explain", "search", "start", "uninstall", "update", "view", "access", "deprecate",
		"unpublish", "token", "profile", "get", "ci", "stop", "restart", "prune", "explore",
		"dev", "build", "serve", "up-to-date", "pm", "x", "i", "store", "env", "deploy", "fetch", "root", "approve-builds", "setup", "server", "task", "make":
		return true
	}
	return false
}

// tail is the argv from the first word that is name on.
func (c *call) tail(name string) []effect.Word {
	for i, w := range c.in.Argv[1:] {
		if w.Known && w.Text == name {
			return c.in.Argv[i+1:]
		}
	}
	return nil
}

func releaseTool(c *call) {
	if c.cmd.Has(effect.TraitDryRun) || c.has("no-push") && c.cmd.Program != "lerna" {
		return
	}
	switch c.cmd.Program {
	case "semantic-release", "np", "release-it", "ship":
		if !c.cmd.Has(effect.TraitHelp) {
			c.trait(TraitPublishes)
		}
	case "nx":
		if c.verbText(0) == "release" || c.verbText(0) == "run-many" && strings.Contains(c.text("target", "t"), "publish") {
			c.trait(TraitPublishes)
		}
	default:
		switch c.verbText(0) {
		case "publish", "release", "ship", "shipit":
			c.trait(TraitPublishes)
		}
	}
}
