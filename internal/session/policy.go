package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"twokey/internal/control"
	"twokey/internal/gate"
	"twokey/parser/effect"
	"twokey/rules"
)

const (
	systemPolicy    = "/etc/twokey/policy.yaml"
	workspacePolicy = ".twokey.yaml"
	policyLimit     = 1 << 20 // bytes of one policy file
)

// policyFiles lists the layers, least specific first.
func policyFiles(home control.Home, workspace string) []rules.Layer {
	return []rules.Layer{
		{Name: systemPolicy},
		{Name: filepath.Join(home.Config, "policy.yaml")},
		{Name: filepath.Join(workspace, workspacePolicy), Workspace: true},
	}
}

// loadPolicy reads the layers that exist. A layer that cannot be read or does
// not decode is an error: nothing runs under half a policy.
func loadPolicy(home control.Home, workspace string) (*rules.Policy, error) {
	var layers []rules.Layer
	for _, layer := range policyFiles(home, workspace) {
		info, err := os.Stat(layer.Name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err == nil && (!info.Mode().IsRegular() || info.Size() > policyLimit) {
			err = fmt.Errorf("cannot read the policy %s: it is no regular file of at most %d bytes", layer.Name, policyLimit)
		}
		if err == nil {
			layer.Data, err = os.ReadFile(layer.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read the policy: %w", err)
		}
		layers = append(layers, layer)
	}
	return rules.LoadPolicy(layers...)
}

// LoadPolicy reads the policy that a session in the workspace would have.
func LoadPolicy(home control.Home, workspace string) (*rules.Policy, error) {
	return loadPolicy(home, workspace)
}

func (s *Session) setPolicy(p *rules.Policy) error {
	engine, err := s.newEngine(p)
	if err != nil {
		return err
	}
	s.enforce(engine)
	return nil
}

// newEngine adds the registries that cannot be published to.
func (s *Session) newEngine(p *rules.Policy) (*rules.Engine, error) {
	var detected []rules.HostRule
	for _, h := range s.registries {
		if !h.Publishes {
			detected = append(detected, rules.HostRule{Host: h.Name, Ports: h.Ports, Verdict: rules.HostPass, Origin: h.Origin})
		}
	}
	return rules.NewEngine(p, detected...)
}

func (s *Session) enforce(e *rules.Engine) {
	s.judge.SetEngine(e)
	s.current.Store(e.Policy())
}

// watchPolicy reloads the policy when one of its files changes. Their
// directories are watched, since editors replace files.
func (s *Session) watchPolicy(ctx context.Context) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("cannot watch the policy: %w", err)
	}
	names := map[string]bool{}
	for _, layer := range policyFiles(s.home, s.workspace) {
		names[layer.Name] = true
		if err := watcher.Add(filepath.Dir(layer.Name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			watcher.Close()
			return fmt.Errorf("cannot watch the policy: %w", err)
		}
	}
	go func() {
		defer watcher.Close()
		// A change comes as several events; the last of them counts.
		settle := time.NewTimer(time.Hour)
		settle.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case event := <-watcher.Events:
				if names[event.Name] {
					settle.Reset(20 * time.Millisecond)
				}
			case <-watcher.Errors:
			case <-settle.C:
				s.reload(ctx)
			}
		}
	}()
	return nil
}

// reload puts the policy's files in force. While one does not decode no command
// starts; one that loosens counts only once a person approves it.
func (s *Session) reload(ctx context.Context) {
	policy, err := loadPolicy(s.home, s.workspace)
	if err != nil {
		s.broken.Store(&err)
		s.policyEvent("refused", map[string]any{"error": err.Error()})
		return
	}
	s.broken.Store(nil)
	engine, err := s.newEngine(policy)
	if err != nil {
		s.policyEvent("refused", map[string]any{"error": err.Error()})
		return
	}
	loosened := engine.Loosens(s.judge.Engine())
	if len(loosened) == 0 {
		s.enforce(engine)
		s.policyEvent("reloaded", nil)
		return
	}
	go func() {
		answer := s.judge.Hold(ctx, gate.Inquiry{
			Gate:    gate.Session,
			Command: &gate.Command{Text: "the policy's files changed and loosen: " + strings.Join(loosened, "; ")},
			Effects: []effect.Effect{{Kind: effect.KindFile, File: &effect.File{
				Op: effect.OpWrite, Path: effect.Lit(filepath.Join(s.home.Config, "policy.yaml")), Scope: effect.ScopeHome, By: "policy",
			}}},
		}, "session/policy-loosens", "The changed policy permits what the one in force does not")
		if answer.Allowed {
			s.enforce(engine)
			s.policyEvent("reloaded", map[string]any{"loosened": loosened})
		}
	}()
}

// policyEvent logs what became of a changed policy. The view and the
// environment of commands that run stay as they were.
func (s *Session) policyEvent(event string, data map[string]any) {
	record := map[string]any{"event": event}
	maps.Copy(record, data)
	if err := s.log("policy", nil, true, record); err != nil {
		complain(err.Error())
	}
}
