package tool

import (
	"strings"

	"twokey/parser/effect"
)

// textGrammars are sed, awk and the interpreters that edit files in place.
func textGrammars() []grammar {
	return []grammar{
		{names: "sed", style: gnu, opts: `n/silent/quiet e/expression= f/file= E/r/regexp-extended i/in-place=? s/separate
			u/unbuffered z/null-data l/line-length= b/binary follow-symlinks posix debug sandbox I=?`, hook: sed},
		{names: "awk", style: gnu | inOrder, opts: `F/field-separator= v/assign= f/file=x e/source= i/include=x E/exec=x l/load=x b c C d/dump-variables=?w D/debug=?
			g/gen-pot h/help L/lint=? M n N o/pretty-print=?w O p/profile=?w P r s S/sandbox t V/version W=`, hook: awk},
		{names: "perl", style: inOrder, opts: "e= E= i=? I= M= m= n p a l=? 0=? F= w W c v V=? x=? s S t T u U X d=? D= C=?", hook: inPlace},
		{names: "ruby", style: inOrder, opts: "e= i=? I= r= n p a l F=? w c v x=? s S C=c E= K= T=? 0=?", hook: inPlace},
		{names: "sd", style: gnu, opts: "p/preview F/fixed-strings s n/max-replacements= f/flags=", hook: func(c *call) {
			for i := 2; i < len(c.cmd.Operands); i++ {
				if c.has("preview") {
					c.fileOperand(effect.OpRead, i)
				} else {
					c.fileOperand(effect.OpWrite, i)
				}
			}
		}},
	}
}

// inPlace: with -i the operands after the program text are rewritten.
func inPlace(c *call) {
	op := effect.OpRead
	if c.has("i") {
		op = effect.OpWrite
	}
	if !c.has("e", "E") {
		return // a script file, which is the caller's to read
	}
	if op == effect.OpWrite || c.has("n", "p") {
		c.operands(op)
	}
}

// sed finds the files of a sed script: those it edits, and what its r, w and e
// commands name (sed(1)).
func sed(c *call) {
	scripts := c.values("expression")
	start := 0
	if !c.has("expression", "file") && len(c.cmd.Operands) > 0 {
		if c.has("in-place") && c.cmd.Operands[0].Text == "" && len(c.cmd.Operands) > 1 {
			start = 1 // BSD sed's empty backup suffix
		}
		scripts = append(scripts, c.cmd.Operands[start])
		start++
	}
	for _, w := range c.values("file") {
		c.file(effect.OpRead, w)
		if text, ok := c.read(w); ok {
			scripts = append(scripts, text)
		} else {
			c.trait(effect.TraitDynamicCode)
		}
	}
	op := effect.OpRead
	if c.has("in-place", "I") {
		op = effect.OpWrite
	}
	for i := start; i < len(c.cmd.Operands); i++ {
		c.fileOperand(op, i)
	}
	if c.has("sandbox") {
		return
	}
	for _, script := range scripts {
		c.sedScript(script)
	}
}

// sedScript walks the commands of a sed script, so that text inside a regular
// expression or a replacement is not taken for a command.
func (c *call) sedScript(w effect.Word) {
	s := w.Text
	runs := false
	i := 0
	for i < len(s) {
		i = sedAddress(s, i)
		if i >= len(s) {
			break
		}
		command := s[i]
		i++
		switch command {
		case 's', 'y':
			if i >= len(s) {
				return
			}
			delimiter := s[i]
			_, i = sedDelimited(s, i+1, delimiter)
			var replacement string
			replacement, i = sedDelimited(s, i, delimiter)
			for i < len(s) && command == 's' && s[i] != '\n' && s[i] != ';' && s[i] != '}' {
				switch s[i] {
				case 'e':
					runs = true
					// A replacement without references is the command itself.
					if !strings.ContainsAny(replacement, "&\\") {
						c.shell(part(w, replacement), "sed s///e")
					}
				case 'w':
					var file string
					file, i = restOfLine(s, i+1)
					c.sedFile(effect.OpWrite, w, file)
					continue
				}
				i++
			}
		case 'e':
			var text string
			text, i = restOfLine(s, i)
			if text != "" {
				c.shell(part(w, text), "sed e")
			} else {
				runs = true
			}
		case 'r', 'R', 'w', 'W':
			var file string
			file, i = restOfLine(s, i)
			op := effect.OpRead
			if command == 'w' || command == 'W' {
				op = effect.OpWrite
			}
			c.sedFile(op, w, file)
		case 'a', 'i', 'c':
			for {
				var text string
				text, i = restOfLine(s, i)
				if !strings.HasSuffix(text, "\\") || i >= len(s) {
					break
				}
			}
		case '#':
			_, i = restOfLine(s, i)
		case 'b', 't', 'T', ':':
			for i < len(s) && s[i] != '\n' && s[i] != ';' {
				i++
			}
		}
	}
	if runs {
		c.trait(effect.TraitDynamicCode)
	}
}

