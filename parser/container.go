package parser

import (
	"slices"
	"strings"

	"twokey/parser/effect"
)

func (sh *shell) container(name string, c call) (value, bool) {
	args := c.argv[1:]
	_, rest := dockerGlobal.split(args)
	if len(rest) > 0 && rest[0].is("compose") {
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
	sub := sh.inside(placeKind(name)+place, name+" "+verb)
	var env []effect.Assign
	for _, o := range opts {
		switch o.name {
		case "-v", "--volume":
			parts := strings.Split(o.value.text, ":")
			if len(parts) > 1 && !(len(parts) > 2 && strings.Contains(parts[2], "ro")) {
				sub.mount(sh, parts[0], parts[1])
			}
		case "--mount":
			sub.mountOption(sh, o.value.text)
		case "-e", "--env":
			if k, v, ok := strings.Cut(o.value.text, "="); ok {
				env = append(env, effect.Assign{Name: k, Value: value{text: v}.word()})
			}
		case "-w", "--workdir":
			if strings.HasPrefix(o.value.text, "/") && o.value.known() {
				sub.cwd = o.value.text
			}
		}
	}
	sub.frame.fixed = true
	cl := c.with(command)
	cl.plain, cl.env = true, env
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

// placeKind is the kind of place, in effect.Origin.Where, that a program
// reaches: one name for each kind, so that rules need not know every program.
func placeKind(program string) string {
	switch program {
	case "podman":
		return "podman:"
	case "docker", "nerdctl", "finch", "crictl", "ctr", "runc", "crun", "buildah", "apptainer", "singularity":
		return "docker:"
	case "lxc", "incus":
		return "lxc:"
	case "machinectl", "nomad", "toolbox", "distrobox":
		return "container:"
	case "fly", "flyctl":
		return "fly:"
	case "heroku", "railway", "az", "ansible":
		return program + ":"
	case "gh":
		return "codespace:"
	}
	return "ssh:" // another machine, whatever the way
}

// instance deals with containers and machines that have an exec of their own.
func (sh *shell) instance(name string, c call) (value, bool) {
	args := c.argv[1:]
	g := wrapper{short: "nuwdec", long: " exec-id name user workdir env tty cwd project setenv uid machine working-directory task job group "}
	if len(args) < 2 {
		return value{}, false
	}
	verb := args[0].text
	switch verb {
	case "exec", "shell", "enter", "run", "ssh", "alloc":
	case "task", "tasks", "t":
		if !args[1].is("exec") {
			return value{}, false
		}
		args = args[1:]
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
		if name == "toolbox" || name == "distrobox" {
			return sh.wrapped(name, c.with(rest)), true // the home directory is the same
		}
		sh.there(placeKind(name)+place, name+" "+verb, c.with(rest))
	}
	return value{text: unknown}, true
}
