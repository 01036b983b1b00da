package sql

import (
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/opcode"
	"github.com/pingcap/tidb/pkg/parser/test_driver"
)

// myFilter tells the Filter of an UPDATE or DELETE. The condition of an inner
// join holds rows back like WHERE does; that of an outer join does not.
func myFilter(where ast.ExprNode, from *ast.TableRefsClause) string {
	table := ""
	var all []cond
	if from != nil && from.TableRefs != nil {
		if source, ok := from.TableRefs.Left.(*ast.TableSource); ok {
			if t, ok := source.Source.(*ast.TableName); ok {
				table = strings.ToLower(myName(t))
			}
		}
		all = joinConds(from.TableRefs, table)
	}
	if where != nil {
		all = append(all, myCond{table}.convert(where))
	}
	if len(all) == 0 {
		return "none"
	}
	return filter(&cond{op: opAnd, args: all})
}

func joinConds(n ast.ResultSetNode, table string) []cond {
	j, ok := n.(*ast.Join)
	if !ok || j == nil {
		return nil
	}
	all := joinConds(j.Left, table)
	if j.Right == nil || j.Tp == ast.LeftJoin || j.Tp == ast.RightJoin {
		return all
	}
	if j.On != nil {
		all = append(all, myCond{table}.convert(j.On.Expr))
	}
	if len(j.Using) > 0 || j.NaturalJoin {
		all = append(all, cond{op: opOther})
	}
	return append(all, joinConds(j.Right, table)...)
}

// myCond converts conditions on a table.
type myCond struct{ table string }

func (m myCond) convert(n ast.ExprNode) cond {
	switch v := n.(type) {
	case *ast.ParenthesesExpr:
		return m.convert(v.Expr)
	case *test_driver.ValueExpr:
		return myConst(v)
	case *ast.ColumnNameExpr:
		return column(v.Name.String())
	case *ast.BinaryOperationExpr:
		return m.binary(v)
	case *ast.UnaryOperationExpr:
		arg := m.convert(v.V)
		switch v.Op {
		case opcode.Not, opcode.Not2:
			return cond{op: opNot, args: []cond{arg}}
		case opcode.Minus:
			if arg.op == opNumber {
				return cond{op: opNumber, num: -arg.num}
			}
		case opcode.Plus:
			return arg
		}
	case *ast.IsNullExpr:
		if v.Not {
			return cond{op: opNotNull, args: []cond{m.convert(v.Expr)}}
		}
		return cond{op: opIsNull, args: []cond{m.convert(v.Expr)}}
	case *ast.IsTruthExpr:
		op := opIsFalse
		if (v.True != 0) != v.Not {
			op = opIsTrue
		}
		return cond{op: op, args: []cond{m.convert(v.Expr)}}
	case *ast.PatternLikeOrIlikeExpr:
		return negate(cond{op: opLike, args: []cond{m.convert(v.Expr), m.convert(v.Pattern)}}, v.Not)
	case *ast.PatternRegexpExpr:
		return negate(cond{op: opRegexp, args: []cond{m.convert(v.Expr), m.convert(v.Pattern)}}, v.Not)
	case *ast.BetweenExpr:
		return negate(cond{op: opBetween, args: []cond{m.convert(v.Expr), m.convert(v.Left), m.convert(v.Right)}}, v.Not)
	case *ast.PatternInExpr:
		args := []cond{m.convert(v.Expr)}
		for _, e := range v.List {
			args = append(args, m.convert(e))
		}
		if v.Sel != nil {
			args = append(args, m.selfRead(v.Sel))
		}
		return negate(cond{op: opIn, args: args}, v.Not)
	case *ast.ExistsSubqueryExpr:
		if q := bareSelect(v.Sel); q != nil && (q.From == nil || m.ownTable(q)) {
			return negate(cond{op: opExists}, v.Not)
		}
	case *ast.SubqueryExpr:
		if q := bareSelect(v); q != nil && q.From == nil && q.Fields != nil && len(q.Fields.Fields) == 1 && q.Fields.Fields[0].Expr != nil {
			return m.convert(q.Fields.Fields[0].Expr)
		}
	case *ast.FuncCallExpr:
		switch v.FnName.L {
		case "length", "char_length", "octet_length", "character_length":
			return cond{op: opLength}
		}
	}
	return cond{op: opOther}
}

func negate(c cond, not bool) cond {
	if not {
		return cond{op: opNot, args: []cond{c}}
	}
	return c
}

func (m myCond) binary(v *ast.BinaryOperationExpr) cond {
	signs := map[opcode.Op]string{
		opcode.LogicAnd: opAnd, opcode.LogicOr: opOr, opcode.EQ: "=", opcode.NullEQ: "=", opcode.NE: "<>",
		opcode.LT: "<", opcode.GT: ">", opcode.LE: "<=", opcode.GE: ">=", opcode.Plus: "+",
		opcode.Minus: "-", opcode.Mul: "*", opcode.Div: "/",
	}
	if op := signs[v.Op]; op != "" {
		return cond{op: op, args: []cond{m.convert(v.L), m.convert(v.R)}}
	}
	return cond{op: opOther}
}

func myConst(v *test_driver.ValueExpr) cond {
	switch x := v.GetValue().(type) {
	case int64:
		return cond{op: opNumber, num: float64(x)}
	case uint64:
		return cond{op: opNumber, num: float64(x)}
	case float64:
		return cond{op: opNumber, num: x}
	case string:
		return cond{op: opString, text: x}
	case nil:
		return cond{op: opNull}
	}
	return cond{op: opOther}
}

// literal is the string that a variable is surely set to.
func literal(n ast.ExprNode) (string, bool) {
	switch v := n.(type) {
	case *test_driver.ValueExpr:
		s, ok := v.GetValue().(string)
		return s, ok
	case *ast.ParenthesesExpr:
		return literal(v.Expr)
	case *ast.FuncCallExpr:
		if v.FnName.L != "concat" {
			return "", false
		}
		var whole strings.Builder
		for _, a := range v.Args {
			part, ok := literal(a)
			if !ok {
				return "", false
			}
			whole.WriteString(part)
		}
		return whole.String(), true
	}
	return "", false
}

// bareSelect is a subquery's SELECT that drops none of its rows.
func bareSelect(n ast.ExprNode) *ast.SelectStmt {
	sub, ok := n.(*ast.SubqueryExpr)
	if !ok {
		return nil
	}
	q, ok := sub.Query.(*ast.SelectStmt)
	if !ok || q.Where != nil || q.GroupBy != nil || q.Having != nil || q.Limit != nil {
		return nil
	}
	return q
}

// selfRead is the column that a subquery reads of the statement's own table.
func (m myCond) selfRead(n ast.ExprNode) cond {
	q := bareSelect(n)
	if q == nil || !m.ownTable(q) || q.Fields == nil || len(q.Fields.Fields) != 1 {
		return cond{op: opOther}
	}
	if c, ok := q.Fields.Fields[0].Expr.(*ast.ColumnNameExpr); ok {
		return cond{op: opSelfRead, text: c.Name.Name.L}
	}
	return cond{op: opOther}
}

func (m myCond) ownTable(q *ast.SelectStmt) bool {
	if q.From == nil || q.From.TableRefs == nil || q.From.TableRefs.Right != nil {
		return false
	}
	source, ok := q.From.TableRefs.Left.(*ast.TableSource)
	if !ok {
		return false
	}
	t, ok := source.Source.(*ast.TableName)
	return ok && m.table != "" && strings.ToLower(myName(t)) == m.table
}
