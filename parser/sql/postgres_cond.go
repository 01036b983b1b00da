package sql

import (
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// pgFilter tells the Filter of a statement on the table with the condition.
func pgFilter(where *pg.Node, table *pg.RangeVar) string {
	if where == nil {
		return "none"
	}
	c := pgCond{table: table}.convert(where)
	return filter(&c)
}

// pgCond converts conditions on a table.
type pgCond struct{ table *pg.RangeVar }

func (p pgCond) convert(n *pg.Node) cond {
	switch v := n.GetNode().(type) {
	case *pg.Node_AConst:
		return pgConst(v.AConst)
	case *pg.Node_ColumnRef:
		var parts []string
		for _, f := range v.ColumnRef.Fields {
			parts = append(parts, f.GetString_().GetSval())
		}
		return column(parts...)
	case *pg.Node_TypeCast:
		return p.cast(v.TypeCast)
	case *pg.Node_BoolExpr:
		op := map[pg.BoolExprType]string{
			pg.BoolExprType_AND_EXPR: opAnd, pg.BoolExprType_OR_EXPR: opOr, pg.BoolExprType_NOT_EXPR: opNot,
		}[v.BoolExpr.Boolop]
		return cond{op: op, args: p.all(v.BoolExpr.Args)}
	case *pg.Node_NullTest:
		op := opIsNull
		if v.NullTest.Nulltesttype == pg.NullTestType_IS_NOT_NULL {
			op = opNotNull
		}
		return cond{op: op, args: []cond{p.convert(v.NullTest.Arg)}}
	case *pg.Node_BooleanTest:
		arg := []cond{p.convert(v.BooleanTest.Arg)}
		switch v.BooleanTest.Booltesttype {
		case pg.BoolTestType_IS_TRUE, pg.BoolTestType_IS_NOT_FALSE:
			return cond{op: opIsTrue, args: arg}
		case pg.BoolTestType_IS_FALSE, pg.BoolTestType_IS_NOT_TRUE:
			return cond{op: opIsFalse, args: arg}
		}
	case *pg.Node_AExpr:
		return p.operator(v.AExpr)
	case *pg.Node_SubLink:
		return p.subquery(v.SubLink)
	case *pg.Node_FuncCall:
		switch strings.ToLower(names(v.FuncCall.Funcname)) {
		case "length", "char_length", "octet_length", "pg_catalog.length":
			return cond{op: opLength}
		}
	}
	return cond{op: opOther}
}

func (p pgCond) all(nodes []*pg.Node) []cond {
	args := make([]cond, len(nodes))
	for i, n := range nodes {
		args[i] = p.convert(n)
	}
	return args
}

func pgConst(c *pg.A_Const) cond {
	switch v := c.Val.(type) {
	case *pg.A_Const_Ival:
		return cond{op: opNumber, num: float64(v.Ival.GetIval())}
	case *pg.A_Const_Fval:
		f, _ := strconv.ParseFloat(v.Fval.GetFval(), 64)
		return cond{op: opNumber, num: f}
	case *pg.A_Const_Boolval:
		if v.Boolval.GetBoolval() {
			return cond{op: opTrue}
		}
		return cond{op: opFalse}
	case *pg.A_Const_Sval:
		return cond{op: opString, text: v.Sval.GetSval()}
	}
	if c.Isnull {
		return cond{op: opNull}
	}
	return cond{op: opOther}
}

// cast reads 't'::boolean and 1::int; other casts keep a column as it is.
func (p pgCond) cast(t *pg.TypeCast) cond {
	c := p.convert(t.Arg)
	if c.op == opString {
		switch base(names(t.TypeName.GetNames())) {
		case "bool", "boolean":
			if stringTruth(c.text) == always {
				return cond{op: opTrue}
			}
			return cond{op: opFalse}
		case "int2", "int4", "int8", "numeric", "float8", "float4":
			if f, err := strconv.ParseFloat(strings.TrimSpace(c.text), 64); err == nil {
				return cond{op: opNumber, num: f}
			}
		}
	}
	return c
}

func (p pgCond) operator(e *pg.A_Expr) cond {
	sign := names(e.Name)
	if i := strings.LastIndexByte(sign, '.'); i >= 0 && i+1 < len(sign) {
		sign = sign[i+1:]
	}
	var args []cond
	if e.Lexpr != nil {
		args = append(args, p.convert(e.Lexpr))
	}
	list := e.Rexpr.GetList()
	if list != nil {
		args = append(args, p.all(list.Items)...)
	} else if e.Rexpr != nil {
		args = append(args, p.convert(e.Rexpr))
	}
	negated := func(c cond, not bool) cond {
		if not {
			return cond{op: opNot, args: []cond{c}}
		}
		return c
	}
	switch e.Kind {
	case pg.A_Expr_Kind_AEXPR_OP:
		if len(args) == 1 && args[0].op == opNumber && sign == "-" {
			return cond{op: opNumber, num: -args[0].num}
		}
		if len(args) != 2 {
			break
		}
		switch sign {
		case "=", "<>", "<", ">", "<=", ">=", "+", "-", "*", "/":
			return cond{op: sign, args: args}
		case "!=":
			return cond{op: "<>", args: args}
		case "~", "~*":
			return cond{op: opRegexp, args: args}
		case "~~", "~~*":
			return cond{op: opLike, args: args}
		}
	case pg.A_Expr_Kind_AEXPR_LIKE, pg.A_Expr_Kind_AEXPR_ILIKE:
		return negated(cond{op: opLike, args: args}, strings.HasPrefix(sign, "!"))
	case pg.A_Expr_Kind_AEXPR_IN:
		return negated(cond{op: opIn, args: args}, sign == "<>")
	case pg.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		return cond{op: "=", args: args}
	case pg.A_Expr_Kind_AEXPR_DISTINCT:
		return cond{op: "<>", args: args}
	case pg.A_Expr_Kind_AEXPR_BETWEEN, pg.A_Expr_Kind_AEXPR_NOT_BETWEEN:
		if len(args) == 3 {
			return negated(cond{op: opBetween, args: args}, e.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN)
		}
	}
	return cond{op: opOther}
}

// subquery knows EXISTS of a row that is always there, (SELECT true), and a
// column that is looked up in all rows of its own table.
func (p pgCond) subquery(l *pg.SubLink) cond {
	q := l.Subselect.GetSelectStmt()
	if q == nil || q.Op > pg.SetOperation_SETOP_NONE {
		return cond{op: opOther}
	}
	bare := q.WhereClause == nil && q.HavingClause == nil && q.LimitCount == nil && q.LimitOffset == nil && len(q.GroupClause) == 0
	switch l.SubLinkType {
	case pg.SubLinkType_EXISTS_SUBLINK:
		if bare && len(q.FromClause) == 0 || p.ownTable(q) && bare {
			return cond{op: opExists}
		}
	case pg.SubLinkType_EXPR_SUBLINK:
		if bare && len(q.FromClause) == 0 && len(q.TargetList) == 1 {
			return p.convert(q.TargetList[0].GetResTarget().GetVal())
		}
	case pg.SubLinkType_ANY_SUBLINK:
		if bare && p.ownTable(q) && len(q.TargetList) == 1 && len(l.OperName) == 0 {
			own := p.convert(q.TargetList[0].GetResTarget().GetVal())
			if own.op == opColumn {
				return cond{op: opIn, args: []cond{p.convert(l.Testexpr), {op: opSelfRead, text: base(own.text)}}}
			}
		}
	}
	return cond{op: opOther}
}

// ownTable reports whether the query reads the statement's own table alone.
func (p pgCond) ownTable(q *pg.SelectStmt) bool {
	if len(q.FromClause) != 1 {
		return false
	}
	r := q.FromClause[0].GetRangeVar()
	return r != nil && p.table != nil && r.Relname == p.table.Relname && r.Schemaname == p.table.Schemaname
}
