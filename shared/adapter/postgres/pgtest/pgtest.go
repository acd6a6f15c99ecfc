// Package pgtest gives each test its own PostgreSQL database at the newest schema.
package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/migrations"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// Variable names the database server that tests may fill.
const Variable = "TEST_DATABASE_URL"

// connections is what a test's pool may hold: enough for eight at once.
const connections = 10

// New is a pool on a database of this test alone, dropped at its end.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Open(t.Context(), URL(t), postgres.MaxConns(connections))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// URL is the address of a database of this test alone, dropped at its end.
func URL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(Variable)
	if server == "" {
		t.Fatalf("%s is not set: run `go run ./localstack/cmd/yoriai-testbed go test ./shared/...`", Variable)
	}
	template, err := prepare(server)
	if err != nil {
		t.Fatalf("prepare the template database: %v", err)
	}
	name := "test_" + compact(id.New())
	// A template admits no other session; copies of one template wait for each other.
	if err := onServer(server, func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, fmt.Sprintf(`CREATE DATABASE %s TEMPLATE %s STRATEGY file_copy`, name, template))
		return err
	}); err != nil {
		t.Fatalf("create %s: %v", name, err)
	}
	t.Cleanup(func() {
		if err := onServer(server, func(ctx context.Context, c *pgx.Conn) error {
			_, err := c.Exec(ctx, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`)
			return err
		}); err != nil {
			t.Errorf("drop %s: %v", name, err)
		}
	})
	return at(server, name)
}

var (
	once      sync.Once
	prepared  string
	prepareBy error
)

// prepare migrates one template database for each state of the migrations, whichever test process comes first.
func prepare(server string) (string, error) {
	once.Do(func() { prepared, prepareBy = migrateTemplate(server) })
	return prepared, prepareBy
}

func migrateTemplate(server string) (string, error) {
	fingerprint, err := migrations.Fingerprint()
	if err != nil {
		return "", err
	}
	name, building := "template_"+fingerprint, "building_"+fingerprint
	return name, onServer(server, func(ctx context.Context, c *pgx.Conn) error {
		if _, err := c.Exec(ctx, `SELECT pg_advisory_lock(hashtext('yoriai test template'))`); err != nil {
			return err
		}
		var there bool
		if err := c.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&there); err != nil || there {
			return err
		}
		for _, statement := range []string{`DROP DATABASE IF EXISTS ` + building + ` WITH (FORCE)`, `CREATE DATABASE ` + building} {
			if _, err := c.Exec(ctx, statement); err != nil {
				return err
			}
		}
		if err := migrations.Up(ctx, at(server, building)); err != nil {
			return err
		}
		// Only a whole template gets the name that others look for.
		_, err := c.Exec(ctx, fmt.Sprintf(`ALTER DATABASE %s RENAME TO %s`, building, name))
		return err
	})
}

func onServer(server string, do func(ctx context.Context, c *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	config, err := pgx.ParseConfig(server)
	if err != nil {
		return err
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	config.RuntimeParams["transaction_timeout"] = "0"
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	return do(ctx, c)
}

func at(server, database string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + database
	return u.String()
}

func compact(v id.ID) string { return fmt.Sprintf("%x", v[:]) }
