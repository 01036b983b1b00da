package client

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"twokey/internal/control"
)

// errNotAccepted means that the supervisor went before it took the command:
// nothing ran, and another may be asked.
var errNotAccepted = errors.New("cannot reach the supervisor: it closed the connection")

// converse sends the command line and follows it to its end. next names the
// workspace whose session should be asked instead.
func (c *client) converse(socket control.Socket, request control.Run) (status int, next string, err error) {
	send := &sender{socket: socket}
	if err := send.message(control.Message{Type: control.TypeRun, Payload: request.Encode(), Files: []int{0, 1, 2}}); err != nil {
		if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
			return 0, "", errNotAccepted
		}
		return 0, "", err
	}
	forwarder := forwardSignals(send)
	defer func() {
		if err != nil || next != "" { // else this process ends, which is faster
			forwarder.stop()
		}
	}()
	var terminal *relay
	defer func() { terminal.restore() }()
	accepted := false
	for {
		m, err := control.Read(socket)
		if err != nil {
			if !accepted {
				return 0, "", errNotAccepted
			}
			terminal.restore()
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) {
				return 0, "", errors.New("the supervisor is gone and the command was ended with it; run it again to start a new one")
			}
			return 0, "", err
		}
		switch {
		case m.Type == control.TypeMoved && accepted:
			return 0, string(m.Payload), nil
		case m.Type == control.TypeAccepted && !accepted:
			accepted = true
		case m.Type == control.TypeTerminal && accepted && terminal == nil && len(m.Files) == 1:
			if terminal, err = newRelay(m.Files[0], request.Terminals); err != nil {
				return 0, "", err
			}
		case m.Type == control.TypeNotice && accepted:
			c.sayTo(terminal, string(m.Payload))
		case (m.Type == control.TypeExit || m.Type == control.TypeFail) && accepted:
			end, err := control.DecodeEnd(m.Payload)
			if err != nil {
				return 0, "", err
			}
			terminal.drain()
			terminal.restore()
			if end.Text != "" {
				c.say(end.Text)
			}
			return end.Status, "", nil
		default:
			return 0, "", fmt.Errorf("internal error: message %d out of its phase", m.Type)
		}
	}
}

// sayTo says a line while the terminal may be in raw mode, where a line feed
// does not return the cursor.
func (c *client) sayTo(terminal *relay, text string) {
	c.say(text)
	if terminal.raw() {
		io.WriteString(c.stderr, "\r")
	}
}

type sender struct {
	mu     sync.Mutex
	socket control.Socket
}

func (s *sender) message(m control.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return control.Write(s.socket, m)
}

// forwarder carries this process's signals to the command's process group.
type forwarder struct {
	signals chan os.Signal
	done    chan struct{}
}

func forwardSignals(send *sender) *forwarder {
	f := &forwarder{signals: make(chan os.Signal, 16), done: make(chan struct{})}
	var forwarded []os.Signal
	for _, s := range []syscall.Signal{
		syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2,
		syscall.SIGTSTP, syscall.SIGCONT,
	} {
		if !signal.Ignored(s) { // nohup and its kind
			forwarded = append(forwarded, s)
		}
	}
	if len(forwarded) > 0 { // none would mean all
		signal.Notify(f.signals, forwarded...)
	}
	go func() {
		for {
			select {
			case s := <-f.signals:
				n := s.(syscall.Signal)
				if err := send.message(control.Message{Type: control.TypeSignal, Payload: control.EncodeNumber(int(n))}); err != nil {
					return // the reader sees the end of the connection
				}
				if n == syscall.SIGTSTP {
					syscall.Kill(os.Getpid(), syscall.SIGSTOP)
				}
			case <-f.done:
				return
			}
		}
	}()
	return f
}

func (f *forwarder) stop() {
	signal.Stop(f.signals)
	close(f.done)
}
