package rules

import (
	"slices"
)

// SQLMatch matches one statement.
type SQLMatch struct {
	lazy

	Dialect     []string   `yaml:"dialect"`
	Verb        []string   `yaml:"verb"`
	Object      []string   `yaml:"object"`
	Filter      []string   `yaml:"filter"` // none, some, always
	Writes      *bool      `yaml:"writes"`
	Unparsed    *bool      `yaml:"unparsed"`
	InWorkspace *bool      `yaml:"in_workspace"`
	Text        []string   `yaml:"text"`
	Server      []string   `yaml:"server"`
	Database    []string   `yaml:"database"`
	Tool        []string   `yaml:"tool"`
	Unless      []SQLMatch `yaml:"unless"`

	dialect, verb, object, text, server, database, tool patterns
}

func (m *SQLMatch) compile() error {
	if err := compileAll(
		[]*patterns{&m.dialect, &m.verb, &m.object, &m.text, &m.server, &m.database, &m.tool},
		[][]string{m.Dialect, m.Verb, m.Object, m.Text, m.Server, m.Database, m.Tool}); err != nil {
		return err
	}
	for i := range m.Unless {
		if err := m.Unless[i].compile(); err != nil {
			return err
		}
	}
	return nil
}

func (m *SQLMatch) keys() ([]string, bool) { return nil, false }

func (m *SQLMatch) match(s *subject) bool {
	if !m.ready(m.compile) {
		return false
	}
	q := s.effect.SQL
	if m.Verb != nil && !m.verb.match(q.Verb) || m.Dialect != nil && !m.dialect.match(q.Dialect) {
		return false
	}
	if m.Filter != nil && !slices.Contains(m.Filter, q.Filter) || m.Object != nil && !slices.ContainsFunc(q.Objects, m.object.match) {
		return false
	}
	if !is(m.Writes, q.Writes) || !is(m.Unparsed, q.Unparsed != "") || !is(m.InWorkspace, q.InWorkspace) {
		return false
	}
	if m.Text != nil && !m.text.match(q.Text) || m.Server != nil && !m.server.match(q.Server) {
		return false
	}
	if m.Database != nil && !m.database.match(q.Database) || m.Tool != nil && !m.tool.match(q.Tool) {
		return false
	}
	return !anyMatch(m.Unless, s)
}

// DatastoreMatch matches one command to a key-value or document store.
type DatastoreMatch struct {
	lazy

	System  []string         `yaml:"system"`
	Command []string         `yaml:"command"`
	Key     []string         `yaml:"key"`
	Server  []string         `yaml:"server"`
	Text    []string         `yaml:"text"`
	Unless  []DatastoreMatch `yaml:"unless"`

	system, command, key, server, text patterns
}

func (m *DatastoreMatch) compile() error {
	if err := compileAll(
		[]*patterns{&m.system, &m.command, &m.key, &m.server, &m.text},
		[][]string{m.System, m.Command, m.Key, m.Server, m.Text}); err != nil {
		return err
	}
	for i := range m.Unless {
		if err := m.Unless[i].compile(); err != nil {
			return err
		}
	}
	return nil
}

func (m *DatastoreMatch) keys() ([]string, bool) { return nil, false }

func (m *DatastoreMatch) match(s *subject) bool {
	if !m.ready(m.compile) {
		return false
	}
	d := s.effect.Datastore
	if m.System != nil && !m.system.match(d.System) || m.Command != nil && !m.command.match(d.Command) {
		return false
	}
	if m.Key != nil && !slices.ContainsFunc(d.Keys, m.key.match) || m.Server != nil && !m.server.match(d.Server) {
		return false
	}
	if m.Text != nil && !m.text.match(d.Text) {
		return false
	}
	return !anyMatch(m.Unless, s)
}

// ConnectMatch matches a connection. What a policy says of hosts is judged
// beside it.
type ConnectMatch struct {
	lazy

	Host     []string       `yaml:"host"`
	Port     []int          `yaml:"port"`
	Protocol []string       `yaml:"protocol"`
	Unless   []ConnectMatch `yaml:"unless"`

	host, protocol patterns
}

func (m *ConnectMatch) compile() error {
	if err := compileAll([]*patterns{&m.host, &m.protocol}, [][]string{m.Host, m.Protocol}); err != nil {
		return err
	}
	for i := range m.Unless {
		if err := m.Unless[i].compile(); err != nil {
			return err
		}
	}
	return nil
}

func (m *ConnectMatch) keys() ([]string, bool) { return nil, false }

func (m *ConnectMatch) match(s *subject) bool {
	if !m.ready(m.compile) {
		return false
	}
	c := s.effect.Connect
	if m.Host != nil && !m.host.match(c.Host) || m.Port != nil && !slices.Contains(m.Port, c.Port) {
		return false
	}
	if m.Protocol != nil && !m.protocol.match(c.Protocol) {
		return false
	}
	return !anyMatch(m.Unless, s)
}
