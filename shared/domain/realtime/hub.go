package realtime

import (
	"context"
	"errors"
)

// What a post can come to.
var (
	// ErrGone says that the socket is closed; its connection is to be removed.
	ErrGone = errors.New("the socket is gone")
	// ErrThrottled says that the account sends too much; what was posted is lost.
	ErrThrottled = errors.New("the hub is throttled")
)

// MessageHub posts frames to sockets.
type MessageHub interface {
	// Post returns ErrGone or ErrThrottled, or whatever else went wrong.
	Post(ctx context.Context, connectionID string, frame []byte) error
}

// Closer closes sockets from the server's side.
type Closer interface {
	// Close is harmless for a socket that is closed.
	Close(ctx context.Context, connectionID string) error
}
