package egress

// codeHosts are public hosts that serve repositories and take pushes at one
// name, or serve their files. A host that is missing here is asked about.
var codeHosts = map[string]string{
	"github.com":                           "git over HTTPS and SSH",
	"ssh.github.com":                       "git over SSH on port 443",
	"codeload.github.com":                  "archives of a revision",
	"raw.githubusercontent.com":            "single files",
	"objects.githubusercontent.com":        "files of releases, large files",
	"release-assets.githubusercontent.com": "files of releases",
	"gitlab.com":                           "git over HTTPS and SSH",
	"altssh.gitlab.com":                    "git over SSH on port 443",
	"bitbucket.org":                        "git over HTTPS and SSH",
	"altssh.bitbucket.org":                 "git over SSH on port 443",
	"codeberg.org":                         "git over HTTPS and SSH",
	"git.sr.ht":                            "git over HTTPS and SSH",
	"dev.azure.com":                        "git over HTTPS",
	"ssh.dev.azure.com":                    "git over SSH",
}

// CodeHost reports whether a host, in canonical spelling, is known to hold
// repositories. Since it takes pushes as well, this alone lets nothing pass.
func CodeHost(host string) bool { return codeHosts[host] != "" }
