package tool

import (
	"strings"

	"twokey/parser/effect"
)

// remotePath splits [user@]host:path, scp://, sftp:// and rsync:// targets.
func remotePath(w effect.Word) (where string, file effect.Word, ok bool) {
	text := w.Text
	for _, scheme := range []string{"scp://", "sftp://", "rsync://", "ssh://"} {
		if rest, found := strings.CutPrefix(text, scheme); found {
			host, file, _ := strings.Cut(rest, "/")
			return "ssh:" + host, part(w, "/"+file), true
		}
	}
	if !sshTarget(text) {
		// $HOST:path is as remote as any, whatever the host is.
		if host, file, found := strings.Cut(text, ":"); found && strings.IndexByte(host, 0) >= 0 && !strings.Contains(host, "/") {
			return "ssh:?", part(w, file), true
		}
		return "", w, false
	}
	host, rest, _ := strings.Cut(text, ":")
	return "ssh:" + host, part(w, strings.TrimPrefix(rest, ":")), true
}

// transfer adds the reads of the sources and the write of the target, each on
// the machine where it happens.
func (c *call) transfer(sources []effect.Word, target effect.Word) {
	for _, w := range sources {
		where, file, remote := remotePath(w)
		if remote {
			c.fileIn(c.paths, effect.OpRead, orHome(file), where)
		} else {
			c.file(effect.OpRead, w)
		}
	}
	where, file, remote := remotePath(target)
	if remote {
		c.trait(TraitUploads)
		c.fileIn(c.paths, effect.OpWrite, orHome(file), where)
	} else if c.isDirectory(target) || strings.HasSuffix(target.Text, "/") {
		for _, w := range sources {
			_, file, _ := remotePath(w)
			if strings.HasSuffix(file.Text, "/") {
				file = effect.Lit("*") // rsync takes what is in it
			}
			c.file(effect.OpWrite, into(target, file))
		}
	} else {
		c.file(effect.OpWrite, target)
	}
}

// orHome is the remote home directory for an empty remote path.
func orHome(w effect.Word) effect.Word {
	if w.Text == "" {
		return effect.Lit("~")
	}
	return w
}

func rsync(c *call) {
	if w, ok := c.value("rsh"); ok {
		c.shell(w, "rsync --rsh")
	}
	if w, ok := c.value("rsync-path"); ok && (strings.ContainsAny(w.Text, " ;&|$`\n") || !w.Known) {
		c.res.Shells = append(c.res.Shells, Shell{Text: w, Where: "ssh:?", Via: "rsync --rsync-path"})
	}
	for _, a := range c.in.Env {
		if a.Name == "RSYNC_RSH" || a.Name == "RSYNC_CONNECT_PROG" {
			c.shell(a.Value, a.Name)
		}
	}
	if c.has("list-only") {
		c.trait(effect.TraitDryRun)
	}
	words := c.cmd.Operands
	if len(words) < 2 || c.cmd.Has(effect.TraitDryRun) {
		for _, w := range words {
			if _, _, remote := remotePath(w); !remote {
				c.file(effect.OpRead, w)
			}
		}
		return
	}
	sources, target := words[:len(words)-1], words[len(words)-1]
	c.transfer(sources, target)
	if c.has("remove-source-files") {
		for _, w := range sources {
			where, file, _ := remotePath(w)
			c.fileIn(c.paths, effect.OpDelete, file, where)
		}
	}
	if c.has("delete", "delete-excluded", "delete-missing-args") {
		where, file, _ := remotePath(target)
		c.fileIn(c.paths, effect.OpDelete, everything(orHome(file)), where)
		c.last().Recursive = true
	}
}

// last is the file effect that was added last.
func (c *call) last() *effect.File {
	if n := len(c.res.Effects); n > 0 && c.res.Effects[n-1].File != nil {
		return c.res.Effects[n-1].File
	}
	return &effect.File{}
}

