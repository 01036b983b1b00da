// Package egress is the supervisor's side of the network: it answers the
// sandbox's name lookups, accepts every TCP connection that the sandbox's
// packet filter redirects, asks for a decision by the name that the program
// looked up, and carries the bytes of what was allowed.
//
// It translates and enforces. It must never decide: Config.Decide does, and
// whatever fails, is undecided or cannot be read is refused. It never looks a
// name up outside before that name was allowed, and never dials an address
// that it did not check.
//
// What is refused without a question, each with a record that says why:
//
//	connection to a mapped address that no lookup gave out     RST
//	connection to the gate's own listener or to loopback       RST
//	connection whose original destination cannot be read       RST
//	more than MaxConnections at once                           RST
//	DNS over TLS (port 853)                                    RST
//	Decide fails                                               RST
//	a name that resolves to nothing but unspecified, loopback,
//	  private, shared, link-local, multicast, reserved or
//	  cloud metadata addresses, or to the host's own, unless
//	  the Route allows them                                    RST
//	TLS server name, HTTP Host, absolute target or :authority
//	  that is not the looked-up name and does not pass itself  RST
//	a ClientHello or HTTP head that is malformed, beyond its
//	  bound, or unfinished after ten seconds                   RST
//	the upstream cannot be reached                             RST
//	DNS: malformed query                                       FORMERR
//	DNS: names with bytes other than letters, digits, hyphen,
//	  underscore; labels over 63 bytes; numeric names;
//	  .invalid, .onion, and names under .arpa without a record NXDOMAIN
//	DNS: types other than A, AAAA and PTR                      no data
//	DNS: classes other than IN                                 REFUSED
//	DNS: the name table is full of names in use                SERVFAIL
//
// What it cannot see: inside TLS; the requests after the first of a connection
// in the clear; what a host that passes does with what it is sent. A change of
// policy does not cut connections that stand.
//
// A client that ends its connection while the decision is pending withdraws
// the question: the context given to Decide ends.
package egress
