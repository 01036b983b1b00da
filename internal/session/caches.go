package session

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"twokey/internal/control"
	"twokey/sandbox"
)

// cacheDirectories, below the home, are shown with the person's content and
// take writes in a layer of the workspace's own, so that nothing in there
// can poison the person's.
var cacheDirectories = []string{
	".cache", ".npm", ".yarn", ".bun/install/cache", ".local/share/pnpm", ".local/share/uv",
	"go/pkg", ".cargo/registry", ".cargo/git", ".m2/repository", ".gradle/caches", ".gradle/wrapper", ".nuget/packages", ".ivy2",
}

// maxLayers bounds how many sessions of one workspace have a layer at once.
const maxLayers = 64

// addCaches gives the view its caches. The lock that it returns keeps the
// layer this session's, since an overlay's upper directory has one user.
func (s *Session) addCaches(v *sandbox.View) (*os.File, error) {
	sum := sha256.Sum256([]byte(s.workspace))
	base := filepath.Join(s.home.State, "caches", hex.EncodeToString(sum[:6]))
	if err := os.MkdirAll(base, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the caches' layer: %w", err)
	}
	for slot := range maxLayers {
		layer := filepath.Join(base, strconv.Itoa(slot))
		lock, held, err := control.Lock(layer+".lock", true)
		if err != nil {
			return nil, err
		}
		if held {
			continue
		}
		v.Overlays = map[string]string{}
		for _, name := range cacheDirectories {
			path := filepath.Join(s.home.Dir, name)
			if info, err := os.Stat(path); err == nil && info.IsDir() && !control.Within(s.workspace, path) {
				v.Overlays[path] = filepath.Join(layer, strings.ReplaceAll(name, "/", "_"))
			}
		}
		return lock, nil
	}
	return nil, fmt.Errorf("cannot find a free cache layer: %d sessions use %s", maxLayers, s.workspace)
}
