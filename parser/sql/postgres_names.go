package sql

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// rangeName is a relation's name with its schema.
func rangeName(r *pg.RangeVar) string {
	if r == nil {
		return ""
	}
	return join(r.Catalogname, r.Schemaname, r.Relname)
}

func join(parts ...string) string {
	var filled []string
	for _, p := range parts {
		if p != "" {
			filled = append(filled, p)
		}
	}
	return strings.Join(filled, ".")
}

// names joins a list of name parts with dots.
func names(nodes []*pg.Node) string {
	var parts []string
	for _, n := range nodes {
		parts = append(parts, n.GetString_().GetSval())
	}
	return join(parts...)
}

// objectName is the name of whatever a DDL statement's object node holds.
func objectName(n *pg.Node) string {
	switch v := n.GetNode().(type) {
	case *pg.Node_String_:
		return v.String_.Sval
	case *pg.Node_List:
		var parts []string
		for _, item := range v.List.Items {
			parts = append(parts, objectName(item))
		}
		return join(parts...)
	case *pg.Node_TypeName:
		return names(v.TypeName.Names)
	case *pg.Node_ObjectWithArgs:
		return names(v.ObjectWithArgs.Objname)
	case *pg.Node_RangeVar:
		return rangeName(v.RangeVar)
	case *pg.Node_RoleSpec:
		return roleName(v.RoleSpec)
	case *pg.Node_AccessPriv:
		return v.AccessPriv.PrivName
	}
	return ""
}

func objectNames(nodes []*pg.Node) []string {
	var all []string
	for _, n := range nodes {
		if name := objectName(n); name != "" {
			all = append(all, name)
		}
	}
	return all
}

func roleName(r *pg.RoleSpec) string {
	switch r.GetRoletype() {
	case pg.RoleSpecType_ROLESPEC_PUBLIC:
		return "public"
	case pg.RoleSpecType_ROLESPEC_CSTRING:
		return r.Rolename
	case pg.RoleSpecType_ROLE_SPEC_TYPE_UNDEFINED:
		return ""
	}
	return "current_user"
}

// constants are the string values among the nodes.
func constants(nodes []*pg.Node) []string {
	var all []string
	for _, n := range nodes {
		if s := n.GetAConst().GetSval(); s != nil {
			all = append(all, s.Sval)
		}
	}
	return all
}

// fromNames are the relations that a query's FROM clauses read, without those
// that its WITH clause makes.
func fromNames(q *pg.SelectStmt) []string {
	made := map[string]bool{}
	for _, n := range q.GetWithClause().GetCtes() {
		made[n.GetCommonTableExpr().GetCtename()] = true
	}
	var all []string
	seen := map[string]bool{}
	var visitQuery func(q *pg.SelectStmt)
	var visit func(n *pg.Node)
	visit = func(n *pg.Node) {
		switch v := n.GetNode().(type) {
		case *pg.Node_RangeVar:
			name := rangeName(v.RangeVar)
			if !made[name] && !seen[name] {
				seen[name] = true
				all = append(all, name)
			}
		case *pg.Node_JoinExpr:
			visit(v.JoinExpr.Larg)
			visit(v.JoinExpr.Rarg)
		case *pg.Node_RangeSubselect:
			visitQuery(v.RangeSubselect.Subquery.GetSelectStmt())
		}
	}
	visitQuery = func(q *pg.SelectStmt) {
		for ; q != nil; q = q.Larg {
			for _, n := range q.GetWithClause().GetCtes() {
				visitQuery(n.GetCommonTableExpr().GetCtequery().GetSelectStmt())
			}
			for _, n := range q.FromClause {
				visit(n)
			}
			if q.Rarg != nil {
				visitQuery(q.Rarg)
			}
		}
	}
	visitQuery(q)
	return all
}
