package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"twokey/internal/gate"
	"twokey/internal/gate/egress"
	"twokey/parser"
	"twokey/parser/effect"
	"twokey/rules"
)

// serveEgress answers what wants to leave the sandbox.
func (s *Session) serveEgress(ctx context.Context) {
	sockets := s.sandbox.Sockets()
	err := egress.Serve(ctx, egress.Config{
		TCP: sockets.TCP(), DNS: sockets.DNS, DNSTCP: sockets.DNSTCP,
		Hostname:  hostname,
		Attribute: s.sandbox.Attribute,
		Decide:    s.decideConnection,
		Passes:    s.passes,
		Record:    s.recordConnection,
		Proxy:     httpproxy.FromEnvironment().ProxyFunc(),
		Log:       complain,
	})
	if err != nil && ctx.Err() == nil && !s.leaving() {
		fmt.Fprintln(os.Stderr, "twokey: the egress gate ended, nothing leaves:", err)
	}
}

// complain writes what belongs to no command to the supervisor's own stderr.
func complain(text string) { fmt.Fprintln(os.Stderr, "twokey:", text) }

// passes reports whether policy lets a host pass unasked.
func (s *Session) passes(host string, port int) bool {
	rule, ok := s.judge.Engine().Host(host, port)
	return ok && rule.Verdict == rules.HostPass
}

// route is how an allowed connection is carried: where the policy says so,
// elsewhere than to the host itself.
func (s *Session) route(host string, port int) egress.Route {
	rule, ok := s.judge.Engine().Host(host, port)
	if !ok {
		return egress.Route{}
	}
	return egress.Route{Dial: rule.Dial, Private: rule.Host == host}
}

func (s *Session) decideConnection(ctx context.Context, c egress.Conn) (egress.Route, error) {
	cmd := s.commands.get(c.Tag)
	inquiry := gate.Inquiry{
		Gate: gate.Egress, Lineage: lineage(c.PID), Process: func() []string { return ancestry(c.PID) },
		Effects: []effect.Effect{{Kind: effect.KindConnect, Connect: &effect.Connect{Host: c.Host, Port: c.Port, Protocol: c.Protocol}}},
	}
	if cmd != nil {
		inquiry.Command = &cmd.Command
	}
	if s.fetches(c) {
		return s.route(c.Host, c.Port), nil
	}
	answer := s.judge.Decide(ctx, inquiry)
	if answer.Allowed {
		route := s.route(c.Host, c.Port)
		// A person who approves an internal host means it.
		route.Private = route.Private || answer.Verdict == rules.Hold
		return route, nil
	}
	if cmd != nil && cmd.Notify != nil && !answer.Withdrawn {
		cmd.Notify(answer.Reason)
	}
	return egress.Route{}, errors.New(answer.Reason)
}

// fetches reports whether a registry that also publishes, or a code host, is
// asked by a program that only fetches: the connecting process itself, or the
// transport that it started. What such a command runs, as an install script,
// is a process of its own and is asked about.
func (s *Session) fetches(c egress.Conn) bool {
	if rule, ok := s.judge.Engine().Host(c.Host, c.Port); ok && rule.Verdict != rules.HostPass {
		return false // the policy's own word counts
	}
	publishes := slices.ContainsFunc(s.registries, func(h egress.Host) bool { return h.Publishes && h.Matches(c.Host, c.Port) })
	if !publishes && !egress.CodeHost(c.Host) {
		return false
	}
	chain := ancestors(c.PID)
	for i, argv := range chain {
		program := filepath.Base(argv[0])
		helper := program == "ssh" || strings.HasPrefix(program, "git-remote-") || strings.HasPrefix(program, "git-lfs")
		if s.fetchOnly(argv) {
			return true
		}
		if !helper || i+1 == len(chain) {
			return false
		}
	}
	return false
}

