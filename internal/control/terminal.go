package control

import (
	"fmt"
	"strings"
)

// Visible makes text from an agent safe for a person's terminal and for a log
// line: control characters, and what would hide or reorder the rest, are
// shown and not obeyed.
func Visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\t':
			b.WriteRune(r)
		case r < ' ' || r >= 0x7f && r < 0xa0,
			r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x2069,
			r == 0xad, r == 0x61c, r == 0xfeff, r == 0xfffd, r >= 0xe0000 && r <= 0xe007f:
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Line is twokey's own words for stderr: one line with the prefix that all of
// them have.
func Line(text string) string {
	return "twokey: " + Visible(strings.TrimRight(text, "\n")) + "\n"
}
