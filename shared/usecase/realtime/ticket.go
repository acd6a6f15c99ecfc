// Package realtime opens sockets with tickets, and answers what arrives on them. It knows only projections, never Postgres.
package realtime

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

// TicketOffice issues tickets.
type TicketOffice struct {
	Tickets realtime.Tickets
	Limits  ratelimit.Limiter
	Now     func() time.Time
}

// Issue makes a ticket for one socket, to be spent within a minute. Returns rate_limited.
func (o TicketOffice) Issue(ctx context.Context, c user.Caller) (string, error) {
	if err := ratelimit.Allow(ctx, o.Limits, ticketsByUser, c.UserID.String()); err != nil {
		return "", err
	}
	var secret [32]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return "", err
	}
	ticket := base64.RawURLEncoding.EncodeToString(secret[:])
	err := o.Tickets.Put(ctx, hashOf(ticket), realtime.Ticket{
		UserID: c.UserID, SessionID: c.SessionID, Username: c.Username, DisplayName: c.DisplayName,
		ExpiresAt: o.Now().Add(realtime.TicketLifetime),
	})
	return ticket, err
}

// hashOf is what is stored of a ticket. A plain hash is enough for what cannot be guessed.
func hashOf(ticket string) realtime.TicketHash { return sha256.Sum256([]byte(ticket)) }

// Doorman lets sockets in and out.
type Doorman struct {
	Tickets     realtime.Tickets
	Denials     realtime.Denials
	Connections realtime.Connections
	Now         func() time.Time
}

// Connect spends the ticket and records the socket. Returns unauthenticated for a ticket that is unknown, spent or expired,
// and for a session that ended since it was issued.
func (d Doorman) Connect(ctx context.Context, connectionID, ticket string) (realtime.Connection, error) {
	refused := fault.New(fault.Unauthenticated, "The ticket opens nothing.")
	if ticket == "" {
		return realtime.Connection{}, refused
	}
	now := d.Now()
	t, ok, err := d.Tickets.Spend(ctx, hashOf(ticket), now)
	if err != nil {
		return realtime.Connection{}, err
	}
	if !ok {
		return realtime.Connection{}, refused
	}
	denied, err := d.Denials.Denied(ctx, t.SessionID)
	if err != nil {
		return realtime.Connection{}, err
	}
	if denied {
		return realtime.Connection{}, refused
	}
	c := realtime.Connection{
		ID: connectionID, UserID: t.UserID, SessionID: t.SessionID, Username: t.Username, DisplayName: t.DisplayName, SeenAt: now,
	}
	if err := d.Connections.Put(ctx, c); err != nil {
		return realtime.Connection{}, err
	}
	return c, d.refuseIfDeniedSince(ctx, c, refused)
}

// refuseIfDeniedSince closes a gap: a session that ended between the look at its denial and the record of the socket had
// its sockets closed before this one was known.
func (d Doorman) refuseIfDeniedSince(ctx context.Context, c realtime.Connection, refused error) error {
	denied, err := d.Denials.Denied(ctx, c.SessionID)
	if err == nil && !denied {
		return nil
	}
	if removeErr := d.Connections.Remove(ctx, c.ID); removeErr != nil {
		return removeErr
	}
	if err != nil {
		return err
	}
	return refused
}

// Disconnect forgets the socket.
func (d Doorman) Disconnect(ctx context.Context, connectionID string) error {
	return d.Connections.Remove(ctx, connectionID)
}
