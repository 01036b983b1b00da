package rules

import (
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// checker looks for what is well-formed YAML but no policy, and names the line
// of the value that is wrong.
type checker struct {
	*decoder
	root *yaml.Node
}

// fail reports an error at the value that the steps (keys and indices) lead
// to, or at the last one that exists.
func (c *checker) fail(what, mend string, steps ...any) {
	node, field := c.root, ""
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			field = join(field, step)
			node = child(node, step)
		case int:
			field += "[" + strconv.Itoa(step) + "]"
			// A single value stands for a list of one.
			if node.Kind == yaml.SequenceNode && step < len(node.Content) {
				node = node.Content[step]
			}
		}
	}
	c.decoder.fail(node.Line, field, what, mend)
}

func child(n *yaml.Node, key string) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				return n.Content[i+1]
			}
		}
	}
	return n
}

// has reports whether every key of the steps is written.
func (c *checker) has(steps []any) bool {
	node := c.root
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			next := child(node, step)
			if next == node {
				return false
			}
			node = next
		case int:
			if node.Kind == yaml.SequenceNode && step < len(node.Content) {
				node = node.Content[step]
			}
		}
	}
	return true
}

const tightenOnly = "a workspace file may only tighten"

func (c *checker) policy(p *Policy, workspace bool) {
	c.view(&p.View)
	c.env(&p.Env)
	for i := range p.Hosts {
		c.host(&p.Hosts[i], i, workspace)
	}
	for i := range p.Rules {
		if !c.has([]any{"rules", i, "verdict"}) {
			c.fail("the verdict is missing", "write verdict: allow, hold or deny", "rules", i)
		}
	}
	for i := range p.Packs {
		c.pack(&p.Packs[i], []any{"packs", i})
	}
	if workspace {
		c.tightens(p)
	}
}

// tightens refuses what would give a session more than it has without the
// workspace's file.
func (c *checker) tightens(p *Policy) {
	const mend = "put it in your own policy file"
	for _, list := range []struct {
		values []string
		steps  []any
	}{
		{p.View.Show, []any{"view", "show"}},
		{p.View.Read, []any{"view", "read"}},
		{p.View.Write, []any{"view", "write"}},
		{p.View.Home, []any{"view", "home"}},
		{p.Env.Pass, []any{"env", "pass"}},
	} {
		if len(list.values) > 0 {
			c.fail(tightenOnly, mend, list.steps...)
		}
	}
	for i, h := range p.Hosts {
		if h.Verdict == HostPass {
			c.fail(tightenOnly+", and pass opens a host", mend, "hosts", i, "verdict")
		}
		if h.Dial != "" {
			c.fail(tightenOnly+", and dial sends a host's connections elsewhere", mend, "hosts", i, "dial")
		}
	}
	for i, pack := range p.Packs {
		for j, r := range pack.Rules {
			if r.Verdict == Allow {
				c.fail(tightenOnly+", and an allow rule loosens", mend, "packs", i, "rules", j, "verdict")
			}
		}
	}
}

func (c *checker) view(v *View) {
	for _, list := range []struct {
		name   string
		values []string
	}{{"hide", v.Hide}, {"show", v.Show}} {
		for i, text := range list.values {
			globs, err := compilePathGlobs(text)
			if err != nil {
				c.fail(err.Error(), "", "view", list.name, i)
			} else if globs[0].negate {
				c.fail("an exception is written without a !", "move it to view.show", "view", list.name, i)
			}
		}
	}
	for i, text := range v.Read {
		c.tree(text, "view", "read", i)
	}
	for i, text := range v.Write {
		c.tree(text, "view", "write", i)
	}
	for i, text := range v.Home {
		switch {
		case text == "" || strings.HasPrefix(text, "/") || strings.HasPrefix(text, "~"):
			c.fail(quote(text)+" is not relative to the home directory", "write for example .config/nvim", "view", "home", i)
		case !cleanParts(text):
			c.fail(quote(text)+" has an empty, . or .. part", "", "view", "home", i)
		}
	}
}

// tree checks a path that is to be mounted with all below it.
func (c *checker) tree(text string, steps ...any) {
	rest, home := strings.CutPrefix(text, "~/")
	if !home {
		var absolute bool
		if rest, absolute = strings.CutPrefix(text, "/"); !absolute {
			c.fail(quote(text)+" is neither absolute nor below ~/", "", steps...)
			return
		}
	}
	rest = strings.TrimSuffix(rest, "/")
	if rest == "" {
		c.fail(quote(text)+" is a whole tree", "name the folder that is needed", steps...)
	} else if !cleanParts(rest) {
		c.fail(quote(text)+" has an empty, . or .. part", "", steps...)
	}
}

