package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"twokey/internal/gate"
	"twokey/internal/gate/egress"
	"twokey/parser"
	"twokey/parser/effect"
)

// serveEgress answers what wants to leave the sandbox.
func (s *Session) serveEgress(ctx context.Context) {
	sockets := s.sandbox.Sockets()
	err := egress.Serve(ctx, egress.Config{
		TCP: sockets.TCP(), DNS: sockets.DNS, DNSTCP: sockets.DNSTCP,
		Attribute: s.sandbox.Attribute,
		Decide:    s.decideConnection,
		Record:    s.recordConnection,
		Log:       func(text string) { fmt.Fprintln(os.Stderr, "twokey:", text) },
	})
	if err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "twokey: the egress gate ended, nothing leaves:", err)
	}
}

func (s *Session) decideConnection(ctx context.Context, c egress.Conn) error {
	cmd := s.commands.get(c.Tag)
	inquiry := gate.Inquiry{
		Gate: gate.Egress, Process: func() []string { return ancestry(c.PID) },
		Effects: []effect.Effect{{Kind: effect.KindConnect, Connect: &effect.Connect{Host: c.Host, Port: c.Port, Protocol: c.Protocol}}},
	}
	if cmd != nil {
		inquiry.Command = &cmd.Command
	}
	if s.fetches(c) {
		return nil
	}
	answer := s.judge.Decide(ctx, inquiry)
	if answer.Allowed {
		return nil
	}
	if cmd != nil && cmd.Notify != nil && !answer.Withdrawn {
		cmd.Notify(answer.Reason)
	}
	return errors.New(answer.Reason)
}

// fetches reports whether a registry that also publishes, or a code host, is
// asked by a program that only fetches.
func (s *Session) fetches(c egress.Conn) bool {
	known := slices.ContainsFunc(s.registries, func(h egress.Host) bool { return h.Publishes && h.Matches(c.Host, c.Port) })
	if !known && !egress.CodeHost(c.Host) {
		return false
	}
	for _, argv := range ancestors(c.PID) {
		for _, e := range parser.Exec(argv, nil, s.parserContext("/", nil)) {
			if e.Kind == effect.KindCommand && fetchOnly(e.Command) {
				return true
			}
		}
	}
	return false
}

// fetchCommands are the verbs that download and can send nothing on.
var fetchCommands = map[string][]string{
	"git":    {"clone", "fetch", "pull", "ls-remote", "submodule", "remote update"},
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

func fetchOnly(c *effect.Command) bool {
	verbs, ok := fetchCommands[c.Program]
	return ok && slices.Contains(verbs, strings.Join(c.Subcommand, " ")) || ok && len(c.Subcommand) > 0 && slices.Contains(verbs, c.Subcommand[0])
}

func (s *Session) recordConnection(c egress.Connection) {
	name := fmt.Sprintf("%s:%d", c.Host, c.Port)
	var command *gate.Command
	if cmd := s.commands.get(c.Tag); cmd != nil {
		cmd.touched.connection(name)
		command = &cmd.Command
	}
	s.log("connect", command, false, c)
}

// ancestors returns the argv of a process and those above it in its sandbox,
// nearest first.
func ancestors(pid int) [][]string {
	var chain [][]string
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
		argv := strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")
		if strings.HasSuffix(argv[0], "twokey-init") {
			break
		}
		chain = append(chain, argv)
		if pid, err = strconv.Atoi(fields[1]); err != nil || pid <= 1 {
			break
		}
	}
	return chain
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
