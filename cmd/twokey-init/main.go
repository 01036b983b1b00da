// Command twokey-init sets a sandbox up from within and is its first process.
// The supervisor starts it; it is of no use to a person. It is built without
// cgo, and static, since the view need not have any library.
package main

import (
	"os"

	"twokey/sandbox/inside"
)

func main() { os.Exit(inside.Main(os.Args, os.Stderr)) }
