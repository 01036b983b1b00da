package request

import (
	"strings"

	"twokey/parser/effect"
)

// apiGrammar is that of gh api and glab api.
var apiGrammar = grammar{
	short: map[byte]string{
		'X': "method", 'f': "raw-field", 'F': "field", 'H': "header", 'i': "include", 'q': "jq",
		't': "template", 'p': "preview",
	},
	valued: set(`method raw-field field header hostname input jq template preview cache output`),
	flags:  set(`include paginate slurp silent verbose help`),
	equals: true,
}

// fromAPI is gh api and glab api: fields make it a POST with a JSON body,
// GraphQL's document is the field "query".
func fromAPI(tool string, args []effect.Word, f files) []effect.HTTP {
	d := &draft{tool: tool}
	host, prefix := "api.github.com", "/"
	if tool == "glab" {
		host, prefix = "gitlab.com", "/api/v4/"
	}
	var endpoint *effect.Word
	var method *effect.Word
	var names, values []effect.Word
	for _, o := range apiGrammar.parse(args) {
		v := o.value
		switch o.name {
		case "":
			if endpoint == nil {
				endpoint = &v
			}
		case "method":
			method = &v
		case "raw-field", "field":
			key, value, _ := cut(v, "=")
			quotedValue := quoteJSON(value)
			if o.name == "field" {
				switch {
				case strings.HasPrefix(value.Text, "@"):
					var sent *effect.Word
					value, sent = f.content(piece(value.Text[1:], value))
					if sent != nil {
						d.sends = append(d.sends, *sent)
					}
					quotedValue = quoteJSON(value)
				case literalJSON(value.Text):
					quotedValue = value
				}
			}
			names, values = append(names, key), append(values, quotedValue)
		case "header":
			d.headers = append(d.headers, v)
		case "hostname":
			host = v.Text
			if tool == "gh" && host != "github.com" {
				prefix = "/api/v3/"
			} else if tool == "gh" {
				host = "api.github.com"
			}
		case "input":
			content, sent := f.content(v)
			if sent != nil {
				d.sends = append(d.sends, *sent)
			}
			d.body = &content
		case "help":
			return nil
		}
	}
	if endpoint == nil {
		return nil
	}
	graphql := endpoint.Text == "graphql"
	d.url = apiURL(*endpoint, host, prefix, graphql)
	d.method = effect.Lit("GET")
	if len(names) > 0 || d.body != nil || graphql {
		d.method = effect.Lit("POST")
	}
	if method != nil {
		d.method = *method
	}
	d.header("Authorization", "token")
	if strings.EqualFold(d.method.Text, "GET") || d.body != nil {
		var query []effect.Word
		for i := range names {
			query = append(query, effect.Word{Text: escape(names[i].Text) + "=" + escape(strings.Trim(values[i].Text, `"`)), Known: names[i].Known && values[i].Known})
		}
		(&curl{}).addQuery(d, query)
	} else if len(names) > 0 {
		body := apiBody(names, values, graphql)
		d.body, d.made = &body, true
	}
	if d.body != nil {
		d.header("Content-Type", "application/json")
	}
	return []effect.HTTP{d.request()}
}

// literalJSON reports whether gh sends a field's value as it is.
func literalJSON(s string) bool {
	if s == "true" || s == "false" || s == "null" {
		return true
	}
	for i := 0; i < len(s); i++ {
		if !digit(s[i]) {
			return false
		}
	}
	return s != ""
}

// apiURL makes the endpoint absolute. Placeholders such as {owner}, and
// GitLab's :id, are filled in at run time.
func apiURL(endpoint effect.Word, host, prefix string, graphql bool) effect.Word {
	u := endpoint
	for range maxPatterns {
		start := strings.IndexByte(u.Text, '{')
		end := strings.IndexByte(u.Text, '}')
		if start < 0 || end < start {
			break
		}
		u.Text, u.Known = u.Text[:start]+"\x00"+u.Text[end+1:], false
	}
	parts := strings.Split(u.Text, "/")
	for i, p := range parts {
		switch p {
		case ":id", ":fullpath", ":owner", ":repo", ":branch", ":namespace", ":user", ":username", ":group":
			parts[i], u.Known = "\x00", false
		}
	}
	u.Text = strings.Join(parts, "/")
	switch {
	case strings.Contains(u.Text, "://"):
	case graphql && host == "api.github.com":
		u.Text = "https://" + host + "/graphql"
	case graphql:
		u.Text = "https://" + host + "/api/graphql"
	case strings.HasPrefix(u.Text, "\x00") && u.Text == "\x00":
		u.Text = "https://" + host + "/\x00"
	default:
		u.Text = "https://" + host + prefix + strings.TrimPrefix(u.Text, "/")
	}
	return u
}

// apiBody is the JSON of the fields; GraphQL takes all but two as variables.
func apiBody(names, values []effect.Word, graphql bool) effect.Word {
	var top, variables []effect.Word
	for i := range names {
		one := concat(quoteJSON(names[i]), effect.Lit(":"), values[i])
		if !graphql || names[i].Text == "query" || names[i].Text == "operationName" {
			top = append(top, one)
		} else {
			variables = append(variables, one)
		}
	}
	if len(variables) > 0 {
		top = append(top, concat(effect.Lit(`"variables":{`), join(variables, ","), effect.Lit("}")))
	}
	return concat(effect.Lit("{"), join(top, ","), effect.Lit("}"))
}

