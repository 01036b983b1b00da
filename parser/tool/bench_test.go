package tool

import "testing"

func BenchmarkTranslate(b *testing.B) {
	for _, line := range []string{
		"git push -f origin main", "rm -rf node_modules", "aws ec2 terminate-instances --instance-ids i-1",
		"gcloud compute instances delete web --zone z", "ls -la", "docker compose down -v", "sed -i s/a/b/ f",
	} {
		b.Run(line, func(b *testing.B) {
			in := Invocation{Argv: words(line), Paths: testPaths}
			Translate(in)
			b.ReportAllocs()
			for b.Loop() {
				Translate(in)
			}
		})
	}
}
