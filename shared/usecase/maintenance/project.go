package maintenance

import (
	"context"
	"errors"

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

// ProofStore reads page by page; a page that is not full is the last. After is what the page before ended with.
type ProofStore interface {
	// MembershipsAfter lists past members too, by room and person.
	MembershipsAfter(ctx context.Context, room, person id.ID, limit int) ([]realtime.Membership, error)
	RoomHeadsAfter(ctx context.Context, room id.ID, limit int) ([]Head, error)
	UserHeadsAfter(ctx context.Context, person id.ID, limit int) ([]Head, error)
	// RoomGaps and UserGaps look at so many owners, and tell the last of them; zero when there are no more.
	RoomGaps(ctx context.Context, room id.ID, limit int) (gaps []Gap, last id.ID, err error)
	UserGaps(ctx context.Context, person id.ID, limit int) (gaps []Gap, last id.ID, err error)
}

// Customer is who somebody is to the payment provider.
type Customer struct {
	AccountID id.ID
	Customer  string
}

// CustomerStore reads customers page by page.
type CustomerStore interface {
	Customers(ctx context.Context, after id.ID, limit int) ([]Customer, error)
}

// CustomerProjection is where those outside the network find customers.
type CustomerProjection interface {
	PutCustomer(ctx context.Context, account id.ID, customer string) error
}

const projected = 200

// ProjectCustomers writes who everybody is to the payment provider.
func ProjectCustomers(ctx context.Context, s CustomerStore, to CustomerProjection) (total int, err error) {
	var after id.ID
	for {
		page, err := s.Customers(ctx, after, projected)
		if err != nil {
			return total, err
		}
		for _, c := range page {
			if err := to.PutCustomer(ctx, c.AccountID, c.Customer); err != nil {
				return total, err
			}
			total++
		}
		if len(page) < projected {
			return total, nil
		}
		after = page[len(page)-1].AccountID
	}
}

// Project writes memberships, read positions and heads where they are missing or older, each as far as it can. It may run at
// any time, and again.
func Project(ctx context.Context, s ProofStore, memberships realtime.Memberships, heads realtime.Heads) (map[string]any, error) {
	people, failed := projectMemberships(ctx, s, memberships)
	done := map[string]any{"memberships": people}
	for _, of := range []struct {
		name  string
		after func(context.Context, id.ID, int) ([]Head, error)
	}{{"room_heads", s.RoomHeadsAfter}, {"user_heads", s.UserHeadsAfter}} {
		n, err := projectHeads(ctx, of.after, heads)
		done[of.name] = n
		failed = errors.Join(failed, err)
	}
	return done, failed
}

func projectMemberships(ctx context.Context, s ProofStore, memberships realtime.Memberships) (total int, err error) {
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
