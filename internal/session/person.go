package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"twokey/internal/approval"
	"twokey/internal/control"
	"twokey/sandbox"
)

// Question is what a person's command asks a session: one JSON object, to
// which the session answers with one Reply and closes.
type Question struct {
	Verb     string            `json:"verb"` // pending, show, decide, info or stop
	ID       string            `json:"id,omitempty"`
	Decision approval.Decision `json:"decision,omitzero"`
}

// Reply answers a Question.
type Reply struct {
	Error    string             `json:"error,omitempty"`
	Requests []approval.Request `json:"requests,omitempty"`
	Info     *Info              `json:"info,omitempty"`
}

// Info describes a session that lives.
type Info struct {
	ID        string `json:"id"`
	Workspace string `json:"workspace"`
	Caller    string `json:"caller"`
	PID       int    `json:"pid"`
	Commands  int    `json:"commands"`  // command lines being served
	Processes int    `json:"processes"` // in the sandbox
	Pending   int    `json:"pending"`
}

const questionLimit = 1 << 20 // bytes

// Ask puts a question to the session at place. ErrGone is in the error when
// nobody serves it.
func Ask(place control.Place, q Question) (Reply, error) {
	conn, err := control.Connect(place.Control())
	if err != nil {
		if errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ECONNREFUSED) {
			return Reply{}, ErrGone
		}
		return Reply{}, err
	}
	f := os.NewFile(uintptr(conn), "control")
	defer f.Close()
	if err := json.NewEncoder(f).Encode(q); err != nil {
		return Reply{}, fmt.Errorf("cannot ask session %s: %w", place.ID, err)
	}
	var reply Reply
	if err := json.NewDecoder(f).Decode(&reply); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
			return Reply{}, ErrGone
		}
		return Reply{}, fmt.Errorf("cannot read the answer of session %s: %w", place.ID, err)
	}
	return reply, nil
}

// ErrGone means that a session's supervisor no longer serves.
var ErrGone = errors.New("the session is gone")

func (s *Session) servePerson(_ context.Context, conn control.Conn) {
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	reply := func(r Reply) { json.NewEncoder(conn).Encode(r) }
	peer, err := conn.Peer()
	if err != nil || int(peer.Uid) != os.Getuid() {
		reply(Reply{Error: "cannot serve another user"})
		return
	}
	var q Question
	if err := json.NewDecoder(io.LimitReader(conn, questionLimit)).Decode(&q); err != nil {
		if !errors.Is(err, net.ErrClosed) {
			reply(Reply{Error: "cannot read the question: " + err.Error()})
		}
		return
	}
	if q.Verb != "stop" {
		reply(s.answer(q, int(peer.Pid)))
		return
	}
	// The answer goes first: the end of the sandbox is the end of this process.
	reply(Reply{})
	s.leave("stopped")
}

func (s *Session) answer(q Question, peer int) Reply {
	fail := func(err error) Reply { return Reply{Error: err.Error()} }
	switch q.Verb {
	case "pending":
		return Reply{Requests: s.judge.Approvals.Pending()}
	case "show":
		request, err := s.judge.Approvals.Get(q.ID)
		if err != nil {
			return fail(err)
		}
		return Reply{Requests: []approval.Request{request}}
	case "decide":
		if q.Decision.By == "" {
			q.Decision.By = fmt.Sprintf("uid %d, process %d", os.Getuid(), peer)
		}
		if err := s.judge.Approvals.Decide(q.ID, q.Decision); err != nil {
			return fail(err)
		}
		return Reply{}
	case "info":
		processes, err := s.sandbox.Processes()
		if err != nil && !errors.Is(err, sandbox.ErrEnded) {
			return fail(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		return Reply{Info: &Info{
			ID: s.place.ID, Workspace: s.workspace, Caller: s.callerID.Name, PID: os.Getpid(),
			Commands: s.busy, Processes: len(processes), Pending: len(s.judge.Approvals.Pending()),
		}}
	}
	return fail(fmt.Errorf("unknown question %q", q.Verb))
}
