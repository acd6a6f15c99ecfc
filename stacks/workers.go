package stacks

import (
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
)

// BackgroundFunctions are the functions that no contract names, as they are
// called by queues, schedules and deployments.
func BackgroundFunctions() []contract.Function {
	all := []contract.Function{migrate}
	for _, w := range queueWorkers(stage.Stage{}) {
		all = append(all, w.Function, w.Dead)
	}
	for _, r := range recurring {
		all = append(all, r.function)
	}
	return all
}

// What settles or revives a generation: it may finish an answer, start it
// anew, look again later, and tell those who watch.
var settling = []contract.Need{contract.Postgres, contract.Redis, contract.Table, contract.FanOut, contract.AIReplies, contract.AIWatchdog}

var fanning = []contract.Need{contract.Postgres, contract.Redis, contract.Table, contract.Connections}

func queueWorkers(s stage.Stage) []constructs.Worker {
	return []constructs.Worker{
		{
			// The function's 300 s stay below the queue's 330: the worker renews and
			// shortens its message's visibility itself, with its lease.
			Queue: contract.AIReplies,
			Function: queueFunction("ai-replies", 512, 300, contract.Postgres, contract.Redis, contract.Gateway, contract.Table,
				contract.FanOut, contract.AIReplies, contract.AIWatchdog, contract.Connections),
			Dead:      queueFunction("ai-replies-dead", 256, 60, settling...),
			BatchSize: 1, Concurrency: s.Workers.AIReplies, VisibilitySecs: 330, Receives: 3,
			PollersMin: s.Workers.ReplyPollersMin, PollersMax: s.Workers.ReplyPollersMax,
			Environment: map[string]string{"CHECKPOINT_INTERVAL_MS": strconv.Itoa(s.Replies.CheckpointIntervalMS)},
		},
		{
			// The watchdog sends itself again until a generation has ended.
			Queue:     contract.AIWatchdog,
			Function:  queueFunction("ai-watchdog", 256, 60, settling...),
			Dead:      queueFunction("ai-watchdog-dead", 256, 60, settling...),
			BatchSize: 1, Concurrency: s.Workers.AIWatchdog, VisibilitySecs: 360, Receives: 3, Loops: true,
		},
		{
			Queue:     contract.FanOut,
			Function:  queueFunction("fan-out", 256, 60, fanning...),
			Dead:      queueFunction("fan-out-dead", 256, 60, fanning...),
			BatchSize: 10, Concurrency: s.Workers.FanOut, VisibilitySecs: 360, Receives: 5,
		},
	}
}

// everything daily happens in one window, so that an idle database is woken
// once at most.
var recurring = []struct {
	function   contract.Function
	expression string
}{
	{contract.Function{Kind: contract.Schedule, Name: "sweep", Memory: 256, Timeout: 55, Needs: settling}, "rate(1 minute)"},
	{contract.Function{Kind: contract.Schedule, Name: "nightly", Memory: 256, Timeout: 900, Needs: settling}, "cron(0 18 * * ? *)"},
}

func queueFunction(name string, memory, timeout int, needs ...contract.Need) contract.Function {
	return contract.Function{Kind: contract.Queue, Name: name, Memory: memory, Timeout: timeout, Needs: needs}
}

// NewWorkers makes the queues with the functions at their ends, and what runs
// at its time.
func NewWorkers(app awscdk.App, s stage.Stage, packages *constructs.Packages) awscdk.Stack {
	stack := newStack(app, s, "workers", "queues, their workers, and schedules", false)
	host := constructs.NewHost(stack, "workers", s, packages)
	for _, worker := range queueWorkers(s) {
		constructs.NewWorkerQueue(host, worker)
	}
	for _, r := range recurring {
		constructs.NewRecurring(host, r.function, r.expression, nil)
	}
	return stack
}
