// Package dynamodb keeps what sockets know in the one table `realtime`: connections, tickets, memberships, heads, denied
// sessions, and whether the database may hold work. Nothing scans it.
package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// The indexes and the attributes that others must know.
const (
	ByViewing     = "by_viewing"
	AttrUser      = "conn_user"
	AttrViewing   = "viewing"
	AttrExpiry    = "ttl"
	AttrSession   = "session"
	AttrOpened    = "opened_at"
	partitionKey  = "pk"
	sortKey       = "sk"
	batchGetLimit = 100
	batchGetTries = 7
	batchGetPause = 20 * time.Millisecond
	batchesAtOnce = 8
	// parallel bounds the requests that one call has in flight.
	parallel = 32
)

// Table is the table `realtime` as each port sees it.
type Table struct {
	Client *dynamodb.Client
	Name   string
	Now    func() time.Time
}

type item = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func key(pk, sk string) item { return item{partitionKey: text(pk), sortKey: text(sk)} }

func textOf(i item, name string) string {
	if v, ok := i[name].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

func numberOf(i item, name string) int64 {
	v, ok := i[name].(*types.AttributeValueMemberN)
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(v.Value, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// idOf reads an id that this package wrote; what is no id is none.
func idOf(i item, name string) id.ID {
	v, err := id.Parse(textOf(i, name))
	if err != nil {
		return id.ID{}
	}
	return v
}

func (t Table) get(ctx context.Context, k item) (item, error) {
	out, err := t.Client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &t.Name, Key: k, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, fmt.Errorf("get from %s: %w", t.Name, err)
	}
	return out.Item, nil
}

func (t Table) put(ctx context.Context, i item) error {
	if _, err := t.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &t.Name, Item: i}); err != nil {
		return fmt.Errorf("put to %s: %w", t.Name, err)
	}
	return nil
}

// update changes one item if the condition holds, and says whether it did.
func (t Table) update(ctx context.Context, k item, expression, condition string, names map[string]string, values item) (bool, error) {
	input := &dynamodb.UpdateItemInput{
		TableName: &t.Name, Key: k, UpdateExpression: &expression, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	}
	if condition != "" {
		input.ConditionExpression = &condition
	}
	_, err := t.Client.UpdateItem(ctx, input)
	var refused *types.ConditionalCheckFailedException
	if errors.As(err, &refused) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("update %s: %w", t.Name, err)
	}
	return true, nil
}

// batchGet reads many items, in requests of at most 100 different keys, some side by side.
func (t Table) batchGet(ctx context.Context, keys []item) ([]item, error) {
	chunks := slices.Collect(slices.Chunk(keys, batchGetLimit))
	found, failed := make([][]item, len(chunks)), make([]error, len(chunks))
	slots := make(chan struct{}, batchesAtOnce)
	var wait sync.WaitGroup
	for n, chunk := range chunks {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			found[n], failed[n] = t.getChunk(ctx, chunk)
		})
	}
	wait.Wait()
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
}

// getChunk asks again for what DynamoDB left out: later each time, for it leaves out what it has no capacity for.
func (t Table) getChunk(ctx context.Context, keys []item) (found []item, err error) {
	pending := map[string]types.KeysAndAttributes{t.Name: {Keys: keys}}
	for try := 0; len(pending) > 0; try++ {
		if try == batchGetTries {
			return nil, fmt.Errorf("get a batch from %s: %d keys were left out %d times", t.Name, len(pending[t.Name].Keys), try)
		}
		if err := pause(ctx, try); err != nil {
			return nil, err
		}
		out, err := t.Client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: pending})
		if err != nil {
			return nil, fmt.Errorf("get a batch from %s: %w", t.Name, err)
		}
		found = append(found, out.Responses[t.Name]...)
		pending = out.UnprocessedKeys
	}
	return found, nil
}

// pause waits before a try that is not the first: 20 ms, doubled each time, and up to half of it less, so that callers who
// were refused together do not come again together.
func pause(ctx context.Context, try int) error {
	if try == 0 {
		return ctx.Err()
	}
	longest := batchGetPause << (try - 1)
	timer := time.NewTimer(longest - rand.N(longest/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
