package rules

import (
	"fmt"
	"path"
	"strings"
)

// A pathGlob matches absolute, clean paths. It is written as
//
//	NAME or *.EXT   a file or folder of that name at any depth of the home
//	                and the workspace, with all below it
//	~/PATH          below the home directory
//	./PATH          below the workspace
//	/PATH           below the root
//
// * and ? stay within a folder's name, ** takes any number of folders, {a,b}
// is either. What lies below a match is matched too.
type pathGlob struct {
	anchor byte // '~', '.', '/' or 0 for any depth
	segs   []segment
	negate bool // written with a leading !: an exception
}

type segment struct {
	text  string
	glob  glob
	plain bool // no wildcard
	any   bool // **
	class bool // has a [class] or a backslash
}

func compilePathGlobs(text string) ([]pathGlob, error) {
	if text == "" {
		return nil, fmt.Errorf("the path is empty")
	}
	if strings.ContainsRune(text, 0) {
		return nil, fmt.Errorf("the path has a NUL byte")
	}
	rest, negate := strings.CutPrefix(text, "!")
	alternatives, err := expandBraces(rest)
	if err != nil {
		return nil, err
	}
	var out []pathGlob
	for _, a := range alternatives {
		g := pathGlob{negate: negate}
		switch {
		case a == "~" || a == "." || a == "/" || a == "":
			return nil, fmt.Errorf("the path %q is a whole tree; name something below it", text)
		case strings.HasPrefix(a, "~/"):
			g.anchor, a = '~', a[2:]
		case strings.HasPrefix(a, "./"):
			g.anchor, a = '.', a[2:]
		case strings.HasPrefix(a, "/"):
			g.anchor, a = '/', a[1:]
		}
		for s := range strings.SplitSeq(strings.Trim(a, "/"), "/") {
			g.segs = append(g.segs, segment{
				text: s, glob: compileGlob(s), plain: !strings.ContainsAny(s, `*?[\`),
				any: s == "**", class: strings.ContainsAny(s, `[\`),
			})
			if s == "" || s == "." || s == ".." {
				return nil, fmt.Errorf("the path %q has an empty, . or .. part", text)
			}
			if strings.Contains(s, "**") && s != "**" {
				return nil, fmt.Errorf("the path %q has ** beside other text; write it between slashes", text)
			}
			if _, err := path.Match(s, ""); err != nil {
				return nil, fmt.Errorf("the path %q is not a glob: %w", text, err)
			}
		}
		out = append(out, g)
	}
	return out, nil
}

// match reports whether rel, cut at its slashes and relative to the glob's
// anchor, is matched or lies below a match. A glob without an anchor may begin
// at any part.
func (g *pathGlob) match(rel []string) bool {
	if g.anchor != 0 {
		return matchSegments(g.segs, rel)
	}
	for i := range rel {
		if matchSegments(g.segs, rel[i:]) {
			return true
		}
	}
	return false
}

func matchSegments(segs []segment, rel []string) bool {
	for i := range segs {
		if segs[i].any {
			for j := 0; j <= len(rel); j++ {
				if matchSegments(segs[i+1:], rel[j:]) {
					return true
				}
			}
			return false
		}
		if len(rel) == 0 || !segs[i].match(rel[0]) {
			return false
		}
		rel = rel[1:]
	}
	return true
}

func (s *segment) match(name string) bool {
	if s.plain {
		return s.text == name
	}
	if !s.class {
		return s.glob.match(name)
	}
	ok, err := path.Match(s.text, name)
	return err == nil && ok
}

// pathParts is an absolute path cut at its slashes: from the root and, where
// it lies below them, from the home and the workspace.
type pathParts struct{ root, home, workspace []string }

// splitPath cuts a path; one that is not absolute has no parts, and neither
// has the root.
func splitPath(p, home, workspace string) pathParts {
	if !strings.HasPrefix(p, "/") || p == "/" {
		return pathParts{root: []string{}}
	}
	root := strings.Split(p[1:], "/")
	from := func(top string) []string {
		if rel, ok := below(p, top); ok {
			return root[len(root)-1-strings.Count(rel, "/"):]
		}
		return nil
	}
	return pathParts{root, from(home), from(workspace)}
}

// below returns p relative to top, and whether it lies below it.
func below(p, top string) (string, bool) {
	if top == "" || !strings.HasPrefix(p, top) {
		return "", false
	}
	if top == "/" {
		return p[1:], p != "/"
	}
	if len(p) <= len(top)+1 || p[len(top)] != '/' {
		return "", false
	}
	return p[len(top)+1:], true
}
