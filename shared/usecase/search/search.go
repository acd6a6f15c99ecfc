// Package search finds what was said, in one room or in all of one's own.
package search

import (
	"context"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
)

// Wish is what somebody looks for. Zero values ask for nothing.
type Wish struct {
	Person      id.ID
	Text        string
	RoomID      id.ID
	Sender      id.ID
	FromAI      bool
	Since, Till time.Time
	Before      id.ID // a page goes on below it
	Limit       int
}

// Find is what a store looks for: messages by their lexemes and by what else is asked, newest first.
type Find struct {
	Person, RoomID, Sender id.ID
	FromAI                 bool
	// From and Below are the ids between which to look; a zero Below is no bound.
	From, Below id.ID
	Limit       int
	// In is the query against one room's lexemes.
	In func(room id.ID) string
}

// Candidate is a message that may match, as the person may see it, and the name of its room.
type Candidate struct {
	Message  message.Message
	RoomName string
}

// Store finds candidates in the rooms that the person is in; not_found for a room that they are not in.
type Store interface {
	// Candidates also tells below which id to look on; zero if there is nothing more.
	Candidates(ctx context.Context, f Find) (found []Candidate, below id.ID, err error)
	// MayRead returns not_found to outsiders.
	MayRead(ctx context.Context, roomID, person id.ID) error
}

// Hit is a message that matches.
type Hit struct {
	Candidate
	Excerpt Excerpt
}

// Page is hits, newest first. Next is where the search goes on; zero at its end. A page may be short before that.
type Page struct {
	Hits []Hit
	Next id.ID
}

// maxRounds bounds the work of one call, should the index find much that does not match.
const maxRounds = 5

// Search is the use case.
type Search struct{ Store Store }

// Messages finds messages. Returns validation_failed, not_found to outsiders of the room.
func (s Search) Messages(ctx context.Context, w Wish) (page Page, err error) {
	f, q, err := w.find()
	if err != nil {
		// Access comes before what is wrong with the request.
		if outside := s.mayRead(ctx, w); outside != nil {
			return page, outside
		}
		return page, err
	}
	for range maxRounds {
		found, below, err := s.Store.Candidates(ctx, f)
		if err != nil {
			return page, err
		}
		for _, c := range found {
			if !q.Matches(c.Message.Content) {
				continue
			}
			page.Hits = append(page.Hits, Hit{c, q.Excerpt(c.Message.Content)})
			if len(page.Hits) == w.Limit {
				page.Next = c.Message.ID
				return page, nil
			}
		}
		if f.Below = below; below.IsZero() {
			return page, nil
		}
	}
	page.Next = f.Below
	return page, nil
}

func (s Search) mayRead(ctx context.Context, w Wish) error {
	if w.RoomID.IsZero() {
		return nil
	}
	return s.Store.MayRead(ctx, w.RoomID, w.Person)
}

func (w Wish) find() (Find, Query, error) {
	q, err := Parse(w.Text)
	switch {
	case err != nil:
		return Find{}, q, err
	case !w.Since.IsZero() && !w.Till.IsZero() && !w.Since.Before(w.Till):
		return Find{}, q, fault.Invalid("till", "must be later than since")
	case w.FromAI && !w.Sender.IsZero():
		return Find{}, q, fault.Invalid("sender_id", "the AI is no person")
	}
	f := Find{Person: w.Person, RoomID: w.RoomID, Sender: w.Sender, FromAI: w.FromAI, Below: w.Before, Limit: w.Limit, In: q.In}
	if !w.Since.IsZero() {
		f.From = id.Floor(w.Since)
	}
	if till := id.Floor(w.Till); !w.Till.IsZero() && (f.Below.IsZero() || till.Compare(f.Below) < 0) {
		f.Below = till
	}
	return f, q, nil
}
