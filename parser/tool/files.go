package tool

import (
	"path"
	"slices"
	"strings"

	"twokey/parser/effect"
)

// fileGrammars are the programs that write, move, delete or change files
// (coreutils, util-linux, findutils, rsync).
func fileGrammars() []grammar {
	const copyOptions = `a/archive b f/force i/interactive l/link L/dereference n/no-clobber P/no-dereference p
		preserve=? no-preserve= R/r/recursive s/symbolic-link S/suffix= t/target-directory= T/no-target-directory
		u/update=? v/verbose x/one-file-system Z context=? backup=? reflink=? sparse= parents H attributes-only
			remove-destination strip-trailing-slashes`
	return []grammar{
		{names: "rm", style: gnu, opts: `f/force i I interactive=? r/R/recursive d/dir v/verbose
			one-file-system no-preserve-root preserve-root=? P W x`, paths: effect.OpDelete},
		{names: "unlink", style: gnu, paths: effect.OpDelete},
		{names: "rmdir", style: gnu, opts: "p/parents v/verbose ignore-fail-on-non-empty", paths: effect.OpDelete},
		{names: "trash trash-put rmtrash", style: gnu, opts: "r/recursive f/force v/verbose", paths: effect.OpDelete},
		{names: "srm wipe secure-delete", style: gnu, opts: "r/recursive f/force z v/verbose", paths: effect.OpDelete},
		{names: "shred", style: gnu, opts: `f/force n/iterations= s/size= u remove=? v/verbose x/exact z/zero random-source=r`, hook: shred},
		{names: "truncate", style: gnu, opts: "c/no-create o/io-blocks r/reference= s/size=", paths: effect.OpWrite},
		{names: "fallocate", style: gnu, opts: `c/collapse-range d/dig-holes i/insert-range l/length= n/keep-size o/offset=
			p/punch-hole z/zero-range x/posix v/verbose`, paths: effect.OpWrite},
		{names: "touch", style: gnu, opts: "a c/no-create d/date= f h/no-dereference m r/reference= t= time=", hook: touch},
		{names: "mkdir", style: gnu, opts: "m/mode= p/parents v/verbose Z context=?", paths: effect.OpCreate},
		{names: "mkfifo", style: gnu, opts: "m/mode= Z context=?", paths: effect.OpCreate},
		{names: "mknod", style: gnu, opts: "m/mode= Z context=?", hook: firstIs(effect.OpCreate)},
		{names: "mktemp", style: gnu, opts: "d/directory u/dry-run q/quiet suffix= p/tmpdir=? t"},
		{names: "tee", style: gnu, opts: "a/append i/ignore-interrupts p output-error=?", hook: tee},
		{names: "sponge", style: gnu, opts: "a", paths: effect.OpWrite},
		{names: "cp", style: gnu, opts: copyOptions, hook: copies},
		{names: "mv", style: gnu, opts: copyOptions, hook: copies},
		{names: "install", style: gnu, opts: `b c C/compare d/directory D g/group= m/mode= o/owner= p/preserve-timestamps
			s/strip strip-program=s S/suffix= t/target-directory= T/no-target-directory v/verbose backup=? Z context=?`, hook: copies},
		{names: "ln", style: gnu, opts: `b d/F/directory f/force i/interactive L/logical n/no-dereference P/physical r/relative
			s/symbolic S/suffix= t/target-directory= T/no-target-directory v/verbose backup=?`, hook: copies},
		{names: "rename prename file-rename", style: gnu, opts: "v/verbose n/nono s f/force e= o/no-overwrite i/interactive", hook: rename},
		{names: "dd", style: keywords, hook: dd},
		{names: "chmod", style: gnu, opts: `c/changes f/silent v/verbose R/recursive reference= preserve-root
			no-preserve-root h H L P`, hook: chmod},
		{names: "chown chgrp", style: gnu, opts: `c/changes f/silent v/verbose R/recursive reference= from= h/no-dereference
			dereference H L P preserve-root no-preserve-root`, hook: chmod},
		{names: "chattr", style: gnu, opts: "R/recursive V f v= p=", hook: chmod},
		{names: "chcon", style: gnu, opts: "R/recursive h u/user= r/role= t/type= l/range= reference= v/verbose", hook: chmod},
		{names: "restorecon", style: gnu, opts: "R/r/recursive F n v", paths: effect.OpChmod},
		{names: "setfacl", style: gnu, opts: `m/modify= x/remove= M/modify-file=r X/remove-file=r b/remove-all
			k/remove-default R/recursive d/default set= set-file=r restore=r n mask test`, paths: effect.OpChmod},
		{names: "setfattr", style: gnu, opts: "n/name= v/value= x/remove= h restore=r", paths: effect.OpChmod},
		{names: "setcap", style: gnu, hook: chmod},
		{names: "rsync", style: gnu, opts: rsyncOptions, hook: rsync},
		{names: "scp", style: 0, opts: "3 4 6 A B C O p q R r/recursive T v c= D= F=r i= J= l= o= P= S=s X=", hook: scp},
		{names: "sftp", style: 0, opts: "4 6 A a C f N p q r/recursive v B= b=r c= D= F=r i= J= l= o= P= R= S=s s=", hook: sftp},
		{names: "split csplit", style: gnu, opts: `a/suffix-length= b/bytes= C/line-bytes= d e l/lines= n/number=
			t/separator= f/prefix= filter=s additional-suffix= numeric-suffixes=?`, hook: splitFile},
		{names: "patch", style: gnu, opts: `b/backup d/directory=c D/ifdef= E e F= f/force i/input=r l N/forward n
			o/output=w p/strip= R/reverse r/reject-file=w s t u V= z= dry-run Y= B= binary`, hook: patch},
		{names: "find", style: singleDash | inOrder, hook: find},
		{names: "fd", style: gnu | inOrder},
		{names: "rclone", style: saas, opts: `n/dry-run P/progress v/verbose q/quiet config=r include= exclude= filter=
			transfers= checkers= bwlimit= L/copy-links
			min-age= max-age= log-file=w i/interactive filter-from=r files-from=r include-from=r exclude-from=r`, depth: 2,
			hook: rclone, verbs: []verb{
				{path: "sync"}, {path: "copy"}, {path: "move"}, {path: "copyto"}, {path: "moveto"}, {path: "bisync"}, {path: "mount"},
				{path: "delete"}, {path: "deletefile"}, {path: "purge"}, {path: "rmdir"}, {path: "rmdirs"}, {path: "cat"},
				{path: "ls"}, {path: "lsl"}, {path: "lsd"}, {path: "lsf"},
				{path: "check"}, {path: "size"}, {path: "serve"}, {path: "rcat"}, {path: "cleanup"}, {path: "dedupe"},
				{path: "config"}, {path: "config show"}, {path: "config dump"}, {path: "md5sum"}, {path: "link"},
				{path: "about"}, {path: "listremotes"},
			}, classes: map[effect.Trait]string{
				TraitReads: "about|listremotes|mount|check|md5sum|obscure|ncdu|tree", TraitDestroys: "sync|move|moveto|bisync|dedupe|cleanup",
				TraitCreates: "copy|copyto|rcat|link|mkdir|touch", TraitSecretRead: "config show|config dump|reveal", TraitLocal: "config",
			}},
		{names: "stow", style: gnu, opts: "d/dir=c t/target=w D S R v/verbose n/no/dry-run"},
	}
}

