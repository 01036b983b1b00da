package parser

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
	"twokey/parser/effect"
)

// redirs is what the redirections of one statement come to.
type redirs struct {
	in   *value // standard input; nil when it is the shell's own
	net  bool   // a descriptor is tied to a connection
	away bool   // standard output goes elsewhere
	outs []target
	fds  map[string]*fact // by number, for exec
	to   *effect.Connect  // where standard output goes when that is a connection
}

// target is a file that standard output goes to.
type target struct {
	path     value
	appended bool
}

func (sh *shell) redirects(list []*syntax.Redirect, in *value) *redirs {
	r := &redirs{in: in}
	for _, rd := range list {
		sh.redirect(r, rd)
	}
	return r
}

func (sh *shell) redirect(r *redirs, rd *syntax.Redirect) {
	fd := "1"
	switch rd.Op {
	case syntax.RdrIn, syntax.RdrInOut, syntax.DplIn, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc:
		fd = "0"
	}
	if rd.N != nil {
		fd = rd.N.Value
		if name, ok := strings.CutPrefix(fd, "{"); ok {
			fd = strconv.Itoa(sh.nextFD)
			sh.nextFD++
			sh.assign(strings.TrimSuffix(name, "}"), value{text: fd})
		}
	}
	switch rd.Op {
	case syntax.Hdoc, syntax.DashHdoc:
		quoted := false
		for _, p := range rd.Word.Parts {
			switch p := p.(type) {
			case *syntax.Lit:
				quoted = quoted || strings.IndexByte(p.Value, '\\') >= 0
			default:
				quoted = true
			}
		}
		v := sh.heredoc(rd.Hdoc, quoted)
		if rd.Op == syntax.DashHdoc {
			v.text = stripTabs(v.text)
		}
		sh.input(r, fd, v)
		return
	case syntax.WordHdoc:
		v := sh.single(rd.Word).value
		sh.input(r, fd, join(v, value{text: "\n"}))
		return
	}
	w := sh.single(rd.Word)
	if rd.Op == syntax.DplIn || rd.Op == syntax.DplOut {
		if w.is("-") {
			return
		}
		text := strings.TrimSuffix(w.text, "-")
		if _, err := strconv.Atoi(text); err == nil || !w.known() {
			sh.duplicate(r, fd, text, rd.Op == syntax.DplIn)
			return
		}
		if rd.Op == syntax.DplIn {
			return
		}
	}
	if w.content != nil {
		sh.input(r, fd, *w.content)
		return
	}
	if host, port, ok := socketPath(w.text); ok {
		r.net = true
		to := &effect.Connect{Host: host, Port: port, Protocol: "tcp"}
		sh.emit(effect.Effect{Kind: effect.KindConnect, Connect: to})
		v := value{unknown, taintRemote}
		r.keep(fd, &fact{value: v, net: true, to: to})
		switch fd {
		case "0":
			r.in = &v
		case "1":
			r.away, r.to = true, to
		}
		return
	}
	if w.glob {
		w = sh.oneOf(w)
	}
	if len(rd.Word.Parts) == 1 {
		if p, ok := rd.Word.Parts[0].(*syntax.ProcSubst); ok && p.Op == syntax.CmdOut {
			// Walked with what the command prints, and with what is printed
			// to the descriptor later.
			r.keep(fd, &fact{value: value{text: unknown}, sink: p})
			return
		}
	}
	quiet := silentDevice(w.text)
	switch rd.Op {
	case syntax.RdrIn:
		if !quiet {
			sh.file(effect.OpRead, w.value, "redirect")
		}
		v := sh.content(w.value)
		if w.text == "/dev/null" {
			v = value{}
		}
		sh.input(r, fd, v)
	case syntax.RdrInOut:
		if !quiet {
			sh.file(effect.OpWrite, w.value, "redirect")
		}
		v := sh.content(w.value)
		r.keep(fd, &fact{value: v, path: w.text})
		if fd == "0" {
			r.in = &v
		}
	case syntax.AppOut, syntax.AppAll, syntax.AppClob, syntax.AppAllClob:
		if !quiet {
			sh.file(effect.OpAppend, w.value, "redirect")
		}
		r.output(fd, w.value, true)
	default:
		if !quiet {
			sh.file(effect.OpWrite, w.value, "redirect")
		}
		r.output(fd, w.value, false)
	}
}

func (sh *shell) input(r *redirs, fd string, v value) {
	r.keep(fd, &fact{value: v})
	if fd == "0" {
		r.in = &v
	}
}

