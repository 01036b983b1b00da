package parser

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
	"twokey/parser/effect"
)

func (sh *shell) multiplexer(name string, c call) (value, bool) {
	args := c.argv[1:]
	g := wrapper{short: "LSfctnsxyFwheqOPT"}
	if name == "screen" {
		g = wrapper{short: "cSehpTtsX"}
	}
	_, rest := g.split(args)
	if name == "screen" || name == "dtach" || name == "abduco" {
		for i, a := range rest { // screen -X stuff 'text'
			if a.is("stuff") && i+1 < len(rest) {
				return sh.inside("", name).code(rest[i+1].value, nil, name), true
			}
		}
		if len(rest) == 0 {
			return value{}, false
		}
		if name != "screen" && len(rest) > 1 {
			rest = rest[1:]
		}
		return sh.wrapped(name, c.with(rest)), true
	}
	if len(rest) == 0 {
		return value{}, false
	}
	verb := rest[0].text
	switch verb {
	case "new", "new-session", "neww", "new-window", "splitw", "split-window", "respawn-pane", "respawn-window", "run-shell", "run", "if-shell", "popup", "display-popup", "pipe-pane", "action":
		_, command := g.split(rest[1:])
		if len(command) == 0 {
			return value{}, false
		}
		sh.tool(c)
		if len(command) == 1 || verb == "if-shell" {
			for _, t := range command {
				sh.inside("", name).code(t.value, nil, name)
			}
			return value{text: unknown}, true
		}
		return sh.wrapped(name, c.with(command)), true
	case "send", "send-keys":
		_, keys := g.split(rest[1:])
		var text []arg
		for _, k := range keys {
			if !k.is("Enter", "C-m", "C-c", "KPEnter") {
				text = append(text, k)
			}
		}
		if len(text) > 0 {
			sh.tool(c)
			sh.inside("", name).code(joined(text), nil, name)
			return value{text: unknown}, true
		}
	}
	return value{}, false
}

// crontab walks the commands of a crontab that is fed in.
func (sh *shell) crontab(v value) {
	for line := range strings.SplitSeq(v.text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		n := 5
		if line[0] == '@' {
			n = 1
		} else if name, _, ok := strings.Cut(line, "="); ok && syntax.ValidName(strings.TrimSpace(name)) {
			continue
		}
		for range n {
			_, rest, _ := strings.Cut(line, " ")
			line = strings.TrimLeft(rest, " \t")
		}
		if line != "" {
			sh.inside("", "crontab").code(value{line, v.taint}, nil, "crontab")
		}
	}
}

// expect finds what an expect script spawns or executes.
func (sh *shell) expect(v value) {
	for line := range strings.FieldsFuncSeq(v.text, func(r rune) bool { return r == '\n' || r == ';' }) {
		line = strings.TrimLeft(strings.TrimSpace(line), "[")
		if t, ok := cutAny(line, "spawn ", "exec ", "system "); ok {
			sub := sh.inside("", "expect")
			sub.frame.scanned = true
			sub.code(value{strings.TrimRight(t, "]"), v.taint}, nil, "expect")
		}
	}
}

// makeProgram walks the commands that are given to make on the line.
func (sh *shell) makeProgram(name string, c call) (value, bool) {
	args := c.argv[1:]
	for i, a := range args {
		var text value
		switch {
		case name == "make" && a.is("--eval", "-E") && i+1 < len(args):
			text = args[i+1].value
		case name == "make" && (a.is("-f-", "--file=-", "--makefile=-") || a.is("-f", "--file", "--makefile") && i+1 < len(args) && args[i+1].is("-", "/dev/stdin")) && c.in != nil:
			text = *c.in
		case name == "make" && strings.HasPrefix(a.text, "--eval="):
			text = value{strings.TrimPrefix(a.text, "--eval="), a.taint}
		case name == "make" && (strings.HasPrefix(a.text, "SHELL=") || strings.HasPrefix(a.text, "CC=") || strings.HasPrefix(a.text, "MAKE=")):
			_, v, _ := strings.Cut(a.text, "=")
			sh.inside("", name).code(value{v, a.taint}, nil, name)
			continue
		case name == "make" && i > 0 && args[i-1].is("-f", "--file", "--makefile"):
			if text = sh.operand(a); text.taint&(taintRemote|taintDecoded) != 0 {
				sh.command(name, []effect.Word{a.word()}, effect.TraitDynamicCode, effect.TraitPipeToShell)
			}
		case name == "just" && a.is("-c", "--command") && i+1 < len(args):
			sh.tool(c)
			return sh.wrapped(name, c.with(args[i+1:])), true
		default:
			continue
		}
		sh.makefile(text)
	}
	return value{}, false
}

// makefile walks the recipes of a makefile's text.
func (sh *shell) makefile(v value) {
	for line := range strings.SplitSeq(v.text, "\n") {
		recipe := ""
		if strings.HasPrefix(line, "\t") {
			recipe = line
		} else if _, after, ok := strings.Cut(line, ";"); ok && strings.Contains(line, ":") {
			recipe = after
		}
		for rest := line; ; {
			i := strings.Index(rest, "$(shell ")
			if i < 0 {
				break
			}
			rest = rest[i+8:]
			if end := strings.LastIndexByte(rest, ')'); end >= 0 {
				sh.inside("", "make").code(value{rest[:end], v.taint}, nil, "make")
			}
		}
		if recipe = strings.TrimLeft(strings.TrimSpace(recipe), "@-+"); recipe != "" {
			sh.inside("", "make").code(value{strings.ReplaceAll(recipe, "$$", "$"), v.taint}, nil, "make")
		}
	}
}
