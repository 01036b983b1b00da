package audit

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// lockWait bounds how long a writer waits for the others, so that a stopped
// process cannot hold every command of the person for ever.
const lockWait = 10 * time.Second

// lock takes a flock(2) lock on f and returns how to give it back.
func lock(f *os.File, how int) (unlock func(), err error) {
	var deadline time.Time
	for pause := 20 * time.Microsecond; ; pause = min(2*pause, 5*time.Millisecond) {
		err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
		switch {
		case err == nil:
			return func() { _ = unix.Flock(int(f.Fd()), unix.LOCK_UN) }, nil
		case errors.Is(err, unix.EINTR):
			continue
		case !errors.Is(err, unix.EWOULDBLOCK):
			return nil, os.NewSyscallError("flock", err)
		}
		if deadline.IsZero() {
			deadline = time.Now().Add(lockWait)
		} else if time.Now().After(deadline) {
			return nil, fmt.Errorf("another process has held its lock for %s; fuser %s names it", lockWait, f.Name())
		}
		time.Sleep(pause)
	}
}
