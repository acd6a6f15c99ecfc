package dynamodb

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/usecase/maintenance"
)

var _ maintenance.Activity = (*Activity)(nil)

// Night implements maintenance.Activity.
func (a *Activity) Night(ctx context.Context) (raised, last, due time.Time, err error) {
	i, err := a.get(ctx, activityKey())
	if err != nil {
		return raised, last, due, err
	}
	return moment(i, "raised_at"), moment(i, "night_at"), moment(i, "night_due"), nil
}

// SetNight implements maintenance.Activity.
func (a *Activity) SetNight(ctx context.Context, at, due time.Time) error {
	set, values := "SET night_at = :at REMOVE night_due", item{":at": number(at.UnixMilli())}
	if !due.IsZero() {
		set, values[":due"] = "SET night_at = :at, night_due = :due", number(due.UnixMilli())
	}
	_, err := a.update(ctx, activityKey(), set, "attribute_not_exists(night_at) OR night_at < :at", nil, values)
	return err
}