// fetchCommands are the verbs that download and can send nothing on.
var fetchCommands = map[string][]string{
	"git":    {"clone", "fetch", "pull", "ls-remote", "submodule", "remote"},
	"npm":    {"install", "i", "ci", "add", "update", "view", "info", "outdated", "audit", "exec", "create", "init", "search", "ping"},
	"npx":    {""},
	"pnpm":   {"install", "i", "add", "update", "view", "info", "outdated", "dlx", "fetch"},
	"yarn":   {"", "install", "add", "up", "upgrade", "info", "outdated", "dlx"},
	"bun":    {"install", "i", "add", "update", "x"},
	"pip":    {"install", "download", "index", "wheel"},
	"pip3":   {"install", "download", "index", "wheel"},
	"uv":     {"sync", "pip", "add", "lock", "run", "tool"},
	"cargo":  {"build", "b", "test", "t", "run", "r", "check", "c", "clippy", "fetch", "update", "add", "install", "search", "doc", "bench", "tree"},
	"go":     {"build", "test", "run", "get", "install", "mod", "list", "vet", "generate", "work", "tool"},
	"gem":    {"install", "update", "fetch", "search"},
	"bundle": {"", "install", "update", "add", "outdated"},
	"mvn":    {"compile", "test", "package", "verify", "dependency:get", "dependency:tree"},
}

func (s *Session) fetchOnly(argv []string) bool {
	if len(argv) == 1 || strings.Contains(argv[0], " ") {
		argv = strings.Fields(argv[0]) // a title that the program gave itself
	}
	if len(argv) > 1 && filepath.Base(argv[0]) == "node" {
		argv = append([]string{strings.TrimSuffix(strings.TrimSuffix(filepath.Base(argv[1]), ".js"), "-cli")}, argv[2:]...)
	}
	if len(argv) == 0 {
		return false
	}
	for _, e := range parser.Exec(argv, nil, s.parserContext("/", nil)) {
		if e.Kind != effect.KindCommand {
			continue
		}
		verb := ""
		if len(e.Command.Subcommand) > 0 {
			verb = e.Command.Subcommand[0]
		}
		if slices.Contains(fetchCommands[e.Command.Program], verb) {
			return true
		}
	}
	return false
}

type connectRecord struct {
	Host         string `json:"host"`
	Port         int    `json:"port"`
	Protocol     string `json:"protocol,omitempty"`
	PID          int    `json:"pid,omitempty"`
	Outcome      string `json:"outcome"`
	Address      string `json:"address,omitempty"`
	Up           int64  `json:"up"`
	Down         int64  `json:"down"`
	Milliseconds int64  `json:"ms"`
	Error        string `json:"error,omitempty"`
}

func (s *Session) recordConnection(c egress.Connection) {
	name := fmt.Sprintf("%s:%d", c.Host, c.Port)
	var command *gate.Command
	if cmd := s.commands.get(c.Tag); cmd != nil {
		cmd.touched.connection(name)
		command = &cmd.Command
	}
	record := connectRecord{
		Host: c.Host, Port: c.Port, Protocol: c.Protocol, PID: c.PID, Outcome: string(c.Outcome),
		Up: c.Up, Down: c.Down, Milliseconds: c.Duration.Milliseconds(),
	}
	if c.Address.IsValid() {
		record.Address = c.Address.String()
	}
	if c.Err != nil {
		record.Error = c.Err.Error()
	}
	if err := s.log("connect", command, false, record); err != nil {
		complain(err.Error())
	}
}

// ancestors returns the argv of a process and those above it in its sandbox,
// nearest first.
func ancestors(pid int) [][]string {
	_, chain := descent(pid)
	return chain
}

// lineage is ancestors as process numbers.
func lineage(pid int) []int {
	pids, _ := descent(pid)
	return pids
}

func descent(pid int) (pids []int, chain [][]string) {
	for range 64 {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			break
		}
		line, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		if err != nil {
			break
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		if len(fields) < 2 {
			break
		}
		argv := strings.Split(strings.TrimRight(string(line), "\x00"), "\x00")
		if strings.HasSuffix(argv[0], "twokey-init") {
			break
		}
		pids, chain = append(pids, pid), append(chain, argv)
		if pid, err = strconv.Atoi(fields[1]); err != nil || pid <= 1 {
			break
		}
	}
	return pids, chain
}

// ancestry is ancestors as lines that a person reads.
func ancestry(pid int) []string {
	var lines []string
	for _, argv := range ancestors(pid) {
		text := strings.Join(argv, " ")
		if len(text) > 200 {
			text = text[:200] + "..."
		}
		lines = append(lines, text)
	}
	return lines
}
