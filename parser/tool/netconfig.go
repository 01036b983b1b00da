package tool

import ()

// netconfigGrammars are packet filters, interfaces and routes.
func netconfigGrammars() []grammar {
	return []grammar{
		{names: `iptables ip6tables iptables-legacy iptables-nft ip6tables-legacy ebtables arptables ipset`, style: 0,
			opts: `t/table= A/append= D/delete= I/insert= R/replace= L/list=? S/list-rules=? F/flush=? Z/zero=? N/new-chain=
			X/delete-chain=? P/policy= E= C/check= p= s= d= j= i= o= m= dport= sport= n v line-numbers w=? state= ctstate=
			to-destination= comment= c= h`, hook: firewall},
		{names: "iptables-save ip6tables-save", style: 0},
		{names: `iptables-restore ip6tables-restore nft ufw firewall-cmd firewalld pfctl ipfw shorewall fail2ban-client
			csf`, style: gnu, opts: `f/file=r c/check n/noflush t/test a/handle j/json i/interactive F= e d E s= N= z/zone=
			permanent reload dry-run list-all state get-active-zones get-zones add-port= remove-port= add-service=
			remove-service= panic-on force list-ports list-services get-default-zone info-zone=`, hook: firewall},
		{names: `nmcli ip ifconfig route ifup ifdown ifdownup brctl iw iwconfig wg wg-quick ovs-vsctl netplan dhclient
			connmanctl networksetup`, style: 0, depth: 0,
			opts: "4 6 o s d br/brief j p c/color f/family= t/terse g= n= b= netns=", hook: network},
	}
}

func firewall(c *call) {
	switch c.cmd.Program {
	case "nft":
		if v := c.operandText(0); v == "list" || v == "describe" || v == "monitor" || v == "-a" || c.has("check") {
			return
		}
	case "ufw":
		if v := c.operandText(0); v == "status" || v == "show" || v == "version" || v == "app" {
			return
		}
	case "firewall-cmd":
		if c.has("list-all", "state", "get-active-zones", "get-zones", "list-ports", "list-services", "get-default-zone", "info-zone") {
			return
		}
	case "pfctl":
		if c.has("s") && !c.has("F", "file", "d", "e") {
			return
		}
	case "ipset", "fail2ban-client":
		if v := c.operandText(0); v == "list" || v == "save" || v == "test" || v == "status" || v == "ping" || v == "version" {
			return
		}
	case "shorewall", "csf", "firewalld":
	default:
		if c.has("list", "list-rules", "check") && !c.has("append", "delete", "insert", "flush", "policy", "zero") {
			return
		}
		if len(c.cmd.Flags) == 0 {
			return
		}
	}
	c.trait(TraitFirewall)
}

func network(c *call) {
	words := c.cmd.Operands
	name := c.cmd.Program
	for i, w := range words {
		switch w.Text {
		case "add", "del", "delete", "flush", "set", "change", "replace", "append", "down", "up", "modify", "disconnect",
			"connect", "reload", "apply", "try", "off", "on", "addbr", "delbr", "addif", "delif", "save", "setconf",
			"-setairportpower", "a", "d":
			if (w.Text == "a" || w.Text == "up" || w.Text == "d" || w.Text == "set" && i == 0) && name == "ip" && !(w.Text == "set" && i > 0) {
				continue // ip a is ip addr; "ip link show up"
			}
			c.trait(TraitNetwork)
			return
		}
	}
	switch {
	case name == "ifup" || name == "ifdown" || name == "dhclient" || name == "wg-quick":
		c.trait(TraitNetwork)
	case name == "ifconfig" && len(words) > 1, name == "iwconfig" && len(words) > 1:
		c.trait(TraitNetwork)
	case name == "ip" && len(words) > 2 && words[0].Text == "netns" && words[1].Text == "exec":
		c.exec(words[3:], "ip netns exec")
	}
}
