package request

import (
	"strings"

	"twokey/parser/effect"
	"twokey/parser/sql"
)

// endpoint is an HTTP interface that runs SQL. An empty host fits all.
type endpoint struct {
	host, path string // a host's suffix; a part of the path, or its end after "$"
	dialect    string
	keys       string // JSON members that hold SQL, at any depth
	plain      bool   // the body itself, or the parameter "query", is SQL
}

// endpoints that are known by host or by path.
var endpoints = []endpoint{
	{"neon.tech", "$/sql", "postgres", "query", false},
	{"api.supabase.com", "$/database/query", "postgres", "query", false},
	{"", "/pg-meta/", "postgres", "query", false},
	{"", "$/pg/query", "postgres", "query", false},
	{"api.cloudflare.com", "/d1/database/", "sqlite", "sql", false},
	{"", "$/v2/pipeline", "sqlite", "sql", false}, // libsql
	{"", "$/v3/pipeline", "sqlite", "sql", false},
	{"turso.io", "$/", "sqlite", "statements q", false},
	{"", "$/db/execute", "sqlite", "*", false}, // rqlite
	{"", "$/db/query", "sqlite", "*", false},
	{"", "$/db/request", "sqlite", "*", false},
	{"psdb.cloud", "/psdb.v1alpha1.Database/", "mysql", "query", false},
	{"", "$/v1/query", "postgres", "sql", false}, // Hasura
	{"", "$/v2/query", "postgres", "sql", false},
	{"bigquery.googleapis.com", "$/queries", "any", "query", false},
	{"bigquery.googleapis.com", "$/jobs", "any", "query", false},
	{"snowflakecomputing.com", "$/api/v2/statements", "any", "statement", false},
	{"", "$/api/2.0/sql/statements", "any", "statement", false}, // Databricks
	{"", "$/api/v2/sql", "postgres", "sql", false},              // CockroachDB
	{"", "$/v1/statement", "any", "", true},                     // Trino
	{"", "$/druid/v2/sql", "any", "query", false},
	{"clickhouse.cloud", "$/", "any", "", true},
}

// clickHousePorts are where ClickHouse listens for HTTP by default.
var clickHousePorts = map[int]bool{8123: true, 8443: true}

// SQL returns the statements that a request to one of the known HTTP
// interfaces of databases runs; false means that the request is none of them.
// A statement that is sent but not readable here is Unparsed.
func SQL(h effect.HTTP) ([]effect.SQL, bool) {
	e, ok := findEndpoint(h)
	if !ok {
		return nil, false
	}
	var texts []string
	body := ""
	if h.Body != nil {
		body = h.Body.Text
	}
	if e.plain {
		for _, p := range parsePairs(h.Query) {
			if p.key == "query" {
				texts = append(texts, p.value+"\n"+body)
			}
		}
		if len(texts) == 0 && body != "" {
			texts = append(texts, body)
		}
	} else if n, ok := parseJSON([]byte(body)); ok {
		texts = sqlTexts(n, strings.Fields(e.keys), nil, false)
	}
	var statements []effect.SQL
	for _, text := range texts {
		statements = append(statements, sql.Statements(text, e.dialect)...)
	}
	known := h.Body == nil || h.Body.Known && len(h.Body.Text) < maxShown
	if !known || len(statements) == 0 && !safe(h.Method) {
		statements = append(statements, effect.SQL{Dialect: e.dialect, Writes: true, Unparsed: "the statement in the request is not readable"})
	}
	for i := range statements {
		statements[i].Server, statements[i].Tool = h.Host, h.Tool
	}
	return statements, true
}

func findEndpoint(h effect.HTTP) (endpoint, bool) {
	path := "/" + strings.Trim(h.Path, "/")
	for _, e := range endpoints {
		if e.host != "" && h.Host != e.host && !strings.HasSuffix(h.Host, "."+e.host) {
			continue
		}
		if end, ok := strings.CutPrefix(e.path, "$"); ok && (path == end || end != "/" && strings.HasSuffix(path, end)) || !ok && strings.Contains(path+"/", e.path) {
			return e, true
		}
	}
	if clickHousePorts[h.Port] && path == "/" {
		return endpoint{dialect: "any", plain: true}, true
	}
	return endpoint{}, false
}

// sqlTexts collects the strings under the given members; "*" takes all.
func sqlTexts(n node, keys []string, texts []string, below bool) []string {
	const most = 1000
	if len(texts) >= most {
		return texts
	}
	if n.kind == '"' && (below || len(keys) == 1 && keys[0] == "*") {
		return append(texts, n.text)
	}
	for i, item := range n.items {
		inside := below && n.kind == '['
		if n.kind == '{' {
			for _, k := range keys {
				inside = inside || strings.EqualFold(n.keys[i], k)
			}
		}
		texts = sqlTexts(item, keys, texts, inside)
	}
	return texts
}
