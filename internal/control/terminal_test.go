package control

import "testing"

func TestLineObeysNothing(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                  "twokey: plain\n",
		"two\nlines\n":           "twokey: two\\u000alines\n",
		"\x1b]52;c;eA==\a":       "twokey: \\u001b]52;c;eA==\\u0007\n",
		"rm \u202etxt.exe":       "twokey: rm \\u202etxt.exe\n",
		"zero\u200bwidth\ufeff":  "twokey: zero\\u200bwidth\\ufeff\n",
		"caf\u00e9 \u65e5\u672c": "twokey: caf\u00e9 \u65e5\u672c\n",
		"\x9b31m \xff":           "twokey: \\ufffd31m \\ufffd\n",
	} {
		if got := Line(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