const rsyncOptions = `v/verbose q/quiet a/archive r/recursive R/relative u/update l L k K H p E A X o g D t O J S n/dry-run
	W x b/backup i/itemize-changes z/compress P h c/checksum C y 0/from0 4 6 8 m/prune-empty-dirs d/dirs I s/protect-args
	del/delete delete-before/delete delete-during/delete delete-delay/delete delete-after/delete delete-excluded
	remove-source-files force inplace append append-verify existing ignore-existing ignore-errors max-delete=
	e/rsh= rsync-path= exclude= exclude-from=r include= include-from=r files-from=r f/filter= F backup-dir= suffix=
	T/temp-dir= compare-dest= copy-dest= link-dest= log-file=w log-file-format= out-format= password-file= port= bwlimit=
	partial partial-dir= progress stats human-readable list-only chmod= chown= usermap= groupmap= timeout= contimeout=
	max-size= min-size= B/block-size= M/remote-option= info= debug= numeric-ids safe-links copy-links copy-unsafe-links
	write-batch=w read-batch=r only-write-batch=w daemon config=r address= no-motd iconv= checksum-choice= compress-level=
		compress-choice= super fake-super mkpath delete-missing-args`

func shred(c *call) {
	op := effect.OpWrite
	if c.has("u", "remove") {
		op = effect.OpDelete
	}
	for i := range c.cmd.Operands {
		c.fileOperand(op, i)
	}
}

func touch(c *call) {
	op := effect.OpCreate
	if c.has("no-create") {
		op = effect.OpChmod
	}
	for i := range c.cmd.Operands {
		c.fileOperand(op, i)
	}
}

func tee(c *call) {
	op := effect.OpWrite
	if c.has("append") {
		op = effect.OpAppend
	}
	for i := range c.cmd.Operands {
		c.fileOperand(op, i)
	}
}

