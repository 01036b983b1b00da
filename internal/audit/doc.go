// Package audit keeps the log of a person's sessions: one append-only file of
// JSON lines in which each record carries the hash of the one before it, so
// that an edit, a cut, a doubled or a moved line is found afterwards. Several
// supervisors share one log. The package must never judge, never lose a record
// in silence, and never write a string that its redactor has not seen.
//
// # Files
//
// All are in the log's directory (0700), with mode 0600:
//
//	log.jsonl          the newest records
//	log.000001.jsonl   older ones, numbered from 1, as the file reached its size
//	log.head           which record is the last; also what writers lock
//	log.torn           bytes that were moved out of the log, never read again
//
// # Records
//
// A record is one line:
//
//	{"seq":N,"time":T,"session":S,"kind":K,"command":C,"data":D,"prev":P,"hash":H}
//
// seq counts from 1 without gaps, over all files. time is RFC 3339 with
// nanoseconds, UTC. command is left out when it is 0 and data when there is
// none. prev is the hash of the record before it, 64 zeros for the first. hash
// is the SHA-256, in lower-case hex, of the line's bytes from its first up to
// and without `,"hash":`. The hash is the last field, so a line always ends
// `,"hash":"` + 64 digits + `"}` + newline, and nothing has to be encoded again
// to check it.
//
// # The head
//
// log.head is one line of fixed length that is overwritten in place after each
// record: the last record's seq and hash, the size of log.jsonl after it, the
// number of older files, the last record known to be on disk, and the boot in
// which that was written. A record is written before the head names it, so
// after a crash the head is one record behind and never ahead. The next writer
// puts that right and says so in a record of kind "log", whose data names the
// event:
//
//	repair   the head was behind, as after a crash
//	torn     the last line was incomplete; its bytes are in log.torn
//	lost     records that were not yet synced went with a power failure
//	break    none of these explains what was found: somebody changed the log
//
// Verify reports a break as bad for ever, the others as notes. A process that
// is killed loses nothing that Append returned for; a power failure loses
// nothing that AppendSync returned for.
//
// # Limits
//
// There is no key. Who can write the files as their owner can write a whole new
// chain and a head to match; the log then verifies. It is out of reach of what
// runs in a sandbox, and a copy of the head kept elsewhere pins all before it.
package audit
