package egress

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// npmDefault is where npm's table of settings says its default registry, from
// the setting's name on.
var npmDefault = regexp.MustCompile(`^'registry',\s*\{\s*default:\s*['"]([^'"]+)['"]`)

// npm reads the registries of npm, pnpm, yarn and bun. npm takes the registry
// of the first place that names one: environment, user, global, its own
// default; registries of scopes count wherever they stand.
func (f *finder) npm() {
	found := false
	if v := f.getenv("npm_config_registry"); v != "" {
		found = f.add(v, "npm config", "npm_config_registry", true)
	}
	user := f.getenv("npm_config_userconfig")
	if user == "" {
		user = path.Join(f.home, ".npmrc")
	}
	files := []string{f.expand(user), path.Join(f.configHome(), "pnpm/rc")}
	for _, prefix := range f.prefixes() {
		files = append(files, path.Join(prefix, "etc/npmrc"))
	}
	files = append(files, "/etc/npmrc")
	for _, name := range files {
		for _, s := range settings(f.read(name)) {
			value := f.expandVariables(s.value)
			switch {
			case strings.HasPrefix(s.key, "@") && strings.HasSuffix(s.key, ":registry"):
				f.add(value, "npm config", name, true)
			case s.key == "registry" && !found:
				found = f.add(value, "npm config", name, true)
			}
		}
	}
	if !found {
		f.npmBuiltIn()
	}
	f.yarn()
}

// npmBuiltIn reads the default of each npm that is installed.
func (f *finder) npmBuiltIn() {
	const definitions = "node_modules/@npmcli/config/lib/definitions/definitions.js"
	roots := []string{"/usr/lib/node_modules/npm", "/usr/local/lib/node_modules/npm"}
	for _, prefix := range f.prefixes() {
		roots = append(roots, path.Join(prefix, "lib/node_modules/npm"))
	}
	names := []string{"/usr/share/nodejs/@npmcli/config/lib/definitions/definitions.js"} // Debian's own package
	for _, root := range roots {
		names = append(names, path.Join(root, definitions))
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		for text := f.read(name); text != ""; {
			i := strings.Index(text, "'registry',")
			if i < 0 {
				break
			}
			if m := npmDefault.FindStringSubmatch(text[i:min(i+200, len(text))]); m != nil {
				f.add(m[1], "npm default", name, true)
			}
			text = text[i+1:]
		}
	}
}

// yarn reads .yarnrc of yarn 1, .yarnrc.yml of the later ones, and bun's
// settings.
func (f *finder) yarn() {
	if v := f.getenv("yarn_registry"); v != "" {
		f.add(v, "yarn config", "YARN_REGISTRY", true)
	}
	if v := f.getenv("yarn_npm_registry_server"); v != "" {
		f.add(v, "yarn config", "YARN_NPM_REGISTRY_SERVER", true)
	}
	name := path.Join(f.home, ".yarnrc")
	for line := range strings.Lines(f.read(name)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if key = strings.Trim(key, `"`); key == "registry" || strings.HasSuffix(key, ":registry") {
			f.add(value, "yarn config", name, true)
		}
	}
	name = path.Join(f.home, ".yarnrc.yml")
	for line := range strings.Lines(f.read(name)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if ok && strings.Trim(key, `"'`) == "npmRegistryServer" {
			f.add(value, "yarn config", name, true)
		}
	}
	name = path.Join(f.home, ".bunfig.toml")
	for _, s := range settings(f.read(name)) {
		if s.section == "install" && s.key == "registry" || s.section == "install.scopes" {
			f.add(s.value, "bun config", name, true)
		}
	}
}

// expandVariables replaces ${NAME} as npm does; an unknown one stays, and with
// it the value is no URL.
func (f *finder) expandVariables(value string) string {
	for {
		before, rest, ok := strings.Cut(value, "${")
		name, after, closed := strings.Cut(rest, "}")
		if !ok || !closed || f.env(name) == "" || strings.Contains(f.env(name), "${") {
			return value
		}
		value = before + f.env(name) + after
	}
}
