package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
)

// deadConcurrency is small: what arrives there is rare, and each message is settled alone.
const deadConcurrency = 5

// NewWorkerQueue makes a queue (encrypted, TLS only), its dead-letter queue, and
// a function at the end of each. Batches report the messages that failed.
func NewWorkerQueue(h *Host, q contract.Queue, capacity stage.Capacity) {
	scope := Group(h.Stack, q.Name)
	// Six times the timeout, as AWS advises where nothing else is said.
	visibility := q.Visibility
	if q.Dead != nil {
		visibility = q.Dead.Timeout * 6
	}
	dead := newQueue(scope, "Dead", h, q.Name+contract.DeadSuffix, visibility, nil)
	queue := newQueue(scope, "Queue", h, q.Name, q.Visibility, &awssqs.DeadLetterQueue{
		Queue: dead, MaxReceiveCount: Num(q.Receives),
	})

	worker := NewFunction(Group(scope, "Worker"), h, q.Function, FunctionProps{Loops: q.Loops})
	consume(worker, queue, q.Batch, capacity)
	if q.Dead == nil {
		return
	}
	// A consumer of failed messages must not wait for the queue's own retries.
	deadWorker := NewFunction(Group(scope, "DeadWorker"), h, *q.Dead, FunctionProps{})
	consume(deadWorker, dead, q.Batch, stage.Capacity{Concurrency: deadConcurrency})
}

func newQueue(scope constructs.Construct, id string, h *Host, name string, visibility int, dead *awssqs.DeadLetterQueue) awssqs.Queue {
	return awssqs.NewQueue(scope, Str(id), &awssqs.QueueProps{
		QueueName:         Str(h.Stage.Resource(name)),
		Encryption:        awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:        Yes(),
		VisibilityTimeout: Seconds(visibility),
		RetentionPeriod:   awscdk.Duration_Days(Num(14)),
		DeadLetterQueue:   dead,
		RemovalPolicy:     awscdk.RemovalPolicy_DESTROY,
	})
}

func consume(function awslambda.IFunction, queue awssqs.Queue, batch int, capacity stage.Capacity) {
	queue.Grant(function, Str("sqs:ReceiveMessage"), Str("sqs:DeleteMessage"), Str("sqs:GetQueueAttributes"), Str("sqs:ChangeMessageVisibility"))
	options := &awslambda.EventSourceMappingOptions{
		EventSourceArn:          queue.QueueArn(),
		BatchSize:               Num(batch),
		ReportBatchItemFailures: Yes(),
	}
	if capacity.PollersMax == 0 {
		options.MaxConcurrency = Num(capacity.Concurrency)
	}
	mapping := function.AddEventSourceMapping(Str("Source"), options)
	if capacity.PollersMax > 0 {
		source := mapping.Node().DefaultChild().(awslambda.CfnEventSourceMapping)
		source.SetProvisionedPollerConfig(&awslambda.CfnEventSourceMapping_ProvisionedPollerConfigProperty{
			MinimumPollers: Num(capacity.PollersMin), MaximumPollers: Num(capacity.PollersMax),
		})
	}
}
