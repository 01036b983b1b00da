package rules

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"
)

// Loosens says, a phrase each, where e permits what old did not. An engine
// that only tightens, or changes nothing, returns nothing.
func (e *Engine) Loosens(old *Engine) []string {
	var found []string
	grew := func(field string, now, before []string) {
		for _, s := range now {
			if !slices.Contains(before, s) {
				found = append(found, fmt.Sprintf("%s adds %s", field, s))
			}
		}
	}
	shrank := func(field string, now, before []string) {
		for _, s := range before {
			if !slices.Contains(now, s) {
				found = append(found, fmt.Sprintf("%s drops %s", field, s))
			}
		}
	}
	now, before := e.policy, old.policy
	shrank("view.hide", now.View.Hide, before.View.Hide)
	grew("view.show", now.View.Show, before.View.Show)
	grew("view.read", now.View.Read, before.View.Read)
	grew("view.write", now.View.Write, before.View.Write)
	grew("view.home", now.View.Home, before.View.Home)
	grew("env.pass", now.Env.Pass, before.Env.Pass)
	shrank("env.hide", now.Env.Hide, before.Env.Hide)
	found = append(found, hostsLoosened(now.Hosts, before.Hosts)...)
	verdicts := map[string]Verdict{}
	for _, r := range e.infos {
		verdicts[r.ID] = r.Verdict
	}
	for _, r := range old.infos {
		if verdict, ok := verdicts[r.ID]; r.Verdict > Allow && (!ok || verdict < r.Verdict) {
			found = append(found, fmt.Sprintf("rule %s becomes %s", r.ID, verdict))
		}
	}
	return append(found, packsLoosened(now.Packs, before.Packs)...)
}

// packsLoosened is as strict: a rule of the person's own that changed or went
// loosens, and so does a new one that allows, since it may keep a fallback
// from counting.
func packsLoosened(now, before []Pack) []string {
	texts := func(packs []Pack) map[string]string {
		m := map[string]string{}
		for _, p := range packs {
			for _, r := range p.Rules {
				b, err := yaml.Marshal(r)
				if err != nil {
					continue // then it is missing, which loosens
				}
				m[p.Name+"/"+r.ID] = string(b)
			}
		}
		return m
	}
	var found []string
	current, former := texts(now), texts(before)
	for id, text := range former {
		if current[id] != text {
			found = append(found, "packs changes "+id)
		}
	}
	for _, p := range now {
		for _, r := range p.Rules {
			if id := p.Name + "/" + r.ID; r.Verdict == Allow && former[id] == "" {
				found = append(found, "packs adds "+id)
			}
		}
	}
	slices.Sort(found)
	return found
}

// hostsLoosened is strict: any host rule that lets pass or redirects and was
// not there, and any that held or denied and is gone, loosens.
func hostsLoosened(now, before []HostRule) []string {
	var found []string
	in := func(h HostRule, list []HostRule) bool {
		return slices.ContainsFunc(list, func(o HostRule) bool {
			return o.Host == h.Host && o.Verdict == h.Verdict && o.Dial == h.Dial && slices.Equal(o.Ports, h.Ports)
		})
	}
	for _, h := range now {
		if (h.Verdict == HostPass || h.Dial != "") && !in(h, before) {
			found = append(found, "hosts adds "+h.Host)
		}
	}
	for _, h := range before {
		if h.Verdict != HostPass && !in(h, now) {
			found = append(found, "hosts drops "+h.Host)
		}
	}
	return found
}
