// Package bootstrap builds the functions that need PostgreSQL, each from its environment, and nothing else.
package bootstrap

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/postgres/pg"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
)

// Postgres opens the stage's database: one connection, made on first use, with IAM where the stage says so.
func Postgres(ctx context.Context, c environment.Config, a environment.AWS, options ...pg.Option) (*pgxpool.Pool, error) {
	if c.DatabaseIAM {
		options = append(options, pg.Password(func(ctx context.Context, host string, port uint16, role string) (string, error) {
			return IAMPassword(ctx, a.Config, host, port, role)
		}))
	}
	return pg.Open(ctx, c.DatabaseURL, options...)
}

// passwordLifetime is what RDS allows; only the moment of connecting counts.
const passwordLifetime = 15 * time.Minute

// IAMPassword is a presigned request that RDS takes for a password.
func IAMPassword(ctx context.Context, c aws.Config, host string, port uint16, role string) (string, error) {
	address := net.JoinHostPort(host, strconv.Itoa(int(port)))
	query := url.Values{"Action": {"connect"}, "DBUser": {role}, "X-Amz-Expires": {strconv.Itoa(int(passwordLifetime.Seconds()))}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+address+"/?"+query.Encode(), nil)
	if err != nil {
		return "", err
	}
	credentials, err := c.Credentials.Retrieve(ctx)
	if err != nil {
		return "", fmt.Errorf("credentials for the database: %w", err)
	}
	nothing := sha256.Sum256(nil)
	signed, _, err := v4.NewSigner().PresignHTTP(ctx, credentials, r, hex.EncodeToString(nothing[:]), "rds-db", c.Region, time.Now())
	if err != nil {
		return "", fmt.Errorf("sign for the database: %w", err)
	}
	return strings.TrimPrefix(signed, "https://"), nil
}
