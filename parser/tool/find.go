package tool

import (
	"strings"

	"twokey/parser/effect"
)

// find reads an expression after its search roots (find(1)); what -exec runs
// is the caller's to see through.
func find(c *call) {
	words := c.in.Argv[1:]
	var roots []effect.Word
	i := 0
	for ; i < len(words); i++ {
		text := words[i].Text
		if text == "-H" || text == "-L" || text == "-P" || strings.HasPrefix(text, "-O") {
			continue
		}
		if text == "-D" || text == "-files0-from" || text == "-f" {
			i++
			continue
		}
		if strings.HasPrefix(text, "-") && len(text) > 1 || text == "(" || text == "!" || text == "\\(" {
			break
		}
		roots = append(roots, words[i])
	}
	if len(roots) == 0 {
		roots = []effect.Word{effect.Lit(".")}
	}
	c.cmd.Operands = roots
	c.cmd.Flags = nil
	for ; i < len(words); i++ {
		name, ok := strings.CutPrefix(words[i].Text, "-")
		if !ok || name == "" {
			continue
		}
		flag := effect.Flag{Name: name}
		switch name {
		case "exec", "execdir", "ok", "okdir":
			for i+1 < len(words) && words[i+1].Text != ";" && !(words[i+1].Text == "+" && words[i].Text == "{}") {
				i++
			}
		case "fprint", "fprint0", "fls", "fprintf":
			if i+1 < len(words) {
				flag.Value = &words[i+1]
				c.file(effect.OpWrite, words[i+1])
				i++
			}
			if name == "fprintf" {
				i++
			}
		case "delete", "print", "print0", "ls", "prune", "quit", "depth", "d", "mount", "xdev", "daystart", "follow",
			"noleaf", "o", "or", "a", "and", "not", "true", "warn", "nowarn", "empty", "executable", "readable", "writable",
			"nouser", "nogroup", "help", "version", "false":
		default:
			// Everything else is a test or setting with one argument.
			if i+1 < len(words) {
				flag.Value = &words[i+1]
				i++
			}
		}
		c.cmd.Flags = append(c.cmd.Flags, flag)
	}
	if !c.has("delete") {
		return
	}
	for _, root := range roots {
		// What the tests leave is somewhere below the root.
		e := c.paths.File(effect.OpDelete, everything(root), "find -delete")
		e.File.Recursive = true
		c.add(e)
	}
}
