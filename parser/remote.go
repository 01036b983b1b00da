package parser

import (
	"strings"
)

var (
	sshGrammar    = wrapper{short: "BbcDEeFIiJLlmOopQRSWw"}
	moshGrammar   = wrapper{short: "p", long: " port ssh client server predict family bind-server experimental-remote-ip "}
	dockerGlobal  = wrapper{short: "cHlf", long: " config context host log-level tlscacert tlscert tlskey file project-name profile env-file project-directory parallel ansi progress "}
	dockerExec    = wrapper{short: "euw", long: " env env-file user workdir detach-keys index "}
	dockerRun     = wrapper{short: "aceGghiLlmpuvwP", long: dockerRunValues}
	kubectlGlobal = wrapper{short: "nsclfv", long: " namespace context cluster kubeconfig user as as-group server token request-timeout container certificate-authority client-key client-certificate cache-dir profile "}
)

// dockerRunValues are docker run's options that take a value; -i, -t, -d and
// -P take none, whatever the letters above say of other commands.
const dockerRunValues = ` add-host annotation attach blkio-weight cap-add cap-drop cgroup-parent cgroupns cidfile cpu-period cpu-quota cpu-shares cpus cpuset-cpus
 cpuset-mems detach-keys device device-cgroup-rule dns dns-option dns-search domainname entrypoint env env-file expose gpus group-add health-cmd health-interval
 health-retries health-timeout hostname ip ip6 ipc isolation label label-file link log-driver log-opt mac-address memory memory-reservation memory-swap
 memory-swappiness mount name network net network-alias oom-score-adj pid pids-limit platform publish pull restart runtime security-opt shm-size
 stop-signal stop-timeout storage-opt sysctl tmpfs ulimit user userns uts volume volume-driver volumes-from workdir secret userns arch os pod `

// remote deals with programs that run a command in another place. They are a
// command of their own as well, so that rules can judge the going there.
func (sh *shell) remote(name string, c call) (out value, ok bool) {
	args := c.argv[1:]
	switch name {
	case "ssh", "autossh", "sshpass", "tsh", "teleport", "slogin", "rsh", "dbclient":
		return sh.ssh(name, c)
	case "mosh":
		_, rest := moshGrammar.split(args)
		if len(rest) == 0 {
			return value{}, false
		}
		sh.tool(c)
		command := rest[1:]
		if len(command) > 0 && command[0].is("--") {
			command = command[1:]
		}
		if len(command) > 0 {
			sh.there("ssh:"+hostOf(rest[0].text), name, c.with(command))
		}
		return value{text: unknown}, true
	case "docker", "podman", "nerdctl", "buildah", "finch", "apptainer", "singularity", "docker-compose", "podman-compose":
		return sh.container(name, c)
	case "kubectl", "oc", "k3s", "microk8s", "minikube", "k":
		return sh.kubectl(name, c)
	case "lxc", "incus", "multipass", "limactl", "colima", "orb", "machinectl", "toolbox", "distrobox", "nomad", "orbctl", "crictl", "ctr", "runc", "crun":
		return sh.instance(name, c)
	case "vagrant", "fly", "flyctl", "heroku", "gcloud", "az", "eb", "platform", "render", "cf", "gh", "convox", "scalingo", "clever", "dokku", "railway", "aptible", "acquia", "terminus":
		return sh.hosted(name, c)
	case "adb":
		g := wrapper{short: "stHPL"}
		_, rest := g.split(args)
		if len(rest) > 1 && rest[0].is("shell", "exec-out") {
			sh.tool(c)
			sh.thereText("ssh:adb", name, joined(rest[1:]), c.in)
			return value{text: unknown}, true
		}
	case "wsl", "wsl.exe":
		g := wrapper{short: "duU", long: " distribution user cd "}
		_, rest := g.split(args)
		if len(rest) > 0 {
			sh.tool(c)
			sh.there("ssh:wsl", name, c.with(rest))
			return value{text: unknown}, true
		}
	case "ansible":
		return sh.ansible(c)
	case "salt", "salt-call", "pssh", "parallel-ssh", "pdsh", "clush", "dsh", "fab", "cssh":
		if len(args) > 1 {
			sh.tool(c)
			last := args[len(args)-1]
			sh.thereText("ssh:?", name, last.value, nil)
			return value{text: unknown}, true
		}
	}
	return value{}, false
}

// there runs an argv in another place.
func (sh *shell) there(where, via string, c call) {
	sub := sh.inside(where, via)
	c.plain, c.real, c.env = true, false, nil
	sub.frame.fixed = true
	sub.run(c)
}

// thereText walks shell text in another place. Text that is fed to a shell
// there is walked as that shell's script.
func (sh *shell) thereText(where, via string, text value, in *value) {
	sh.inside(where, via).code(text, in, via)
}

func (sh *shell) ssh(name string, c call) (value, bool) {
	args := c.argv[1:]
	out := value{text: unknown, taint: taintRemote}
	grammar := sshGrammar
	switch name {
	case "sshpass":
		g := wrapper{short: "pfdP"}
		_, rest := g.split(args)
		if len(rest) == 0 {
			return value{}, false
		}
		return sh.wrapped(name, c.with(rest)), true
	case "autossh":
		grammar.short += "M" // its own monitoring port
	case "tsh", "teleport":
		if len(args) == 0 || !args[0].is("ssh") {
			return value{}, false
		}
		args = args[1:]
	}
	opts, rest := grammar.split(args)
	if _, nested := sh.translate(c); !nested {
		sh.sshOptions(opts)
	}
	if len(rest) == 0 {
		return out, true
	}
	where := "ssh:" + hostOf(rest[0].text)
	more, command := sshGrammar.split(rest[1:])
	sh.sshOptions(more)
	if len(command) == 0 {
		if c.in != nil {
			sh.thereText(where, name, *c.in, nil)
		}
		return out, true
	}
	text := joined(command)
	sh.thereText(where, name, text, c.in)
	return out, true
}

