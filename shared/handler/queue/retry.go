package queue

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// retryAfter is how long a message stays hidden after it failed for the first, second … time. The queue's own visibility is
// as long as the longest work, which is too long to wait after a hiccup.
var retryAfter = []time.Duration{5 * time.Second, 20 * time.Second, time.Minute, 3 * time.Minute, 5 * time.Minute}

// hideTimeout bounds the call that hides a failed message.
const hideTimeout = 2 * time.Second

// retrySoon makes a failed message visible again soon. If that fails the queue's own visibility holds.
func retrySoon(ctx context.Context, hide Hide, m events.SQSMessage) {
	// The work may have failed because its time was over.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hideTimeout)
	defer cancel()
	if err := hide(ctx, m.ReceiptHandle, backOff(m)); err != nil {
		slog.WarnContext(ctx, "a failed message comes back late", "record", m.MessageId, "error", err)
	}
}

func backOff(m events.SQSMessage) time.Duration {
	received, err := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	if err != nil || received < 1 {
		received = 1
	}
	return retryAfter[min(received, len(retryAfter))-1]
}

// countFailed writes the metric RecordsFailed of a queue in CloudWatch's embedded metric format: the log line is the metric.
// Lambda's own Errors stay zero when single records fail.
func countFailed(ctx context.Context, name string, failed int) {
	if failed == 0 {
		return
	}
	type metric struct{ Name, Unit string }
	type directive struct {
		Namespace  string
		Dimensions [][]string
		Metrics    []metric
	}
	type metadata struct {
		Timestamp         int64
		CloudWatchMetrics []directive
	}
	slog.LogAttrs(ctx, slog.LevelWarn, "records failed", slog.String("queue", name), slog.Int("RecordsFailed", failed),
		slog.Any("_aws", metadata{Timestamp: time.Now().UnixMilli(), CloudWatchMetrics: []directive{
			{Namespace: "Yoriai", Dimensions: [][]string{{"queue"}}, Metrics: []metric{{Name: "RecordsFailed", Unit: "Count"}}}}}))
}
