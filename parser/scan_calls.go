package parser

import (
	"strings"

	"twokey/parser/effect"
	"twokey/parser/tool"
)

// act is what a function of another language does with its arguments.
type act byte

const (
	actNone   act = iota
	actShell      // the first argument is shell text, a list an argv
	actArgv       // the first argument is a program, a list after it its words
	actExecl      // a program, then its argv word for word
	actDelete     // the first argument is a path
	actTree       // the same, with all below it
	actRead
	actWrite
	actOpen // the second argument is the mode
	actMove // from the first to the second
	actCopy
	actChmod
	actHTTP   // the name is the method
	actFetch  // the method is an option
	actEval   // the argument is source, or shell text
	actDecode // base64
	actHex
	actPass // the value is the argument's
	actJoin // the value is the arguments joined as a path
	actHome // the home directory
	actGlob // the argument is a pattern, the value one of its matches
	actList // the argument is a directory, the value a name in it
	actEnv  // an environment variable
)

// functions tells what calls mean, by language and the end of their dotted
// name. A name with a dot matches only so; one without matches any owner.
var functions = map[string]map[string]act{
	"python": {
		"os.system": actShell, "os.popen": actShell, "subprocess.getoutput": actShell, "subprocess.getstatusoutput": actShell,
		"commands.getoutput": actShell, "subprocess.run": actShell, "subprocess.call": actShell, "subprocess.check_call": actShell,
		"subprocess.check_output": actShell, "subprocess.Popen": actShell, "pty.spawn": actShell, ".system": actShell, ".popen": actShell,
		"system": actShell, "popen": actShell, "check_output": actShell, "check_call": actShell, "Popen": actShell, "create_subprocess_shell": actShell,
		"create_subprocess_exec": actExecl, "getoutput": actShell, "os.execv": actArgv, "os.execvp": actArgv, "os.execve": actArgv, "os.execvpe": actArgv,
		"os.execl": actExecl, "os.execlp": actExecl, "os.posix_spawn": actArgv, "os.remove": actDelete, "os.unlink": actDelete, "os.rmdir": actDelete,
		"os.removedirs": actDelete, "shutil.rmtree": actTree, "rmtree": actTree, "os.rename": actMove, "os.replace": actMove, "shutil.move": actMove,
		"shutil.copy": actCopy, "shutil.copy2": actCopy, "shutil.copyfile": actCopy, "shutil.copytree": actCopy, "os.chmod": actChmod, "os.chown": actChmod, "os.truncate": actWrite,
		"open": actOpen, "io.open": actOpen, "codecs.open": actOpen, ".unlink": actDelete, ".rmdir": actDelete, ".read_text": actRead, ".read_bytes": actRead, ".write_text": actWrite,
		".write_bytes": actWrite, "requests.get": actHTTP, "requests.post": actHTTP, "requests.put": actHTTP, "requests.patch": actHTTP, "requests.delete": actHTTP, "requests.head": actHTTP, "requests.request": actFetch,
		"httpx.get": actHTTP, "httpx.post": actHTTP, "httpx.put": actHTTP, "httpx.patch": actHTTP, "httpx.delete": actHTTP, "httpx.request": actFetch,
		"session.get": actHTTP, "session.post": actHTTP, "session.put": actHTTP, "session.patch": actHTTP, "session.delete": actHTTP, "client.post": actHTTP, "client.delete": actHTTP,
		"urllib.request.urlopen": actFetch, "urlopen": actFetch, "urllib.request.Request": actFetch, "Request": actFetch, "urlretrieve": actFetch,
		"eval": actEval, "exec": actEval, "b64decode": actDecode, "urlsafe_b64decode": actDecode, "fromhex": actHex, "unhexlify": actHex,
		"expanduser": actPass, "Path": actPass, "str": actPass, "decode": actPass, "encode": actPass, "abspath": actPass, "realpath": actPass, "strip": actPass, "fspath": actPass,
		"expandvars": actPass, "os.path.join": actJoin, "Path.home": actHome, "joinpath": actJoin, "shlex.split": actPass,
		"subprocess.list2cmdline": actPass, "glob": actGlob, "iglob": actGlob, ".rglob": actList, ".iterdir": actList, "os.listdir": actList, "os.scandir": actList, "os.walk": actList, "getenv": actEnv, "environ.get": actEnv,
	},
	"js": {
		"exec": actShell, "execSync": actShell, "spawn": actArgv, "spawnSync": actArgv, "execFile": actArgv, "execFileSync": actArgv, "execa": actArgv, "execaSync": actArgv, "execaCommand": actShell, "execaCommandSync": actShell,
		"Bun.spawn": actShell, "Bun.spawnSync": actShell, "Deno.Command": actArgv, "Deno.run": actShell, "shell.exec": actShell, "shell.rm": actDelete,
		"fs.rm": actTree, "rmSync": actTree, "fs.rmdir": actDelete, "rmdirSync": actTree, "fs.unlink": actDelete, "unlink": actDelete, "unlinkSync": actDelete, "rimraf": actTree, "rimraf.sync": actTree, "rimrafSync": actTree, "removeSync": actTree, "fse.remove": actTree, "emptyDirSync": actTree,
		"promises.rm": actTree, "promises.rmdir": actTree, "promises.unlink": actDelete, "Deno.remove": actTree, "Deno.removeSync": actTree, "del": actTree,
		"readFile": actRead, "readFileSync": actRead, "createReadStream": actRead, "Bun.file": actRead, "Deno.readTextFile": actRead, "Deno.readTextFileSync": actRead, "Deno.readFile": actRead,
		"writeFile": actWrite, "writeFileSync": actWrite, "appendFile": actWrite, "appendFileSync": actWrite, "createWriteStream": actWrite, "Bun.write": actWrite, "Deno.writeTextFile": actWrite, "truncateSync": actWrite,
		"rename": actMove, "renameSync": actMove, "copyFile": actCopy, "copyFileSync": actCopy, "cpSync": actCopy, "chmodSync": actChmod, "chownSync": actChmod,
		"fetch": actFetch, "axios": actFetch, "axios.request": actFetch, "axios.get": actHTTP, "axios.post": actHTTP, "axios.put": actHTTP, "axios.patch": actHTTP, "axios.delete": actHTTP, "got": actFetch, "got.get": actHTTP, "got.post": actHTTP, "got.put": actHTTP, "got.patch": actHTTP, "got.delete": actHTTP,
		"https.get": actHTTP, "http.get": actHTTP, "https.request": actFetch, "http.request": actFetch, "request.post": actHTTP, "request.delete": actHTTP, "ky.post": actHTTP, "ky.delete": actHTTP, "ky.put": actHTTP,
		"eval": actEval, "Function": actEval, "runInThisContext": actEval, "runInNewContext": actEval, "atob": actDecode, "Buffer.from": actDecode,
		"path.join": actJoin, "join": actJoin, "path.resolve": actJoin, "resolve": actJoin, "homedir": actHome, "toString": actPass, "String": actPass, "trim": actPass, "URL": actPass, "globSync": actGlob, "readdirSync": actList, "readdir": actList,
	},
	"ruby": {
		"system": actShell, "exec": actShell, "spawn": actShell, "qx": actShell, "IO.popen": actShell, "Open3.capture2": actShell, "Open3.capture2e": actShell, "Open3.capture3": actShell, "Open3.popen3": actShell, "PTY.spawn": actShell, "Process.spawn": actShell,
		"FileUtils.rm_rf": actTree, "FileUtils.rm_r": actTree, "FileUtils.remove_dir": actTree, "FileUtils.remove_entry": actTree, "FileUtils.remove_entry_secure": actTree, "FileUtils.rmtree": actTree, "FileUtils.rm": actDelete, "FileUtils.rm_f": actDelete, "rm_rf": actTree, "rm_r": actTree,
		"File.delete": actDelete, "File.unlink": actDelete, "Dir.rmdir": actDelete, "Dir.delete": actDelete, "Dir.unlink": actDelete, "FileUtils.mv": actMove, "File.rename": actMove, "FileUtils.cp": actCopy, "FileUtils.cp_r": actCopy, "FileUtils.chmod": actChmod, "FileUtils.chmod_R": actChmod, "File.chmod": actChmod,
		"File.read": actRead, "File.readlines": actRead, "File.foreach": actRead, "IO.read": actRead, "IO.readlines": actRead, "File.binread": actRead, "File.open": actOpen, "File.new": actOpen, "open": actOpen, "File.write": actWrite, "IO.write": actWrite, "File.truncate": actWrite,
		"Net.HTTP.get": actHTTP, "Net.HTTP.post": actHTTP, "Net.HTTP.post_form": actHTTP, "HTTP.get": actHTTP, "HTTP.get_response": actHTTP, "HTTP.post": actHTTP, "HTTP.post_form": actHTTP, "HTTP.put": actHTTP, "HTTP.delete": actHTTP, "HTTParty.get": actHTTP, "HTTParty.post": actHTTP, "HTTParty.put": actHTTP, "HTTParty.delete": actHTTP, "Faraday.get": actHTTP, "Faraday.post": actHTTP, "Faraday.delete": actHTTP, "RestClient.post": actHTTP, "RestClient.delete": actHTTP, "URI.open": actFetch,
		"eval": actEval, "instance_eval": actEval, "Base64.decode64": actDecode, "decode64": actDecode, "strict_decode64": actDecode, "urlsafe_decode64": actDecode, "File.expand_path": actPass, "File.join": actJoin, "Dir.home": actHome, "URI": actPass, "URI.parse": actPass, "to_s": actPass, "Pathname": actPass, "Dir.glob": actGlob, "Dir.entries": actList, "Dir.children": actList, "ENV.fetch": actEnv,
	},
	"perl": {
		"system": actShell, "exec": actShell, "qx": actShell, "popen": actShell, "open": actOpen, "unlink": actDelete, "rmdir": actDelete, "rmtree": actTree, "remove_tree": actTree, "File.Path.remove_tree": actTree, "rename": actMove, "copy": actCopy, "move": actMove, "chmod": actNone,
		"eval": actEval, "decode_base64": actDecode, "get": actHTTP, "getstore": actHTTP, "slurp": actRead, "glob": actGlob, "read_file": actRead, "write_file": actWrite,
	},
	"php": {
		"system": actShell, "exec": actShell, "shell_exec": actShell, "passthru": actShell, "popen": actShell, "proc_open": actShell, "qx": actShell, "pcntl_exec": actArgv, "unlink": actDelete, "rmdir": actDelete, "rename": actMove, "copy": actCopy, "chmod": actChmod,
		"file_get_contents": actRead, "readfile": actRead, "file": actRead, "fopen": actOpen, "file_put_contents": actWrite, "eval": actEval, "assert": actEval, "base64_decode": actDecode, "hex2bin": actHex, "getenv": actEnv, "glob": actGlob, "scandir": actList, "show_source": actRead, "highlight_file": actRead, "include": actRead, "require": actRead,
	},
	"lua": {
		"os.execute": actShell, "io.popen": actShell, "os.remove": actDelete, "os.rename": actMove, "io.open": actOpen, "io.lines": actRead, "loadstring": actEval, "load": actEval, "dofile": actRead,
	},
	"elixir":    {"System.cmd": actArgv, "System.shell": actShell, ":os.cmd": actShell, "os.cmd": actShell, "File.rm_rf!": actTree, "File.rm_rf": actTree, "File.rm": actDelete, "File.rm!": actDelete, "File.read!": actRead, "File.read": actRead, "File.write!": actWrite},
	"julia":     {"run": actShell, "rm": actTree, "read": actRead, "open": actOpen},
	"R":         {"system": actShell, "system2": actArgv, "shell": actShell, "unlink": actTree, "file.remove": actDelete, "readLines": actRead},
	"Rscript":   {"system": actShell, "system2": actArgv, "shell": actShell, "unlink": actTree, "file.remove": actDelete, "readLines": actRead},
	"osascript": {"script": actShell},
	"groovy":    {".execute": actShell, "execute": actShell},
	"scala":     {"!": actShell},
	"swift":     {},
	"guile":     {"system": actShell},
	"tclsh":     {"exec": actShell},
}

