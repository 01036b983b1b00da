package request

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"twokey/parser/effect"
)

// Bounds on GraphQL documents; beyond them a request is opaque.
const (
	maxTokens     = 20_000
	maxBraces     = 200
	maxFragments  = 1000 // fields and fragments followed below one operation
	maxArguments  = 128
	maxOperations = 256
)

// call is one GraphQL request: a document and what it is run with.
type call struct {
	document  string
	operation string
	variables node
	persisted bool // only a hash names the document
	extra     bool // a key came twice, so that servers may differ
}

// graphQL finds the GraphQL requests in URL and body. The path says so, or a
// document that parses does.
func (m *message) graphQL(h *effect.HTTP) {
	byPath := graphQLPath(h.Path)
	calls := m.urlCalls()
	kind := m.contentType()
	switch {
	case len(m.body) == 0:
	case kind == "application/graphql":
		calls = append(calls, call{document: string(m.body)})
		byPath = true
	case kind == "multipart/form-data" || kind == "application/x-www-form-urlencoded":
		calls = append(calls, pairCalls(m.form())...)
		calls = append(calls, nodeCalls(m.json)...) // what curl -d sends when no type is said
	case m.body[0] == '{' || m.body[0] == '[' || byPath || strings.Contains(kind, "json"):
		if m.json.kind != 0 {
			calls = append(calls, nodeCalls(m.json)...)
		} else if byPath {
			opaque(h, "the GraphQL request is not JSON")
		}
	}
	found := 0
	for _, c := range calls {
		if c.document == "" && c.persisted {
			if byPath {
				opaque(h, "persisted GraphQL query")
				found++
			}
			continue
		}
		if m.run(h, c, byPath) {
			found++
		}
	}
	if byPath && found == 0 && !safe(h.Method) && len(h.GraphQL) == 0 {
		opaque(h, "no GraphQL document is in the request")
	}
}

// graphQLPath reports whether the path is one that GraphQL servers use.
func graphQLPath(path string) bool {
	for _, segment := range strings.Split(strings.ToLower(path), "/") {
		if strings.HasPrefix(segment, "graphql") || strings.HasSuffix(segment, "graphql") || segment == "gql" || strings.HasPrefix(segment, "graphql.") {
			return true
		}
	}
	return false
}

func (m *message) urlCalls() []call { return pairCalls(m.queries) }

// pairCalls reads GraphQL over query or form parameters; operations is the
// one of multipart uploads, which holds JSON.
func pairCalls(pairs []pair) []call {
	var documents []string
	c := call{}
	var all []call
	for _, p := range pairs {
		switch strings.ToLower(p.key) {
		case "query", "mutation":
			documents = append(documents, p.value)
		case "operationname":
			c.operation = p.value
		case "variables":
			c.variables, _ = parseJSON([]byte(p.value))
		case "extensions":
			c.persisted = strings.Contains(p.value, "persistedQuery")
		case "operations":
			if n, ok := parseJSON([]byte(p.value)); ok {
				all = append(all, nodeCalls(n)...)
			}
		}
	}
	if len(documents) == 0 && c.persisted {
		all = append(all, c)
	}
	for _, d := range documents {
		one := c
		one.document, one.extra = d, len(documents) > 1
		all = append(all, one)
	}
	return all
}

// nodeCalls reads GraphQL over JSON, one request or a batch.
func nodeCalls(n node) []call {
	if n.kind == '[' {
		var all []call
		for _, item := range n.items {
			if item.kind == '{' && len(all) < maxOperations {
				all = append(all, nodeCalls(item)...)
			}
		}
		return all
	}
	if n.kind != '{' {
		return nil
	}
	c := call{}
	names := n.all("operationName")
	if len(names) == 1 {
		c.operation = names[0].text
	}
	if v, ok := n.member("variables"); ok {
		c.variables = v
		if v.kind == '"' {
			c.variables, _ = parseJSON([]byte(v.text))
		}
	}
	for _, name := range [...]string{"extensions", "documentId", "doc_id", "queryId", "id", "sha256Hash", "persistedQuery"} {
		if v, ok := n.member(name); ok && (name != "extensions" || len(v.all("persistedQuery")) > 0) {
			c.persisted = true
		}
	}
	var all []call
	documents := append(n.all("query"), n.all("mutation")...)
	for _, d := range documents {
		if d.kind != '"' {
			continue
		}
		one := c
		one.document, one.extra = d.text, len(documents) > 1 || len(names) > 1
		all = append(all, one)
	}
	if len(all) == 0 && c.persisted {
		all = append(all, c)
	}
	return all
}

