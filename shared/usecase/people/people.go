// Package people finds people, and lets one not hear from another.
package people

import (
	"context"
	"strings"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// MaxFound is how many people one search finds; whoever wants another types on.
const MaxFound = 20

// Store finds people.
type Store interface {
	// ByPrefix finds people whose username begins so, by name; never by anything else.
	ByPrefix(ctx context.Context, prefix string, limit int) ([]room.Person, error)
	// Active returns not_found for somebody who is not there, or is suspended.
	Active(ctx context.Context, person id.ID) error
	// Blocked lists whom a person blocked, by id.
	Blocked(ctx context.Context, person, after id.ID, limit int) ([]room.Person, error)
}

// People is the use case.
type People struct {
	Store  Store
	Runner transact.Runner
}

// Search finds people by the beginning of their username.
func (p People) Search(ctx context.Context, query string) ([]room.Person, error) {
	return p.Store.ByPrefix(ctx, strings.ToLower(strings.TrimSpace(query)), MaxFound)
}

// Blocked lists whom a person blocked.
func (p People) Blocked(ctx context.Context, person, after id.ID, limit int) ([]room.Person, error) {
	return p.Store.Blocked(ctx, person, after, limit)
}

// Block lets a person not hear from another; twice is harmless. Returns not_found, validation_failed.
func (p People) Block(ctx context.Context, person, other id.ID) error {
	if person == other {
		return fault.Invalid("user_id", "is you")
	}
	if err := p.Store.Active(ctx, other); err != nil {
		return err
	}
	n := change.Needs{Person: person, Block: other}
	return p.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if s.Block {
			return nil, nil
		}
		plan := s.Plan(person, n)
		plan.Write(change.InsertBlock{UserID: person, BlockedID: other})
		return plan, nil
	}, nil)
}

// Unblock ends that. Returns not_found for somebody who is not blocked.
func (p People) Unblock(ctx context.Context, person, other id.ID) error {
	n := change.Needs{Person: person, Block: other}
	return p.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if !s.Block {
			return nil, fault.New(fault.NotFound, "You have not blocked this person.")
		}
		plan := s.Plan(person, n)
		plan.Write(change.DeleteBlock{UserID: person, BlockedID: other})
		return plan, nil
	}, nil)
}
