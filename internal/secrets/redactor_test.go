package secrets

import (
	enc64 "encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// redactions are texts with a ‹secret› each, which alone is to be blotted out.
var redactions = []string{
	// options
	"mysql -u root -p‹hunter2› shop", "mysqldump --password=‹hunter2› shop", "mysqladmin --password ‹hunter2› status", "sudo mysql -p‹hunter2›",
	"sshpass -p ‹hunter2› ssh host", "sshpass -p‹hunter2› ssh host", "redis-cli -h db -a ‹hunter2› FLUSHALL", "mongosh -u me -p ‹hunter2› db",
	"docker login -u me -p ‹hunter2› registry.example", "curl -u me:‹hunter2› https://x/", "curl --user me:‹hunter2› https://x/", "curl -ume:‹hunter2› https://x/",
	"http -a me:‹hunter2› x/", "tool --token ‹abc123def›", "tool --api-key '‹abc123def›' run", "tool -token ‹abc123def›", "openssl enc -pass pass:‹hunter2›",
	"aws configure set aws_secret_access_key ‹abcdefgh›", "npm config set //registry.example/:_authToken ‹abcdefgh›", "a | mysql -p‹hunter2› ; b", "zip -P ‹hunter2› a.zip b",
	"bash -c 'curl -u a:‹hunter2› -XDELETE http://x'", "ssh host \"sh -c 'mysql -p‹hunter2›'\"", "echo ‹hunter2› | docker login -u me --password-stdin", "echo 'root:‹hunter2›' | chpasswd",
	"printf '%s' ‹hunter2› | gh auth login --with-token", "openssl enc -k ‹hunter2› -in x", "useradd -m -p ‹hunter2› x", "gh secret set X --body ‹hunter2›",
	"psql -c \"ALTER USER app PASSWORD '‹hunter2›'\"", "CREATE USER a IDENTIFIED BY '‹hunter2›' REQUIRE SSL", "alter user a identified with x as '‹hunter2›'", "SET PASSWORD FOR a = PASSWORD('‹hunter2›')",
	"twine upload --password \"‹hunter 2›\" dist/*",
	// assignments and fields
	"PGPASSWORD=‹hunter2› psql -h db", "export GITHUB_TOKEN=‹abc›", "env 'API_KEY=‹a b›' ./run", "DB_PASS=\"‹a b›\" ./run", "kubectl create secret generic x --from-literal=password=‹hunter2›",
	"password: ‹hunter2›", "Password: ‹hunter›", "{\"token\":\"‹abc›\"}", "{\"token\": \"‹a\\\"b›\", \"x\": \"y\"}", `curl -d "{\"password\":\"‹hunter2›\"}" x`, "client_secret=‹abc›&grant_type=x",
	"https://x/?api_key=‹abc›&page=2", "secret_key: '‹abc›'", "token = \"‹abc›\"", "http POST x/ password=‹hunter2› name=joe", "docker run -e MYSQL_ROOT_PASSWORD=‹hunter2› mysql:8",
	"Server=db;Database=x;User Id=sa;Password=‹hunter2›;Encrypt=true", "AccountKey=‹abcdef==›", "secret: ‹abc123›",
	// headers
	"curl -H 'Authorization: Bearer ‹abc.def›' x", "curl -H \"Authorization: Basic ‹bWU6cHc=›\" x", "Authorization: ‹abc›", "-H 'X-Api-Key: ‹abc1›'", "Cookie: ‹a=b; c=d›\nHost: x", "-H 'PRIVATE-TOKEN: ‹abc1›'",
	"Authorization: Token ‹abc›\r\nAccept: */*", "curl -H 'Cookie: ‹session=abc; theme=dark›' x",
	// URLs
	"git clone https://me:‹hunter2›@git.example/x.git", "postgres://app:‹p/w›@db:5432/app", "redis://:‹hunter2›@cache:6379/0", "git push https://‹" + randomValue + "›@git.example/x", "mongodb+srv://u:‹p@w›@c/x",
	// shapes
	"echo ‹" + githubValue + "›", "x‹" + githubValue + "›", "use ‹sk-ant-api03-" + strings.Repeat("aB3-", 10) + "› now", "‹" + jwtValue + "›", "AWS ‹AKIAIOSFODNN7EXAMPLE›.", "‹glpat-" + strings.Repeat("x1", 10) + "›",
	"‹xoxb-123456789012-abcdef›", "‹AIza" + strings.Repeat("a", 35) + "›", "‹npm_" + strings.Repeat("a1", 18) + "›", "‹sk_live_" + strings.Repeat("a1", 12) + "›", "https://‹hooks.slack.com/services/T000/B000/" + randomValue + "›",
	"‹abcdef12345678.atlasv1." + strings.Repeat("x", 60) + "›", "‹dop_v1_" + strings.Repeat("a", 64) + "›", "‹hf_" + strings.Repeat("aB", 17) + "›", "‹AGE-SECRET-KEY-1" + strings.Repeat("Q", 58) + "›",
	"-----BEGIN RSA PRIVATE KEY-----‹\nMIIE\nabc\n›-----END RSA PRIVATE KEY-----\nrest", "echo '-----BEGIN PRIVATE KEY-----‹\\nMIIEvQIBADANBg\\n›' > k",
	"-----BEGIN OPENSSH PRIVATE KEY-----‹\nb3BlbnNzaC1rZXktdjEAAAAA\n›",
}

// legible are texts in which nothing is a secret.
var legible = []string{
	"git push --force origin main", "git show 3f9a1c7e5b2d8f406a1b9c8d7e6f5a4b3f9a1c7e", "rm -rf /tmp/0f8fad5b-d9cb-469f-a165-70867728950e", "docker pull ghcr.io/org/app@sha256:" + hexValue + hexValue,
	"cp /usr/share/doc/very/long/path/With/Many/Parts/and_underscores/file-1.2.3.tar.gz .", "export PATH=$HOME/bin:$PATH", "kubectl get secret db -o yaml", "kubectl delete secret db-password", "gh secret list", "gh auth token",
	"echo $GITHUB_TOKEN", "TOKEN=$(vault read -field=token x) ./run", "PASSWORD=$PASSWORD ./run", "PASSWORD=\"${PASSWORD}\" ./run", "curl -H \"Authorization: Bearer $TOKEN\" x", "curl -H \"Authorization: Bearer ${TOKEN}\" x",
	"curl -u \"$USER:$PASS\" x", "curl -u me x", "curl -u me: x", "tool --password-stdin", "tool --token-file /run/token", "tool --no-password x", "psql -p 5432 -h db", "ssh -p 2222 host", "mkdir -p a/b", "docker run -p 8080:80 nginx", "docker run --user 1000:1000 x",
	"git clone git@github.com:org/repo.git", "git clone ssh://git@host:22/repo", "https://host:8080/@scope/pkg@1.0", "postgres://localhost/app", "psql postgres://app@db/app", "grep -rn 'password' src/", "grep -r -- '-----BEGIN PRIVATE KEY-----' .", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
	"the token: expired", "secret: none", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:name-AbCdEf", "password=", "password=\"\"", "token=true", "if [ $token == x ]; then", "max_tokens=4096", "key=value", "--sort-key=name", "monkey=banana12345678",
	"docker build --secret id=npm,src=.npmrc .", "token_type=bearer expires_in=3600", "<password>", "--password=<your password>", "--password=***", "mysql -u root -p shop", "mysql --host db", "std::token::next()", "http://token://", "sk-learn", "skip-ghp_-x", "npm_config_registry=x", "key-value", "AKIA", "eyJ.eyJ",
	"--password=[redacted] x", "Authorization: Bearer [redacted]", "curl -u me:[redacted] x", "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk", "go test -run TestToken ./...", "select * from tokens where password is null",
	"volumeDelete(volumeId: \"0f8fad5b-d9cb-469f-a165-70867728950e\")", "npm set registry https://x", "git config set user.name x", "echo 'set -e' && set -x", "",
	"gh issue create --body text", "echo hello | grep h", "echo \"$PW\" | docker login --password-stdin", "SELECT 'password'", "GROUP BY 'x'", "IDENTIFIED BY ''", "bash -c 'ls -la /tmp'", "cat x | docker login --password-stdin",
}

func TestRedactor(t *testing.T) {
	r := NewRedactor()
	for _, text := range redactions {
		before, rest, _ := strings.Cut(text, "‹")
		secret, after, ok := strings.Cut(rest, "›")
		if !ok {
			t.Fatalf("%q has no mark", text)
		}
		in, want := before+secret+after, before+blot+after
		if got := r.String(in); got != want {
			t.Errorf("String(%q)\n= %q, want\n  %q", in, got, want)
		}
	}
}

func TestLegibleTextStays(t *testing.T) {
	r := NewRedactor()
	for _, text := range legible {
		if got := r.String(text); got != text {
			t.Errorf("String(%q)\n= %q", text, got)
		}
	}
}

func TestExactValues(t *testing.T) {
	const secret = "correct/horse+battery staple"
	r := NewRedactor()
	r.Add(secret)
	r.Add("short")
	r.Add("postgres")
	r.Add("correct/horse")
	for _, text := range []string{
		secret, "x" + secret + "y", secret + secret, url.QueryEscape(secret), "?q=" + url.PathEscape(secret) + "&x", fmt.Sprintf("%x", secret),
		enc64.StdEncoding.EncodeToString([]byte(secret)), enc64.StdEncoding.EncodeToString([]byte("a:" + secret + ":z")), enc64.URLEncoding.EncodeToString([]byte("ab:" + secret)), enc64.StdEncoding.EncodeToString([]byte("abc:" + secret + "zz")),
	} {
		got := r.String(text)
		if !strings.Contains(got, blot) || strings.Contains(got, "horse") {
			t.Errorf("String(%q) = %q", text, got)
		}
	}
	for _, text := range []string{"short", "psql -U postgres", "correct horse battery staple"} {
		if got := r.String(text); got != text {
			t.Errorf("String(%q) = %q", text, got)
		}
	}
	if got := r.String("a correct/horse b"); got != "a "+blot+" b" {
		t.Errorf("the shorter of two values: %q", got)
	}
}

func TestAddEnvironmentLeavesDoorsLegible(t *testing.T) {
	env := []string{"API_TOKEN=tok-1234567890", "SSH_AUTH_SOCK=/tmp/ssh-abc/agent.1", "DOCKER_HOST=unix:///var/run/docker.sock", "PLAIN=plain-value"}
	_, dropped := Environment(env, nil, nil)
	r := NewRedactor()
	r.AddEnvironment(env, dropped)
	const text = "curl tok-1234567890 /tmp/ssh-abc/agent.1 unix:///var/run/docker.sock plain-value"
	if got, want := r.String(text), strings.Replace(text, "tok-1234567890", blot, 1); got != want {
		t.Errorf("String = %q, want %q", got, want)
	}
}

func TestValuesAreAddedWhileTextIsRedacted(t *testing.T) {
	r := NewRedactor()
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 50 {
				value := fmt.Sprintf("value-%d-%d", g, i)
				r.Add(value)
				if got := r.String("a " + value + " b"); got != "a "+blot+" b" {
					t.Errorf("String = %q", got)
				}
			}
		})
	}
	wg.Wait()
	for i := range 2 * MaxValues {
		r.Add(fmt.Sprintf("more-values-%d", i))
	}
	if n := len(r.values.Load().added); n != MaxValues {
		t.Errorf("%d values, want %d", n, MaxValues)
	}
}

