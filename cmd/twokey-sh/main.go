// Command twokey-sh takes bash's place for a coding agent: what it is asked
// to run is judged and then runs in the sandbox, or is refused.
package main

import (
	"os"

	"twokey/internal/client"
)

func main() { os.Exit(client.Main(os.Args, os.Stderr)) }
