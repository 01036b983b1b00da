package request

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"twokey/parser/effect"
)

// TestAgainstRealClients runs curl and wget against a server on loopback: what
// their command lines say must be what arrives, and an approval of the one
// must cover the other.
func TestAgainstRealClients(t *testing.T) {
	dir := t.TempDir()
	for name, text := range testFiles {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, name)) }
	var mu sync.Mutex
	var arrived []effect.HTTP
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		var headers [][2]string
		for name, values := range r.Header {
			for _, v := range values {
				headers = append(headers, [2]string{name, v})
			}
		}
		mu.Lock()
		defer mu.Unlock()
		arrived = append(arrived, FromHTTP(r.Method, "http://"+r.Host+r.RequestURI, headers, body))
	}))
	defer server.Close()

	const stdin = "from~stdin"
	for _, line := range []string{
		"curl -s URL/x",
		"curl -sXDELETE URL/x",
		"curl -sI URL/x",
		"curl -s -d a=1 -d b=2 URL/x",
		"curl -s -d @form.txt URL/x",
		"curl -s --data-binary @form.txt URL/x",
		"curl -s --data-ascii @form.txt -d x URL/x",
		"curl -s --data-raw @a URL/x",
		"curl -s -d @- URL/x",
		"curl -s --json @q.json URL/graphql",
		"curl -s --json {\"a\": --json 1} URL/x",
		"curl -s --data-urlencode q=a~b&c/é URL/x",
		"curl -s --data-urlencode =a~b URL/x",
		"curl -s --data-urlencode a~b URL/x",
		"curl -s --data-urlencode q@form.txt URL/x",
		"curl -s -G --data-urlencode q=a~b -d c=1 URL/x?z=0",
		"curl -s -G -d c=1 URL",
		"curl -s -G -d c=1 -XDELETE URL/x",
		"curl -s --url-query a=b~c --url-query +d=e%20f URL/x -d y",
		"curl -s -T form.txt URL/up/",
		"curl -s -T form.txt URL",
		"curl -s -T form.txt URL/up/name",
		"curl -s -T - URL/up",
		"curl -s -X POST -T form.txt URL/up/name",
		"curl -s -F a=b -F f=@form.txt URL/x",
		"curl -s -F _method=delete URL/x",
		"curl -s -F operations=<q.json URL/graphql",
		"curl -s -H X-HTTP-Method-Override:~DELETE -d x URL/x",
		"curl -s URL/{a,b}/[1-3] URL/[a-c]?x=[01-03:2]",
		"curl -s -g URL/%7Ba%7D",
		"curl -s URL/a/../b/./c",
		"curl -s --path-as-is URL/a/../b",
		"curl -s --request-target /admin?x=1 -XPOST URL/",
		"curl -s URL/1 -d x --next URL/2 -: -XPUT URL/3",
		"curl -s -d x URL/1 URL/2",
		"curl -s -o /dev/null -w ok -A me -e ref -b a=b -u me:pw -m 5 URL/x",
		"curl -s -XPOST URL/x?a=b#frag",
		"curl -s --head --data x URL/x -G",
		"curl -s -K conf URL/extra",
		"wget -q -O- URL/x",
		"wget -q -O- --method=DELETE URL/x",
		"wget -q -O- --method=PUT --body-data=a=1 URL/x",
		"wget -q -O- --post-data a=1 URL/x",
		"wget -q -O- --post-d=a=1 URL/x",
		"wget -q -O- --post-file=form.txt URL/x",
		"wget -q -O- -e post_data=a=1 URL/x",
		"wget -q --spider URL/x",
		"wget -q -O- --method=PATCH --body-file form.txt --header X-A:b URL/x",
	} {
		t.Run(line, func(t *testing.T) {
			conf := "# options\nrequest = DELETE\nuser-agent \"a \\\"b\\\"\"\ndata = \"a=1\"\n"
			if err := os.WriteFile(filepath.Join(dir, "conf"), []byte(conf), 0o600); err != nil {
				t.Fatal(err)
			}
			argv := words(strings.ReplaceAll(line, "URL", server.URL))
			if _, err := exec.LookPath(argv[0].Text); err != nil {
				t.Skip(err)
			}
			var plain []string
			for _, w := range argv[1:] {
				plain = append(plain, w.Text)
			}
			cmd := exec.Command(argv[0].Text, plain...)
			cmd.Dir = dir
			cmd.Stdin = strings.NewReader(stdin)
			cmd.Env = append(os.Environ(), "HOME="+dir, "no_proxy=*")
			mu.Lock()
			arrived = nil
			mu.Unlock()
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Logf("%v: %s", err, out) // the server's answers are not to every client's taste
			}
			in := effect.Lit(stdin)
			said, _ := FromArgv(argv, &in, read)
			mu.Lock()
			defer mu.Unlock()
			if len(said) != len(arrived) {
				t.Fatalf("%d requests by the line, %d arrived", len(said), len(arrived))
			}
			for i := range said {
				line, wire := effect.Effect{Kind: effect.KindHTTP, HTTP: &said[i]}, effect.Effect{Kind: effect.KindHTTP, HTTP: &arrived[i]}
				made := said[i].Body != nil && said[i].BodyDigest == ""
				if !made && !effect.Covers(line, wire) {
					t.Errorf("\nline %v\nwire %v", line.Core(), wire.Core())
				}
				if made && (said[i].Method != arrived[i].Method || show(said[i]) == "" || len(said[i].GraphQL) != len(arrived[i].GraphQL)) {
					t.Errorf("\nline %s\nwire %s", show(said[i]), show(arrived[i]))
				}
				if said[i].Opaque != "" {
					t.Errorf("opaque: %s", said[i].Opaque)
				}
			}
		})
	}
}
