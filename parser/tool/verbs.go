package tool

import (
	"strings"
	"sync"

	"twokey/parser/effect"
)

// verbTable are the words of CLIs' verbs by what they do. A word marked "~" is
// as often a noun or a group (az lock, gcloud run): it says what is done only
// where no plain verb follows it.
var verbTable = map[effect.Trait]string{
	TraitReads: `list ls get describe show view ~status ~info inspect ~logs ~log tail head cat search find query
		~filter lookup check diff wait watch whoami ~version ~versions help ~top ~stat ~stats ~count exists ~history
		~event ~events explain preview plan validate lint ~test estimate print dump export download pull fetch
		read browse open ps df verify ping ~scan ~poll simulate detect discover select retrieve ~metrics ~usage
		whois ~docs ~complete ~completion ~dashboard ~health ~healthcheck ~schema ~tree peek ~summary ~report
		compare resolve md5sum sha1sum hashsum checksum ~size lsd lsf lsl lsjson du ~output can-i api-resources
		api-versions cluster-info current display doctor diagnose evaluate ~last locate ~monitor ~trace uptime
		decode recognize infer predict translate synthesize determine encrypt decrypt assume sign ~stream
		calculate compute-checksum tables ~domains ~projects ~apps ~regions ~sizes listall cluster_status
		la ll receive is listen logstream sessions`,
	TraitCreates: `create new add ~run start launch provision allocate issue generate ~init register import upload
		invite clone copy cp duplicate ~fork submit send publish post request open-pr trigger invoke execute
		~exec call dispatch ~schedule enqueue ~queue emit notify ~comment buy purchase renew ~order subscribe up
		push bootstrap mb make mk mkdir insert restore ~snapshot ~backup ~capture record attach associate ~link
		authorize grant allow ~share install ~build enroll claim ~mirror ~transfer charge pay payout refund
		confirm finalize finish fire redeem resend reply join deliver replicate bundle prepare connect
		request-certificate signup`,
	TraitMutates: `update set put edit modify ~patch apply change configure ~config rename mv move ~tag untag
		~label unlabel annotate scale resize restart reboot ~deploy redeploy promote rollback ~roll upgrade
		downgrade migrate switch enable activate resume unpause rotate replace assign ~close merge reopen ~lock
		unlock approve ~reject ready mark write upsert ingest ~load rebuild refresh reload swap shift ~route
		failover failback switchover expose bind unbind ~map unmap pin unpin accept respond retry rerun ~release
		extend alter ~sync increase decrease ~autoscale cordon uncordon taint commit convert drain balance
		rebalance reassign reconfigure adjust ~bulk compact vacuum reindex optimize seed unarchive mount unmount
		~format escalate patch_object transform overwrite split signal skip continue reorder regenerate
		withdraw void vote undeprecate associate-address ~sets sync-all decline ~group rebase ~alias prioritize
		recover reinstate undelete`,
	TraitDestroys: `delete del rm remove destroy terminate purge rb drop deregister unregister revoke disable stop
		kill clear flush wipe erase reset truncate ~shutdown halt down teardown uninstall unset cancel abort
		discard deactivate detach disassociate disconnect unlink prune evict expire invalidate suspend ~pause
		~archive deprecate yank unpublish undeploy unprovision cleanup clean nuke ~empty trash unsubscribe
		deallocate decommission forget ~scratch deauthorize deny leave expunge rmi rmdir rmdirs quarantine
		poweroff obliterate zap retire unassign kick ban ~block deletefile deletedir dispose unpeer
		unmonitor obliterate offboard unenroll resync del-all deletemany killall delete-all removeall
		dereference destroyall`,
}

// verbWords is verbTable by word.
var verbWords = sync.OnceValue(func() map[string]verbWord {
	classes := map[string]verbWord{}
	for trait, words := range verbTable {
		for word := range strings.FieldsSeq(words) {
			plain, weak := strings.CutPrefix(word, "~")
			classes[plain] = verbWord{trait, !weak}
		}
	}
	return classes
})

type verbWord struct {
	trait  effect.Trait
	strong bool
}

// neutralPrefixes are first parts of verbs that say nothing of what is done.
var neutralPrefixes = map[string]bool{
	"batch": true, "admin": true, "bulk": true, "force": true, "unsafe": true, "schedule": true,
	"begin": true, "async": true, "multi": true, "transact": true, "initiate": true, "soft": true, "hard": true,
}

