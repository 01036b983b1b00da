package parser

import (
	"strings"

	"twokey/parser/effect"
)

// call gives a call its meaning and returns its value.
func (s *scanner) call(f, args sval) sval {
	a := meaning(s.lang, f.path)
	sh := s.sh
	first := unknownVal()
	if len(args.list) > 0 {
		first = args.list[0]
	}
	method := f.path[strings.LastIndexByte(f.path, '.')+1:]
	receiver := f.value
	if a == actNone {
		return s.other(f, args, method)
	}
	onReceiver := len(args.list) == 0 && (a == actDelete || a == actRead || a == actPass) || a == actWrite && strings.HasPrefix(method, "write_")
	if onReceiver {
		first = sval{value: receiver}
	}
	switch a {
	case actShell:
		if s.lang == "js" && method == "exec" && !s.mentions("child_process", "execSync", "shelljs", "execa", "zx", "getRuntime", "Runtime.") && s.host != "jrunscript" {
			return unknownVal()
		}
		s.run(first, args)
	case actArgv:
		if len(args.list) > 1 && args.list[1].isList {
			argv := append([]sval{first}, args.list[1].list...)
			if s.lang == "python" && len(args.list[1].list) > 0 {
				argv = append([]sval{first}, args.list[1].list[1:]...)
			}
			s.argv(argv)
		} else {
			s.run(first, args)
		}
	case actExecl:
		argv := args.list
		if method != "create_subprocess_exec" && len(argv) > 1 {
			argv = append([]sval{argv[0]}, argv[2:]...)
		}
		s.argv(argv)
	case actDelete, actTree:
		list := args.list
		if onReceiver || len(list) == 0 {
			list = []sval{first}
		}
		if s.lang != "perl" && len(list) > 1 {
			list = list[:1]
		}
		for _, p := range list {
			s.file(effect.OpDelete, p, a == actTree)
		}
	case actRead:
		s.read(first)
		return sval{value: value{unknown, s.taint}}
	case actWrite:
		s.file(effect.OpWrite, first, false)
	case actOpen:
		return s.open(first, args)
	case actMove:
		s.file(effect.OpRename, first, true)
		if len(args.list) > 1 {
			s.file(effect.OpWrite, args.list[1], false)
		}
	case actCopy:
		s.file(effect.OpRead, first, false)
		if len(args.list) > 1 {
			s.file(effect.OpWrite, args.list[1], false)
		}
	case actChmod:
		s.file(effect.OpChmod, first, strings.HasSuffix(method, "_R"))
	case actHTTP, actFetch:
		s.http(a, method, first, args)
		return sval{value: value{unknown, taintRemote}}
	case actEval:
		if first.isList || strings.Trim(first.text, unknown) == "" {
			if first.taint&(taintRemote|taintDecoded) != 0 || s.mentions("b64decode", "fromhex", "unhexlify", "atob", "base64", "urlopen", "requests.get", "decompress") {
				sh.command(s.lang, nil, effect.TraitDynamicCode, effect.TraitPipeToShell)
			} else if len(args.list) > 0 {
				sh.command(s.lang, nil, effect.TraitDynamicCode)
			}
			return unknownVal()
		}
		sh.scan(s.lang, first.value)
		if strings.ContainsAny(first.text, " ") && !strings.ContainsAny(first.text, "()=;{}") {
			sh.fork().code(first.value, nil, s.lang)
		}
	case actDecode:
		if s.lang == "js" && method == "from" && (len(args.list) < 2 || args.list[1].text != "base64" && args.list[1].text != "hex") {
			return first
		}
		if first.known() && !first.isList {
			if method == "from" && args.list[1].text == "hex" {
				if t, ok := hexText(first.text); ok {
					return sval{value: value{strings.ReplaceAll(t, unknown, ""), first.taint | taintDecoded}}
				}
			}
			if data, err := fromBase64(first.text); err == nil {
				return sval{value: value{strings.ReplaceAll(string(data), unknown, ""), first.taint | taintDecoded}}
			}
		}
		return sval{value: value{unknown, first.taint | taintDecoded}}
	case actHex:
		if first.known() {
			if t, ok := hexText(first.text); ok {
				return sval{value: value{strings.ReplaceAll(t, unknown, ""), first.taint | taintDecoded}}
			}
		}
		return sval{value: value{unknown, taintDecoded}}
	case actPass:
		if len(args.list) > 0 && !strings.Contains(f.path, ".decode") && !strings.Contains(f.path, ".encode") && !strings.HasSuffix(f.path, ".toString") {
			return first
		}
		return sval{value: receiver}
	case actJoin:
		list := args.list
		if len(list) == 0 || s.lang == "js" && method == "join" && !strings.HasPrefix(f.path, "path.") {
			return unknownVal()
		}
		v := list[0].value
		for _, p := range list[1:] {
			if strings.HasPrefix(p.text, "/") {
				v = p.value
				continue
			}
			v = join(join(v, value{text: "/"}), p.value)
		}
		return sval{value: v}
	case actGlob:
		return sval{value: first.value}
	case actList:
		if len(args.list) == 0 || method == "rglob" {
			first = sval{value: receiver}
		}
		return sval{value: join(first.value, value{text: "/" + unknown})}
	case actEnv:
		if first.known() {
			return sval{value: sh.lookup(first.text)}
		}
	case actHome:
		return sval{value: sh.lookup("HOME")}
	}
	return unknownVal()
}

