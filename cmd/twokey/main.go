// Command twokey is the person's side of twokey: it answers what is held,
// judges without running, shows the log, and starts the supervisor.
package main

import (
	"os"

	"twokey/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
