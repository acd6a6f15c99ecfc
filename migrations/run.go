package migrations

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// wakeTimeout is how long a sleeping Aurora may take to answer a migration.
const wakeTimeout = 90 * time.Second

// transactionTimeout is the longest that any transaction of the application may take: the sweeper's proof that no committed
// row is left behind counts on it (docs/architecture.md).
const transactionTimeout = "30s"

// StartingTokens is the parameter of a connection by which the migration that makes accounts learns what present people get.
const StartingTokens = "yoriai.starting_tokens"

// Up brings the database at databaseURL to the newest schema and limits its transactions. Two at once wait for each other;
// doing it again changes nothing.
func Up(ctx context.Context, databaseURL string) error {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return fmt.Errorf("read the database's address: %w", err)
	}
	return UpWith(ctx, config, "")
}

// UpWith is Up for a connection whose password the caller made, as with IAM. If the functions log in as a role of their
// own, it makes that role: it reads and writes rows, and owns nothing.
func UpWith(ctx context.Context, config *pgx.ConnConfig, appRole string) error {
	config.ConnectTimeout = wakeTimeout
	// The limit is for the application; an index over millions of rows takes longer.
	config.RuntimeParams["transaction_timeout"] = "0"
	db := stdlib.OpenDB(*config)
	defer db.Close()
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, Files, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return setRoles(ctx, db, appRole)
}

// rolesLock is the advisory lock of who changes roles: the migrations' own is given back before.
const rolesLock = "yoriai:roles"

// setRoles brings the roles to what the schema expects, all of it or nothing. Two at once wait for each other: Postgres
// refuses who changes a role that another is changing.
func setRoles(ctx context.Context, db *sql.DB, appRole string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("set the roles: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, rolesLock); err != nil {
		return fmt.Errorf("wait to set the roles: %w", err)
	}
	if appRole != "" {
		if err := admit(ctx, tx, appRole); err != nil {
			return err
		}
	}
	if err := limitTransactions(ctx, tx, appRole); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("set the roles: %w", err)
	}
	return nil
}

// admit makes the functions' role and gives it the rows of every table, those to come included. On AWS it logs in by IAM.
func admit(ctx context.Context, tx *sql.Tx, role string) error {
	name := pgx.Identifier{role}.Sanitize()
	literal := "'" + strings.ReplaceAll(role, "'", "''") + "'"
	for _, statement := range []string{
		`DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ` + literal + `) THEN CREATE ROLE ` + name + ` LOGIN; END IF; END $$`,
		`DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_iam') THEN GRANT rds_iam TO ` + name + `; END IF; END $$`,
		`GRANT USAGE ON SCHEMA public TO ` + name,
		`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ` + name,
		`GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO ` + name,
		// The books and the audit log are written once.
		`REVOKE UPDATE, DELETE, TRUNCATE ON token_transactions, audit_log FROM ` + name,
		`ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ` + name,
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("admit the role %s: %w", role, err)
		}
	}
	return nil
}

// limitTransactions sets the limit for the migrating role and, where the stage has one, for the functions' own role.
func limitTransactions(ctx context.Context, tx *sql.Tx, appRole string) error {
	const statement = `SELECT format('ALTER ROLE %I IN DATABASE %I SET transaction_timeout = %L', r.rolname, current_database(), $1::text)
		FROM pg_roles r WHERE r.rolname IN (current_user, $2)`
	rows, err := tx.QueryContext(ctx, statement, transactionTimeout, appRole)
	if err != nil {
		return fmt.Errorf("limit transactions: %w", err)
	}
	defer rows.Close()
	var limits []string
	for rows.Next() {
		var limit string
		if err := rows.Scan(&limit); err != nil {
			return err
		}
		limits = append(limits, limit)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	_ = rows.Close() // the transaction has one connection
	for _, limit := range limits {
		if _, err := tx.ExecContext(ctx, limit); err != nil {
			return fmt.Errorf("limit transactions: %w", err)
		}
	}
	return nil
}
