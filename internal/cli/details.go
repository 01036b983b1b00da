package cli

import (
	"fmt"
	"strings"

	"twokey/parser/effect"
)

// details says more of an effect than its one line: what a person needs to
// see before it goes on, decoded.
func details(e effect.Effect) []string {
	var d []string
	add := func(format string, args ...any) { d = append(d, fmt.Sprintf(format, args...)) }
	switch e.Kind {
	case effect.KindHTTP:
		h := e.HTTP
		for _, g := range h.GraphQL {
			add("GraphQL %s %s", g.Type, strings.Join(g.Fields, ", "))
			for _, a := range g.Arguments {
				add("  %s", a)
			}
		}
		if h.Action != "" {
			add("calls %s", h.Action)
		}
		if h.Opaque != "" {
			add("not understood: %s", h.Opaque)
		}
		for _, f := range h.Sends {
			add("sends the file %s", f)
		}
		if h.Body != nil && len(h.GraphQL) == 0 {
			add("body %s", cut(h.Body.String(), 400))
		}
	case effect.KindSQL:
		s := e.SQL
		if s.Text != "" {
			add("%s", cut(s.Text, 400))
		}
		switch s.Filter {
		case "none":
			add("every row: there is no WHERE")
		case "always":
			add("every row: the WHERE is always true")
		}
		if s.Unparsed != "" {
			add("not understood: %s", s.Unparsed)
		}
	case effect.KindCommand:
		for _, a := range e.Command.Env {
			add("with %s=%s", a.Name, a.Value)
		}
		if e.Command.Stdin != nil {
			add("reads %s", cut(e.Command.Stdin.String(), 400))
		}
	}
	if len(e.Origin.Through) > 0 {
		add("through %s", strings.Join(e.Origin.Through, ", "))
	}
	if e.Origin.Where != "" {
		add("at %s", e.Origin.Where)
	}
	return d
}
