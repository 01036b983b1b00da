package sql

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"twokey/parser/effect"
)

// Bounds. What is beyond them is Unparsed.
const (
	// MaxText is the longest text that is read, in bytes.
	MaxText = 256 << 10
	// MaxNesting bounds how deep brackets, operators and joins may pile up:
	// the grammars are recursive.
	MaxNesting = 1500
	// maxFailures is how many statements may fail to parse before the rest of
	// a text is left unread.
	maxFailures = 100
	// maxCommands is how many of a client's own commands are read in a text.
	maxCommands = 1000
	// maxShown is the length that a statement's Text is cut at.
	maxShown = 4 << 10
)

// UnknownPart is Unparsed's value for a statement that was understood as far
// as it goes, but has a "\x00" where text is not known before the run.
const UnknownPart = "a part of the statement is not known before the run"

const (
	tooManyFailures = "too many statements that do not parse"
	tooManyCommands = "too many commands of the client"
)

// reading is what one dialect makes of a text.
type reading struct {
	stmts []effect.SQL
	ok    bool // every statement is in the dialect's grammar
}

// Statements returns what the statements of text would do, in order. The
// dialect is postgres, mysql or sqlite; with any other name the text is read in
// all three, and the strictest of those that understand it counts. Empty text
// gives nil. The client's own commands are not understood; see Script.
func Statements(text, dialect string) []effect.SQL {
	return read(text, Dialect(dialect), readIn)
}

// Script is Statements for text that the database's own command line client
// reads (psql, mysql, sqlite3): its commands are told as well.
func Script(text, dialect string) []effect.SQL {
	return read(text, Dialect(dialect), scriptIn)
}

// Dialect returns the canonical name for a dialect's usual names: postgres,
// mysql, sqlite, or any for all others.
func Dialect(name string) string {
	switch strings.ToLower(name) {
	case "postgres", "postgresql", "pg", "psql", "cockroach", "cockroachdb", "redshift", "timescale":
		return "postgres"
	case "mysql", "mariadb", "tidb":
		return "mysql"
	case "sqlite", "sqlite3", "libsql", "turso", "d1":
		return "sqlite"
	}
	return "any"
}

func read(text, canonical string, in func(text, dialect string) reading) []effect.SQL {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	if len(text) > MaxText {
		return []effect.SQL{unparsed(text[:maxShown], canonical, fmt.Sprintf("longer than %d KiB", MaxText>>10))}
	}
	if canonical != "any" {
		return in(text, canonical).stmts
	}
	best, found := reading{}, false
	var failed reading
	for _, d := range [...]string{"postgres", "mysql", "sqlite"} {
		r := in(text, d)
		switch {
		case !r.ok:
			if failed.stmts == nil || strictness(r.stmts) > strictness(failed.stmts) {
				failed = r
			}
		case !found || strictness(r.stmts) > strictness(best.stmts):
			best, found = r, true
		}
	}
	if !found {
		best = failed
	}
	for i := range best.stmts {
		best.stmts[i].Dialect = "any"
	}
	return best.stmts
}

func readIn(text, d string) reading {
	switch d {
	case "postgres":
		return readPostgres(text)
	case "mysql":
		return readMySQL(text)
	}
	return readSQLite(text)
}

// strictness orders readings of the same text: what reads, what adds or
// changes a bounded part, what destroys or reaches out, what is not understood.
func strictness(stmts []effect.SQL) int {
	worst := 0
	for _, s := range stmts {
		level := 0
		switch {
		case s.Unparsed != "":
			level = 3
		case !s.Writes:
		case mild[s.Verb], s.Filter == "some":
			level = 1
		default:
			level = 2
		}
		worst = max(worst, level)
	}
	return worst
}

// mild are writing verbs that add and do not destroy.
var mild = map[string]bool{
	"INSERT": true, "SELECT INTO": true, "CREATE TABLE": true, "CREATE INDEX": true,
	"CREATE VIEW": true, "CREATE TEMPORARY TABLE": true, "CREATE SCHEMA": true,
	"CREATE TYPE": true, "CREATE SEQUENCE": true, "CREATE DATABASE": true,
	"ALTER TABLE ADD COLUMN": true, "ALTER TABLE ADD CONSTRAINT": true,
	"ALTER TABLE ADD INDEX": true, "ALTER TABLE SET DEFAULT": true, "COMMENT": true,
	"DROP TEMPORARY TABLE": true, "MERGE": true,
}

// reads are the verbs that change nothing beyond the session.
var reads = map[string]bool{
	"SELECT": true, "SHOW": true, "EXPLAIN": true, "DESCRIBE": true, "HELP": true, "USE": true,
	"CHECK TABLE": true, "BEGIN": true, "COMMIT": true, "ROLLBACK": true, "SAVEPOINT": true,
	"RELEASE": true, "SET TRANSACTION": true, "LOCK": true, "UNLOCK": true, "LISTEN": true,
	"UNLISTEN": true, "NOTIFY": true, "DECLARE": true, "FETCH": true, "CLOSE": true,
	"DISCARD": true, "DEALLOCATE": true, "PREPARE": true, "EXECUTE": true, "ANALYZE": true,
	"VACUUM": true, "CHECKPOINT": true, "PRAGMA": true, "DETACH": true, "SET": true,
	"COPY TO": true, "HANDLER": true, "CLIENT": true, "READ CREDENTIALS": true,
	"SET CONSTRAINTS": true,
}

