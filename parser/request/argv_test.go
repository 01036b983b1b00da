package request

import (
	"errors"
	"strings"
	"testing"

	"twokey/parser/effect"
)

// words makes argv of a line split at blanks; ~ stands for a blank within a
// word, ? for an unknown part.
func words(line string) []effect.Word {
	var all []effect.Word
	for _, w := range strings.Fields(line) {
		text := strings.ReplaceAll(w, "~", " ")
		unknown := strings.Contains(text, "«?»")
		all = append(all, effect.Word{Text: strings.ReplaceAll(text, "«?»", "\x00"), Known: !unknown})
	}
	return all
}

var testFiles = map[string]string{
	"q.json":    `{"query":"mutation { rm }"}`,
	"q.graphql": "mutation { rm }",
	"form.txt":  "a=1\nb=2\n",
	"rc":        "# comment\nurl = \"https://a.example/rc\"\n-X DELETE\nheader \"X-A: \\\"b\\\"\"\n",
	"h.txt":     "X-HTTP-Method-Override: DELETE\n",
	"urls":      "https://a.example/1\nhttps://a.example/2\n",
}

func readTestFile(name string) ([]byte, error) {
	if text, ok := testFiles[name]; ok {
		return []byte(text), nil
	}
	return nil, errors.New("no such file")
}

// show is a request on one line.
func show(h effect.HTTP) string {
	s := h.Method + " " + h.Scheme + "://" + h.Host
	if h.Port != 0 {
		s += ":" + string(rune('0'+h.Port/1000)) + "…"
	}
	s += strings.ReplaceAll(h.Path, "\x00", "?")
	if h.Query != "" {
		s += "?" + strings.ReplaceAll(h.Query, "\x00", "?")
	}
	if h.Body != nil && !strings.Contains(h.Body.Text, boundary) {
		s += " [" + strings.ReplaceAll(h.Body.Text, "\x00", "?") + "]"
	}
	for _, g := range h.GraphQL {
		s += " " + g.Type + ":" + strings.Join(g.Fields, ",") + "(" + strings.Join(g.Arguments, ",") + ")"
	}
	for _, r := range h.RPC {
		s += " rpc:" + r
	}
	for _, f := range h.Sends {
		s += " sends:" + f.String()
	}
	if h.Opaque != "" {
		s += " opaque:" + h.Opaque
	}
	return strings.ReplaceAll(s, "\x00", "?")
}