// sshOptions walks the commands that -o gives to ssh itself (ssh_config(5)).
func (sh *shell) sshOptions(opts []option) {
	for _, o := range opts {
		if o.name != "-o" {
			continue
		}
		name, text, ok := strings.Cut(o.value.text, "=")
		if !ok {
			name, text, _ = strings.Cut(strings.TrimSpace(o.value.text), " ")
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "proxycommand", "localcommand", "knownhostscommand", "match":
			if text = strings.TrimSpace(text); text != "" && !strings.EqualFold(text, "none") {
				sh.inside("", "ssh "+strings.TrimSpace(name)).code(value{text, o.value.taint}, nil, "ssh")
			}
		}
	}
}

var wrapperNone wrapper

// hosted deals with providers' CLIs that run a command on a machine there.
func (sh *shell) hosted(name string, c call) (value, bool) {
	args := c.argv[1:]
	var plain []arg
	app := "?"
	var text *arg
	for i := 0; i < len(args); i++ {
		a := args[i]
		k, v, inline := strings.Cut(a.text, "=")
		val := arg{value: value{v, a.taint}}
		if strings.HasPrefix(k, "-") && !inline && i+1 < len(args) {
			val = args[i+1]
		}
		switch {
		case a.is("--"):
			plain = append(plain, args[i+1:]...)
			i = len(args)
		case k == "--command" || k == "-C" || k == "-c" && name != "gcloud" && name != "heroku":
			text = &val
			if !inline {
				i++
			}
		case k == "-a" || k == "--app" || k == "-e" || k == "--environment" || k == "-s" || k == "--service" || k == "--zone" || k == "--project" || k == "-g" || k == "-n" || k == "--name" || k == "--resource-group" || k == "--scripts" || k == "--size":
			if k == "-a" || k == "--app" || k == "-n" || k == "--name" {
				app = val.text
			}
			if k == "--scripts" {
				text = &val
			}
			if !inline {
				i++
			}
		case strings.HasPrefix(k, "-") && len(plain) < 2:
		default:
			plain = append(plain, a)
		}
	}
	verbs := make([]string, 0, 3)
	for _, p := range plain[:min(3, len(plain))] {
		verbs = append(verbs, p.text)
	}
	line := strings.Join(verbs, " ")
	switch {
	case name == "heroku" && (strings.HasPrefix(line, "run") || strings.HasPrefix(line, "ps:exec")) && len(plain) > 1:
		t := joined(plain[1:])
		text = &arg{value: t}
	case text == nil && (name == "gh" && strings.HasPrefix(line, "codespace ssh") || name == "railway" && strings.HasPrefix(line, "ssh")) && len(plain) > 1:
		n := 1
		if name == "gh" {
			n = 2
		}
		if len(plain) <= n {
			return value{}, false
		}
		t := joined(plain[n:])
		text = &arg{value: t}
	case text == nil:
		return value{}, false
	case name == "gcloud" && (strings.HasPrefix(line, "compute ssh") || strings.HasPrefix(line, "alpha compute") || strings.HasPrefix(line, "cloud-shell ssh")):
		if len(plain) > 2 {
			app = hostOf(plain[2].text)
		}
	case (name == "fly" || name == "flyctl") && (strings.HasPrefix(line, "ssh console") || strings.HasPrefix(line, "machine exec")):
	case name == "vagrant" && strings.HasPrefix(line, "ssh"):
		if len(plain) > 1 {
			app = plain[1].text
		}
	case name == "az" && (strings.HasPrefix(line, "vm run-command") || strings.HasPrefix(line, "container exec") || strings.HasPrefix(line, "containerapp exec")):
	case (name == "eb" || name == "cf" || name == "platform" || name == "aptible") && strings.HasPrefix(line, "ssh"):
	default:
		return value{}, false
	}
	if strings.IndexByte(app, 0) >= 0 {
		app = "?"
	}
	if _, nested := sh.translate(c); !nested {
		sh.thereText(placeKind(name)+app, name+" "+verbs[0], text.value, c.in)
	}
	return value{text: unknown}, true
}

// ansible walks what the shell and command modules would run on the hosts.
func (sh *shell) ansible(c call) (value, bool) {
	args := c.argv[1:]
	g := wrapper{short: "mauifeTlbB", long: " module-name args user inventory forks extra-vars limit become-user timeout "}
	g.short = "mauifeTlB"
	var module, text arg
	hosts := "?"
	for len(args) > 0 {
		opts, rest := g.split(args)
		for _, o := range opts {
			switch o.name {
			case "-m", "--module-name":
				module = o.value
			case "-a", "--args":
				text = o.value
			}
		}
		if len(rest) == 0 {
			break
		}
		hosts = rest[0].text
		args = rest[1:]
	}
	sh.tool(c)
	if text.text != "" && (module.text == "" || module.is("shell", "command", "raw", "script", "ansible.builtin.shell", "ansible.builtin.command", "ansible.builtin.raw")) {
		sh.thereText("ansible:"+strings.ReplaceAll(hosts, unknown, "?"), "ansible", text.value, nil)
	}
	return value{text: unknown}, true
}
