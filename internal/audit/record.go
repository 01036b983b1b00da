package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// KindLog is the kind of the records that the log writes about itself.
const KindLog = "log"

// Entry is what a caller has to say; the log adds the rest.
type Entry struct {
	Session string
	// Kind says what the record is about: session, command, effect, request,
	// decision, exec, connect, end, policy. KindLog is the log's own.
	Kind    string
	Command uint64    // the command's tag, 0 for none
	Time    time.Time // zero for now
	Data    any       // marshalled with encoding/json; nil for none
}

// Record is one line of the log.
type Record struct {
	Seq     uint64          `json:"seq"`
	Time    time.Time       `json:"time"`
	Session string          `json:"session"`
	Kind    string          `json:"kind"`
	Command uint64          `json:"command,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
	Prev    string          `json:"prev"`
	Hash    string          `json:"hash"`
}

// MaxData is the largest data of one record, in bytes of JSON. Larger data is
// replaced by its size and digest, so that no command can fill the log alone.
const MaxData = 4 << 20

const (
	hashLen  = 2 * sha256.Size
	hashKey  = `,"hash":"`
	lineTail = len(hashKey) + hashLen + len("\"}\n")
	maxLine  = MaxData + 64<<10
)

// noHash is the prev of the very first record.
const noHash = "0000000000000000000000000000000000000000000000000000000000000000"

// encodeData makes JSON on one line, and lets redact see it.
func encodeData(data any, redact func([]byte) []byte) ([]byte, error) {
	if data == nil {
		return nil, nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // "a && b" stays legible
	if err := enc.Encode(data); err != nil {
		return nil, fmt.Errorf("internal error: cannot encode a log record: %w", err)
	}
	out := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if redact != nil {
		out = redact(out)
		if bytes.IndexByte(out, '\n') >= 0 || !json.Valid(out) {
			return nil, errors.New("internal error: the redactor broke a log record")
		}
	}
	if len(out) > MaxData {
		sum := sha256.Sum256(out)
		out = fmt.Appendf(nil, `{"cut":true,"bytes":%d,"sha256":"%x"}`, len(out), sum)
	}
	return out, nil
}

// appendLine appends the record's line to b and returns the record's hash.
func appendLine(b []byte, seq uint64, e *Entry, data []byte, prev string) ([]byte, string) {
	start := len(b)
	b = append(b, `{"seq":`...)
	b = strconv.AppendUint(b, seq, 10)
	b = append(b, `,"time":"`...)
	b = e.Time.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","session":`...)
	b = appendString(b, e.Session)
	b = append(b, `,"kind":`...)
	b = appendString(b, e.Kind)
	if e.Command != 0 {
		b = append(b, `,"command":`...)
		b = strconv.AppendUint(b, e.Command, 10)
	}
	if len(data) > 0 {
		b = append(b, `,"data":`...)
		b = append(b, data...)
	}
	b = append(b, `,"prev":"`...)
	b = append(b, prev...)
	b = append(b, '"')
	sum := sha256.Sum256(b[start:])
	hash := hex.EncodeToString(sum[:])
	b = append(b, hashKey...)
	b = append(b, hash...)
	return append(b, "\"}\n"...), hash
}

func appendString(b []byte, s string) []byte {
	q, err := json.Marshal(s)
	if err != nil { // a string always marshals
		return append(b, `""`...)
	}
	return append(b, q...)
}

// parseLine reads one line, with its newline, and checks it against its own
// hash. What it says about other records is not checked here.
func parseLine(line []byte) (Record, error) {
	var r Record
	n := len(line) - lineTail
	if n < 0 || line[len(line)-1] != '\n' {
		return r, errors.New("the line is not a record")
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return r, fmt.Errorf("the line is not JSON: %w", err)
	}
	tail := line[n:]
	if string(tail[:len(hashKey)]) != hashKey || string(tail[len(hashKey)+hashLen:]) != "\"}\n" {
		return r, errors.New("the line does not end with its hash")
	}
	sum := sha256.Sum256(line[:n])
	if hash := hex.EncodeToString(sum[:]); hash != string(tail[len(hashKey):len(hashKey)+hashLen]) || hash != r.Hash {
		return r, errEdited
	}
	if len(r.Prev) != hashLen || r.Seq == 0 {
		return r, errors.New("the record names no place in the chain")
	}
	return r, nil
}

var errEdited = errors.New("the record was edited: it does not have the hash that it was written with")
