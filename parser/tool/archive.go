package tool

import (
	"strings"

	"twokey/parser/effect"
)

// archiveGrammars are archivers and compressors.
func archiveGrammars() []grammar {
	const compressor = `d/decompress c/to-stdout/stdout k/keep f/force t/test l/list r/recursive n N v/verbose q/quiet
		S/suffix= 1 2 3 4 5 6 7 8 9 fast best p/processes= T/threads= o=w rm D= M= z L a`
	return []grammar{
		{names: "tar", style: gnu | bareFirst, opts: `c/create x/get/extract t/list r/append u/update d/diff/compare A/catenate/concatenate
			delete f/file= C/directory=c T/files-from=r X/exclude-from=r z/gzip j/bzip2 J/xz a/auto-compress Z/compress zstd lzma lzip lzop
			v/verbose p/preserve-permissions k/keep-old-files O/to-stdout h/dereference P/absolute-names S/sparse W/verify w/interactive
			b/blocking-factor= g/listed-incremental=w H/format= I/use-compress-program=s K= L= M
				F/info-script/new-volume-script=s N/newer= V/label=
			to-command=s checkpoint=? checkpoint-action= rsh-command=s rmt-command= exclude= strip-components=
				transform/xform= owner= group= mode= mtime=
			one-file-system remove-files overwrite skip-old-files unlink-first recursive-unlink exclude-vcs wildcards no-recursion
			totals=? sort= index-file=w warning= add-file=r level= newer-mtime= suffix= backup=? force-local numeric-owner
				null anchored occurrence=?`, hook: tar},
		{names: "zip", style: singleDash, opts: `r/recurse-paths/recursive R j/junk-paths q/quiet v/verbose 0 1 2 3 4 5 6 7
			8 9 e/encrypt P/password= x/exclude= i/include= m/move u/update f/freshen
			d/delete T/test TT/unzip-command= b/temp-path= n= t= tt= @ y/symlinks X l D A O=w out=w s= F FF g k ll o S sf U z Z=`, hook: zip},
		{names: "unzip", style: 0, opts: "o n q l t v p z Z j d= x= P= a b C f u U L K M X D O= I=", hook: unzip},
		{names: "7z", style: 0, depth: 1, opts: "o=? p=? t=? m=? x=? i=? a=? r=? s=? u=? v=? w=? b=? y", hook: sevenZip},
		{names: "rar unrar", style: 0, depth: 1, hook: sevenZip},
		{names: "gzip bzip2 xz zstd compress uncompress lz4 lzop brotli", style: gnu, opts: compressor, hook: compress},
		{names: "gzip-cat", style: gnu, opts: compressor, paths: effect.OpRead},
		{names: "cpio", style: gnu, opts: `i/extract o/create p/pass-through t/list d/make-directories m u/unconditional
			v/verbose F/file=r I=r O=w D/directory=c E/pattern-file=r H/format= R/owner= 0/null A B rsh-command=s quiet
			no-absolute-filenames`, hook: cpio},
		{names: "ar", style: bareFirst, hook: func(c *call) {
			if len(c.cmd.Operands) > 0 && !c.has("t", "x", "p") {
				c.fileOperand(effect.OpWrite, 0)
			}
			afterFirst(effect.OpRead)(c)
		}},
		{names: "mksquashfs genisoimage mkisofs xorriso", style: singleDash, opts: "o=w V= b= c=", paths: effect.OpRead},
		{names: "borg restic duplicity kopia", style: cobra | classified | untilVerb, depth: 2, opts: `n/dry-run r/repo=
			p/password-file= repository-file=r password-command=s rsh=s
			v/verbose list stats progress s/save-space keep-last= keep-daily= keep-weekly= keep-monthly= keep-yearly=
				prefix= glob-archives= a/match-archives= P force H/host= tag= exclude= e= exclude-from=r target=w t= include= files-from=r json
			remote-path=`, classes: map[effect.Trait]string{
			TraitReads: `check|diff|mount|umount|info|list|snapshots|ls|find|stats|dump|cat|version|key list|cache|benchmark|
				maintenance info`, TraitCreates: "create|backup|copy|init|rcreate|full|incremental|tag|snapshot create",
			TraitDestroys: `prune|delete|forget|key remove|remove-older-than|remove-all-but-n-full|rebuild-index|unlock|
				break-lock|compact|recreate|rdelete|snapshot delete|repository disconnect|maintenance run`,
			TraitMutates: "restore|extract|rename|migrate|upgrade|repair|config", TraitSecretRead: "key export",
		}, hook: backup},
	}
}

