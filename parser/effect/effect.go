// Package effect is the one vocabulary that gates, rules, approvals and the
// log share: what a command, a request or a statement would do. It holds plain
// values and their canonical digests; it must never parse, judge or touch the
// system.
package effect

import (
	"fmt"
	"slices"
	"strings"
)

// Kind names which of an Effect's parts is set.
type Kind string

// The kinds of effect.
const (
	KindCommand   Kind = "command"
	KindFile      Kind = "file"
	KindHTTP      Kind = "http"
	KindSQL       Kind = "sql"
	KindDatastore Kind = "datastore"
	KindConnect   Kind = "connect"
)

// Effect is one thing that would happen. Exactly the pointer that Kind names
// is set.
type Effect struct {
	Kind      Kind       `json:"kind"`
	Command   *Command   `json:"command,omitempty"`
	File      *File      `json:"file,omitempty"`
	HTTP      *HTTP      `json:"http,omitempty"`
	SQL       *SQL       `json:"sql,omitempty"`
	Datastore *Datastore `json:"datastore,omitempty"`
	Connect   *Connect   `json:"connect,omitempty"`
	Origin    Origin     `json:"origin,omitzero"`
}

// Origin tells where an effect was found. It explains an effect and is never
// part of its digest.
type Origin struct {
	// Start and End are byte offsets into the judged text; both are 0 when
	// the effect has no place in it.
	Start int `json:"start,omitempty"`
	End   int `json:"end,omitempty"`
	// Through lists the wrappers that were seen through, outermost first,
	// such as "sudo", "xargs" or "bash -c".
	Through []string `json:"through,omitempty"`
	// Where is "" for this machine, else the place that it would happen, such
	// as "ssh:HOST", "docker:CONTAINER" or "kubectl:POD".
	Where string `json:"where,omitempty"`
	// Scanned is true when a light scan of another language's source found
	// the effect, not a parse of its grammar.
	Scanned bool `json:"scanned,omitempty"`
}

// Word is a piece of text that may not be known before the run. An unknown
// part is never guessed: Text then holds the known parts with "\x00" in place
// of each unknown one.
type Word struct {
	Text  string `json:"text"`
	Known bool   `json:"known"`
}

// Lit returns a fully known word.
func Lit(text string) Word { return Word{Text: text, Known: true} }

// Unknown is a word of which nothing is known before the run.
func Unknown() Word { return Word{Text: "\x00"} }

// String shows the word with "?" where it is not known.
func (w Word) String() string {
	if w.Known {
		return w.Text
	}
	return strings.ReplaceAll(w.Text, "\x00", "?")
}

// Flag is one option of a command. Name is the long name without dashes where
// the tool's grammar knows it ("force" for git push -f), else as written
// without dashes.
type Flag struct {
	Name  string `json:"name"`
	Value *Word  `json:"value,omitempty"`
}

// Assign is a variable that a command sees only because its own words set it.
type Assign struct {
	Name  string `json:"name"`
	Value Word   `json:"value"`
}

// Command is a program about to run, after wrappers were seen through.
type Command struct {
	// Program is the base name the program is known by ("git"), lower case
	// for programs that ignore case; "" when it is not known before the run.
	Program string `json:"program"`
	// Path is the program as written when that is not just Program.
	Path string `json:"path,omitempty"`
	// Subcommand is the tool's own path of verbs: ["push"], ["s3","rb"].
	Subcommand []string `json:"subcommand,omitempty"`
	Flags      []Flag   `json:"flags,omitempty"`
	Operands   []Word   `json:"operands,omitempty"`
	Env        []Assign `json:"env,omitempty"`
	// Stdin is what the text feeds the command, when it says so.
	Stdin *Word `json:"stdin,omitempty"`
	// Traits are facts that the grammar established; see the Trait constants.
	Traits []Trait `json:"traits,omitempty"`
}

// Trait is a fact about a command that its words alone do not show. Tool
// grammars may add traits of their own; these are the shared ones.
type Trait string

