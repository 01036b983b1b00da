package tool

import (
	"strconv"
	"strings"

	"twokey/parser/effect"
)

// readerGrammars are the programs that print, compare, search or convert
// files.
func readerGrammars() []grammar {
	r := effect.OpRead
	return []grammar{
		{names: `cat tac nl rev expand unexpand fold fmt pr paste join comm column colrm cut tsort look`, style: gnu,
			opts: "A b e E n s t= T u v d/delimiter= f= c= w/width= i= 1 2 3 j= o= x N=", paths: r},
		{names: "bat", style: gnu, opts: `l/language= p/plain n/number A/show-all r/line-range= H/highlight-line=
			m/map-syntax= theme= style= paging= pager=s color= decorations= wrap= d/diff tabs= file-name=`, paths: r},
		{names: "head tail", style: gnu, opts: `c/bytes= n/lines= q/quiet v/verbose z f F follow=? s/sleep-interval= pid=
			retry max-unchanged-stats=`, paths: r},
		{names: "less more pg", style: 0, opts: "o=w O=w log-file=w b= h= j= k= p= P= t= T= x= y= z= n= D= \"=", hook: pager},
		{names: "od", style: gnu, opts: `A/address-radix= j/skip-bytes= N/read-bytes= t/format= w/width=? S/strings=? v a b
			c d f i l o s x endian=`, paths: r},
		{names: "xxd", style: singleDash, opts: `a b C c/cols= E e g/groupsize= i l/len= n/name= o= p/ps/plain/postscript
			r/revert s/seek= u`, hook: xxd},
		{names: "hexdump hexyl", style: gnu, opts: "b c C d e= f=r n/length= o s/skip= v x L=?", paths: r},
		{names: "strings", style: gnu, opts: "a f n/bytes= t/radix= e/encoding= o T/target= s/output-separator= w", paths: r},
		{names: "base64 base32 basenc uuencode", style: gnu, opts: `d/decode D/decode i w/wrap= o/output=w input=r base64
			base64url base32 base16 z85`, paths: r},
		{names: "wc shasum sum", style: gnu, opts: `c/bytes C m/chars l/lines w/words L files0-from=r a/algorithm= b t z tag
			check quiet s/strict`, paths: r},
		{names: "stat file", style: gnu, opts: `c/format= L f t printf= i/mime b/brief z m/magic-file=r F/separator= k h I files-from=r`},
		{names: "diff cmp sdiff diff3 colordiff icdiff delta wdiff", style: gnu, opts: `q/brief s y/side-by-side c C= e n u U=
			p F= a b B i w E Z t r/recursive N x/exclude= X/exclude-from=r I= W/width= D= l S= o=w to-file=r from-file=r
				color=? label= L= strip-trailing-cr
			ignore-all-space suppress-common-lines horizon-lines= tabsize= unified=? context=?`, paths: r},
		{names: "difft", style: gnu, opts: "color= display= width=", paths: r},
		{names: "sort", style: gnu, opts: `b d f g i M h n R r s u c C m z V k/key= o/output=w S/buffer-size= t/field-separator=
			T/temporary-directory= batch-size= compress-program=s files0-from=r parallel= random-source=r check=? debug
				sort= reverse unique stable ignore-case`, paths: r},
		{names: "uniq", style: gnu, opts: "c/count d/repeated D f/skip-fields= i s/skip-chars= u/unique z w/check-chars=", hook: uniq},
		{names: "shuf", style: gnu, opts: "e/echo i/input-range= n/head-count= o/output=w random-source=r r/repeat z", hook: func(c *call) {
			if !c.has("echo") {
				c.operands(r)
			}
		}},
		{names: "iconv", style: gnu, opts: "f/from-code= t/to-code= l/list c o/output=w s verbose", paths: r},
		{names: "dos2unix unix2dos", style: gnu, opts: "k n/newfile o q c= i=?", paths: effect.OpWrite},
		{names: "tr"},
		{names: "jq gojq jaq", style: 0, opts: `arg argjson slurpfile rawfile args jsonargs f/from-file=x L=x n/null-input e/exit-status
			s/slurp r/raw-output c/compact-output C M S a j tab indent= stream seq R/raw-input ascii-output unbuffered sort-keys`, hook: jq},
		{names: "yq dasel fx gron xq tomlq", style: gnu, opts: `i/in-place/inplace n/null-input r/unwrapScalar
			o/output-format= p/input-format= P/prettyPrint C M e/exit-status s/split-exp= f/from-file=r j t y x I/indent= w write`, hook: yq},
		{names: "grep", style: gnu, opts: `A/after-context= B/before-context= C/context= e/regexp= f/file=r m/max-count= d/directories=
			D/devices= E F G P i/ignore-case v/invert-match w x c/count l/files-with-matches L o/only-matching q/quiet s n/line-number
			H h r/recursive R/dereference-recursive/recursive a U z Z b T color=? colour=? include= exclude= exclude-from=r exclude-dir=
			binary-files= label= line-buffered null-data no-filename no-messages silent`, hook: search("regexp", "file")},
		{names: "rg", style: gnu, opts: `A/after-context= B/before-context= C/context= e/regexp= f/file=r g/glob= iglob=
			t/type= T/type-not= m/max-count=
			M/max-columns= d/max-depth= j/threads= E/encoding= r/replace= S/smart-case i/ignore-case v/invert-match w n N
				l/files-with-matches L c/count o/only-matching
			q/quiet u/unrestricted F P U z/search-zip a/text hidden files type-list pre=s pre-glob= sort= sortr= color=
				colors= context-separator= type-add= type-clear=
			ignore-file=r max-filesize= no-ignore json p/pretty 0/null H I x s s/case-sensitive L/follow hostname-bin=s
				engine= passthru stats trim vimgrep`, hook: search("regexp", "file", "files", "type-list")},
		{names: "ag ack ugrep pt sift", style: gnu, opts: `A= B= C= G= i/ignore-case w l L c/count o/only-matching v Q s S u
			U/unrestricted a/all-types hidden ignore= p=r m= depth= pager=s r/recursive g=? file-search-regex= color nocolor
			match= type= f`, hook: search("match", "g")},
		{names: "xmllint", style: singleDash, opts: `format noout xpath= output=w schema=r dtdvalid=r relaxng=r pretty=
			shell html recover encode= path= noent`, paths: r},
		{names: "pygmentize highlight", style: gnu, opts: "l= f= o=w O= P= S= s= g N=", paths: r},
		{names: "pandoc", style: gnu, opts: `f/r/from/read= t/w/to/write= o/output=w s/standalone d/defaults=r
			metadata-file=r template=r H/include-in-header=r B/include-before-body=r A/include-after-body=r F/filter=x
			L/lua-filter=x c/css= resource-path= pdf-engine=x M/metadata= V/variable= bibliography=r data-dir= extract-media=w toc N`, paths: r},
		{names: "mlr", style: singleDash, opts: "from=r icsv ojson ijson ocsv opprint I"},
		{names: "csvkit csvcut csvgrep csvstat csvlook csvsort csvjoin in2csv csvjson xsv qsv"},
		{names: "openssl", style: singleDash, depth: 1, opts: `in=r out=w inkey= key= keyout=w CAfile=r cert=r certfile=r
			CA=r CAkey= config=r signkey=
			passin= passout= pass= k= kfile=r K= iv= subj= days= newkey= extfile=r extensions= CAserial=r connect=
				servername= inform= outform= rand=r name= digest=
			sigfile=r signature=r sign=r verify=r engine= provider= untrusted=r crl= port= host= md= S= iter= pubin text
				noout nodes a d e base64 pbkdf2 showcerts salt modulus fingerprint dates issuer subject x509 new nocerts
				nokeys clcerts export p8 topk8`, hook: openssl},
		{names: "gpg", style: gnu, opts: `o/output=w r/recipient= R/hidden-recipient= u/local-user= default-key= homedir=r
			keyring=r keyserver= passphrase= passphrase-file=r
			passphrase-fd= batch yes a/armor e/encrypt d/decrypt c/symmetric s/sign b/detach-sign clear-sign/clearsign
				verify k/list-keys/list-public-keys K/list-secret-keys
			export export-secret-keys export-secret-subkeys export-ssh-key import delete-keys delete-secret-keys
				delete-secret-and-public-keys delete-key gen-key/full-generate-key/generate-key/full-gen-key quick-generate-key
			send-keys recv-keys/receive-keys search-keys refresh-keys edit-key sign-key lsign-key gen-revoke quick-add-uid
				fingerprint trust-model= status-fd= command-fd= logger-fd= pinentry-mode= cipher-algo= digest-algo=
				n/dry-run q/quiet v/verbose no-tty
			export-ownertrust import-ownertrust change-passphrase keyid-format= with-colons fetch-keys dearmor enarmor t z=
				use-agent`, hook: gpg},
		{names: "age rage", style: gnu, opts: `e/encrypt d/decrypt a/armor p/passphrase r/recipient= R/recipients-file=r
			i/identity= o/output=w j=`, paths: r},
		{names: "sops", style: gnu, depth: 1, opts: `d/decrypt e/encrypt i/in-place r/rotate k/kms= p/pgp= a/age= output=w
			input-type= output-type= extract= set= config=r`, verbs: []verb{
			{path: "decrypt"}, {path: "edit"}, {path: "exec-env"}, {path: "exec-file"}, {path: "encrypt"}, {path: "set"},
			{path: "rotate"}, {path: "updatekeys"}}, hook: sops},
		{names: "ansible-vault", style: cobra, depth: 1,
			opts: "vault-password-file=r vault-id= ask-vault-pass output=w encrypt-vault-id=", paths: r,
			classes: map[effect.Trait]string{TraitSecretRead: "view|decrypt"}},
		{names: "ssh-keygen", style: 0, opts: `t= b= f= C= N= P= q l v y p c e i m= B H F= R= s= I= n= V= z= O= D= E= r= A
			K= M= Y= w= a= k Z= L Q U g h u`, hook: sshKeygen},
		{names: "ssh-copy-id", style: 0, opts: "i= p= o= f n s x t="},
		{names: "ssh-add", style: 0, opts: "l L D d x X c e= s= t= q k K", paths: r},
		{names: "certutil", style: gnu},
		{names: "date", style: gnu, opts: `f/file=r d/date= r/reference= s/set= u/utc/universal I=? R iso-8601=? rfc-3339= rfc-email debug`},
		{names: "lp lpr", style: 0, opts: "d= n= o= P= t= h= q= #= T= C= J= s m r l", paths: r},
		{names: "qrencode", style: gnu, opts: "o/output=w r/read-from=r t/type= s/size= l/level= m= v=", hook: nil},
		{names: "dig host nslookup drill kdig", style: 0, opts: "f=r b= c= k=r p= q= t= x= y= 4 6 u m v i h"},
		{names: "whiptail dialog"},
		{names: "vim emacs nano micro helix hx kak ed", style: 0, opts: `c= s S=x u=x U=x i= w=w W=w T= cmd=
			startuptime=w r=r n R e E y Z m M d b t=? q=? N p o O eval= f= l/load=x script=x batch Q`, hook: editor},
		{names: "man info", style: gnu, opts: `P/pager=s H/html=?s C/config-file=r M/manpath= s/S/sections= e= L/locale= m=
			E/encoding= r/prompt= p= a f k w K l T=? R= B=`},
		{names: "code cursor subl zed windsurf", style: gnu, opts: `g/goto d/diff n r w/wait install-extension=
			uninstall-extension= list-extensions user-data-dir= extensions-dir= folder-uri= remote=`},
		{names: "exiftool mediainfo identify", style: singleDash, paths: r},
		{names: "readelf objdump nm ldd size strip objcopy"},
		{names: "ffmpeg", style: singleDash},
		{names: "envsubst"},
		{names: "env printenv", style: gnu, opts: "0/null", hook: func(c *call) {
			if len(c.cmd.Operands) == 0 {
				c.trait(effect.TraitEnvDump)
			}
		}},
	}
}

