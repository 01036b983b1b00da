package tool

import (
	"os"
	"strings"

	"twokey/parser/effect"
	"twokey/parser/request"
)

// httpGrammars are the programs that send requests. What they send is
// parser/request's to say; here are the local files that they touch.
func httpGrammars() []grammar {
	return []grammar{
		{names: "curl", style: 0, opts: `# 0 1 2 3 4 6 a/append A/user-agent= b/cookie= B c/cookie-jar=w C/continue-at=
			d/data= D/dump-header=w e/referer= E/cert=
			f/fail F/form= g G/get H/header= i/include I/head j J k/insecure K/config=r l L/location m/max-time= M n/netrc N
				o/output=w O/remote-name p P/ftp-port=
			q Q/quote= r/range= R s/silent S/show-error t/telnet-option= T/upload-file= u/user= U/proxy-user= v/verbose
				V/version w/write-out= x/proxy= X/request= y/speed-time=
			Y/speed-limit= z/time-cond= Z h/help=? ssl-reqd data-raw= data-binary= data-urlencode= data-ascii= json= url=
				url-query= form-string= request-target= cacert= capath=
			cert-type= key= key-type= pass= resolve= connect-to= interface= connect-timeout= retry= retry-delay=
				retry-max-time= max-redirs= max-filesize= limit-rate= unix-socket= abstract-unix-socket=
			netrc-file= oauth2-bearer= aws-sigv4= trace=w trace-ascii=w stderr=w output-dir= remote-header-name create-dirs
				remote-name-all etag-compare= etag-save=w libcurl=w hsts=w alt-svc=w proto= proto-default= proto-redir= dns-servers=
			doh-url= noproxy= preproxy= socks5= socks5-hostname= socks4= socks4a= proxy-header= proxy-cacert= proxy-cert=
				proxy-key= ciphers= tls-max= tls13-ciphers= curves= pinnedpubkey= crlfile= engine= egd-file= random-file= local-port=
			keepalive-time= happy-eyeballs-timeout-ms= expect100-timeout= login-options= mail-from= mail-rcpt= mail-auth=
				krb= delegation= service-name= sasl-authzid= tftp-blksize= rate= variable= expand-data= expand-url=
				expand-output= expand-header= parallel-max= haproxy-clientip= ech= ipfs-gateway= remove-on-error
				fail-with-body no-clobber`, hook: curl},
		{names: "wget wget2", style: gnu | singleDash, opts: `V/version h/help b/background e/execute= o/output-file=w
			a/append-output=a d/debug q/quiet v/verbose i/input-file=r F/force-html B/base= t/tries= O/output-document=w
			c/continue N/timestamping S/server-response T/timeout= w/wait= Q/quota= 4 6 x nH/no-host-directories
				P/directory-prefix=w cut-dirs= user= password= ask-password default-page= E k/convert-links K m/mirror
				p/page-requisites r/recursive l/level= A/accept= R/reject= D/domains= I/include-directories= X/exclude-directories=
			np/no-parent n= header= max-redirect= proxy-user= proxy-password= referer= save-headers U/user-agent= post-data=
				post-file= method= body-data= body-file= content-disposition load-cookies=r save-cookies=w keep-session-cookies
			no-check-certificate certificate= private-key= ca-certificate= spider limit-rate= bind-address= dns-timeout=
				connect-timeout= read-timeout= waitretry= random-wait no-proxy config=r rejected-log=w warc-file=w
				use-askpass=s secure-protocol= compression= delete-after backups=? accept-regex= reject-regex= unlink
				progress= show-progress nv/no-verbose retry-connrefused no-clobber`, hook: wget},
		{names: "http https xh xhs", style: 0, opts: `j/json f/form multipart o/output=w d/download c/continue p/print=
			h/headers b/body v/verbose a/auth= A/auth-type= session= session-read-only= proxy= F/follow max-redirects=
			timeout= verify= cert= cert-key= raw= x/compress s/style= P/pretty= S/stream I/ignore-stdin offline check-status
			q/quiet default-scheme= boundary= compress ssl= ciphers= all body meta curl resolve= bearer= http-version=`, hook: requests},
		{names: "curlie grpcurl websocat wscat ab wrk hey k6 vegeta httpx hurl", style: 0, hook: requests},
		{names: "aria2c axel", style: gnu, opts: `o/out=w d/dir=w i/input-file=r x= s= j= k= c q on-download-complete=s
			on-download-error=s on-download-start=s on-bt-download-complete=s header= user-agent= conf-path=r
			n/num-connections=`, hook: requests},
		{names: "lynx w3m links elinks", style: singleDash, opts: "dump source post_data= cfg=r cmd_script=r auth=", hook: requests},
	}
}

// requests adds what parser/request reads from the whole argv.
func requests(c *call) {
	argv := append([]effect.Word{effect.Lit(c.cmd.Program)}, c.in.Argv[1:]...)
	list, ok := request.FromArgv(argv, c.in.Stdin, c.readRelative)
	if !ok {
		return
	}
	for i := range list {
		if list[i].Tool == "" {
			list[i].Tool = c.cmd.Program
		}
		for _, w := range list[i].Sends {
			c.file(effect.OpRead, w)
		}
		c.add(effect.Effect{Kind: effect.KindHTTP, HTTP: &list[i]})
	}
}

// readRelative reads a file as the program would name it.
func (c *call) readRelative(name string) ([]byte, error) {
	w := c.paths.Resolve(effect.Lit(name))
	if c.in.ReadFile == nil || !w.Known {
		return nil, os.ErrNotExist
	}
	return c.in.ReadFile(w.Text)
}

func curl(c *call) {
	requests(c)
	if c.has("remote-name", "remote-name-all") {
		dir := effect.Lit(".")
		if w, ok := c.value("output-dir"); ok {
			dir = w
		}
		c.file(effect.OpWrite, everything(dir))
	}
	for _, w := range append(c.values("url"), c.cmd.Operands...) {
		if rest, ok := strings.CutPrefix(w.Text, "file://"); ok {
			c.file(effect.OpRead, part(w, rest))
		}
	}
}

func wget(c *call) {
	requests(c)
	for _, w := range c.values("execute") {
		c.wgetSetting(w)
	}
	if !c.has("output-document", "directory-prefix", "spider") && len(c.cmd.Operands) > 0 {
		c.file(effect.OpWrite, effect.Lit("./*"))
	}
}

// wgetSetting: -e takes a .wgetrc line, some of which name programs and files.
func (c *call) wgetSetting(w effect.Word) {
	name, value, _ := strings.Cut(w.Text, "=")
	switch strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(name)) {
	case "useaskpass":
		c.shell(part(w, strings.TrimSpace(value)), "wget -e")
	case "outputdocument", "logfile":
		c.file(effect.OpWrite, part(w, strings.TrimSpace(value)))
	case "httpproxy", "httpsproxy":
		c.trait(TraitReroutes)
	}
}
