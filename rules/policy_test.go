package rules

import (
	"strings"
	"testing"
	"time"
)

func TestLoadPolicyErrors(t *testing.T) {
	tests := []struct {
		name      string
		text      string
		workspace bool
		want      []string // one error each, in order
	}{
		{"unknown key", "hosts: []\nveiw:\n  hide: []\n", false,
			[]string{`p.yaml:2: veiw: the key is not known; did you mean view?`}},
		{"unknown key far from any", "zzzzzz: 1\n", false,
			[]string{`p.yaml:1: zzzzzz: the key is not known; the keys here are view, env, hosts, rules, packs, approval, session`}},
		{"unknown nested key", "view:\n  hidden: [a]\n", false,
			[]string{`p.yaml:2: view.hidden: the key is not known; did you mean hide?`}},
		{"key twice", "env: {}\nenv: {}\n", false,
			[]string{`p.yaml:2: env: the key is given twice; keep one`}},
		{"list for a mapping", "view: [a]\n", false,
			[]string{`p.yaml:1: view: a list is given where a mapping is expected`}},
		{"mapping for text", "view:\n  hide:\n    - {a: b}\n", false,
			[]string{`p.yaml:3: view.hide[0]: a mapping is given where text is expected`}},
		{"nothing for a list", "view:\n  hide:\n", false,
			[]string{`p.yaml:2: view.hide: nothing is given where a list is expected; write [] for an empty list`}},
		{"text for a number", "hosts:\n  - host: a.example\n    ports: [https]\n    verdict: pass\n", false,
			[]string{`p.yaml:3: hosts[0].ports[0]: "https" is not a whole number`}},
		{"bad glob", "view:\n  hide: ['a[']\n", false,
			[]string{`p.yaml:2: view.hide[0]: the path "a[" is not a glob: syntax error in pattern`}},
		{"bad braces", "view:\n  show: ['a{b']\n", false,
			[]string{`p.yaml:2: view.show[0]: a { has no }`}},
		{"exception in hide", "view:\n  hide: ['!a']\n", false,
			[]string{`p.yaml:2: view.hide[0]: an exception is written without a !; move it to view.show`}},
		{"whole tree hidden", "view:\n  hide: [\"~\"]\n", false,
			[]string{`p.yaml:2: view.hide[0]: the path "~" is a whole tree; name something below it`}},
		{"relative mount", "view:\n  write: [out]\n", false,
			[]string{`p.yaml:2: view.write[0]: "out" is neither absolute nor below ~/`}},
		{"root as a mount", "view:\n  read: [/]\n", false,
			[]string{`p.yaml:2: view.read[0]: "/" is a whole tree; name the folder that is needed`}},
		{"mount with ..", "view:\n  read: [/a/../b]\n", false,
			[]string{`p.yaml:2: view.read[0]: "/a/../b" has an empty, . or .. part`}},
		{"absolute home entry", "view:\n  home: [/etc]\n", false,
			[]string{`p.yaml:2: view.home[0]: "/etc" is not relative to the home directory; write for example .config/nvim`}},
		{"bad variable", "env:\n  pass: ['A-B']\n", false,
			[]string{`p.yaml:2: env.pass[0]: "A-B" is not the name of a variable; write a name, in which * stands for any text`}},
		{"bad host", "hosts:\n  - {host: 'a b', verdict: pass}\n", false,
			[]string{`p.yaml:2: hosts[0].host: "a b" is not a host; write a name, *.name, an address, a CIDR block or *`}},
		{"no host", "hosts:\n  - {verdict: pass}\n", false,
			[]string{`p.yaml:2: hosts[0]: the host is not named; write host: NAME`}},
		{"bad host verdict", "hosts:\n  - host: a.example\n    verdict: allow\n", false,
			[]string{`p.yaml:3: hosts[0].verdict: "allow" is not a host's verdict; write pass, hold or deny`}},
		{"no host verdict", "hosts:\n  - host: a.example\n", false,
			[]string{`p.yaml:2: hosts[0]: the verdict is missing; write verdict: pass, hold or deny`}},
		{"bad port", "hosts:\n  - {host: a.example, ports: [0], verdict: pass}\n", false,
			[]string{`p.yaml:2: hosts[0].ports[0]: 0 is not a port; ports are 1 to 65535`}},
		{"bad dial", "hosts:\n  - {host: a.example, verdict: pass, dial: nowhere}\n", false,
			[]string{`p.yaml:2: hosts[0].dial: "nowhere" is not host:port; write for example 127.0.0.1:5432`}},
		{"bad duration", "approval:\n  deadline: soon\n", false,
			[]string{`p.yaml:2: approval.deadline: "soon" is not a duration above zero; write for example 90s, 10m or 1h30m`}},
		{"duration of zero", "session:\n  idle: 0s\n", false,
			[]string{`p.yaml:2: session.idle: "0s" is not a duration above zero; write for example 90s, 10m or 1h30m`}},
		{"bad verdict", "rules:\n  - {id: git/push-force, verdict: maybe}\n", false,
			[]string{`p.yaml:2: rules[0].verdict: "maybe" is not a verdict; write allow, hold or deny`}},
		{"no verdict", "rules:\n  - id: git/push-force\n", false,
			[]string{`p.yaml:2: rules[0]: the verdict is missing; write verdict: allow, hold or deny`}},
		{"unknown rule", "rules:\n  - id: git/push-farce\n    verdict: deny\n", false,
			[]string{`p.yaml:2: rules "git/push-farce": no rule has this id; did you mean git/push-force?`}},
		{"alias", "env: &x {}\nsession: *x\n", false,
			[]string{`p.yaml:1: env: anchors and aliases are not read here; write the value out`,
				`p.yaml:2: session: anchors and aliases are not read here; write the value out`}},
		{"two documents", "env: {}\n---\nenv: {}\n", false,
			[]string{`p.yaml:2: a second YAML document begins; keep one document in a file`}},
		{"not YAML", "view:\n  hide: [\n", false, []string{`p.yaml:`}},
		{"everything at once", "a: 1\nview: 3\nenv:\n  pass: ['-']\n", false,
			[]string{`p.yaml:1: a: the key is not known`, `p.yaml:2: view: a single value is given`}},
		{"line breaks in a key", "\"a\\nb\": 1\n", false, []string{`p.yaml:1: a b: the key is not known`}},

		{"workspace shows", "view:\n  show: [.env]\n", true,
			[]string{`p.yaml:2: view.show: a workspace file may only tighten; put it in your own policy file`}},
		{"workspace mounts", "view:\n  read: [/data]\n  write: [/out]\n  home: [.vimrc]\n", true,
			[]string{`p.yaml:2: view.read: a workspace file may only tighten`,
				`p.yaml:3: view.write: a workspace file may only tighten`,
				`p.yaml:4: view.home: a workspace file may only tighten`}},
		{"workspace passes variables", "env:\n  pass: [TOKEN]\n", true,
			[]string{`p.yaml:2: env.pass: a workspace file may only tighten`}},
		{"workspace passes a host", "hosts:\n  - host: evil.example\n    verdict: pass\n", true,
			[]string{`p.yaml:3: hosts[0].verdict: a workspace file may only tighten, and pass opens a host`}},
		{"workspace dials elsewhere", "hosts:\n  - host: a.example\n    verdict: hold\n    dial: 127.0.0.1:1\n", true,
			[]string{`p.yaml:4: hosts[0].dial: a workspace file may only tighten, and dial`}},
		{"workspace loosens a rule", "rules:\n  - id: git/push-force\n    verdict: allow\n", true,
			[]string{`p.yaml:2: rules "git/push-force": a workspace file may only tighten, and allow is looser than the rule's own verdict; put it in your own policy file`}},
		{"workspace loosens a pack", "rules:\n  - id: git/*\n    verdict: allow\n", true,
			[]string{`p.yaml:2: rules "git/*": a workspace file may only tighten`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, err := LoadPolicy(Layer{Name: "p.yaml", Workspace: test.workspace, Data: []byte(test.text)})
			if err == nil {
				t.Fatalf("no error, want %q", test.want)
			}
			if p != nil {
				t.Error("a policy was returned beside the error")
			}
			lines := strings.Split(err.Error(), "\n")
			if len(lines) != len(test.want) {
				t.Fatalf("got %d errors, want %d:\n%v", len(lines), len(test.want), err)
			}
			for i, want := range test.want {
				if !strings.HasPrefix(lines[i], want) {
					t.Errorf("error %d:\n got %s\nwant %s", i, lines[i], want)
				}
			}
		})
	}
}

