package maintenance

import (
	"context"
	"errors"
	"fmt"

	"github.com/yoriai/yoriai/shared/domain/id"
)

const (
	proven = 20 // each reads a room's whole log
	shown  = 20
)

// Prove fails if any room's sequences or events, or any person's own events, have a hole, a double, or another end than the
// row that counts them says; or if a room's ids do not rise with its sequences. What cannot be read of the one keeps it from
// nothing of the other.
func Prove(ctx context.Context, s ProofStore) (map[string]any, error) {
	var gaps []Gap
	var failed error
	for _, look := range []func(context.Context, id.ID, int) ([]Gap, id.ID, error){s.RoomGaps, s.UserGaps} {
		found, err := lookAtAll(ctx, look)
		gaps = append(gaps, found...)
		failed = errors.Join(failed, err)
	}
	if len(gaps) > 0 {
		failed = errors.Join(fmt.Errorf("%d logs are not dense: %v", len(gaps), gaps[:min(len(gaps), shown)]), failed)
	}
	return map[string]any{"gaps": len(gaps)}, failed
}

func lookAtAll(ctx context.Context, look func(context.Context, id.ID, int) ([]Gap, id.ID, error)) (gaps []Gap, err error) {
	var last id.ID
	for {
		found, next, err := look(ctx, last, proven)
		gaps = append(gaps, found...)
		if err != nil || next.IsZero() {
			return gaps, err
		}
		last = next
	}
}
