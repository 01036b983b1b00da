package notify

import (
	"context"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// A Handler judges what the sandbox is about to do. Its methods are called from
// many threads at once.
type Handler interface {
	// Exec judges one exec before it happens. It may block for as long as it
	// likes, if it waits on ctx.Done as well: ctx ends when the process died,
	// when a signal withdrew the call (the program may make it anew, which is
	// another Exec), or when the server closed, and the answer no longer counts
	// then. Other execs wait for one that is quick, and no longer than 20 ms for
	// one that turns out not to be. It may
	// be called a second time for the same exec, with Unreadable set, when the
	// process turns out not to be verifiable, and a second time with the facts
	// of the new image when the kernel ran it by an interpreter that is neither
	// ELF nor #! (binfmt_misc). e is valid until Exec returns.
	Exec(ctx context.Context, e *Exec) Answer
	// Connect is told of a connect(2) on a TCP socket. It must not block.
	Connect(c *Connection)
	// Started is told that a child of init is about to exec its command, and
	// returns the tag of the command. pid is the host's. The exec itself is not
	// judged. It must not block: init waits.
	Started(pid int) (tag uint64)
}

// An Answer to an exec: go on, or fail.
type Answer struct {
	// Errno is what execve returns; 0 lets it go on.
	Errno syscall.Errno
	// Message, when not empty, is written as one line to the process's own
	// standard error before the answer, best effort.
	Message string
}

// Exec is what is known about one execve or execveat before it runs. Everything
// was read from the process's memory and is compared again with what the kernel
// really runs, unless Unreadable is set.
type Exec struct {
	PID int // thread group, as this process's pid namespace counts
	TID int // the calling thread
	// Tag is the process's RLIMIT_LOCKS: the command that it belongs to; 0 when
	// it was never tagged.
	Tag uint64
	// Path is the program, made absolute by the process's working directory or
	// the call's directory descriptor; symbolic links are not resolved. For a
	// bare descriptor (fexecve) it is what the descriptor's link in /proc says.
	Path string
	Argv []string
	// Env holds the whole environment strings. Only those that Config.Judged
	// names are compared again.
	Env []string
	// Cwd is the working directory as the process sees it.
	Cwd string

	// Dev and Ino identify the file named, after symbolic links: the script for
	// a script. 0 when it could not be found.
	Dev, Ino uint64
	// ImageDev and ImageIno identify the program that will really run: the last
	// interpreter for a script, else the same file. 0 for a file that is neither
	// ELF nor a script.
	ImageDev, ImageIno uint64
	// Interpreter is what the kernel puts before the script's path in argv, for
	// a file that starts with #!: the interpreter and its argument, and for an
	// interpreter that is a script itself the words of all levels.
	Interpreter []string
	// Script is the script's path as the kernel passes it on; empty when the
	// file is not a script.
	Script string

	// Unreadable, when not empty, says why the facts are incomplete or will not
	// be verified. The handler must treat every field as unknown.
	Unreadable string

	file int // O_PATH descriptor of the file named, -1 when there is none
}

// Open opens the file that Dev and Ino name for reading: the script's text, or
// the program to be told by its content. It must be called before Exec returns.
func (e *Exec) Open() (*os.File, error) { return e.open() }

// Why an exec was killed after it had been let through.
type Mismatch string

const (
	MismatchArgv        Mismatch = "arguments changed after they were judged"
	MismatchEnvironment Mismatch = "environment changed after it was judged"
	MismatchProgram     Mismatch = "program changed after it was judged"
	MismatchUnreadable  Mismatch = "new image cannot be read"
	MismatchDenied      Mismatch = "interpreter of the new image is denied"
)

// A Connection is one connect(2) on a TCP socket, kept so that the accepting
// end can ask whose it is.
type Connection struct {
	PID, TID int
	Tag      uint64 // as Exec.Tag
	Comm     string // the thread's name, at most 15 bytes, chosen by the program
	// Addr is the destination as the process's memory had it: a hint. The
	// acceptor's original destination is the truth.
	Addr netip.AddrPort
}

// Config of a Server.
type Config struct {
	// Listener is the notification descriptor. The server owns it from New on.
	Listener *os.File
	// Init is the host's pid of the sandbox's init. Its own children are tagged
	// and let through. 0: nothing is.
	Init int
	// Handler judges.
	Handler Handler
	// Judged says which environment variables are part of the judgement and so
	// compared again; nil compares all.
	Judged func(name string) bool
	// OnMismatch is told of each process that was killed because what the kernel
	// ran is not what was judged. What it returns is written to the process's
	// standard error as Answer.Message is. May be nil.
	OnMismatch func(e *Exec, why Mismatch) (message string)
	// Log gets one line for what went wrong without being an answer. May be nil.
	Log func(string)
}

const rlimitLocks = 10 // RLIMIT_LOCKS, counted by no kernel since 2.4.25

func prlimit(pid int, limit *unix.Rlimit, old *unix.Rlimit) error {
	return os.NewSyscallError("prlimit64", unix.Prlimit(pid, rlimitLocks, limit, old))
}
