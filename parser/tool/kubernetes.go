package tool

import (
	"strings"

	"twokey/parser/effect"
)

func kubernetesGrammars() []grammar {
	const kube = `n/namespace= context= cluster= kubeconfig= user= server= s/server= token= as= as-group=
		certificate-authority= client-key= client-certificate= insecure-skip-tls-verify=?
		request-timeout= v/v= cache-dir= tls-server-name= match-server-version profile= log-file= `
	const object = `f/filename=r R/recursive k/kustomize=r l/selector= field-selector= A/all-namespaces all dry-run=? force
		grace-period= now wait=? timeout= cascade=? ignore-not-found=? o/output= raw=
		field-manager= server-side=? overwrite=? prune prune-allowlist= record=? validate=? subresource= i/interactive
			p/patch= patch-file=r type= `
	return []grammar{
		{names: "kubectl oc kubecolor", style: cobra | classified, opts: kube, depth: 1, verbs: []verb{
			{path: "get", opts: object + `w/watch watch-only L/label-columns= sort-by= template= no-headers show-labels
				show-kind chunk-size= show-managed-fields=?`, hook: kubeGet}, {path: "describe", opts: object},
			{path: "delete", opts: object, hook: kubeAll}, {path: "apply", opts: object},
			{path: "create", opts: object + `image= port= from-literal= from-file= from-env-file= clusterrole=
				serviceaccount= role= verb= resource= schedule= tcp= replicas= save-config=?`},
			{path: "replace", opts: object}, {path: "patch", opts: object}, {path: "edit", opts: object},
			{path: "scale", opts: object + "replicas= current-replicas="},
			{path: "autoscale", opts: object + "min= max= cpu-percent="}, {path: "set", opts: object},
			{path: "label", opts: object + "list"}, {path: "annotate", opts: object + "list"},
			{path: "expose", opts: object + "port= target-port= name= type="},
			{path: "run", opts: object + `image= e/env= i/stdin t/tty rm restart= port= command labels= overrides= attach=?
				privileged pod-running-timeout= override-type= image-pull-policy= q/quiet`, hook: kubePods},
			{path: "debug", opts: object + "image= i/stdin t/tty c/container= target= copy-to= profile= q share-processes=?"},
			{path: "exec|rsh", opts: "c/container= i/stdin t/tty q/quiet f/filename= pod-running-timeout="},
			{path: "cp", opts: "c/container= no-preserve=? retries=", hook: dockerCopy},
			{path: "logs", opts: `f/follow p/previous c/container= l/selector= since= tail= all-containers=?
				timestamps=? since-time= max-log-requests= prefix=? limit-bytes=`}, {path: "attach"},
			{path: "port-forward", opts: "address= pod-running-timeout="},
			{path: "proxy", opts: "p/port= address= accept-hosts= api-prefix= w/www= reject-methods="},
			{path: "drain", opts: object + `ignore-daemonsets=? delete-emptydir-data=? delete-local-data=? disable-eviction
				pod-selector=`}, {path: "cordon", opts: object}, {path: "uncordon", opts: object}, {path: "taint", opts: object},
			{path: "rollout undo", opts: object + "to-revision="}, {path: "rollout restart", opts: object},
			{path: "rollout status", opts: object + "w/watch=?"}, {path: "rollout history", opts: object + "revision="},
			{path: "rollout pause"}, {path: "rollout resume"},
			{path: "config view", opts: "raw flatten minify o/output="}, {path: "config use-context|config use"},
			{path: "config get-contexts"}, {path: "config current-context"}, {path: "config set-context"},
			{path: "config set-cluster"}, {path: "config set-credentials"}, {path: "config set"},
			{path: "config unset"}, {path: "config delete-context"}, {path: "config delete-cluster"},
			{path: "config delete-user"}, {path: "config rename-context"}, {path: "config get-clusters"}, {path: "config get-users"},
			{path: "auth can-i"}, {path: "auth whoami"}, {path: "auth reconcile", opts: object},
			{path: "certificate approve"}, {path: "certificate deny"},
			{path: "create token", opts: object + "duration= audience= bound-object-kind="},
			{path: "create secret", opts: object + `from-literal= from-file= from-env-file= docker-username=
				docker-password= docker-server= cert=r key=r`},
			{path: "top", opts: object + "sort-by= containers"}, {path: "explain"}, {path: "diff", opts: object},
			{path: "wait", opts: object + "for="}, {path: "version"}, {path: "api-resources"}, {path: "api-versions"},
			{path: "cluster-info"}, {path: "cluster-info dump"}, {path: "kustomize"}, {path: "completion"},
			{path: "options"}, {path: "plugin"}, {path: "events"}, {path: "convert", opts: object},
			{path: "krew install"}, {path: "krew list"},
			{path: "whoami", opts: "t/show-token"}, {path: "login"}, {path: "logout"}, {path: "project"},
			{path: "projects"}, {path: "new-project"}, {path: "new-app"}, {path: "start-build"}, {path: "adm"},
			{path: "rollback"}, {path: "extract", opts: "to=w keys= confirm"}, {path: "import-image"},
			{path: "process"}, {path: "policy"}, {path: "status"}, {path: "tag"},
		}, classes: map[effect.Trait]string{
			TraitReads: `get|describe|logs|top|explain|diff|wait|version|api-resources|api-versions|cluster-info|kustomize|
				events|auth can-i|auth whoami|rollout status|rollout history|config view|config get-contexts|
				config current-context|config get-clusters|config get-users|port-forward|proxy|exec|attach|options|plugin|
				convert|completion|whoami|projects|status|process|krew list|stern|ns|ctx|tree|neat|help|alpha|cp`,
			TraitLocal: "config|krew|login|logout|project", TraitSecretRead: "create token|extract|view-secret",
			TraitDestroys: "delete|drain|replace|rollout undo|rollback|certificate deny",
			TraitMutates: `apply|patch|edit|scale|autoscale|set|label|annotate|cordon|uncordon|taint|rollout|
				certificate approve|auth reconcile|adm|policy|tag|import-image`,
			TraitCreates: "debug|create|run|expose|new-project|new-app|start-build",
		}, hook: kubectl},
		{names: "helm", style: cobra | classified,
			opts: kube + "kube-context= debug registry-config= repository-config= repository-cache=", depth: 1, verbs: []verb{
				{path: "install", opts: helmOptions}, {path: "upgrade",
					opts: helmOptions + "i/install reset-values reuse-values force cleanup-on-fail"},
				{path: "uninstall|un|delete|del", opts: `dry-run=? keep-history no-hooks wait timeout= cascade= description=
				ignore-not-found`}, {path: "rollback", opts: "dry-run=? force wait timeout= no-hooks recreate-pods cleanup-on-fail"},
				{path: "push", hook: publishes}, {path: "pull|fetch"},
				{path: "template", opts: helmOptions + "output-dir=w s/show-only="},
				{path: "list|ls", opts: "a/all A/all-namespaces o/output= q f/filter="}, {path: "status"},
				{path: "history|hist"}, {path: "lint", opts: helmOptions}, {path: "package"}, {path: "test"},
				{path: "show all"}, {path: "show values"}, {path: "show chart"}, {path: "show readme"},
				{path: "get values"}, {path: "get all"}, {path: "get manifest"}, {path: "get notes"}, {path: "get hooks"},
				{path: "get metadata"},
				{path: "repo add"}, {path: "repo remove|repo rm"}, {path: "repo update|repo up"}, {path: "repo list|repo ls"},
				{path: "repo index"}, {path: "search repo"}, {path: "search hub"},
				{path: "dependency update|dep update|dep up"}, {path: "dependency build|dep build"},
				{path: "dependency list|dep list"}, {path: "plugin install"}, {path: "plugin list"},
				{path: "plugin uninstall"}, {path: "registry login"}, {path: "registry logout"}, {path: "create"},
				{path: "verify"}, {path: "env"}, {path: "version"}, {path: "diff upgrade", opts: helmOptions},
				{path: "secrets decrypt"}, {path: "secrets view"}, {path: "secrets edit"}, {path: "cm-push", hook: publishes},
			}, classes: map[effect.Trait]string{TraitReads: `list|status|history|template|lint|show|get|search|pull|verify|
				env|version|diff|help|completion|test`,
				TraitLocal: "repo|dependency|plugin|registry|create|package", TraitDestroys: "uninstall|rollback",
				TraitMutates: "upgrade", TraitCreates: "install|push|cm-push", TraitSecretRead: "secrets decrypt|secrets view"}},
		{names: `helmfile helmsman skaffold tilt garden okteto devspace werf kapp kustomize jsonnet tanka tk ytt kpt`,
			style: cobra | classified, depth: 1, opts: kube + `f/file=r e/environment= l/selector= i/interactive dry-run=?
			y/yes a/app= profile=`, classes: map[effect.Trait]string{
				TraitReads: `template|list|lint|diff|build|render|status|deps|fetch|repos|write-values|inspect|show|logs|
					ls|eval|fmt|edit|cfg|fn|pkg|verify|test|diagnose|schema|version|export|config|init|run|dev|ci|trigger|
					get|describe|validate|completion`,
				TraitDestroys: "destroy|delete|purge|dismiss|cleanup",
				TraitMutates:  "apply|sync|deploy|charts|converge|live|push|down", TraitLocal: "login|context|namespace|up",
			}},
		{names: "argocd", style: saas, depth: 2, opts: `server= auth-token= grpc-web insecure y/yes cascade=?
			p/propagation-policy= dry-run prune force project= dest-server= revision= o/output= core refresh local=r`,
			classes: map[effect.Trait]string{TraitLocal: "login|logout|context|relogin|configure|completion|version",
				TraitReads: `app diff|app manifests|app history|app wait|app logs|app resources|account get-user-info|
			account can-i|cluster get|repo get|proj windows list|app get|admin dashboard|admin export`,
				TraitMutates: `app sync|app set|app patch|app rollback|app unset|app actions run|app edit|cluster rotate-auth|
			admin import|app add-source`, TraitDestroys: "app delete-resource|app terminate-op|app remove-source",
				TraitSecretRead: `account generate-token|admin initial-password|admin redis-initial-password|
			proj role create-token|account bcrypt`}},
		{names: "flux", style: saas, depth: 3, opts: kube + "silent source= path= branch= components= export",
			classes: map[effect.Trait]string{TraitReads: "check|logs|tree|trace|events|stats|diff|export|build|version|debug",
				TraitMutates: "reconcile|resume|bootstrap|install|push", TraitDestroys: "suspend|uninstall"}},
		{names: `istioctl linkerd cilium velero kubeadm kustomizer kubeseal crossplane kubebuilder operator-sdk
			kapp-controller tkn kn kubevela vela rancher k3s rke rke2 talosctl clusterctl krew nomad consul k0s k0sctl
			microk8s subctl`, style: saas, depth: 3, opts: kube + `f/force=? y/yes confirm=? o/output= wait=? a/address=
			region= job= purge detach global all skip-confirmation nodes= e/endpoints= file= cleanup-allocations`,
			verbs: []verb{{path: "kubectl", hook: func(c *call) {
				c.exec(append([]effect.Word{effect.Lit("kubectl")}, c.cmd.Operands...), c.cmd.Program+" kubectl")
			}}, {path: "kv put"}, {path: "job stop"}}, classes: map[effect.Trait]string{
				TraitReads: `check|analyze|proxy-config|proxy-status|status|logs|version|config view|config images list|
				node status|job status|job inspect|job plan|alloc status|alloc logs|alloc fs|server members|agent-info|
				members|catalog|dashboard|viz|diagnostics|x describe|experimental describe|get|health|service status|
				validate|monitor|stat|containers|processes|dmesg|memory|read|list|cluster-info|token list|
				certs check-expiration|upgrade plan|eval status|acl token self|kv get|watch|info|backup describe|backup logs|
				backup get|restore describe|restore logs|restore get|clusters|kubectl|ui|operator autopilot get-config|
				operator raft list-peers|intention check|intention list`,
				TraitLocal: `completion|config use-context|config context|config merge|kubeconfig|kubeconfig merge|login|fmt|
				create config|server|agent|ctr|crictl|dev`, TraitSecretRead: `token create|init phase|acl bootstrap|
				acl token create|acl token read|secrets|config|certs certificate-key|gen secrets|var get|operator gossip keyring list`,
				TraitDestroys: `reset|job stop|node drain|alloc stop|system gc|leave|force-leave|kv delete|restore delete|
				backup delete|etcd remove-member|etcd leave|shutdown|reboot|uninstall|job revert|operator raft remove-peer|
				operator snapshot restore|operator keygen remove|snapshot restore|namespace delete|intention delete|
				acl token delete|acl policy delete|var purge|node purge|etcd-snapshot restore|etcd-snapshot delete|kill|remove|maint|lock`,
				TraitMutates: `install|upgrade|apply|join|init|job run|job dispatch|job scale|job promote|kv put|kv import|
				patch|apply-config|bootstrap|upgrade-k8s|node eligibility|var put|config write|restore create|restore|
				services register|connect|clustermesh|hubble|deployment promote|acl policy apply|set|enable|disable`,
				TraitCreates: `backup create|schedule create|snapshot save|create|etcd snapshot|alloc exec|exec|service create|rollout`,
			}},
		{names: `stern kubectx kubens k9s lens kubetail kail popeye kube-score kubeconform kubeval kubent polaris pluto
			kube-linter kubescape trivy grype syft`, style: cobra},
	}
}

