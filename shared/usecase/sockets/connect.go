package sockets

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

const (
	// evictionsAtOnce bounds what one new socket has to clear away; the next one goes on.
	evictionsAtOnce = 50
	evictWithin     = 3 * time.Second
	// CodeReplaced tells a client that a newer socket of its person took this one's place: it must not come back by itself.
	CodeReplaced = "connection_replaced"
)

// ConnectHandler opens and forgets sockets.
type ConnectHandler struct {
	Tickets     realtime.Tickets
	Denials     realtime.Denials
	Connections realtime.Connections
	// Hub and Closer may be nil where sockets only go.
	Hub    realtime.MessageHub
	Closer realtime.Closer
	Now    func() time.Time
}

// Connect spends the ticket, records the socket, and closes the person's oldest where there are too many now. Returns
// unauthenticated for a ticket that is unknown, spent or expired, and for a session that ended since it was issued.
func (h ConnectHandler) Connect(ctx context.Context, connectionID, ticket string) (realtime.Connection, error) {
	refused := fault.New(fault.Unauthenticated, "The ticket opens nothing.")
	if ticket == "" {
		return realtime.Connection{}, refused
	}
	now := h.Now()
	t, ok, err := h.Tickets.Spend(ctx, hashOf(ticket), now)
	if err != nil {
		return realtime.Connection{}, err
	}
	if !ok {
		return realtime.Connection{}, refused
	}
	denied, err := h.Denials.Denied(ctx, t.SessionID)
	if err != nil {
		return realtime.Connection{}, err
	}
	if denied {
		return realtime.Connection{}, refused
	}
	c := realtime.Connection{
		ID: connectionID, UserID: t.UserID, SessionID: t.SessionID, Username: t.Username, DisplayName: t.DisplayName, OpenedAt: now, SeenAt: now,
	}
	if err := h.Connections.Put(ctx, c); err != nil {
		return realtime.Connection{}, err
	}
	if err := h.refuseIfDeniedSince(ctx, c, refused); err != nil {
		return realtime.Connection{}, err
	}
	h.evict(ctx, c)
	return c, nil
}

// refuseIfDeniedSince closes a gap: a session that ended between the look at its denial and the record of the socket had
// its sockets closed before this one was known.
func (h ConnectHandler) refuseIfDeniedSince(ctx context.Context, c realtime.Connection, refused error) error {
	denied, err := h.Denials.Denied(ctx, c.SessionID)
	if err == nil && !denied {
		return nil
	}
	if removeErr := h.Connections.Remove(ctx, c); removeErr != nil {
		return removeErr
	}
	if err != nil {
		return err
	}
	return refused
}

// evict keeps a person to the bounds. The new socket opens whatever comes of it: the next one tries again.
func (h ConnectHandler) evict(ctx context.Context, fresh realtime.Connection) {
	ctx, cancel := context.WithTimeout(ctx, evictWithin)
	defer cancel()
	open, err := h.Connections.OfUsers(ctx, []id.ID{fresh.UserID})
	if err != nil {
		slog.WarnContext(ctx, "a person's sockets are not counted", "error", err)
		return
	}
	surplus := realtime.Surplus(open, fresh)
	var wait sync.WaitGroup
	for _, c := range surplus[:min(len(surplus), evictionsAtOnce)] {
		wait.Go(func() { h.replace(ctx, c) })
	}
	wait.Wait()
}

// replace forgets a socket first, so that nothing is pushed to it whatever becomes of the rest, then tells it why and closes it.
func (h ConnectHandler) replace(ctx context.Context, c realtime.Connection) {
	if err := h.Connections.Remove(ctx, c); err != nil {
		slog.WarnContext(ctx, "a replaced socket stays listed", "error", err)
	}
	if h.Hub != nil {
		_ = h.Hub.Post(ctx, c.ID, replacedFrame) // the reason is a courtesy
	}
	if h.Closer == nil {
		return
	}
	if err := h.Closer.Close(ctx, c.ID); err != nil {
		slog.WarnContext(ctx, "a replaced socket stays open, unheard", "error", err)
	}
}

// Disconnect forgets the socket.
func (h ConnectHandler) Disconnect(ctx context.Context, connectionID string) error {
	return h.Connections.Remove(ctx, realtime.Connection{ID: connectionID})
}

var replacedFrame = mustMarshal(struct {
	Type   string `json:"type"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}{"error", CodeReplaced, "A newer connection of yours took the place of this one."})

func mustMarshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // a constant marshals, or no test passes
	}
	return b
}
