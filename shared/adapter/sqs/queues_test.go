package sqs_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sqs"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/adapter/sqs"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
)

// house is two queues of this test alone.
type house struct {
	t      *testing.T
	client *sdk.Client
	urls   map[outbox.Queue]string
}

func newHouse(t *testing.T) house {
	t.Helper()
	h := house{t: t, client: sdk.NewFromConfig(dynamotest.Config(t)), urls: map[outbox.Queue]string{}}
	for _, queue := range []outbox.Queue{outbox.FanOut, outbox.AIReplies} {
		out, err := h.client.CreateQueue(t.Context(), &sdk.CreateQueueInput{QueueName: aws.String(string(queue) + "-" + id.New().String()),
			Attributes: map[string]string{"VisibilityTimeout": "330"}})
		if err != nil {
			t.Fatal(err)
		}
		h.urls[queue] = *out.QueueUrl
		t.Cleanup(func() {
			_, _ = h.client.DeleteQueue(context.Background(), &sdk.DeleteQueueInput{QueueUrl: out.QueueUrl})
		})
	}
	return h
}

type received struct {
	body, receipt string
	attributes    map[string]string
}

func (h house) receive(queue outbox.Queue, wait int32) (list []received) {
	h.t.Helper()
	out, err := h.client.ReceiveMessage(h.t.Context(), &sdk.ReceiveMessageInput{QueueUrl: aws.String(h.urls[queue]), MaxNumberOfMessages: 10,
		WaitTimeSeconds: wait, MessageAttributeNames: []string{"All"}})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, m := range out.Messages {
		r := received{body: *m.Body, receipt: *m.ReceiptHandle, attributes: map[string]string{}}
		for name, a := range m.MessageAttributes {
			r.attributes[name] = aws.ToString(a.StringValue)
		}
		list = append(list, r)
	}
	return list
}

func TestRowsReachTheirQueuesAndSayWhoAsked(t *testing.T) { //nolint:paralleltest // sets the process's propagator
	otel.SetTextMapPropagator(propagation.TraceContext{})
	h := newHouse(t)
	traceID := trace.TraceID(id.New())
	ctx := trace.ContextWithRemoteSpanContext(id.WithRequest(t.Context(), "r-1"),
		trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, SpanID: trace.SpanID{1}, TraceFlags: trace.FlagsSampled}))
	var rows []outbox.Row
	for n := range int64(23) { // three batches
		rows = append(rows, outbox.NewPush(event.Stream{Room: id.New()}, n+1, n+1))
	}
	rows = append(rows, outbox.NewReply(id.New(), id.New()))
	taken, err := sqs.New(h.client, h.urls).Send(ctx, rows)
	if err != nil || len(taken) != len(rows) {
		t.Fatalf("%d of %d, %v", len(taken), len(rows), err)
	}
	var pushes []received
	for range 5 {
		pushes = append(pushes, h.receive(outbox.FanOut, 1)...)
	}
	replies := h.receive(outbox.AIReplies, 1)
	if len(pushes) != 23 || len(replies) != 1 {
		t.Fatalf("%d pushes, %d replies", len(pushes), len(replies))
	}
	for _, r := range append(pushes, replies...) {
		if r.attributes[id.RequestCarried] != "r-1" || !strings.Contains(r.attributes["traceparent"], traceID.String()) {
			t.Fatalf("%+v", r)
		}
	}
}

func TestWhatNobodyAskedForCarriesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if _, err := sqs.New(h.client, h.urls).Send(t.Context(), []outbox.Row{outbox.NewPush(event.Stream{Room: id.New()}, 1, 1)}); err != nil {
		t.Fatal(err)
	}
	if list := h.receive(outbox.FanOut, 1); len(list) != 1 || len(list[0].attributes) != 0 {
		t.Fatalf("%+v", list)
	}
}

func TestAQueueThatIsNotConfiguredLeavesItsRowsAndTakesTheOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	push, watch := outbox.NewPush(event.Stream{Room: id.New()}, 1, 1), outbox.NewWatch(id.New(), ai.LookAgainAfter)
	taken, err := sqs.New(h.client, h.urls).Send(t.Context(), []outbox.Row{push, watch})
	if err == nil || len(taken) != 1 || taken[0] != push.ID {
		t.Fatalf("%v %v", taken, err)
	}
}

func TestAHiddenMessageComesBackWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	queues := sqs.New(h.client, h.urls)
	if _, err := queues.Send(t.Context(), []outbox.Row{outbox.NewReply(id.New(), id.New())}); err != nil {
		t.Fatal(err)
	}
	first := h.receive(outbox.AIReplies, 2)
	if len(first) != 1 {
		t.Fatalf("%d messages", len(first))
	}
	if err := queues.Hide(t.Context(), outbox.AIReplies, first[0].receipt, 2*time.Second); err != nil {
		t.Fatal(err)
	}
	if again := h.receive(outbox.AIReplies, 0); len(again) != 0 {
		t.Fatal("it was not hidden")
	}
	// The queue's own 330 s no longer count.
	var again []received
	for end := time.Now().Add(20 * time.Second); len(again) == 0 && time.Now().Before(end); {
		again = h.receive(outbox.AIReplies, 1)
	}
	if len(again) != 1 || again[0].body != first[0].body {
		t.Fatalf("%+v", again)
	}
}
