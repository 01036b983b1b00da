package session

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// relays stand between a command and the regular files that its caller passed
// as descriptors. Through /proc/self/fd a process can open a descriptor's file
// anew and for writing, so a file that the view does not show goes in as a
// pipe.
type relays struct {
	outputs []*output
	inside  []*os.File // the ends that go in; the supervisor's copies
}

// guard returns what the command gets in place of files: each itself where it
// is no regular file or shows reports that the view has it.
func (r *relays) guard(files []*os.File, shows func(path string) bool) ([]*os.File, error) {
	guarded := make([]*os.File, len(files))
	type identity struct{ dev, ino uint64 }
	seen := map[identity]*os.File{}
	for i, f := range files {
		guarded[i] = f
		var st unix.Stat_t
		if err := unix.Fstat(int(f.Fd()), &st); err != nil {
			return nil, fmt.Errorf("cannot look at descriptor %d: %w", i, err)
		}
		switch st.Mode & unix.S_IFMT {
		case unix.S_IFDIR:
			return nil, fmt.Errorf("cannot pass descriptor %d: it is a directory", i)
		case unix.S_IFREG:
		default:
			continue
		}
		if path, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", f.Fd())); err == nil && shows(path) {
			continue
		}
		flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
		if err != nil {
			return nil, os.NewSyscallError("fcntl", err)
		}
		if f, err = duplicate(f); err != nil {
			return nil, err
		}
		reads, id := flags&unix.O_ACCMODE == unix.O_RDONLY, identity{st.Dev, st.Ino}
		if inside, ok := seen[id]; ok && !reads {
			f.Close()
			guarded[i] = inside // stdout and stderr in one file keep their order
			continue
		}
		reader, writer, err := pipe()
		if err != nil {
			return nil, err
		}
		if reads {
			guarded[i] = reader
			r.inside = append(r.inside, reader)
			go feed(writer, f)
			continue
		}
		guarded[i], seen[id] = writer, writer
		r.inside = append(r.inside, writer)
		o := &output{pipe: reader, file: f, done: make(chan struct{})}
		r.outputs = append(r.outputs, o)
		go o.copy()
	}
	return guarded, nil
}

// duplicate lets the relay outlive the caller's descriptor.
func duplicate(f *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(fd), "relayed"), nil
}

// pipe returns both ends blocking, as a command expects them.
func pipe() (reader, writer *os.File, err error) {
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, os.NewSyscallError("pipe2", err)
	}
	return os.NewFile(uintptr(p[0]), "pipe"), os.NewFile(uintptr(p[1]), "pipe"), nil
}

func feed(writer, file *os.File) {
	// The command may end before it has read all; EPIPE then ends the copy.
	io.Copy(writer, file)
	writer.Close()
	file.Close()
}

// handedOver drops the supervisor's copies of the ends that are inside.
func (r *relays) handedOver() {
	for _, f := range r.inside {
		f.Close()
	}
}

// finish waits until what the command wrote is in its files. A process that
// it left behind may hold a pipe open; then it waits only until it is empty.
func (r *relays) finish() {
	for _, o := range r.outputs {
		o.settle()
	}
}

// output carries what a command writes into its caller's file.
type output struct {
	pipe, file *os.File
	done       chan struct{}
	mu         sync.Mutex // held while bytes are on their way
}

func (o *output) copy() {
	defer close(o.done)
	defer o.file.Close()
	defer o.pipe.Close()
	buffer := make([]byte, 64<<10)
	for {
		poll := []unix.PollFd{{Fd: int32(o.pipe.Fd()), Events: unix.POLLIN}}
		if _, err := unix.Poll(poll, -1); err != nil && err != unix.EINTR {
			return
		}
		if !o.move(buffer) {
			return
		}
	}
}

func (o *output) move(buffer []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, err := o.pipe.Read(buffer)
	if n > 0 {
		if _, err := o.file.Write(buffer[:n]); err != nil {
			return false // the writer inside gets EPIPE
		}
	}
	return err == nil
}

func (o *output) settle() {
	for {
		select {
		case <-o.done:
			return
		default:
		}
		o.mu.Lock()
		waiting, err := unix.IoctlGetInt(int(o.pipe.Fd()), unix.TIOCINQ)
		o.mu.Unlock()
		if err != nil || waiting == 0 {
			return
		}
		select {
		case <-o.done:
		case <-time.After(time.Millisecond):
		}
	}
}
