package parser

import (
	"slices"
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
	case "lxc", "incus", "multipass", "limactl", "colima", "orb", "machinectl", "toolbox", "distrobox", "nomad", "orbctl":
		return sh.instance(name, c)
	case "vagrant", "fly", "flyctl", "heroku", "gcloud", "az", "eb", "platform", "render", "cf", "gh", "convox", "scalingo", "clever", "dokku", "railway", "aptible", "acquia", "terminus":
		return sh.hosted(name, c)
	case "adb":
		g := wrapper{short: "stHPL"}
		_, rest := g.split(args)
		if len(rest) > 1 && rest[0].is("shell", "exec-out") {
			sh.tool(c)
			sh.thereText("adb", name, joined(rest[1:]), c.in)
			return value{text: unknown}, true
		}
	case "wsl", "wsl.exe":
		g := wrapper{short: "duU", long: " distribution user cd "}
		_, rest := g.split(args)
		if len(rest) > 0 {
			sh.tool(c)
			sh.there("wsl", name, c.with(rest))
			return value{text: unknown}, true
		}
	case "ansible":
		return sh.ansible(c)
	case "salt", "salt-call", "pssh", "parallel-ssh", "pdsh", "clush", "dsh", "fab", "cssh":
		if len(args) > 1 {
			sh.tool(c)
			last := args[len(args)-1]
			sh.thereText(name+":?", name, last.value, nil)
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
	switch name {
	case "sshpass":
		g := wrapper{short: "pfdPe"}
		g.short = "pfdP"
		_, rest := g.split(args)
		if len(rest) == 0 {
			return value{}, false
		}
		return sh.wrapped(name, c.with(rest)), true
	case "autossh":
		g := wrapper{short: "M"}
		if len(args) > 0 && strings.HasPrefix(args[0].text, "-M") {
			_, args = g.split(args[:min(2, len(args))])
			if c.argv[1].is("-M") {
				args = c.argv[min(3, len(c.argv)):]
			} else {
				args = c.argv[2:]
			}
		}
	case "tsh", "teleport":
		if len(args) == 0 || !args[0].is("ssh") {
			return value{}, false
		}
		args = args[1:]
	}
	opts, rest := sshGrammar.split(args)
	own := c
	own.in = nil // what is fed goes to the command there
	if c.in != nil {
		own.in = c.in
	}
	if _, nested := sh.translate(own); !nested {
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

func (sh *shell) container(name string, c call) (value, bool) {
	args := c.argv[1:]
	_, rest := dockerGlobal.split(args)
	compose := strings.HasSuffix(name, "-compose")
	if len(rest) > 0 && rest[0].is("compose") {
		compose = true
		_, rest = dockerGlobal.split(rest[1:])
	}
	if len(rest) > 0 && rest[0].is("container") {
		rest = rest[1:]
	}
	if len(rest) < 2 {
		return value{}, false
	}
	verb := rest[0].text
	var command []arg
	var opts []option
	place := ""
	switch verb {
	case "exec":
		opts, command = dockerExec.split(rest[1:])
	case "run", "create":
		g := dockerRun
		g.short = "acehlmpuvw"
		opts, command = g.split(rest[1:])
	case "shell": // apptainer
		return value{}, false
	default:
		return value{}, false
	}
	out := sh.tool(c)
	if len(command) == 0 {
		return out, true
	}
	place = command[0].text
	if strings.IndexByte(place, 0) >= 0 {
		place = "?"
	}
	command = command[1:]
	for _, o := range opts {
		if o.name == "--entrypoint" && o.value.text != "" {
			command = append([]arg{o.value}, command...)
		}
	}
	if len(command) == 0 {
		return out, true
	}
	if ep := entryPoint(place); ep != "" && command[0].text != ep && !plainShell(command[0].text) {
		command = append([]arg{lit(ep)}, command...)
	}
	kind := "docker:"
	if name == "podman" {
		kind = "podman:"
	}
	if compose {
		kind = "docker:"
	}
	sub := sh.inside(kind+place, name+" "+verb)
	for _, o := range opts {
		switch o.name {
		case "-v", "--volume":
			parts := strings.Split(o.value.text, ":")
			if len(parts) > 1 && !(len(parts) > 2 && strings.Contains(parts[2], "ro")) {
				sub.mount(sh, parts[0], parts[1])
			}
		case "--mount":
			sub.mountOption(sh, o.value.text)
		case "-w", "--workdir":
			if strings.HasPrefix(o.value.text, "/") && o.value.known() {
				sub.cwd = o.value.text
			}
		}
	}
	sub.frame.fixed = true
	cl := c.with(command)
	cl.plain, cl.env = true, nil
	o := sub.run(cl)
	return value{unknown, out.taint | o.taint}, true
}

// entryPoint is the program that an image is known to start with its
// arguments.
func entryPoint(image string) string {
	name := base(image)
	name, _, _ = strings.Cut(name, "@")
	name, _, _ = strings.Cut(name, ":")
	switch name {
	case "terraform", "tofu", "opentofu", "terragrunt", "kubectl", "helm", "packer", "vault", "consul", "nomad", "pulumi", "rclone", "restic", "flyway", "liquibase", "doctl", "kustomize", "argocd", "curl", "git", "skopeo", "crane", "mc", "borg":
		return strings.Replace(name, "opentofu", "tofu", 1)
	case "aws-cli", "awscli":
		return "aws"
	}
	return ""
}

func plainShell(s string) bool { return isShell(base(s)) }

// mount is a directory of this machine that another place sees under a path
// of its own.
type mount struct{ here, there string }

func (sub *shell) mount(outer *shell, here, there string) {
	if !strings.HasPrefix(here, "/") && !strings.HasPrefix(here, "~") && !strings.HasPrefix(here, ".") && !strings.HasPrefix(here, unknown) {
		return // a named volume
	}
	p := outer.resolve(value{text: here})
	if p != "" && strings.HasPrefix(there, "/") {
		sub.frame.mounts = append(slices.Clip(sub.frame.mounts), mount{p, strings.TrimSuffix(there, "/")})
	}
}

func (sub *shell) mountOption(outer *shell, s string) {
	var src, dst string
	for part := range strings.SplitSeq(s, ",") {
		k, v, _ := strings.Cut(part, "=")
		switch k {
		case "source", "src":
			src = v
		case "target", "dst", "destination":
			dst = v
		case "readonly", "ro":
			return
		}
	}
	if src != "" && dst != "" {
		sub.mount(outer, src, dst)
	}
}

func (sh *shell) kubectl(name string, c call) (value, bool) {
	args := c.argv[1:]
	if name == "k3s" || name == "microk8s" || name == "minikube" {
		if len(args) == 0 || !args[0].is("kubectl") {
			if name == "minikube" && len(args) > 1 && args[0].is("ssh") {
				sh.tool(c)
				_, rest := wrapperNone.split(args[1:])
				sh.thereText("ssh:minikube", name, joined(rest), c.in)
				return value{text: unknown}, true
			}
			return value{}, false
		}
		return sh.wrapped(name, c.with(append([]arg{args[0]}, args[1:]...))), true
	}
	_, rest := kubectlGlobal.split(args)
	if len(rest) == 0 || !rest[0].is("exec", "run", "debug", "rsh") {
		return value{}, false
	}
	verb := rest[0].text
	out := sh.tool(c)
	i := slices.IndexFunc(rest, func(a arg) bool { return a.is("--") })
	before, command := rest[1:], []arg(nil)
	if i >= 0 {
		before, command = rest[1:i], rest[i+1:]
	}
	g := kubectlGlobal
	g.long += "image env labels overrides target "
	pod := "?"
	for len(before) > 0 {
		_, left := g.split(before)
		if len(left) == 0 {
			break
		}
		if pod == "?" && left[0].known() {
			pod = left[0].text
			before = left[1:]
			continue
		}
		if i < 0 && verb != "run" { // the old form without "--"
			command = left
			break
		}
		before = left[1:]
	}
	if len(command) > 0 {
		sub := sh.inside("kubectl:"+pod, name+" "+verb)
		sub.frame.fixed = true
		cl := c.with(command)
		cl.plain, cl.env = true, nil
		sub.run(cl)
	} else if c.in != nil && verb == "exec" {
		sh.thereText("kubectl:"+pod, name+" "+verb, *c.in, nil)
	}
	return out, true
}

var wrapperNone wrapper

// instance deals with containers and machines that have an exec of their own.
func (sh *shell) instance(name string, c call) (value, bool) {
	args := c.argv[1:]
	g := wrapper{short: "nutwdec", long: " name user workdir env tty cwd project setenv uid machine working-directory task job group "}
	if len(args) < 2 {
		return value{}, false
	}
	verb := args[0].text
	switch verb {
	case "exec", "shell", "enter", "run", "ssh", "alloc":
	default:
		return value{}, false
	}
	rest := args[1:]
	if verb == "alloc" && len(rest) > 0 {
		rest = rest[1:]
	}
	opts, rest := g.split(rest)
	place := "?"
	for _, o := range opts {
		if o.name == "-n" || o.name == "--name" {
			place = o.value.text
		}
	}
	if place == "?" && len(rest) > 0 && name != "toolbox" {
		place, rest = rest[0].text, rest[1:]
	}
	if len(rest) > 0 && rest[0].is("--") {
		rest = rest[1:]
	}
	sh.tool(c)
	if len(rest) > 0 {
		if strings.IndexByte(place, 0) >= 0 {
			place = "?"
		}
		sh.there(name+":"+place, name+" "+verb, c.with(rest))
	}
	return value{text: unknown}, true
}

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
		sh.thereText(name+":"+app, name+" "+verbs[0], text.value, c.in)
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
