package tool

import (
	"strconv"
	"strings"

	"twokey/parser/effect"
	"twokey/parser/request"
)

// networkGrammars are raw connections, listeners and scanners.
func networkGrammars() []grammar {
	return []grammar{
		{names: "nc ncat", style: 0, opts: `e/exec=s c/sh-exec=s lua-exec=x l/listen p/source-port= s/source= w/wait=
			i/interval= q= x= X= u/udp v z/zero n k/keep-open 4 6 C d h N U/unixsock m= O= P= S T= V= W= I= b D F M= proxy=
			proxy-type= proxy-auth= ssl ssl-cert=r ssl-key= ssl-verify ssl-trustfile=r allow=? deny= o/output=w x/hex-dump=w
			send-only recv-only broker chat g= G=`, hook: netcat},
		{names: "socat", style: 0, opts: "d v x u U s t= T= b= L= W= h D lf= ly ls lp= r=w R=w", hook: socat},
		{names: "ssh", style: inOrder, opts: `4 6 A a C f G g K k M N n q s T t V v X x Y y B= b= c= D= E=w e= F=r I= i= J=
			L= l= m= O= o= P= p= Q= R= S= W= w=`},
		{names: "telnet rlogin rsh", style: 0, opts: "l= e= X= k= n= b= S= 8 E F K L a c d f r x"},
		{names: "nmap masscan zmap", style: 0, opts: `p= o= sV= script= iL=r oN=w oX=w oG=w oA=w e= D= S= g= T= min-rate=
			max-rate= host-timeout= A O`},
		{names: "tcpdump tshark dumpcap ngrep", style: 0, opts: "i= w=w r=r c= s= z=s F=r C= G= W= f= Y= T= e= n v X A q Z= B= D l p t U"},
		{names: "ping traceroute mtr tracepath arping fping hping3", style: 0, opts: "c= i= W= w= s= I= t= p= Q= M= m= f q 4 6 n b S= l="},
		{names: "ftp lftp ncftp tftp tnftp", style: 0, opts: "e= c= f=r u= p= n i v g d a P=", hook: func(c *call) {
			for _, w := range c.values("e", "c") {
				c.lftp(w)
			}
			if c.in.Stdin != nil {
				c.lftp(*c.in.Stdin)
			}
		}},
		{names: "ssh-keyscan ssh-agent sshfs autossh cloudflared-ssh", style: 0},
		{names: `rsyncd vsftpd dropbear sshd httpd nginx caddy simple-http-server http-server serve live-server ttyd gotty
			shellinaboxd wetty code-server`, style: 0, opts: "p/port= P= b= c= d= g= l= i= t s= T q v"},
	}
}

// netcat: -e and -c tie a program to a connection.
func netcat(c *call) {
	if c.has("listen") {
		c.trait(TraitListens)
	}
	for _, name := range []string{"exec", "sh-exec", "lua-exec"} {
		if c.has(name) {
			c.trait(effect.TraitReverseShell)
		}
	}
	host, port := "", 0
	for i := len(c.cmd.Operands) - 1; i >= 0; i-- {
		if w := c.cmd.Operands[i]; isDigits(w.Text) && port == 0 && len(w.Text) < 6 {
			for _, d := range w.Text {
				port = port*10 + int(d-'0')
			}
		} else {
			host = w.Text
		}
	}
	if !c.has("listen", "unixsock") && len(c.cmd.Operands) > 0 {
		if strings.IndexByte(host, 0) >= 0 {
			host = ""
		}
		c.add(effect.Effect{Kind: effect.KindConnect, Connect: &effect.Connect{Host: strings.ToLower(host), Port: port, Protocol: "tcp"}})
		scheme := "http"
		if c.has("ssl") || port == 443 {
			scheme = "https"
		}
		c.rawHTTP(scheme, host, port)
	}
}