// The shared traits.
const (
	TraitUnparsed       Trait = "unparsed"        // the text does not parse, or is beyond a bound
	TraitDynamicProgram Trait = "dynamic-program" // the command word is not known before the run
	TraitDynamicCode    Trait = "dynamic-code"    // an interpreter runs text that is not known before the run
	TraitPipeToShell    Trait = "pipe-to-shell"   // an interpreter runs what a download or a decoder prints
	TraitDecoded        Trait = "decoded"         // the command was found in encoded text
	TraitReverseShell   Trait = "reverse-shell"   // a shell's descriptors are tied to a connection
	TraitExfil          Trait = "exfil"           // a secret, or the environment, flows to the network
	TraitEnvDump        Trait = "env-dump"        // the whole environment is printed
	TraitDryRun         Trait = "dry-run"         // the tool only says what it would do
	TraitHelp           Trait = "help"            // the tool only prints help or its version
	TraitForkBomb       Trait = "fork-bomb"
	// TraitDefault marks a target that is a default or protected branch, or
	// is not known to be another one.
	TraitDefaultBranch Trait = "default-branch"
)

// Operation is what happens to a file.
type Operation string

// The operations on files.
const (
	OpRead   Operation = "read"
	OpCreate Operation = "create"
	OpWrite  Operation = "write" // create or overwrite
	OpAppend Operation = "append"
	OpDelete Operation = "delete"
	OpRename Operation = "rename" // away from this path
	OpChmod  Operation = "chmod"  // mode, owner or attributes
	OpExec   Operation = "exec"   // run, source or load as code
)

// Scope is where a path lies.
type Scope string

// The scopes, judged after "..", "~" and the followed working directory.
const (
	ScopeWorkspace Scope = "workspace" // below the workspace's top, not the top itself
	ScopeRoot      Scope = "top"       // the workspace's top itself
	ScopeTmp       Scope = "tmp"       // below a scratch directory
	ScopeHome      Scope = "home"      // the home directory or below, outside the workspace
	ScopeSystem    Scope = "system"    // anything else that is absolute
	ScopeDevice    Scope = "device"    // below /dev, but null, zero, full, random, urandom, std*, fd, tty, shm
	ScopeUnknown   Scope = "unknown"   // not known before the run
)

// File is one operation on one path.
type File struct {
	Op Operation `json:"op"`
	// Path is absolute and clean when it is known. A trailing "/*" or other
	// glob is kept as written.
	Path      Word  `json:"path"`
	Scope     Scope `json:"scope"`
	Recursive bool  `json:"recursive,omitempty"`
	// By is the program that does it, or "redirect" for the shell's own.
	By string `json:"by,omitempty"`
}

// GraphQL is one operation of a GraphQL document that a request would run.
type GraphQL struct {
	Type   string   `json:"type"` // query, mutation or subscription
	Name   string   `json:"name,omitempty"`
	Fields []string `json:"fields"` // root fields by their real names, aliases resolved
	// Arguments are the root fields' arguments, variables put in where they
	// are known, as "field.argument=value".
	Arguments []string `json:"arguments,omitempty"`
}

// HTTP is one request.
type HTTP struct {
	// Method is upper case and already what a method override header or
	// parameter makes of it.
	Method string `json:"method"`
	Scheme string `json:"scheme,omitempty"`
	Host   string `json:"host"` // lower case, no port, no trailing dot; "" when not known
	Port   int    `json:"port,omitempty"`
	Path   string `json:"path,omitempty"`
	Query  string `json:"query,omitempty"`
	// URLKnown is false when a part of the URL is not known before the run;
	// Path and Query then have "\x00" in its place.
	URLKnown bool     `json:"url_known"`
	Headers  []string `json:"headers,omitempty"` // names, lower case, sorted
	// Action is a cloud API's own name of the call, "service:Action" where
	// the service is known: "ec2:TerminateInstances".
	Action  string    `json:"action,omitempty"`
	GraphQL []GraphQL `json:"graphql,omitempty"`
	RPC     []string  `json:"rpc,omitempty"` // JSON-RPC and gRPC method names
	// Body is the decoded body, cut at 64 KiB; nil when there is none.
	Body *Word `json:"body,omitempty"`
	// BodyDigest is the SHA-256 of the whole body, hex, when it is known.
	BodyDigest string `json:"body_digest,omitempty"`
	// Opaque is why the body could not be understood although the request
	// may change something: an unknown encoding, a file that is not readable.
	Opaque string `json:"opaque,omitempty"`
	// Sends lists local files that the request would upload.
	Sends []Word `json:"sends,omitempty"`
	// Tool is the program that would send it, or "wire".
	Tool string `json:"tool,omitempty"`
}

