package parser

import (
	"slices"
	"strings"
)

// maxItems bounds how many commands one list of items becomes.
const maxItems = 32

var xargsGrammar = wrapper{
	short: "EILPdnsaJRS",                                                        // -i, -e and -l take theirs in the same word
	long:  " arg-file delimiter max-args max-procs max-chars process-slot-var ", // --replace, --eof and --max-lines take theirs by "="
}

// xargs runs its operands with the words of its input (xargs(1)).
func (sh *shell) xargs(c call) value {
	opts, rest := xargsGrammar.split(c.argv[1:])
	replace, each := "", false
	delim := ""
	in := value{text: unknown}
	if c.in != nil {
		in = *c.in
	}
	for _, o := range opts {
		switch o.name {
		case "-I", "-J", "--replace":
			if replace = o.value.text; replace == "" {
				replace = "{}"
			}
			each = o.name != "-J"
		case "-i":
			replace, each = "{}", true
		case "-0", "--null":
			delim = "\x01"
		case "-d", "--delimiter":
			delim, _ = unescapeC(o.value.text, true)
		case "-n", "-L", "--max-args", "--max-lines":
			each = each || o.value.is("1")
		case "-a", "--arg-file":
			in = sh.operand(o.value)
		}
	}
	c.in = nil
	if len(rest) == 0 {
		rest = []arg{lit("echo")}
	}
	items := sh.items(in, delim, replace != "")
	out := value{unknown, in.taint}
	if replace != "" {
		if len(items) > maxItems {
			items = []arg{{value: value{unknown, in.taint}, bare: true}}
		}
		for _, it := range items {
			argv := make([]arg, len(rest))
			for i, a := range rest {
				argv[i] = a
				if strings.Contains(a.text, replace) {
					argv[i] = arg{value: value{strings.ReplaceAll(a.text, replace, it.text), a.taint | it.taint}, bare: a.text == replace && it.bare}
				}
			}
			o := sh.wrapped("xargs", c.with(argv))
			if len(items) == 1 {
				out = o
			}
		}
		return out
	}
	if each && len(items) <= maxItems {
		for _, it := range items {
			out = sh.wrapped("xargs", c.with(append(slices.Clip(rest), it)))
		}
		return out
	}
	return sh.wrapped("xargs", c.with(append(slices.Clip(rest), items...)))
}