// operands does one operation on every operand.
func (c *call) operands(op effect.Operation) {
	for i := range c.cmd.Operands {
		c.fileOperand(op, i)
	}
}

// pager: "+!command" runs a command when less starts.
func pager(c *call) {
	for i, w := range c.cmd.Operands {
		if rest, ok := strings.CutPrefix(w.Text, "+"); ok {
			if command, ok := strings.CutPrefix(strings.TrimPrefix(rest, "+"), "!"); ok {
				c.shell(part(w, command), "less")
			}
			continue
		}
		c.fileOperand(effect.OpRead, i)
	}
	for _, a := range c.in.Env {
		if a.Name == "LESSOPEN" || a.Name == "LESSCLOSE" {
			c.shell(part(a.Value, strings.TrimLeft(a.Value.Text, "|-")), a.Name)
		}
	}
}

func xxd(c *call) {
	if len(c.cmd.Operands) > 0 {
		c.fileOperand(effect.OpRead, 0)
	}
	if len(c.cmd.Operands) > 1 {
		c.fileOperand(effect.OpWrite, 1)
	}
}

func uniq(c *call) {
	if len(c.cmd.Operands) > 0 {
		c.fileOperand(effect.OpRead, 0)
	}
	if len(c.cmd.Operands) > 1 {
		c.fileOperand(effect.OpWrite, 1)
	}
}