func scp(c *call) {
	c.sshOptions()
	if words := c.cmd.Operands; len(words) > 1 {
		c.transfer(words[:len(words)-1], words[len(words)-1])
	}
}

// sshOptions hands back the shell text in -o options (ssh_config(5)).
func (c *call) sshOptions() {
	for _, w := range c.values("o") {
		name, value, ok := strings.Cut(w.Text, "=")
		if !ok {
			name, value, _ = strings.Cut(strings.TrimLeft(w.Text, " \t"), " ")
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "proxycommand", "localcommand", "knownhostscommand", "remotecommand", "match":
			if v := strings.TrimSpace(value); v != "" && !strings.EqualFold(v, "none") {
				c.shell(part(w, v), c.cmd.Program+" -o "+strings.TrimSpace(name))
			}
		case "pkcs11provider", "securitykeyprovider":
			c.trait(TraitRunsCode)
		}
	}
}

func sftp(c *call) {
	c.sshOptions()
	if len(c.cmd.Operands) > 0 {
		host, _, _ := strings.Cut(c.cmd.Operands[0].Text, ":")
		c.sftpScript(c.in.Stdin, "ssh:"+host)
	}
	if batch, ok := c.value("b"); ok {
		if text, ok := c.read(batch); ok {
			c.sftpScript(&text, "ssh:?")
		} else if batch.Text != "-" {
			c.trait(effect.TraitDynamicCode)
		}
	}
}

// sftpScript reads sftp's own commands.
func (c *call) sftpScript(script *effect.Word, where string) {
	if script == nil {
		return
	}
	for line := range strings.SplitSeq(script.Text, "\n") {
		fields := strings.Fields(strings.TrimLeft(line, "-@ "))
		if len(fields) == 0 {
			continue
		}
		words := make([]effect.Word, 0, len(fields))
		for _, f := range fields[1:] {
			if !strings.HasPrefix(f, "-") {
				words = append(words, effect.Word{Text: f, Known: strings.IndexByte(f, 0) < 0})
			}
		}
		switch name := fields[0]; {
		case strings.HasPrefix(name, "!"):
			c.shell(part(*script, strings.TrimPrefix(strings.TrimSpace(line), "!")), "sftp")
		case len(words) == 0:
		case name == "put" || name == "reput" || name == "mput":
			c.trait(TraitUploads)
			c.file(effect.OpRead, words[0])
			c.fileIn(c.paths, effect.OpWrite, words[len(words)-1], where)
		case name == "get" || name == "reget" || name == "mget":
			c.fileIn(c.paths, effect.OpRead, words[0], where)
		case name == "rm" || name == "rmdir":
			c.fileIn(c.paths, effect.OpDelete, words[0], where)
		case name == "rename" || name == "chmod" || name == "chown" || name == "ln" || name == "symlink" || name == "mkdir":
			c.fileIn(c.paths, effect.OpWrite, words[len(words)-1], where)
		}
	}
}

// read returns the text of a file that an operand names.
func (c *call) read(w effect.Word) (effect.Word, bool) {
	if w.Text == "-" && c.in.Stdin != nil {
		return *c.in.Stdin, true
	}
	resolved := c.paths.Resolve(w)
	if !resolved.Known || c.in.ReadFile == nil {
		return effect.Word{}, false
	}
	data, err := c.in.ReadFile(resolved.Text)
	if err != nil {
		return effect.Word{}, false
	}
	return effect.Lit(string(data)), true
}

func rclone(c *call) {
	for _, w := range c.cmd.Operands {
		if !sshTarget(w.Text) && w.Known && len(c.cmd.Subcommand) > 0 {
			switch c.cmd.Subcommand[0] {
			case "copy", "copyto", "sync", "move", "moveto", "cat", "bisync":
				c.file(effect.OpRead, w)
			case "delete", "purge", "deletefile", "rmdir", "rmdirs":
				c.file(effect.OpDelete, w)
			}
		}
	}
}
