// Package request turns a raw HTTP request, or the argument vector of a
// program that sends one (curl, wget, httpie, gh api and their kin), into the
// request that would be made: host, method, and what the body calls by name.
// It must never send, judge or guess, and it reads files only through the
// function that it is given.
package request
