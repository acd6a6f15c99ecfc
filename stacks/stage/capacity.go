package stage

import "fmt"

// Capacity is how much of a queue is worked on at once.
type Capacity struct {
	Concurrency int
	// Pollers is the provisioned mode (least and most pollers) in place of Concurrency; zero: on demand.
	PollersMin, PollersMax int
}

// Capacity is the stage's number for what a queue's declaration names. Several queues may name the same.
func (w Workers) Capacity(name string) (Capacity, error) {
	switch name {
	case "ai-replies":
		return Capacity{Concurrency: w.AIReplies, PollersMin: w.ReplyPollersMin, PollersMax: w.ReplyPollersMax}, nil
	case "ai-watchdog":
		return Capacity{Concurrency: w.AIWatchdog}, nil
	case "jobs":
		return Capacity{Concurrency: 2}, nil // starting is quick, and Lambda takes no less
	case "fan-out":
		return Capacity{Concurrency: w.FanOut}, nil
	case "payments":
		return Capacity{Concurrency: w.Payments}, nil
	}
	return Capacity{}, fmt.Errorf("no stage knows the concurrency %q", name)
}
