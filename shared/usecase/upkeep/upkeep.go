// Package upkeep is what an operator runs by hand: it proves that the logs have no holes, and makes the projection in
// DynamoDB anew from PostgreSQL, the truth.
package upkeep

import (
	"context"
	"fmt"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// Head is how far a stream has come.
type Head struct {
	Stream string
	Owner  id.ID // the room or the person: where the next page begins
	Event  int64
}

// Gap is a room whose numbers are not dense, or a person whose own are not.
type Gap struct {
	Stream string
	What   string
}

// Store reads page by page; a page that is not full is the last. After is what the page before ended with.
type Store interface {
	// MembershipsAfter lists past members too, by room and person.
	MembershipsAfter(ctx context.Context, room, person id.ID, limit int) ([]realtime.Membership, error)
	RoomHeadsAfter(ctx context.Context, room id.ID, limit int) ([]Head, error)
	UserHeadsAfter(ctx context.Context, person id.ID, limit int) ([]Head, error)
	// RoomGaps and UserGaps look at so many owners, and tell the last of them; zero when there are no more.
	RoomGaps(ctx context.Context, room id.ID, limit int) (gaps []Gap, last id.ID, err error)
	UserGaps(ctx context.Context, person id.ID, limit int) (gaps []Gap, last id.ID, err error)
}

const (
	projected = 200
	proven    = 20 // each reads a room's whole log
	shown     = 20
)

// Project writes memberships, read positions and heads where they are missing or older. It may run at any time, and again.
func Project(ctx context.Context, s Store, memberships realtime.Memberships, heads realtime.Heads) (map[string]any, error) {
	done := map[string]any{}
	people, err := projectMemberships(ctx, s, memberships)
	done["memberships"] = people
	if err != nil {
		return done, err
	}
	for name, after := range map[string]func(context.Context, id.ID, int) ([]Head, error){"room_heads": s.RoomHeadsAfter, "user_heads": s.UserHeadsAfter} {
		n, err := projectHeads(ctx, after, heads)
		done[name] = n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

func projectMemberships(ctx context.Context, s Store, memberships realtime.Memberships) (total int, err error) {
	var room, person id.ID
	for {
		page, err := s.MembershipsAfter(ctx, room, person, projected)
		if err != nil {
			return total, err
		}
		if err := memberships.Raise(ctx, page...); err != nil {
			return total, err
		}
		total += len(page)
		if len(page) < projected {
			return total, nil
		}
		room, person = page[len(page)-1].RoomID, page[len(page)-1].UserID
	}
}

func projectHeads(ctx context.Context, after func(context.Context, id.ID, int) ([]Head, error), heads realtime.Heads) (total int, err error) {
	var owner id.ID
	for {
		page, err := after(ctx, owner, projected)
		if err != nil {
			return total, err
		}
		for _, h := range page {
			if err := heads.Raise(ctx, h.Stream, h.Event); err != nil {
				return total, err
			}
		}
		total += len(page)
		if len(page) < projected {
			return total, nil
		}
		owner = page[len(page)-1].Owner
	}
}

// Prove fails if any room's sequences or events, or any person's own events, have a hole, a double, or another end than the
// row that counts them says; or if a room's ids do not rise with its sequences.
func Prove(ctx context.Context, s Store) (map[string]any, error) {
	var gaps []Gap
	for _, look := range []func(context.Context, id.ID, int) ([]Gap, id.ID, error){s.RoomGaps, s.UserGaps} {
		var last id.ID
		for {
			found, next, err := look(ctx, last, proven)
			gaps = append(gaps, found...)
			if err != nil {
				return map[string]any{"gaps": len(gaps)}, err
			}
			if next.IsZero() {
				break
			}
			last = next
		}
	}
	if len(gaps) > 0 {
		return map[string]any{"gaps": len(gaps)}, fmt.Errorf("%d logs are not dense: %v", len(gaps), gaps[:min(len(gaps), shown)])
	}
	return map[string]any{"gaps": 0}, nil
}
