package notify

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A thousand programs in one shell, bare and judged in turn. The shell takes
// the time itself, so that starting the sandbox is not in it. The processor
// time of shell, programs and server counts as well: on a busy machine it is
// the steadier figure.
func BenchmarkThousandExecs(b *testing.B) {
	const line = `t=$EPOCHREALTIME; for ((i = 0; i < 1000; i++)); do /bin/true; done; u=$EPOCHREALTIME; echo $((${u/.} - ${t/.})); times`
	// sample returns the microseconds per exec of clock and processor.
	sample := func(out string) (clock, cpu float64) {
		f := strings.Fields(out)
		if len(f) != 5 {
			b.Fatalf("no times in %q", out)
		}
		if _, err := fmt.Sscan(f[0], &clock); err != nil {
			b.Fatal(err)
		}
		for _, s := range f[1:] {
			var minutes, seconds float64
			if _, err := fmt.Sscanf(s, "%fm%fs", &minutes, &seconds); err != nil {
				b.Fatal(err)
			}
			cpu += 1000 * (60*minutes + seconds)
		}
		return clock / 1000, cpu
	}
	own := func() float64 {
		var r unix.Rusage
		if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
			b.Fatal(err)
		}
		return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e6
	}
	var clock, cpu [2][]float64
	var server []float64
	for b.Loop() {
		out, err := exec.Command("/bin/bash", "--norc", "-c", line).Output()
		if err != nil {
			b.Fatal(err)
		}
		t, c := sample(string(out))
		clock[0], cpu[0] = append(clock[0], t), append(cpu[0], c)
		before := own()
		box, status := run(b, &judge{}, line)
		if status != 0 {
			b.Fatalf("status %d: %s", status, &box.stderr)
		}
		t, c = sample(box.stdout.String())
		spent := own() - before
		clock[1], cpu[1] = append(clock[1], t), append(cpu[1], c+spent)
		server = append(server, spent)
	}
	median := func(v []float64) float64 {
		slices.Sort(v)
		return v[len(v)/2]
	}
	b.ReportMetric(median(clock[0]), "bare-us/exec")
	b.ReportMetric(median(clock[1])/median(clock[0]), "ratio")
	b.ReportMetric(clock[1][0]/clock[0][0], "best-ratio")
	b.ReportMetric(median(cpu[0]), "bare-cpu-us/exec")
	b.ReportMetric(median(server), "server-cpu-us/exec")
	b.ReportMetric(median(cpu[1])/median(cpu[0]), "cpu-ratio")
}
