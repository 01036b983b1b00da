package parser

import (
	"regexp"
	"strings"

	"twokey/parser/effect"
)

// codeOptions are programs' options whose value is a command: shell text, or
// with "!" in front of the options the path of a program.
var codeOptions = map[string]string{
	"tcpdump": "! -z",
	"wget":    "! --use-askpass",
	"nano":    " -s --speller",
	"openvpn": " --up --down --route-up --ipchange --tls-verify --client-connect",
	"split":   " --filter",
	"fzf":     " --preview",
}

// optionCode walks the commands that a program's options carry and that its
// own grammar does not hand back.
func (sh *shell) optionCode(name string, c call) {
	list, ok := codeOptions[name]
	if ok {
		list += " "
		for i, a := range c.argv[1:] {
			option, text, inline := strings.Cut(a.text, "=")
			v := value{text, a.taint}
			switch {
			case !among(list, option) || option == "":
				continue
			case inline:
			case i+2 < len(c.argv):
				v = c.argv[i+2].value
			default:
				continue
			}
			if strings.HasPrefix(list, "!") {
				sh.inside("", name).run(call{argv: []arg{{value: v}}, plain: true, real: true})
			} else {
				sh.inside("", name).code(v, nil, name)
			}
		}
		return
	}
	args := c.argv[1:]
	switch name {
	case "gcc", "g++", "cc", "c++", "clang":
		for i, a := range args {
			if i > 0 && args[i-1].is("-wrapper") {
				var argv []arg
				for w := range strings.SplitSeq(a.text, ",") {
					argv = append(argv, arg{value: value{w, a.taint}})
				}
				// The compiler's own words follow.
				sh.inside("", name).run(call{argv: append(argv, arg{value: value{text: unknown}, bare: true}), plain: true, real: true})
			}
		}
	case "rpm", "rpmquery", "rpmbuild", "rpmspec":
		for i, a := range args {
			text, ok := strings.CutPrefix(a.text, "--eval=")
			if !ok && (i == 0 || !args[i-1].is("--eval", "-E")) {
				continue
			}
			for _, m := range rpmShell.FindAllStringSubmatch(text, -1) {
				sh.inside("", name).code(value{m[1], a.taint}, nil, name)
			}
		}
	case "sshfs":
		for i, a := range args {
			if i == 0 || !args[i-1].is("-o") {
				continue
			}
			for o := range strings.SplitSeq(a.text, ",") {
				if text, ok := cutAny(o, "ssh_command=", "ProxyCommand="); ok {
					sh.inside("", name).code(value{text, a.taint}, nil, name)
				}
			}
		}
	case "xdotool":
		for i, a := range args {
			if a.is("exec") && i+1 < len(args) {
				rest := args[i+1:]
				for len(rest) > 1 && strings.HasPrefix(rest[0].text, "--") {
					rest = rest[1:]
				}
				sh.wrapped(name, c.with(rest))
				return
			}
		}
	case "ed", "red", "ghci", "ipython", "gdb", "lldb", "sqlite3", "ftp", "telnet", "gnuplot", "tdbtool":
		if c.in != nil && name != "sqlite3" {
			sh.escapes(name, *c.in)
		}
		if name == "ipython" {
			for i, a := range args {
				if i > 0 && args[i-1].is("-c") {
					sh.escapes(name, a.value)
				}
			}
		}
	case "tclsh", "wish", "expect":
		if c.in != nil {
			sh.expect(*c.in)
		}
	case "emacs", "emacsclient":
		for i, a := range args {
			if i > 0 && args[i-1].is("--eval", "-eval", "--execute", "-e") {
				sh.lisp(name, a.value)
			} else if text, ok := cutAny(a.text, "--eval=", "--execute="); ok {
				sh.lisp(name, value{text, a.taint})
			}
		}
	}
}

var (
	rpmShell = regexp.MustCompile(`%\(([^)]*)\)`)
	lispCall = regexp.MustCompile(`\(\s*(delete-file|delete-directory|shell-command|shell-command-to-string|async-shell-command|call-process-shell-command|insert-file-contents|write-region|rename-file)\s+"((?:[^"\\]|\\.)*)"`)
)

// lisp finds what Emacs Lisp runs and touches.
func (sh *shell) lisp(name string, v value) {
	sub := sh.inside("", name)
	sub.frame.scanned = true
	for _, m := range lispCall.FindAllStringSubmatch(v.text, 64) {
		text, _ := unescapeC(m[2], false)
		switch m[1] {
		case "delete-file", "delete-directory":
			e := sub.paths().File(effect.OpDelete, value{text: text}.word(), name)
			e.File.Recursive = m[1] == "delete-directory"
			sub.emit(e)
		case "insert-file-contents":
			sub.file(effect.OpRead, value{text: text}, name)
		case "write-region", "rename-file":
			sub.file(effect.OpWrite, value{text: text}, name)
		default:
			sub.code(value{text, v.taint}, nil, name)
		}
	}
}

// escapes walks the lines that a program's own language hands to a shell.
func (sh *shell) escapes(name string, v value) {
	for line := range strings.SplitSeq(v.text, "\n") {
		line = strings.TrimSpace(line)
		if text, ok := cutAny(line, ":!", "!", "shell ", "system "); ok && text != "" {
			sh.inside("", name).code(value{strings.Trim(text, `"' `), v.taint}, nil, name)
		}
	}
}
