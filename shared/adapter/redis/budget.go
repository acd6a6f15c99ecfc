package redis

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// budgetKey names the one bucket of a stage; each stage has a Redis of its own.
const budgetKey = "budget:frames"

// Budget is realtime.Budget on Redis. Without Redis each environment has the whole of it.
type Budget struct {
	client    *Client
	perSecond int
	local     *realtime.LocalBudget
}

var _ realtime.Budget = (*Budget)(nil)

// NewBudget makes the budget of a stage that may send so many frames a second.
func NewBudget(c *Client, perSecond int) *Budget {
	perSecond = max(perSecond, 1)
	return &Budget{client: c, perSecond: perSecond, local: realtime.NewLocalBudget(perSecond, time.Now)}
}

// Take implements realtime.Budget.
func (b *Budget) Take(ctx context.Context, p realtime.Purpose, n int) (granted int, wait time.Duration) {
	granted, wait, ok := b.client.takeUpTo(ctx, budgetKey, n, p.Burst(b.perSecond), time.Second/time.Duration(b.perSecond))
	if !ok {
		return b.local.Take(ctx, p, n)
	}
	return granted, wait
}
