// Package identity stores people and their sessions in PostgreSQL.
package identity

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/postgres/pg"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/user"
)

// Accounts is user.Accounts on PostgreSQL.
type Accounts struct{ Pool *pgxpool.Pool }

var _ user.Accounts = Accounts{}

const userColumns = `u.id, u.username, u.email, u.display_name, u.locale, u.is_admin, u.created_at`

func userTargets(u *user.User) []any {
	return []any{&u.ID, &u.Username, &u.Email, &u.DisplayName, &u.Locale, &u.IsAdmin, &u.CreatedAt}
}

// Register implements user.Accounts.
func (a Accounts) Register(ctx context.Context, u user.User, passwordHash string) error {
	_, err := a.Pool.Exec(ctx, `
		INSERT INTO users (id, username, email, password_hash, display_name, locale, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		u.ID, u.Username, u.Email, passwordHash, u.DisplayName, string(u.Locale), u.CreatedAt)
	if pg.Violated(err) == "users_username_key" {
		return &fault.Error{Code: fault.AlreadyExists, Detail: "This username is taken.", Fields: []fault.Field{{Name: "username", Message: "is taken"}}}
	}
	return pg.Translate(err)
}

// ByLogin implements user.Accounts: a login with an @ is an e-mail address, which no username holds. The oldest come first.
func (a Accounts) ByLogin(ctx context.Context, login string) ([]user.Account, error) {
	if strings.ContainsRune(login, 0) { // PostgreSQL stores none, so nobody is called that
		return nil, nil
	}
	column := "username"
	if strings.Contains(login, "@") {
		column = "email"
	}
	// Who proved the address comes before who merely claims it.
	rows, err := a.Pool.Query(ctx, `
		SELECT `+userColumns+`, coalesce(u.password_hash, '')
		FROM users u WHERE lower(u.`+column+`) = lower($1) AND u.deleted_at IS NULL
		ORDER BY u.email_verified_at NULLS LAST, u.id
		LIMIT 1000`, login)
	if err != nil {
		return nil, pg.Translate(err)
	}
	accounts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (user.Account, error) {
		var account user.Account
		err := row.Scan(append(userTargets(&account.User), &account.PasswordHash)...)
		account.CreatedAt = account.CreatedAt.UTC()
		return account, err
	})
	return accounts, pg.Translate(err)
}

// ByID implements user.Accounts.
func (a Accounts) ByID(ctx context.Context, person id.ID) (user.User, error) {
	var u user.User
	found, err := pg.Found(a.Pool.QueryRow(ctx, `SELECT `+userColumns+` FROM users u WHERE u.id = $1 AND u.deleted_at IS NULL`, person).
		Scan(userTargets(&u)...))
	if err != nil {
		return user.User{}, err
	}
	if !found {
		return user.User{}, fault.New(fault.NotFound, "There is no such person.")
	}
	u.CreatedAt = u.CreatedAt.UTC()
	return u, nil
}
