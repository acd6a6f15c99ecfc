package price

import (
	"strconv"
	"strings"

	"github.com/yoriai/yoriai/stacks/synth"
)

// Turn is what one question and its answer are assumed to be.
type Turn struct {
	Watchers int
	Seconds  float64
	// ACUSeconds is what the database works for a turn: some fifteen statements,
	// and a checkpoint each second.
	ACUSeconds float64
	// Requests are HTTP calls of all watchers around a turn: send, read, catch up.
	Requests int
	// Events are numbered events, each pushed to every watcher.
	Events int
	// LogKB is what all functions together write.
	LogKB float64
}

// Usual is three people watching an answer of 20 seconds.
var Usual = Turn{Watchers: 3, Seconds: 20, ACUSeconds: 0.9, Requests: 6, Events: 3, LogKB: 12}

// Thousand is the price of 1,000 turns beyond the idle price; what the model's
// provider asks is not in it.
func Thousand(s synth.Stage, p List, t Turn) Bill {
	worker, found := function(s, "-ai-replies")
	if !found || len(s.Of("AWS::CloudFront::Distribution")) == 0 {
		return nil
	}
	const turns = 1000
	interval, err := strconv.ParseFloat(worker.Text("Environment", "Variables", "DELTA_INTERVAL_MS"), 64)
	if err != nil || interval <= 0 {
		return nil
	}
	watchers := float64(t.Watchers)
	gigabytes := worker.Number("MemorySize") / 1024

	var b Bill
	b.add("AI worker", turns*(t.Seconds*gigabytes*p.LambdaGBSecond+p.LambdaRequest))
	b.add("deltas every "+strconv.Itoa(int(interval))+" ms", turns*t.Seconds*1000/interval*watchers*p.SocketMessage)
	b.add("database", turns*t.ACUSeconds*p.AuroraACUHour/3600)

	quick := 0.05 * 256 / 1024 * p.LambdaGBSecond // a function of 256 MB for 50 ms
	b.add("requests", turns*float64(t.Requests)*(p.HTTPRequest+p.EdgeRequest+p.EdgeFunction+p.WAFRequest+p.LambdaRequest+quick))
	b.add("events", turns*float64(t.Events)*(watchers*p.SocketMessage+3*p.SQSRequest+p.LambdaRequest+quick+watchers*p.TableRead+p.TableWrite))
	b.add("watchers read each second", turns*t.Seconds*watchers*p.TableRead)
	b.add("watchdog", turns*2*(3*p.SQSRequest+p.LambdaRequest+quick))
	b.add("open sockets", turns*t.Seconds/60*watchers*p.SocketMinute)
	b.add("logs", turns*t.LogKB/1024/1024*p.LogGB)
	return b
}

func function(s synth.Stage, suffix string) (synth.Found, bool) {
	for _, f := range s.Of("AWS::Lambda::Function") {
		if strings.HasSuffix(f.Text("FunctionName"), suffix) {
			return f, true
		}
	}
	return synth.Found{}, false
}
