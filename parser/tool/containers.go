package tool

import (
	"strings"

	"twokey/parser/effect"
)

// dockerRun are the options of docker run and create (docker-run(1)).
const dockerRun = `a/attach= d/detach i/interactive t/tty rm e/env= env-file=r v/volume= mount= w/workdir= p/publish=
	P/publish-all u/user= h/hostname=
	name= network/net= entrypoint= privileged=? cap-add= cap-drop= security-opt= device= pid= ipc= userns= uts= cgroupns=
		gpus= m/memory= c/cpu-shares= cpus= restart= l/label= label-file=r
	add-host= dns= link= volumes-from= tmpfs= ulimit= platform= pull= init read-only shm-size= sysctl= log-driver= log-opt=
		stop-signal= stop-timeout= health-cmd= health-interval= health-retries= health-timeout=
	cidfile=w cpuset-cpus= group-add= ip= isolation= kernel-memory= mac-address= memory-swap= no-healthcheck
		oom-kill-disable=? oom-score-adj= pids-limit= runtime= storage-opt= sig-proxy=? detach-keys= cgroup-parent= expose=
		domainname= network-alias= annotation= disable-content-trust=? pod= q/quiet replace secret= tz= systemd= `

func containerGrammars() []grammar {
	const global = `dry-run config= c/context= D/debug H/host= l/log-level= tls tlscacert= tlscert= tlskey= tlsverify v/version
		connection= url= log-level= root= n/namespace= a/address= remote r= identity= `
	const image = "a/all f/force q/quiet filter= no-trunc no-prune time= "
	const compose = `f/file= p/project-name= profile= env-file= project-directory= ansi= compatibility parallel= progress= all-resources `
	const execute = `d/detach i/interactive t/tty e/env= env-file= u/user= w/workdir= privileged detach-keys= l/latest `
	return []grammar{
		{names: "docker podman nerdctl finch", style: cobra, opts: global, depth: 1, verbs: []verb{
			{path: "run|container run", opts: dockerRun, hook: dockerMounts},
			{path: "create|container create", opts: dockerRun, hook: dockerMounts},
			{path: "exec|container exec", opts: execute},
			{path: "rm|container rm|container remove|remove", opts: image + "v/volumes l/link t/time= i/ignore"},
			{path: "rmi|image rm|image remove", opts: image},
			{path: "kill|container kill", opts: "s/signal= a/all"},
			{path: "stop|container stop", opts: "t/time= s/signal= a/all"}, {path: "start|container start"},
			{path: "restart|container restart"}, {path: "pause|container pause"}, {path: "unpause"},
			{path: "ps|container ls|container list|container ps", opts: "a/all q/quiet f/filter= format= n= l s no-trunc"},
			{path: "images|image ls|image list", opts: "a/all q/quiet f/filter= format="},
			{path: "logs|container logs"},
			{path: "inspect|container inspect|image inspect|volume inspect|network inspect",
				opts: "f/format= s t/type=", hook: dockerInspect},
			{path: "cp|container cp", opts: "a L q", hook: dockerCopy}, {path: "commit|container commit"}, {path: "rename"},
			{path: "update|container update"}, {path: "top"}, {path: "stats"}, {path: "diff"}, {path: "port"},
			{path: "wait"}, {path: "attach"}, {path: "events"}, {path: "info"}, {path: "version"}, {path: "history"}, {path: "search"},
			{path: "export|container export", opts: "o/output=w"}, {path: "import|image import", opts: "c= m="},
			{path: "save|image save", opts: "o/output=w platform= format="}, {path: "load|image load", opts: "i/input=r q"},
			{path: "pull|image pull", opts: "a/all-tags q platform= creds= tls-verify=?"},
			{path: "push|image push", opts: "a/all-tags q platform= creds= tls-verify=?", hook: publishes}, {path: "tag|image tag"},
			{path: "login", opts: "u/username= p/password= password-stdin"}, {path: "logout"},
			{path: "build|image build|builder build|buildx build|buildx b", opts: `t/tag= f/file=r build-arg= target=
				no-cache pull q/quiet platform= push load o/output= progress= secret= ssh= cache-from= cache-to= label=
				network= add-host= build-context= builder= iidfile=w metadata-file=w m/memory= compress squash rm force-rm
				allow= attest= provenance= sbom= format= v/volume=`, hook: dockerBuild},
			{path: "buildx bake", opts: "f/file=r push load set= progress= print no-cache pull", hook: dockerBuild},
			{path: "buildx imagetools create", hook: publishes}, {path: "buildx imagetools inspect"},
			{path: "buildx rm", opts: "f a all-inactive"}, {path: "buildx prune", opts: image}, {path: "buildx ls"},
			{path: "buildx du"}, {path: "buildx create"}, {path: "buildx use"}, {path: "buildx inspect"},
			{path: "manifest push", hook: publishes}, {path: "manifest create"}, {path: "manifest inspect"},
			{path: "manifest rm"}, {path: "trust sign", hook: publishes},
			{path: "volume rm|volume remove", opts: "f/force a/all"}, {path: "volume prune", opts: image},
			{path: "volume ls|volume list", opts: "q/quiet f/filter= format="}, {path: "volume create"},
			{path: "network rm|network remove", opts: "f"}, {path: "network prune", opts: image}, {path: "network ls"},
			{path: "network create"}, {path: "network connect"}, {path: "network disconnect", opts: "f/force"},
			{path: "system prune", opts: image + "volumes"}, {path: "system df"}, {path: "system info"},
			{path: "system events"}, {path: "system reset", opts: "f/force"}, {path: "machine rm", opts: "f/force"},
			{path: "machine reset"}, {path: "machine start"}, {path: "machine stop"}, {path: "machine ls"}, {path: "machine init"},
			{path: "image prune", opts: image}, {path: "container prune", opts: image},
			{path: "builder prune", opts: image}, {path: "container stats"}, {path: "container diff"},
			{path: "container top"}, {path: "image history"},
			{path: "swarm leave", opts: "f/force"}, {path: "swarm init"}, {path: "swarm join"}, {path: "swarm update"},
			{path: "swarm ca"}, {path: "swarm join-token"}, {path: "swarm unlock-key"},
			{path: "service rm|service remove"}, {path: "service create"}, {path: "service update"},
			{path: "service scale"}, {path: "service rollback"}, {path: "service ls"}, {path: "service ps"},
			{path: "service logs"}, {path: "service inspect"},
			{path: "stack rm|stack remove|stack down"}, {path: "stack deploy",
				opts: "c/compose-file=r with-registry-auth prune"}, {path: "stack ls"}, {path: "stack ps"}, {path: "stack services"},
			{path: "node rm|node remove", opts: "f/force"}, {path: "node update"}, {path: "node demote"},
			{path: "node promote"}, {path: "node ls"}, {path: "node ps"}, {path: "node inspect"},
			{path: "secret rm|secret remove"}, {path: "secret create"}, {path: "secret ls"}, {path: "secret inspect"},
			{path: "config rm|config remove"}, {path: "config create"}, {path: "config ls"}, {path: "config inspect"},
			{path: "context rm", opts: "f/force"}, {path: "context use"}, {path: "context create"}, {path: "context ls"},
			{path: "context show"}, {path: "context inspect"}, {path: "plugin install"}, {path: "plugin rm"}, {path: "plugin ls"},
			{path: "pod rm", opts: "f/force a/all"}, {path: "pod create"}, {path: "pod ls"}, {path: "play kube"},
			{path: "kube play"}, {path: "kube down"}, {path: "generate systemd"}, {path: "unshare"},
			{path: "scout cves"}, {path: "sbom"}, {path: "scan"}, {path: "model rm"}, {path: "desktop stop"},
			{path: "compose", opts: compose}, {path: "compose down",
				opts: "v/volumes rmi= remove-orphans t/timeout="},
			{path: "compose rm", opts: "f/force s/stop v/volumes a"},
			{path: "compose up", opts: `d/detach build force-recreate no-deps V/renew-anon-volumes
				remove-orphans scale= t/timeout= w/watch wait abort-on-container-exit exit-code-from= pull= q/quiet-pull
				no-build no-start attach= no-log-prefix`},
			{path: "compose run", opts: `d/detach e/env= entrypoint= name= no-deps p/publish= q/quiet rm
				P/service-ports T/no-tty u/user= v/volume= w/workdir= l/label= build i/interactive cap-add= cap-drop=`},
			{path: "compose exec", opts: "d/detach e/env= index= T/no-tty u/user= w/workdir= privileged i/interactive t"},
			{path: "compose push", opts: "include-deps ignore-push-failures q/quiet", hook: publishes},
			{path: "compose publish", opts: "", hook: publishes}, {path: "compose kill"}, {path: "compose stop"},
			{path: "compose start"}, {path: "compose restart", opts: "t/timeout= no-deps"},
			{path: "compose ps", opts: "a/all q format= services filter= status="},
			{path: "compose logs", opts: "f/follow n/tail= t since= until= no-color no-log-prefix"},
			{path: "compose build", opts: "push build-arg= no-cache pull q/quiet", hook: dockerBuild},
			{path: "compose pull"}, {path: "compose config"}, {path: "compose cp"}, {path: "compose create"},
			{path: "compose images"}, {path: "compose ls"}, {path: "compose top"}, {path: "compose events"},
			{path: "compose port"}, {path: "compose version"}, {path: "compose watch"}, {path: "compose wait"},
			{path: "compose pause"}, {path: "compose volumes"}, {path: "compose stats"}, {path: "compose attach"},
			{path: "compose scale"}, {path: "compose convert"},
		}, classes: map[effect.Trait]string{
			TraitDestroys: `rm|rmi|volume rm|volume prune|network rm|network prune|system prune|system reset|image prune|
				container prune|builder prune|buildx prune|buildx rm|swarm leave|service rm|stack rm|node rm|node demote|
				secret rm|config rm|context rm|compose rm|pod rm|kube down|machine rm|machine reset|plugin rm|manifest rm|model rm|swarm ca`,
			TraitSecretRead: "swarm join-token|swarm unlock-key",
			TraitMutates: `service create|service update|service scale|service rollback|stack deploy|node update|
				node promote|swarm init|swarm join|swarm update|secret create|config create`,
		}, hook: dockerHost},
		{names: "buildah skopeo crane regctl oras cosign ko img kaniko notation", style: cobra, depth: 2, opts: `f/file=r
			t/tag= creds= src-creds= dest-creds= all a/all src-tls-verify=? dest-tls-verify=? authfile= key= y/yes push=?
			local L platform= o/output=w`, hook: func(c *call) {
			for _, v := range c.cmd.Subcommand {
				switch v {
				case "push", "copy", "append", "tag", "mutate", "rebase", "flatten", "sign", "attest", "attach", "publish",
					"apply", "resolve", "upload", "sync", "cp":
					if c.cmd.Program == "skopeo" && len(c.cmd.Operands) > 1 && !strings.HasPrefix(c.cmd.Operands[1].Text, "docker://") {
						return
					}
					if c.cmd.Program == "buildah" && v != "push" || c.cmd.Program == "ko" && c.has("local", "push") {
						return
					}
					c.trait(TraitPublishes)
					return
				case "delete", "rm", "clean":
					c.trait(TraitDestroys)
					return
				}
			}
		}},
		{names: "kind minikube k3d colima lima limactl orb multipass crc", style: cobra, depth: 2,
			opts:    "n/name= p/profile= all a/all f/force purge",
			classes: map[effect.Trait]string{TraitDestroys: "delete|cluster delete|node delete|rm|purge|cluster rm|factory-reset"},
			hook: func(c *call) {
				if c.under("kubectl") && c.cmd.Program == "minikube" {
					argv := append([]effect.Word{effect.Lit("kubectl")}, c.cmd.Operands...)
					c.exec(argv, "minikube kubectl")
				}
			}},
		{names: "ctr crictl runc lxc incus virsh VBoxManage qm pct vagrant vmrun xe govc proxmox", style: cobra, depth: 2,
			opts: "f/force n/namespace= c/connect= address= all a/all", classes: map[effect.Trait]string{
				TraitDestroys: `rm|rmi|delete|rmp|stopp|destroy|undefine|vol-delete|pool-delete|pool-destroy|net-destroy|
				net-undefine|snapshot-delete|snapshot-revert|images rm|containers rm|image rm|task rm|task kill|kill|
				unregistervm|closemedium|vm.destroy|vm.power|datastore.rm|shutdown|stop|reset|managedsave-remove|detach-disk|
				snapshot delete|storage delete|network delete|profile delete|image delete|project delete|halt|box remove|snapshot restore`,
			}},
	}
}