// meaning looks a dotted name up by its longest known end.
func meaning(lang, name string) act {
	table := functions[lang]
	for n := name; n != ""; {
		if a, ok := table[n]; ok {
			return a
		}
		i := strings.IndexByte(n[1:], '.')
		if i < 0 {
			if n[0] == '.' {
				return table[n[1:]]
			}
			return actNone
		}
		if _, after, ok := strings.Cut(n[1:], "."); ok {
			if a, ok := table["."+after]; ok && !strings.Contains(after, ".") {
				return a
			}
			n = after
		}
	}
	return actNone
}

func known(lang, name string) bool { return meaning(lang, name) != actNone }

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
		if s.lang == "js" && method == "exec" && !s.mentions("child_process", "execSync", "shelljs", "execa", "zx") {
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

// run walks what a function hands to a shell or executes.
func (s *scanner) run(first, args sval) {
	if first.isList {
		s.argv(first.list)
		return
	}
	sub := s.sh.fork()
	if strings.Trim(first.text, unknown+" ") == "" && !first.known() {
		switch {
		case first.taint&taintDecoded != 0 || s.mentions("b64decode", "fromhex", "unhexlify", "atob(", "decode64", "base64_decode", "chr("):
			sub.command(s.lang, nil, effect.TraitDynamicCode)
		case first.taint&taintRemote != 0:
			sub.command(s.lang, nil, effect.TraitDynamicCode, effect.TraitPipeToShell)
		default:
			sub.command("", nil, effect.TraitDynamicProgram)
		}
		return
	}
	// Without a shell the words after the first are the program's own.
	if len(args.list) > 1 && (s.lang == "perl" || s.lang == "ruby") {
		s.argv(args.list)
		return
	}
	sub.code(first.value, nil, s.lang)
}

func (s *scanner) argv(list []sval) {
	if len(list) == 0 {
		return
	}
	argv := make([]arg, 0, len(list))
	for _, w := range list {
		if w.isList {
			for _, e := range w.list {
				argv = append(argv, arg{value: e.value})
			}
			continue
		}
		argv = append(argv, arg{value: w.value, bare: w.text == unknown})
	}
	if len(argv) > 0 && argv[0].text != "" {
		s.sh.fork().run(call{argv: argv, plain: true, real: true})
	}
}

func (s *scanner) file(op effect.Operation, p sval, recursive bool) {
	if p.isList {
		for _, e := range p.list {
			s.file(op, e, recursive)
		}
		return
	}
	if p.text == "" {
		return
	}
	e := s.sh.paths().File(op, p.word(), s.lang)
	e.File.Recursive = recursive
	s.sh.emit(e)
	if op == effect.OpRead && looksSecret(p.text) {
		s.taint |= taintSecret
	}
}

func (s *scanner) read(p sval) {
	if host, _, ok := strings.Cut(p.text, "://"); ok && strings.HasPrefix(host, "http") {
		s.http(actHTTP, "get", p, sval{})
		return
	}
	s.file(effect.OpRead, p, false)
	if environFile(p.text) {
		s.taint |= taintEnv
	}
}

func (s *scanner) open(first, args sval) sval {
	mode := "r"
	if len(args.list) > 1 && args.list[1].known() {
		mode = args.list[1].text
	}
	if m, ok := args.fields["mode"]; ok && m.known() {
		mode = m.text
	}
	if s.lang == "perl" {
		return s.openPerl(args)
	}
	if strings.HasPrefix(first.text, "|") && s.lang == "ruby" {
		s.sh.fork().code(value{first.text[1:], first.taint}, nil, s.lang)
		return unknownVal()
	}
	if strings.ContainsAny(mode, "wax+>") {
		s.file(effect.OpWrite, first, false)
	} else {
		s.read(first)
	}
	return sval{value: value{unknown, s.taint}}
}

// openPerl reads perl's open: the mode stands before the name or in it.
func (s *scanner) openPerl(args sval) sval {
	if len(args.list) < 2 {
		return unknownVal()
	}
	mode, target := args.list[1].text, sval{}
	if len(args.list) > 2 {
		target = args.list[2]
	} else {
		t := strings.TrimSpace(mode)
		trimmed := strings.Trim(t, "<>|+& ")
		target = sval{value: value{trimmed, args.list[1].taint}}
		mode = t
	}
	switch {
	case strings.Contains(mode, "|"):
		s.sh.fork().code(target.value, nil, s.lang)
	case strings.HasPrefix(mode, ">&") || strings.HasPrefix(mode, "<&"):
	case strings.HasPrefix(mode, ">"), strings.HasPrefix(mode, "+"):
		s.file(effect.OpWrite, target, false)
	default:
		s.read(target)
	}
	return unknownVal()
}

// http translates a request by the grammar of curl, which says the same.
func (s *scanner) http(a act, method string, url, args sval) {
	method = strings.ToUpper(method)
	opts := args
	for _, l := range args.list {
		if l.fields != nil {
			opts = l
			if u, ok := l.fields["url"]; ok && url.isList {
				url = u
			}
		}
	}
	if method == "REQUEST" && len(args.list) > 1 && a == actFetch {
		method, url = strings.ToUpper(args.list[0].text), args.list[1]
	} else if a == actFetch {
		method = "GET"
		for _, k := range []string{"data", "body"} {
			if _, ok := opts.fields[k]; ok {
				method = "POST"
			}
		}
		if s.lang == "python" && len(args.list) > 1 {
			method = "POST"
		}
		if m, ok := opts.fields["method"]; ok {
			method = strings.ToUpper(m.text)
		}
	}
	switch method {
	case "POST_FORM":
		method = "POST"
	case "GETSTORE", "GET_RESPONSE":
		method = "GET"
	}
	argv := []effect.Word{effect.Lit("curl"), effect.Lit("-X"), {Text: method, Known: strings.IndexByte(method, 0) < 0}}
	body := sval{}
	for _, k := range []string{"data", "json", "body", "content"} {
		if b, ok := opts.fields[k]; ok {
			body = b
			if b.isList || b.text == "" {
				body = unknownVal()
			}
		}
	}
	if body.text == "" && len(args.list) > 1 && method != "GET" && a == actHTTP {
		body = args.list[1]
		if body.isList || body.text == "" {
			body = unknownVal()
		}
	}
	if body.text != "" {
		argv = append(argv, effect.Lit("--data-raw"), body.word())
		s.taint |= body.taint
	}
	argv = append(argv, url.word())
	s.sent = s.sent || method != "GET" && method != "HEAD"
	for _, e := range tool.Translate(tool.Invocation{Argv: argv, Paths: s.sh.paths()}).Effects {
		if e.Kind == effect.KindHTTP {
			e.HTTP.Tool = s.lang
			s.sh.emit(e)
		}
	}
}

// reverseShellSource reports whether source ties a shell to a socket.
func reverseShellSource(src string) bool {
	lower := strings.ToLower(src)
	has := func(names ...string) bool {
		for _, n := range names {
			if strings.Contains(lower, n) {
				return true
			}
		}
		return false
	}
	return has("socket", "fsockopen", "net.connect", "createconnection", "tcpsocket", "net::tcp", "/dev/tcp") &&
		has("connect", "fsockopen", "tcpsocket", "listen", "accept", "peeraddr", "/dev/tcp") &&
		has("dup2", "pty.spawn", "/bin/sh", "/bin/bash", "sh -i", "cmd.exe", "exec(\"sh", "exec('sh", "spawn(\"sh", "spawn('sh", "popen", "subprocess", "proc_open", ">&3", "shell_exec", "powershell", "system$_", "system($_", "child_process")
}

// dumpsEnvironment reports whether source prints all of the environment.
func dumpsEnvironment(src string) bool {
	for _, s := range []string{"print(os.environ)", "print(dict(os.environ", "json.dumps(dict(os.environ", "os.environ.items()", "console.log(process.env)", "JSON.stringify(process.env)", "console.table(process.env)",
		"puts ENV.to_h", "p ENV", "print %ENV", "keys %ENV", "print_r($_ENV)", "var_dump($_ENV)", "getenv()", "phpinfo()", "ENV.each", "ENV.inspect"} {
		if strings.Contains(src, s) {
			return true
		}
	}
	return false
}
