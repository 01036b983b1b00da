package cli

import (
	"os"

	"twokey/internal/session"
)

// readyDescriptor is the pipe on which twokey-sh waits.
const readyDescriptor = 3

// supervise is what twokey-sh starts; it is no verb for a person.
func (e *env) supervise(args []string) error {
	if len(args) != 2 {
		return errUsage{"supervise: twokey-sh starts this by itself"}
	}
	home, err := home()
	if err != nil {
		return err
	}
	return session.Supervise(home, args[0], args[1], os.NewFile(readyDescriptor, "ready"))
}
