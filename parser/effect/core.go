package effect

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// An approval is bound to the cores of the effects that were shown. The core
// of each kind covers:
//
//	command    program, subcommand, flags with values, operands, env, stdin
//	file       op, path, recursive
//	http       method, scheme, host, port, path, query, body digest
//	sql        verb, objects, statement digest, server, database
//	datastore  system, command, keys, server, text
//	connect    host, port
//
// A field that was not known when the approval was given is Known false; it
// matches nothing but an equally unknown field.

// Field is one named part of a core.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Known bool   `json:"known"`
}

// Core returns the fields that an approval of the effect is bound to.
func (e Effect) Core() []Field {
	switch e.Kind {
	case KindCommand:
		return e.Command.core()
	case KindFile:
		return []Field{
			lit("op", string(e.File.Op)),
			word("path", e.File.Path),
			lit("recursive", strconv.FormatBool(e.File.Recursive)),
		}
	case KindHTTP:
		return e.HTTP.core()
	case KindSQL:
		s := e.SQL
		return []Field{
			lit("verb", s.Verb),
			lit("objects", strings.Join(s.Objects, "\x1f")),
			lit("statement", s.TextDigest),
			lit("server", s.Server),
			lit("database", s.Database),
		}
	case KindDatastore:
		d := e.Datastore
		return []Field{
			lit("system", d.System),
			lit("command", d.Command),
			lit("keys", strings.Join(d.Keys, "\x1f")),
			lit("server", d.Server),
			lit("text", d.Text),
		}
	case KindConnect:
		return []Field{lit("host", e.Connect.Host), lit("port", strconv.Itoa(e.Connect.Port))}
	}
	return []Field{{Name: "kind"}}
}

// Digest is the SHA-256 of the effect's core, in hex.
func (e Effect) Digest() string {
	h := sha256.New()
	put := func(s string) {
		h.Write([]byte(strconv.Itoa(len(s)) + ":" + s))
	}
	put(string(e.Kind))
	for _, f := range e.Core() {
		put(f.Name)
		put(strconv.FormatBool(f.Known))
		put(f.Value)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Covers reports whether an approval of approved covers seen, which another
// gate made of the same act: the kinds are equal, and every field of seen's
// core was known and the same when the approval was given. What a gate cannot
// see (a command's stdin at exec) is not in its core and so asks for nothing.
func Covers(approved, seen Effect) bool {
	if approved.Kind != seen.Kind {
		return false
	}
	rest := approved.Core()
	for _, f := range seen.Core() {
		i := slices.Index(rest, f)
		if i < 0 || !f.Known {
			return false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return !slices.ContainsFunc(rest, func(f Field) bool { return f.Name != "stdin" })
}

// Implies returns the effects on the wire that an approval of e covers: what
// the same act looks like to the egress gate. Where the host is not known it
// returns nothing, so that the wire asks for itself.
func (e Effect) Implies() []Effect {
	switch e.Kind {
	case KindHTTP:
		if e.HTTP.Host == "" {
			return nil
		}
		return []Effect{{Kind: KindConnect, Connect: &Connect{Host: e.HTTP.Host, Port: e.HTTP.WirePort()}}}
	case KindSQL:
		host, port, ok := splitServer(e.SQL.Server, e.SQL.Dialect)
		if !ok {
			return nil
		}
		return []Effect{{Kind: KindConnect, Connect: &Connect{Host: host, Port: port}}}
	}
	return nil
}

// WirePort is the port of the request, the scheme's own where none is named.
func (h *HTTP) WirePort() int {
	if h.Port != 0 {
		return h.Port
	}
	if h.Scheme == "http" {
		return 80
	}
	return 443
}

func splitServer(server, dialect string) (host string, port int, ok bool) {
	if server == "" || strings.ContainsAny(server, "/\x00") || dialect == "sqlite" {
		return "", 0, false
	}
	host, port = server, 5432
	if dialect == "mysql" {
		port = 3306
	}
	if i := strings.LastIndexByte(server, ':'); i >= 0 && !strings.Contains(server[:i], ":") {
		p, err := strconv.Atoi(server[i+1:])
		if err != nil {
			return "", 0, false
		}
		host, port = server[:i], p
	}
	return strings.ToLower(host), port, true
}

func (c *Command) core() []Field {
	fields := []Field{
		{Name: "program", Value: c.Program, Known: c.Program != ""},
		lit("subcommand", strings.Join(c.Subcommand, "\x1f")),
	}
	flags := slices.Clone(c.Flags)
	slices.SortStableFunc(flags, func(a, b Flag) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range flags {
		if f.Value == nil {
			fields = append(fields, lit("flag "+f.Name, ""))
		} else {
			fields = append(fields, word("flag "+f.Name, *f.Value))
		}
	}
	for _, o := range c.Operands {
		fields = append(fields, word("operand", o))
	}
	env := slices.Clone(c.Env)
	slices.SortStableFunc(env, func(a, b Assign) int { return strings.Compare(a.Name, b.Name) })
	for _, a := range env {
		fields = append(fields, word("env "+a.Name, a.Value))
	}
	if c.Stdin != nil {
		fields = append(fields, word("stdin", *c.Stdin))
	}
	return fields
}

func (h *HTTP) core() []Field {
	body := Field{Name: "body", Value: h.BodyDigest, Known: h.BodyDigest != "" || h.Body == nil}
	return []Field{
		lit("method", h.Method),
		{Name: "host", Value: h.Host, Known: h.Host != ""},
		lit("port", strconv.Itoa(h.WirePort())),
		{Name: "path", Value: h.Path, Known: h.URLKnown},
		{Name: "query", Value: h.Query, Known: h.URLKnown},
		body,
	}
}

func lit(name, value string) Field { return Field{Name: name, Value: value, Known: true} }

func word(name string, w Word) Field { return Field{Name: name, Value: w.Text, Known: w.Known} }