// statement makes the effect of one statement; seal adds its text.
func statement(d dialect, verb string, objects ...string) effect.SQL {
	return effect.SQL{Dialect: d.String(), Verb: verb, Objects: objects, Writes: !reads[verb]}
}

// seal gives the effects that have no text yet that of their statement.
func seal(d dialect, src string, tokens []token, effects []effect.SQL) []effect.SQL {
	text, sum := "", ""
	for i := range effects {
		if effects[i].TextDigest != "" {
			continue
		}
		if sum == "" {
			text, sum = shown(src), digest(src, tokens)
		}
		effects[i].Text, effects[i].TextDigest = text, sum
	}
	return effects
}

func (d dialect) String() string {
	return [...]string{"postgres", "mysql", "sqlite"}[d]
}

func unparsed(text, dialectName, why string) effect.SQL {
	d := postgres
	switch dialectName {
	case "mysql":
		d = mysql
	case "sqlite":
		d = sqlite
	}
	tokens := scan(text[:min(len(text), maxShown)], d)
	s := statement(d, keywordVerb(tokens))
	s.Dialect, s.Unparsed, s.Writes = dialectName, why, true
	s.Text, s.TextDigest = shown(text), digest(text, scan(text, d))
	return s
}

func shown(text string) string {
	text = strings.TrimSpace(text)
	if len(text) > maxShown {
		return strings.ToValidUTF8(text[:maxShown], "")
	}
	return text
}

// digest is the SHA-256, in hex, of the statement with white space outside
// quotes folded, comments dropped and without the closing semicolon.
func digest(text string, tokens []token) string {
	for len(tokens) > 0 && tokens[len(tokens)-1].text == ";" {
		tokens = tokens[:len(tokens)-1]
	}
	folded := make([]byte, 0, len(text))
	for i, t := range tokens {
		if i > 0 && tokens[i-1].end < t.start {
			folded = append(folded, ' ')
		}
		folded = append(folded, text[t.start:t.end]...)
	}
	sum := sha256.Sum256(folded)
	return hex.EncodeToString(sum[:])
}

// pile is an upper bound of how deep a grammar's tree over the tokens can be:
// open brackets, and in each what makes trees lean to one side. Operators
// count up to the next comma, AND or OR, the rest up to the semicolon.
func pile(tokens []token) int {
	type level struct{ operators, nests int }
	here := make([]level, 1, 16)
	deepest, total := 0, 0
	for _, t := range tokens {
		top := len(here) - 1
		switch {
		case t.kind != word && t.kind != punct:
			continue
		case t.is("(", "["):
			here = append(here, level{})
			total++
		case t.is(")", "]"):
			total -= here[top].operators + here[top].nests
			if top > 0 {
				here = here[:top]
				total--
			} else {
				here[0] = level{}
			}
		case t.is(",", "AND", "OR"):
			total -= here[top].operators
			here[top].operators = 0
		case t.is(";"):
			total -= here[top].operators + here[top].nests
			here[top] = level{}
		case t.kind == word && nesting[t.text]:
			here[top].nests++
			total++
		case t.kind == punct && t.text != ".", t.kind == word && operators[t.text]:
			here[top].operators++
			total++
		}
		deepest = max(deepest, total)
	}
	return deepest
}

// nesting and operators are the words that make a grammar's tree deeper.
var (
	nesting   = wordSet("CASE UNION INTERSECT EXCEPT MINUS JOIN STRAIGHT_JOIN EXPLAIN WITH PREPARE IF BEGIN LOOP WHILE REPEAT CREATE")
	operators = wordSet("NOT IS COLLATE LIKE ILIKE SIMILAR ISNULL NOTNULL IN BETWEEN AT XOR DIV MOD BINARY ARRAY INTERVAL REGEXP RLIKE GLOB MATCH OPERATOR SOUNDS MEMBER ESCAPE PRIOR")
)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// split cuts the tokens at the semicolons between statements; pieces without
// a token are left out.
func split(tokens []token) [][]token {
	var pieces [][]token
	start := 0
	for i, t := range tokens {
		if t.kind == punct && t.text == ";" {
			if i > start {
				pieces = append(pieces, tokens[start:i])
			}
			start = i + 1
		}
	}
	if start < len(tokens) {
		pieces = append(pieces, tokens[start:])
	}
	return pieces
}

// text is the source between the first and the last of the tokens.
func text(src string, tokens []token) string {
	if len(tokens) == 0 {
		return ""
	}
	return src[tokens[0].start:tokens[len(tokens)-1].end]
}
