package sql

import (
	"strings"
)

// cond is a condition, as far as it matters for the question whether it is
// true for every row.
type cond struct {
	op   string // see the constants
	args []cond
	text string // a column's name in lower case, a string's value
	num  float64
}

// Operations of cond; comparisons are their own SQL sign.
const (
	opNumber   = "number"
	opString   = "string"
	opTrue     = "true"
	opFalse    = "false"
	opNull     = "null"
	opColumn   = "column"
	opAnd      = "and"
	opOr       = "or"
	opNot      = "not"
	opLike     = "like"
	opRegexp   = "regexp"
	opIsNull   = "is null"
	opNotNull  = "is not null"
	opIsTrue   = "is true"
	opIsFalse  = "is false"
	opIn       = "in"
	opBetween  = "between"
	opExists   = "exists"   // no args: of a row that is always there
	opSelfRead = "selfread" // all values of the column text of the same table
	opLength   = "length"   // a count that is never negative
	opOther    = "other"
)

// truth is what is known of a condition before the run.
type truth int

const (
	unknown truth = iota
	always
	never
)

func (t truth) not() truth {
	switch t {
	case always:
		return never
	case never:
		return always
	}
	return unknown
}

func truthOf(b bool) truth {
	if b {
		return always
	}
	return never
}

// filter tells the Filter of a statement that has the condition.
func filter(c *cond) string {
	switch {
	case c == nil:
		return "none"
	case c.eval() == always:
		return "always"
	}
	return "some"
}

// eval says whether the condition holds for every row. That a column may be
// null is left out of account: x = x counts as always true.
func (c cond) eval() truth {
	switch c.op {
	case opTrue:
		return always
	case opFalse, opNull:
		return never
	case opNumber:
		return truthOf(c.num != 0)
	case opString:
		return stringTruth(c.text)
	case opNot:
		return c.args[0].eval().not()
	case opAnd:
		result := always
		for _, a := range c.args {
			switch a.eval() {
			case never:
				return never
			case unknown:
				result = unknown
			}
		}
		return result
	case opOr:
		return c.evalOr()
	case opIsNull:
		return c.args[0].nullness()
	case opNotNull:
		return c.args[0].nullness().not()
	case opIsTrue:
		return c.args[0].eval()
	case opIsFalse:
		return c.args[0].eval().not()
	case opExists:
		if len(c.args) == 0 {
			return always
		}
	case opLike:
		if c.args[1].op == opString && c.args[1].text != "" && strings.Trim(c.args[1].text, "%") == "" {
			return always
		}
		if c.args[0].equal(c.args[1]) {
			return always
		}
	case opRegexp:
		switch c.args[1].text {
		case "", ".*", "^", "^.*", "^.*$", "$":
			return truthOf(c.args[1].op == opString)
		}
	case opIn:
		for _, a := range c.args[1:] {
			if a.op == opSelfRead && c.args[0].op == opColumn && base(c.args[0].text) == a.text {
				return always
			}
			if (cond{op: "=", args: []cond{c.args[0], a}}).eval() == always {
				return always
			}
		}
	case opBetween:
		low := cond{op: ">=", args: []cond{c.args[0], c.args[1]}}.eval()
		high := cond{op: "<=", args: []cond{c.args[0], c.args[2]}}.eval()
		if low == always && high == always {
			return always
		}
	case "=", "<>", "<", ">", "<=", ">=":
		return c.compare()
	}
	return unknown
}

// maxPairs is how far apart two members of an OR are compared.
const maxPairs = 64

// evalOr also knows x OR NOT x in its usual spellings.
func (c cond) evalOr() truth {
	result := never
	for i, a := range c.args {
		switch a.eval() {
		case always:
			return always
		case unknown:
			result = unknown
		}
		for _, b := range c.args[i+1 : min(len(c.args), i+1+maxPairs)] {
			if a.opposite(b) {
				return always
			}
		}
	}
	return result
}

// opposite reports whether one of a and b holds for every row.
func (c cond) opposite(b cond) bool {
	if c.op == opNot && c.args[0].equal(b) || b.op == opNot && b.args[0].equal(c) {
		return true
	}
	pairs := map[string]string{
		opIsNull: opNotNull, opNotNull: opIsNull, opIsTrue: opIsFalse, opIsFalse: opIsTrue,
		"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">",
	}
	if pairs[c.op] != b.op || len(c.args) != len(b.args) {
		return false
	}
	for i := range c.args {
		if !c.args[i].equal(b.args[i]) {
			return false
		}
	}
	return true
}

