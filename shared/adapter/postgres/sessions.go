package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/audit"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/user"
)

// Sessions is user.Sessions on PostgreSQL.
type Sessions struct{ Pool *pgxpool.Pool }

var _ user.Sessions = Sessions{}

// Open implements user.Sessions.
func (s Sessions) Open(ctx context.Context, session user.Session, hash user.TokenHash) error {
	tag, err := s.Pool.Exec(ctx, `
		WITH opened AS (
			INSERT INTO sessions (id, user_id, created_at, expires_at)
			SELECT $1, id, $3, $4 FROM (SELECT id FROM users WHERE id = $2 AND suspended_at IS NULL FOR SHARE) u RETURNING id, user_id
		), audited AS (
			INSERT INTO audit_log (id, act, actor_id, subject_id, address) SELECT $7, $8, user_id, id, $9 FROM opened
		)
		INSERT INTO refresh_tokens (id, session_id, hash, depth, created_at, expires_at)
		SELECT $5, id, $6, 0, $3, $4 FROM opened`,
		session.ID, session.UserID, session.CreatedAt, session.ExpiresAt, id.New(), hash[:], id.New(), string(audit.SessionOpened), audit.AddressOf(ctx))
	if err == nil && tag.RowsAffected() == 0 {
		return ended()
	}
	return Translate(err)
}

// Rotate implements user.Sessions.
func (s Sessions) Rotate(ctx context.Context, hash, next user.TokenHash, now time.Time) (user.Rotation, error) {
	var r user.Rotation
	err := InTx(ctx, s.Pool, func(tx Tx) error {
		var err error
		if r.Session, r.User, err = lockFamily(ctx, tx, hash, now); err != nil {
			return err
		}
		presented, family, err := readFamily(ctx, tx, r.Session.ID, hash)
		if err != nil {
			return err
		}
		r.Decision = user.Decide(r.Session, presented, family, now)
		return carryOut(ctx, tx, r, presented, next, now)
	})
	return r, err
}

// lockFamily locks the session that a token belongs to: of two tabs one rotates first.
func lockFamily(ctx context.Context, tx Tx, hash user.TokenHash, now time.Time) (user.Session, user.User, error) {
	var session user.Session
	var person user.User
	var revoked *time.Time
	found, err := Found(tx.QueryRow(ctx, `
		SELECT s.id, s.user_id, s.created_at, s.expires_at, s.revoked_at, `+userColumns+`
		FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id JOIN users u ON u.id = s.user_id
		WHERE t.hash = $1 AND s.expires_at > $2 AND`+active+`
		FOR UPDATE OF s`, hash[:], now).
		Scan(append([]any{&session.ID, &session.UserID, &session.CreatedAt, &session.ExpiresAt, &revoked}, userTargets(&person)...)...))
	session.RevokedAt = orZero(revoked)
	if err == nil && !found {
		err = ended()
	}
	return session, person, err
}