// rawHTTP reads standard input as a request that the text wrote out.
func (c *call) rawHTTP(scheme, host string, port int) {
	if c.in.Stdin == nil {
		return
	}
	text := strings.ReplaceAll(c.in.Stdin.Text, "\r\n", "\n")
	line, rest, _ := strings.Cut(text, "\n")
	fields := strings.Fields(line)
	if len(fields) < 2 || strings.ToUpper(fields[0]) != fields[0] || len(fields) == 3 && !strings.HasPrefix(fields[2],
		"HTTP/") || !strings.HasPrefix(fields[1], "/") && !strings.Contains(fields[1], "://") {
		return
	}
	head, body, _ := strings.Cut(rest, "\n\n")
	var headers [][2]string
	for h := range strings.SplitSeq(head, "\n") {
		if name, value, ok := strings.Cut(h, ":"); ok {
			headers = append(headers, [2]string{strings.TrimSpace(name), strings.TrimSpace(value)})
		}
	}
	url := fields[1]
	if strings.HasPrefix(url, "/") {
		url = scheme + "://" + hostPort(host, strconv.Itoa(port)) + url
	}
	var content []byte
	if body != "" {
		content = []byte(body)
	}
	h := request.FromHTTP(fields[0], url, headers, content)
	h.Tool = c.cmd.Program
	c.add(effect.Effect{Kind: effect.KindHTTP, HTTP: &h})
}

// socat reads socat's addresses: TYPE:parameters,options.
func socat(c *call) {
	runs, networked := false, false
	for _, w := range c.cmd.Operands {
		for address := range strings.SplitSeq(w.Text, "!!") {
			kind, rest, _ := strings.Cut(address, ":")
			kind = strings.ToUpper(strings.TrimSpace(kind))
			value, _, _ := strings.Cut(rest, ",")
			switch {
			case kind == "EXEC" || kind == "SYSTEM" || kind == "SHELL":
				runs = true
				c.shell(part(w, strings.Trim(value, `"'`)), "socat")
			case strings.HasPrefix(kind, "OPEN"), strings.HasPrefix(kind, "GOPEN"), strings.HasPrefix(kind, "FILE"):
				op := effect.OpRead
				if strings.Contains(rest, "wr") || strings.Contains(rest, "creat") || strings.Contains(rest, "append") ||
					strings.Contains(rest, "trunc") {
					op = effect.OpWrite
				}
				c.file(op, part(w, value))
			case kind == "CREATE" || kind == "CREAT":
				c.file(effect.OpWrite, part(w, value))
			case strings.Contains(kind, "LISTEN") || kind == "UDP-RECVFROM" || kind == "UDP-RECV":
				networked = true
				c.trait(TraitListens)
			case strings.HasPrefix(kind, "TCP"), strings.HasPrefix(kind, "UDP"), strings.HasPrefix(kind, "OPENSSL"),
				strings.HasPrefix(kind, "SSL"), strings.HasPrefix(kind, "SOCKS"), strings.HasPrefix(kind, "PROXY"),
				strings.HasPrefix(kind, "VSOCK"), strings.HasPrefix(kind, "SCTP"):
				networked = true
				to := socatHost(value)
				c.add(effect.Effect{Kind: effect.KindConnect, Connect: to})
				scheme := "http"
				if strings.Contains(kind, "SSL") {
					scheme = "https"
				}
				c.rawHTTP(scheme, to.Host, to.Port)
			}
		}
	}
	if runs && networked {
		c.trait(effect.TraitReverseShell)
	}
}

func socatHost(value string) *effect.Connect {
	host, number, _ := strings.Cut(value, ":")
	port := 0
	for _, d := range number {
		if d < '0' || d > '9' || port > 65535 {
			break
		}
		port = port*10 + int(d-'0')
	}
	if strings.IndexByte(host, 0) >= 0 {
		host = ""
	}
	return &effect.Connect{Host: strings.ToLower(host), Port: port, Protocol: "tcp"}
}

// lftp reads the commands of an ftp client that send, delete or run.
func (c *call) lftp(w effect.Word) {
	for line := range strings.FieldsFuncSeq(w.Text, func(r rune) bool { return r == ';' || r == '\n' }) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		switch fields[0] {
		case "put", "mput", "send", "append":
			c.trait(TraitUploads)
			for _, f := range fields[1:] {
				if !strings.HasPrefix(f, "-") {
					c.file(effect.OpRead, part(w, f))
				}
			}
		case "rm", "mrm", "rmdir", "delete", "mdelete", "mv", "rename":
			c.trait(TraitDestroys)
		case "mirror":
			if strings.Contains(line, "-R") || strings.Contains(line, "--reverse") {
				c.trait(TraitUploads)
			}
			if strings.Contains(line, "--delete") || strings.Contains(line, "-e ") {
				c.trait(TraitDestroys)
			}
		default:
			if strings.HasPrefix(fields[0], "!") {
				c.shell(part(w, strings.TrimPrefix(strings.TrimSpace(line), "!")), c.cmd.Program)
			}
		}
	}
}
