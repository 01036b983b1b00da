package rules

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// maxDocument bounds a policy or pack file, which an agent can write.
const maxDocument = 1 << 20

// maxDepth bounds the nesting of a policy or pack file.
const maxDepth = 32

// An InputError is what is wrong at one place of a policy or pack.
type InputError struct {
	File  string
	Line  int    // from 1
	Field string // "hosts[2].verdict"; "" for the file as a whole
	What  string
	Mend  string
}

// Error is one line: "FILE:LINE: FIELD: what; mend".
func (e *InputError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: ", e.File, e.Line)
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	b.WriteString(oneLine(e.What))
	if e.Mend != "" {
		b.WriteString("; " + oneLine(e.Mend))
	}
	return b.String()
}

// oneLine keeps text from a file from breaking out of its error line.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}

// quote shows a value from a file in an error, cut to a readable length.
func quote(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "..."
	}
	return strconv.Quote(s)
}

// decoder turns one YAML document into Go values, strictly: a key that is not
// known, written twice or of another type is an error with its line.
type decoder struct {
	file string
	// trusted text is the shipped one, whose patterns tests have compiled.
	trusted bool
	errs    []error
}

func (d *decoder) fail(line int, field, what, mend string) {
	d.errs = append(d.errs, &InputError{File: d.file, Line: max(line, 1), Field: field, What: what, Mend: mend})
}

func (d *decoder) err() error { return errors.Join(d.errs...) }

// document parses the text to one node; nil when the file is empty or wrong.
func (d *decoder) document(data []byte) *yaml.Node {
	if len(data) > maxDocument {
		d.fail(1, "", fmt.Sprintf("the file is larger than %d KiB", maxDocument>>10), "shorten it")
		return nil
	}
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		d.fail(1, "", "cannot read YAML: "+err.Error(), "")
		return nil
	}
	var root yaml.Node
	if err := loader.Load(&root); err != nil {
		if !errors.Is(err, io.EOF) {
			d.syntax(err)
		}
		return nil
	}
	var second yaml.Node
	switch err := loader.Load(&second); {
	case err == nil:
		d.fail(second.Line, "", "a second YAML document begins", "keep one document in a file")
		return nil
	case !errors.Is(err, io.EOF):
		d.syntax(err)
		return nil
	}
	node := &root
	if node.Kind == yaml.DocumentNode {
		if len(node.Content) != 1 {
			return nil
		}
		node = node.Content[0]
	}
	if isNull(node) {
		return nil
	}
	return node
}

var atLine = regexp.MustCompile(`^line (\d+)(?:, column \d+)?: `)

func (d *decoder) syntax(err error) {
	line, what := 1, err.Error()
	var load *yaml.LoadError
	if errors.As(err, &load) {
		line, what = load.Mark.Line, load.Message
	} else if m := atLine.FindStringSubmatch(what); m != nil {
		line, _ = strconv.Atoi(m[1])
		what = what[len(m[0]):]
	}
	d.fail(line, "", "cannot read YAML: "+what, "check the indentation and the quotes")
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

var (
	nodeType     = reflect.TypeFor[*yaml.Node]()
	durationType = reflect.TypeFor[time.Duration]()
	verdictType  = reflect.TypeFor[Verdict]()
)

// value decodes n into v, which must be settable; field is its path.
func (d *decoder) value(n *yaml.Node, v reflect.Value, field string, depth int) {
	switch {
	case depth > maxDepth:
		d.fail(n.Line, field, "it is nested too deeply", "")
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		d.fail(n.Line, field, "anchors and aliases are not read here", "write the value out")
	case v.Type() == nodeType:
		v.Set(reflect.ValueOf(n))
	case v.Type() == durationType:
		d.duration(n, v, field)
	case v.Type() == verdictType:
		d.verdict(n, v, field)
	default:
		d.kind(n, v, field, depth)
	}
}

func (d *decoder) kind(n *yaml.Node, v reflect.Value, field string, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), field, depth+1)
	case reflect.Struct:
		d.mapping(n, v, field, depth)
	case reflect.Slice:
		d.sequence(n, v, field, depth)
	case reflect.String:
		if d.scalar(n, field, "text") {
			if tag := n.ShortTag(); tag != "!!str" && tag != "!!int" && tag != "!!float" && tag != "!!bool" {
				d.fail(n.Line, field, "text is expected", "put it in quotes")
				return
			}
			v.SetString(n.Value)
		}
	case reflect.Bool:
		if d.scalar(n, field, "true or false") {
			switch n.Value {
			case "true":
				v.SetBool(true)
			case "false":
				v.SetBool(false)
			default:
				d.fail(n.Line, field, quote(n.Value)+" is neither true nor false", "")
			}
		}
	case reflect.Int:
		if d.scalar(n, field, "a number") {
			i, err := strconv.Atoi(n.Value)
			if err != nil {
				d.fail(n.Line, field, quote(n.Value)+" is not a whole number", "")
				return
			}
			v.SetInt(int64(i))
		}
	default:
		d.fail(n.Line, field, "internal error: no decoding for "+v.Type().String(), "")
	}
}

