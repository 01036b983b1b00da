package request

import (
	"path"
	"strings"

	"twokey/parser/effect"
)

// FromArgv returns the requests that a program's words would send; false means
// that the program is not one that is known to send requests. What is not
// known before the run is said in the requests: a host of "", URLKnown, a body
// that is not Known, Opaque. readFile may be nil.
func FromArgv(argv []effect.Word, stdin *effect.Word, readFile func(string) ([]byte, error)) ([]effect.HTTP, bool) {
	if len(argv) == 0 || !argv[0].Known {
		return nil, false
	}
	f := files{stdin: stdin, read: readFile}
	tool, args := strings.TrimSuffix(path.Base(argv[0].Text), ".exe"), argv[1:]
	switch tool {
	case "curl", "curlie":
		return fromCurl(tool, args, f), true
	case "wget", "wget2":
		return fromWget(tool, args, f), true
	case "http", "https", "xh", "xhs":
		return fromHTTPie(tool, args, f), true
	case "gh", "glab":
		if len(args) > 0 && args[0].Text == "api" {
			return fromAPI(tool, args[1:], f), true
		}
	case "az":
		if len(args) > 0 && args[0].Text == "rest" {
			return fromAz(args[1:], f), true
		}
	case "kubectl", "oc", "k3s", "microk8s":
		return fromKubectl(tool, args, f)
	case "grpcurl":
		return fromGRPCurl(args, f), true
	}
	return nil, false
}
