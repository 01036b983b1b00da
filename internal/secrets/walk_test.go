package secrets

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// dotenv hides .env, .env.*, anything named secrets or *.pem.
func dotenv(path string) bool {
	name := filepath.Base(path)
	return name == ".env" || strings.HasPrefix(name, ".env.") || name == "secrets" || strings.HasSuffix(name, ".pem")
}

// tree makes files; a name that ends in / is a directory, "a -> b" a symbolic
// link, "a = b" a hard link.
func tree(t testing.TB, names ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range names {
		link, target, symbolic := strings.Cut(name, " -> ")
		other, old, hard := strings.Cut(name, " = ")
		var err error
		path := filepath.Join(root, name)
		switch {
		case symbolic:
			err = os.Symlink(target, filepath.Join(root, link))
		case hard:
			err = os.Link(filepath.Join(root, old), filepath.Join(root, other))
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(path, 0o755)
		default:
			if err = os.MkdirAll(filepath.Dir(path), 0o755); err == nil {
				err = os.WriteFile(path, []byte(name), 0o644)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestWalk(t *testing.T) {
	tests := []struct {
		name  string
		names []string
		want  []string
	}{
		{"nothing", []string{"a", "b/c", "empty/"}, nil},
		{"at the top and below", []string{".env", "services/api/.env", "services/api/.env.local", "services/api/main.go"}, []string{".env", "services/api/.env", "services/api/.env.local"}},
		{"a hidden directory is not entered", []string{"secrets/a/.env", "x/secrets/b"}, []string{"secrets", "x/secrets"}},
		{"names with odd bytes", []string{"a b/\n/.env", "\xff\xfe/.env"}, []string{"a b/\n/.env", "\xff\xfe/.env"}},
		{"a symbolic link to a hidden file", []string{"x/.env", "plain -> x/.env"}, []string{"x/.env"}},
		{"a hidden symbolic link hides its target", []string{"config/dev.txt", ".env -> config/dev.txt"}, []string{"config/dev.txt"}},
		{"over two links", []string{"config/dev.txt", "dev -> config", ".env -> dev/dev.txt"}, []string{"config/dev.txt"}},
		{"one to nowhere", []string{".env -> nowhere"}, nil},
		{"one to outside", []string{".env -> /etc/hostname"}, nil},
		{"one to the tree itself", []string{"a", ".env -> ."}, nil},
		{"one above the tree", []string{"a", ".env -> .."}, nil},
		{"one in a circle", []string{".env -> .env.b", ".env.b -> .env"}, nil},
		{"directories behind links are not entered", []string{"a/.env", "b -> a", "c -> /etc"}, []string{"a/.env"}},
		{"hard links of a hidden file", []string{"y/", "x/.env", "y/plain = x/.env", "z = x/.env", "other"}, []string{"x/.env", "y/plain", "z"}},
		{"hard links of others", []string{"a", "b = a", ".env"}, []string{".env"}},
		{"hard link of a hidden link's target", []string{"a", "b = a", ".env -> a"}, []string{"a", "b"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := tree(t, test.names...)
			got, err := Walk(root+"/", dotenv)
			if err != nil {
				t.Fatal(err)
			}
			for i := range got {
				got[i] = strings.TrimPrefix(got[i], root+"/")
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("Walk = %q, want %q", got, test.want)
			}
		})
	}
}

func TestWalkOfWhatIsNotThere(t *testing.T) {
	if _, err := Walk(t.TempDir()+"/no", dotenv); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("err = %v", err)
	}
	root := tree(t, "file")
	if _, err := Walk(root+"/file", dotenv); err == nil {
		t.Error("a file was walked")
	}
}

// The root may be reached by a link; the paths stay as they were asked for.
func TestWalkBelowALink(t *testing.T) {
	root := tree(t, "real/.env", "real/plain", "real/.env.x -> plain", "link -> real")
	got, err := Walk(root+"/link", dotenv)
	if want := []string{root + "/link/.env", root + "/link/plain"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("Walk = %q, %v, want %q", got, err, want)
	}
}

func TestManyFilesAreAllFound(t *testing.T) {
	var names []string
	for d := range 50 {
		for f := range 20 {
			names = append(names, fmt.Sprintf("d%d/e%d/f%d/file", d, f%3, f))
		}
		names = append(names, fmt.Sprintf("d%d/e1/.env", d))
	}
	root := tree(t, names...)
	var calls atomic.Int64
	got, err := Walk(root, func(path string) bool { calls.Add(1); return dotenv(path) })
	if err != nil || len(got) != 50 {
		t.Errorf("%d found, %v", len(got), err)
	}
	if want := int64(50 + 50*3 + 50*20 + 50*21); calls.Load() != want {
		t.Errorf("hides was asked %d times, want once for each of %d entries", calls.Load(), want)
	}
}

func TestDeepTreesCannotStopTheWalk(t *testing.T) {
	root := tree(t, ".env")
	name := strings.Repeat("d", 200)
	fd, err := unix.Open(root, unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		t.Fatal(err)
	}
	for range 60 {
		if err := unix.Mkdirat(fd, name, 0o755); err != nil {
			t.Fatal(err)
		}
		next, err := unix.Openat(fd, name, unix.O_PATH|unix.O_DIRECTORY, 0)
		if err != nil {
			t.Fatal(err)
		}
		unix.Close(fd)
		fd = next
	}
	if next, err := unix.Openat(fd, ".env", unix.O_CREAT|unix.O_WRONLY, 0o600); err != nil {
		t.Fatal(err)
	} else {
		unix.Close(next)
	}
	unix.Close(fd)
	t.Cleanup(func() { _ = exec.Command("rm", "-rf", root+"/"+name).Run() })
	got, err := Walk(root, dotenv)
	if err != nil || len(got) != 2 || got[0] != root+"/.env" || len(got[1]) > maxPath || !strings.HasPrefix(got[1], root+"/"+name) {
		t.Errorf("Walk = %d paths %.300q, %v", len(got), got, err)
	}
}

// A role needs a user other than root, or mounts of its own.
func TestMain(m *testing.M) {
	role, root, _ := strings.Cut(os.Getenv("SECRETS_TEST_ROLE"), " ")
	switch role {
	case "":
		os.Exit(m.Run())
	case "unreadable":
		os.Exit(report(roleUnreadable(root)))
	case "mount":
		os.Exit(report(roleMount(root)))
	}
}

func report(err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func again(role string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "SECRETS_TEST_ROLE="+role)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestUnreadableDirectoryIsHidden(t *testing.T) {
	root := tree(t, "shut/.env", "open/.env")
	if err := os.Chmod(root+"/shut", 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(root+"/shut", 0o755) })
	cmd := again("unreadable " + root)
	if os.Geteuid() == 0 { // who may read anything
		for dir := root; dir != "/"; dir = filepath.Dir(dir) {
			if info, err := os.Stat(dir); err == nil && info.Mode().Perm()&5 != 5 {
				if err := os.Chmod(dir, info.Mode().Perm()|5); err != nil {
					t.Fatal(err)
				}
			}
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
}

func roleUnreadable(root string) error {
	var told []string
	got, err := Walk(root, dotenv, func(path string, err error) { told = append(told, fmt.Sprint(path, " ", errors.Is(err, unix.EACCES))) })
	want := []string{root + "/open/.env", root + "/shut"}
	if err != nil || !slices.Equal(got, want) || !slices.Equal(told, []string{root + "/shut true"}) {
		return fmt.Errorf("Walk = %q, %v, want %q; told %q", got, err, want, told)
	}
	return nil
}

func TestOtherFileSystemsAreNotEntered(t *testing.T) {
	root := tree(t, ".env", "mnt/")
	cmd := again("mount " + root)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatal(err)
		}
		t.Skipf("no user namespace here: %v", err)
	}
}

func roleMount(root string) error {
	if err := unix.Mount("tmpfs", root+"/mnt", "tmpfs", 0, ""); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	if err := os.WriteFile(root+"/mnt/.env", nil, 0o600); err != nil {
		return err
	}
	var told error
	got, err := Walk(root, dotenv, func(path string, err error) {
		if path == root+"/mnt" {
			told = err
		}
	})
	if err != nil || !slices.Equal(got, []string{root + "/.env"}) || !errors.Is(told, ErrOtherFileSystem) {
		return fmt.Errorf("Walk = %q, %v; told %v", got, err, told)
	}
	return nil
}

func BenchmarkWalk(b *testing.B) {
	root := b.TempDir()
	for d := range 5000 {
		dir := fmt.Sprintf("%s/node_modules/p%d/lib/d%d", root, d/10, d)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		for f := range 20 {
			if err := os.WriteFile(fmt.Sprintf("%s/file-%d.js", dir, f), nil, 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	for b.Loop() {
		if _, err := Walk(root, dotenv); err != nil {
			b.Fatal(err)
		}
	}
}