// search says that the first operand is a pattern unless an option gives one.
func search(patternFlags ...string) func(*call) {
	return func(c *call) {
		start := 1
		if c.has(patternFlags...) {
			start = 0
		}
		for i := start; i < len(c.cmd.Operands); i++ {
			c.fileOperand(effect.OpRead, i)
		}
	}
}

// jq: --arg and its kin take two words, which the option table cannot say, so
// that their values are dropped from the operands here.
func jq(c *call) {
	words := c.in.Argv[1:]
	var operands []effect.Word
	filter := !c.has("from-file")
	for i := 0; i < len(words); i++ {
		switch text := words[i].Text; {
		case text == "--arg" || text == "--argjson":
			i += 2
		case text == "--slurpfile" || text == "--rawfile":
			if i+2 < len(words) {
				c.file(effect.OpRead, words[i+2])
			}
			i += 2
		case text == "--args" || text == "--jsonargs":
			i = len(words)
		case text == "-f" || text == "--from-file" || text == "-L" || text == "--indent":
			i++
		case strings.HasPrefix(text, "-") && len(text) > 1:
			if strings.Contains(text, "f") && text[1] != '-' {
				i++ // -nf FILE
			}
		case filter:
			filter = false
			if strings.Contains(text, "$ENV") || strings.Contains(text, "env") && strings.TrimSpace(text) == "env" {
				c.trait(effect.TraitEnvDump)
			}
			operands = append(operands, words[i])
		default:
			operands = append(operands, words[i])
			c.file(effect.OpRead, words[i])
		}
	}
	c.cmd.Operands = operands
}

