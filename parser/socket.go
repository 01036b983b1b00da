package parser

import (
	"slices"
	"strings"

	"twokey/parser/effect"
)

// netTraits finds the traits of programs that tie a command to a connection.
func (sh *shell) netTraits(name string, c call) []effect.Trait {
	args := c.argv[1:]
	sh.sentRaw(name, c)
	switch name {
	case "nc", "ncat":
		for i, a := range args {
			var text arg
			switch {
			case a.is("-e", "-c", "--exec", "--sh-exec", "--lua-exec") && i+1 < len(args):
				text = args[i+1]
			case len(a.text) > 2 && a.text[0] == '-' && a.text[1] != '-' && strings.ContainsAny(a.text[len(a.text)-1:], "ec") && i+1 < len(args):
				text = args[i+1]
			default:
				if t, ok := cutAny(a.text, "--exec=", "--sh-exec=", "--lua-exec="); ok {
					text = arg{value: value{t, a.taint}}
				} else {
					continue
				}
			}
			sub := sh.inside("", name)
			sub.frame.traits = append(slices.Clip(sub.frame.traits), effect.TraitReverseShell)
			sub.code(text.value, &value{unknown, taintRemote}, name)
			return []effect.Trait{effect.TraitReverseShell}
		}
	case "socat":
		var traits []effect.Trait
		for _, a := range args {
			for part := range strings.SplitSeq(a.text, "!!") {
				kind, text, ok := strings.Cut(part, ":")
				switch k := strings.ToUpper(kind); {
				case !ok:
				case k == "EXEC" || k == "SYSTEM" || k == "SHELL":
					text = socatText(text)
					traits = append(traits, effect.TraitReverseShell)
					sub := sh.inside("", name)
					sub.sends = true
					in := value{unknown, taintRemote}
					sub.code(value{text, a.taint}, &in, name)
				case k == "OPEN" || k == "FILE" || k == "GOPEN" || k == "CREAT" || k == "CREATE":
					f, _, _ := strings.Cut(text, ",")
					op := effect.OpRead
					if strings.HasPrefix(k, "CREA") {
						op = effect.OpWrite
					}
					sh.file(op, value{text: f}, name)
					if looksSecret(f) {
						traits = append(traits, effect.TraitExfil)
					}
				}
			}
		}
		return traits
	}
	return nil
}

// socatText takes a socat address's options off its command.
func socatText(s string) string {
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch {
		case quote != 0:
			if s[i] == quote {
				quote = 0
			}
		case s[i] == '\'' || s[i] == '"':
			quote = s[i]
		case s[i] == ',':
			s = s[:i]
		}
	}
	if len(s) > 1 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		s = s[1 : len(s)-1]
	}
	return s
}