func TestFromArgv(t *testing.T) {
	tests := []struct{ line, want string }{
		{"curl https://a.example/x", "GET https://a.example/x"},
		{"curl a.example", "GET http://a.example/"},
		{"/usr/bin/curl -sSXDELETE https://a.example/x", "DELETE https://a.example/x"},
		{"curl -X DELETE -X GET https://a.example/x", "GET https://a.example/x"},
		{"curl --request DELETE --url https://a.example/x", "DELETE https://a.example/x"},
		{"curl --reque DELETE https://a.example/x", "DELETE https://a.example/x"},
		{"curl -d a=1 -d b=2 https://a.example/x", "POST https://a.example/x [a=1&b=2]"},
		{"curl -da=1 https://a.example/x", "POST https://a.example/x [a=1]"},
		{"curl --data-raw @a https://a.example/x", "POST https://a.example/x [@a]"},
		{"curl -d @form.txt https://a.example/x", "POST https://a.example/x [a=1b=2] sends:form.txt"},
		{"curl --data-binary @form.txt https://a.example/x", "POST https://a.example/x [a=1\nb=2\n] sends:form.txt"},
		{"curl -d @nowhere https://a.example/x", "POST https://a.example/x [?] sends:nowhere opaque:body not known before the run"},
		{"curl -d @- https://a.example/x", "POST https://a.example/x [from~stdin]"},
		{"curl --json @q.json https://a.example/graphql", `POST https://a.example/graphql [{"query":"mutation { rm }"}] mutation:rm() sends:q.json`},
		{`curl --json {"a": --json 1} https://a.example/x`, `POST https://a.example/x [{"a":1}]`},
		{"curl --data-urlencode q=a~b&c https://a.example/x", "POST https://a.example/x [q=a+b%26c]"},
		{"curl -G --data-urlencode q=a~b -d c=1 https://a.example/x?z=0", "GET https://a.example/x?z=0&q=a+b&c=1"},
		{"curl -I https://a.example/x", "HEAD https://a.example/x"},
		{"curl -T form.txt https://a.example/up/", "PUT https://a.example/up/form.txt [a=1\nb=2\n] sends:form.txt"},
		{"curl -T - https://a.example/up", "PUT https://a.example/up [from~stdin]"},
		{"curl -F file=@form.txt;type=text/plain -F a=b https://a.example/x", "POST https://a.example/x sends:form.txt"},
		{"curl -F _method=delete https://a.example/x", "DELETE https://a.example/x"},
		{"curl -F operations=<q.json https://a.example/graphql", "POST https://a.example/graphql mutation:rm() sends:q.json"},
		{"curl -F operations={\"query\":\"mutation{rm}\"};type=application/json https://a.example/graphql", "POST https://a.example/graphql mutation:rm()"},
		{"curl -H X-HTTP-Method-Override:~DELETE -d x https://a.example/x", "DELETE https://a.example/x [x]"},
		{"curl -H @h.txt -d x https://a.example/x", "DELETE https://a.example/x [x]"},
		{"curl -H Host:~b.example https://a.example/x", "GET https://a.example/x opaque:the Host header names another host: b.example"},
		{"curl -K rc", "DELETE https://a.example/rc"},
		{"curl -K nowhere https://a.example/", "? ://? opaque:method not known before the run; ? https://a.example/ opaque:method not known before the run"},
		{"curl https://a.example/1 -X POST --next https://a.example/2", "POST https://a.example/1; GET https://a.example/2"},
		{"curl -X DELETE https://a.example/{1,2}/[1-2]", "DELETE https://a.example/1/1; DELETE https://a.example/1/2; DELETE https://a.example/2/1; DELETE https://a.example/2/2"},
		{"curl -g -X DELETE https://a.example/{1,2}", "DELETE https://a.example/{1,2}"},
		{"curl -X DELETE https://a.example/[1-9999]", "DELETE https://a.example/?"},
		{"curl http://[::1]:8000/", "GET http://::1:8…/"},
		{"curl --unix-socket /var/run/docker.sock -X DELETE http://localhost/v1.45/volumes/x", "DELETE http://unix:/var/run/docker.sock/v1.45/volumes/x"},
		{"curl --request-target /admin -X POST https://a.example/", "POST https://a.example/admin"},
		{"curl --connect-to a.example:443:b.example:443 -d x https://a.example/", "POST https://a.example/ [x] opaque:the connection goes to another host: a.example:443:b.example:443"},
		{"curl -x http://p.example:8080 https://a.example/", "GET https://a.example/"},
		{"curl -o out -w %{http_code} -u me:pw -A agent -m 5 https://a.example/x", "GET https://a.example/x"},
		{"curl -d id=«?» https://a.example/x", "POST https://a.example/x [id=?] opaque:body not known before the run"},
		{`curl -d {"query":"mutation{rm(id:\"«?»\")}"} https://a.example/graphql`, `POST https://a.example/graphql [{"query":"mutation{rm(id:\"?\")}"}] mutation:rm(rm.id=?) opaque:body not known before the run`},
		{"curl -X «?» https://a.example/x", "? https://a.example/x opaque:method not known before the run"},
		{"curl https://a.example/«?»/x", "GET https://a.example/?/x"},
		{"curl -X DELETE «?»/x", "DELETE ://?/x"},
		{"curl https://«?».example/x", "GET https://?/x"},
		{"curl -Q DELE~x ftp://a.example/", "POST ftp://a.example/ rpc:DELE x"},
		{"curl -- https://a.example/x", "GET https://a.example/x"},
		{"curl --version", ""},
		{"curl --expand-data {{x}} https://a.example/", "POST https://a.example/ [?] opaque:body not known before the run"},

		{"wget -qO- https://a.example/x", "GET https://a.example/x"},
		{"wget --method=DELETE https://a.example/x", "DELETE https://a.example/x"},
		{"wget --method DELETE --body-data=a=1 a.example/x", "DELETE http://a.example/x [a=1]"},
		{"wget --post-data a=1 https://a.example/x", "POST https://a.example/x [a=1]"},
		{"wget --post-d=a=1 https://a.example/x", "POST https://a.example/x [a=1]"},
		{"wget --post-file=form.txt https://a.example/x", "POST https://a.example/x [a=1\nb=2\n] sends:form.txt"},
		{"wget -e post_data=a=1 https://a.example/x", "POST https://a.example/x [a=1]"},
		{"wget --header X-HTTP-Method-Override:DELETE --post-data= https://a.example/x", "DELETE https://a.example/x []"},
		{"wget -i urls", "GET https://a.example/1; GET https://a.example/2"},

		{"https a.example/x", "GET https://a.example/x"},
		{"http :3000/x a==b~c", "GET http://localhost:3…/x?a=b+c"},
		{"http DELETE a.example/x", "DELETE http://a.example/x"},
		{"http a.example/x a=1 b:=2 X-A:b", `POST http://a.example/x [{"a": "1", "b": 2}]`},
		{"http -f a.example/x a=1 _method=delete", "DELETE http://a.example/x [a=1&_method=delete]"},
		{"http PUT a.example/x @form.txt", "PUT http://a.example/x [a=1\nb=2\n] sends:form.txt"},
		{"http a.example/x q=@form.txt", `POST http://a.example/x [{"q": "a=1\nb=2\n"}] sends:form.txt`},
		{"http --form a.example/up f@form.txt", "POST http://a.example/up sends:form.txt"},
		{"http --offline POST a.example/x a=1", ""},
		{"http a.example/graphql query=mutation{rm}", `POST http://a.example/graphql [{"query": "mutation{rm}"}] mutation:rm()`},
		{"http --raw x a.example/x", "POST http://a.example/x [x] opaque:the body is not JSON"},
		{"xhs delete a.example/x", "DELETE https://a.example/x"},
		{"xh -A bearer -a tok post a.example/x", "POST http://a.example/x"},
		{"curlie -sS delete a.example/x", "DELETE http://a.example/x"},
		{"curlie a.example/x a=1", `POST http://a.example/x [{"a": "1"}]`},

		{"gh api repos/o/r/issues", "GET https://api.github.com/repos/o/r/issues"},
		{"gh api -X DELETE /repos/o/r", "DELETE https://api.github.com/repos/o/r"},
		{"gh api --method=DELETE repos/{owner}/{repo}", "DELETE https://api.github.com/repos/?/?"},
		{"gh api repos/o/r/issues -f title=x -F n=3", `POST https://api.github.com/repos/o/r/issues [{"title":"x","n":3}]`},
		{"gh api -X GET search/issues -f q=a~b", "GET https://api.github.com/search/issues?q=a+b"},
		{"gh api graphql -f query=mutation($i:ID!){rm(id:$i)} -f i=7", `POST https://api.github.com/graphql [{"query":"mutation($i:ID!){rm(id:$i)}","variables":{"i":"7"}}] mutation:rm(rm.id=7)`},
		{"gh api graphql -F query=@q.graphql", `POST https://api.github.com/graphql [{"query":"mutation { rm }"}] mutation:rm() sends:q.graphql`},
		{"gh api graphql --input q.json", `POST https://api.github.com/graphql [{"query":"mutation { rm }"}] mutation:rm() sends:q.json`},
		{"gh api --hostname ghe.example graphql -f query={me}", `POST https://ghe.example/api/graphql [{"query":"{me}"}] query:me()`},
		{"gh api repos/o/r --jq .x", "GET https://api.github.com/repos/o/r"},
		{"glab api projects/:id/issues --method POST -f title=x", `POST https://gitlab.com/api/v4/projects/?/issues [{"title":"x"}]`},
		{"glab api graphql -f query={me}", `POST https://gitlab.com/api/graphql [{"query":"{me}"}] query:me()`},
		{"az rest -m delete -u /subscriptions/s/resourceGroups/g?api-version=1", "DELETE https://management.azure.com/subscriptions/s/resourceGroups/g?api-version=1"},
		{"az rest --method post --url https://graph.microsoft.com/v1.0/users --body {} --headers A=b", "POST https://graph.microsoft.com/v1.0/users [{}]"},
		{"kubectl delete --raw /api/v1/namespaces/prod", "DELETE https:///api/v1/namespaces/prod"},
		{"kubectl -n x get --raw=/healthz", "GET https:///healthz"},
		{"kubectl create --raw /api/v1/namespaces -f form.txt", "POST https:///api/v1/namespaces [a=1\nb=2\n] sends:form.txt opaque:the body is not JSON"},
		{"grpcurl -plaintext -d {} a.example:5051 pkg.S/Delete", "POST http://a.example:5…/pkg.S/Delete [{}] rpc:pkg.S/Delete"},
		{"grpcurl a.example:5051 list", ""},
	}
	stdin := effect.Lit("from~stdin")
	for _, test := range tests {
		t.Run(test.line, func(t *testing.T) {
			var in *effect.Word
			if strings.Contains(test.line, " - ") || strings.Contains(test.line, "@-") {
				in = &stdin
			}
			requests, ok := FromArgv(words(test.line), in, readTestFile)
			if !ok {
				t.Fatal("not a program that sends requests")
			}
			var got []string
			for _, h := range requests {
				got = append(got, show(h))
			}
			if s := strings.Join(got, "; "); s != test.want {
				t.Errorf("\n got %q\nwant %q", s, test.want)
			}
		})
	}
}