func yq(c *call) {
	op := effect.OpRead
	if c.has("in-place", "write") {
		op = effect.OpWrite
	}
	start := 1
	if len(c.cmd.Operands) > 0 && (c.operandText(0) == "eval" || c.operandText(0) == "e" || c.operandText(0) == "ea" ||
		c.operandText(0) == "eval-all") {
		start = 2
	}
	if c.has("from-file") || len(c.cmd.Operands) == 1 && !strings.ContainsAny(c.operandText(0), "|[]()") &&
		!strings.HasPrefix(c.operandText(0), ".") {
		start = 0
	}
	for i := start; i < len(c.cmd.Operands); i++ {
		c.fileOperand(op, i)
	}
}

func openssl(c *call) {
	switch len(c.cmd.Subcommand) {
	case 0:
		return
	}
	switch c.cmd.Subcommand[0] {
	case "dgst", "sha1", "sha256", "sha512", "md5", "prime", "rsautl", "pkeyutl", "verify":
		c.operands(effect.OpRead)
	case "s_server":
		c.trait(TraitListens)
	case "s_client":
		host, number, _ := strings.Cut(c.text("connect", "host"), ":")
		port, err := strconv.Atoi(number)
		if err != nil {
			port = 443
		}
		c.add(effect.Effect{Kind: effect.KindConnect, Connect: &effect.Connect{Host: strings.ToLower(host), Port: port, Protocol: "tls"}})
		c.rawHTTP("https", host, port)
	}
}

