package dynamodb

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/usecase/maintenance"
)

var _ maintenance.Activity = (*Activity)(nil)

// Night implements maintenance.Activity.
func (a *Activity) Night(ctx context.Context) (raised, last time.Time, err error) {
	i, err := a.get(ctx, activityKey())
	if err != nil {
		return raised, last, err
	}
	return moment(i, "raised_at"), moment(i, "night_at"), nil
}

// SetNight implements maintenance.Activity.
func (a *Activity) SetNight(ctx context.Context, at time.Time) error {
	_, err := a.update(ctx, activityKey(), "SET night_at = :at", "attribute_not_exists(night_at) OR night_at < :at", nil,
		item{":at": number(at.UnixMilli())})
	return err
}