// equal reports whether two conditions are surely the same.
func (c cond) equal(b cond) bool {
	if c.op != b.op || c.text != b.text || c.num != b.num || len(c.args) != len(b.args) {
		return false
	}
	switch c.op {
	case opOther, opExists, opLength:
		return false
	}
	for i := range c.args {
		if !c.args[i].equal(b.args[i]) {
			return false
		}
	}
	return true
}

func (c cond) compare() truth {
	a, b := c.args[0], c.args[1]
	x, xok := a.value()
	y, yok := b.value()
	if xok && yok {
		return ordered(c.op, sign(x-y))
	}
	if a.op == opString && b.op == opString {
		return ordered(c.op, strings.Compare(a.text, b.text))
	}
	if a.equal(b) && a.op != opNull {
		return ordered(c.op, 0)
	}
	if boolean(a) && (boolean(b) || a.op == opTrue || a.op == opFalse) || boolean(b) && (a.op == opTrue || a.op == opFalse) {
		if l, r := a.eval(), b.eval(); l != unknown && r != unknown {
			return ordered(c.op, int(l)-int(r))
		}
	}
	if b.op == opColumn || b.op == opLength {
		flipped := map[string]string{"<": ">", ">": "<", "<=": ">=", ">=": "<="}
		op := c.op
		if f := flipped[op]; f != "" {
			op = f
		}
		a, b = b, a
		c.op = op
		y, yok = x, xok
	}
	if yok && (a.op == opLength || a.op == opColumn && keyColumn(a.text)) {
		least := 1.0 // a generated key begins at one
		if a.op == opLength {
			least = 0
		}
		if c.op == ">" && y < least || c.op == ">=" && y <= least || c.op == "<>" && y < least {
			return always
		}
	}
	return unknown
}

// boolean reports whether c can only be true, false or null.
func boolean(c cond) bool {
	switch c.op {
	case opTrue, opFalse, opAnd, opOr, opNot, opIsNull, opNotNull, opExists, "=", "<>", "<", ">", "<=", ">=":
		return true
	}
	return false
}

func ordered(op string, order int) truth {
	switch op {
	case "=":
		return truthOf(order == 0)
	case "<>":
		return truthOf(order != 0)
	case "<":
		return truthOf(order < 0)
	case ">":
		return truthOf(order > 0)
	case "<=":
		return truthOf(order <= 0)
	}
	return truthOf(order >= 0)
}

func sign(f float64) int {
	switch {
	case f < 0:
		return -1
	case f > 0:
		return 1
	}
	return 0
}

// value is the number that c always has.
func (c cond) value() (float64, bool) {
	if c.op == opNumber {
		return c.num, true
	}
	if len(c.args) == 2 {
		x, xok := c.args[0].value()
		y, yok := c.args[1].value()
		if xok && yok {
			switch c.op {
			case "+":
				return x + y, true
			case "-":
				return x - y, true
			case "*":
				return x * y, true
			case "/":
				if y != 0 {
					return x / y, true
				}
			}
		}
	}
	return 0, false
}

// nullness says whether c is null.
func (c cond) nullness() truth {
	switch c.op {
	case opNull:
		return always
	case opNumber, opString, opTrue, opFalse, opExists, opIsNull, opNotNull, opLength:
		return never
	case opColumn:
		if keyColumn(c.text) {
			return never
		}
	}
	return unknown
}

// stringTruth is MySQL's and SQLite's truth of a string: its leading number.
func stringTruth(s string) truth {
	switch strings.ToLower(s) {
	case "t", "true", "yes", "on", "y", "1":
		return always
	}
	s = strings.TrimLeft(s, " +-")
	for i := 0; i < len(s) && (digit(s[i]) || s[i] == '.'); i++ {
		if s[i] != '0' && s[i] != '.' {
			return always
		}
	}
	return never
}

// keyColumn reports whether a column of that name is a table's own key by all
// custom: never null, and counted from one where it is a number.
func keyColumn(name string) bool {
	switch base(name) {
	case "id", "rowid", "_rowid_", "oid", "ctid", "uuid", "pk":
		return true
	}
	return false
}

// base is the last part of a dotted name.
func base(name string) string {
	return name[strings.LastIndexByte(name, '.')+1:]
}

func column(parts ...string) cond {
	return cond{op: opColumn, text: strings.ToLower(strings.Join(parts, "."))}
}
