package cli

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"twokey/internal/control"
	"twokey/internal/session"
	"twokey/parser"
	"twokey/parser/effect"
	"twokey/parser/request"
	"twokey/parser/sql"
	"twokey/rules"
)

// maxLine bounds one object of a batch, in bytes: the longest command that a
// session takes, escaped.
const maxLine = 16 << 20

// checkInput is what one check judges: a command, a statement or a request.
type checkInput struct {
	Cmd     *string     `json:"cmd"`
	Cwd     string      `json:"cwd"`
	SQL     *string     `json:"sql"`
	Dialect string      `json:"dialect"`
	Method  string      `json:"method"`
	URL     string      `json:"url"`
	Headers [][2]string `json:"headers"`
	Body    *string     `json:"body"`
	BodyB64 *string     `json:"body_b64"`
}

// checked is what a check adds to its input.
type checked struct {
	Verdict string          `json:"verdict"`
	Rule    string          `json:"rule"`
	Reason  string          `json:"reason"`
	Effects []effect.Effect `json:"effects"`
}

// checker judges without a session: by the same parsers, rules and policy.
type checker struct {
	engine *rules.Engine
	home   string
	cwd    string
}

func newChecker() (*checker, error) {
	home, err := home()
	if err != nil {
		return nil, err
	}
	cwd, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("cannot find the working directory: %w", err)
	}
	if cwd, err = filepath.EvalSymlinks(cwd); err != nil {
		return nil, fmt.Errorf("cannot find the working directory: %w", err)
	}
	policy, err := session.LoadPolicy(home, control.Workspace(cwd))
	if err != nil {
		return nil, err
	}
	engine, err := rules.NewEngine(policy)
	if err != nil {
		return nil, err
	}
	return &checker{engine: engine, home: home.Dir, cwd: cwd}, nil
}

func (e *env) check(args []string) error {
	set := flag.NewFlagSet("check", flag.ContinueOnError)
	asJSON := set.Bool("json", false, "")
	batch := set.Bool("jsonl", false, "")
	dialect := set.String("sql", "", "")
	http := set.Bool("http", false, "")
	rest, err := flags(set, args)
	if err != nil {
		return err
	}
	var in checkInput
	switch {
	case *batch && len(rest) == 0:
		c, err := newChecker()
		if err != nil {
			return err
		}
		return c.batch(e.stdin, e.stdout)
	case *batch:
		return errUsage{"check: --jsonl reads standard input and takes no operands"}
	case *http && (len(rest) == 2 || len(rest) == 3):
		in.Method, in.URL = rest[0], rest[1]
		if len(rest) == 3 {
			in.Body = &rest[2]
		}
	case *http:
		return errUsage{"check: --http takes METHOD URL [BODY]"}
	case len(rest) == 0:
		return errUsage{"check: nothing to judge; twokey check -- 'COMMAND'"}
	case *dialect != "":
		text := strings.Join(rest, " ")
		in.SQL, in.Dialect = &text, *dialect
	default:
		text := strings.Join(rest, " ")
		in.Cmd = &text
	}
	c, err := newChecker()
	if err != nil {
		return err
	}
	effects, judgement, err := c.judge(in)
	if err != nil {
		return errUsage{"check: " + err.Error()}
	}
	if *asJSON {
		err = json.NewEncoder(e.stdout).Encode(report(effects, judgement))
	} else {
		e.explain(in, effects, judgement)
	}
	if err != nil {
		return err
	}
	if judgement.Verdict != rules.Allow {
		return errStatus(int(judgement.Verdict))
	}
	return nil
}

// judge returns the effects of one input and what the rules say of them. No
// exec gate follows a check, so what is not known is held.
func (c *checker) judge(in checkInput) ([]effect.Effect, rules.Judgement, error) {
	workspace := c.cwd
	if in.Cwd != "" {
		if !filepath.IsAbs(in.Cwd) {
			return nil, rules.Judgement{}, fmt.Errorf("cwd %q is not an absolute path", in.Cwd)
		}
		workspace = filepath.Clean(in.Cwd)
	}
	var effects []effect.Effect
	switch {
	case in.Cmd != nil:
		effects = parser.Line(*in.Cmd, parser.Context{
			Cwd: workspace, Workspace: workspace, Home: c.home, Tmp: []string{"/tmp", "/var/tmp"},
			Vars:     map[string]string{"HOME": c.home, "PWD": workspace},
			ReadFile: readBelow(workspace),
		})
	case in.SQL != nil:
		dialect := in.Dialect
		if dialect == "" {
			dialect = "any"
		}
		switch dialect {
		case "postgres", "mysql", "sqlite", "any":
		default:
			return nil, rules.Judgement{}, fmt.Errorf("unknown dialect %q: postgres, mysql, sqlite or any", dialect)
		}
		for _, statement := range sql.Script(*in.SQL, dialect) {
			effects = append(effects, effect.Effect{Kind: effect.KindSQL, SQL: &statement})
		}
	case in.Method != "" && in.URL != "":
		var body []byte
		switch {
		case in.BodyB64 != nil:
			var err error
			if body, err = base64.StdEncoding.DecodeString(*in.BodyB64); err != nil {
				return nil, rules.Judgement{}, fmt.Errorf("body_b64 is not base64: %w", err)
			}
		case in.Body != nil:
			body = []byte(*in.Body)
		}
		h := request.FromHTTP(in.Method, in.URL, in.Headers, body)
		effects = append(effects, effect.Effect{Kind: effect.KindHTTP, HTTP: &h})
	default:
		return nil, rules.Judgement{}, errors.New("nothing to judge: give cmd, or sql and dialect, or method and url")
	}
	return effects, c.engine.Judge(effects, rules.Situation{Workspace: workspace, Home: c.home}), nil
}

