package dynamodb

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"github.com/yoriai/yoriai/shared/domain/realtime"
)

func trim(s, prefix string) string { return strings.TrimPrefix(s, prefix) }

// Heads is realtime.Heads on the table.
type Heads struct{ Table }

var _ realtime.Heads = Heads{}

func headKey(stream string) item { return key("HEAD#"+stream, "HEAD") }

// Raise implements realtime.Heads.
func (h Heads) Raise(ctx context.Context, stream string, event int64) error {
	_, err := h.update(ctx, headKey(stream), "SET #event = :event", "attribute_not_exists(#event) OR #event < :event",
		map[string]string{"#event": "event"}, item{":event": number(event)})
	return err
}

// Get implements realtime.Heads.
func (h Heads) Get(ctx context.Context, streams []string) (map[string]int64, error) {
	keys := make([]item, 0, len(streams))
	for _, stream := range streams {
		keys = append(keys, headKey(stream))
	}
	items, err := h.batchGet(ctx, keys)
	if err != nil {
		return nil, err
	}
	heads := make(map[string]int64, len(items))
	for _, i := range items {
		heads[trim(textOf(i, partitionKey), "HEAD#")] = numberOf(i, "event")
	}
	return heads, nil
}

// raiseEvery is how long one process rests after it raised the activity.
const raiseEvery = 30 * time.Second

// Activity is realtime.Activity on the table. It remembers its own last raise: make one for each environment.
type Activity struct {
	Table
	last atomic.Int64
}

var _ realtime.Activity = (*Activity)(nil)

// NewActivity makes the activity of one environment.
func NewActivity(t Table) *Activity { return &Activity{Table: t} }

func activityKey() item { return key("ACTIVITY", "ACTIVITY") }

// Raise implements realtime.Activity.
func (a *Activity) Raise(ctx context.Context) error {
	now := a.Now()
	// The wall clock, not the monotonic one: a frozen environment must see that time went by.
	if now.UnixMilli()-a.last.Load() < raiseEvery.Milliseconds() {
		return nil
	}
	if _, err := a.update(ctx, activityKey(), "SET raised_at = :now", "attribute_not_exists(raised_at) OR raised_at < :now", nil,
		item{":now": number(now.UnixMilli())}); err != nil {
		return err
	}
	a.last.Store(now.UnixMilli())
	return nil
}

// Read implements realtime.Activity.
func (a *Activity) Read(ctx context.Context) (raised, clean time.Time, err error) {
	i, err := a.get(ctx, activityKey())
	if err != nil {
		return raised, clean, err
	}
	return moment(i, "raised_at"), moment(i, "clean_at"), nil
}

// SetClean implements realtime.Activity.
func (a *Activity) SetClean(ctx context.Context, at, ifRaised time.Time) (bool, error) {
	if ifRaised.IsZero() {
		return a.update(ctx, activityKey(), "SET clean_at = :at", "attribute_not_exists(raised_at)", nil, item{":at": number(at.UnixMilli())})
	}
	return a.update(ctx, activityKey(), "SET clean_at = :at", "raised_at = :raised", nil,
		item{":at": number(at.UnixMilli()), ":raised": number(ifRaised.UnixMilli())})
}

func moment(i item, name string) time.Time {
	ms := numberOf(i, name)
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