// azGrammar is that of az rest.
var azGrammar = grammar{
	short:  map[byte]string{'m': "method", 'u': "uri", 'b': "body", 'o': "output"},
	valued: set(`method uri url body output resource output-file query subscription`),
	flags:  set(`skip-authorization-header debug verbose only-show-errors help`),
	equals: true,
}

func fromAz(args []effect.Word, f files) []effect.HTTP {
	d := &draft{tool: "az", method: effect.Lit("GET")}
	d.header("Authorization", "token")
	found := false
	list := "" // --headers and --uri-parameters take what follows, NAME=VALUE
	var query []effect.Word
	for _, o := range azGrammar.parse(args) {
		v := o.value
		switch o.name {
		case "":
			switch list {
			case "headers":
				name, value, _ := cut(v, "=")
				d.headers = append(d.headers, concat(name, effect.Lit(": "), value))
			case "parameters":
				query = append(query, v)
			}
			continue
		case "method":
			d.method = v
		case "uri", "url":
			d.url, found = v, true
		case "body":
			if rest, ok := strings.CutPrefix(v.Text, "@"); ok {
				content, sent := f.content(piece(rest, v))
				if sent != nil {
					d.sends = append(d.sends, *sent)
				}
				v = content
			}
			d.body = &v
		case "help":
			return nil
		}
		list = map[string]string{"headers": "headers", "header": "headers", "uri-parameters": "parameters", "url-parameters": "parameters"}[o.name]
	}
	if !found {
		return nil
	}
	if !strings.Contains(d.url.Text, "://") && !strings.HasPrefix(d.url.Text, "\x00") {
		d.url.Text = "https://management.azure.com/" + strings.TrimPrefix(d.url.Text, "/")
	}
	if d.body != nil {
		d.header("Content-Type", "application/json")
	}
	(&curl{}).addQuery(d, query)
	return []effect.HTTP{d.request()}
}

// kubectlGrammar is what of kubectl stands beside --raw.
var kubectlGrammar = grammar{
	short: map[byte]string{'f': "filename", 'n': "namespace", 's': "server", 'v': "v", 'o': "output"},
	valued: set(`raw filename namespace server context cluster user token kubeconfig as as-group as-uid
		request-timeout certificate-authority client-certificate client-key cache-dir tls-server-name
		username password profile profile-output v vmodule output`),
	equals: true,
}

// fromKubectl is kubectl VERB --raw PATH: the verb is the method.
func fromKubectl(tool string, args []effect.Word, f files) ([]effect.HTTP, bool) {
	d := &draft{tool: tool}
	verb, server := "", ""
	var raw *effect.Word
	for _, o := range kubectlGrammar.parse(args) {
		v := o.value
		switch o.name {
		case "":
			if verb == "" {
				verb = v.Text
			}
		case "raw":
			raw = &v
		case "server":
			server = v.Text
		case "filename":
			content, sent := f.content(v)
			if sent != nil {
				d.sends = append(d.sends, *sent)
			}
			d.body = &content
		}
	}
	if raw == nil {
		return nil, false
	}
	method := map[string]string{"get": "GET", "create": "POST", "replace": "PUT", "delete": "DELETE", "patch": "PATCH"}[verb]
	d.method = effect.Word{Text: method, Known: method != ""}
	d.url = *raw
	if server != "" && !strings.Contains(raw.Text, "://") {
		d.url = concat(effect.Lit(strings.TrimSuffix(server, "/")), *raw)
	} else if strings.HasPrefix(raw.Text, "/") {
		d.url.Text = "https://" + raw.Text // the cluster's host is not known
	}
	if d.body != nil {
		d.header("Content-Type", "application/json")
	}
	return []effect.HTTP{d.request()}, true
}

// grpcurlGrammar is grpcurl's, with Go's single-dash names.
var grpcurlValued = set(`H rpc-header reflect-header d proto protoset import-path cacert cert key authority
	servername max-time connect-timeout keepalive-time max-msg-sz user-agent format emit-defaults
	protoset-out proto-out-dir alts-handshaker-service alts-target-service-account`)

// fromGRPCurl is grpcurl [flags] [address] [list|describe] [symbol].
func fromGRPCurl(args []effect.Word, f files) []effect.HTTP {
	d := &draft{tool: "grpcurl", method: effect.Lit("POST")}
	scheme := "https"
	var operands []effect.Word
	for i := 0; i < len(args); i++ {
		name := strings.TrimLeft(args[i].Text, "-")
		if name == args[i].Text || name == "" {
			operands = append(operands, args[i])
			continue
		}
		name, attached, has := strings.Cut(name, "=")
		value := effect.Word{Text: attached, Known: args[i].Known}
		if grpcurlValued[name] && !has && i+1 < len(args) {
			i++
			value = args[i]
		}
		switch name {
		case "plaintext":
			scheme = "http"
		case "H", "rpc-header":
			d.headers = append(d.headers, value)
		case "d":
			if value.Text == "@" {
				value, _ = f.content(effect.Lit("-"))
			}
			d.body, d.made = &value, true
		}
	}
	if len(operands) < 2 || operands[1].Text == "list" || operands[1].Text == "describe" || operands[0].Text == "list" || operands[0].Text == "describe" {
		return nil
	}
	symbol := operands[1]
	if !strings.Contains(symbol.Text, "/") {
		if dot := strings.LastIndexByte(symbol.Text, '.'); dot >= 0 {
			symbol.Text = symbol.Text[:dot] + "/" + symbol.Text[dot+1:]
		}
	}
	d.url = concat(effect.Lit(scheme+"://"), operands[0], effect.Lit("/"), symbol)
	d.header("Content-Type", "application/grpc")
	return []effect.HTTP{d.request()}
}
