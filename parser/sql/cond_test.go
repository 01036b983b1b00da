package sql

import (
	"slices"
	"strings"
	"testing"
)

func TestFilter(t *testing.T) {
	tests := []struct {
		where, want string
		only        string // the dialects that the case is for
	}{
		{"", "none", ""},
		{"WHERE id = 1", "some", ""},
		{"WHERE active = false", "some", ""},
		{"WHERE true", "always", ""},
		{"WHERE 1 = 1", "always", ""},
		{"WHERE (1) = (2 - 1)", "always", ""},
		{"WHERE 1", "always", "mysql sqlite"},
		{"WHERE 'a' = 'a'", "always", ""},
		{"WHERE 'a' <> 'b'", "always", ""},
		{"WHERE 2 > 1 AND 3 <> 4", "always", ""},
		{"WHERE id = 5 OR 1 = 1", "always", ""},
		{"WHERE id = 5 AND 1 = 1", "some", ""},
		{"WHERE NOT false", "always", ""},
		{"WHERE NOT (1 = 2)", "always", ""},
		{"WHERE false", "some", ""},
		{"WHERE name = name", "always", ""},
		{"WHERE id = id", "always", ""},
		{"WHERE a = b", "some", ""},
		{"WHERE a IS NULL OR a IS NOT NULL", "always", ""},
		{"WHERE id IS NOT NULL", "always", ""},
		{"WHERE deleted_at IS NOT NULL", "some", ""},
		{"WHERE id > 0", "always", ""},
		{"WHERE 0 < id", "always", ""},
		{"WHERE id >= 1", "always", ""},
		{"WHERE id <> 0", "always", ""},
		{"WHERE id > 100", "some", ""},
		{"WHERE price > 0", "some", ""},
		{"WHERE a = 1 OR a <> 1", "always", ""},
		{"WHERE a < 5 OR a >= 5", "always", ""},
		{"WHERE NOT a = 1 OR a = 1", "always", ""},
		{"WHERE name LIKE '%'", "always", ""},
		{"WHERE name LIKE '%%'", "always", ""},
		{"WHERE name LIKE 'a%'", "some", ""},
		{"WHERE name NOT LIKE 'a%'", "some", ""},
		{"WHERE 1 IN (1, 2)", "always", ""},
		{"WHERE id IN (1, 2)", "some", ""},
		{"WHERE id IN (SELECT id FROM t)", "always", ""},
		{"WHERE id IN (SELECT id FROM t LIMIT 5)", "some", ""},
		{"WHERE id IN (SELECT id FROM other)", "some", ""},
		{"WHERE id NOT IN (SELECT id FROM other)", "some", ""},
		{"WHERE EXISTS (SELECT 1)", "always", ""},
		{"WHERE EXISTS (SELECT 1 FROM t)", "always", ""},
		{"WHERE EXISTS (SELECT 1 FROM other WHERE x = 1)", "some", ""},
		{"WHERE (SELECT true)", "always", ""},
		{"WHERE length(name) >= 0", "always", ""},
		{"WHERE length(a) = length(b)", "some", ""},
		{"WHERE 5 BETWEEN 1 AND 10", "always", ""},
		{"WHERE id BETWEEN 1 AND 10", "some", ""},
		{"WHERE lower(name) = 'x'", "some", ""},
		{"WHERE name ~ '.*'", "always", "postgres"},
		{"WHERE 't'::boolean", "always", "postgres"},
		{"WHERE true IS TRUE", "always", "postgres mysql"},
		{"WHERE CURRENT OF c", "some", "postgres"},
		{"WHERE name REGEXP '.*'", "always", "mysql"},
		{"WHERE 1 <=> 1", "always", "mysql"},
		{"WHERE '1'", "always", "mysql sqlite"},
		{"WHERE name GLOB '*'", "always", "sqlite"},
		{"WHERE rowid", "some", "sqlite"},
		{"WHERE CASE WHEN a THEN b END", "some", ""},
	}
	for _, d := range []string{"postgres", "mysql", "sqlite"} {
		for _, test := range tests {
			if test.only != "" && !strings.Contains(test.only, d) {
				continue
			}
			for _, head := range []string{"DELETE FROM t ", "UPDATE t SET x = 1 "} {
				stmts := Statements(head+test.where, d)
				if len(stmts) != 1 || stmts[0].Filter != test.want || stmts[0].Unparsed != "" {
					t.Errorf("%s: %s: %s, want filter %s", d, head+test.where, brief(stmts), test.want)
				}
			}
		}
	}
}

func TestFunctionListsAreSorted(t *testing.T) {
	for _, list := range [][]string{programFunctions, fileFunctions, dynamicFunctions, adminFunctions, writeFunctions} {
		if !slices.IsSorted(list) {
			t.Errorf("a search in %q will miss", list)
		}
	}
}
