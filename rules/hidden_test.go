package rules

import (
	"slices"
	"strings"
	"testing"
)

func TestHides(t *testing.T) {
	const home, top = "/home/dev", "/home/dev/app"
	p, err := LoadPolicy(user("view:\n  hide: [notes.private, ~/diary, ./internal/keys]\n  show: [.env.ci, ~/.config/gh/config.yml]\n"))
	if err != nil {
		t.Fatal(err)
	}
	hidden := []string{
		top + "/.env", top + "/.env.local", top + "/services/api/.env.production", top + "/config/master.key",
		top + "/certs/server.key", top + "/deploy_rsa", top + "/infra/terraform.tfstate", top + "/prod.tfvars", top + "/.npmrc",
		top + "/secrets.yml", top + "/service-account.json", top + "/kubeconfig", top + "/.aws/credentials", top + "/.env.d/../.env",
		home + "/.ssh", home + "/.ssh/id_ed25519", home + "/.ssh/config", home + "/.aws", home + "/.aws/credentials", home + "/.netrc",
		home + "/.kube/config", home + "/.docker/config.json", home + "/.config/gh/hosts.yml", home + "/.railway/config.json",
		home + "/.fly/config.yml", home + "/.gnupg/private-keys-v1.d/x.key", home + "/.bash_history", home + "/other/.env",
		home + "/.mozilla/firefox/x/logins.json", home + "/.claude/.credentials.json", home + "/.codex/auth.json",
		home + "/.config/twokey/policy.yaml", home + "/.terraform.d/credentials.tfrc.json", home + "/.vault-token",
		"/etc/shadow", "/etc/ssh/ssh_host_ed25519_key", "/etc/ssl/private/x.pem", "/proc/1/environ", "/proc/self/environ",
		"/var/lib/service/.aws/credentials", "/home/other/.ssh/id_rsa", "/root/.ssh/authorized_keys", "/srv/www/.env",
		top + "/notes.private", home + "/diary/2026/may", top + "/internal/keys/a", home + "/docs/notes.private",
	}
	visible := []string{
		top, home, "/", top + "/.env.example", top + "/.env.sample", top + "/.env.template", top + "/.env.dist", top + "/main.go",
		top + "/environment.ts", top + "/src/credentials.ts", top + "/docs/credentials.md", top + "/public.pem", top + "/ca.pem",
		top + "/.venv/lib/python3/site-packages/certifi/cacert.pem", top + "/node_modules/x/test/key.pem", top + "/testdata/server.key",
		top + "/id_rsa.pub", home + "/.ssh/id_ed25519.pub", home + "/.ssh/known_hosts", home + "/.gitconfig", home + "/.bashrc",
		"/usr/share/doc/x.key", "/etc/hosts", "/etc/ssl/certs/ca.pem", "/usr/lib/ssl/cert.pem", "/proc/cpuinfo", "/proc/self/status",
		top + "/.env.ci", home + "/.config/gh/config.yml", top + "/keys", top + "/example.tfvars", top + "/mysecrets.txt",
		"relative/.env", "",
	}
	for _, path := range hidden {
		if !p.Hides(path, home, top) {
			t.Errorf("%s is visible", path)
		}
	}
	for _, path := range visible {
		if p.Hides(path, home, top) {
			t.Errorf("%s is hidden", path)
		}
	}
	if (&Policy{}).Hides(top+"/.env", home, top) != true {
		t.Error("a policy that was not loaded hides nothing")
	}
}

// A workspace below a public tree is a workspace all the same.
func TestHidesInAWorkspaceAnywhere(t *testing.T) {
	p := &Policy{}
	if !p.Hides("/opt/work/app/.env", "/root", "/opt/work/app") {
		t.Error("a workspace's .env is visible")
	}
	if p.Hides("/opt/other/.env", "/root", "/opt/work/app") {
		t.Error("what is installed elsewhere is hidden by its name")
	}
}

func TestHiddenDefaultsCompile(t *testing.T) {
	list := HiddenDefaults()
	for i, text := range list {
		if _, err := compilePathGlobs(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if slices.Contains(list[:i], text) {
			t.Errorf("%s is listed twice", text)
		}
	}
	list[0] = "changed"
	if HiddenDefaults()[0] == "changed" {
		t.Error("the list can be changed by its callers")
	}
}

func FuzzHides(f *testing.F) {
	for _, seed := range []string{"/home/dev/app/.env", "/proc/1/environ", "/", "//", "/a/../b", "/home/dev/app/\x00"} {
		f.Add(seed)
	}
	p, err := LoadPolicy()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string) {
		below := p.Hides(path, "/home/dev", "/home/dev/app")
		if below && !strings.HasPrefix(path, "/") {
			t.Errorf("%q is hidden and not absolute", path)
		}
	})
}

func FuzzLoadPolicy(f *testing.F) {
	for _, seed := range []string{
		"", "view:\n  hide: [.env]\n", "hosts:\n  - {host: a.example, ports: [1], verdict: pass}\n", "rules: [{id: git/push-force, verdict: deny}]",
		"approval: {deadline: 1m}", "a: &x [*x]", "packs:\n  - pack: p\n    title: t\n    rules:\n      - {id: a, effect: sql, match: {verb: 're:('}, verdict: hold, why: w}\n",
		"view: {hide: ['{{{{{a,b},c},d},e}']}", "? [a]\n: b\n", "- - - -", "%YAML 1.2\n---\n", "\"\\u2028\": 1",
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, inWorkspace bool) {
		p, err := LoadPolicy(Layer{Name: "p.yaml", Workspace: inWorkspace, Data: data})
		if err == nil {
			if p == nil {
				t.Fatal("neither policy nor error")
			}
			p.Hides("/home/dev/app/x", "/home/dev", "/home/dev/app")
			if inWorkspace && (len(p.View.Show)+len(p.View.Read)+len(p.View.Write)+len(p.View.Home)+len(p.Env.Pass) > 0) {
				t.Error("a workspace file loosened the view or the environment")
			}
			return
		}
		if p != nil {
			t.Error("a policy beside an error")
		}
		for _, line := range strings.Split(err.Error(), "\n") {
			if !strings.HasPrefix(line, "p.yaml:") {
				t.Errorf("an error does not name its place: %q", line)
			}
		}
	})
}
