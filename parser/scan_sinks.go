package parser

import (
	"strings"

	"twokey/parser/effect"
	"twokey/parser/tool"
)

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
