package egress

import (
	"path"
	"strings"
)

// goModules reads what "go env" would say of GOPROXY and GOSUMDB: the
// environment, else the user's go/env file, else the toolchain's go.env.
func (f *finder) goModules() {
	file := f.env("GOENV")
	if file == "" {
		file = path.Join(f.configHome(), "go/env")
	}
	layers := []string{file}
	if root := f.env("GOROOT"); root != "" {
		layers = append(layers, path.Join(root, "go.env"))
	}
	for _, prefix := range f.prefixes() {
		layers = append(layers, path.Join(prefix, "go.env"))
	}
	layers = append(layers, "/usr/local/go/go.env")
	layers = append(layers, f.glob("/usr/lib/go*/go.env")...)

	find := func(key string) (value, source string) {
		if v := f.env(key); v != "" {
			return v, key
		}
		for _, layer := range layers {
			for _, s := range settings(f.read(layer)) {
				if s.key == key && s.value != "" {
					return s.value, layer
				}
			}
		}
		return "", ""
	}
	proxies, source := find("GOPROXY")
	for _, proxy := range strings.FieldsFunc(proxies, func(r rune) bool { return r == ',' || r == '|' }) {
		// A proxy below a path is one of several services of its host.
		f.add(proxy, "go env", source, hasPath(proxy))
	}
	sumdb, source := find("GOSUMDB")
	// NAME[+KEY] [URL], see "go help module-auth".
	if fields := strings.Fields(sumdb); len(fields) > 1 {
		f.add(fields[1], "go env", source, hasPath(fields[1]))
	} else if name, _, _ := strings.Cut(sumdb, "+"); name != "" && name != "off" {
		f.add("https://"+name, "go env", source, false)
	}
}

func hasPath(rawURL string) bool {
	_, rest, _ := strings.Cut(rawURL, "://")
	_, p, _ := strings.Cut(rest, "/")
	return strings.Trim(p, "/") != ""
}

// apt reads sources.list(5), in its one-line and deb822 forms. A mirror takes
// no packages over HTTP; a repository that wants a login may be anything.
func (f *finder) apt() {
	lists := append([]string{"/etc/apt/sources.list"}, f.glob("/etc/apt/sources.list.d/*.list")...)
	for _, name := range lists {
		for line := range strings.Lines(f.read(name)) {
			line, _, _ = strings.Cut(line, "#")
			kind, rest, ok := strings.Cut(strings.TrimSpace(line), " ")
			if !ok || kind != "deb" && kind != "deb-src" {
				continue
			}
			rest = strings.TrimSpace(rest)
			if strings.HasPrefix(rest, "[") {
				if _, rest, ok = strings.Cut(rest, "]"); !ok {
					continue
				}
			}
			if fields := strings.Fields(rest); len(fields) > 0 {
				f.addAPT(fields[0], name)
			}
		}
	}
	for _, name := range f.glob("/etc/apt/sources.list.d/*.sources") {
		for _, stanza := range stanzas(f.read(name)) {
			if e := lower(stanza["enabled"]); e == "no" || e == "false" || e == "0" {
				continue
			}
			for _, uri := range strings.Fields(stanza["uris"]) {
				f.addAPT(uri, name)
			}
		}
	}
}

func (f *finder) addAPT(uri, source string) {
	uri = strings.TrimPrefix(uri, "mirror+")
	f.add(uri, "apt sources", source, strings.Contains(uri, "@"))
}

// stanzas reads deb822(5): paragraphs of "Field: value" with lines that
// continue a value indented. Field names are lower case in the result.
func stanzas(text string) []map[string]string {
	var list []map[string]string
	current, field := map[string]string{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n\t ")
		switch {
		case line == "":
			if len(current) > 0 {
				list = append(list, current)
			}
			current, field = map[string]string{}, ""
		case line[0] == '#':
		case line[0] == ' ' || line[0] == '\t':
			current[field] += "\n" + strings.TrimSpace(line)
		default:
			name, value, ok := strings.Cut(line, ":")
			if ok {
				field = lower(name)
				current[field] = strings.TrimSpace(value)
			}
		}
	}
	if len(current) > 0 {
		list = append(list, current)
	}
	return list
}
