package request

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"twokey/parser/effect"
)

var jsonHeader = [][2]string{{"Content-Type", "application/json"}}

func gzipped(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.Bytes()
}

func zlibbed(s string) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.Bytes()
}

func utf16LE(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

func TestURL(t *testing.T) {
	tests := []struct {
		url, scheme, host string
		port              int
		path, query       string
	}{
		{"https://api.example.com/v1/x?a=1#frag", "https", "api.example.com", 0, "/v1/x", "a=1"},
		{"HTTPS://API.Example.COM.:443/", "https", "api.example.com", 0, "/", ""},
		{"http://user:p@ss@host.example:8080/x", "http", "host.example", 8080, "/x", ""},
		{"http://good.example@evil.example/", "http", "evil.example", 0, "/", ""},
		{`http://evil.example\@good.example/`, "http", "evil.example", 0, "/@good.example/", ""},
		{"http://0xA9FEA9FE/latest", "http", "169.254.169.254", 0, "/latest", ""},
		{"http://2852039166/latest", "http", "169.254.169.254", 0, "/latest", ""},
		{"http://0251.0376.0251.0376/", "http", "169.254.169.254", 0, "/", ""},
		{"http://169.254.43518/", "http", "169.254.169.254", 0, "/", ""},
		{"http://[::ffff:169.254.169.254]:80/", "http", "169.254.169.254", 0, "/", ""},
		{"http://[FE80::1%25eth0]:81/", "http", "fe80::1", 81, "/", ""},
		{"http://%65xample.com/", "http", "example.com", 0, "/", ""},
		{"https://h.example//graphql/../%67raphql/./x/", "https", "h.example", 0, "/graphql/x/", ""},
		{"https://h.example/a%2fb", "https", "h.example", 0, "/a%2fb", ""},
		{"https://h.example?x=1", "https", "h.example", 0, "/", "x=1"},
		{"http://1.2.3.4.5/", "http", "1.2.3.4.5", 0, "/", ""},
		{"http://999.1.1.1/", "http", "999.1.1.1", 0, "/", ""},
	}
	for _, test := range tests {
		h := FromHTTP("GET", test.url, nil, nil)
		if h.Scheme != test.scheme || h.Host != test.host || h.Port != test.port || h.Path != test.path || h.Query != test.query {
			t.Errorf("%s: %s %s %d %q %q", test.url, h.Scheme, h.Host, h.Port, h.Path, h.Query)
		}
	}
}

func TestPathWithHostHeader(t *testing.T) {
	h := FromHTTP("GET", "/v1?x", [][2]string{{"Host", "Api.Example:8443"}}, nil)
	if h.Host != "api.example" || h.Port != 8443 || h.Path != "/v1" || h.Opaque != "" {
		t.Errorf("%+v", h)
	}
	h = FromHTTP("GET", "https://a.example/", [][2]string{{"Host", "b.example"}}, nil)
	if h.Host != "a.example" || !strings.Contains(h.Opaque, "b.example") {
		t.Errorf("a foreign Host header is not told: %+v", h)
	}
}

func TestMethodOverride(t *testing.T) {
	form := [2]string{"Content-Type", "application/x-www-form-urlencoded"}
	tests := []struct {
		name, method, url string
		headers           [][2]string
		body, want        string
	}{
		{"header", "POST", "https://a.example/x", [][2]string{{"x-http-method-override", "delete"}}, "", "DELETE"},
		{"another header", "POST", "https://a.example/x", [][2]string{{"X-HTTP-Method", "PATCH"}}, "", "PATCH"},
		{"form", "POST", "https://a.example/x", [][2]string{form}, "a=1&_method=delete", "DELETE"},
		{"query", "GET", "https://a.example/x?_method=DELETE", nil, "", "DELETE"},
		{"a write stays one", "DELETE", "https://a.example/x", [][2]string{{"X-HTTP-Method-Override", "GET"}}, "", "DELETE"},
		{"a post stays one", "POST", "https://a.example/x", [][2]string{{"X-HTTP-Method-Override", "GET"}}, "", "POST"},
		{"none", "get", "https://a.example/x", nil, "", "GET"},
		{"empty", "", "https://a.example/x", nil, "", "GET"},
	}
	for _, test := range tests {
		if h := FromHTTP(test.method, test.url, test.headers, []byte(test.body)); h.Method != test.want {
			t.Errorf("%s: method %s, want %s", test.name, h.Method, test.want)
		}
	}
}

func TestGraphQL(t *testing.T) {
	const deletes = `{"query":"mutation { volumeDelete(volumeId: \"v1\") }"}`
	form := [][2]string{{"Content-Type", "application/x-www-form-urlencoded"}}
	tests := []struct {
		name, method, url string
		headers           [][2]string
		body              []byte
		want              string // type fields arguments, joined by " | "
		opaque            string
	}{
		{"mutation", "POST", "https://a.example/graphql", jsonHeader, []byte(deletes), "mutation volumeDelete volumeDelete.volumeId=v1", ""},
		{"any path", "POST", "https://a.example/api", jsonHeader, []byte(deletes), "mutation volumeDelete volumeDelete.volumeId=v1", ""},
		{"alias", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"query":"mutation { list: volumeDelete(volumeId: \"v\") }"}`), "mutation volumeDelete volumeDelete.volumeId=v", ""},
		{"variables", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"query":"mutation($i: In!) { rm(input: $i) { ok } }","variables":{"i":{"id":"7","tags":["a","b"]}}}`), "mutation rm rm.input.id=7,rm.input.tags=a,rm.input.tags=b", ""},
		{"default of a variable", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"query":"mutation($i: ID = \"d\") { rm(id: $i) }"}`), "mutation rm rm.id=d", ""},
		{"missing variable", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"query":"mutation($i: ID!) { rm(id: $i) }"}`), "mutation rm rm.id=$i", ""},
		{"fragment", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"query":"mutation { ...F } fragment F on Mutation { rm(id: 1) }"}`), "mutation rm rm.id=1", ""},
		{"inline fragment", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"query":"mutation { ... on Mutation { rm(id: 1) } }"}`), "mutation rm rm.id=1", ""},
		{"fragment in a circle", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"query":"{ ...F } fragment F on Query { a ...F }"}`), "query a ", ""},
		{"operation by name", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"query":"query A { me } mutation B { rm(id: 1) }","operationName":"A"}`), "query me ", ""},
		{"operation without a name", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"query":"query A { me } mutation B { rm(id: 1) }"}`), "query me  | mutation rm rm.id=1", ""},
		{"operation name twice", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"query":"query A { me } mutation B { rm }","operationName":"A","operationName":"B"}`), "query me  | mutation rm ", "a key comes twice in the JSON body"},
		{"query twice", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"query":"mutation { rm }","query":"{ me }"}`), "mutation rm  | query me ", "a key comes twice in the JSON body"},
		{"query in another case", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"query":"{ me }","Query":"mutation { rm }"}`), "query me  | mutation rm ", "a key comes twice in the JSON body"},
		{"escaped key", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"\u0071uery":"mutation { rm }"}`), "mutation rm ", ""},
		{"batch", "POST", "https://a.example/graphql", jsonHeader, []byte(`[{"query":"{ me }"},{"query":"mutation { rm }"}]`), "query me  | mutation rm ", ""},
		{"GET", "GET", "https://a.example/graphql?query=mutation%7Brm%28id%3A1%29%7D", nil, nil, "mutation rm rm.id=1", ""},
		{"URL and body", "POST", "https://a.example/graphql?query=mutation%7Brm%7D", jsonHeader, []byte(`{"query":"{ me }"}`), "mutation rm  | query me ", ""},
		{"application/graphql", "POST", "https://a.example/x", [][2]string{{"Content-Type", "application/graphql; charset=utf-8"}}, []byte("mutation { rm }"), "mutation rm ", ""},
		{"form", "POST", "https://a.example/graphql", form, []byte("query=mutation%7Brm%7D"), "mutation rm ", ""},
		{"multipart", "POST", "https://a.example/graphql", [][2]string{{"Content-Type", `multipart/form-data; boundary="b x"`}}, []byte("--b x\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n{\"query\":\"mutation { rm }\"}\r\n--b x\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{}\r\n--b x--\r\n"), "mutation rm ", ""},
		{"gzip", "POST", "https://a.example/graphql", append([][2]string{{"Content-Encoding", "gzip"}}, jsonHeader...), gzipped(deletes), "mutation volumeDelete volumeDelete.volumeId=v1", ""},
		{"deflate", "POST", "https://a.example/graphql", append([][2]string{{"Content-Encoding", "deflate"}}, jsonHeader...), zlibbed(deletes), "mutation volumeDelete volumeDelete.volumeId=v1", ""},
		{"gzip twice", "POST", "https://a.example/graphql", append([][2]string{{"Content-Encoding", "gzip, gzip"}}, jsonHeader...), gzipped(string(gzipped(deletes))), "mutation volumeDelete volumeDelete.volumeId=v1", ""},
		{"br", "POST", "https://a.example/graphql", append([][2]string{{"Content-Encoding", "br"}}, jsonHeader...), []byte("xx"), "", "a content encoding that is not read: br"},
		{"utf-16", "POST", "https://a.example/graphql", [][2]string{{"Content-Type", "application/json; charset=utf-16"}}, utf16LE(deletes), "mutation volumeDelete volumeDelete.volumeId=v1", ""},
		{"utf-16 unsaid", "POST", "https://a.example/graphql", jsonHeader, utf16LE(deletes), "mutation volumeDelete volumeDelete.volumeId=v1", ""},
		{"byte order mark", "POST", "https://a.example/graphql", jsonHeader, []byte("\ufeff" + deletes), "mutation volumeDelete volumeDelete.volumeId=v1", ""},
		{"persisted", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"operationName":"X","extensions":{"persistedQuery":{"version":1,"sha256Hash":"ab"}}}`), "", "persisted GraphQL query"},
		{"persisted with text", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"query":"{ me }","extensions":{"persistedQuery":{"sha256Hash":"ab"}}}`), "query me ", ""},
		{"persisted GET", "GET", "https://a.example/graphql?extensions=%7B%22persistedQuery%22%3A%7B%7D%7D", nil, nil, "", "persisted GraphQL query"},
		{"not GraphQL", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"query":"mutation { rm"}`), "", "the GraphQL document does not parse"},
		{"a mention", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"query":"{ find(text: \"mutation { rm }\") { id } }"}`), "query find find.text=mutation { rm }", ""},
		{"SQL under query", "POST", "https://a.example/run", jsonHeader, []byte(`{"query":"drop table users"}`), "", ""},
		{"another method", "PUT", "https://a.example/graphql", jsonHeader, []byte(deletes), "mutation volumeDelete volumeDelete.volumeId=v1", ""},
		{"nested", "POST", "https://a.example/graphql", jsonHeader, []byte(`{"query":"` + strings.Repeat("{a", 500) + strings.Repeat("}", 500) + `"}`), "", "the GraphQL document is nested too deeply"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h := FromHTTP(test.method, test.url, test.headers, test.body)
			var got []string
			for _, g := range h.GraphQL {
				got = append(got, g.Type+" "+strings.Join(g.Fields, ",")+" "+strings.Join(g.Arguments, ","))
			}
			if s := strings.Join(got, " | "); s != test.want {
				t.Errorf("GraphQL %q, want %q", s, test.want)
			}
			if h.Opaque != test.opaque {
				t.Errorf("opaque %q, want %q", h.Opaque, test.opaque)
			}
		})
	}
}

func TestActionsAndRPC(t *testing.T) {
	aws := func(service string) [2]string {
		return [2]string{"Authorization", "AWS4-HMAC-SHA256 Credential=AKIDX/20260101/eu-west-1/" + service + "/aws4_request, SignedHeaders=host, Signature=0"}
	}
	form := [2]string{"Content-Type", "application/x-www-form-urlencoded"}
	tests := []struct {
		name, method, url string
		headers           [][2]string
		body              string
		action            string
		rpc               []string
	}{
		{"query protocol", "POST", "https://ec2.eu-west-1.amazonaws.com/", [][2]string{form, aws("ec2")}, "Action=TerminateInstances&Version=2016-11-15", "ec2:TerminateInstances", nil},
		{"query protocol by GET", "GET", "https://ec2.amazonaws.com/?Action=DeleteVolume&VolumeId=v", nil, "", "ec2:DeleteVolume", nil},
		{"own endpoint", "POST", "http://localstack.example:4566/", [][2]string{form, aws("sqs")}, "Action=PurgeQueue", "sqs:PurgeQueue", nil},
		{"target", "POST", "https://dynamodb.eu-west-1.amazonaws.com/", [][2]string{{"X-Amz-Target", "DynamoDB_20120810.DeleteTable"}}, "{}", "dynamodb:DeleteTable", nil},
		{"signed name of service", "POST", "https://api.ecr.eu-west-1.amazonaws.com/", [][2]string{{"X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921.BatchDeleteImage"}}, "{}", "ecr:BatchDeleteImage", nil},
		{"S3 bucket in the host", "DELETE", "https://prod.s3.eu-west-1.amazonaws.com/", nil, "", "s3:DeleteBucket", nil},
		{"S3 bucket in the path", "DELETE", "https://s3.amazonaws.com/prod/key", nil, "", "s3:DeleteObject", nil},
		{"S3 many", "POST", "https://prod.s3.amazonaws.com/?delete", nil, "<Delete/>", "s3:DeleteObjects", nil},
		{"S3 policy", "PUT", "https://prod.s3.amazonaws.com/?policy", nil, "{}", "s3:PutBucketPolicy", nil},
		{"S3 read", "GET", "https://prod.s3.amazonaws.com/key", nil, "", "s3:GetObject", nil},
		{"REST", "DELETE", "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/f", nil, "", "lambda:DELETE", nil},
		{"Smithy RPC", "POST", "https://monitoring.eu-west-1.amazonaws.com/service/GraniteServiceVersion20100801/operation/DeleteAlarms", nil, "", "monitoring:DeleteAlarms", nil},
		{"Google verb", "POST", "https://cloudresourcemanager.googleapis.com/v1/projects/p:undelete", nil, "{}", "cloudresourcemanager:undelete", nil},
		{"Google verb encoded", "POST", "https://compute.googleapis.com/v1/p%3AsetIamPolicy", nil, "{}", "compute:setIamPolicy", nil},
		{"JSON-RPC", "POST", "https://a.example/rpc", jsonHeader, `{"jsonrpc":"2.0","id":1,"method":"wallet_send","params":[]}`, "", []string{"wallet_send"}},
		{"JSON-RPC batch", "POST", "https://a.example/rpc", jsonHeader, `[{"jsonrpc":"2.0","method":"a"},{"jsonrpc":"2.0","method":"b"}]`, "", []string{"a", "b"}},
		{"gRPC", "POST", "https://a.example/pkg.Service/Delete", [][2]string{{"Content-Type", "application/grpc+proto"}}, "x", "", []string{"pkg.Service/Delete"}},
		{"XML-RPC", "POST", "https://a.example/xmlrpc", [][2]string{{"Content-Type", "text/xml"}}, `<methodCall><methodName>wp.deletePost</methodName></methodCall>`, "", []string{"wp.deletePost"}},
		{"SOAP", "POST", "https://a.example/soap", [][2]string{{"Content-Type", "text/xml"}, {"SOAPAction", `"urn:Delete"`}}, `<x/>`, "", []string{"urn:Delete"}},
		{"HTTP batch", "POST", "https://a.example/$batch", [][2]string{{"Content-Type", "multipart/mixed; boundary=b"}}, "--b\r\nContent-Type: application/http\r\n\r\nDELETE /things/1 HTTP/1.1\r\n\r\n--b--\r\n", "", []string{"DELETE /things/1"}},
		{"Redis by path", "GET", "https://x.upstash.io/flushall", nil, "", "", []string{"FLUSHALL"}},
		{"Redis pipeline", "POST", "https://x.upstash.io/pipeline", jsonHeader, `[["GET","a"],["FLUSHDB"]]`, "", []string{"GET", "FLUSHDB"}},
		{"Redis one", "POST", "https://x.upstash.io/", jsonHeader, `["DEL","a"]`, "", []string{"DEL"}},
	}
	for _, test := range tests {
		h := FromHTTP(test.method, test.url, test.headers, []byte(test.body))
		if h.Action != test.action || !slices.Equal(h.RPC, test.rpc) {
			t.Errorf("%s: action %q, RPC %q, want %q, %q", test.name, h.Action, h.RPC, test.action, test.rpc)
		}
	}
}

func TestOpaque(t *testing.T) {
	big := strings.Repeat("x", MaxBody+1)
	tests := []struct {
		name, method string
		headers      [][2]string
		body, want   string
	}{
		{"too long", "POST", nil, big, "the body is longer than 1 MiB"},
		{"too long once unpacked", "POST", [][2]string{{"Content-Encoding", "gzip"}}, string(gzipped(big)), "the body is longer than 1 MiB"},
		{"too long, but reads", "GET", nil, big, ""},
		{"broken gzip", "POST", [][2]string{{"Content-Encoding", "gzip"}}, "nope", "the body does not decode: gzip"},
		{"not JSON", "POST", jsonHeader, "{", "the body is not JSON"},
		{"JSON lines", "POST", [][2]string{{"Content-Type", "application/x-ndjson"}}, "{\"a\":1}\n{\"a\":2}\n", ""},
		{"utf-7", "POST", [][2]string{{"Content-Type", "application/json; charset=utf-7"}}, "{}", "a character set that is not read: utf-7"},
		{"nothing said", "POST", nil, "hello", ""},
	}
	for _, test := range tests {
		if h := FromHTTP(test.method, "https://a.example/x", test.headers, []byte(test.body)); h.Opaque != test.want {
			t.Errorf("%s: opaque %q, want %q", test.name, h.Opaque, test.want)
		}
	}
	for _, url := range []string{"https://a.example/\x01", "https://a%00.example/", "https://%0a/"} {
		if h := FromHTTP("GET", url, nil, nil); h.Opaque == "" {
			t.Errorf("a control character in %q is not told", url)
		}
	}
}

func FuzzFromHTTP(f *testing.F) {
	f.Add("POST", "https://a.example/graphql", "Content-Type: application/json", []byte(`{"query":"mutation($a: ID = 1) { x: rm(id: $a) ...F } fragment F on M { y }","variables":{"a":[1,{"b":"\u00e9"}]}}`))
	f.Add("GET", "%00", "", []byte("0"))
	f.Add("GET", "https://s3.amazonaws.com/b/k?policy", "", []byte(nil))
	f.Add("POST", "https://0x7f.1:80/p:verb?_method=x&query={a}", "Content-Type: multipart/mixed; boundary=b\nContent-Encoding: gzip", gzipped("--b\r\n\r\nDELETE / HTTP/1.1\r\n--b--"))
	f.Fuzz(func(t *testing.T, method, url, head string, body []byte) {
		header, _ := splitHead([]byte(head))
		h := FromHTTP(method, url, header, body)
		if strings.IndexByte(h.Host, 0) >= 0 {
			t.Errorf("host %q names what is not known", h.Host)
		}
		if h.Body != nil && len(h.Body.Text) > maxShown {
			t.Errorf("body of %d bytes is kept", len(h.Body.Text))
		}
		if h.Method == "" {
			t.Error("no method")
		}
	})
}

func BenchmarkFromHTTP(b *testing.B) {
	body := []byte(`{"query":"mutation($id: String!) { volumeDelete(volumeId: $id) }","variables":{"id":"5f9c1a34-1a6e-4c1b-9b7e-6b1a7a1d2e3f"}}`)
	headers := [][2]string{{"Authorization", "Bearer x"}, {"Content-Type", "application/json"}}
	var h effect.HTTP
	for b.Loop() {
		h = FromHTTP("POST", "https://backboard.example/graphql/v2", headers, body)
	}
	if len(h.GraphQL) != 1 {
		b.Fatal("no operation")
	}
}
