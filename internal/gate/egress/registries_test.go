package egress

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

func TestRegistries(t *testing.T) {
	const definitions = "lib/node_modules/npm/node_modules/@npmcli/config/lib/definitions/definitions.js"
	npmTable := "  access: new Definition('access', {\n    default: null,\n  }),\n  registry: new Definition('registry', {\n    default: 'https://npm.example/',\n"
	tests := []struct {
		name  string
		files map[string]string
		env   map[string]string
		want  []Host
	}{
		{name: "nothing is installed"},
		{
			name:  "go: toolchain's own defaults",
			files: map[string]string{"opt/go/go.env": "# comment\nGOPROXY=https://proxy.example,direct\nGOSUMDB=sum.example\n"},
			env:   map[string]string{"PATH": "/usr/bin:/opt/go/bin"},
			want: []Host{
				{"proxy.example", []int{443}, "go env (/opt/go/go.env)", false},
				{"sum.example", []int{443}, "go env (/opt/go/go.env)", false},
			},
		},
		{
			name: "go: the user's file before the toolchain's, the environment before both",
			files: map[string]string{
				"usr/local/go/go.env":      "GOPROXY=https://proxy.example\nGOSUMDB=sum.example\n",
				"home/ada/.config/go/env":  "GOPROXY=https://user.example|http://two.example:8080/go,off\n",
				"home/grace/.config/go/en": "",
			},
			env: map[string]string{"GOSUMDB": "sum.corp.example+abc https://sums.corp.example/db"},
			want: []Host{
				{"user.example", []int{443}, "go env (/home/ada/.config/go/env)", false},
				{"two.example", []int{8080}, "go env (/home/ada/.config/go/env)", true},
				{"sums.corp.example", []int{443}, "go env (GOSUMDB)", true},
			},
		},
		{
			name:  "go: off and direct are no hosts",
			files: map[string]string{"usr/local/go/go.env": "GOPROXY=direct\nGOSUMDB=off\n"},
		},
		{
			name:  "npm: its own default",
			files: map[string]string{"opt/node/" + definitions: npmTable},
			env:   map[string]string{"PATH": "/opt/node/bin"},
			want:  []Host{{"npm.example", []int{443}, "npm default (/opt/node/" + definitions + ")", true}},
		},
		{
			name: "npm: a mirror replaces the default, scopes add",
			files: map[string]string{
				"usr/" + definitions: npmTable,
				"home/ada/.npmrc":    "; mine\nregistry = https://u:secret@mirror.example/npm/?token=secret\n@corp:registry=https://${CORP}/npm\n//mirror.example/npm/:_authToken=secret\n",
			},
			env: map[string]string{"CORP": "corp.example:8443"},
			want: []Host{
				{"mirror.example", []int{443}, "npm config (/home/ada/.npmrc)", true},
				{"corp.example", []int{8443}, "npm config (/home/ada/.npmrc)", true},
			},
		},
		{
			name:  "npm: the environment in lower case",
			files: map[string]string{"home/ada/.npmrc": "registry=https://mirror.example"},
			env:   map[string]string{"npm_config_registry": "https://env.example"},
			want:  []Host{{"env.example", []int{443}, "npm config (npm_config_registry)", true}},
		},
		{
			name: "yarn and bun",
			files: map[string]string{
				"home/ada/.yarnrc":      `registry "https://yarn.example"` + "\n",
				"home/ada/.yarnrc.yml":  "npmRegistryServer: \"https://berry.example\"\nnpmScopes:\n  corp:\n    npmRegistryServer: https://scope.example\n",
				"home/ada/.bunfig.toml": "[install]\nregistry = \"https://bun.example\"\n",
			},
			want: []Host{
				{"yarn.example", []int{443}, "yarn config (/home/ada/.yarnrc)", true},
				{"berry.example", []int{443}, "yarn config (/home/ada/.yarnrc.yml)", true},
				{"scope.example", []int{443}, "yarn config (/home/ada/.yarnrc.yml)", true},
				{"bun.example", []int{443}, "bun config (/home/ada/.bunfig.toml)", true},
			},
		},
		{
			name: "pip: its own default, whose files are for downloads alone",
			files: map[string]string{"usr/lib/python3/dist-packages/pip/_internal/models/index.py": "PyPI = PackageIndex(\"https://index.example/\", file_storage_domain=\"files.example\")\n" +
				"TestPyPI = PackageIndex(\n    \"https://test.index.example/\", file_storage_domain=\"test-files.example\"\n)\n"},
			want: []Host{
				{"index.example", []int{443}, "pip default (/usr/lib/python3/dist-packages/pip/_internal/models/index.py)", true},
				{"files.example", []int{443}, "pip default (/usr/lib/python3/dist-packages/pip/_internal/models/index.py)", false},
			},
		},
		{
			name:  "pip: configured",
			files: map[string]string{"home/ada/.config/pip/pip.conf": "[global]\nindex-url = https://u:p@corp.example/simple\nextra-index-url =\n    https://one.example/simple\n    https://two.example/simple?x=y\n"},
			env:   map[string]string{"UV_INDEX": "corp=https://uv.example/simple"},
			want: []Host{
				{"uv.example", []int{443}, "pip config (UV_INDEX)", true},
				{"corp.example", []int{443}, "pip config (/home/ada/.config/pip/pip.conf)", true},
				{"one.example", []int{443}, "pip config (/home/ada/.config/pip/pip.conf)", true},
				{"two.example", []int{443}, "pip config (/home/ada/.config/pip/pip.conf)", true},
			},
		},
		{
			name: "apt",
			files: map[string]string{
				"etc/apt/sources.list":              "# deb http://commented.example/debian x main\ndeb [arch=amd64 signed-by=/x] http://one.example/debian x main # y\ndeb-src https://one.example/debian x main\ndeb cdrom:[x]/ x main\n",
				"etc/apt/sources.list.d/a.sources":  "Types: deb\nURIs: http://two.example/debian\n  https://login:pw@three.example/apt\nSuites: x\n\nEnabled: no\nURIs: http://off.example/\n\nUris: mirror+https://four.example/list\n",
				"etc/apt/sources.list.d/b.disabled": "deb http://disabled.example/debian x main\n",
			},
			want: []Host{
				{"one.example", []int{80, 443}, "apt sources (/etc/apt/sources.list)", false},
				{"two.example", []int{80}, "apt sources (/etc/apt/sources.list.d/a.sources)", false},
				{"three.example", []int{443}, "apt sources (/etc/apt/sources.list.d/a.sources)", true},
				{"four.example", []int{443}, "apt sources (/etc/apt/sources.list.d/a.sources)", false},
			},
		},
		{
			name: "cargo: configured, and indexes that were fetched",
			files: map[string]string{
				"home/ada/.cargo/config.toml":                                   "[source.crates-io]\nreplace-with = \"m\"\n[source.m]\nregistry = \"sparse+https://mirror.example/index/\"\n[registries.corp]\nindex = \"ssh://git@corp.example/x\"\n",
				"home/ada/.cargo/registry/index/index.example-0a1b/config.json": `{"dl":"https://dl.example/{crate}/{version}","api":"https://api.example"}`,
				"home/ada/.cargo/registry/index/all.example-0a1b/config.json":   `{"dl":"https://all.example/dl","api":"https://all.example"}`,
			},
			want: []Host{
				{"mirror.example", []int{443}, "cargo config (/home/ada/.cargo/config.toml)", true},
				{"all.example", []int{443}, "cargo index (/home/ada/.cargo/registry/index/all.example-0a1b/config.json)", true},
				{"index.example", []int{443}, "cargo index (/home/ada/.cargo/registry/index/index.example-0a1b/config.json)", false},
				{"dl.example", []int{443}, "cargo index (/home/ada/.cargo/registry/index/index.example-0a1b/config.json)", false},
			},
		},
		{
			name: "maven: mirrors, and the model inside the installed archive",
			files: map[string]string{
				"home/ada/.m2/settings.xml":                      "<settings><!-- <mirror><url>http://no.example</url></mirror> --><mirrors><mirror><id>x</id>\n<url>https://nexus.example/all</url></mirror><mirror><id>blocked</id><url>http://0.0.0.0/</url></mirror></mirrors></settings>",
				"usr/share/maven/lib/maven-model-builder-3.jar":  archive(t, "<project><repositories><repository><url>https://central.example/maven2</url></repository></repositories></project>"),
				"usr/share/maven/lib/maven-model-builder-x.jars": "not looked at",
			},
			want: []Host{
				{"nexus.example", []int{443}, "maven settings (/home/ada/.m2/settings.xml)", true},
				{"central.example", []int{443}, "maven default (/usr/share/maven/lib/maven-model-builder-3.jar)", false},
			},
		},
		{
			name:  "gem: the installed default",
			files: map[string]string{"usr/lib/ruby/vendor_ruby/rubygems/defaults.rb": "  def self.default_sources\n    %w[https://gems.example/]\n  end\n"},
			want:  []Host{{"gems.example", []int{443}, "gem default (/usr/lib/ruby/vendor_ruby/rubygems/defaults.rb)", true}},
		},
		{
			name: "gem: configured",
			files: map[string]string{
				"usr/lib/ruby/vendor_ruby/rubygems/defaults.rb": "  def self.default_sources\n    %w[https://gems.example/]\n  end\n",
				"home/ada/.gemrc":         "---\n:sources:\n- https://mirror.example/\n:update_sources: true\n",
				"home/ada/.bundle/config": "---\nBUNDLE_MIRROR__HTTPS://GEMS__EXAMPLE/: \"https://bundle.example\"\n",
			},
			want: []Host{
				{"mirror.example", []int{443}, "gem config (/home/ada/.gemrc)", true},
				{"bundle.example", []int{443}, "bundler config (/home/ada/.bundle/config)", true},
			},
		},
		{
			name: "a host of several tools publishes if one does",
			files: map[string]string{
				"home/ada/.npmrc":      "registry=https://all.example:8443/npm",
				"etc/apt/sources.list": "deb https://all.example/debian x main",
			},
			env: map[string]string{"GOPROXY": "https://all.example"},
			want: []Host{
				{"all.example", []int{443, 8443}, "go env (GOPROXY), npm config (/home/ada/.npmrc), apt sources (/etc/apt/sources.list)", true},
			},
		},
		{
			name:  "what is no HTTP URL of a host",
			files: map[string]string{"home/ada/.npmrc": "@a:registry=file:///x\n@b:registry=https://a b/\n@c:registry=https://${UNSET}/\n@d:registry=nonsense\n@e:registry=https://h.example:99999/\n@f:registry=https://%00.example/\n"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := fstest.MapFS{}
			for name, text := range test.files {
				files[name] = &fstest.MapFile{Data: []byte(text)}
			}
			got := registriesIn(files, "/home/ada", func(name string) string { return test.env[name] })
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %v\nwant %v", got, test.want)
			}
			for _, h := range got {
				if strings.Contains(h.Origin, "secret") || strings.Contains(h.Name, "@") {
					t.Errorf("%+v shows a credential", h)
				}
			}
		})
	}
}

func archive(t *testing.T, pom string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("org/apache/maven/model/pom-4.0.0.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(pom)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestHostMatches(t *testing.T) {
	h := Host{Name: "a.example", Ports: []int{443, 8443}}
	for _, test := range []struct {
		host string
		port int
		want bool
	}{{"a.example", 443, true}, {"a.example", 8443, true}, {"a.example", 80, false}, {"b.a.example", 443, false}, {"example", 443, false}} {
		if got := h.Matches(test.host, test.port); got != test.want {
			t.Errorf("Matches(%s, %d) = %v", test.host, test.port, got)
		}
	}
}

// A registry's host must come from the person's configuration, so none may be
// written in this package's source.
func TestNoRegistryIsBuiltIn(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) == 0 {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"npm" + "js", "py" + "pi.org", "python" + "hosted", "crates" + ".io", "ruby" + "gems.org", "maven" + ".org", "debian" + ".org"} {
			if bytes.Contains(b, []byte(word)) {
				t.Errorf("%s names %s", name, word)
			}
		}
	}
}

func BenchmarkRegistries(b *testing.B) {
	home, err := os.UserHomeDir()
	if err != nil {
		b.Skip(err)
	}
	for b.Loop() {
		Registries(home, os.Getenv)
	}
}
