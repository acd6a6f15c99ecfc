// Package database opens PostgreSQL for a function: a password locally, an IAM token on AWS.
package database

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/rds/auth"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/postgres/pg"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
)

// Open makes a pool that connects on first use.
func Open(ctx context.Context, c environment.Config, a aws.Config, options ...pg.Option) (*pgxpool.Pool, error) {
	if c.DatabaseIAM {
		options = append(options, pg.Password(func(ctx context.Context, host string, port uint16, role string) (string, error) {
			return auth.BuildAuthToken(ctx, fmt.Sprintf("%s:%d", host, port), a.Region, role, a.Credentials)
		}))
	}
	if c.DatabaseProxy {
		options = append(options, pg.ThroughProxy())
	}
	return pg.Open(ctx, c.DatabaseURL, options...)
}