// items splits an input into the words that xargs makes of it.
func (sh *shell) items(in value, delim string, lines bool) []arg {
	if !in.known() {
		// One line that is known in part, such as what find prints, is an
		// example of all.
		if t := strings.TrimSpace(in.text); strings.Trim(t, unknown) != "" && (delim != "\x01" || strings.Count(t, unknown) == 1) && !strings.ContainsAny(t, " \t\n") {
			return []arg{{value: value{t, in.taint}, bare: true}}
		}
		return []arg{{value: value{unknown, in.taint}, bare: true}}
	}
	var parts []string
	switch {
	case delim != "":
		parts = strings.Split(strings.TrimSuffix(in.text, delim), delim)
	case lines:
		parts = strings.Split(strings.TrimSpace(in.text), "\n")
	default:
		parts = strings.Fields(strings.NewReplacer(`"`, "", `'`, "", `\`, "").Replace(in.text))
	}
	if len(parts) > maxWords {
		return []arg{{value: value{unknown, in.taint}, bare: true}}
	}
	var out []arg
	for _, p := range parts {
		if p = strings.TrimLeft(p, " \t"); p != "" {
			out = append(out, arg{value: value{p, in.taint}})
		}
	}
	return out
}

var parallelGrammar = wrapper{
	short: "jIaSsNnLPdCEU",
	long: ` jobs arg-file sshlogin sshloginfile max-args max-replace-args delay timeout retries results joblog colsep delimiter
		workdir wd tmpdir load memfree halt tagstring transferfile return basefile env profile block recstart recend replace arg-sep arg-file-sep nice shebang-wrap `,
}

// parallel runs a template, which is shell text, with each of its arguments
// (parallel(1)).
func (sh *shell) parallel(c call) (value, bool) {
	opts, rest := parallelGrammar.split(c.argv[1:])
	in := value{text: unknown}
	if c.in != nil {
		in = *c.in
	}
	replace, where := "{}", ""
	for _, o := range opts {
		switch o.name {
		case "-I", "--replace":
			replace = o.value.text
		case "-a", "--arg-file":
			in = sh.operand(o.value)
		case "-S", "--sshlogin":
			where = "ssh:" + hostOf(o.value.text)
		}
	}
	template := rest
	items := sh.items(in, "", true)
	for i, a := range rest {
		if a.is(":::", ":::+", "::::") {
			template = rest[:i]
			items = nil
			for _, it := range rest[i+1:] {
				if strings.HasPrefix(it.text, ":::") {
					items = []arg{{value: value{unknown, taints(rest[i:])}, bare: true}}
					break
				}
				items = append(items, it)
			}
			if a.is("::::") {
				items = []arg{{value: value{text: unknown}, bare: true}}
			}
			break
		}
	}
	if len(items) > maxItems {
		items = []arg{{value: value{text: unknown}, bare: true}}
	}
	sub := sh.inside(where, "parallel")
	if len(template) == 0 { // the arguments are the commands
		for _, it := range items {
			sub.code(it.value, nil, "parallel")
		}
		return value{text: unknown}, len(items) > 0
	}
	text := joined(template)
	for _, it := range items {
		t := text
		t.taint |= it.taint
		if q := quoteWord(it.text); strings.Contains(text.text, replace) || strings.Contains(text.text, "{") {
			t.text = strings.NewReplacer(replace, q, "{.}", q, "{/}", quoteWord(base(it.text)), "{//}", unknown, "{/.}", unknown, "{1}", q, "{#}", unknown, "{%}", unknown).Replace(text.text)
		} else {
			t.text += " " + q
		}
		sub.code(t, nil, "parallel")
	}
	return value{text: unknown}, true
}

// quoteWord quotes a word as parallel does.
func quoteWord(s string) string {
	if s == unknown || plainName(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func hostOf(s string) string {
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	if s == "" || strings.IndexByte(s, 0) >= 0 {
		return "?"
	}
	return s
}

// find walks what -exec and its kin run; the rest is the tool's.
func (sh *shell) find(c call) value {
	args := c.argv[1:]
	out := sh.tool(c)
	var roots []arg
	i := 0
	for ; i < len(args); i++ {
		if args[i].is("-H", "-L", "-P") {
			continue
		}
		if strings.HasPrefix(args[i].text, "-") || args[i].is("(", "!") {
			break
		}
		roots = append(roots, args[i])
	}
	if len(roots) == 0 {
		roots = []arg{lit(".")}
	}
	name := ""
	for j := i; j < len(args); j++ {
		switch args[j].text {
		case "-name", "-iname", "-path", "-wholename":
			if j+1 < len(args) && name == "" && args[j].is("-name", "-iname") {
				name = args[j+1].text
			} else {
				name = unknown
			}
		case "-o", "-or":
			name = unknown
		}
	}
	for j := i; j < len(args); j++ {
		switch args[j].text {
		case "-exec", "-ok", "-execdir", "-okdir":
		default:
			continue
		}
		kind := args[j].text
		end := j + 1
		for end < len(args) && !args[end].is(";") && !(args[end].is("+") && args[end-1].is("{}")) {
			end++
		}
		if end == j+1 {
			continue
		}
		command := args[j+1 : end]
		if len(roots) > maxItems {
			roots = []arg{{value: value{text: unknown}}}
		}
		for _, r := range roots {
			sh.findExec(c, r, name, kind, command)
		}
		j = end
	}
	return out
}

func (sh *shell) findExec(c call, root arg, name, kind string, command []arg) {
	found := strings.TrimRight(root.text, "/") + "/" + unknown
	switch {
	case name != "" && name != unknown:
		found += sh.oneOf(arg{value: value{text: name}, glob: true}).text
		found = strings.ReplaceAll(found, unknown+unknown, unknown)
	}
	cwd := sh.cwd
	if strings.HasSuffix(kind, "dir") {
		sh.cwd = ""
		if p := sh.paths().Resolve(root.word()); p.Known && name == "" {
			found = unknown
		}
	}
	argv := make([]arg, len(command))
	for k, a := range command {
		argv[k] = a
		if strings.Contains(a.text, "{}") {
			argv[k] = arg{value: value{strings.ReplaceAll(a.text, "{}", found), a.taint}}
		}
	}
	cl := c.with(argv)
	cl.in = nil
	sh.wrapped("find "+kind, cl)
	sh.cwd = cwd
}

var fdGrammar = wrapper{
	short: "deEtSoxXjcg",
	long:  " max-depth min-depth exact-depth exclude type extension size owner exec exec-batch threads color format base-directory search-path changed-within changed-before max-results batch-size ignore-file path-separator ",
}

// fd runs what follows -x or -X up to a ";" (fd(1)).
func (sh *shell) fd(c call) value {
	args := c.argv[1:]
	for i, a := range args {
		if !a.is("-x", "--exec", "-X", "--exec-batch") || i+1 >= len(args) {
			continue
		}
		command := args[i+1:]
		if end := slices.IndexFunc(command, func(a arg) bool { return a.is(";") }); end >= 0 {
			command = command[:end]
		}
		_, operands := fdGrammar.split(args[:i])
		root := "."
		if len(operands) > 1 {
			root = operands[1].text
		}
		found := strings.TrimSuffix(root, "/") + "/" + unknown
		argv := make([]arg, len(command))
		placed := false
		for k, w := range command {
			argv[k] = w
			for _, p := range []string{"{}", "{/}", "{//}", "{.}", "{/.}"} {
				if strings.Contains(w.text, p) {
					placed = true
					argv[k] = arg{value: value{strings.ReplaceAll(argv[k].text, p, found), w.taint}}
				}
			}
		}
		if !placed {
			argv = append(argv, arg{value: value{text: found}})
		}
		sh.tool(c.with(c.argv[:i+1]))
		cl := c.with(argv)
		cl.in = nil
		return sh.wrapped("fd -x", cl)
	}
	return sh.tool(c)
}