// readFamily reads what Decide asks for: the token itself, what is unspent, and what later in the chain was used. A session
// of a month has thousands of spent ones.
func readFamily(ctx context.Context, tx Tx, session id.ID, hash user.TokenHash) (presented user.RefreshToken, family []user.RefreshToken, err error) {
	rows, err := tx.Query(ctx, `
		SELECT t.id, t.parent_id, t.depth, t.expires_at, t.used_at, t.revoked_at, t.hash = $2
		FROM refresh_tokens t
		WHERE t.session_id = $1 AND (t.hash = $2 OR t.used_at IS NULL AND t.revoked_at IS NULL
		   OR t.depth > (SELECT p.depth FROM refresh_tokens p WHERE p.hash = $2) AND t.used_at IS NOT NULL)`, session, hash[:])
	if err != nil {
		return presented, nil, err
	}
	family, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (user.RefreshToken, error) {
		var t user.RefreshToken
		var used, revoked *time.Time
		var isIt bool
		if err := row.Scan(&t.ID, &t.ParentID, &t.Depth, &t.ExpiresAt, &used, &revoked, &isIt); err != nil {
			return t, err
		}
		t.UsedAt, t.RevokedAt = orZero(used), orZero(revoked)
		if isIt {
			presented = t
		}
		return t, nil
	})
	return presented, family, err
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func carryOut(ctx context.Context, tx Tx, r user.Rotation, presented user.RefreshToken, next user.TokenHash, now time.Time) error {
	switch r.Decision.Outcome {
	case user.Refuse:
		return nil
	case user.RevokeFamily:
		return revoke(ctx, tx, r.Session.ID, now, audit.SessionRevoked)
	case user.Rotate, user.GiveSibling:
	}
	if len(r.Decision.Revoke) > 0 {
		if _, err := tx.Exec(ctx, `UPDATE refresh_tokens SET revoked_at = $2 WHERE id = ANY($1::uuid[])`, IDs(r.Decision.Revoke), now); err != nil {
			return err
		}
	}
	if r.Decision.Outcome == user.Rotate {
		if _, err := tx.Exec(ctx, `UPDATE refresh_tokens SET used_at = $2 WHERE id = $1`, presented.ID, now); err != nil {
			return err
		}
	}
	expires := now.Add(user.RefreshLifetime)
	if _, err := tx.Exec(ctx, `
		INSERT INTO refresh_tokens (id, session_id, parent_id, hash, depth, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id.New(), r.Session.ID, presented.ID, next[:], presented.Depth+1, now, expires); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE sessions SET expires_at = $2 WHERE id = $1`, r.Session.ID, expires)
	return err
}

// ByToken implements user.Sessions.
func (s Sessions) ByToken(ctx context.Context, hash user.TokenHash) (user.Session, error) {
	var session user.Session
	found, err := Found(s.Pool.QueryRow(ctx, `
		SELECT s.id, s.user_id, s.created_at, s.expires_at
		FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.hash = $1`, hash[:]).
		Scan(&session.ID, &session.UserID, &session.CreatedAt, &session.ExpiresAt))
	if err == nil && !found {
		err = ended()
	}
	return session, err
}

// Revoke implements user.Sessions.
func (s Sessions) Revoke(ctx context.Context, session id.ID, now time.Time) error {
	return Translate(revoke(ctx, s.Pool, session, now, audit.SessionEnded))
}

// revoke ends a session once. Who ended it is not known for certain where somebody else holds its chain.
func revoke(ctx context.Context, db DB, session id.ID, now time.Time, act audit.Act) error {
	_, err := db.Exec(ctx, `
		WITH ended AS (UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id, user_id)
		INSERT INTO audit_log (id, act, actor_id, subject_id, address)
		SELECT $3, $4, CASE WHEN $4 = $6 THEN user_id END, id, $5 FROM ended`, session, now, id.New(), string(act), audit.AddressOf(ctx), string(audit.SessionEnded))
	return err
}

// Alive implements user.Sessions.
func (s Sessions) Alive(ctx context.Context, person, session id.ID) (bool, error) {
	var alive bool
	err := s.Pool.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM sessions s JOIN users u ON u.id = s.user_id
			WHERE s.id = $1 AND s.user_id = $2 AND s.revoked_at IS NULL AND s.expires_at > now() AND`+active+`
		)`, session, person).Scan(&alive)
	return alive, Translate(err)
}

func ended() error { return fault.New(fault.Unauthenticated, "This session has ended. Sign in again.") }

// Purge deletes up to limit sessions and as many tokens that expired before a moment, and says how many rows it took.
func (s Sessions) Purge(ctx context.Context, before time.Time, limit int) (int64, error) {
	var taken int64
	for _, statement := range []string{
		`DELETE FROM refresh_tokens WHERE id IN (SELECT id FROM refresh_tokens WHERE expires_at < $1 LIMIT $2)`,
		`DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < $1 LIMIT $2)`,
	} {
		tag, err := s.Pool.Exec(ctx, statement, before, limit)
		if err != nil {
			return taken, Translate(err)
		}
		taken += tag.RowsAffected()
	}
	return taken, nil
}
