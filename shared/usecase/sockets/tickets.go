// Package sockets opens sockets with tickets, and answers what arrives on them. It knows only projections, never Postgres.
package sockets

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/ratelimit"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/user"
)

// ticketsByUser bounds the sockets that one person opens.
var ticketsByUser = ratelimit.Rule{Name: "ticket", Burst: 120, Every: time.Second}

// TicketService issues tickets.
type TicketService struct {
	Tickets realtime.Tickets
	Limits  ratelimit.Limiter
	Now     func() time.Time
}

// Issue makes a ticket for one socket, to be spent within a minute. Returns rate_limited.
func (s TicketService) Issue(ctx context.Context, c user.Caller) (string, error) {
	if err := ratelimit.Allow(ctx, s.Limits, ticketsByUser, c.UserID.String()); err != nil {
		return "", err
	}
	var secret [32]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return "", err
	}
	ticket := base64.RawURLEncoding.EncodeToString(secret[:])
	err := s.Tickets.Put(ctx, hashOf(ticket), realtime.Ticket{
		UserID: c.UserID, SessionID: c.SessionID, Username: c.Username, DisplayName: c.DisplayName,
		ExpiresAt: s.Now().Add(realtime.TicketLifetime),
	})
	return ticket, err
}

// hashOf is what is stored of a ticket. A plain hash is enough for what cannot be guessed.
func hashOf(ticket string) realtime.TicketHash { return sha256.Sum256([]byte(ticket)) }

// ConnectHandler lets sockets in and out.
type ConnectHandler struct {
	Tickets     realtime.Tickets
	Denials     realtime.Denials
	Connections realtime.Connections
	Now         func() time.Time
}

// Connect spends the ticket and records the socket. Returns unauthenticated for a ticket that is unknown, spent or expired,
// and for a session that ended since it was issued.
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
		ID: connectionID, UserID: t.UserID, SessionID: t.SessionID, Username: t.Username, DisplayName: t.DisplayName, SeenAt: now,
	}
	if err := h.Connections.Put(ctx, c); err != nil {
		return realtime.Connection{}, err
	}
	return c, h.refuseIfDeniedSince(ctx, c, refused)
}

// refuseIfDeniedSince closes a gap: a session that ended between the look at its denial and the record of the socket had
// its sockets closed before this one was known.
func (h ConnectHandler) refuseIfDeniedSince(ctx context.Context, c realtime.Connection, refused error) error {
	denied, err := h.Denials.Denied(ctx, c.SessionID)
	if err == nil && !denied {
		return nil
	}
	if removeErr := h.Connections.Remove(ctx, c.ID); removeErr != nil {
		return removeErr
	}
	if err != nil {
		return err
	}
	return refused
}

// Disconnect forgets the socket.
func (h ConnectHandler) Disconnect(ctx context.Context, connectionID string) error {
	return h.Connections.Remove(ctx, connectionID)
}