func publishes(c *call) {
	if !c.cmd.Has(effect.TraitDryRun) {
		c.trait(TraitPublishes)
	}
}

func dockerBuild(c *call) {
	pushes := c.has("push")
	for _, w := range c.values("output", "set") {
		pushes = pushes || strings.Contains(w.Text, "push=true") || strings.Contains(w.Text, "type=registry")
	}
	if pushes {
		c.trait(TraitPublishes)
	}
}

// dockerHost notes commands for another machine's daemon.
func dockerHost(c *call) {
	host := c.text("host", "url")
	if host == "" {
		host = c.env("DOCKER_HOST")
	}
	if host == "" {
		host = c.env("CONTAINER_HOST")
	}
	if strings.HasPrefix(host, "ssh://") || strings.HasPrefix(host, "tcp://") {
		c.trait(TraitRemoteDaemon)
	}
	if c.under("compose", "down") && c.has("volumes", "rmi") {
		c.trait(TraitDestroys)
	}
	if c.has("all") && (c.under("rm") || c.under("rmi") || c.under("stop") || c.under("kill")) {
		c.trait(TraitMassTarget)
	}
}

// dockerInspect prints a container's environment, where secrets are.
func dockerInspect(c *call) {
	if w, ok := c.value("format"); ok && strings.Contains(w.Text, ".Env") {
		c.trait(TraitSecretRead)
	}
}

