package egress

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"path"
	"regexp"
	"strings"
)

const maxArchive = 16 << 20 // bytes of a Java archive that is looked into

var (
	xmlComment = regexp.MustCompile(`(?s)<!--.*?-->`)
	// mavenURL is the URL of a mirror or of a repository for downloads.
	mavenURL   = regexp.MustCompile(`(?s)<(mirror|repository|pluginRepository)>.*?<url>\s*([^<\s]+)\s*</url>`)
	gemDefault = regexp.MustCompile(`def self\.default_sources\s+%w\[([^\]]*)\]`)
	gemMirror  = regexp.MustCompile(`(?m)^BUNDLE_MIRROR__[^\s]*:\s+["']?([^\s"']+)`)
)

// cargo reads the sources of config.toml, and for the default one, which is
// written nowhere but in the program, the indexes that cargo has fetched: the
// directory is named after the index's host, and its config.json says where
// downloads are, and with "api" where packages are published.
func (f *finder) cargo() {
	home := f.env("CARGO_HOME")
	if home == "" {
		home = path.Join(f.home, ".cargo")
	}
	for _, name := range []string{path.Join(home, "config.toml"), path.Join(home, "config")} {
		for _, s := range settings(f.read(name)) {
			if strings.HasPrefix(s.section, "source.") && s.key == "registry" ||
				strings.HasPrefix(s.section, "registries.") && s.key == "index" {
				f.add(strings.TrimPrefix(s.value, "sparse+"), "cargo config", name, true)
			}
		}
	}
	for _, name := range f.glob(path.Join(home, "registry/index/*/config.json")) {
		var index struct{ DL, API string }
		if json.Unmarshal([]byte(f.read(name)), &index) != nil {
			continue
		}
		dir := path.Base(path.Dir(name))
		host := dir[:max(strings.LastIndexByte(dir, '-'), 0)]
		api := urlHost(index.API)
		f.add("https://"+host, "cargo index", name, host == api)
		dl, _, _ := strings.Cut(index.DL, "{") // the rest is a template of crate and version
		f.add(dl, "cargo index", name, urlHost(dl) == api)
	}
}

func urlHost(rawURL string) string {
	_, rest, _ := strings.Cut(rawURL, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

// maven reads mirrors and repositories of settings.xml, and the repository of
// the model that every project inherits from the installed maven itself, which
// is for downloads alone.
func (f *finder) maven() {
	for _, name := range []string{path.Join(f.home, ".m2/settings.xml"), "/etc/maven/settings.xml"} {
		text := xmlComment.ReplaceAllString(f.read(name), "")
		for _, m := range mavenURL.FindAllStringSubmatch(text, -1) {
			f.add(m[2], "maven settings", name, true)
		}
	}
	jars := f.glob("/usr/share/maven/lib/maven-model-builder-*.jar")
	if root := f.env("MAVEN_HOME"); root != "" {
		jars = append(jars, f.glob(path.Join(root, "lib/maven-model-builder-*.jar"))...)
	}
	for _, prefix := range f.prefixes() {
		jars = append(jars, f.glob(path.Join(prefix, "lib/maven-model-builder-*.jar"))...)
	}
	for _, jar := range jars {
		text := xmlComment.ReplaceAllString(inArchive(f.readUpTo(jar, maxArchive), "org/apache/maven/model/pom-4.0.0.xml"), "")
		for _, m := range mavenURL.FindAllStringSubmatch(text, -1) {
			f.add(m[2], "maven default", jar, false)
		}
	}
}

// inArchive returns the text of one file of a zip archive.
func inArchive(archive []byte, name string) string {
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return ""
	}
	file, err := r.Open(name)
	if err != nil {
		return ""
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxConfig))
	if err != nil {
		return ""
	}
	return string(b)
}

// gem reads the sources of gemrc, bundler's mirrors, and else the default of
// the rubygems that is installed.
func (f *finder) gem() {
	found := false
	for _, name := range []string{path.Join(f.home, ".gemrc"), path.Join(f.configHome(), "gem/gemrc"), "/etc/gemrc"} {
		inside := false
		for line := range strings.Lines(f.read(name)) {
			trimmed := strings.TrimSpace(line)
			if item, ok := strings.CutPrefix(trimmed, "- "); ok && inside {
				found = f.add(item, "gem config", name, true) || found
				continue
			}
			inside = strings.TrimPrefix(trimmed, ":") == "sources:"
		}
	}
	name := path.Join(f.home, ".bundle/config")
	for _, m := range gemMirror.FindAllStringSubmatch(f.read(name), -1) {
		f.add(m[1], "bundler config", name, true)
	}
	if found {
		return
	}
	names := append(f.glob("/usr/lib/ruby/vendor_ruby/rubygems/defaults.rb"), f.glob("/usr/lib/ruby/*/rubygems/defaults.rb")...)
	for _, prefix := range f.prefixes() {
		names = append(names, f.glob(path.Join(prefix, "lib/ruby/*/rubygems/defaults.rb"))...)
	}
	for _, name := range names {
		if m := gemDefault.FindStringSubmatch(f.read(name)); m != nil {
			for _, u := range strings.Fields(m[1]) {
				f.add(u, "gem default", name, true)
			}
		}
	}
}
