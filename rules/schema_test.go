package rules

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"go.yaml.in/yaml/v4"
)

func readSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile("pack.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	return &schema
}

func TestShippedPacksKeepToTheSchema(t *testing.T) {
	schema, err := readSchema(t).Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range builtinPacks(t) {
		data, err := packFiles.ReadFile(p.File())
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(decodeAny(t, string(data))); err != nil {
			t.Errorf("%s: %v", p.File(), err)
		}
	}
}

func decodeAny(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := yaml.Load([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	// Through JSON, so that the values are of the types a schema knows.
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSchemaRefusesWhatTheLoaderRefuses(t *testing.T) {
	schema, err := readSchema(t).Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	rule := func(more string) string {
		return "pack: own\ntitle: Own rules\nrules:\n  - id: one\n    effect: command\n    match: {program: git}\n" +
			"    verdict: hold\n    why: Because.\n    examples: {hold: [git x], allow: [ls]}\n" + more
	}
	tests := []struct {
		name, text string
		ok         bool
	}{
		{"a rule", rule(""), true},
		{"an unknown key", rule("    colour: red\n"), false},
		{"no title", "pack: own\nrules: []\n", false},
		{"no verdict", "pack: own\ntitle: x\nrules:\n  - {id: a, effect: sql, match: {verb: DROP}, why: x., examples: {hold: [a], allow: [b]}}\n", false},
		{"a match of another kind", "pack: own\ntitle: x\nrules:\n  - {id: a, effect: sql, match: {program: git}, verdict: hold, why: x., examples: {hold: [a], allow: [b]}}\n", false},
		{"an empty match", "pack: own\ntitle: x\nrules:\n  - {id: a, effect: sql, match: {}, verdict: hold, why: x., examples: {hold: [a], allow: [b]}}\n", false},
		{"a severity that is none", rule("    severity: dire\n"), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			valid := schema.Validate(decodeAny(t, test.text)) == nil
			_, err := DecodePack("own.yaml", []byte(test.text))
			if valid != test.ok || (err == nil) != test.ok {
				t.Errorf("schema says %v, loader says %v, want %v", valid, err, test.ok)
			}
		})
	}
}

// The schema names the same keys as the types that packs are decoded into.
func TestSchemaNamesEveryKey(t *testing.T) {
	schema := readSchema(t)
	properties := func(s *jsonschema.Schema) []string { return slices.Sorted(maps.Keys(s.Properties)) }
	for _, test := range []struct {
		schema *jsonschema.Schema
		value  any
	}{
		{schema, Pack{}},
		{schema.Defs["rule"], Rule{}},
		{schema.Defs["rule"].Properties["examples"], Examples{}},
		{schema.Defs["example"].OneOf[1], Example{}},
		{schema.Defs["command"], CommandMatch{}},
		{schema.Defs["file"], FileMatch{}},
		{schema.Defs["http"], HTTPMatch{}},
		{schema.Defs["http"].Properties["graphql"], GraphQLMatch{}},
		{schema.Defs["sql"], SQLMatch{}},
		{schema.Defs["datastore"], DatastoreMatch{}},
		{schema.Defs["connect"], ConnectMatch{}},
	} {
		typ := reflect.TypeOf(test.value)
		names, _ := fieldsOf(typ)
		slices.Sort(names)
		if got := properties(test.schema); !slices.Equal(got, names) {
			t.Errorf("%s: the schema has %v, the type has %v", typ.Name(), got, names)
		}
	}
}