func dockerCopy(c *call) {
	if len(c.cmd.Operands) != 2 {
		return
	}
	from, to := c.cmd.Operands[0], c.cmd.Operands[1]
	if !sshTarget(from.Text) {
		c.file(effect.OpRead, from)
	}
	switch {
	case sshTarget(to.Text):
	case c.isDirectory(to):
		_, source, _ := strings.Cut(from.Text, ":")
		c.file(effect.OpWrite, into(to, part(from, source)))
	default:
		c.file(effect.OpWrite, to)
	}
}

// dockerMounts finds what a container is given of the host.
func dockerMounts(c *call) {
	if f, ok := c.cmd.Flag("privileged"); ok && (f.Value == nil || f.Value.Text != "false") {
		c.trait(TraitPrivileged)
	}
	for _, w := range c.values("pid", "ipc", "userns", "uts", "network") {
		if w.Text == "host" && !c.valueIs("network", "host") {
			c.trait(TraitPrivileged)
		}
	}
	for _, w := range c.values("cap-add") {
		switch strings.TrimPrefix(strings.ToUpper(w.Text), "CAP_") {
		case "ALL", "SYS_ADMIN", "SYS_PTRACE", "SYS_MODULE", "DAC_READ_SEARCH", "SYS_RAWIO", "BPF", "NET_ADMIN":
			c.trait(TraitPrivileged)
		}
	}
	for _, w := range c.values("security-opt") {
		if strings.Contains(w.Text, "unconfined") || strings.Contains(w.Text, "disable") {
			c.trait(TraitPrivileged)
		}
	}
	for _, w := range c.values("device") {
		if strings.HasPrefix(w.Text, "/dev/") && c.paths.Scope(c.paths.Resolve(part(w, strings.SplitN(w.Text, ":",
			2)[0]))) == effect.ScopeDevice && !strings.HasPrefix(w.Text, "/dev/dri") && !strings.HasPrefix(w.Text,
			"/dev/nvidia") && !strings.HasPrefix(w.Text, "/dev/kvm") && !strings.HasPrefix(w.Text, "/dev/snd") {
			c.trait(TraitPrivileged)
		}
	}
	for _, w := range c.values("volume") {
		source, rest, ok := strings.Cut(w.Text, ":")
		if ok && (strings.HasPrefix(source, "/") || strings.HasPrefix(source, "~") || strings.HasPrefix(source, ".") ||
			strings.IndexByte(source, 0) >= 0) {
			c.mounted(part(w, source), strings.HasSuffix(rest, ":ro") || strings.Contains(rest, ":ro,"))
		}
	}
	for _, w := range c.values("mount") {
		if !strings.Contains(w.Text, "type=bind") {
			continue
		}
		for field := range strings.SplitSeq(w.Text, ",") {
			name, value, _ := strings.Cut(field, "=")
			if name == "source" || name == "src" {
				c.mounted(part(w, value), strings.Contains(w.Text, "readonly") || strings.Contains(w.Text, ",ro"))
			}
		}
	}
}

// valueIs reports whether a flag was given with the value.
func (c *call) valueIs(name, value string) bool {
	for _, w := range c.values(name) {
		if w.Known && w.Text == value {
			return true
		}
	}
	return false
}

// mounted: a bind mount hands a host path to whatever runs inside.
func (c *call) mounted(source effect.Word, readOnly bool) {
	resolved := c.paths.Resolve(source)
	scope := c.paths.Scope(resolved)
	if strings.HasSuffix(resolved.Text, "/docker.sock") || strings.HasSuffix(resolved.Text, "/containerd.sock") ||
		strings.HasSuffix(resolved.Text, "/podman.sock") ||
		resolved.Text == "/" || resolved.Text == "/etc" || resolved.Text == "/root" || resolved.Text == "/proc" ||
		resolved.Text == "/var/run" || resolved.Text == "/home" {
		c.trait(TraitPrivileged)
	}
	op := effect.OpRead
	if !readOnly && (scope == effect.ScopeHome || scope == effect.ScopeSystem) {
		c.trait(TraitMountsHost)
	}
	c.file(op, source)
	c.last().Recursive = true
}
