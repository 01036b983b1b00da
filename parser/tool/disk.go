package tool

import (
	"strings"

	"twokey/parser/effect"
)

// diskGrammars are file systems, partitions, volumes and boot loaders.
func diskGrammars() []grammar {
	return []grammar{
		{names: `mkfs mkfs.ext2 mkfs.ext3 mkfs.ext4 mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.fat mkfs.ntfs mkfs.exfat mke2fs
			mkswap mkntfs mkdosfs newfs mkfs.f2fs mkfs.minix mkudffs`, style: 0, opts: `t/type= L= n= U= b= i= m= O= E= F q
			v c f V K d= N= I= S= s= l= r= T= C= label= p= a`, hook: disk(effect.OpWrite)},
		{names: "wipefs", style: gnu, opts: `a/all o/offset= f/force n/no-act/dry-run t/types= b/backup q/quiet p J i
			noheadings O=`, hook: func(c *call) {
			if c.has("all", "offset") && !c.cmd.Has(effect.TraitDryRun) {
				disk(effect.OpWrite)(c)
			}
		}},
		{names: `blkdiscard badblocks dban nwipe sgdisk gdisk cgdisk cfdisk sfdisk fdisk partprobe partx resize2fs
			xfs_growfs tune2fs e2label xfs_repair fsck fsck.ext4 e2fsck dosfsck btrfstune xfs_admin debugfs fstrim`,
			style: 0, opts: `l L n= s= t= w o= i= a= d= p= r= b= c= f y v x V h P/print Z Z zap-all m R= z A D= dump=w J j
			list force no-act script delete=? N= u= align= I= C= U= M= e= T= E= O=`, hook: partition},
		{names: "parted", style: gnu, opts: "s/script l/list m/machine a/align= f/fix j/json h/help v/version", hook: partition},
		{names: "cryptsetup", style: gnu, depth: 1, opts: `q/batch-mode c= h= s= d= key-file=r type= y v header=
			test-passphrase S= label= uuid= iter-time= force-password`, hook: func(c *call) {
			switch c.verbText(0) {
			case "luksFormat", "erase", "luksErase", "luksKillSlot", "luksRemoveKey", "reencrypt", "luksHeaderRestore",
				"convert", "create", "luksChangeKey", "luksAddKey", "format":
				c.trait(TraitDisk)
			case "open", "luksOpen", "close", "luksClose":
				c.trait(TraitMounts)
			}
		}},
		{names: `zpool zfs btrfs lvm lvremove vgremove pvremove lvcreate vgcreate pvcreate lvreduce lvextend lvresize
			vgreduce pvmove mdadm bcachefs xfsdump dmraid multipath zdb`, style: 0, depth: 2, opts: `f/force r/recursive R
			n/dry-run y/yes a= o= t= v q d H p s= L= l= Z stop zero-superblock create fail= remove= add= manage assemble
			detail examine query scan D Q S`, hook: volumes},
		{names: "diskutil hdiutil", style: 0, depth: 1, hook: func(c *call) {
			if v := strings.ToLower(c.verbText(0)); strings.HasPrefix(v, "erase") || strings.Contains(v, "partition") ||
				v == "zerodisk" || v == "securerase" || v == "reformat" || v == "randomdisk" || v == "apfs" {
				c.trait(TraitDisk)
			}
		}},
		{names: `grub-install update-grub grub-mkconfig efibootmgr update-initramfs dracut mkinitcpio bootctl flashrom
			fwupdmgr fw_setenv`, style: gnu, opts: "v/verbose o/output=w u c d k= B b= n= D", hook: func(c *call) {
			switch {
			case c.cmd.Program == "efibootmgr" && len(c.cmd.Flags) == 0, c.cmd.Program == "fwupdmgr" &&
				strings.HasPrefix(c.operandText(0), "get"), c.cmd.Program == "bootctl" && (c.operandText(0) == "" ||
				c.operandText(0) == "status" || c.operandText(0) == "list"):
			default:
				c.trait(TraitDisk)
			}
		}},
	}
}

// disk says that the operands are devices or images that are written anew.
func disk(op effect.Operation) func(*call) {
	return func(c *call) {
		for i, w := range c.cmd.Operands {
			if isDigits(w.Text) && i > 0 {
				continue // a size
			}
			c.fileOperand(op, i)
			if s := c.last().Scope; s == effect.ScopeDevice || s == effect.ScopeUnknown {
				c.trait(TraitDisk)
			}
		}
	}
}

func partition(c *call) {
	name := c.cmd.Program
	switch {
	case c.has("l", "list") && (name == "fdisk" || name == "sfdisk" || name == "parted"), c.has("P", "print", "p") &&
		name == "sgdisk" && len(c.cmd.Flags) == 1,
		name == "badblocks" && !c.has("w", "n"), name == "partx" && !c.has("a", "d", "u"), name == "debugfs" && !c.has("w"),
		name == "tune2fs" && c.has("l"), name == "sfdisk" && c.has("d", "dump", "J", "l"),
		strings.HasPrefix(name, "fsck") && c.has("n", "N"), name == "e2fsck" && c.has("n"), name == "xfs_repair" &&
			c.has("n"), name == "e2label" && len(c.cmd.Operands) < 2:
		return
	case name == "parted":
		for _, w := range c.cmd.Operands {
			if w.Text == "print" || w.Text == "unit" {
				return
			}
			switch w.Text {
			case "mklabel", "mktable", "mkpart", "rm", "resizepart", "set", "name", "rescue", "disk_set", "toggle", "mkpartfs":
				c.trait(TraitDisk)
				firstIs(effect.OpWrite)(c)
				return
			}
		}
		c.trait(TraitDisk)
		return
	case name == "fstrim" || name == "partprobe":
		c.trait(TraitMutates)
		return
	}
	if len(c.cmd.Operands) > 0 {
		c.trait(TraitDisk)
		last := len(c.cmd.Operands) - 1
		if name == "sfdisk" || name == "sgdisk" || name == "e2label" || name == "resize2fs" {
			last = 0
		}
		c.fileOperand(effect.OpWrite, last)
	}
}

func volumes(c *call) {
	if c.cmd.Has(effect.TraitDryRun) {
		return
	}
	words := []string{c.cmd.Program, c.verbText(0), c.verbText(1)}
	for _, w := range words {
		switch w {
		case "destroy", "labelclear", "lvremove", "vgremove", "pvremove", "lvreduce", "vgreduce", "rollback", "offline",
			"detach", "remove", "split", "clear", "pvcreate", "vgcreate", "lvresize", "pvmove",
			"delete", "format", "fail", "replace", "release", "promote", "receive", "recv", "restore", "wipe", "erase",
			"initialize", "create", "lvcreate", "lvextend", "rename", "set", "attach", "add", "import", "export",
			"upgrade", "unload-key", "change-key", "inherit", "rescue", "check", "balance", "resize", "defragment":
			if w == "check" || w == "export" || w == "snapshot" {
				continue
			}
			c.trait(TraitDisk)
			return
		}
	}
	if c.has("stop", "zero-superblock", "create", "fail", "remove", "add") && c.cmd.Program == "mdadm" {
		c.trait(TraitDisk)
	}
}
