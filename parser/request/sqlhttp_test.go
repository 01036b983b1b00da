package request

import (
	"strings"
	"testing"
)

func TestSQL(t *testing.T) {
	tests := []struct{ name, method, url, body, want string }{
		{"Supabase", "POST", "https://api.supabase.com/v1/projects/p/database/query", `{"query":"drop table users"}`, "DROP TABLE"},
		{"Neon", "POST", "https://ep-x.eu.aws.neon.tech/sql", `{"query":"DELETE FROM t WHERE id = $1","params":["1"]}`, "DELETE"},
		{"Neon batch", "POST", "https://ep-x.neon.tech/sql", `{"queries":[{"query":"SELECT 1"},{"query":"TRUNCATE t"}]}`, "SELECT TRUNCATE"},
		{"D1", "POST", "https://api.cloudflare.com/client/v4/accounts/a/d1/database/d/query", `{"sql":"SELECT 1; DROP TABLE t"}`, "SELECT DROP TABLE"},
		{"libsql", "POST", "https://db-me.turso.io/v2/pipeline", `{"requests":[{"type":"execute","stmt":{"sql":"DELETE FROM t"}},{"type":"close"}]}`, "DELETE"},
		{"rqlite", "POST", "http://r.example:4001/db/execute", `["INSERT INTO t VALUES (1)",["DELETE FROM t WHERE id = ?",1]]`, "INSERT DELETE"},
		{"ClickHouse parameter", "POST", "http://ch.example:8123/?query=DROP+TABLE+events", "", "DROP TABLE"},
		{"ClickHouse body", "POST", "http://ch.example:8123/", "SELECT 1", "SELECT"},
		{"ClickHouse insert", "POST", "http://ch.example:8123/?query=INSERT+INTO+t+VALUES", "(1)", "INSERT"},
		{"BigQuery", "POST", "https://bigquery.googleapis.com/bigquery/v2/projects/p/jobs", `{"configuration":{"query":{"query":"DELETE FROM d.t WHERE true"}}}`, "DELETE"},
		{"Hasura", "POST", "https://h.example/v2/query", `{"type":"bulk","args":[{"type":"run_sql","args":{"sql":"DROP TABLE t"}}]}`, "DROP TABLE"},
		{"nothing to read", "POST", "https://ep-x.neon.tech/sql", `x`, "!"},
	}
	for _, test := range tests {
		statements, ok := SQL(FromHTTP(test.method, test.url, nil, []byte(test.body)))
		var verbs []string
		for _, s := range statements {
			if s.Unparsed != "" {
				verbs = append(verbs, "!")
			} else {
				verbs = append(verbs, s.Verb)
			}
			if s.Server == "" {
				t.Errorf("%s: no server", test.name)
			}
		}
		if got := strings.Join(verbs, " "); !ok || got != test.want {
			t.Errorf("%s: %q %v, want %q", test.name, got, ok, test.want)
		}
	}
	if _, ok := SQL(FromHTTP("POST", "https://api.example.com/v1/users", nil, []byte(`{"query":"SELECT 1"}`))); ok {
		t.Error("a request that is no database's is taken for one")
	}
}