func (c *call) sedFile(op effect.Operation, script effect.Word, file string) {
	if file != "" && file != "/dev/stdout" && file != "/dev/stderr" {
		c.file(op, part(script, file))
	}
}

// sedAddress skips white space, separators and addresses.
func sedAddress(s string, i int) int {
	for i < len(s) {
		switch b := s[i]; {
		case b == '/':
			_, i = sedDelimited(s, i+1, '/')
		case b == '\\' && i+1 < len(s):
			_, i = sedDelimited(s, i+2, s[i+1])
		case b >= '0' && b <= '9', strings.IndexByte(" \t\n;{},!$+~I", b) >= 0:
			i++
		case b == 'M' && i > 0 && s[i-1] == '/':
			i++
		default:
			return i
		}
	}
	return i
}

// sedDelimited returns the text up to an unescaped delimiter and where it ends.
func sedDelimited(s string, i int, delimiter byte) (string, int) {
	start, bracket := i, false
	closing := strings.LastIndexByte(s, ']') // past it no bracket is closed
	for i < len(s) {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '[' && !bracket:
			bracket = true
		case s[i] == ']':
			bracket = false
		case s[i] == delimiter && (!bracket || i > closing):
			return s[start:i], i + 1
		}
		i++
	}
	return s[min(start, len(s)):], len(s)
}

func restOfLine(s string, i int) (string, int) {
	line, _, found := strings.Cut(s[min(i, len(s)):], "\n")
	end := min(i, len(s)) + len(line)
	if found {
		end++
	}
	return strings.TrimSpace(line), end
}

// awk finds the commands and files that an awk program names by literal
// strings; a name that is computed is dynamic code.
func awk(c *call) {
	programs := c.values("source")
	start := 0
	if !c.has("file", "source", "exec") && len(c.cmd.Operands) > 0 {
		programs = append(programs, c.cmd.Operands[0])
		start = 1
	}
	for _, w := range c.values("file", "exec") {
		if text, ok := c.read(w); ok {
			programs = append(programs, text)
		}
	}
	for i := start; i < len(c.cmd.Operands); i++ {
		// NAME=VALUE operands are assignments.
		if name, _, ok := strings.Cut(c.cmd.Operands[i].Text, "="); ok && verbLike(name) {
			continue
		}
		c.fileOperand(effect.OpRead, i)
	}
	if c.text("include") == "inplace" || c.text("i") == "inplace" {
		for i := start; i < len(c.cmd.Operands); i++ {
			c.fileOperand(effect.OpWrite, i)
		}
	}
	for _, p := range programs {
		c.awkProgram(p)
	}
}

