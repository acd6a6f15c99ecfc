package maintenance

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// BookStore reads the books: each page at one moment, by account.
type BookStore interface {
	// Proven is the entry up to which the books were proven; zero: never.
	Proven(ctx context.Context) (id.ID, error)
	SetProven(ctx context.Context, transaction id.ID) error
	// LastTransaction is the newest entry of all.
	LastTransaction(ctx context.Context) (id.ID, error)
	// Unsound looks at so many accounts that have entries or holds since a transaction, and tells those that do not add up, and the last of all
	// that it looked at; zero when there are no more.
	Unsound(ctx context.Context, since, after id.ID, limit int) (wrong []Mistake, last id.ID, err error)
	// Strays are so many of each kind of what should have its counterpart and has none; charges are looked for since a transaction.
	Strays(ctx context.Context, since id.ID, limit int) ([]Stray, error)
}

// Mistake is an account that does not add up, and in what.
type Mistake struct {
	Account id.ID
	What    string
}

// Stray is a hold without an open answer, an open answer without a hold, an answer that was charged without an entry in the
// books, or a room in which what is held of somebody is not what is held for their answers.
type Stray struct {
	ID   id.ID
	What string
}

// provenBooks is how many accounts are looked at in one moment.
const provenBooks = 500

// ProveAll proves the logs and the books; what is wrong with the one keeps it from nothing of the other.
func ProveAll(ctx context.Context, logs ProofStore, books BookStore) (map[string]any, error) {
	done, err := Prove(ctx, logs)
	proven, bookErr := ProveBooks(ctx, books)
	maps.Copy(done, proven)
	return done, errors.Join(err, bookErr)
}

// ProveBooks fails if an account that was written to since the last proof does not add up: its balance is the sum of its entries and of what
// its lots have left, what is held is the sum of its holds, no entry is missing between two others, and usage is what answers
// were charged; or if anything strays.
func ProveBooks(ctx context.Context, s BookStore) (map[string]any, error) {
	since, err := s.Proven(ctx)
	if err != nil {
		return nil, err
	}
	until, err := s.LastTransaction(ctx)
	if err != nil {
		return nil, err
	}
	var wrong []Mistake
	for after := (id.ID{}); ; {
		found, last, err := s.Unsound(ctx, since, after, provenBooks)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, found...)
		if last.IsZero() {
			break
		}
		after = last
	}
	strays, err := s.Strays(ctx, since, shown)
	if err != nil {
		return nil, err
	}
	done := map[string]any{"accounts_wrong": len(wrong), "strays": len(strays)}
	if len(wrong)+len(strays) > 0 {
		return done, fmt.Errorf("the books do not add up: %v; strays: %v", wrong[:min(len(wrong), shown)], strays)
	}
	if until.IsZero() {
		return done, nil
	}
	return done, s.SetProven(ctx, until)
}
