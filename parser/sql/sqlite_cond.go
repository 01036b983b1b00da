package sql

import (
	"strconv"
	"strings"
)

// condParser reads an expression from tokens by operator precedence.
type condParser struct {
	src    string
	tokens []token
	table  string
	depth  int
}

// parseCond reads the tokens of a condition; false means that it could not be
// read, which says nothing of its truth.
func parseCond(src string, tokens []token, table string) (cond, bool) {
	p := &condParser{src: src, tokens: tokens, table: strings.ToLower(table)}
	c := p.or()
	return c, len(p.tokens) == 0
}

func (p *condParser) peek(words ...string) bool {
	return len(p.tokens) > 0 && p.tokens[0].is(words...)
}

func (p *condParser) accept(words ...string) bool {
	if p.peek(words...) {
		p.tokens = p.tokens[1:]
		return true
	}
	return false
}

func (p *condParser) or() cond {
	left := []cond{p.and()}
	for p.accept("OR") {
		left = append(left, p.and())
	}
	if len(left) == 1 {
		return left[0]
	}
	return cond{op: opOr, args: left}
}

func (p *condParser) and() cond {
	left := []cond{p.not()}
	for p.accept("AND") {
		left = append(left, p.not())
	}
	if len(left) == 1 {
		return left[0]
	}
	return cond{op: opAnd, args: left}
}

func (p *condParser) not() cond {
	if p.accept("NOT") {
		return cond{op: opNot, args: []cond{p.not()}}
	}
	return p.comparison()
}

func (p *condParser) comparison() cond {
	left := p.sum()
	for {
		switch {
		case p.accept("=", "=="):
			left = cond{op: "=", args: []cond{left, p.sum()}}
		case p.accept("<>", "!="):
			left = cond{op: "<>", args: []cond{left, p.sum()}}
		case p.peek("<", ">", "<=", ">="):
			op := p.tokens[0].text
			p.tokens = p.tokens[1:]
			left = cond{op: op, args: []cond{left, p.sum()}}
		case p.accept("ISNULL"):
			left = cond{op: opIsNull, args: []cond{left}}
		case p.accept("NOTNULL"):
			left = cond{op: opNotNull, args: []cond{left}}
		case p.accept("IS"):
			left = p.is(left)
		case p.peek("NOT", "LIKE", "GLOB", "IN", "BETWEEN", "REGEXP", "MATCH"):
			not := p.accept("NOT")
			if not && p.accept("NULL") {
				left = cond{op: opNotNull, args: []cond{left}}
				continue
			}
			left = negate(p.test(left), not)
		default:
			return left
		}
	}
}

func (p *condParser) is(left cond) cond {
	not := p.accept("NOT")
	if p.accept("NULL") {
		if not {
			return cond{op: opNotNull, args: []cond{left}}
		}
		return cond{op: opIsNull, args: []cond{left}}
	}
	if p.accept("DISTINCT") {
		p.accept("FROM")
		not = !not
	}
	return negate(cond{op: "=", args: []cond{left, p.sum()}}, not)
}

func (p *condParser) test(left cond) cond {
	switch {
	case p.accept("LIKE"):
		c := cond{op: opLike, args: []cond{left, p.sum()}}
		if p.accept("ESCAPE") {
			p.sum()
		}
		return c
	case p.accept("GLOB"):
		pattern := p.sum()
		if pattern.op == opString && pattern.text != "" && strings.Trim(pattern.text, "*") == "" {
			return cond{op: opTrue}
		}
	case p.accept("REGEXP"):
		return cond{op: opRegexp, args: []cond{left, p.sum()}}
	case p.accept("BETWEEN"):
		low := p.sum()
		p.accept("AND")
		return cond{op: opBetween, args: []cond{left, low, p.sum()}}
	case p.accept("IN"):
		return p.in(left)
	case p.accept("MATCH"):
		p.sum()
	}
	return cond{op: opOther}
}