func TestLoadPolicyTakesNothing(t *testing.T) {
	for _, text := range []string{"", "\n", "# a comment\n", "---\n", "null\n", "{}\n"} {
		p, err := LoadPolicy(Layer{Name: "p.yaml", Data: []byte(text)})
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if p.Approval.Deadline != DefaultDeadline || p.Session.Idle != DefaultIdle {
			t.Errorf("%q: deadline %v, idle %v", text, p.Approval.Deadline, p.Session.Idle)
		}
	}
}

func TestLoadPolicyReadsEverything(t *testing.T) {
	p, err := LoadPolicy(Layer{Name: "p.yaml", Data: []byte(`
view:
  hide: notes.txt
  show: [.env]
  read: [/data, ~/ref]
  write: [~/out]
  home: [.config/nvim]
env:
  pass: [LANG, "LC_*"]
  hide: [CI_*]
hosts:
  - {host: registry.example, verdict: pass}
  - {host: "*.prod.example", ports: [443, 5432], verdict: deny}
  - {host: db.example, verdict: pass, dial: "127.0.0.1:5432"}
rules:
  - {id: git/push-force, verdict: deny}
approval: {deadline: 90s}
session: {idle: 1h}
`)})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.View.Hide) != 1 || p.View.Hide[0] != "notes.txt" || len(p.View.Read) != 2 || len(p.Env.Pass) != 2 {
		t.Errorf("view %+v env %+v", p.View, p.Env)
	}
	if len(p.Hosts) != 3 || p.Hosts[1].Ports[1] != 5432 || p.Hosts[2].Dial != "127.0.0.1:5432" || p.Hosts[0].Origin != "p.yaml" {
		t.Errorf("hosts %+v", p.Hosts)
	}
	if len(p.Rules) != 1 || p.Rules[0].Verdict != Deny {
		t.Errorf("rules %+v", p.Rules)
	}
	if p.Approval.Deadline != 90*time.Second || p.Session.Idle != time.Hour {
		t.Errorf("deadline %v, idle %v", p.Approval.Deadline, p.Session.Idle)
	}
}
