package parser

import (
	"path"
	"strings"
)

// copied carries what is known of a file over to its copy.
func (sh *shell) copied(name string, args []arg) {
	var files []arg
	for _, a := range args {
		if !strings.HasPrefix(a.text, "-") {
			files = append(files, a)
		}
	}
	if len(files) != 2 {
		return
	}
	from, to := files[0], files[1]
	if (name == "rsync" || name == "scp") && remoteOperand(from.text) {
		sh.wrote(to.value, value{unknown, taintRemote}, false)
		return
	}
	if c := sh.content(from.value); c.known() || c.taint != 0 {
		sh.wrote(to.value, c, false)
	}
}

func remoteOperand(s string) bool {
	i := strings.IndexByte(s, ':')
	return i > 0 && strings.IndexByte(s[:i], '/') < 0
}

// downloaded remembers the files that a download is written to.
func (sh *shell) downloaded(name string, args []arg) {
	content := value{unknown, taintRemote}
	remoteName := name == "wget" || name == "aria2c" || name == "axel"
	for i, a := range args {
		next := arg{}
		if i+1 < len(args) {
			next = args[i+1]
		}
		switch {
		case a.is("-o", "--output", "--output-document", "-O") && (name != "curl" || !a.is("-O")) && (name != "wget" || !a.is("-o")):
			sh.wrote(next.value, content, false)
			remoteName = false
		case strings.HasPrefix(a.text, "--output=") || strings.HasPrefix(a.text, "--output-document="):
			_, f, _ := strings.Cut(a.text, "=")
			sh.wrote(value{text: f}, content, false)
			remoteName = false
		case name == "curl" && a.is("--remote-name"):
			remoteName = true
		case len(a.text) > 2 && a.text[0] == '-' && a.text[1] != '-':
			letter := byte('o')
			if name == "wget" {
				letter = 'O'
			}
			if j := strings.IndexByte(a.text, letter); j > 0 {
				f := value{text: a.text[j+1:]}
				if f.text == "" {
					f = next.value
				}
				sh.wrote(f, content, false)
			} else if name == "curl" && strings.IndexByte(a.text, 'O') > 0 {
				remoteName = true
			}
		case name == "curl" && a.is("-O"):
			remoteName = true
		}
	}
	if !remoteName {
		return
	}
	for _, a := range args {
		if strings.Contains(a.text, "/") && !strings.HasPrefix(a.text, "-") {
			f, _, _ := strings.Cut(a.text, "?")
			if f = path.Base(f); f != "." && f != "/" {
				sh.wrote(value{text: f}, content, false)
			}
		}
	}
}

// content returns what is known of a file's content: what the text itself
// wrote there, else only whether it looks like a secret.
func (sh *shell) content(v value) value {
	p := sh.resolve(v)
	if f := sh.written(p); f != nil {
		return *f
	}
	c := value{text: unknown}
	if looksSecret(v.text) || p != "" && looksSecret(p) {
		c.taint |= taintSecret
	}
	if environFile(p) {
		c.taint |= taintEnv
	}
	return c
}

// operand is what a program reads from an operand that names a file.
func (sh *shell) operand(a arg) value {
	if a.content != nil {
		return *a.content
	}
	return sh.content(a.value)
}

// written returns what the text wrote to a path last, or below a directory
// that it unpacked into.
func (sh *shell) written(p string) *value {
	if v := sh.history(p); len(v) > 0 {
		return &v[len(v)-1]
	}
	return nil
}

// versions returns all that the text wrote to a path: which of several writes
// came last is not always known.
func (sh *shell) versions(p string) *value {
	list := sh.history(p)
	if len(list) == 0 {
		return nil
	}
	all := list[0]
	for _, v := range list[1:] {
		all = join(join(all, value{text: "\n"}), v)
	}
	return &all
}

func (sh *shell) history(p string) []value {
	files := sh.w.files
	if p == "" || len(files) == 0 {
		return nil
	}
	p = sh.frame.where + "\x00" + p
	if v := files[p]; v != nil {
		return v
	}
	for range 8 {
		i := strings.LastIndexByte(p, '/')
		if i <= 0 {
			break
		}
		p = p[:i]
		if v := files[p+"/*"]; v != nil {
			return v
		}
	}
	return nil
}

// maxVersions bounds the writes to one file that are remembered.
const maxVersions = 4

// wrote remembers what the text wrote to a file. Files are seen by every
// subshell, so what is known of them is the walker's.
func (sh *shell) wrote(v value, content value, appended bool) {
	p := sh.resolve(v)
	if p == "" || strings.HasPrefix(p, "/dev/") || sh.w.stopped {
		return
	}
	if appended {
		if old := sh.written(p); old != nil {
			content = join(*old, content)
		} else {
			content = join(value{text: unknown}, content)
		}
	}
	w := sh.w
	key := sh.frame.where + "\x00" + p
	list := w.files[key]
	switch {
	case len(list) > 0 && list[len(list)-1] == content:
		return
	case list == nil && len(w.files) >= maxFacts:
		w.overflow(sh)
		return
	case len(list) >= maxVersions && !appended:
		some := value{text: unknown}
		for _, v := range list {
			some.taint |= v.taint
		}
		list = []value{some}
	case w.files == nil:
		w.files = make(map[string][]value)
	case appended && len(list) > 0:
		list = list[:len(list)-1]
	}
	w.files[key] = append(list, content)
}

func environFile(p string) bool {
	ok, _ := path.Match("/proc/*/environ", p)
	return ok
}