// SQL is one statement.
type SQL struct {
	Dialect string `json:"dialect"` // postgres, mysql, sqlite or any
	// Verb is the statement's kind in upper case: "SELECT", "DROP TABLE",
	// "DELETE", "ALTER TABLE DROP COLUMN", "COPY PROGRAM", "CLIENT SHELL".
	Verb    string   `json:"verb"`
	Objects []string `json:"objects,omitempty"`
	// Filter is "none", "some" or "always" (a condition that is always true)
	// for UPDATE and DELETE, else "".
	Filter string `json:"filter,omitempty"`
	// Writes is true when the statement may change data, schema or server.
	Writes bool `json:"writes,omitempty"`
	// Unparsed is why the statement could not be understood.
	Unparsed string `json:"unparsed,omitempty"`
	Text     string `json:"text,omitempty"` // the statement, cut at 4 KiB
	// TextDigest is the SHA-256 of the statement with white space folded.
	TextDigest string `json:"text_digest,omitempty"`
	Server     string `json:"server,omitempty"` // host, host:port or socket path; a file for SQLite
	Database   string `json:"database,omitempty"`
	// InWorkspace is true when the database is a file below the workspace,
	// or in memory, so that the journal keeps it.
	InWorkspace bool   `json:"in_workspace,omitempty"`
	Tool        string `json:"tool,omitempty"`
}

// Datastore is one command to a key-value or document store.
type Datastore struct {
	System  string   `json:"system"` // redis, mongodb, memcached, ...
	Command string   `json:"command"`
	Keys    []string `json:"keys,omitempty"`
	Server  string   `json:"server,omitempty"`
	Text    string   `json:"text,omitempty"`
}

// Connect is one connection that leaves the sandbox.
type Connect struct {
	Host     string `json:"host"`               // the name that was looked up, else the address; "" when not known
	Port     int    `json:"port"`               // 0 when not known
	Protocol string `json:"protocol,omitempty"` // tls, http, ssh, postgres, mysql, redis, tcp
}

// Has reports whether the command has the trait.
func (c *Command) Has(t Trait) bool { return slices.Contains(c.Traits, t) }

// Flag returns the named flag.
func (c *Command) Flag(names ...string) (Flag, bool) {
	for _, f := range c.Flags {
		if slices.Contains(names, f.Name) {
			return f, true
		}
	}
	return Flag{}, false
}

// String says the effect in a few plain words, for logs and errors. Text from
// an agent is in it as it came: escape it before it reaches a terminal.
func (e Effect) String() string {
	switch e.Kind {
	case KindCommand:
		return e.Command.String()
	case KindFile:
		return fmt.Sprintf("%s %s", e.File.Op, e.File.Path)
	case KindHTTP:
		return e.HTTP.String()
	case KindSQL:
		s := e.SQL.Verb
		if len(e.SQL.Objects) > 0 {
			s += " " + strings.Join(e.SQL.Objects, ", ")
		}
		if e.SQL.Server != "" || e.SQL.Database != "" {
			s += " on " + strings.Trim(e.SQL.Server+"/"+e.SQL.Database, "/")
		}
		return s
	case KindDatastore:
		return strings.Join(append([]string{e.Datastore.System, e.Datastore.Command}, e.Datastore.Keys...), " ")
	case KindConnect:
		return fmt.Sprintf("connect to %s:%d", e.Connect.Host, e.Connect.Port)
	}
	return string(e.Kind)
}

// String joins the command's words as a person would read them.
func (c *Command) String() string {
	words := []string{c.Program}
	if c.Program == "" {
		words[0] = "?"
	}
	words = append(words, c.Subcommand...)
	for _, f := range c.Flags {
		dashes := "--"
		if len(f.Name) == 1 {
			dashes = "-"
		}
		if f.Value != nil {
			words = append(words, dashes+f.Name+"="+f.Value.String())
		} else {
			words = append(words, dashes+f.Name)
		}
	}
	for _, o := range c.Operands {
		words = append(words, o.String())
	}
	return strings.Join(words, " ")
}

// String says the request with what it would call by name.
func (h *HTTP) String() string {
	host := h.Host
	if host == "" {
		host = "?"
	}
	s := h.Method + " " + host + strings.ReplaceAll(h.Path, "\x00", "?")
	var calls []string
	for _, g := range h.GraphQL {
		calls = append(calls, g.Type+" "+strings.Join(g.Fields, ", "))
		calls = append(calls, g.Arguments...)
	}
	if h.Action != "" {
		calls = append(calls, h.Action)
	}
	calls = append(calls, h.RPC...)
	if len(calls) > 0 {
		s += " (" + strings.Join(calls, " ") + ")"
	}
	return s
}
