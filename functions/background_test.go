package functions_test

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	sdksqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// What nobody calls from outside runs as it is deployed: consumers take their batches, schedules and tasks do their work.
func TestConsumersSchedulesAndTasksRun(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	entries, err := os.ReadDir("queue")
	if err != nil || len(entries) < 6 {
		t.Fatalf("%d consumers, %v", len(entries), err)
	}
	for _, e := range entries {
		var answer events.SQSEventResponse
		start(t, e.Name(), s.environ).call(events.SQSEvent{Records: []events.SQSMessage{}}, &answer)
		if answer.BatchItemFailures == nil || len(answer.BatchItemFailures) != 0 {
			t.Errorf("%s answered %+v to nothing", e.Name(), answer)
		}
	}
	for name, c := range map[string]struct{ event, told string }{
		"sweep": {`{}`, "looked"}, "reconcile": {`{}`, "sells"}, "nightly": {`{}`, "partitions_ahead"}, "migrate": {`{}`, "status"},
	} {
		var answer map[string]any
		start(t, name, s.environ).call(json.RawMessage(c.event), &answer)
		if answer[c.told] == nil {
			t.Errorf("%s answered %v, which does not tell %s", name, answer, c.told)
		}
	}
	// A step of a job that is not there fails it; it is the machine's to end.
	var step map[string]any
	start(t, "fork", s.environ).call(map[string]any{"job_id": id.New(), "step": "prepare", "round": 0}, &step)
	if step["step"] != "failed" || step["round"] != float64(1) {
		t.Errorf("fork answered %v", step)
	}
	for task, told := range map[string]string{"prove": "gaps", "project": "memberships"} {
		var answer map[string]any
		start(t, "nightly", s.environ).call(map[string]string{"task": task}, &answer)
		if answer[told] == nil {
			t.Errorf("%s answered %v", task, answer)
		}
	}
}

// A record that failed comes back in seconds, on a real queue: the function knows its queue's address by the one rule.
func TestARecordThatFailedComesBackSoon(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	client := sdksqs.NewFromConfig(dynamotest.Config(t))
	queue, err := client.CreateQueue(t.Context(), &sdksqs.CreateQueueInput{QueueName: aws.String("retry-" + id.New().String()), Attributes: map[string]string{"VisibilityTimeout": "360"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = client.DeleteQueue(context.Background(), &sdksqs.DeleteQueueInput{QueueUrl: queue.QueueUrl})
	})
	body := `{"stream":"room:` + id.New().String() + `","from":1,"to":1}`
	if _, err := client.SendMessage(t.Context(), &sdksqs.SendMessageInput{QueueUrl: queue.QueueUrl, MessageBody: &body}); err != nil {
		t.Fatal(err)
	}
	receive := func() []string {
		t.Helper()
		out, err := client.ReceiveMessage(t.Context(), &sdksqs.ReceiveMessageInput{QueueUrl: queue.QueueUrl, WaitTimeSeconds: 1})
		if err != nil {
			t.Fatal(err)
		}
		var receipts []string
		for _, m := range out.Messages {
			receipts = append(receipts, *m.ReceiptHandle)
		}
		return receipts
	}
	first := receive()
	if len(first) != 1 {
		t.Fatalf("%d messages", len(first))
	}
	// The table is gone: every push fails.
	environ := append(slices.Clone(s.environ), "QUEUE_URL_FAN_OUT="+*queue.QueueUrl, "REALTIME_TABLE=gone")
	f := start(t, "fan-out", environ)
	var answer events.SQSEventResponse
	f.call(events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m", ReceiptHandle: first[0], Body: body,
		Attributes: map[string]string{"ApproximateReceiveCount": "1"}}}}, &answer)
	if len(answer.BatchItemFailures) != 1 {
		t.Fatalf("%+v\n%s", answer, f.output)
	}
	f.wantLines(`"RecordsFailed":1`, 1)
	if text := f.output.String(); strings.Contains(text, "comes back late") {
		t.Errorf("the log says\n%s", text)
	}
	// The queue's own six minutes no longer count.
	var again []string
	for end := time.Now().Add(60 * time.Second); len(again) == 0 && time.Now().Before(end); {
		again = receive()
	}
	if len(again) != 1 {
		t.Error("the message did not come back")
	}
}
