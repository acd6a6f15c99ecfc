package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/yoriai/yoriai/stacks/contract"
)

// Worker is a queue and the two functions that empty it and its dead-letter queue.
type Worker struct {
	Queue contract.Need
	// Function works on the messages; Dead on those that it failed on.
	Function, Dead contract.Function
	BatchSize      int
	Concurrency    int
	VisibilitySecs int
	Receives       int
	// Pollers is the provisioned mode (least and most pollers) in place of Concurrency.
	PollersMin, PollersMax int
	Environment            map[string]string
	Loops                  bool
}

// deadConcurrency is small: what arrives there is rare, and each message is settled alone.
const deadConcurrency = 5

// NewWorkerQueue makes a queue (encrypted, TLS only), its dead-letter queue, and
// a function at the end of each. Batches report the messages that failed.
func NewWorkerQueue(h *Host, w Worker) {
	scope := Group(h.Stack, string(w.Queue))
	dead := newQueue(scope, "Dead", h, string(w.Queue)+"-dead", w.Dead.Timeout*6, nil)
	queue := newQueue(scope, "Queue", h, string(w.Queue), w.VisibilitySecs, &awssqs.DeadLetterQueue{
		Queue: dead, MaxReceiveCount: Num(w.Receives),
	})

	worker := NewFunction(Group(scope, "Worker"), h, w.Function, FunctionProps{Environment: w.Environment, Loops: w.Loops})
	consume(worker, queue, w.BatchSize, w.Concurrency, w.PollersMin, w.PollersMax)
	// A consumer of failed messages must not wait for the queue's own retries.
	undertaker := NewFunction(Group(scope, "DeadWorker"), h, w.Dead, FunctionProps{})
	consume(undertaker, dead, w.BatchSize, deadConcurrency, 0, 0)
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

func consume(function awslambda.IFunction, queue awssqs.Queue, batch, concurrency, pollersMin, pollersMax int) {
	queue.Grant(function, Str("sqs:ReceiveMessage"), Str("sqs:DeleteMessage"), Str("sqs:GetQueueAttributes"), Str("sqs:ChangeMessageVisibility"))
	options := &awslambda.EventSourceMappingOptions{
		EventSourceArn:          queue.QueueArn(),
		BatchSize:               Num(batch),
		ReportBatchItemFailures: Yes(),
	}
	if pollersMax == 0 {
		options.MaxConcurrency = Num(concurrency)
	}
	mapping := function.AddEventSourceMapping(Str("Source"), options)
	if pollersMax > 0 {
		source := mapping.Node().DefaultChild().(awslambda.CfnEventSourceMapping)
		source.SetProvisionedPollerConfig(&awslambda.CfnEventSourceMapping_ProvisionedPollerConfigProperty{
			MinimumPollers: Num(pollersMin), MaximumPollers: Num(pollersMax),
		})
	}
}
