package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/audit"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/erasure"
)

// Holds is erasure.HoldStore. Statements ask the functions user_held and room_held themselves.
type Holds struct{ DB *pgxpool.Pool }

var _ erasure.HoldStore = Holds{}

// Put implements erasure.HoldStore.
func (s Holds) Put(ctx context.Context, h erasure.Hold) error {
	table := map[erasure.SubjectKind]string{erasure.HeldUser: "users", erasure.HeldRoom: "rooms"}[h.Kind]
	return s.change(ctx, audit.Entry{Act: audit.HoldPlaced, Subject: h.Subject}, "There is no such "+string(h.Kind)+".", `INSERT INTO legal_holds (subject, kind, until, reason) SELECT id, $2, $3, $4 FROM `+table+` WHERE id = $1
		ON CONFLICT (subject) DO UPDATE SET until = EXCLUDED.until, reason = EXCLUDED.reason`, h.Subject, string(h.Kind), orNull(h.Until), h.Reason)
}

// Lift implements erasure.HoldStore.
func (s Holds) Lift(ctx context.Context, subject id.ID) error {
	return s.change(ctx, audit.Entry{Act: audit.HoldLifted, Subject: subject}, "Nothing holds this.", `DELETE FROM legal_holds WHERE subject = $1`, subject)
}

// change writes a hold and what the audit log says of it.
func (s Holds) change(ctx context.Context, e audit.Entry, missing, sql string, args ...any) error {
	return InTx(ctx, s.DB, func(tx Tx) error {
		tag, err := tx.Exec(ctx, sql, args...)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.NotFound, missing)
		}
		return record(ctx, tx, e)
	})
}

// Held implements erasure.HoldStore.
func (s Holds) Held(ctx context.Context, kind erasure.SubjectKind, subject id.ID, at time.Time) (held bool, err error) {
	sql := `SELECT user_held($1, $2)`
	if kind == erasure.HeldRoom {
		sql = `SELECT room_held($1, $2)`
	}
	err = s.DB.QueryRow(ctx, sql, subject, at).Scan(&held)
	return held, Translate(err)
}
