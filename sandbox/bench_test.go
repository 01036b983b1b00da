package sandbox

import (
	"os/exec"
	"testing"
)

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s := start(b, nil)
		s.Close()
	}
}

// BenchmarkRun compares one command with the same one outside.
func BenchmarkRun(b *testing.B) {
	box := start(b, nil)
	b.Run("sandbox", func(b *testing.B) {
		for b.Loop() {
			p, err := box.Run(box.command("true"))
			if err != nil {
				b.Fatal(err)
			}
			if _, err := p.Wait(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			if err := exec.Command("/bin/bash", "-c", "true").Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
