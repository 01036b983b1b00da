package parser

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// arithm walks an arithmetic expression, whose words may run commands, and
// returns its value.
func (sh *shell) arithm(x syntax.ArithmExpr) value {
	n, ok := sh.integer(x)
	if !ok {
		return value{text: unknown}
	}
	return value{text: strconv.Itoa(n)}
}

// integer evaluates an expression; ok is false when it is not known. All of
// it is walked either way.
func (sh *shell) integer(x syntax.ArithmExpr) (n int, ok bool) {
	if x == nil {
		return 0, false
	}
	sh.nest++
	defer func() { sh.nest-- }()
	if sh.nest > maxNesting || !sh.w.step(sh) {
		sh.w.overflow(sh)
		return 0, false
	}
	switch x := x.(type) {
	case *syntax.ParenArithm:
		return sh.integer(x.X)
	case *syntax.UnaryArithm:
		n, ok = sh.integer(x.X)
		switch x.Op {
		case syntax.Minus:
			return -n, ok
		case syntax.Plus:
			return n, ok
		case syntax.BitNegation:
			return ^n, ok
		case syntax.Not:
			return truth(n == 0), ok
		case syntax.Inc, syntax.Dec:
			before := n
			if x.Op == syntax.Inc {
				n++
			} else {
				n--
			}
			sh.assignInteger(x.X, n, ok)
			if x.Post {
				n = before
			}
			return n, ok
		}
		return 0, false
	case *syntax.BinaryArithm:
		return sh.binary(x)
	case *syntax.Word:
		return sh.arithmWord(x)
	case *syntax.FlagsArithm:
		return sh.integer(x.X)
	}
	return 0, false
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (sh *shell) assignInteger(x syntax.ArithmExpr, n int, ok bool) {
	w, isWord := x.(*syntax.Word)
	if !isWord {
		return
	}
	name := w.Lit()
	if name == "" && len(w.Parts) == 1 {
		if p, isParam := w.Parts[0].(*syntax.ParamExp); isParam && p.Param != nil {
			sh.setVar(p.Param.Value, &fact{value: value{text: unknown}})
			return
		}
	}
	if !syntax.ValidName(name) {
		return
	}
	v := value{text: unknown}
	if ok {
		v.text = strconv.Itoa(n)
	}
	sh.assign(name, v)
}

func (sh *shell) binary(b *syntax.BinaryArithm) (int, bool) {
	switch b.Op {
	case syntax.Assgn, syntax.AddAssgn, syntax.SubAssgn, syntax.MulAssgn:
		y, ok := sh.integer(b.Y)
		x, okX := 0, true
		if b.Op != syntax.Assgn {
			x, okX = sh.integer(b.X)
		} else if w, isWord := b.X.(*syntax.Word); isWord && w.Lit() == "" {
			sh.integer(b.X)
		}
		switch b.Op {
		case syntax.AddAssgn:
			y = x + y
		case syntax.SubAssgn:
			y = x - y
		case syntax.MulAssgn:
			y = x * y
		}
		sh.assignInteger(b.X, y, ok && okX)
		return y, ok && okX
	case syntax.QuoAssgn, syntax.RemAssgn, syntax.AndAssgn, syntax.OrAssgn, syntax.XorAssgn,
		syntax.ShlAssgn, syntax.ShrAssgn, syntax.AndBoolAssgn, syntax.OrBoolAssgn,
		syntax.XorBoolAssgn, syntax.PowAssgn:
		sh.integer(b.X)
		sh.integer(b.Y)
		sh.assignInteger(b.X, 0, false)
		return 0, false
	}
	x, okX := sh.integer(b.X)
	y, okY := sh.integer(b.Y)
	if b.Op == syntax.TernQuest {
		return 0, false
	}
	if !okX || !okY {
		return 0, false
	}
	switch b.Op {
	case syntax.Add:
		return x + y, true
	case syntax.Sub:
		return x - y, true
	case syntax.Mul:
		return x * y, true
	case syntax.Quo:
		if y != 0 {
			return x / y, true
		}
	case syntax.Rem:
		if y != 0 {
			return x % y, true
		}
	case syntax.And:
		return x & y, true
	case syntax.Or:
		return x | y, true
	case syntax.Xor:
		return x ^ y, true
	case syntax.Shl:
		if y >= 0 && y < 63 {
			return x << y, true
		}
	case syntax.Shr:
		if y >= 0 && y < 63 {
			return x >> y, true
		}
	case syntax.Eql:
		return truth(x == y), true
	case syntax.Neq:
		return truth(x != y), true
	case syntax.Lss:
		return truth(x < y), true
	case syntax.Leq:
		return truth(x <= y), true
	case syntax.Gtr:
		return truth(x > y), true
	case syntax.Geq:
		return truth(x >= y), true
	case syntax.AndArit:
		return truth(x != 0 && y != 0), true
	case syntax.OrArit:
		return truth(x != 0 || y != 0), true
	case syntax.Comma:
		return y, true
	}
	return 0, false
}

func (sh *shell) arithmWord(w *syntax.Word) (int, bool) {
	v := sh.single(w)
	if !v.known() {
		return 0, false
	}
	return sh.arithmText(v.text)
}

// arithmText evaluates a known text: a number, or a variable whose own text
// is evaluated in turn, subscripts and the commands in them included.
func (sh *shell) arithmText(s string) (int, bool) {
	for range 8 {
		s = strings.TrimSpace(s)
		if s == "" {
			return 0, true
		}
		if n, err := strconv.ParseInt(s, 0, 64); err == nil {
			return int(n), true
		}
		if base, digits, ok := strings.Cut(s, "#"); ok {
			if b, err := strconv.Atoi(base); err == nil && b >= 2 && b <= 36 {
				n, err := strconv.ParseInt(digits, b, 64)
				return int(n), err == nil
			}
		}
		if !syntax.ValidName(s) {
			sh.subscriptCode(s)
			return 0, false
		}
		f := sh.fact(s)
		if f == nil {
			if env, ok := sh.env(s); ok {
				s = env
				continue
			}
			return 0, false
		}
		if f.unset || f.isList || !f.known() {
			return 0, f.unset
		}
		s = f.text
	}
	return 0, false
}

// subscriptCode walks the command substitutions in text that a builtin
// evaluates as an arithmetic expression or an array's subscript.
func (sh *shell) subscriptCode(s string) {
	if strings.Contains(s, "$(") || strings.IndexByte(s, '`') >= 0 {
		sh.expandText(value{text: s})
	}
}
