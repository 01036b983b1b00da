package sql

import "strings"

// schema is CREATE, DROP and ALTER.
func (s *liteStatement) schema(t []token) string {
	verb := keywordVerb(t)
	words := 1
	for words < len(t) && t[words].kind == word && (t[words].is("TEMP", "TEMPORARY", "UNIQUE", "OR", "REPLACE") ||
		strings.HasSuffix(verb, " "+t[words].text) || t[words].is("VIRTUAL")) {
		words++
	}
	rest := t[words:]
	for len(rest) > 0 && rest[0].is("IF", "NOT", "EXISTS") {
		rest = rest[1:]
	}
	name, rest := dotted(s.src, rest)
	if name == "" {
		return notSQLite
	}
	switch {
	case verb == "DROP TABLE" || verb == "DROP INDEX" || verb == "DROP VIEW" || verb == "DROP TRIGGER":
		if len(rest) > 0 {
			return notSQLite
		}
		s.add(verb, name)
	case verb == "ALTER TABLE":
		return s.alter(name, rest)
	case verb == "CREATE TABLE" || verb == "CREATE TEMPORARY TABLE" || verb == "CREATE VIEW" || verb == "CREATE INDEX" ||
		verb == "CREATE TRIGGER" || verb == "CREATE VIRTUAL TABLE":
		if len(rest) == 0 {
			return notSQLite
		}
		s.add(verb, name)
	default:
		return notSQLite
	}
	return ""
}

func (s *liteStatement) alter(name string, t []token) string {
	if len(t) < 2 {
		return notSQLite
	}
	target := t[1:]
	if target[0].is("COLUMN") && len(target) > 1 {
		target = target[1:]
	}
	object := name + "." + target[0].name(s.src)
	switch {
	case t[0].is("DROP"):
		s.add("ALTER TABLE DROP COLUMN", object)
	case t[0].is("ADD"):
		s.add("ALTER TABLE ADD COLUMN", object)
	case t[0].is("RENAME") && t[1].is("TO") && len(t) > 2:
		s.add("ALTER TABLE RENAME", name, t[2].name(s.src))
	case t[0].is("RENAME"):
		s.add("ALTER TABLE RENAME COLUMN", object)
	default:
		return notSQLite
	}
	return ""
}

func (s *liteStatement) other(t []token) string {
	if t[0].kind != word || !liteVerbs[t[0].text] || foreign(t[1:]) && !t[0].is("VACUUM") {
		return notSQLite
	}
	switch t[0].text {
	case "BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK", "END":
		if len(t) > 5 {
			return notSQLite
		}
		s.add(keywordVerb(t))
	case "VACUUM":
		for i := range t {
			if t[i].is("INTO") {
				s.add("VACUUM INTO", strings.Trim(text(s.src, t[i+1:]), `'"`))
				return ""
			}
		}
		s.add("VACUUM")
	case "ANALYZE", "REINDEX":
		name, _ := dotted(s.src, t[1:])
		s.add(t[0].text, name)
	case "ATTACH":
		rest := t[1:]
		if len(rest) > 0 && rest[0].is("DATABASE") {
			rest = rest[1:]
		}
		if len(rest) < 3 {
			return notSQLite
		}
		object := rest[0].name(s.src)
		if rest[0].kind == str {
			object = rest[0].value(s.src)
		}
		s.add("ATTACH", object)
	case "DETACH":
		s.add("DETACH")
	case "PRAGMA":
		return s.pragma(t[1:])
	default:
		return notSQLite
	}
	return ""
}

// askingPragmas take an argument and only answer.
var askingPragmas = map[string]bool{
	"table_info": true, "table_xinfo": true, "table_list": true, "index_info": true, "index_xinfo": true,
	"index_list": true, "foreign_key_list": true, "foreign_key_check": true, "integrity_check": true,
	"quick_check": true, "database_list": true, "function_list": true, "collation_list": true,
	"compile_options": true, "stats": true,
}

// sessionPragmas change this connection alone and protect nothing.
var sessionPragmas = map[string]bool{
	"busy_timeout": true, "cache_size": true, "mmap_size": true, "temp_store": true, "synchronous": true,
	"foreign_keys": true, "case_sensitive_like": true, "query_only": true, "recursive_triggers": true,
	"optimize": true, "analysis_limit": true, "threads": true, "cell_size_check": true, "automatic_index": true,
	"defer_foreign_keys": true, "locking_mode": true, "journal_mode": true, "wal_checkpoint": true,
	"wal_autocheckpoint": true, "cache_spill": true, "shrink_memory": true, "read_uncommitted": true,
	"reverse_unordered_selects": true, "soft_heap_limit": true, "hard_heap_limit": true, "encoding": true,
}

func (s *liteStatement) pragma(t []token) string {
	name, rest := dotted(s.src, t)
	if name == "" {
		return notSQLite
	}
	plain := strings.ToLower(base(name))
	switch {
	case len(rest) == 0 || askingPragmas[plain]:
		s.add("PRAGMA", plain)
	case plain == "writable_schema" || plain == "trusted_schema" || plain == "ignore_check_constraints" ||
		plain == "key" || plain == "rekey" || plain == "hexkey" || plain == "temp_store_directory" || plain == "data_store_directory":
		s.add("PRAGMA UNSAFE", plain)
	case sessionPragmas[plain]:
		s.add("PRAGMA", plain)
	default:
		s.add("PRAGMA SET", plain)
	}
	return ""
}
