package egress

import (
	"io"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Host is a host that the person's own package managers download from.
type Host struct {
	Name   string // canonical
	Ports  []int
	Origin string // what named it, such as "npm config (/home/ada/.npmrc)"
	// Publishes is true when packages may also be published at the host, so
	// that a connection to it can change what others download.
	Publishes bool
}

// Matches reports whether the host, in canonical spelling, and port are this
// one's.
func (h Host) Matches(host string, port int) bool {
	return h.Name == host && slices.Contains(h.Ports, port)
}

// Registries returns the hosts that package managers on this machine download
// from, by their own configuration: go env, npm and its kin, pip and uv, apt,
// cargo, maven and gem. No registry is built in: where a package manager's
// default is not configured, it is read from the installed package manager's
// own files, and where these do not tell there is none.
//
// Home is the person's home directory; env looks a variable up in the
// environment of the person, never of an agent's command, which could name a
// host of its own. A file that is missing or cannot be read names no host.
func Registries(home string, env func(string) string) []Host {
	return registriesIn(os.DirFS("/"), home, env)
}

func registriesIn(files fs.FS, home string, env func(string) string) []Host {
	f := &finder{files: files, home: home, env: env}
	f.goModules()
	f.npm()
	f.python()
	f.apt()
	f.cargo()
	f.maven()
	f.gem()
	return f.hosts
}

const maxConfig = 1 << 20 // bytes of a configuration file

// finder collects hosts. The methods named after package managers are in the
// files registries_*.go.
type finder struct {
	files fs.FS
	home  string
	env   func(string) string
	hosts []Host
}

// read returns a file's text, "" when it cannot be read.
func (f *finder) read(name string) string { return string(f.readUpTo(name, maxConfig)) }

func (f *finder) readUpTo(name string, limit int64) []byte {
	if !path.IsAbs(name) {
		return nil
	}
	file, err := f.files.Open(strings.TrimPrefix(path.Clean(name), "/"))
	if err != nil {
		return nil
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil || int64(len(b)) > limit {
		return nil
	}
	return b
}

// glob returns the files that match, in order.
func (f *finder) glob(pattern string) []string {
	names, err := fs.Glob(f.files, strings.TrimPrefix(path.Clean(pattern), "/"))
	if err != nil {
		return nil
	}
	for i := range names {
		names[i] = "/" + names[i]
	}
	return names
}

// prefixes returns the parents of the directories of PATH: where a program is
// in PREFIX/bin, its own files are usually below PREFIX.
func (f *finder) prefixes() []string {
	var prefixes []string
	for _, dir := range strings.Split(f.env("PATH"), ":") {
		if path.IsAbs(dir) && path.Base(dir) == "bin" && !slices.Contains(prefixes, path.Dir(dir)) {
			prefixes = append(prefixes, path.Dir(dir))
		}
	}
	return prefixes
}

// configHome is $XDG_CONFIG_HOME.
func (f *finder) configHome() string {
	if dir := f.env("XDG_CONFIG_HOME"); path.IsAbs(dir) {
		return dir
	}
	return path.Join(f.home, ".config")
}

// getenv is env for variables that programs read in either case.
func (f *finder) getenv(name string) string {
	if v := f.env(name); v != "" {
		return v
	}
	if v := f.env(strings.ToLower(name)); v != "" {
		return v
	}
	return f.env(strings.ToUpper(name))
}

// add keeps the host of an HTTP URL. Userinfo, path and query are dropped:
// they may hold a credential. It reports whether there was one.
func (f *finder) add(rawURL, tool, source string, publishes bool) bool {
	rawURL = strings.Trim(strings.TrimSpace(rawURL), `"'`)
	if !strings.Contains(rawURL, "://") && strings.HasPrefix(rawURL, "//") {
		rawURL = "https:" + rawURL
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return false
	}
	port := 0
	switch u.Scheme {
	case "https":
		port = 443
	case "http":
		port = 80
	default:
		return false
	}
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return false
		}
		port = int(n)
	}
	name, err := Canonical(u.Hostname())
	if err != nil {
		return false
	}
	// An unspecified address is how a mirror is said to be blocked.
	if a, err := netip.ParseAddr(name); err == nil && a.IsUnspecified() {
		return false
	}
	origin := tool + " (" + source + ")"
	i := slices.IndexFunc(f.hosts, func(h Host) bool { return h.Name == name })
	if i < 0 {
		f.hosts = append(f.hosts, Host{Name: name, Ports: []int{port}, Origin: origin, Publishes: publishes})
		return true
	}
	// A host that serves several package managers publishes if one does.
	h := &f.hosts[i]
	if !slices.Contains(h.Ports, port) {
		h.Ports = append(h.Ports, port)
	}
	if !strings.Contains(h.Origin, tool+" (") {
		h.Origin += ", " + origin
	}
	h.Publishes = h.Publishes || publishes
	return true
}

// setting is one "key = value" of a file of settings, with the section that it
// stands in, "" before the first.
type setting struct{ section, key, value string }

// settings reads INI, npmrc and the simple lines of TOML: [section], key =
// value, comments after # or ; at the start of a line. Lines that continue a
// value are values of the key before, as in pip.conf.
func settings(text string) []setting {
	var list []setting
	section := ""
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
			continue
		case trimmed[0] == '[' && trimmed[len(trimmed)-1] == ']':
			section = strings.Trim(trimmed, "[] ")
			continue
		}
		key, value, ok := strings.Cut(trimmed, "=")
		switch {
		case (line[0] == ' ' || line[0] == '\t') && len(list) > 0 && !isKey(key):
			list = append(list, setting{section, list[len(list)-1].key, unquote(trimmed)})
		case ok:
			list = append(list, setting{section, strings.TrimSpace(key), unquote(value)})
		}
	}
	return list
}

// isKey tells "key = value" from a URL that has a query.
func isKey(s string) bool { return s != "" && !strings.ContainsAny(s, ":/") }

func unquote(value string) string { return strings.Trim(strings.TrimSpace(value), `"'`) }

// expand replaces a leading tilde.
func (f *finder) expand(p string) string {
	if rest, ok := strings.CutPrefix(p, "~/"); ok {
		return path.Join(f.home, rest)
	}
	return p
}
