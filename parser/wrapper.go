package parser

import (
	"slices"
	"strings"
)

// wrapper is the option grammar of a program that runs another command.
type wrapper struct {
	short   string // short options that take a value
	long    string // long options that take a value, between spaces
	skip    int    // operands before the command
	assigns bool   // NAME=VALUE words may stand before the command
	text    string // options whose value is shell text, between spaces
	shell   bool   // the operands joined are shell text
	dash    bool   // long options may have one dash
	none    string // options with which nothing is run
	verb    string // subcommands before the command, "|" between choices
	dashed  bool   // the command comes only after "--"
	chdir   string // options that set the directory
	own     bool   // the wrapper is worth a command effect of its own
}

// wrappers tells how to find the command inside another program's argv. It is
// data: a program that needs more than this is in wrapperSpecial.
var wrappers = map[string]wrapper{
	"doas":              {short: "uCa"},
	"pkexec":            {long: " user "},
	"run0":              {short: "ugDP", long: " user group nice chdir setenv unit property slice background ", chdir: " -D --chdir "},
	"logsave":           {short: "", skip: 1},
	"msgfilter":         {short: "ioD"},
	"pexec":             {short: "nreopmcLzRj"},
	"gosu":              {skip: 1},
	"su-exec":           {skip: 1},
	"setuidgid":         {skip: 1},
	"nice":              {short: "n", long: " adjustment "},
	"ionice":            {short: "cnpPu", long: " class classdata pid pgid uid ", none: " -p --pid "},
	"chrt":              {short: "pTPD", long: " sched-runtime sched-period sched-deadline ", skip: 1, none: " -p --pid "},
	"taskset":           {short: "", skip: 1, none: " -p --pid "},
	"numactl":           {short: "imCNlpP", long: " interleave membind cpunodebind physcpubind preferred ", none: " -s --show -H --hardware "},
	"nohup":             {},
	"setsid":            {},
	"stdbuf":            {short: "ioe", long: " input output error "},
	"timeout":           {short: "ks", long: " kill-after signal ", skip: 1},
	"time":              {short: "fo", long: " format output "},
	"chroot":            {long: " userspec groups ", skip: 1, own: true},
	"unshare":           {short: "SGRw", long: " setuid setgid root wd propagation map-user map-group map-users map-groups setgroups load-interp monotonic boottime kill-child ", chdir: " -w --wd ", own: true},
	"nsenter":           {short: "tSGWNe", long: " target setuid setgid wdns follow-context ", own: true},
	"setpriv":           {long: " ruid euid reuid rgid egid regid groups inh-caps ambient-caps bounding-set securebits pdeathsig selinux-label apparmor-profile landlock-access landlock-rule "},
	"prlimit":           {short: "po", long: " pid output ", none: " -p --pid "},
	"choom":             {short: "np", long: " adjust pid ", none: " -p --pid "},
	"runcon":            {short: "utrl", long: " user type role range ", skip: 1},
	"aa-exec":           {short: "pnd", long: " profile namespace "},
	"setarch":           {skip: 1},
	"linux32":           {},
	"linux64":           {},
	"sandbox-exec":      {short: "fpnD"},
	"caffeinate":        {short: "tw"},
	"firejail":          {long: " "},
	"strace":            {short: "aeobIkOpPsSuUXE", long: " attach trace output status signal fault inject user env string-limit columns ", none: " -p --attach "},
	"ltrace":            {short: "aeAlnopsuwxFDX", long: " output library indent "},
	"valgrind":          {},
	"perf":              {short: "eopCctrFgIG", long: " event output pid cpu tid repeat freq call-graph ", verb: "stat|record|trace"},
	"rr":                {verb: "record"},
	"heaptrack":         {short: "op"},
	"uftrace":           {verb: "record|live"},
	"dbus-run-session":  {long: " config-file dbus-daemon "},
	"dbus-launch":       {long: " config-file "},
	"xvfb-run":          {short: "efnpsw", long: " error-file auth-file server-num xauth-protocol server-args wait "},
	"fakeroot":          {short: "lisub", long: " lib faked "},
	"fakechroot":        {},
	"faketime":          {short: "p", skip: 1},
	"proot":             {short: "rbqwvkSR", long: " rootfs bind qemu pwd cwd kernel-release "},
	"catchsegv":         {},
	"rlwrap":            {short: "aAbcCDefgHlmMOpPqstTwz"},
	"unbuffer":          {},
	"chronic":           {},
	"ifne":              {},
	"errno":             {},
	"cgexec":            {short: "g"},
	"cpulimit":          {short: "lepPc", long: " limit exe path pid cpu ", none: " -p --pid "},
	"trickle":           {short: "duwtln"},
	"torsocks":          {short: "uPap"},
	"torify":            {},
	"tsocks":            {},
	"proxychains":       {short: "f"},
	"proxychains4":      {short: "f"},
	"systemd-run":       {short: "uptEGHMqPdS", long: " unit property description slice working-directory uid gid nice setenv on-active on-boot on-startup on-unit-active on-unit-inactive on-calendar on-clock-change timer-property path-property socket-property service-type host machine background ", chdir: " --working-directory ", own: true},
	"systemd-inhibit":   {long: " what who why mode "},
	"gnome-terminal":    {dashed: true},
	"tini":              {short: "pe"},
	"dumb-init":         {},
	"catatonit":         {},
	"run-one":           {},
	"keep-one-running":  {},
	"retry":             {short: "tsmd", long: " times sleep max min delay until "},
	"softlimit":         {short: "mdslaopfctr"},
	"chpst":             {short: "ueUbnlLmdopfcrtP/0"},
	"envdir":            {skip: 1},
	"envchain":          {skip: 1},
	"setlock":           {skip: 1},
	"cross-env":         {assigns: true},
	"cross-env-shell":   {assigns: true, shell: true},
	"env-cmd":           {short: "fre", long: " file rc-file environments "},
	"dotenv":            {short: "fevp", long: " file "},
	"dotenvx":           {short: "fe", long: " env-file env convention ", verb: "run"},
	"direnv":            {verb: "exec", skip: 1},
	"uv":                {short: "pw", long: " python with with-editable with-requirements package directory project env-file extra group index default-index index-url module ", verb: "run"},
	"poetry":            {short: "CP", long: " directory project ", verb: "run"},
	"pipenv":            {verb: "run"},
	"pdm":               {short: "p", long: " project ", verb: "run"},
	"rye":               {verb: "run"},
	"bundle":            {verb: "exec"},
	"rbenv":             {verb: "exec"},
	"pyenv":             {verb: "exec"},
	"nodenv":            {verb: "exec"},
	"asdf":              {verb: "exec"},
	"mise":              {short: "jcC", long: " command jobs cd ", verb: "exec|x", dashed: true, text: " -c --command "},
	"conda":             {short: "np", long: " name prefix cwd ", verb: "run"},
	"mamba":             {short: "np", long: " name prefix cwd ", verb: "run"},
	"micromamba":        {short: "np", long: " name prefix cwd ", verb: "run"},
	"doppler":           {short: "pc", long: " project config token command ", verb: "run", dashed: true, text: " --command "},
	"op":                {long: " env-file account ", verb: "run", dashed: true},
	"infisical":         {long: " env projectId path token command ", verb: "run", dashed: true, text: " -c --command "},
	"aws-vault":         {short: "dn", long: " duration region mfa-token ", verb: "exec", skip: 1},
	"chamber":           {verb: "exec", dashed: true},
	"teller":            {verb: "run", dashed: true},
	"vaultenv":          {long: " "},
	"summon":            {short: "fpe"},
	"railway":           {short: "se", long: " service environment ", verb: "run"},
	"foreman":           {short: "efd", verb: "run"},
	"honcho":            {short: "efd", verb: "run"},
	"nix":               {short: "f", verb: "develop|shell|run", text: " ", dashed: false},
	"guix":              {verb: "shell|environment", dashed: true},
	"entr":              {},
	"watchexec":         {short: "wefisd", long: " watch exts filter ignore signal debounce shell project-origin workdir "},
	"reflex":            {short: "rRgGd"},
	"winpty":            {},
	"arch":              {},
	"daemonize":         {short: "acepolELu"},
	"start-stop-daemon": {short: "", dashed: true},
	"tsx-run":           {},
	"hatch":             {verb: "run"},
	"pixi":              {verb: "run"},
	"docker-init":       {},
	"sg":                {skip: 1, shell: true},
	"zsh-defer":         {},
	"noglob":            {},
	"nocorrect":         {},
	"sem":               {short: "j", long: " jobs id semaphorename timeout "},
	"with-contenv":      {},
	"exec-helper":       {},
	"ssh-agent":         {short: "aEPt"},
	"xdg-terminal-exec": {},
	"ldd":               {none: " "},
	"rtk":               {},
}

