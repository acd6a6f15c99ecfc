package queue_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/yoriai/yoriai/shared/handler/queue"
)

// hides remembers for how long each message was hidden.
type hides struct {
	mu sync.Mutex
	of map[string]time.Duration
}

func (h *hides) hide(_ context.Context, receipt string, d time.Duration) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.of == nil {
		h.of = map[string]time.Duration{}
	}
	h.of[receipt] = d
	return nil
}

func message(name, received string) events.SQSMessage {
	return events.SQSMessage{MessageId: name, ReceiptHandle: name, Body: "{}", Attributes: map[string]string{"ApproximateReceiveCount": received}}
}

func TestAFailedMessageComesBackSoonAndEachTimeLater(t *testing.T) {
	t.Parallel()
	var h hides
	var records []events.SQSMessage
	for _, received := range []string{"1", "2", "3", "4", "5", "400", "", "0"} {
		records = append(records, message("failed "+received, received))
	}
	records = append(records, message("fine", "1"))
	_, err := queue.Each("test", h.hide, queue.Record(func(_ context.Context, m events.SQSMessage) error {
		if m.MessageId != "fine" {
			return errors.New("not now")
		}
		return nil
	}))(t.Context(), events.SQSEvent{Records: records})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]time.Duration{
		"failed 1": 5 * time.Second, "failed 2": 20 * time.Second, "failed 3": time.Minute, "failed 4": 3 * time.Minute,
		"failed 5": 5 * time.Minute, "failed 400": 5 * time.Minute, "failed ": 5 * time.Second, "failed 0": 5 * time.Second,
	}
	for name, d := range want {
		if h.of[name] != d {
			t.Errorf("%q is hidden for %v, want %v", name, h.of[name], d)
		}
	}
	if len(h.of) != len(want) {
		t.Errorf("hidden were %v", h.of)
	}
}

func TestAMessageThatCannotBeHiddenFailsAllTheSame(t *testing.T) {
	t.Parallel()
	out, err := queue.Each("test", func(context.Context, string, time.Duration) error { return errors.New("throttled") },
		queue.Record(func(context.Context, events.SQSMessage) error { return errors.New("not now") }))(t.Context(), events.SQSEvent{Records: []events.SQSMessage{message("a", "1")}})
	if err != nil || len(out.BatchItemFailures) != 1 {
		t.Fatalf("%+v %v", out, err)
	}
}

// The time of a call may be over when its record fails; the message must come back soon even then.
func TestAMessageIsHiddenAlthoughItsCallHasEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var alive bool
	hide := func(ctx context.Context, _ string, _ time.Duration) error { alive = ctx.Err() == nil; return nil }
	if _, err := queue.Each("test", hide, queue.Record(func(ctx context.Context, _ events.SQSMessage) error { return ctx.Err() }))(ctx,
		events.SQSEvent{Records: []events.SQSMessage{message("a", "1")}}); err != nil || !alive {
		t.Fatal("the message was hidden with a context that had ended", err)
	}
}

func TestAPanicIsOneRecordsOwn(t *testing.T) {
	t.Parallel()
	var h hides
	out, err := queue.Each("test", h.hide, queue.Record(func(_ context.Context, m events.SQSMessage) error {
		if m.MessageId == "bad" {
			panic("a record of its own kind")
		}
		return nil
	}))(t.Context(), events.SQSEvent{Records: []events.SQSMessage{message("good", "1"), message("bad", "1"), message("fine", "1")}})
	if err != nil || len(out.BatchItemFailures) != 1 || out.BatchItemFailures[0].ItemIdentifier != "bad" || h.of["bad"] != 5*time.Second {
		t.Fatalf("%+v %v", out, err)
	}
}

// logged runs a batch and returns its lines of log.
func logged(t *testing.T, failing int) []map[string]any {
	t.Helper()
	var text bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&text, nil)))
	defer slog.SetDefault(before)
	records := []events.SQSMessage{message("a", "1"), message("b", "1"), message("c", "1")}
	var mu sync.Mutex
	if _, err := queue.Each("fan-out", unhidden, queue.Record(func(context.Context, events.SQSMessage) error {
		mu.Lock()
		defer mu.Unlock()
		if failing--; failing >= 0 {
			return errors.New("not now")
		}
		return nil
	}))(t.Context(), events.SQSEvent{Records: records}); err != nil {
		t.Fatal(err)
	}
	var lines []map[string]any
	for line := range strings.SplitSeq(strings.TrimSpace(text.String()), "\n") {
		var one map[string]any
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, one)
	}
	return lines
}

// CloudWatch makes a metric of a line with _aws (embedded metric format): the alarms watch it.
func TestFailedRecordsAreAMetric(t *testing.T) { //nolint:paralleltest // reads the process's log
	for failing, want := range map[int]int{0: 0, 2: 1} {
		var metrics []map[string]any
		for _, line := range logged(t, failing) {
			if line["_aws"] != nil {
				metrics = append(metrics, line)
			}
		}
		if len(metrics) != want {
			t.Fatalf("%d failed: %v", failing, metrics)
		}
		if want == 0 {
			continue
		}
		one := metrics[0]
		directive, _ := json.Marshal(one["_aws"].(map[string]any)["CloudWatchMetrics"])
		if one["queue"] != "fan-out" || one["RecordsFailed"] != float64(2) || one["_aws"].(map[string]any)["Timestamp"] == nil ||
			string(directive) != `[{"Dimensions":[["queue"]],"Metrics":[{"Name":"RecordsFailed","Unit":"Count"}],"Namespace":"Yoriai"}]` {
			t.Fatalf("%v %s", one, directive)
		}
	}
}

func TestAScheduleRunsWhatItIsAskedFor(t *testing.T) {
	t.Parallel()
	var ran []string
	task := func(name string) queue.Run {
		return func(context.Context) (map[string]any, error) {
			ran = append(ran, name)
			return map[string]any{"did": name}, nil
		}
	}
	h := queue.Scheduled("test", queue.Tasks{"": task("night"), "prove": task("prove")})
	for _, name := range []string{"", "prove"} {
		if _, err := h(t.Context(), queue.Task{Task: name}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h(t.Context(), queue.Task{Task: "luck"}); err == nil || len(ran) != 2 || ran[0] != "night" || ran[1] != "prove" {
		t.Fatalf("%v %v", ran, err)
	}
}
