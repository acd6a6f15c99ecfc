package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// connectTimeout leaves time to answer 503 before API Gateway gives up at 30 s.
const connectTimeout = 20 * time.Second

// pingAfter is the rest after which a connection is tried before it is used: Lambda freezes environments without closing
// their sockets, and a sleeping Aurora closes them.
const pingAfter = time.Second

// DB is what both a pool and a transaction can do.
type DB interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Option changes how a pool is opened.
type Option func(*pgxpool.Config)

// MaxConns is how many connections one environment may hold; one unless told.
func MaxConns(n int32) Option { return func(c *pgxpool.Config) { c.MaxConns = n } }

// ConnectTimeout is how long a waking database may take; 20 s unless told.
func ConnectTimeout(d time.Duration) Option {
	return func(c *pgxpool.Config) { c.ConnConfig.ConnectTimeout = d }
}

// Password makes a fresh password for each new connection, as IAM needs.
func Password(make func(ctx context.Context, host string, port uint16, role string) (string, error)) Option {
	return func(c *pgxpool.Config) {
		c.BeforeConnect = func(ctx context.Context, conn *pgx.ConnConfig) error {
			password, err := make(ctx, conn.Host, conn.Port, conn.User)
			if err != nil {
				return fmt.Errorf("make a database password: %w", err)
			}
			conn.Password = password
			return nil
		}
	}
}

// ThroughProxy gives statements no names.
func ThroughProxy() Option {
	return func(c *pgxpool.Config) {
		c.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
		c.ConnConfig.StatementCacheCapacity = 0
	}
}

// statements is more than any function has; an environment's connection keeps their plans.
const statements = 64

// Open makes a pool. It does not connect.
func Open(ctx context.Context, url string, options ...Option) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The parser's error may quote the address with its password.
		return nil, fmt.Errorf("the database's address cannot be read")
	}
	config.MaxConns, config.MinConns = 1, 0
	config.ConnConfig.ConnectTimeout = connectTimeout
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	config.ConnConfig.StatementCacheCapacity = statements
	config.ConnConfig.DescriptionCacheCapacity = 0
	config.ShouldPing = func(_ context.Context, p pgxpool.ShouldPingParams) bool { return p.IdleDuration > pingAfter }
	for _, option := range options {
		option(config)
	}
	return pgxpool.NewWithConfig(ctx, config)
}

// IDs gives ids as an array parameter: write `$1::uuid[]`.
func IDs(ids []id.ID) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, v := range ids {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(v.String())
	}
	b.WriteByte('}')
	return b.String()
}