// option is one option of a wrapper with its value.
type option struct {
	name  string // with its dashes
	value arg
}

// split takes a wrapper's own options off an argv's words.
func (w *wrapper) split(args []arg) (opts []option, rest []arg) {
	for len(args) > 0 {
		a := args[0]
		s := a.text
		switch {
		case s == "--":
			return opts, args[1:]
		case len(s) < 2 || s[0] != '-' || s[0] == 0:
			return opts, args
		case s[1] == '-' || w.dash:
			name, val, inline := strings.Cut(s, "=")
			o := option{name: name}
			if inline {
				o.value = arg{value: value{val, a.taint}}
			} else if w.takes(strings.TrimLeft(name, "-")) && len(args) > 1 {
				args = args[1:]
				o.value = args[0]
			}
			opts = append(opts, o)
		default:
			for i := 1; i < len(s); i++ {
				o := option{name: "-" + s[i:i+1]}
				if strings.IndexByte(w.short, s[i]) >= 0 {
					if i+1 < len(s) {
						o.value = arg{value: value{s[i+1:], a.taint}}
					} else if len(args) > 1 {
						args = args[1:]
						o.value = args[0]
					}
					opts = append(opts, o)
					break
				}
				opts = append(opts, o)
			}
		}
		args = args[1:]
	}
	return opts, nil
}

