package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/audit"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/ledger"
	"github.com/yoriai/yoriai/shared/domain/user"
)

// Accounts is user.Accounts on PostgreSQL. Start is what whoever registers gets.
type Accounts struct {
	Pool  *pgxpool.Pool
	Start ledger.Start
}

var _ user.Accounts = Accounts{}

const userColumns = `u.id, u.username, u.email, u.display_name, u.locale, u.is_admin, u.suspended_at IS NOT NULL, u.ai_may_read, u.created_at, u.deleted_at`

func userTargets(u *user.User) []any {
	return []any{&u.ID, &u.Username, &u.Email, &u.DisplayName, &u.Locale, &u.IsAdmin, &u.Suspended, &u.AIMayRead, moment{&u.CreatedAt}, moment{&u.DeletedAt}}
}

// Register implements user.Accounts.
func (a Accounts) Register(ctx context.Context, u user.User, passwordHash string) error {
	taken := &fault.Error{Code: fault.AlreadyExists, Detail: "This username is taken.", Fields: []fault.Field{{Name: "username", Message: "is taken"}}}
	err := InTx(ctx, a.Pool, func(tx Tx) error {
		hash := user.NameHash(u.Username)
		var reserved bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM reserved_usernames WHERE hash = $1 AND until > clock_timestamp())`, hash[:]).Scan(&reserved); err != nil {
			return err
		}
		if reserved {
			return taken
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO users (id, username, email, password_hash, display_name, locale, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			u.ID, u.Username, u.Email, passwordHash, u.DisplayName, string(u.Locale), u.CreatedAt); err != nil {
			return err
		}
		return a.start(ctx, tx, u.ID)
	})
	if Violated(err) == "users_username_key" {
		return taken
	}
	return Translate(err)
}

// start gives a new account its free tokens. The account itself comes with its person.
func (a Accounts) start(ctx context.Context, tx Tx, account id.ID) error {
	var now time.Time
	var today int64
	// One after the other where the day's free tokens are bounded, or all that come at once would see the same rest.
	if a.Start.PerDay > 0 {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('free tokens'))`); err != nil {
			return err
		}
	}
	if err := tx.QueryRow(ctx, `SELECT clock_timestamp(), coalesce((SELECT sum(amount)::bigint FROM token_transactions
		WHERE kind = 'grant' AND reason = $1 AND id >= id_floor(date_trunc('day', clock_timestamp(), 'UTC'))), 0)`, ledger.StartReason).Scan(&now, &today); err != nil {
		return err
	}
	grant, any := a.Start.Grant(account, today)
	if !any {
		return nil
	}
	book := ledger.Open(ledger.Account{ID: account}, now)
	if err := book.Grant(grant); err != nil {
		return err
	}
	b := &pgx.Batch{}
	queueBook(b, book)
	return tx.SendBatch(ctx, b).Close()
}

// meant is whom a login may mean: one with an @ is an e-mail address, which no username holds.
func meant(login string) string {
	const there = ` AND u.erased_at IS NULL AND (u.deleted_at IS NULL OR u.erase_after > clock_timestamp())`
	if strings.Contains(login, "@") {
		return `lower(u.email) = lower($1)` + there
	}
	return `lower(u.username) = lower($1)` + there
}

// Restore implements user.Accounts.
func (a Accounts) Restore(ctx context.Context, person id.ID, now time.Time) (bool, error) {
	restored := false
	err := InTx(ctx, a.Pool, func(tx Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE users SET deleted_at = NULL, erase_after = NULL, erase_messages = false
			WHERE id = $1 AND deleted_at IS NOT NULL AND erase_after > $2 AND erased_at IS NULL`, person, now)
		if restored = tag.RowsAffected() > 0; err != nil || !restored {
			return err
		}
		return record(ctx, tx, audit.Entry{Act: audit.AccountRestored, Actor: person, Subject: person})
	})
	return restored, err
}

// nobody says that PostgreSQL can store no such login.
func nobody(login string) bool { return strings.ContainsRune(login, 0) }

// Recipes implements user.Accounts. However many claim an address, the database sends one hash for each recipe.
func (a Accounts) Recipes(ctx context.Context, login string, limit int) ([]string, error) {
	if nobody(login) {
		return nil, nil
	}
	rows, err := a.Pool.Query(ctx, `
		SELECT min(u.password_hash) FROM users u WHERE `+meant(login)+` AND u.password_hash IS NOT NULL
		GROUP BY regexp_replace(u.password_hash, '[^$]*$', '')
		ORDER BY min(u.email_verified_at) NULLS LAST, min(u.created_at)
		LIMIT $2`, login, limit)
	if err != nil {
		return nil, Translate(err)
	}
	recipes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return recipes, Translate(err)
}

// Opened implements user.Accounts.
func (a Accounts) Opened(ctx context.Context, login string, hashes []string) (u user.User, found bool, err error) {
	if nobody(login) {
		return u, false, nil
	}
	found, err = Found(a.Pool.QueryRow(ctx, `
		SELECT `+userColumns+` FROM users u WHERE `+meant(login)+` AND u.password_hash = ANY($2::text[])
		ORDER BY u.deleted_at IS NOT NULL, u.email_verified_at NULLS LAST, u.id
		LIMIT 1`, login, hashes).Scan(userTargets(&u)...))
	return u, found, err
}

// ByID implements user.Accounts.
func (a Accounts) ByID(ctx context.Context, person id.ID) (user.User, error) {
	var u user.User
	found, err := Found(a.Pool.QueryRow(ctx, `SELECT `+userColumns+` FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL`, person).
		Scan(userTargets(&u)...))
	if err != nil {
		return user.User{}, err
	}
	if !found {
		return user.User{}, fault.New(fault.NotFound, "There is no such person.")
	}
	return u, nil
}