// firstIs says that the first operand alone is a path.
func firstIs(op effect.Operation) func(*call) {
	return func(c *call) {
		if len(c.cmd.Operands) > 0 {
			c.fileOperand(op, 0)
		}
	}
}

// afterFirst says that all operands but the first are paths.
func afterFirst(op effect.Operation) func(*call) {
	return func(c *call) {
		for i := 1; i < len(c.cmd.Operands); i++ {
			c.fileOperand(op, i)
		}
	}
}

func chmod(c *call) {
	start := 1
	if c.has("reference") || c.cmd.Program == "chcon" && c.has("user", "role", "type", "range") {
		start = 0
	}
	// A mode that takes away, -x or -i, reads as options.
	switch c.cmd.Program {
	case "chmod":
		if c.has("r", "w", "x", "X", "s", "t", "u", "g", "o") {
			start = 0
		}
	case "chattr":
		if first := c.operandText(0); first != "" && !strings.ContainsAny(first[:1], "+-=") {
			start = 0
		}
	}
	for i := start; i < len(c.cmd.Operands); i++ {
		c.fileOperand(effect.OpChmod, i)
	}
}

// copies finds the sources and the destination of cp, mv, install, ln and
// git mv.
func copies(c *call) {
	words := c.cmd.Operands
	name := c.cmd.Program
	if name == "install" && c.has("directory") {
		for _, w := range words {
			c.file(effect.OpCreate, w)
		}
		return
	}
	target, directory := c.value("target-directory")
	sources := words
	if !directory {
		if len(words) == 0 {
			return
		}
		if len(words) == 1 {
			if name == "ln" {
				c.file(effect.OpRead, words[0])
			}
			return
		}
		target, sources = words[len(words)-1], words[:len(words)-1]
		directory = len(sources) > 1 || strings.HasSuffix(target.Text, "/") || c.isDirectory(target)
	}
	from := effect.OpRead
	if name == "mv" || c.cmd.Program == "git" {
		from = effect.OpRename
	}
	to := effect.OpWrite
	if name == "ln" && !c.has("force") || c.has("no-clobber") {
		to = effect.OpCreate
	}
	for _, w := range sources {
		c.file(from, w)
	}
	if !directory {
		c.file(to, target)
		return
	}
	for _, w := range sources {
		c.file(to, into(target, w))
	}
}

// isDirectory reports whether a path is known to be a directory without
// looking: a file copied there goes into it.
func (c *call) isDirectory(w effect.Word) bool {
	base := path.Base(w.Text)
	if base == "." || base == ".." || w.Text == "~" {
		return true
	}
	resolved := c.paths.Resolve(w)
	return resolved.Known && (resolved.Text == c.paths.Cwd || resolved.Text == c.paths.Workspace || resolved.Text == c.paths.Home ||
		slices.Contains(c.paths.Tmp, resolved.Text))
}

// into is the path of a file once it is copied into a directory.
func into(dir, file effect.Word) effect.Word {
	base := path.Base(file.Text)
	switch {
	case strings.HasSuffix(file.Text, "/.") || base == "." || base == ".." || base == "/":
		base = "*"
	case !file.Known && strings.IndexByte(base, 0) >= 0 || file.Text == "":
		base = "\x00"
	}
	text := strings.TrimSuffix(dir.Text, "/") + "/" + base
	return effect.Word{Text: text, Known: dir.Known && base != "\x00" && strings.IndexByte(base, 0) < 0}
}

func rename(c *call) {
	for i := 1; i < len(c.cmd.Operands); i++ {
		c.fileOperand(effect.OpRename, i)
	}
}

func dd(c *call) {
	if w, ok := c.value("if"); ok {
		c.file(effect.OpRead, w)
	}
	if w, ok := c.value("of"); ok {
		c.file(effect.OpWrite, w)
		if c.paths.Scope(c.paths.Resolve(w)) == effect.ScopeDevice {
			c.trait(TraitDisk)
		}
	}
}

// splitFile: the pieces are written beside the prefix, "x" where none is given.
func splitFile(c *call) {
	if len(c.cmd.Operands) == 0 {
		return
	}
	c.fileOperand(effect.OpRead, 0)
	if len(c.cmd.Operands) > 1 && c.cmd.Program == "split" {
		c.fileOperand(effect.OpCreate, 1)
	}
}

func patch(c *call) {
	if len(c.cmd.Operands) > 0 {
		c.fileOperand(effect.OpWrite, 0)
	}
	if len(c.cmd.Operands) > 1 {
		c.fileOperand(effect.OpRead, 1)
	}
}