func gpg(c *call) {
	if c.has("export-secret-keys", "export-secret-subkeys") {
		c.trait(TraitSecretRead)
		return
	}
	if c.has("delete-keys", "delete-secret-keys", "delete-secret-and-public-keys", "delete-key") {
		c.trait(TraitDestroys)
		return
	}
	if c.has("send-keys") {
		c.trait(TraitPublishes)
		return
	}
	if c.has("export", "list-keys", "list-secret-keys", "recv-keys", "search-keys", "fingerprint", "edit-key", "refresh-keys") {
		return
	}
	if c.has("decrypt") {
		c.trait(TraitSecretRead)
	}
	c.operands(effect.OpRead)
}

func sops(c *call) {
	verb := ""
	if len(c.cmd.Subcommand) > 0 {
		verb = c.cmd.Subcommand[0]
	}
	if c.has("decrypt") || verb == "decrypt" || strings.HasPrefix(verb, "exec-") {
		c.trait(TraitSecretRead)
	}
	if strings.HasPrefix(verb, "exec-") && len(c.cmd.Operands) > 1 {
		c.shell(c.cmd.Operands[1], "sops "+verb)
	}
	firstIs(effect.OpRead)(c)
}

// sshKeygen: -f names a key that most modes write and some read.
func sshKeygen(c *call) {
	file, ok := c.value("f")
	if !ok {
		file = effect.Lit("~/.ssh/id_ed25519")
		if c.has("R", "F", "H") {
			file = effect.Lit("~/.ssh/known_hosts")
		}
	}
	if c.has("D", "w") {
		c.trait(TraitRunsCode)
	}
	switch {
	case c.has("l", "y", "e", "B", "F", "L", "r", "Q", "Y"):
		c.file(effect.OpRead, file)
	case c.has("R", "H", "p", "c"):
		c.file(effect.OpWrite, file)
	case c.has("s"):
		c.file(effect.OpRead, c.must("s"))
	case c.has("A"):
		c.file(effect.OpCreate, effect.Lit("/etc/ssh"))
	default:
		c.file(effect.OpCreate, file)
	}
}

// must is a flag's value, or an unknown word.
func (c *call) must(name string) effect.Word {
	if w, ok := c.value(name); ok {
		return w
	}
	return effect.Unknown()
}

// editor: vim's -c, --cmd and +cmd and emacs' --eval can run anything.
func editor(c *call) {
	var scripts []effect.Word
	if c.cmd.Program == "vim" {
		scripts = append(scripts, c.values("c", "cmd")...)
	}
	scripts = append(scripts, c.values("eval")...)
	for i, w := range c.cmd.Operands {
		if rest, ok := strings.CutPrefix(w.Text, "+"); ok {
			scripts = append(scripts, part(w, rest))
			continue
		}
		c.fileOperand(effect.OpWrite, i)
	}
	for _, w := range scripts {
		text := strings.TrimLeft(w.Text, ": \t")
		switch {
		case strings.HasPrefix(text, "!"):
			c.shell(part(w, text[1:]), "vim -c")
		case strings.HasPrefix(text, "silent !"), strings.HasPrefix(text, "silent! !"):
			_, command, _ := strings.Cut(text, " !")
			c.shell(part(w, command), "vim -c")
		case strings.Contains(text, "!") || strings.Contains(text, "system(") || strings.Contains(text, "shell-command") ||
			strings.Contains(text, "call-process") || strings.Contains(text, "py") && strings.Contains(text, "import") ||
			strings.Contains(text, "os.execute") || !w.Known:
			c.trait(TraitRunsCode)
		}
	}
}
