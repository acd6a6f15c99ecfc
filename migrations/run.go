package migrations

import (
	"context"
	"database/sql"
	"fmt"
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

// Up brings the database at databaseURL to the newest schema and limits its transactions. Two at once wait for each other;
// doing it again changes nothing.
func Up(ctx context.Context, databaseURL string) error {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return fmt.Errorf("read the database's address: %w", err)
	}
	return UpWith(ctx, config)
}

// UpWith is Up for a connection whose password the caller made, as with IAM.
func UpWith(ctx context.Context, config *pgx.ConnConfig) error {
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
	return limitTransactions(ctx, db)
}

// limitTransactions sets the limit for the migrating role and, where the stage has one, for the functions' own role.
func limitTransactions(ctx context.Context, db *sql.DB) error {
	const statement = `
DO $$
DECLARE r text;
BEGIN
  FOR r IN SELECT rolname FROM pg_roles WHERE rolname IN (current_user, 'yoriai_app') LOOP
    EXECUTE format('ALTER ROLE %I IN DATABASE %I SET transaction_timeout = ''` + transactionTimeout + `''', r, current_database());
  END LOOP;
END $$`
	if _, err := db.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("limit transactions: %w", err)
	}
	return nil
}