const helmOptions = `f/values=r set= set-string= set-file= set-json= set-literal= version= repo= dry-run=? wait timeout=
	atomic rollback-on-failure create-namespace description= g/generate-name name-template= skip-crds dependency-update
	username= password= ca-file=r cert-file=r key-file= keyring= verify devel no-hooks o/output= post-renderer=x
		render-subchart-notes replace history-max= hide-secret kube-version= a/api-versions= include-crds labels= strict `

func kubectl(c *call) {
	if raw, ok := c.value("raw"); ok && raw.Text != "" {
		requests(c)
	}
	switch c.verbText(0) {
	case "apply":
		if c.has("prune") {
			c.reclass(TraitDestroys)
		}
	case "whoami":
		if c.has("show-token") {
			c.reclass(TraitSecretRead)
		}
	case "cp":
		if w := c.operandText(1); sshTarget(w) {
			c.reclass(TraitMutates)
		}
	case "config":
		if c.under("config", "view") && c.has("raw") {
			c.reclass(TraitSecretRead)
		}
	case "scale":
		if c.text("replicas") == "0" {
			c.reclass(TraitDestroys)
		}
	case "replace":
		if !c.has("force") {
			c.reclass(TraitMutates)
		}
	}
}

// kubeGet: a secret's values are printed in the formats that show data.
func kubeGet(c *call) {
	format := c.text("output")
	if w, ok := c.value("output"); ok && !w.Known {
		format = "yaml"
	}
	if format == "" || format == "wide" || format == "name" {
		return
	}
	for _, w := range c.cmd.Operands {
		for kind := range strings.SplitSeq(w.Text, ",") {
			kind, _, _ = strings.Cut(kind, "/")
			if kind == "secret" || kind == "secrets" || strings.HasPrefix(kind, "secrets.") || kind == "sealedsecrets" {
				c.reclass(TraitSecretRead)
			}
		}
	}
}

func kubeAll(c *call) {
	if c.has("all") || c.operandText(0) == "all" {
		c.trait(TraitMassTarget)
	}
}

func kubePods(c *call) {
	if w, ok := c.value("overrides"); ok && (strings.Contains(w.Text, "privileged") || strings.Contains(w.Text,
		"hostPath") || strings.Contains(w.Text, "hostPID") || !w.Known) {
		c.trait(TraitPrivileged)
	}
}