// other deals with calls that the tables do not name.
func (s *scanner) other(f, args sval, method string) sval {
	switch method {
	case "run", "call", "check_output":
		if s.lang == "python" && s.mentions("subprocess") && !strings.Contains(f.path, ".") && len(args.list) > 0 {
			s.run(args.list[0], args)
		}
	case "Connection", "HTTPSConnection", "HTTPConnection":
		if len(args.list) > 0 {
			return sval{value: args.list[0].value, path: "httpconn"}
		}
	case "request":
		if len(args.list) > 1 && s.lang == "python" && f.known() && args.list[0].known() {
			url := sval{value: join(value{text: "https://" + f.text}, args.list[1].value)}
			s.http(actHTTP, args.list[0].text, url, args)
		}
	case "require", "import_module", "__import__":
		if len(args.list) > 0 {
			return sval{value: value{text: unknown}, path: strings.TrimPrefix(args.list[0].text, "node:")}
		}
	case "connect", "create_connection", "fsockopen", "sendall", "send", "sendto":
		s.sent = s.sent || s.mentions("socket", "fsockopen")
	case "getattr", "__getattribute__", "import_string":
		if len(args.list) > 1 && args.list[1].known() {
			return sval{value: value{text: unknown}, path: args.list[0].path + "." + args.list[1].text}
		}
	case "format":
		return sval{value: formatted(f.value, "{}", args.list)}
	case "sprintf":
		if len(args.list) > 0 {
			return sval{value: formatted(args.list[0].value, "%s", args.list[1:])}
		}
	case "join":
		if len(args.list) == 1 && args.list[0].isList && s.lang != "js" {
			return sval{value: joinList(args.list[0].list, f.text)}
		}
		if f.isList && len(args.list) > 0 {
			return sval{value: joinList(f.list, args.list[0].text)}
		}
	case "split":
		if f.known() && !f.isList {
			sep := " "
			if len(args.list) > 0 {
				sep = args.list[0].text
			}
			out := sval{isList: true}
			for part := range strings.SplitSeq(f.text, sep) {
				out.list = append(out.list, sval{value: value{part, f.taint}})
			}
			return out
		}
	case "replace", "gsub", "sub":
		if len(args.list) == 2 && f.known() && args.list[0].known() && args.list[0].text != "" && len(f.text) < maxPattern {
			return sval{value: value{strings.ReplaceAll(f.text, args.list[0].text, args.list[1].text), f.taint}}
		}
	}
	t := f.taint
	for _, a := range args.list {
		t |= a.taint
	}
	return sval{value: value{unknown, t}, path: ""}
}

// member evaluates a member that is not called.
func (s *scanner) member(v sval, name string) sval {
	if v.path == "process.env."+name {
		return sval{value: s.sh.lookup(name)}
	}
	s.bind(v, name)
	if v.path == ".execute" || s.lang == "groovy" && name == "execute" {
		return v
	}
	return sval{value: value{unknown, v.taint}, path: v.path}
}

// bind gives the variable of an iteration over v what is known of v.
func (s *scanner) bind(v sval, method string) {
	switch method {
	case "each", "forEach", "map", "each_entry", "collect":
	default:
		return
	}
	if m := blockVariable.FindStringSubmatch(s.src[s.pos:min(len(s.src), s.pos+60)]); m != nil {
		s.vars[m[1]] = elementOf(v)
	}
}

func elementOf(v sval) sval {
	if !v.isList {
		return sval{value: v.value}
	}
	if len(v.list) == 1 {
		return v.list[0]
	}
	return unknownVal()
}

// formatted puts values in the places of a format.
func formatted(format value, place string, list []sval) value {
	out := format
	for _, v := range list {
		if len(out.text) > maxPattern {
			return value{unknown, out.taint}
		}
		out.taint |= v.taint
		text := v.text
		if v.isList {
			text = unknown
		}
		out.text = strings.Replace(out.text, place, text, 1)
	}
	return value{strings.ReplaceAll(out.text, place, unknown), out.taint}
}

func joinList(list []sval, sep string) value {
	var out value
	for i, v := range list {
		if i > 0 {
			out = join(out, value{text: sep})
		}
		out = join(out, v.value)
	}
	return out
}

func (s *scanner) mentions(names ...string) bool {
	for _, n := range names {
		if strings.Contains(s.src, n) {
			return true
		}
	}
	return false
}
