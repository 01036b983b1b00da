package exec

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"twokey/sandbox/notify"
)

// Programs knows the machine's programs by what they are: a copied, linked or
// renamed one keeps the name that rules know it by.
type Programs struct {
	byInode map[inode]program
	bySize  map[int64][]program

	mu     sync.Mutex
	copies map[copied]string // names of files that are no known inode
}

type inode struct{ dev, ino uint64 }

// copied identifies one version of a file's content.
type copied struct {
	inode
	size  int64
	mtime syscall.Timespec
	ctime syscall.Timespec
}

type program struct {
	path  string
	names []string // by which it is found, the file's own first
}

// copyLimit is how large a file may be to be compared with known ones, in
// bytes: larger programs are known by name alone.
const copyLimit = 256 << 20

// FindPrograms lists the programs in the directories.
func FindPrograms(dirs []string) *Programs {
	p := &Programs{byInode: map[inode]program{}, bySize: map[int64][]program{}, copies: map[copied]string{}}
	sizes := map[inode]int64{}
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // not on this machine
		}
		for _, entry := range entries {
			path := filepath.Join(dir, entry.Name())
			var st syscall.Stat_t
			if syscall.Stat(path, &st) != nil || st.Mode&syscall.S_IFMT != syscall.S_IFREG || st.Mode&0o111 == 0 {
				continue
			}
			id := inode{uint64(st.Dev), st.Ino}
			known := p.byInode[id]
			own := entry.Type().IsRegular()
			if known.path == "" || own && !slices.Contains(known.names, entry.Name()) {
				known.path = path
			}
			if !slices.Contains(known.names, entry.Name()) {
				if own {
					known.names = slices.Insert(known.names, 0, entry.Name())
				} else {
					known.names = append(known.names, entry.Name())
				}
			}
			p.byInode[id] = known
			sizes[id] = st.Size
		}
	}
	for id, known := range p.byInode {
		p.bySize[sizes[id]] = append(p.bySize[sizes[id]], known)
	}
	return p
}

// name returns the name that rules know the program of e by, "" when it is
// not a known one or goes by one of its own names.
func (p *Programs) name(e *notify.Exec) string {
	base := filepath.Base(e.Path)
	if known, ok := p.byInode[inode{e.Dev, e.Ino}]; ok {
		return known.nameFor(base)
	}
	return p.copyName(e, base)
}

func (k program) nameFor(base string) string {
	if slices.Contains(k.names, base) {
		return ""
	}
	return k.names[0]
}

// copyName compares the content of a file that is no known inode with the
// known programs of its size.
func (p *Programs) copyName(e *notify.Exec, base string) string {
	f, err := e.Open()
	if err != nil {
		return ""
	}
	defer f.Close()
	var st syscall.Stat_t
	if syscall.Fstat(int(f.Fd()), &st) != nil || st.Size > copyLimit {
		return ""
	}
	candidates := p.bySize[st.Size]
	if len(candidates) == 0 {
		return ""
	}
	id := copied{inode{uint64(st.Dev), st.Ino}, st.Size, st.Mtim, st.Ctim}
	p.mu.Lock()
	name, seen := p.copies[id]
	p.mu.Unlock()
	if seen {
		return name
	}
	for _, known := range candidates {
		if sameContent(f, known.path, st.Size) {
			name = known.nameFor(base)
			break
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.copies) > 4096 {
		clear(p.copies)
	}
	p.copies[id] = name
	return name
}

func sameContent(f *os.File, path string, size int64) bool {
	known, err := os.Open(path)
	if err != nil {
		return false
	}
	defer known.Close()
	a, b := make([]byte, 64<<10), make([]byte, 64<<10)
	for offset := int64(0); offset < size; {
		n, err := f.ReadAt(a, offset)
		if n == 0 && err != nil {
			return false
		}
		if _, err := known.ReadAt(b[:n], offset); err != nil && err != io.EOF {
			return false
		}
		if !bytes.Equal(a[:n], b[:n]) {
			return false
		}
		offset += int64(n)
	}
	return true
}

// multiCall reports whether the program does what its argv[0] says.
func (p *Programs) multiCall(e *notify.Exec) bool {
	known, ok := p.byInode[inode{e.Dev, e.Ino}]
	if !ok {
		return false
	}
	return slices.ContainsFunc(known.names, func(n string) bool {
		return n == "busybox" || n == "toybox" || n == "coreutils" || strings.HasPrefix(n, "busybox")
	})
}
