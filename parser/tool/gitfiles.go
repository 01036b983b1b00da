package tool

import (
	"strings"

	"twokey/parser/effect"
)

// gitAdd: staging a path reads it into history, whence it may be pushed.
func gitAdd(c *call) {
	for i := range c.cmd.Operands {
		c.fileOperand(effect.OpRead, i)
	}
}

// everything is a path below a directory that stands for what is in it, so
// that work on a tree is not taken for work on its top.
func everything(dir effect.Word) effect.Word {
	return effect.Word{Text: strings.TrimSuffix(dir.Text, "/") + "/*", Known: dir.Known}
}

// gitWorktree: reset --hard, checkout of paths and restore overwrite files.
func gitWorktree(c *call) {
	words := c.cmd.Operands
	switch c.cmd.Subcommand[0] {
	case "reset":
		if c.has("hard", "merge", "keep") {
			c.tree(effect.OpWrite)
		}
		return
	case "checkout":
		if c.dashed >= 0 {
			words = words[c.dashed:]
		} else {
			if c.has("force") {
				c.tree(effect.OpWrite)
			}
			if len(words) == 0 || c.has("b", "B", "orphan") {
				return
			}
			words = words[1:]
			if len(words) == 0 && (c.operandText(0) == "." || strings.HasPrefix(c.operandText(0), "..")) {
				words = c.cmd.Operands
			}
		}
	case "restore":
		if c.has("staged") && !c.has("worktree") {
			return
		}
	}
	for _, w := range words {
		if strings.HasPrefix(w.Text, ":") {
			c.tree(effect.OpWrite) // pathspec magic
			continue
		}
		if w.Text == "." || strings.HasSuffix(w.Text, "/.") || w.Text == ".." {
			w = everything(w)
		}
		c.file(effect.OpWrite, w)
	}
}

// tree adds an operation on all files of the working tree.
func (c *call) tree(op effect.Operation) {
	c.fileIn(c.paths, op, effect.Lit("./*"), "")
}

func gitClean(c *call) {
	if c.has("dry-run") || c.has("interactive") && !c.has("force") {
		return
	}
	if len(c.cmd.Operands) == 0 {
		c.tree(effect.OpDelete)
		return
	}
	for _, w := range c.cmd.Operands {
		c.file(effect.OpDelete, everything(w))
	}
}

func gitRm(c *call) {
	if c.has("cached", "dry-run") {
		return
	}
	for i := range c.cmd.Operands {
		c.fileOperand(effect.OpDelete, i)
	}
}

func gitWorktreeRemove(c *call) {
	for i := range c.cmd.Operands {
		c.fileOperand(effect.OpDelete, i)
	}
}

// gitShow: REV:PATH and paths after "--" are read.
func gitShow(c *call) {
	for i, w := range c.cmd.Operands {
		if c.dashed >= 0 && i >= c.dashed {
			c.fileOperand(effect.OpRead, i)
			continue
		}
		if strings.Contains(w.Text, "://") || strings.HasPrefix(w.Text, "--") {
			continue
		}
		if _, file, ok := strings.Cut(w.Text, ":"); ok && file != "" {
			if len(file) > 2 && file[1] == ':' && file[0] >= '0' && file[0] <= '3' {
				file = file[2:] // :STAGE:PATH
			}
			c.file(effect.OpRead, part(w, strings.TrimPrefix(file, "./")))
			continue
		}
		switch c.cmd.Subcommand[0] {
		case "diff", "log", "blame", "annotate", "difftool", "whatchanged", "archive":
			if w.Known && pathLike(w.Text) {
				c.fileOperand(effect.OpRead, i)
			}
		}
	}
	if file, ok := c.value("path"); ok && c.cmd.Subcommand[0] == "cat-file" {
		c.file(effect.OpRead, file)
	}
	if c.cmd.Subcommand[0] == "log" {
		for _, w := range c.values("L") {
			if i := strings.LastIndexByte(w.Text, ':'); i >= 0 {
				c.file(effect.OpRead, part(w, w.Text[i+1:]))
			}
		}
	}
}

// pathLike reports whether a word that may be a revision looks like a path.
func pathLike(text string) bool {
	if strings.Contains(text, "..") && !strings.HasPrefix(text, "../") {
		return false
	}
	return strings.HasPrefix(text, ".") || strings.HasPrefix(text, "/") || strings.HasPrefix(text, "~/") || strings.Contains(text, ".")
}

func gitGrep(c *call) {
	if cmd, ok := c.value("open-files-in-pager"); ok {
		c.shell(cmd, "git grep")
	}
	start := 1
	if c.has("e", "f") {
		start = 0
	}
	for i := start; i < len(c.cmd.Operands); i++ {
		if w := c.cmd.Operands[i]; c.dashed >= 0 && i >= c.dashed || w.Known && pathLike(w.Text) {
			c.fileOperand(effect.OpRead, i)
		}
	}
}