func TestNotARequest(t *testing.T) {
	for _, line := range []string{"ls -l", "gh pr list", "az group delete", "kubectl get pods", "«?» x", "echo curl https://a.example"} {
		if _, ok := FromArgv(words(line), nil, nil); ok {
			t.Errorf("%s is taken for a request", line)
		}
	}
}

func TestBodyDigestIsOfWhatIsSent(t *testing.T) {
	line, _ := FromArgv(words("curl -d a=1 https://a.example/x"), nil, nil)
	wire := FromHTTP("POST", "https://a.example/x", nil, []byte("a=1"))
	if line[0].BodyDigest == "" || line[0].BodyDigest != wire.BodyDigest {
		t.Errorf("digest %q on the line, %q on the wire", line[0].BodyDigest, wire.BodyDigest)
	}
	made, _ := FromArgv(words("curl -F a=1 https://a.example/x"), nil, nil)
	if made[0].BodyDigest != "" {
		t.Error("a body with a boundary of the run's has a digest")
	}
}

func FuzzCurl(f *testing.F) {
	f.Add("curl\x01-sSXPOST\x01-d\x01@-\x01https://a.example/{a,b}[1-3]", "stdin")
	f.Add("curl\x01-K\x01rc\x01--next\x01-F\x01a=@b;type=x\x01-F\x01c=\"d\\\"e\"\x01u", "")
	f.Add("http\x01POST\x01:80/x\x01a:=1\x01b=@c\x01d\\:e=f", "")
	f.Add("wget\x01--post-d=x\x01-e\x01a=b\x01u", "")
	f.Add("gh\x01api\x01graphql\x01-F\x01query=@-\x01-f\x01a={b}", "{ me }")
	f.Add("kubectl\x01get\x01--raw\x01/x\x00", "")
	f.Fuzz(func(t *testing.T, line, stdin string) {
		var argv []effect.Word
		for _, w := range strings.Split(line, "\x01") {
			argv = append(argv, effect.Word{Text: w, Known: !strings.Contains(w, "\x00")})
		}
		in := effect.Lit(stdin)
		requests, _ := FromArgv(argv, &in, func(string) ([]byte, error) { return []byte(stdin), nil })
		if len(requests) > 2*len(argv)*maxRequests {
			t.Errorf("%d requests", len(requests))
		}
		for _, h := range requests {
			if strings.IndexByte(h.Host, 0) >= 0 && !strings.HasPrefix(h.Host, "unix:") {
				t.Errorf("host %q names what is not known", h.Host)
			}
		}
	})
}

func BenchmarkFromArgv(b *testing.B) {
	argv := words(`curl -sS -X POST https://backboard.example/graphql/v2 -H Authorization:~Bearer~x -H Content-Type:~application/json -d {"query":"mutation{volumeDelete(volumeId:\"v\")}"}`)
	var requests []effect.HTTP
	for b.Loop() {
		requests, _ = FromArgv(argv, nil, nil)
	}
	if len(requests) != 1 {
		b.Fatal("not one request")
	}
}
