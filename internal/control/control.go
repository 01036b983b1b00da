// Package control is what the shell, the person and the supervisor say to
// each other, and how they find each other: the identity of a session, its
// files, the shell protocol and the person's protocol. twokey-sh starts with
// it on every command, so it must stay small: it must never import the rules,
// the sandbox or a parser, and it judges nothing.
package control