// readBelow reads files of the workspace, as a session's sandbox would show
// them, for commands that name a file of data.
func readBelow(workspace string) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		if !control.Within(path, workspace) {
			return nil, os.ErrPermission
		}
		name, err := filepath.Rel(workspace, path)
		if err != nil {
			return nil, err
		}
		root, err := os.OpenRoot(workspace)
		if err != nil {
			return nil, err
		}
		defer root.Close()
		info, err := root.Stat(name)
		if err != nil {
			return nil, err
		}
		const limit = 1 << 20
		if !info.Mode().IsRegular() || info.Size() > limit {
			return nil, os.ErrInvalid
		}
		return root.ReadFile(name)
	}
}

func report(effects []effect.Effect, j rules.Judgement) checked {
	out := checked{Verdict: j.Verdict.String(), Effects: effects}
	if out.Effects == nil {
		out.Effects = []effect.Effect{}
	}
	if len(j.Findings) > 0 {
		f := j.Findings[0]
		out.Rule = f.Rule
		out.Reason = fmt.Sprintf("%s: %s", effects[f.Effect], f.Why)
	}
	return out
}

// batch judges one JSON object a line and writes each back with the verdict
// added. A line that cannot be judged is held, with the reason.
func (c *checker) batch(in io.Reader, out io.Writer) error {
	scanner := bufio.NewScanner(in)
	scanner.Buffer(make([]byte, 64<<10), maxLine)
	w := bufio.NewWriterSize(out, 64<<10)
	for scanner.Scan() {
		line := bytes.TrimSpace(scanner.Bytes())
		if len(line) == 0 {
			continue
		}
		if err := c.one(line, w); err != nil {
			return err
		}
	}
	if err := scanner.Err(); err != nil {
		w.Flush()
		return fmt.Errorf("cannot read the batch: %w", err)
	}
	return w.Flush()
}

func (c *checker) one(line []byte, w io.Writer) error {
	var in checkInput
	var result checked
	err := json.Unmarshal(line, &in)
	if err == nil {
		var effects []effect.Effect
		var judgement rules.Judgement
		if effects, judgement, err = c.judge(in); err == nil {
			result = report(effects, judgement)
		}
	}
	if err != nil {
		result = checked{Verdict: rules.Hold.String(), Rule: "check/input", Reason: "cannot judge this line: " + err.Error(), Effects: []effect.Effect{}}
	}
	added, err := json.Marshal(result)
	if err != nil {
		return err
	}
	object := line
	if !json.Valid(line) || line[0] != '{' {
		if object, err = json.Marshal(map[string]string{"input": string(line)}); err != nil {
			return err
		}
	}
	object = bytes.TrimSpace(object[:len(object)-1])
	if len(object) > 1 {
		object = append(append([]byte(nil), object...), ',')
	}
	_, err = fmt.Fprintf(w, "%s%s\n", object, added[1:])
	return err
}

// explain prints a judgement for a person: the verdict, each finding with its
// place in the text, and the effects.
func (e *env) explain(in checkInput, effects []effect.Effect, j rules.Judgement) {
	fmt.Fprintf(e.stdout, "%s\n", j.Verdict)
	for _, f := range j.Findings {
		fmt.Fprintf(e.stdout, "  %s: %s (%s, %s)\n", f.Verdict, visible(effects[f.Effect].String()), visible(f.Why), f.Rule)
		if in.Cmd != nil {
			e.underline(*in.Cmd, effects[f.Effect].Origin)
		}
		if f.Instead != "" {
			fmt.Fprintf(e.stdout, "    instead: %s\n", visible(f.Instead))
		}
	}
	if len(effects) > 0 {
		fmt.Fprintln(e.stdout, "effects:")
	}
	for _, x := range effects {
		fmt.Fprintf(e.stdout, "  %s: %s\n", x.Kind, visible(x.String()))
		for _, d := range details(x) {
			fmt.Fprintf(e.stdout, "    %s\n", visible(d))
		}
	}
}

// underline marks where in the text an effect is, on the line it begins.
func (e *env) underline(text string, o effect.Origin) {
	if o.End <= o.Start || o.End > len(text) {
		return
	}
	begin := strings.LastIndexByte(text[:o.Start], '\n') + 1
	end := len(text)
	if i := strings.IndexByte(text[o.Start:], '\n'); i >= 0 {
		end = o.Start + i
	}
	width := len([]rune(visible(text[o.Start:min(o.End, end)])))
	fmt.Fprintf(e.stdout, "    %s\n    %s%s\n", visible(text[begin:end]),
		strings.Repeat(" ", len([]rune(visible(text[begin:o.Start])))), strings.Repeat("^", max(1, width)))
}