// run adds the operations that a call would run and reports whether it is a
// GraphQL document at all.
func (m *message) run(h *effect.HTTP, c call, byPath bool) bool {
	if !byPath && !looksLikeDocument(c.document) {
		return false
	}
	fail := func(why string) bool {
		opaque(h, why)
		return true
	}
	if braces(c.document) > maxBraces {
		return fail("the GraphQL document is nested too deeply")
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: c.document}, maxTokens)
	if err != nil || len(doc.Operations) == 0 {
		if !byPath {
			return false
		}
		return fail("the GraphQL document does not parse")
	}
	if c.extra {
		opaque(h, "a GraphQL parameter is given more than once")
	}
	chosen := doc.Operations
	if c.operation != "" && !c.extra {
		for _, op := range doc.Operations {
			if op.Name == c.operation {
				chosen = ast.OperationList{op}
			}
		}
	}
	for _, op := range chosen {
		if len(h.GraphQL) == maxOperations {
			return fail("too many GraphQL operations")
		}
		r := reader{doc: doc, call: c, defaults: op.VariableDefinitions}
		g := effect.GraphQL{Type: string(op.Operation), Name: op.Name}
		r.fields(&g, op.SelectionSet, map[string]bool{})
		if r.steps > maxFragments {
			opaque(h, "the GraphQL document is too large")
		}
		h.GraphQL = append(h.GraphQL, g)
	}
	return true
}

// looksLikeDocument reports whether text begins as a GraphQL document does.
func looksLikeDocument(text string) bool {
	text = strings.TrimLeft(text, " \t\r\n,\ufeff")
	for strings.HasPrefix(text, "#") {
		_, text, _ = strings.Cut(text, "\n")
		text = strings.TrimLeft(text, " \t\r\n,")
	}
	for _, start := range [...]string{"{", "query", "mutation", "subscription", "fragment", `"`} {
		if strings.HasPrefix(text, start) {
			return strings.Contains(text, "{")
		}
	}
	return false
}

// braces is how deep the brackets of a document nest, strings aside.
func braces(text string) int {
	depth, deepest := 0, 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[', '(':
			depth++
			deepest = max(deepest, depth)
		case '}', ']', ')':
			depth--
		case '#':
			if end := strings.IndexByte(text[i:], '\n'); end >= 0 {
				i += end
			} else {
				return deepest
			}
		case '"':
			if strings.HasPrefix(text[i:], `"""`) {
				end := strings.Index(text[i+3:], `"""`)
				if end < 0 {
					return deepest
				}
				i += end + 5
				continue
			}
			for i++; i < len(text) && text[i] != '"' && text[i] != '\n'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		}
	}
	return deepest
}

// reader collects the root fields of one operation.
type reader struct {
	doc      *ast.QueryDocument
	call     call
	defaults ast.VariableDefinitionList
	steps    int
}

// fields adds the root fields; open are the fragments being followed.
func (r *reader) fields(g *effect.GraphQL, set ast.SelectionSet, open map[string]bool) {
	for _, s := range set {
		r.steps++
		if r.steps > maxFragments {
			return
		}
		switch s := s.(type) {
		case *ast.Field:
			g.Fields = append(g.Fields, s.Name)
			for _, a := range s.Arguments {
				r.argument(g, s.Name+"."+a.Name, a.Value, 0)
			}
		case *ast.InlineFragment:
			r.fields(g, s.SelectionSet, open)
		case *ast.FragmentSpread:
			if f := r.doc.Fragments.ForName(s.Name); f != nil && !open[s.Name] {
				open[s.Name] = true
				r.fields(g, f.SelectionSet, open)
				open[s.Name] = false
			}
		}
	}
}

// argument adds "path=value", with variables put in and objects and lists
// taken apart.
func (r *reader) argument(g *effect.GraphQL, path string, v *ast.Value, depth int) {
	if v == nil || len(g.Arguments) >= maxArguments || depth > 16 {
		return
	}
	switch v.Kind {
	case ast.Variable:
		if value, ok := r.call.variables.member(v.Raw); ok {
			jsonArgument(g, path, value)
			return
		}
		for _, d := range r.defaults {
			if d.Variable == v.Raw && d.DefaultValue != nil {
				r.argument(g, path, d.DefaultValue, depth+1)
				return
			}
		}
		g.Arguments = append(g.Arguments, path+"=$"+v.Raw)
	case ast.ObjectValue:
		for _, c := range v.Children {
			r.argument(g, path+"."+c.Name, c.Value, depth+1)
		}
	case ast.ListValue:
		for _, c := range v.Children {
			r.argument(g, path, c.Value, depth+1)
		}
	default:
		g.Arguments = append(g.Arguments, path+"="+v.Raw)
	}
}

func jsonArgument(g *effect.GraphQL, path string, n node) {
	if len(g.Arguments) >= maxArguments {
		return
	}
	switch n.kind {
	case '{':
		for i, k := range n.keys {
			jsonArgument(g, path+"."+k, n.items[i])
		}
	case '[':
		for _, item := range n.items {
			jsonArgument(g, path, item)
		}
	default:
		g.Arguments = append(g.Arguments, path+"="+n.text)
	}
}
