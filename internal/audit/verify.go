package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// Report says what Verify found.
type Report struct {
	OK      bool     `json:"ok"`
	Records uint64   `json:"records"` // that were read
	First   uint64   `json:"first"`   // seq of the first record, 0 for none
	Last    uint64   `json:"last"`    // seq of the last record
	Hash    string   `json:"hash"`    // of the last record; kept elsewhere it pins all before it
	Files   int      `json:"files"`
	Bad     *Problem `json:"bad,omitempty"`   // the first thing that is wrong
	Notes   []string `json:"notes,omitempty"` // crashes that were repaired or will be
}

// Problem is one place where the log is not as it was written.
type Problem struct {
	// Kind is edit, cut, reorder, duplicate, json, head or break.
	Kind string `json:"kind"`
	File string `json:"file"`
	Line int    `json:"line,omitempty"` // 0 when it has none
	Seq  uint64 `json:"seq,omitempty"`  // the record, as far as it can be told
	Why  string `json:"why"`
}

// String says the problem on one line.
func (p Problem) String() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s", p.File, p.Why)
	}
	return fmt.Sprintf("%s:%d: record %d: %s", p.File, p.Line, p.Seq, p.Why)
}

// Verify checks every record of the log in dir against its own hash, against
// the one before it and the last against the head. It changes nothing. A
// problem is in the report; an error means that it could not be checked.
func Verify(dir string) (Report, error) {
	r, err := verify(dir)
	if err == nil && !r.OK {
		// A writer that tidied up while the files were read looks like a
		// change; it is over by now.
		return verify(dir)
	}
	return r, err
}

func verify(dir string) (Report, error) {
	s, err := openSnapshot(dir)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return Report{OK: true}, nil
		}
		return Report{}, err
	}
	defer s.release()
	v := &verifier{dir: dir, prev: noHash}
	v.report.Files = len(s.parts)
	for _, name := range s.missing {
		v.bad("cut", name, 0, 0, "the file is missing")
	}
	for i, p := range s.parts {
		err := p.lines(func(number int, line []byte) error {
			v.line(p.name, number, line)
			return nil
		})
		switch {
		case errors.Is(err, errTorn) && i == len(s.parts)-1:
			v.note("%s: the last line is incomplete, as after a crash", p.name)
		case err != nil:
			v.bad("json", p.name, 0, v.last.Seq+1, err.Error())
		}
	}
	v.end(s)
	v.report.OK = v.report.Bad == nil
	return v.report, nil
}

type verifier struct {
	dir    string
	report Report
	last   Record
	prev   string // the hash that the next record must name
	gap    *gap   // records were missing; they may still come
}

type gap struct{ from, to uint64 }

func (v *verifier) bad(kind, file string, line int, seq uint64, why string) {
	if v.report.Bad == nil {
		v.report.Bad = &Problem{Kind: kind, File: filepath.Join(v.dir, file), Line: line, Seq: seq, Why: why}
	}
}

func (v *verifier) note(format string, args ...any) {
	v.report.Notes = append(v.report.Notes, fmt.Sprintf(format, args...))
}

func (v *verifier) line(file string, number int, line []byte) {
	r, err := parseLine(line)
	if err != nil {
		kind := "json"
		if errors.Is(err, errEdited) {
			kind = "edit"
		}
		v.bad(kind, file, number, v.last.Seq+1, err.Error())
		// The place in the chain is taken by something; go on behind it.
		v.last.Seq++
		v.prev = ""
		v.report.Records++
		return
	}
	v.report.Records++
	if v.report.First == 0 {
		v.report.First = r.Seq
	}
	next := v.last.Seq + 1
	switch {
	case r.Seq == next && (r.Prev == v.prev || v.prev == ""):
	case r.Seq == next:
		v.bad("edit", file, number, r.Seq, fmt.Sprintf("it does not follow record %d: one of the two is not what was written", v.last.Seq))
	case r.Seq > next:
		if v.report.Bad == nil {
			v.gap = &gap{next, r.Seq - 1}
		}
		v.bad("cut", file, number, r.Seq, fmt.Sprintf("the records %d to %d before it are missing", next, r.Seq-1))
	case v.gap != nil && r.Seq >= v.gap.from && r.Seq <= v.gap.to:
		v.report.Bad.Kind = "reorder"
		v.report.Bad.Why = fmt.Sprintf("it stands before record %d", r.Seq)
		return
	case r.Seq == v.last.Seq && r.Hash == v.last.Hash:
		v.bad("duplicate", file, number, r.Seq, "it is there twice")
		return
	default:
		v.bad("duplicate", file, number, r.Seq, fmt.Sprintf("its number was used before, the next is %d", next))
		return
	}
	if r.Kind == KindLog {
		v.event(file, number, r)
	}
	v.last, v.prev = r, r.Hash
}

func (v *verifier) event(file string, number int, r Record) {
	var ev event
	if err := json.Unmarshal(r.Data, &ev); err != nil || ev.Event == eventBreak || ev.Event == "" {
		v.bad("break", file, number, r.Seq, "when it was written: "+ev.Why)
		return
	}
	v.note("record %d: %s: %s", r.Seq, ev.Event, ev.Why)
}

// end compares the last record with the head.
func (v *verifier) end(s *snapshot) {
	v.report.Last, v.report.Hash = v.last.Seq, v.last.Hash
	if v.last.Seq == 0 && errors.Is(s.headErr, errNoHead) {
		return // an empty log
	}
	if v.report.Bad != nil {
		return
	}
	ev := judgeHead(s.head, s.headErr, v.last, bootID())
	switch {
	case ev == nil:
	case ev.Event != eventBreak:
		v.note("%s", ev.Why)
	case s.head.seq > v.last.Seq:
		v.bad("cut", logName, 0, v.last.Seq+1, ev.Why)
	default:
		v.bad("head", headName, 0, v.last.Seq, ev.Why)
	}
}
