package redis

import (
	"context"

	sdk "github.com/redis/go-redis/v9"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// Denials answers for sessions that it knows to be denied, and asks the source for all others: a cache that forgets costs a
// question, one that remembers a session as good would let it live on.
type Denials struct {
	client *Client
	source realtime.Denials
}

var _ realtime.Denials = (*Denials)(nil)

// NewDenials makes a cache before a source.
func NewDenials(c *Client, source realtime.Denials) *Denials {
	return &Denials{client: c, source: source}
}

func denialKey(session id.ID) string { return "denied:" + session.String() }

// Deny implements realtime.Denials.
func (d *Denials) Deny(ctx context.Context, session id.ID) error {
	if err := d.source.Deny(ctx, session); err != nil {
		return err
	}
	d.remember(ctx, session)
	return nil
}

// Denied implements realtime.Denials.
func (d *Denials) Denied(ctx context.Context, session id.ID) (bool, error) {
	var known int64
	d.client.do(ctx, func(ctx context.Context, r *sdk.Client) (err error) {
		known, err = r.Exists(ctx, denialKey(session)).Result()
		return err
	})
	if known > 0 {
		return true, nil
	}
	denied, err := d.source.Denied(ctx, session)
	if denied {
		d.remember(ctx, session)
	}
	return denied, err
}

func (d *Denials) remember(ctx context.Context, session id.ID) {
	d.client.do(ctx, func(ctx context.Context, r *sdk.Client) error {
		return r.Set(ctx, denialKey(session), "1", realtime.DenialLifetime).Err()
	})
}
