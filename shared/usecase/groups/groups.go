// Package groups keeps groups of people, whom their owner likes to invite together. Nobody else sees them, their members
// neither.
package groups

import (
	"context"
	"errors"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/domain/user"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Store reads groups; not_found for one that is not the owner's.
type Store interface {
	Group(ctx context.Context, owner, groupID id.ID) (user.Group, error)
	// Groups and Members are sorted by id.
	Groups(ctx context.Context, owner, after id.ID, limit int) ([]user.Group, error)
	Members(ctx context.Context, owner, groupID, after id.ID, limit int) ([]room.Person, error)
}

// Groups is the use case.
type Groups struct {
	Store  Store
	People interface {
		Active(ctx context.Context, person id.ID) error
	}
	Runner transact.Runner
}

// List lists one's groups.
func (g Groups) List(ctx context.Context, owner, after id.ID, limit int) ([]user.Group, error) {
	return g.Store.Groups(ctx, owner, after, limit)
}

// Members lists who is in a group.
func (g Groups) Members(ctx context.Context, owner, groupID, after id.ID, limit int) ([]room.Person, error) {
	return g.Store.Members(ctx, owner, groupID, after, limit)
}

// Create makes a group. An equal request answers the first one's. Returns idempotency_mismatch, validation_failed, conflict.
func (g Groups) Create(ctx context.Context, owner id.ID, name string, key change.Key) (made user.Group, created bool, err error) {
	key.Resource = id.New()
	n := change.Needs{Key: &key, Person: owner, Groups: true}
	var first id.ID
	err = g.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		first = s.Claim.Resource
		if err := s.Claim.Again(key); err != nil {
			return nil, err
		}
		if err := user.ValidateGroupName(name); err != nil {
			return nil, err
		}
		if s.Groups >= user.MaxGroups {
			return nil, fault.New(fault.Conflict, "You have 100 groups.")
		}
		made = user.Group{ID: key.Resource, OwnerID: owner, Name: name, CreatedAt: s.Now}
		p := s.Plan(owner, n)
		p.Write(change.InsertGroup{Group: made})
		return p, nil
	}, nil)
	if errors.Is(err, change.ErrRepeated) {
		made, err = g.Store.Group(ctx, owner, first)
		return made, false, err
	}
	return made, err == nil, err
}

// Rename gives a group another name. Returns not_found, validation_failed.
func (g Groups) Rename(ctx context.Context, owner, groupID id.ID, name string) (user.Group, error) {
	var renamed user.Group
	err := g.change(ctx, owner, groupID, id.ID{}, func(s change.Situation, p *change.Plan) error {
		if err := user.ValidateGroupName(name); err != nil {
			return err
		}
		renamed = *s.Group
		renamed.Name = name
		p.Write(change.RenameGroup{GroupID: groupID, Name: name, At: s.Now})
		return nil
	})
	return renamed, err
}

// Delete ends a group. What it was invited to stays. Returns not_found.
func (g Groups) Delete(ctx context.Context, owner, groupID id.ID) error {
	return g.change(ctx, owner, groupID, id.ID{}, func(_ change.Situation, p *change.Plan) error {
		p.Write(change.DeleteGroup{GroupID: groupID})
		return nil
	})
}

// Add puts somebody into a group; twice is harmless. Returns not_found, validation_failed, conflict.
func (g Groups) Add(ctx context.Context, owner, groupID, person id.ID) error {
	active := g.People.Active(ctx, person)
	if active != nil && !fault.Is(active, fault.NotFound) {
		return active
	}
	return g.change(ctx, owner, groupID, person, func(s change.Situation, p *change.Plan) error {
		switch {
		case active != nil:
			return active
		case person == owner:
			return fault.Invalid("user_id", "is you")
		case s.InGroup:
			return nil
		case s.Group.Members >= user.MaxGroupMembers:
			return fault.New(fault.Conflict, "The group has 100 members.")
		}
		p.Write(change.InsertGroupMember{GroupID: groupID, UserID: person})
		return nil
	})
}

// Remove takes somebody out of a group. Returns not_found.
func (g Groups) Remove(ctx context.Context, owner, groupID, person id.ID) error {
	return g.change(ctx, owner, groupID, person, func(s change.Situation, p *change.Plan) error {
		if !s.InGroup {
			return fault.New(fault.NotFound, "This person is not in the group.")
		}
		p.Write(change.DeleteGroupMember{GroupID: groupID, UserID: person})
		return nil
	})
}

// change decides about a group of the owner's.
func (g Groups) change(ctx context.Context, owner, groupID, person id.ID, decide func(s change.Situation, p *change.Plan) error) error {
	n := change.Needs{Person: owner, Group: groupID, GroupMember: person}
	return g.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if s.Group == nil || s.Group.OwnerID != owner {
			return nil, fault.New(fault.NotFound, "There is no such group.")
		}
		p := s.Plan(owner, n)
		return p, decide(s, p)
	}, nil)
}