func (d *decoder) scalar(n *yaml.Node, field, want string) bool {
	if n.Kind == yaml.ScalarNode && !isNull(n) {
		return true
	}
	d.fail(n.Line, field, kindName(n)+" is given where "+want+" is expected", "")
	return false
}

func kindName(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case isNull(n):
		return "nothing"
	}
	return "a single value"
}

func (d *decoder) duration(n *yaml.Node, v reflect.Value, field string) {
	if !d.scalar(n, field, "a duration") {
		return
	}
	t, err := time.ParseDuration(n.Value)
	if err != nil || t <= 0 {
		d.fail(n.Line, field, quote(n.Value)+" is not a duration above zero", "write for example 90s, 10m or 1h30m")
		return
	}
	v.SetInt(int64(t))
}

func (d *decoder) verdict(n *yaml.Node, v reflect.Value, field string) {
	if !d.scalar(n, field, "a verdict") {
		return
	}
	var verdict Verdict
	if verdict.UnmarshalText([]byte(n.Value)) != nil {
		d.fail(n.Line, field, quote(n.Value)+" is not a verdict", "write allow, hold or deny")
		return
	}
	v.SetInt(int64(verdict))
}

// sequence takes a single value for a list of one, as people write it.
func (d *decoder) sequence(n *yaml.Node, v reflect.Value, field string, depth int) {
	if n.Kind != yaml.SequenceNode {
		if isNull(n) {
			d.fail(n.Line, field, "nothing is given where a list is expected", "write [] for an empty list")
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		d.value(n, v.Index(0), field, depth+1)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, c := range n.Content {
		d.value(c, v.Index(i), field+"["+strconv.Itoa(i)+"]", depth+1)
	}
}

// lineSetter is implemented by values that keep the line they were read from.
type lineSetter interface{ setLine(line int) }

// scalarSetter is implemented by mappings that may be written as one text.
type scalarSetter interface{ setScalar(text string) }

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, field string, depth int) {
	if l, ok := v.Addr().Interface().(lineSetter); ok {
		l.setLine(n.Line)
	}
	if s, ok := v.Addr().Interface().(scalarSetter); ok && n.Kind == yaml.ScalarNode && !isNull(n) {
		s.setScalar(n.Value)
		return
	}
	if n.Kind != yaml.MappingNode {
		d.fail(n.Line, field, kindName(n)+" is given where a mapping is expected", "")
		return
	}
	names, fields := fieldsOf(v.Type())
	var seen []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		path := join(field, key.Value)
		at := slices.Index(names, key.Value)
		switch {
		case key.Kind != yaml.ScalarNode || key.Anchor != "":
			d.fail(key.Line, field, "a key must be plain text", "")
		case at < 0:
			d.fail(key.Line, oneLine(path), "the key is not known", nearest(key.Value, names))
		case slices.Contains(seen, key.Value):
			d.fail(key.Line, path, "the key is given twice", "keep one")
		default:
			seen = append(seen, key.Value)
			d.value(value, v.Field(fields[at]), path, depth+1)
		}
	}
}

func join(field, key string) string {
	if field == "" {
		return key
	}
	return field + "." + key
}

func fieldsOf(t reflect.Type) (names []string, fields []int) {
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "" && name != "-" {
			names = append(names, name)
			fields = append(fields, i)
		}
	}
	return names, fields
}

// nearest names the known key that a person most likely meant.
func nearest(key string, names []string) string {
	best, distance := "", 3
	for _, name := range names {
		if n := editDistance(key, name); n < distance {
			best, distance = name, n
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return "the keys here are " + strings.Join(names, ", ")
}

func editDistance(a, b string) int {
	if len(a) > 40 {
		return 40
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		previous := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := previous
			if a[i] != b[j] {
				cost = 1 + min(previous, row[j], row[j+1])
			}
			previous, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
