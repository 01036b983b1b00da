package egress

import (
	"path"
	"regexp"
	"strings"
)

// pipDefault is where pip names its index and the host of its files.
var pipDefault = regexp.MustCompile(`(?m)^PyPI\s*=\s*PackageIndex\(\s*["']([^"']+)["'],\s*file_storage_domain\s*=\s*["']([^"']+)["']`)

// python reads the indexes of pip and uv. The first place that names an index
// replaces pip's own; extra ones count wherever they stand.
func (f *finder) python() {
	found := false
	for _, v := range []string{"PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"} {
		found = f.add(f.env(v), "pip config", v, true) || found
	}
	for _, v := range []string{"PIP_EXTRA_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_INDEX"} {
		for _, u := range strings.Fields(f.env(v)) {
			// uv allows NAME=URL.
			if name, rest, ok := strings.Cut(u, "="); ok && isKey(name) {
				u = rest
			}
			f.add(u, "pip config", v, true)
		}
	}
	files := []string{
		f.expand(f.env("PIP_CONFIG_FILE")),
		path.Join(f.configHome(), "pip/pip.conf"), path.Join(f.home, ".pip/pip.conf"),
		"/etc/xdg/pip/pip.conf", "/etc/pip.conf",
	}
	for _, name := range files {
		for _, s := range settings(f.read(name)) {
			switch strings.ReplaceAll(s.key, "_", "-") {
			case "index-url":
				found = f.add(s.value, "pip config", name, true) || found
			case "extra-index-url":
				for _, u := range strings.Fields(s.value) {
					f.add(u, "pip config", name, true)
				}
			}
		}
	}
	for _, name := range []string{path.Join(f.configHome(), "uv/uv.toml"), "/etc/uv/uv.toml"} {
		for _, s := range settings(f.read(name)) {
			if s.key == "index-url" || s.section == "index" && s.key == "url" {
				f.add(s.value, "uv config", name, true)
			}
		}
	}
	if !found {
		f.pipBuiltIn()
	}
}

// pipBuiltIn reads the default of the pips that are installed. Only the index
// takes packages; the host of the files has downloads alone.
func (f *finder) pipBuiltIn() {
	const index = "pip/_internal/models/index.py"
	names := []string{"/usr/lib/python3/dist-packages/" + index}
	roots := append(f.prefixes(), "/usr", "/usr/local", path.Join(f.home, ".local"), path.Join(f.home, ".pyenv/versions/*"))
	for _, root := range roots {
		names = append(names, f.glob(path.Join(root, "lib/python3*/site-packages", index))...)
		names = append(names, f.glob(path.Join(root, "lib/python3*/dist-packages", index))...)
	}
	for _, name := range names {
		if m := pipDefault.FindStringSubmatch(f.read(name)); m != nil {
			f.add(m[1], "pip default", name, true)
			f.add("https://"+m[2], "pip default", name, false)
		}
	}
}
