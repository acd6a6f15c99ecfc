// Package requestid carries the id of the request that started something, into logs, queues and jobs.
package requestid

import "context"

// Carried is the name under which queues carry it.
const Carried = "request_id"

type key struct{}

// With gives ctx the id.
func With(ctx context.Context, requestID string) context.Context {
	return context.WithValue(ctx, key{}, requestID)
}

// From is the id that ctx carries, empty if none.
func From(ctx context.Context) string {
	v, _ := ctx.Value(key{}).(string)
	return v
}
