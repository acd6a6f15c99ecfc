// Package sockets opens sockets with tickets, and answers what arrives on them. It knows only projections, never Postgres.
package sockets

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

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