// verbPrefixes are first parts that make a compound word a verb for sure:
// "delete-access-config" is one, "health-checks" is not.
var verbPrefixes = map[string]bool{
	"delete": true, "remove": true, "create": true, "add": true, "update": true, "set": true, "get": true,
	"list": true, "describe": true, "show": true, "put": true, "start": true, "stop": true, "terminate": true,
	"print": true, "enable": true, "disable": true, "attach": true, "detach": true, "cancel": true,
	"purge": true, "revoke": true, "regenerate": true, "rotate": true, "generate": true, "import": true,
	"export": true, "deregister": true, "register": true, "unset": true, "reset": true, "clear": true,
	"destroy": true, "drop": true, "flush": true, "restart": true, "undelete": true, "upload": true,
	"download": true, "move": true, "abandon": true, "approve": true, "reject": true, "clone": true,
}

// endsPath reports whether a word is the verb, after which operands follow.
func endsPath(word string) bool {
	if w, ok := verbWords()[word]; ok {
		return w.strong
	}
	if i := strings.LastIndexByte(word, ':'); i >= 0 {
		return endsPath(word[i+1:])
	}
	if i := camelHump(word); i > 0 {
		return verbPrefixes[strings.ToLower(word[:i])]
	}
	i := strings.IndexAny(word, "-_")
	return i > 0 && verbPrefixes[word[:i]]
}

// wordClass returns the class of one verb word, or "". A verb of several parts
// (terminate-instances, sites:delete, DeleteBucket) goes by its verb part.
func wordClass(word string) effect.Trait {
	classes := verbWords()
	if w, ok := classes[word]; ok {
		return w.trait
	}
	if i := strings.LastIndexByte(word, ':'); i >= 0 {
		return wordClass(word[i+1:])
	}
	if i := camelHump(word); i > 0 {
		if w, ok := classes[strings.ToLower(word[:i])]; ok {
			return w.trait
		}
	}
	lower := strings.ToLower(word)
	if w, ok := classes[lower]; ok {
		return w.trait
	}
	for {
		i := strings.IndexAny(lower, "-_.")
		if i < 0 {
			return classes[lower].trait
		}
		if w, ok := classes[lower[:i]]; ok {
			return w.trait
		}
		if !neutralPrefixes[lower[:i]] {
			// The verb may be last: object-delete.
			return classes[lower[strings.LastIndexAny(lower, "-_.")+1:]].trait
		}
		lower = lower[i+1:]
	}
}

// camelHump returns where the second word of a camel-case name starts.
func camelHump(word string) int {
	for i := 1; i < len(word); i++ {
		if word[i] >= 'A' && word[i] <= 'Z' && word[i-1] >= 'a' && word[i-1] <= 'z' {
			return i
		}
	}
	return 0
}

// classOf returns the class trait of a subcommand path: what the grammar says
// of it, else what its last classified word says.
func (p *program) classOf(path []string) effect.Trait {
	if t, ok := p.declaredClass(path); ok {
		return t
	}
	for i := len(path) - 1; i >= 0; i-- {
		if i == 0 && len(path) > 1 && p.style&grouped != 0 {
			break
		}
		if t := wordClass(path[i]); t != "" {
			return t
		}
	}
	if len(path) == 0 {
		return TraitReads // alone, such programs print their help
	}
	return TraitUnclassified
}

// declaredClass returns the class that the grammar gives a path. Where it gives
// it to a group only, a plain verb further down says more: "projects" may only
// read, but "projects rm" does not.
func (p *program) declaredClass(path []string) (effect.Trait, bool) {
	for _, c := range p.classes {
		if !covers(c.path, path) {
			continue
		}
		if c.trait == TraitLocal || len(c.path) == len(path) {
			return c.trait, true
		}
		verb, ok := verbWords()[path[len(path)-1]]
		switch {
		case !ok || !verb.strong:
		case verb.trait == TraitDestroys:
			return TraitDestroys, true
		case verb.trait == TraitReads && c.trait != TraitReads && c.trait != TraitSecretRead:
			return TraitReads, true
		case c.trait == TraitSecretRead && (path[len(path)-1] == "list" || path[len(path)-1] == "ls"):
			return TraitReads, true
		case c.trait == TraitReads && (verb.trait == TraitMutates || verb.trait == TraitCreates):
			return verb.trait, true
		}
		return c.trait, true
	}
	return "", false
}

func covers(pattern, path []string) bool {
	// A trailing "$" covers nothing below.
	if last := pattern[len(pattern)-1]; last == "$" {
		return len(pattern)-1 == len(path) && covers(pattern[:len(pattern)-1], path)
	}
	if len(pattern) > len(path) {
		return false
	}
	for i, word := range pattern {
		if word != "*" && word != path[i] {
			return false
		}
	}
	return true
}
