// Package sqs gives outbox rows to Amazon SQS.
package sqs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
)

// batchSize is the most that SendMessageBatch takes.
const batchSize = 10

// Queues sends rows, one SendMessageBatch for each ten rows of a queue, in parallel.
type Queues struct {
	client *sqs.Client
	urls   map[outbox.Queue]string
}

// attributes carry who asked, so that logs and traces of the consumer join those of the request.
func attributes(ctx context.Context) map[string]types.MessageAttributeValue {
	carried := propagation.MapCarrier{}
	otel.GetTextMapPropagator().Inject(ctx, carried)
	if v := id.RequestOf(ctx); v != "" {
		carried[id.RequestCarried] = v
	}
	out := map[string]types.MessageAttributeValue{}
	for name, v := range carried {
		out[name] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(v)}
	}
	return out
}

// New makes the adapter; a row for a queue without URL is an error of the function's configuration.
func New(client *sqs.Client, urls map[outbox.Queue]string) *Queues {
	return &Queues{client: client, urls: urls}
}

// Send tells which rows were taken; the error joins what went wrong with the others.
func (q *Queues) Send(ctx context.Context, rows []outbox.Row) ([]id.ID, error) {
	byQueue := map[outbox.Queue][]outbox.Row{}
	for _, r := range rows {
		byQueue[r.Queue] = append(byQueue[r.Queue], r)
	}
	var mu sync.Mutex
	var wait sync.WaitGroup
	var taken []id.ID
	var failures []error
	for queue, list := range byQueue {
		for len(list) > 0 {
			n := min(batchSize, len(list))
			batch := list[:n]
			list = list[n:]
			wait.Add(1)
			go func() {
				defer wait.Done()
				ids, err := q.sendBatch(ctx, queue, batch)
				mu.Lock()
				defer mu.Unlock()
				taken = append(taken, ids...)
				if err != nil {
					failures = append(failures, err)
				}
			}()
		}
	}
	wait.Wait()
	return taken, errors.Join(failures...)
}

func (q *Queues) sendBatch(ctx context.Context, queue outbox.Queue, rows []outbox.Row) ([]id.ID, error) {
	url, known := q.urls[queue]
	if !known || url == "" {
		return nil, fmt.Errorf("the %s queue is not configured for this function", queue)
	}
	carried := attributes(ctx)
	entries := make([]types.SendMessageBatchRequestEntry, len(rows))
	byEntry := map[string]id.ID{}
	for i, r := range rows {
		key := r.ID.String()
		byEntry[key] = r.ID
		entries[i] = types.SendMessageBatchRequestEntry{Id: aws.String(key), MessageBody: aws.String(r.Body), DelaySeconds: int32(r.Delay / time.Second),
			MessageAttributes: carried}
		if r.Fairness != "" {
			entries[i].MessageGroupId = aws.String(r.Fairness)
		}
	}
	out, err := q.client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: aws.String(url), Entries: entries})
	if err != nil {
		return nil, fmt.Errorf("send to %s: %w", queue, err)
	}
	var taken []id.ID
	for _, ok := range out.Successful {
		taken = append(taken, byEntry[aws.ToString(ok.Id)])
	}
	if len(out.Failed) > 0 {
		return taken, fmt.Errorf("%s refused %d of %d: %s", queue, len(out.Failed), len(rows), aws.ToString(out.Failed[0].Code))
	}
	return taken, nil
}

// Hide keeps a message that this function received from other consumers for a while, counted from now.
func (q *Queues) Hide(ctx context.Context, queue outbox.Queue, receipt string, duration time.Duration) error {
	_, err := q.client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: aws.String(q.urls[queue]),
		ReceiptHandle: aws.String(receipt), VisibilityTimeout: int32(duration / time.Second)})
	if err != nil {
		return fmt.Errorf("hide a message of %s: %w", queue, err)
	}
	return nil
}