func (r *redirs) output(fd string, path value, appended bool) {
	r.keep(fd, &fact{value: value{text: unknown}, path: path.text})
	if fd == "1" {
		r.away = true
		r.outs = append(r.outs[:0], target{path, appended})
	}
}

func (r *redirs) keep(fd string, f *fact) {
	if r.fds == nil {
		r.fds = make(map[string]*fact, 2)
	}
	r.fds[fd] = f
}

// duplicate makes fd a copy of the descriptor named from.
func (sh *shell) duplicate(r *redirs, fd, from string, input bool) {
	f := r.fds[from]
	if f == nil {
		f = sh.facts.get(factFD, from)
	}
	if f == nil {
		if from == "0" && r.in != nil {
			v := *r.in
			f = &fact{value: v}
		} else {
			return
		}
	}
	r.keep(fd, f)
	if f.net {
		r.net = true
		if !input && fd == "1" {
			r.away, r.to = true, f.to
		}
	}
	if f.sink != nil && !input && fd == "1" {
		sh.pending = append(sh.pending, f.sink)
	}
	if input && fd == "0" {
		v := f.value
		r.in = &v
	}
	if !input && fd == "1" && f.path != "" {
		r.away = true
		r.outs = append(r.outs[:0], target{value{text: f.path}, true})
	}
}

// deliver hands a command's output to where it was redirected, and returns
// what is left for the pipeline.
func (sh *shell) deliver(r *redirs, out value) value {
	if r.to != nil {
		sh.sentTo(r.to, out)
	}
	for _, t := range r.outs {
		sh.wrote(t.path, out, t.appended)
	}
	if r.away {
		return value{}
	}
	return out
}

// socketPath takes bash's own /dev/tcp/HOST/PORT apart.
func socketPath(s string) (host string, port int, ok bool) {
	rest, ok := strings.CutPrefix(s, "/dev/tcp/")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "/dev/udp/"); !ok {
			return "", 0, false
		}
	}
	host, p, _ := strings.Cut(rest, "/")
	if strings.IndexByte(host, 0) >= 0 {
		host = ""
	}
	port, _ = strconv.Atoi(p)
	return host, port, true
}

func silentDevice(s string) bool {
	switch s {
	case "/dev/null", "/dev/stdout", "/dev/stderr", "/dev/stdin", "/dev/tty":
		return true
	}
	return strings.HasPrefix(s, "/dev/fd/")
}

func stripTabs(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimLeft(l, "\t")
	}
	return strings.Join(lines, "\n")
}

// procSubst walks a process substitution. It returns what can be read from
// it; one that is written to is walked when its command has been.
func (sh *shell) procSubst(p *syntax.ProcSubst) *value {
	if p.Op == syntax.CmdOut {
		sh.pending = append(sh.pending, p)
		return nil
	}
	out := sh.fork().stmts(p.Stmts, nil)
	return &out
}

// substitute walks a command substitution and returns its value.
func (sh *shell) substitute(p *syntax.CmdSubst) value {
	sh.nest++
	defer func() { sh.nest-- }()
	if sh.nest > maxNesting {
		sh.w.overflow(sh)
		return value{text: unknown}
	}
	start, end := sh.frame.start, sh.frame.end
	defer func() { sh.frame.start, sh.frame.end = start, end }()
	if len(p.Stmts) == 1 {
		s := p.Stmts[0]
		if s.Cmd == nil && len(s.Redirs) == 1 && s.Redirs[0].Op == syntax.RdrIn {
			r := sh.redirects(s.Redirs, nil)
			if r.in != nil {
				return trimNewlines(*r.in)
			}
			return value{text: unknown}
		}
	}
	sub := sh.fork()
	sub.calls = sh.calls
	out := sub.stmts(p.Stmts, nil)
	return trimNewlines(out)
}

func trimNewlines(v value) value {
	v.text = strings.TrimRight(v.text, "\n")
	return v
}

// expandText expands known text as a prompt or a subscript is: as if it stood
// between double quotes.
func (sh *shell) expandText(v value) value {
	if !v.known() {
		return v
	}
	w := sh.w
	w.depth++
	defer func() { w.depth-- }()
	if w.depth > maxDepth || !w.step(sh) {
		w.overflow(sh)
		return value{text: unknown}
	}
	if tooNested(v.text) {
		sh.unparsed()
		return value{text: unknown}
	}
	doc, err := syntax.NewParser().Document(strings.NewReader(v.text))
	if err != nil {
		sh.unparsed()
		return value{text: unknown}
	}
	return sh.heredoc(doc, false)
}