func TestJSON(t *testing.T) {
	r := NewRedactor()
	r.Add("exact-value-1")
	tests := []struct{ in, want string }{
		{`{"text":"mysql -phunter2 x","n":1}`, `{"text":"mysql -p[redacted] x","n":1}`},
		{`{"password":"a\"b","x":null,"y":[true,-1.5e3]}`, `{"password":"[redacted]","x":null,"y":[true,-1.5e3]}`},
		{`["mysql","-phunter2","x"]`, `["mysql","-p[redacted]","x"]`},
		{`["tool","--token","abc","--verbose"]`, `["tool","--token","[redacted]","--verbose"]`},
		{`["curl","-u","me:pw","https://x"]`, `["curl","-u","me:[redacted]","https://x"]`},
		{`[["Authorization","Bearer abc"],["Accept","*/*"]]`, `[["Authorization","Bearer [redacted]"],["Accept","*/*"]]`},
		{`["GITHUB_TOKEN","NPM_TOKEN"]`, `["GITHUB_TOKEN","NPM_TOKEN"]`},
		{`[["GITHUB_TOKEN"],["NPM_TOKEN"]]`, `[["GITHUB_TOKEN"],["NPM_TOKEN"]]`},
		{`{"flags":[{"name":"password","value":{"text":"pw","known":true}},{"name":"host","value":{"text":"db","known":true}}]}`,
			`{"flags":[{"name":"password","value":{"text":"[redacted]","known":true}},{"name":"host","value":{"text":"db","known":true}}]}`},
		{`{"name":"user","value":{"text":"me:pw"}}`, `{"name":"user","value":{"text":"me:[redacted]"}}`},
		{`{"name":"user","value":{"text":"1000:1000"}}`, `{"name":"user","value":{"text":"1000:1000"}}`},
		{`{"name":"header","value":{"text":"X-Api-Key: abc1"}}`, `{"name":"header","value":{"text":"X-Api-Key: [redacted]"}}`},
		{`{"name":"TOKEN","value":{"text":"$OTHER"}}`, `{"name":"TOKEN","value":{"text":"$OTHER"}}`},
		{`{"a":"exact-value-1","b":"\u0065xact-value-1","c":"exact-value-2"}`, `{"a":"[redacted]","b":"[redacted]","c":"exact-value-2"}`},
		{`{"token":{"deep":"x"},"tokens":["a"],"programs":{"git":1}}`, `{"token":{"deep":"x"},"tokens":["a"],"programs":{"git":1}}`},
		{` { "token" : "abc" , "x" : [ ] } `, ` { "token" : "[redacted]" , "x" : [ ] } `},
		{`{"text":"mongosh -p hunter2 x","words":["mongosh","x"],"operands":[{"text":"hunter2"}],"url":"/a?b=hunter2&c"}`,
			`{"text":"mongosh -p [redacted] x","words":["mongosh","x"],"operands":[{"text":"[redacted]"}],"url":"/a?b=[redacted]&c"}`},
		{`{"exact-value-1":"a","/x/exact-value-1":1,"password-file":"x"}`, `{"[redacted]":"a","/x/[redacted]":1,"password-file":"x"}`},
		{`"plain"`, `"plain"`}, {`{}`, `{}`}, {`[]`, `[]`}, {`1`, `1`}, {`""`, `""`},
		{`{"a":`, `"{\"a\":"`},
	}
	for _, test := range tests {
		if got := string(r.JSON([]byte(test.in))); got != test.want {
			t.Errorf("JSON(%s)\n= %s, want\n  %s", test.in, got, test.want)
		}
	}
}

