package queue_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

func TestOnlyWhatFailedIsDeliveredAgain(t *testing.T) {
	t.Parallel()
	h := queue.Each("test", func(_ context.Context, p outbox.Push) error {
		if p.From == 2 {
			return errors.New("not now")
		}
		return nil
	})
	out, err := h(t.Context(), events.SQSEvent{Records: []events.SQSMessage{
		{MessageId: "a", Body: `{"stream":"s","from":1,"to":1}`}, {MessageId: "b", Body: `{"stream":"s","from":2,"to":2}`}, {MessageId: "c", Body: `no JSON`}}})
	if err != nil || len(out.BatchItemFailures) != 1 || out.BatchItemFailures[0].ItemIdentifier != "b" {
		t.Fatalf("%+v %v", out, err)
	}
}

func TestNothingFailedIsAnEmptyListAndNotNull(t *testing.T) {
	t.Parallel()
	out, err := queue.Each("test", func(context.Context, outbox.Push) error { return nil })(t.Context(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "a", Body: "{}"}}})
	text, _ := json.Marshal(out)
	if err != nil || string(text) != `{"batchItemFailures":[]}` {
		t.Fatalf("%s %v", text, err)
	}
}
