package secrets

import (
	"slices"
	"strings"
)

// doors are variables that lead to a program outside the sandbox which acts
// for whoever asks: agents that hold keys, daemons, terminals, editors.
var doors = set(
	"SSH_AUTH_SOCK", "SSH_AGENT_PID", "GPG_AGENT_INFO", "GNOME_KEYRING_CONTROL", "KRB5CCNAME",
	"DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS", "DBUS_SESSION_BUS_PID", "DBUS_STARTER_ADDRESS",
	"DOCKER_HOST", "DOCKER_CONTEXT", "CONTAINER_HOST", "CONTAINERD_ADDRESS", "BUILDKIT_HOST", "PODMAN_HOST",
	"XAUTHORITY", "ICEAUTHORITY", "SESSION_MANAGER", "DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET",
	"I3SOCK", "SWAYSOCK", "HYPRLAND_INSTANCE_SIGNATURE", "NIRI_SOCKET", "PULSE_SERVER", "PIPEWIRE_REMOTE",
	"TMUX", "TMUX_PANE", "STY", "ZELLIJ", "ZELLIJ_SESSION_NAME", "KITTY_LISTEN_ON", "WEZTERM_UNIX_SOCKET", "ALACRITTY_SOCKET",
	"NVIM", "NVIM_LISTEN_ADDRESS", "EMACS_SOCKET_NAME", "EMACS_SERVER_FILE",
	"NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "WATCHDOG_PID", "WATCHDOG_USEC",
	"CLAUDE_CODE_SSE_PORT", "CLAUDE_CODE_MESSAGING_SOCKET", "CREDENTIALS_DIRECTORY",
	"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_WEB_IDENTITY_TOKEN_FILE",
	"ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_RUNTIME_URL", "ACTIONS_RESULTS_URL",
)

var doorPrefixes = []string{"VSCODE_IPC_HOOK", "VSCODE_GIT_IPC", "VSCODE_GIT_ASKPASS", "VSCODE_BROWSER", "TWOKEY_"}

// IsDoor reports variables that are kept out for what they lead to. Their
// values are no secrets.
func IsDoor(name string) bool {
	if doors[name] {
		return true
	}
	return slices.ContainsFunc(doorPrefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

// Environment returns what of env goes into a sandbox, byte for byte and in
// order, and the names of what does not: secrets by name or by value, doors,
// and twokey's own. A name that a glob of pass matches is kept, one that a glob
// of hide matches is not; hide wins. TWOKEY_* is never kept. A glob has * and ?.
//
// A GIT_CONFIG_VALUE_n with a secret stays with an empty value, since git fails
// when a number is missing; its name is among the dropped.
func Environment(env, pass, hide []string) (kept, dropped []string) {
	kept = make([]string, 0, len(env))
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		if staysOut(name, value, pass, hide) {
			if !slices.Contains(dropped, name) {
				dropped = append(dropped, name)
			}
			if strings.HasPrefix(name, "GIT_CONFIG_VALUE_") {
				kept = append(kept, name+"=")
			}
			continue
		}
		kept = append(kept, entry)
	}
	return kept, dropped
}

func staysOut(name, value string, pass, hide []string) bool {
	matches := func(pattern string) bool { return glob(pattern, name) }
	switch {
	case strings.HasPrefix(name, "TWOKEY_"), slices.ContainsFunc(hide, matches):
		return true
	case slices.ContainsFunc(pass, matches):
		return false
	case IsDoor(name):
		return true
	}
	return isSecret(name, value)
}

// isSecret judges a variable by its name and by its value.
func isSecret(name, value string) bool {
	if rankOf(name).guards(value) {
		return true
	}
	find := findTokens
	if !strings.HasPrefix(name, "BASH_FUNC_") { // code speaks of passwords without holding one
		find = func(text string, emit func(from, to int)) {
			findTokens(text, emit)
			findFields(text, emit)
		}
	}
	found := false
	emit := func(int, int) { found = true }
	find(value, emit)
	findUserinfo(value, emit)
	findPEM(value, emit)
	return found
}

// glob matches all of s; * stands for any bytes and ? for one.
func glob(pattern, s string) bool {
	star, mark := -1, 0
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
