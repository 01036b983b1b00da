package rules

import (
	"net"
	"slices"
	"strings"

	"twokey/parser/effect"
)

// HTTPMatch matches a request.
type HTTPMatch struct {
	lazy

	Method      []string      `yaml:"method"`
	Scheme      []string      `yaml:"scheme"`
	Host        []string      `yaml:"host"`
	Port        []int         `yaml:"port"`
	Path        []string      `yaml:"path"`  // * stands for any text, slashes too
	Query       []string      `yaml:"query"` // the whole query as sent
	Header      []string      `yaml:"header"`
	Action      []string      `yaml:"action"`
	GraphQL     *GraphQLMatch `yaml:"graphql"`
	RPC         []string      `yaml:"rpc"`
	Body        []string      `yaml:"body"`
	Tool        []string      `yaml:"tool"`
	Where       []string      `yaml:"where"`
	Safe        *bool         `yaml:"safe"`         // GET, HEAD, OPTIONS, TRACE
	Reads       *bool         `yaml:"reads"`        // every GraphQL operation that it carries is a query
	Opaque      *bool         `yaml:"opaque"`       // the body could not be understood
	Local       *bool         `yaml:"local"`        // to this machine's own loopback
	HostKnown   *bool         `yaml:"host_known"`   // the host is known before the run
	Sends       *bool         `yaml:"sends"`        // uploads a file
	SendsSecret *bool         `yaml:"sends_secret"` // uploads a file that the policy hides
	Unless      []HTTPMatch   `yaml:"unless"`

	method, scheme, host, path, query, header, action, rpc, body, tool, where patterns
}

// GraphQLMatch matches one operation of a request.
type GraphQLMatch struct {
	Type     []string `yaml:"type"`  // query, mutation, subscription
	Field    []string `yaml:"field"` // a root field's real name
	Argument []string `yaml:"argument"`

	field, argument patterns
}

func (m *HTTPMatch) compile() error {
	if err := compileAll(
		[]*patterns{&m.method, &m.scheme, &m.host, &m.path, &m.query, &m.header, &m.action, &m.rpc, &m.body, &m.tool, &m.where},
		[][]string{m.Method, m.Scheme, m.Host, m.Path, m.Query, m.Header, m.Action, m.RPC, m.Body, m.Tool, m.Where}); err != nil {
		return err
	}
	if g := m.GraphQL; g != nil {
		if err := compileAll([]*patterns{&g.field, &g.argument}, [][]string{g.Field, g.Argument}); err != nil {
			return err
		}
	}
	for i := range m.Unless {
		if err := m.Unless[i].compile(); err != nil {
			return err
		}
	}
	return nil
}

func (m *HTTPMatch) keys() ([]string, bool) {
	var out []string
	for _, text := range m.Host {
		if strings.HasPrefix(text, "re:") || strings.HasPrefix(text, "i:") {
			return nil, false
		}
		alternatives, err := expandBraces(text)
		if err != nil {
			return nil, false
		}
		for _, host := range alternatives {
			star := strings.LastIndexByte(host, '*')
			tail, ok := hostTail(host[star+1:], star < 0)
			if !ok {
				return nil, false
			}
			out = append(out, tail)
		}
	}
	return out, len(out) > 0
}

// hostTail returns the last two labels of a host, by which rules are indexed;
// a pattern's must be whole.
func hostTail(host string, exact bool) (string, bool) {
	if strings.Contains(host, "?") {
		return "", false
	}
	i := strings.LastIndexByte(host, '.')
	if i < 0 {
		return host, exact
	}
	j := strings.LastIndexByte(host[:i], '.')
	if j < 0 && !exact {
		return "", false
	}
	return host[j+1:], true
}

func (m *HTTPMatch) match(s *subject) bool {
	if !m.ready(m.compile) {
		return false
	}
	h := s.effect.HTTP
	if m.Host != nil && !m.host.match(h.Host) || m.Method != nil && !m.method.match(h.Method) {
		return false
	}
	if m.Port != nil && !slices.Contains(m.Port, h.WirePort()) || m.Scheme != nil && !m.scheme.match(h.Scheme) {
		return false
	}
	if !m.facts(s, h) {
		return false
	}
	if m.Path != nil && !m.path.match(h.Path) || m.Query != nil && !m.query.match(h.Query) {
		return false
	}
	if m.Header != nil && !slices.ContainsFunc(h.Headers, m.header.match) {
		return false
	}
	if m.Action != nil && (h.Action == "" || !m.action.match(h.Action)) {
		return false
	}
	if m.RPC != nil && !slices.ContainsFunc(h.RPC, m.rpc.match) {
		return false
	}
	if m.Body != nil && (h.Body == nil || !m.body.match(h.Body.Text)) {
		return false
	}
	if m.Tool != nil && !m.tool.match(h.Tool) || m.Where != nil && !matchWhere(m.where, s.effect) {
		return false
	}
	if m.GraphQL != nil && !slices.ContainsFunc(h.GraphQL, m.GraphQL.match) {
		return false
	}
	return !anyMatch(m.Unless, s)
}

func (m *HTTPMatch) facts(s *subject, h *effect.HTTP) bool {
	if !is(m.Opaque, h.Opaque != "") || !is(m.HostKnown, h.Host != "") || !is(m.Sends, len(h.Sends) > 0) {
		return false
	}
	if m.Safe != nil && *m.Safe != safeMethod(h.Method) || m.Reads != nil && *m.Reads != readsOnly(h) {
		return false
	}
	if m.Local != nil && *m.Local != localHost(h.Host) {
		return false
	}
	return m.SendsSecret == nil || *m.SendsSecret == slices.ContainsFunc(h.Sends, func(w effect.Word) bool {
		return s.policy.Hides(uploaded(w.Text, s.situation), s.situation.Home, s.situation.Workspace)
	})
}

// uploaded makes the path of an uploaded file absolute. Where the working
// directory is another one, globs for names at any depth match all the same.
func uploaded(p string, s *Situation) string {
	if strings.HasPrefix(p, "~/") {
		return s.Home + p[1:]
	}
	if strings.HasPrefix(p, "/") {
		return p
	}
	return s.Workspace + "/" + p
}

func (g *GraphQLMatch) match(op effect.GraphQL) bool {
	if g.Type != nil && !slices.Contains(g.Type, op.Type) {
		return false
	}
	if g.Field != nil && !slices.ContainsFunc(op.Fields, g.field.match) {
		return false
	}
	return g.Argument == nil || slices.ContainsFunc(op.Arguments, g.argument.match)
}

// safeMethod is RFC 9110's safe methods, and WebDAV's (RFC 4918, 5323).
func safeMethod(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY":
		return true
	}
	return false
}

func readsOnly(h *effect.HTTP) bool {
	if len(h.GraphQL) == 0 || h.Opaque != "" {
		return false
	}
	for _, g := range h.GraphQL {
		if g.Type != "query" {
			return false
		}
	}
	return true
}

// localHost reports whether the host can only be this machine.
func localHost(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") || host == "host.docker.internal" {
		return true
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}
