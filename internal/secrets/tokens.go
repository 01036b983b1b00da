package secrets

import "strings"

// shape is a token that tells itself by how it begins.
type shape struct {
	prefix string
	min    int // bytes that must follow the prefix
	max    int // bytes that may; 0: any number
	set    *[256]bool
	glued  bool // so distinctive that it counts within a word as well
}

var (
	alnum   = charset("", isWord)
	under   = charset("_", isWord)
	dashed  = charset("_-", isWord)
	dotted  = charset("_-.", isWord)
	base64  = charset("+/=_-.", isWord)
	hexes   = charset("", func(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' })
	uppers  = charset("", func(c byte) bool { return isDigit(c) || isUpper(c) })
	webhook = charset("_-/", isWord)
	armour  = charset("+/=: ,\\\r\n\t", isWord)
)

func charset(extra string, in func(byte) bool) *[256]bool {
	var s [256]bool
	for c := range s {
		s[c] = in(byte(c)) || strings.IndexByte(extra, byte(c)) >= 0
	}
	return &s
}

// shapes are the tokens of common services, as these document them.
var shapes = []shape{
	// code hosts and package registries
	{"ghp_", 30, 0, alnum, true}, {"gho_", 30, 0, alnum, true}, {"ghu_", 30, 0, alnum, true}, {"ghs_", 30, 0, dotted, true}, {"ghr_", 30, 0, alnum, true},
	{"github_pat_", 22, 0, under, true},
	{"glpat-", 20, 0, dotted, true}, {"glptt-", 20, 0, dashed, true}, {"gldt-", 20, 0, dashed, true}, {"glrt-", 20, 0, dotted, true},
	{"glcbt-", 20, 0, dashed, true}, {"glsoat-", 20, 0, dashed, true}, {"glft-", 20, 0, dashed, true}, {"glimt-", 20, 0, dashed, true}, {"glagent-", 40, 0, dashed, true},
	{"ATATT3", 40, 0, base64, true}, {"ATCTT3", 40, 0, base64, true}, {"ATBB", 28, 40, alnum, false},
	{"npm_", 36, 0, alnum, true}, {"pypi-AgE", 50, 0, dashed, true}, {"rubygems_", 40, 0, hexes, true}, {"dckr_pat_", 20, 0, dashed, true}, {"oy2", 43, 43, alnum, false},
	{"cio", 32, 32, alnum, false},
	// clouds and hosting
	{"AKIA", 16, 16, uppers, false}, {"ASIA", 16, 16, uppers, false}, {"AIza", 35, 0, dashed, true}, {"ya29.", 20, 0, dashed, false}, {"GOCSPX-", 24, 0, dashed, true},
	{"dop_v1_", 40, 0, hexes, true}, {"doo_v1_", 40, 0, hexes, true}, {"dor_v1_", 40, 0, hexes, true},
	{"LTAI", 16, 30, alnum, false}, {"AKID", 32, 40, alnum, false},
	{"hvs.", 24, 0, dashed, false}, {"hvb.", 24, 0, dashed, false}, {"hvr.", 24, 0, dashed, false}, {"tskey-", 20, 0, dashed, true},
	{"pscale_tkn_", 30, 0, dotted, true}, {"pscale_pw_", 30, 0, dotted, true}, {"pscale_oauth_", 30, 0, dotted, true},
	{"sbp_", 40, 0, hexes, true}, {"sb_secret_", 20, 0, dashed, true}, {"nfp_", 30, 0, dashed, true}, {"HRKU-", 30, 0, dashed, true}, {"FlyV1 fm2_", 40, 0, base64, true}, {"fm2_", 40, 0, base64, false}, {"fo1_", 30, 0, dashed, false},
	{"dp.pt.", 40, 0, alnum, false}, {"dp.st.", 40, 0, dotted, false}, {"dp.ct.", 40, 0, alnum, false}, {"dp.sa.", 40, 0, alnum, false}, {"ops_eyJ", 80, 0, base64, true},
	{"vcp_", 24, 0, alnum, false}, {"CCIPAT_", 20, 0, under, true}, {"bkua_", 40, 0, hexes, true},
	// models
	{"sk-ant-", 20, 0, dashed, true}, {"sk-proj-", 20, 0, dashed, true}, {"sk-svcacct-", 20, 0, dashed, true}, {"sk-admin-", 20, 0, dashed, true}, {"sk-or-", 30, 0, dashed, true},
	{"sk-", 32, 0, alnum, false}, {"hf_", 30, 0, alnum, false}, {"r8_", 30, 0, alnum, false}, {"gsk_", 40, 0, alnum, false}, {"xai-", 60, 0, alnum, false}, {"pplx-", 40, 0, alnum, false},
	// payments, mail, messages, monitoring and the rest
	{"sk_live_", 16, 0, under, true}, {"sk_test_", 16, 0, under, true}, {"rk_live_", 16, 0, under, true}, {"rk_test_", 16, 0, under, true}, {"whsec_", 24, 0, base64, true},
	{"sq0atp-", 22, 0, dashed, true}, {"sq0csp-", 40, 0, dashed, true}, {"EAAA", 56, 64, dashed, false}, {"shpat_", 32, 0, hexes, true}, {"shpca_", 32, 0, hexes, true}, {"shppa_", 32, 0, hexes, true}, {"shpss_", 32, 0, hexes, true},
	{"SG.", 50, 0, dotted, false}, {"key-", 32, 32, hexes, false},
	{"xoxb-", 10, 0, dashed, true}, {"xoxp-", 10, 0, dashed, true}, {"xoxa-", 10, 0, dashed, true}, {"xoxr-", 10, 0, dashed, true}, {"xoxs-", 10, 0, dashed, true}, {"xoxe", 20, 0, dotted, false}, {"xapp-", 20, 0, dashed, true},
	{"hooks.slack.com/services/", 20, 0, webhook, true}, {"discord.com/api/webhooks/", 20, 0, webhook, true},
	{"lin_api_", 30, 0, alnum, true}, {"ntn_", 40, 0, alnum, false}, {"secret_", 43, 43, alnum, false}, {"figd_", 30, 0, dashed, true}, {"PMAK-", 50, 0, dashed, true},
	{"sntrys_", 40, 0, base64, true}, {"sntryu_", 40, 0, hexes, true}, {"NRAK-", 27, 27, uppers, true}, {"glsa_", 32, 0, under, true}, {"glc_eyJ", 30, 0, base64, true},
	{"AGE-SECRET-KEY-1", 50, 0, uppers, true}, {"ramp_sec_", 20, 0, under, true},
}

// byFirst has the shapes by the byte that they begin with.
var byFirst = func() (table [256][]shape) {
	for _, s := range shapes {
		table[s.prefix[0]] = append(table[s.prefix[0]], s)
	}
	return table
}()

// findTokens emits the tokens in text that are known by their shape.
func findTokens(text string, emit func(from, to int)) {
	noJWT := 0 // no JSON web token begins before here
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '.' && strings.HasPrefix(text[i:], atlas) {
			i = emitAtlas(text, i, emit)
			continue
		}
		if len(byFirst[c]) == 0 && c != 'e' {
			continue
		}
		edge := i == 0 || !under[text[i-1]]
		if c == 'e' && edge && i >= noJWT {
			end, ok := jwt(text, i)
			if ok {
				emit(i, end)
				i = end - 1
				continue
			}
			noJWT = end
		}
		for k := range byFirst[c] {
			s := &byFirst[c][k]
			if !edge && !s.glued || !strings.HasPrefix(text[i:], s.prefix) {
				continue
			}
			start := i + len(s.prefix)
			reach := text
			if s.max > 0 { // it need not be known how much longer it is
				reach = text[:min(len(text), start+s.max+1)]
			}
			end := run(reach, start, s.set)
			n := end - start
			if n < s.min || s.max > 0 && n > s.max {
				continue
			}
			emit(i, end)
			i = end - 1
			break
		}
	}
}

// run returns where the bytes of the set end that begin at i.
func run(text string, i int, set *[256]bool) int {
	for i < len(text) && set[text[i]] {
		i++
	}
	return i
}

// jwt returns the end of the JSON web token at i: two parts in base64url that
// are JSON objects, and a signature. If there is none, none begins before end.
func jwt(text string, i int) (end int, ok bool) {
	if !strings.HasPrefix(text[i:], "eyJ") {
		return i, false
	}
	header := run(text, i, dashed)
	if header-i < 12 || header >= len(text) || text[header] != '.' {
		return header, false
	}
	body := run(text, header+1, dashed)
	if body-header < 12 {
		return header, false
	}
	if body < len(text) && text[body] == '.' {
		return run(text, body+1, dashed), true
	}
	return body, true
}

// atlas is in the middle of the tokens of HCP Terraform.
const atlas = ".atlasv1."

func emitAtlas(text string, i int, emit func(from, to int)) int {
	from := i
	for from > 0 && i-from < 20 && alnum[text[from-1]] {
		from--
	}
	end := run(text, i+len(atlas), dashed)
	if i-from >= 10 && end-i >= 40 {
		emit(from, end)
	}
	return end - 1
}

// findPEM emits private keys in PEM, without the lines that say what they are.
func findPEM(text string, emit func(from, to int)) {
	const begin, end = "-----BEGIN ", "-----END "
	ended := true // an end may be still to come
	for at := 0; ; {
		i := strings.Index(text[at:], begin)
		if i < 0 {
			return
		}
		i += at + len(begin)
		label := text[i:min(len(text), i+80)]
		dashes := strings.Index(label, "-----")
		at = i
		if dashes < 0 || !strings.Contains(label[:dashes], "PRIVATE KEY") {
			continue
		}
		from := i + dashes + len("-----")
		to := run(text, from, armour) // where the end is missing, what looks like the key
		if ended {
			n := strings.Index(text[from:], end)
			if ended = n >= 0; ended {
				to = from + n
			}
		}
		if to > from {
			emit(from, to)
		}
		at = to
	}
}