// What an agent sends must not cost more than its length.
func TestHostileTextTakesLinearTime(t *testing.T) {
	r := NewRedactor()
	r.Add("aaaaaaaaaaaaaaaab")
	for _, piece := range []string{
		"a", "token=", "token=$", "token=$token=\"$", "cookie:$", "authorization: ", "eyJ", "eyJ-", "eyJaaaaaaaaaaaaaa.", "ghp_", "glpat-", "AKIA", "EAAA-", "://", "://a:", "a://b:c", "-----BEGIN PRIVATE KEY-----", "-----BEGIN ",
		"\"", "'", "\\\"", "token=\\\"", "token='", "--token ", "mysql -p", "-p", ".atlasv1.", "a.atlasv1.", "hooks.slack.com/services/", ":", "=", " ", "x:y=", "\x00", "secret: a", "key=key=",
	} {
		text := strings.Repeat(piece, (1<<19)/len(piece))
		began := processorTime(t)
		r.String(text)
		quoted, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		r.JSON(quoted)
		if took := processorTime(t) - began; took > 2*time.Second {
			t.Errorf("512 KiB of %q took %s", piece, took)
		}
	}
}

// processorTime is what this process has used of it: others on the machine do
// not count.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func FuzzString(f *testing.F) {
	for _, text := range redactions {
		f.Add(strings.NewReplacer("‹", "", "›", "").Replace(text))
	}
	for _, text := range legible {
		f.Add(text)
	}
	const secret = "zq8-Secret/Value"
	r := NewRedactor()
	r.Add(secret)
	f.Fuzz(func(t *testing.T, text string) {
		got := r.String(text)
		if strings.Contains(got, secret) {
			t.Errorf("String(%q) = %q has the value", text, got)
		}
		if utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Errorf("String(%q) = %q is no UTF-8", text, got)
		}
		if got := r.String(text + " " + secret); strings.Contains(got, secret) {
			t.Errorf("String(%q) = %q has the value", text+" "+secret, got)
		}
	})
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"name":"password","value":{"text":"x"},"a":["--token","b",[["Cookie","c"]]],"n":-1e5,"u":"\u00e9\""}`))
	f.Add([]byte(`[`))
	f.Add([]byte(" \n"))
	f.Add([]byte(`{"token":"\ud800"}`))
	r := NewRedactor()
	f.Fuzz(func(t *testing.T, data []byte) {
		got := r.JSON(data)
		if !json.Valid(got) {
			t.Fatalf("JSON(%q) = %q", data, got)
		}
		if json.Valid(data) && skeleton(data) != skeleton(got) {
			t.Errorf("JSON(%q) = %q has another shape", data, got)
		}
	})
}

// skeleton is JSON with every string emptied.
func skeleton(data []byte) string {
	var v any
	if json.Unmarshal(data, &v) != nil {
		return ""
	}
	var empty func(any) any
	empty = func(v any) any {
		switch v := v.(type) {
		case string:
			return ""
		case []any:
			for i := range v {
				v[i] = empty(v[i])
			}
		case map[string]any:
			for k := range v {
				v[k] = empty(v[k])
			}
		}
		return v
	}
	out, _ := json.Marshal(empty(v))
	return string(out)
}

func BenchmarkString(b *testing.B) {
	r := NewRedactor()
	for i := range 20 {
		r.Add(fmt.Sprintf("some-secret-value-%d", i))
	}
	const text = `cd services/api && git add -A && git commit -q -m "Fix the retry of the upload: back off" && curl -sS -X POST -H "Authorization: Bearer $TOKEN" https://api.example.com/v2/things?page=2 -d '{"name":"x","size":3}' | jq .`
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r.String(text)
	}
}

func BenchmarkJSON(b *testing.B) {
	r := NewRedactor()
	data := []byte(`{"text":"git push --force origin main","dir":"/home/me/project","verdict":"hold","effects":[{"kind":"command","command":{"program":"git","subcommand":["push"],"flags":[{"name":"force"}],"operands":[{"text":"origin","known":true},{"text":"main","known":true}]},"origin":{"end":28}}]}`)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		r.JSON(data)
	}
}
