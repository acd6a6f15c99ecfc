package queue_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

// unhidden is for tests that do not look at when a message comes back.
func unhidden(context.Context, string, time.Duration) error { return nil }

func TestOnlyWhatFailedIsDeliveredAgain(t *testing.T) {
	t.Parallel()
	h := queue.Each("test", unhidden, queue.JSON(func(_ context.Context, p outbox.Push) error {
		if p.From == 2 {
			return errors.New("not now")
		}
		return nil
	}))
	out, err := h(t.Context(), events.SQSEvent{Records: []events.SQSMessage{
		{MessageId: "a", Body: `{"stream":"s","from":1,"to":1}`}, {MessageId: "b", Body: `{"stream":"s","from":2,"to":2}`}, {MessageId: "c", Body: `no JSON`}}})
	if err != nil || len(out.BatchItemFailures) != 1 || out.BatchItemFailures[0].ItemIdentifier != "b" {
		t.Fatalf("%+v %v", out, err)
	}
}

func TestNothingFailedIsAnEmptyListAndNotNull(t *testing.T) {
	t.Parallel()
	out, err := queue.Each("test", unhidden, queue.JSON(func(context.Context, outbox.Push) error { return nil }))(t.Context(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "a", Body: "{}"}}})
	text, _ := json.Marshal(out)
	if err != nil || string(text) != `{"batchItemFailures":[]}` {
		t.Fatalf("%s %v", text, err)
	}
}

// What continues in one stream is one push; what fails comes back with all that went together, and nothing else does.
func TestPushesOfOneStreamGoTogether(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen []string
	h := queue.Each("test", unhidden, queue.Pushes(func(_ context.Context, p outbox.Push) error {
		mu.Lock()
		defer mu.Unlock()
		if p.Notice != nil {
			seen = append(seen, p.Stream+" notice")
			return nil
		}
		seen = append(seen, fmt.Sprint(p.Stream, " ", p.From, "-", p.To))
		if p.Stream == "b" && p.From == 1 {
			return errors.New("not now")
		}
		return nil
	}))
	var records []events.SQSMessage
	for n, text := range []string{
		`{"stream":"a","from":4,"to":5}`, `{"stream":"b","from":1,"to":1}`, `{"stream":"a","from":3,"to":3}`, `{"stream":"a","from":9,"to":9}`,
		`{"stream":"b","from":2,"to":2}`, `no JSON`, `{"stream":"a","from":5,"to":5}`, `{"stream":"a","notice":{"kind":"balance","id":"019a0000-0000-7000-8000-000000000000"}}`,
		`{"stream":"b","from":7,"to":7}`,
	} {
		records = append(records, events.SQSMessage{MessageId: strconv.Itoa(n), Body: text})
	}
	out, err := h(t.Context(), events.SQSEvent{Records: records})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(seen)
	if want := []string{"a 3-5", "a 9-9", "a notice", "b 1-2", "b 7-7"}; !slices.Equal(seen, want) {
		t.Errorf("pushed %v, want %v", seen, want)
	}
	var failed []string
	for _, f := range out.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	slices.Sort(failed)
	if !slices.Equal(failed, []string{"1", "4"}) {
		t.Errorf("failed %v", failed)
	}
}

func carrying(attributes map[string]string) map[string]events.SQSMessageAttribute {
	out := map[string]events.SQSMessageAttribute{}
	for name, v := range attributes {
		out[name] = events.SQSMessageAttribute{DataType: "String", StringValue: &v}
	}
	return out
}

func TestARecordGoesOnWithTheRequestThatItCameFrom(t *testing.T) { //nolint:paralleltest // sets the process's propagator
	otel.SetTextMapPropagator(propagation.TraceContext{})
	traceID := trace.TraceID(id.New())
	seen := map[string]string{}
	var mu sync.Mutex
	h := queue.Each("test", unhidden, queue.JSON(func(ctx context.Context, p outbox.Push) error {
		mu.Lock()
		defer mu.Unlock()
		seen[p.Stream] = id.RequestOf(ctx) + " " + trace.SpanContextFromContext(ctx).TraceID().String()
		return nil
	}))
	if _, err := h(t.Context(), events.SQSEvent{Records: []events.SQSMessage{
		{MessageId: "a", Body: `{"stream":"asked"}`, MessageAttributes: carrying(map[string]string{
			id.RequestCarried: "r-1", "traceparent": "00-" + traceID.String() + "-0000000000000001-01"})},
		{MessageId: "b", Body: `{"stream":"by itself"}`},
	}}); err != nil {
		t.Fatal(err)
	}
	if seen["asked"] != "r-1 "+traceID.String() || seen["by itself"] != "b "+(trace.TraceID{}).String() {
		t.Fatalf("%v", seen)
	}
}

func TestAMessageStaysHiddenWhileItsWorkerWorksAndNoLonger(t *testing.T) {
	t.Parallel()
	job := id.New()
	for name, hidden := range map[string]error{"hidden": nil, "not hidden, which only costs time": errors.New("throttled")} {
		hides := make(chan string, 16)
		hide := func(_ context.Context, receipt string, duration time.Duration) error {
			if duration < 21*time.Second || duration > time.Minute {
				t.Errorf("%s: %v is not a little more than a lease", name, duration)
			}
			hides <- receipt
			return hidden
		}
		h := queue.Each("test", unhidden, queue.Held(hide, queue.Generation(func(_ context.Context, generation id.ID) error {
			if generation != job {
				t.Errorf("%s: %v", name, generation)
			}
			if got := <-hides; got != "receipt" {
				t.Errorf("%s: hid %q", name, got)
			}
			return nil
		})))
		out, err := h(t.Context(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "a", ReceiptHandle: "receipt",
			Body: `{"generation_id":"` + job.String() + `"}`}}})
		if err != nil || len(out.BatchItemFailures) != 0 {
			t.Errorf("%s: %+v %v", name, out, err)
		}
		select {
		case <-hides:
			t.Errorf("%s: hidden again after the end", name)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