// takes reports whether a long option, perhaps abbreviated, takes a value.
func (w *wrapper) takes(name string) bool {
	if name == "" || w.long == "" {
		return false
	}
	return strings.Contains(w.long, " "+name+" ") || len(name) > 2 && strings.Contains(w.long, " "+name)
}

// among reports whether a text is in a list between spaces.
func among(list, s string) bool { return list != "" && strings.Contains(list, " "+s+" ") }

// unwrap runs the command inside a wrapper of the table; ok is false when
// there is none, so that the program stands for itself.
func (sh *shell) unwrap(name string, w wrapper, c call) (out value, ok bool) {
	args := c.argv[1:]
	if w.verb != "" {
		_, rest := w.split(args)
		if len(rest) == 0 || !slices.Contains(strings.Split(w.verb, "|"), rest[0].text) {
			return value{}, false
		}
		args = append(slices.Clone(args[:len(args)-len(rest)]), rest[1:]...)
		name += " " + rest[0].text
	}
	opts, rest := w.split(args)
	cwd := sh.cwd
	defer func() { sh.cwd = cwd }()
	ran := false
	for _, o := range opts {
		switch {
		case among(w.none, o.name):
			return value{}, false
		case among(w.text, o.name):
			out = sh.inside("", name).code(o.value.value, c.in, name)
			ran = true
		case among(w.chdir, o.name):
			sh.cwd = sh.resolve(o.value.value)
		}
	}
	if ran {
		return out, true
	}
	if w.dashed {
		i := slices.IndexFunc(args, func(a arg) bool { return a.is("--") })
		if i < 0 {
			return value{}, false
		}
		rest = args[i+1:]
	}
	if len(rest) < w.skip {
		return value{}, false
	}
	rest = rest[w.skip:]
	if len(rest) > 0 && rest[0].is("--") {
		rest = rest[1:]
	}
	if w.assigns {
		rest, c.env = leadingAssigns(rest, c.env)
	}
	if len(rest) == 0 {
		return value{}, false
	}
	if w.own {
		sh.tool(c)
	}
	if w.shell {
		if rest[0].is("-c") {
			rest = rest[1:]
		}
		return sh.inside("", name).code(joined(rest), c.in, name), true
	}
	return sh.wrapped(name, c.with(rest)), true
}
