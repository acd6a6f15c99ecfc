package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
)

// NewWorkers makes the queues with the functions at their ends, and what runs
// at its time.
func NewWorkers(app awscdk.App, s stage.Stage, packages *constructs.Packages, queues []contract.Queue, schedules []contract.Schedule, jobs []contract.Job) (awscdk.Stack, error) {
	stack := newStack(app, s, "workers", "queues, their workers, and schedules", false)
	host := constructs.NewHost(stack, "workers", s, packages)
	for _, queue := range queues {
		capacity, err := s.Workers.Capacity(queue.Concurrency)
		if err != nil {
			return nil, fmt.Errorf("queue %s: %w", queue.Name, err)
		}
		constructs.NewWorkerQueue(host, queue, capacity)
	}
	for _, j := range jobs {
		constructs.NewJobMachine(host, j)
	}
	for _, r := range schedules {
		constructs.NewRecurring(host, r.Function, r.Expression, nil)
	}
	return stack, nil
}
