package postgres

import (
	"context"
	"log/slog"

	"github.com/jackc/pgx/v5"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// Meter holds, settles and releases tokens inside the transaction of the change that they pay for.
type Meter interface {
	// Hold reserves the terms' hold on the payer's balance; insufficient_balance if less than 256 tokens of reply are
	// affordable. It may lower the reply cap to what is.
	Hold(ctx context.Context, b *pgx.Batch, payer id.ID, a ai.Attempt, t ai.Terms) (ai.Terms, error)
	// Settle charges an attempt (0 releases the hold) to the hold's payer.
	Settle(ctx context.Context, b *pgx.Batch, g ai.Generation, charged int64)
}

// AllowAll is the meter until the ledger exists: it lets everybody ask; what was used stands in the generation.
type AllowAll struct{}

// Hold lets everything pass.
func (AllowAll) Hold(_ context.Context, _ *pgx.Batch, _ id.ID, _ ai.Attempt, t ai.Terms) (ai.Terms, error) {
	return t, nil
}

// Settle has nothing to move.
func (AllowAll) Settle(context.Context, *pgx.Batch, ai.Generation, int64) {}

// price is what an ended attempt costs and used; an excess over the hold is the house's and must be seen.
func price(ctx context.Context, g ai.Generation, o ai.Outcome) (ai.Usage, int64) {
	usage := ai.UsageOf(g, o)
	stopped := o.Status == "cancelled"
	charged, excess := ai.Charge(g.Terms, !g.ProviderCalledAt.IsZero(), stopped, o.Text != "" || o.Status == "completed", usage)
	if excess > 0 {
		slog.WarnContext(ctx, "charge exceeds its hold", "message_id", g.MessageID, "attempt", g.Number, "excess_tokens", excess)
	}
	return usage, charged
}
