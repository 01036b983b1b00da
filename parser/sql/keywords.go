package sql

import "strings"

// objectTypes are the kinds of object that take two words or more, longest
// first for each first word.
var objectTypes = [][]string{
	{"ACCESS", "METHOD"}, {"DEFAULT", "PRIVILEGES"}, {"EVENT", "TRIGGER"}, {"EXTERNAL", "TABLE"},
	{"FOREIGN", "DATA", "WRAPPER"}, {"FOREIGN", "TABLE"}, {"LARGE", "OBJECT"}, {"LOGFILE", "GROUP"},
	{"MATERIALIZED", "VIEW"}, {"OPERATOR", "CLASS"}, {"OPERATOR", "FAMILY"}, {"PACKAGE", "BODY"},
	{"RESOURCE", "GROUP"}, {"SPATIAL", "REFERENCE", "SYSTEM"}, {"TEXT", "SEARCH", "CONFIGURATION"},
	{"TEXT", "SEARCH", "DICTIONARY"}, {"TEXT", "SEARCH", "PARSER"}, {"TEXT", "SEARCH", "TEMPLATE"},
	{"USER", "MAPPING"}, {"VIRTUAL", "TABLE"},
}

// modifiers stand between CREATE, ALTER or DROP and the kind of object.
var modifiers = map[string]bool{
	"UNIQUE": true, "UNLOGGED": true, "GLOBAL": true, "LOCAL": true, "RECURSIVE": true,
	"CONSTRAINT": true, "TRUSTED": true, "PROCEDURAL": true, "AGGREGATE": true, "FULLTEXT": true,
	"SPATIAL": true, "ONLINE": true, "OFFLINE": true, "IGNORE": true, "UNDO": true,
}

// keywordVerb is the verb of a statement by its leading key words.
func keywordVerb(tokens []token) string {
	verb, _ := cutVerb(tokens)
	return verb
}

// cutVerb returns the verb and what follows its words.
func cutVerb(tokens []token) (verb string, rest []token) {
	if len(tokens) == 0 || tokens[0].kind != word {
		return "", tokens
	}
	verb, rest = tokens[0].text, tokens[1:]
	next := func(i int) string {
		if i < len(rest) && rest[i].kind == word {
			return rest[i].text
		}
		return ""
	}
	switch verb {
	case "CREATE", "ALTER", "DROP":
	case "RENAME", "INSTALL", "UNINSTALL", "OPTIMIZE", "REPAIR", "CHECK", "CHECKSUM":
		return strings.TrimSpace(verb + " " + next(0)), rest[min(1, len(rest)):]
	default:
		if full, ok := fullVerbs[verb]; ok {
			verb = full
		}
		return verb, rest
	}
	if next(0) == "OR" && next(1) == "REPLACE" {
		verb, rest = verb+" OR REPLACE", rest[2:]
	}
	rest = dropDefiner(rest)
	temporary := false
	for len(rest) > 0 && (rest[0].is("TEMP", "TEMPORARY") || rest[0].kind == word && modifiers[rest[0].text]) {
		temporary = temporary || rest[0].is("TEMP", "TEMPORARY")
		rest = rest[1:]
	}
	object, length := next(0), 1
	for _, words := range objectTypes {
		found := true
		for i, w := range words {
			found = found && next(i) == w
		}
		if found {
			object, length = strings.Join(words, " "), len(words)
		}
	}
	if temporary && object == "TABLE" {
		object = "TEMPORARY TABLE"
	}
	return strings.TrimSpace(verb + " " + object), rest[min(length, len(rest)):]
}

// fullVerbs are the verbs that go by another name than their first word.
var fullVerbs = map[string]string{
	"START": "BEGIN", "END": "COMMIT", "ABORT": "ROLLBACK", "DESC": "DESCRIBE", "VALUES": "SELECT",
	"TABLE": "SELECT", "REFRESH": "REFRESH MATERIALIZED VIEW", "IMPORT": "IMPORT FOREIGN SCHEMA",
	"SECURITY": "SECURITY LABEL", "REASSIGN": "REASSIGN OWNED",
}

// dropDefiner skips MySQL's DEFINER = user@host, ALGORITHM = x and
// SQL SECURITY x.
func dropDefiner(tokens []token) []token {
	for len(tokens) > 2 {
		switch {
		case tokens[0].is("ALGORITHM") && tokens[1].text == "=":
			tokens = tokens[3:]
		case tokens[0].is("SQL") && tokens[1].is("SECURITY"):
			tokens = tokens[3:]
		case tokens[0].is("DEFINER") && tokens[1].text == "=":
			tokens = tokens[3:]
			if len(tokens) > 1 && tokens[0].text == "(" {
				tokens = tokens[2:]
			}
			if len(tokens) > 1 && tokens[0].text == "@" {
				tokens = tokens[2:]
			}
		default:
			return tokens
		}
	}
	return tokens
}

// objectAfter reads the dotted name that follows the verb's words and
// IF [NOT] EXISTS, ONLY or CONCURRENTLY.
func objectAfter(src string, tokens []token) string {
	i := 0
	for i < len(tokens) && tokens[i].is("IF", "NOT", "EXISTS", "ONLY", "CONCURRENTLY", "INTO", "FROM", "TO") {
		i++
	}
	name, _ := dotted(src, tokens[i:])
	return name
}

// dotted reads a.b.c at the front of the tokens and returns what follows.
func dotted(src string, tokens []token) (string, []token) {
	var parts []string
	for len(tokens) > 0 {
		t := tokens[0]
		if t.kind != word && t.kind != quoted && t.kind != str {
			break
		}
		if t.kind == str {
			parts = append(parts, t.value(src))
		} else {
			parts = append(parts, t.name(src))
		}
		tokens = tokens[1:]
		if len(tokens) < 2 || tokens[0].text != "." {
			break
		}
		tokens = tokens[1:]
	}
	return strings.Join(parts, "."), tokens
}
