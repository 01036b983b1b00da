package audit

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// event is the data of a record of KindLog.
type event struct {
	Event  string `json:"event"` // repair, torn, lost or break
	Why    string `json:"why"`
	Head   *place `json:"head,omitempty"`  // what the head said
	Found  *place `json:"found,omitempty"` // the last record that was found
	Bytes  int64  `json:"bytes,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
	File   string `json:"file,omitempty"` // where the bytes are now
}

type place struct {
	Seq  uint64 `json:"seq"`
	Hash string `json:"hash"`
}

// The events.
const (
	eventRepair = "repair"
	eventTorn   = "torn"
	eventLost   = "lost"
	eventBreak  = "break"
)

// recover makes log and head agree after a crash or a change by others, and
// writes into the log what it found and did. The lock is held.
func (l *Log) recover(h head, headErr error) (head, error) {
	if l.file != nil {
		l.file.Close()
		l.file = nil
	}
	older, err := countOlder(l.dir)
	if err != nil {
		return h, writeError(l.dir, err)
	}
	file, err := openFile(l.dir, logName, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return h, err
	}
	l.file, l.older = file, older
	last, end, err := lastRecord(file)
	if err != nil {
		return h, readError(file.Name(), err)
	}
	size := end
	if last.Seq == 0 && older > 0 { // a new file was begun and nothing written yet
		if last, err = lastOf(l.dir, olderName(older)); err != nil {
			return h, err
		}
	}
	var events []event
	rest, err := l.moveAside(end)
	if err != nil {
		return h, err
	}
	if rest != nil {
		events = append(events, *rest)
	}
	if ev := judgeHead(h, headErr, last, l.boot); ev != nil {
		events = append(events, *ev)
	}
	next := head{seq: last.Seq, hash: last.Hash, size: size, older: older, synced: min(h.synced, last.Seq), boot: l.boot}
	if last.Seq == 0 {
		next.hash = noHash
		_ = syncDir(l.dir) // new files; their records are synced when asked for
	}
	for _, ev := range events {
		data, err := encodeData(ev, nil)
		if err != nil {
			return h, err
		}
		if next, err = l.write(next, &Entry{Kind: KindLog}, data); err != nil {
			return h, err
		}
	}
	if len(events) == 0 {
		if err := l.writeHead(next); err != nil {
			return h, writeError(l.head.Name(), err)
		}
	}
	return next, nil
}

// judgeHead compares what the head says with the last record that is there. It
// returns nil when they agree.
func judgeHead(h head, headErr error, last Record, boot string) *event {
	found := &place{Seq: last.Seq, Hash: last.Hash}
	said := &place{Seq: h.seq, Hash: h.hash}
	rebooted := h.boot != boot
	switch {
	case headErr != nil && !errors.Is(headErr, errNoHead):
		return &event{Event: eventBreak, Why: headErr.Error(), Found: found}
	case h.seq == last.Seq && (h.hash == last.Hash || h.seq == 0):
		return nil
	case h.seq+1 == last.Seq && h.hash == last.Prev:
		return &event{Event: eventRepair, Why: "the head was one record behind, as after a crash", Head: said, Found: found}
	case h.seq < last.Seq && headErr == nil && rebooted:
		return &event{Event: eventRepair, Why: "the head was behind, as after a power failure", Head: said, Found: found}
	case h.seq < last.Seq && headErr != nil:
		return &event{Event: eventBreak, Why: "the head was removed or emptied", Found: found}
	case h.seq < last.Seq:
		return &event{Event: eventBreak, Why: "there are more records than the head knows of", Head: said, Found: found}
	case h.seq > last.Seq && rebooted && last.Seq >= h.synced:
		return &event{Event: eventLost, Why: "the last records were not on disk yet at a power failure", Head: said, Found: found}
	case h.seq > last.Seq:
		return &event{Event: eventBreak, Why: fmt.Sprintf("records %d to %d were cut off", last.Seq+1, h.seq), Head: said, Found: found}
	}
	return &event{Event: eventBreak, Why: fmt.Sprintf("record %d is another than the head knows", h.seq), Head: said, Found: found}
}

// moveAside takes what follows the last record out of the log. The bytes go to
// log.torn first, so that a crash in between doubles them and loses none.
func (l *Log) moveAside(end int64) (*event, error) {
	info, err := l.file.Stat()
	if err != nil {
		return nil, readError(l.file.Name(), err)
	}
	n := info.Size() - end
	if n == 0 {
		return nil, nil
	}
	torn, err := openFile(l.dir, tornName, os.O_RDWR|os.O_CREATE|os.O_APPEND)
	if err != nil {
		return nil, err
	}
	defer torn.Close()
	sum, lines := sha256.New(), &newlines{}
	from := io.NewSectionReader(l.file, end, n)
	if _, err := io.Copy(io.MultiWriter(torn, sum, lines), from); err != nil {
		return nil, writeError(torn.Name(), err)
	}
	if _, err := torn.WriteString("\n"); err != nil {
		return nil, writeError(torn.Name(), err)
	}
	if err := torn.Sync(); err != nil {
		return nil, writeError(torn.Name(), err)
	}
	if err := l.file.Truncate(end); err != nil {
		return nil, writeError(l.file.Name(), err)
	}
	ev := &event{Event: eventTorn, Why: "the last line was incomplete, as after a crash", Bytes: n, SHA256: fmt.Sprintf("%x", sum.Sum(nil)), File: tornName}
	if lines.n > 0 {
		ev.Event, ev.Why = eventBreak, "lines that are no records followed the last record"
	}
	return ev, nil
}

type newlines struct{ n int }

func (w *newlines) Write(p []byte) (int, error) {
	w.n += bytes.Count(p, []byte("\n"))
	return len(p), nil
}

// lastRecord returns the last line of f that has the hash it was written with,
// and where it ends; a zero Record when there is none.
func lastRecord(f *os.File) (Record, int64, error) {
	info, err := f.Stat()
	if err != nil {
		return Record{}, 0, err
	}
	size := info.Size()
	for window := int64(256 << 10); ; window *= 16 {
		start := max(0, size-window)
		buf := make([]byte, size-start)
		if _, err := f.ReadAt(buf, start); err != nil {
			return Record{}, 0, err
		}
		for end := bytes.LastIndexByte(buf, '\n') + 1; end > 0; {
			begin := bytes.LastIndexByte(buf[:end-1], '\n') + 1
			if begin == 0 && start > 0 {
				break // the line may begin before the window
			}
			if r, err := parseLine(buf[begin:end]); err == nil {
				return r, start + int64(end), nil
			}
			end = begin
		}
		if start == 0 {
			return Record{}, 0, nil
		}
	}
}

func lastOf(dir, name string) (Record, error) {
	f, err := openFile(dir, name, os.O_RDONLY)
	if err != nil {
		return Record{}, err
	}
	defer f.Close()
	r, _, err := lastRecord(f)
	if err != nil {
		return r, readError(filepath.Join(dir, name), err)
	}
	return r, nil
}

// countOlder returns the highest number of an older file.
func countOlder(dir string) (uint64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	var highest uint64
	for _, e := range entries {
		highest = max(highest, olderNumber(e.Name()))
	}
	return highest, nil
}

// olderNumber returns 0 for a name that is not an older file's.
func olderNumber(name string) uint64 {
	s, ok := strings.CutPrefix(name, "log.")
	if !ok {
		return 0
	}
	if s, ok = strings.CutSuffix(s, ".jsonl"); !ok {
		return 0
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil || olderName(n) != name {
		return 0
	}
	return n
}
