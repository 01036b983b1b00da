package control

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Caller is who starts commands: the agent, an editor's terminal or a shell.
// Everything that it starts from one workspace is one session.
type Caller struct {
	// Name is TWOKEY_SESSION, or the process as "PID:START".
	Name string
	PID  int // 0 when the caller was named
	Comm string
}

// process is what /proc/PID/stat tells of one process; see proc_pid_stat(5).
type process struct {
	pid, ppid int
	comm      string
	start     string // clock ticks since boot
}

// FindCaller returns the caller of the process pid whose environment is env:
// TWOKEY_SESSION if set, else the known agent that it descends from, else its
// outermost ancestor below a terminal, an editor or a login manager.
func FindCaller(pid int, lookup func(string) string) (Caller, error) {
	if name := lookup("TWOKEY_SESSION"); name != "" {
		return Caller{Name: "name:" + name}, nil
	}
	var chain []process
	for len(chain) < 256 {
		p, err := readProcess(pid)
		if err != nil {
			break
		}
		chain = append(chain, p)
		if p.ppid <= 0 {
			break
		}
		pid = p.ppid
	}
	if len(chain) == 0 {
		return Caller{}, fmt.Errorf("cannot tell who calls: /proc/%d/stat is not readable", pid)
	}
	p := pickCaller(chain, lookup)
	return Caller{Name: strconv.Itoa(p.pid) + ":" + p.start, PID: p.pid, Comm: p.comm}, nil
}

// pickCaller chooses from a chain of processes, nearest first.
func pickCaller(chain []process, lookup func(string) string) process {
	if marked, err := strconv.Atoi(lookup("CLAUDE_PID")); err == nil {
		if i := slices.IndexFunc(chain, func(p process) bool { return p.pid == marked }); i >= 0 {
			return chain[i]
		}
	}
	for i := len(chain) - 1; i >= 0; i-- {
		if slices.Contains(agentNames, chain[i].comm) {
			return chain[i]
		}
	}
	for i, p := range chain {
		if i > 0 && (p.pid == 1 || isHost(p.comm)) {
			return chain[i-1]
		}
	}
	return chain[len(chain)-1]
}

// agentNames are the comm of agents whose process says who it is; those that
// run as plain node are found as the outermost ancestor.
var agentNames = []string{
	"claude", "codex", "gemini", "opencode", "copilot", "qwen", "crush", "goose", "aider", "cline", "cursor-agent", "amp",
}

// isHost tells terminals, multiplexers, editors and login managers, below
// which the caller is looked for. comm is cut at 15 bytes by the kernel.
func isHost(comm string) bool {
	for _, prefix := range []string{
		"gnome-terminal", "konsole", "xfce4-terminal", "mate-terminal", "xterm", "urxvt", "alacritty", "kitty",
		"wezterm", "foot", "ghostty", "ptyxis", "tilix", "terminator", "tmux", "screen", "zellij",
		"code", "cursor", "windsurf", "zed", "emacs", "idea", "goland",
		"sshd", "login", "su", "sudo", "systemd", "init", "lightdm", "gdm", "sddm", "cron", "containerd-shim", "conmon",
	} {
		if comm == prefix || strings.HasPrefix(comm, prefix+"-") || strings.HasPrefix(comm, prefix+":") {
			return true
		}
	}
	return false
}

func readProcess(pid int) (process, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return process{}, err
	}
	text := string(b)
	open, end := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return process{}, fmt.Errorf("cannot read /proc/%d/stat", pid)
	}
	fields := strings.Fields(text[end+1:])
	if len(fields) < 20 {
		return process{}, fmt.Errorf("cannot read /proc/%d/stat", pid)
	}
	ppid, err := strconv.Atoi(fields[1])
	if err != nil {
		return process{}, err
	}
	return process{pid: pid, ppid: ppid, comm: text[open+1 : end], start: fields[19]}, nil
}

// Alive reports whether the caller still runs. A named caller always does.
func (c Caller) Alive() bool {
	pid, start, ok := strings.Cut(c.Name, ":")
	if !ok || pid == "name" {
		return true
	}
	n, err := strconv.Atoi(pid)
	if err != nil {
		return false
	}
	p, err := readProcess(n)
	return err == nil && p.start == start
}

// Workspace returns the workspace that dir belongs to: the git top level, else
// dir itself. dir is absolute. It asks no git, since git would read the
// repository's configuration.
func Workspace(dir string) string {
	for top := dir; ; top = filepath.Dir(top) {
		if _, err := os.Lstat(filepath.Join(top, ".git")); err == nil {
			return top
		}
		if top == "/" {
			return dir
		}
	}
}

// Within reports whether path is dir or below it. Both are clean.
func Within(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}

func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}