func (p *condParser) in(left cond) cond {
	if !p.peek("(") {
		p.primary()
		return cond{op: opOther}
	}
	group := p.group()
	if len(group) > 0 && group[0].is("SELECT") {
		// SELECT column FROM the same table
		if len(group) == 4 && group[2].is("FROM") && strings.EqualFold(group[3].name(p.src), p.table) {
			return cond{op: opIn, args: []cond{left, {op: opSelfRead, text: strings.ToLower(group[1].name(p.src))}}}
		}
		return cond{op: opOther}
	}
	inner := condParser{src: p.src, tokens: group, table: p.table, depth: p.depth + 1}
	args := []cond{left}
	for len(inner.tokens) > 0 {
		args = append(args, inner.or())
		if !inner.accept(",") {
			break
		}
	}
	if len(inner.tokens) > 0 {
		return cond{op: opOther}
	}
	return cond{op: opIn, args: args}
}

// group takes the bracketed group at the front and returns what is in it.
func (p *condParser) group() []token {
	rest := skipGroup(p.tokens)
	inner := p.tokens[1 : len(p.tokens)-len(rest)]
	p.tokens = rest
	if n := len(inner); n > 0 && inner[n-1].text == ")" {
		inner = inner[:n-1]
	}
	return inner
}

func (p *condParser) sum() cond {
	left := p.product()
	for p.peek("+", "-", "||", "&", "|", "->", "->>") {
		op := p.tokens[0].text
		p.tokens = p.tokens[1:]
		left = cond{op: op, args: []cond{left, p.product()}}
	}
	return left
}

func (p *condParser) product() cond {
	left := p.primary()
	for p.peek("*", "/", "%") {
		op := p.tokens[0].text
		p.tokens = p.tokens[1:]
		left = cond{op: op, args: []cond{left, p.primary()}}
	}
	return left
}

func (p *condParser) primary() cond {
	if len(p.tokens) == 0 {
		return cond{op: opOther}
	}
	t := p.tokens[0]
	switch {
	case t.is("("):
		group := p.group()
		if len(group) > 0 && group[0].is("SELECT", "VALUES", "WITH") {
			if group[0].is("SELECT") && len(group) == 2 {
				return (&condParser{src: p.src, tokens: group[1:]}).primary()
			}
			return cond{op: opOther}
		}
		inner := condParser{src: p.src, tokens: group, table: p.table, depth: p.depth + 1}
		c := inner.or()
		if len(inner.tokens) > 0 {
			return cond{op: opOther}
		}
		return c
	case t.is("-"), t.is("+"), t.is("~"):
		p.tokens = p.tokens[1:]
		c := p.primary()
		if t.text == "-" && c.op == opNumber {
			return cond{op: opNumber, num: -c.num}
		}
		if t.text == "+" {
			return c
		}
		return cond{op: opOther}
	}
	p.tokens = p.tokens[1:]
	switch t.kind {
	case number:
		f, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			return cond{op: opOther}
		}
		return cond{op: opNumber, num: f}
	case str:
		return cond{op: opString, text: t.value(p.src)}
	case word, quoted:
		return p.name(t)
	}
	return cond{op: opOther}
}

// name reads a column, a constant, EXISTS, CASE or a call.
func (p *condParser) name(t token) cond {
	switch {
	case t.is("TRUE"):
		return cond{op: opTrue}
	case t.is("FALSE"):
		return cond{op: opFalse}
	case t.is("NULL"):
		return cond{op: opNull}
	case t.is("CASE"):
		depth := 1
		for len(p.tokens) > 0 && depth > 0 {
			if p.peek("CASE") {
				depth++
			} else if p.peek("END") {
				depth--
			}
			p.tokens = p.tokens[1:]
		}
		return cond{op: opOther}
	case t.is("EXISTS") && p.peek("("):
		group := p.group()
		bare := len(group) == 2 || len(group) == 4 && group[2].is("FROM") && strings.EqualFold(group[3].name(p.src), p.table)
		if bare && group[0].is("SELECT") {
			return cond{op: opExists}
		}
		return cond{op: opOther}
	}
	if p.peek("(") {
		p.group()
		if t.is("LENGTH") {
			return cond{op: opLength}
		}
		return cond{op: opOther}
	}
	parts := []string{t.name(p.src)}
	for len(p.tokens) > 1 && p.tokens[0].text == "." {
		parts = append(parts, p.tokens[1].name(p.src))
		p.tokens = p.tokens[2:]
	}
	if p.accept("COLLATE") && len(p.tokens) > 0 {
		p.tokens = p.tokens[1:]
	}
	return column(parts...)
}