func tar(c *call) {
	for _, w := range c.values("checkpoint-action") {
		if command, ok := strings.CutPrefix(w.Text, "exec="); ok {
			c.shell(part(w, command), "tar --checkpoint-action")
		} else if !w.Known {
			c.trait(effect.TraitDynamicCode)
		}
	}
	for _, a := range c.in.Env {
		if a.Name == "TAR_OPTIONS" {
			c.tarOptions(a.Value)
		}
	}
	archive, named := c.value("file")
	if named && sshTarget(archive.Text) && !c.has("force-local") {
		where, file, _ := remotePath(archive)
		switch {
		case c.has("create", "append", "update", "delete", "catenate"):
			c.trait(TraitUploads)
			c.fileIn(c.paths, effect.OpWrite, file, where)
		default:
			c.fileIn(c.paths, effect.OpRead, file, where)
		}
		named = false
	}
	first := c.in.Paths
	recursive := !c.has("no-recursion")
	switch {
	case c.has("create", "append", "update"):
		if named {
			c.fileIn(first, effect.OpWrite, archive, "")
		}
		for i := range c.cmd.Operands {
			c.fileOperand(effect.OpRead, i)
			c.last().Recursive = recursive
			if c.has("remove-files") {
				c.fileOperand(effect.OpDelete, i)
				c.last().Recursive = true
			}
		}
		if c.has("files-from") && len(c.cmd.Operands) == 0 {
			c.fileIn(c.paths, effect.OpRead, effect.Unknown(), "")
		}
	case c.has("extract"):
		if named {
			c.fileIn(first, effect.OpRead, archive, "")
		}
		if !c.has("to-stdout", "to-command") {
			// Absolute names and links inside the archive are not seen here.
			c.file(effect.OpWrite, effect.Lit("./*"))
			if c.has("absolute-names") {
				c.file(effect.OpWrite, effect.Word{Text: "/\x00"})
			}
			if c.has("recursive-unlink") {
				c.file(effect.OpDelete, effect.Lit("./*"))
			}
		}
	case c.has("delete", "catenate"):
		if named {
			c.fileIn(first, effect.OpWrite, archive, "")
		}
	default:
		if named {
			c.fileIn(first, effect.OpRead, archive, "")
		}
	}
}

// tarOptions reads TAR_OPTIONS as more options of the same command.
func (c *call) tarOptions(w effect.Word) {
	if !w.Known {
		c.trait(effect.TraitDynamicCode)
		return
	}
	var words []effect.Word
	for field := range strings.FieldsSeq(w.Text) {
		words = append(words, effect.Lit(field))
	}
	for i := 0; i < len(words); i++ {
		if strings.HasPrefix(words[i].Text, "--") {
			i += c.longOption(&c.prog.options, words[i], words[i+1:])
		} else if strings.HasPrefix(words[i].Text, "-") && len(words[i].Text) > 1 {
			i += c.shortOptions(&c.prog.options, words[i], words[i+1:])
		}
	}
	for _, u := range c.uses {
		if u.kind == 's' {
			c.shell(u.word, "TAR_OPTIONS")
		}
	}
	for _, v := range c.values("checkpoint-action") {
		if command, ok := strings.CutPrefix(v.Text, "exec="); ok {
			c.shell(part(v, command), "TAR_OPTIONS")
		}
	}
}

func zip(c *call) {
	for _, w := range c.values("unzip-command") {
		c.shell(w, "zip -TT")
	}
	if len(c.cmd.Operands) > 0 {
		c.fileOperand(effect.OpWrite, 0)
		c.last().Recursive = false
	}
	op := effect.OpRead
	if c.has("delete") {
		return
	}
	for i := 1; i < len(c.cmd.Operands); i++ {
		c.fileOperand(op, i)
		if c.has("move") {
			c.fileOperand(effect.OpDelete, i)
		}
	}
}

func unzip(c *call) {
	firstIs(effect.OpRead)(c)
	if c.has("l", "t", "v", "p", "z", "Z") {
		return
	}
	target := effect.Lit(".")
	if dir, ok := c.value("d"); ok {
		target = dir
	}
	c.file(effect.OpWrite, everything(target))
}

func sevenZip(c *call) {
	if len(c.cmd.Subcommand) == 0 {
		return
	}
	switch c.cmd.Subcommand[0] {
	case "a", "u", "m", "f":
		firstIs(effect.OpWrite)(c)
		afterFirst(effect.OpRead)(c)
	case "d", "rn":
		firstIs(effect.OpWrite)(c)
	case "x", "e":
		firstIs(effect.OpRead)(c)
		target := effect.Lit("./*")
		if dir, ok := c.value("o"); ok {
			target = everything(dir)
		}
		c.file(effect.OpWrite, target)
	default:
		firstIs(effect.OpRead)(c)
	}
}

// compress: the file is replaced by its compressed form, or back, unless it
// is kept or only printed.
func compress(c *call) {
	for i := range c.cmd.Operands {
		c.fileOperand(effect.OpRead, i)
		if c.has("stdout", "test", "list", "keep") {
			continue
		}
		switch c.cmd.Program {
		case "zstd", "lz4", "brotli": // these keep their input
		default:
			c.fileOperand(effect.OpWrite, i)
		}
	}
}

func cpio(c *call) {
	if c.has("extract") {
		c.file(effect.OpWrite, effect.Lit("./*"))
	}
	if c.has("pass-through") && len(c.cmd.Operands) > 0 {
		c.fileOperand(effect.OpWrite, 0)
	}
}

func backup(c *call) {
	if len(c.cmd.Subcommand) == 0 {
		return
	}
	switch c.cmd.Subcommand[0] {
	case "create", "backup":
		for i, w := range c.cmd.Operands {
			if !strings.Contains(w.Text, "::") {
				c.fileOperand(effect.OpRead, i)
				c.last().Recursive = true
			}
		}
	}
}
