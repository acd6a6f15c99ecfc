package id

import "context"

// RequestCarried is the name under which queues carry the id of the request that started something; logs and jobs show it.
const RequestCarried = "request_id"

type requestKey struct{}

// WithRequest gives ctx the id of the request that started something.
func WithRequest(ctx context.Context, requestID string) context.Context {
	return context.WithValue(ctx, requestKey{}, requestID)
}

// RequestOf is the id that ctx carries, empty if none.
func RequestOf(ctx context.Context) string {
	v, _ := ctx.Value(requestKey{}).(string)
	return v
}