func cleanParts(p string) bool {
	for part := range strings.SplitSeq(strings.TrimSuffix(p, "/"), "/") {
		if part == "" || part == "." || part == ".." || strings.ContainsRune(part, 0) {
			return false
		}
	}
	return true
}

var envPattern = regexp.MustCompile(`^[A-Za-z_*][A-Za-z0-9_*]*$`)

func (c *checker) env(e *Env) {
	for _, list := range []struct {
		name   string
		values []string
	}{{"pass", e.Pass}, {"hide", e.Hide}} {
		for i, name := range list.values {
			if !envPattern.MatchString(name) {
				c.fail(quote(name)+" is not the name of a variable", "write a name, in which * stands for any text", "env", list.name, i)
			}
		}
	}
}

var hostLabel = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)

func (c *checker) host(h *HostRule, i int, workspace bool) {
	switch {
	case h.Host == "":
		c.fail("the host is not named", "write host: NAME", "hosts", i)
	case !validHost(h.Host):
		c.fail(quote(h.Host)+" is not a host", "write a name, *.name, an address, a CIDR block or *", "hosts", i, "host")
	}
	for j, port := range h.Ports {
		if port < 1 || port > 65535 {
			c.fail(strconv.Itoa(port)+" is not a port", "ports are 1 to 65535", "hosts", i, "ports", j)
		}
	}
	switch h.Verdict {
	case HostPass, HostHold, HostDeny:
	case "":
		c.fail("the verdict is missing", "write verdict: pass, hold or deny", "hosts", i)
	default:
		c.fail(quote(h.Verdict)+" is not a host's verdict", "write pass, hold or deny", "hosts", i, "verdict")
	}
	if h.Dial != "" {
		host, port, err := net.SplitHostPort(h.Dial)
		if n, perr := strconv.Atoi(port); err != nil || perr != nil || host == "" || n < 1 || n > 65535 {
			c.fail(quote(h.Dial)+" is not host:port", "write for example 127.0.0.1:5432", "hosts", i, "dial")
		}
	}
}

func validHost(host string) bool {
	name := strings.ToLower(host)
	if name == "*" || net.ParseIP(name) != nil {
		return true
	}
	if strings.Contains(name, "/") {
		_, _, err := net.ParseCIDR(name)
		return err == nil
	}
	name = strings.TrimPrefix(name, "*.")
	if len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if !hostLabel.MatchString(label) {
			return false
		}
	}
	return true
}

var ruleID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// pack checks a pack's own sense; compiling its matchers is part of it.
func (c *checker) pack(p *Pack, at []any) {
	step := func(more ...any) []any { return append(slices.Clone(at), more...) }
	if !ruleID.MatchString(p.Name) {
		c.fail(quote(p.Name)+" is not a pack's name", "write lower case words joined by -", step("pack")...)
	}
	if p.Title == "" {
		c.fail("the title is missing", "say in a few words what the pack is about", step("title")...)
	}
	if len(p.Rules) == 0 {
		c.fail("the pack has no rules", "", step("rules")...)
	}
	ids := map[string]bool{}
	for i := range p.Rules {
		r := &p.Rules[i]
		if ids[r.ID] {
			c.fail("two rules are named "+quote(r.ID), "give each its own id", step("rules", i, "id")...)
		}
		ids[r.ID] = true
		if !c.has(step("rules", i, "verdict")) {
			c.fail("the verdict is missing", "write verdict: allow, hold or deny", step("rules", i)...)
		}
		for _, problem := range r.problems() {
			c.fail(problem.what, problem.mend, step(append([]any{"rules", i}, problem.steps...)...)...)
		}
		if r.Match != nil {
			c.rule(r, step("rules", i, "match"))
		}
	}
}

// rule decodes and compiles the match, whose keys depend on the effect.
func (c *checker) rule(r *Rule, at []any) {
	field := ""
	for _, step := range at {
		switch step := step.(type) {
		case string:
			field = join(field, step)
		case int:
			field += "[" + strconv.Itoa(step) + "]"
		}
	}
	r.compile(c.decoder, field)
}