// awkProgram scans an awk program for system(), pipes and redirections,
// leaving out strings, comments and regular expressions.
func (c *call) awkProgram(w effect.Word) {
	s := w.Text
	dumps := strings.Contains(s, "in ENVIRON")
	literal, haveLiteral := "", false // the string just before, for "cmd" | getline
	before := byte('\n')
	for i := 0; i < len(s); {
		b := s[i]
		switch {
		case b == '#':
			_, i = restOfLine(s, i)
			before, haveLiteral = '\n', false
			continue
		case b == '"':
			literal, i = awkString(s, i)
			haveLiteral, before = true, '"'
			continue
		case b == '/' && strings.IndexByte("\n({,;!~&|=+-*%?:<>", before) >= 0:
			_, i = sedDelimited(s, i+1, '/')
			before, haveLiteral = '/', false
			continue
		case b == '|' && i+1 < len(s) && s[i+1] == '|', b == '&':
			i += 2
			before, haveLiteral = b, false
			continue
		case b == '|':
			i++
			if i < len(s) && s[i] == '&' {
				i++
			}
			rest := strings.TrimLeft(s[i:], " \t")
			switch {
			case strings.HasPrefix(rest, "getline") && haveLiteral:
				c.shell(part(w, literal), "awk")
			case strings.HasPrefix(rest, "getline"):
				c.trait(effect.TraitDynamicCode)
			case strings.HasPrefix(rest, `"`):
				text, end := awkString(rest, 0)
				if concatenated(rest[end:]) {
					c.trait(effect.TraitDynamicCode)
				}
				c.shell(part(w, text), "awk")
				i = len(s) - len(rest) + end
			default:
				c.trait(effect.TraitDynamicCode)
			}
		case b == '>':
			i++
			if i < len(s) && (s[i] == '>' || s[i] == '=') {
				i++
			}
			rest := strings.TrimLeft(s[i:], " \t")
			if strings.HasPrefix(rest, `"`) {
				text, end := awkString(rest, 0)
				if concatenated(rest[end:]) {
					text += "\x00"
				}
				c.awkFile(effect.OpWrite, w, text)
				i = len(s) - len(rest) + end
			}
		case b == '<':
			i++
			rest := strings.TrimLeft(s[i:], " \t")
			if strings.HasPrefix(rest, `"`) && strings.HasSuffix(strings.TrimRight(s[:i-1], " \t"), "getline") {
				text, end := awkString(rest, 0)
				c.awkFile(effect.OpRead, w, text)
				i = len(s) - len(rest) + end
			}
		case strings.HasPrefix(s[i:], "system") && !identifier(before):
			i += len("system")
			rest := strings.TrimLeft(s[i:], " \t")
			if !strings.HasPrefix(rest, "(") {
				continue
			}
			rest = strings.TrimLeft(rest[1:], " \t")
			if strings.HasPrefix(rest, `"`) {
				text, end := awkString(rest, 0)
				if !strings.HasPrefix(strings.TrimLeft(rest[end:], " \t"), ")") {
					c.shell(effect.Word{Text: text + "\x00"}, "awk system")
				} else {
					c.shell(part(w, text), "awk system")
				}
			} else {
				c.trait(effect.TraitDynamicCode)
			}
			i = len(s) - len(rest)
		case b == ' ' || b == '\t':
			i++
			continue
		default:
			if strings.HasPrefix(s[i:], "ENVIRON") && !identifier(before) && dumps {
				c.trait(effect.TraitEnvDump)
			}
			i++
		}
		before, haveLiteral = b, false
	}
}

// concatenated reports whether what follows a string is part of the same
// expression.
func concatenated(rest string) bool {
	rest = strings.TrimLeft(rest, " \t")
	return rest != "" && strings.IndexByte(";}\n)", rest[0]) < 0
}

func identifier(b byte) bool {
	return b == '_' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

func (c *call) awkFile(op effect.Operation, program effect.Word, file string) {
	switch file {
	case "/dev/stdout", "/dev/stderr", "/dev/null", "-", "":
		return
	}
	if rest, ok := strings.CutPrefix(file, "/inet"); ok && strings.Contains(rest, "/tcp/") {
		c.trait(effect.TraitReverseShell)
		return
	}
	c.file(op, part(program, file))
}

// awkString reads a string literal that starts at i.
func awkString(s string, i int) (string, int) {
	var b strings.Builder
	for i++; i < len(s) && s[i] != '"'; i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			switch s[i] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case '/', '"', '\\':
				b.WriteByte(s[i])
			default:
				b.WriteByte('\\')
				b.WriteByte(s[i])
			}
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String(), min(i+1, len(s))
}
