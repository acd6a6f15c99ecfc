// Package schema builds the function that brings the database to the newest schema, which a deployment calls before new code.
package schema

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-sdk-go-v2/feature/rds/auth"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/migrations"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
)

// physicalID names what the custom resource stands for; there is one schema, and it is never replaced.
const physicalID = "schema"

// Start is the main of the function.
func Start(name string) {
	environment.Start(name, func(e *environment.Environment) (any, error) { return Migrate(e, os.Getenv("DATABASE_APP_ROLE")), nil })
}

// Migrate builds the function. CloudFormation calls it as a custom resource, people and the local cloud by an empty event.
// appRole is the role that the functions log in as, made if it is not there; empty: they log in as the owner.
func Migrate(e *environment.Environment, appRole string) func(ctx context.Context, event json.RawMessage) (any, error) {
	m := migrator{env: e.Config, aws: e.AWS, appRole: appRole, log: e.Config.Log()}
	return m.handle
}

type migrator struct {
	env     environment.Config
	aws     environment.AWS
	appRole string
	log     *slog.Logger
}

func (m migrator) handle(ctx context.Context, event json.RawMessage) (any, error) {
	var resource cfn.Event
	// An event that is no custom resource's is a plain call.
	if err := json.Unmarshal(event, &resource); err != nil || resource.ResponseURL == "" {
		return map[string]string{"status": "ok"}, m.up(ctx)
	}
	return cfn.LambdaWrap(func(ctx context.Context, e cfn.Event) (string, map[string]any, error) {
		if e.RequestType == cfn.RequestDelete { // the data outlives its stack
			return physicalID, nil, nil
		}
		return physicalID, nil, m.up(ctx)
	})(ctx, resource)
}

func (m migrator) up(ctx context.Context) error {
	began := time.Now()
	err := m.migrate(ctx)
	if err != nil {
		m.log.Error("migrate", slog.String("error", err.Error()), slog.Duration("took", time.Since(began)))
		return err
	}
	m.log.Info("migrate", slog.Duration("took", time.Since(began)))
	return nil
}

func (m migrator) migrate(ctx context.Context) error {
	config, err := pgx.ParseConfig(m.env.DatabaseURL)
	if err != nil {
		return fmt.Errorf("the database's address cannot be read")
	}
	if m.env.DatabaseIAM {
		address := fmt.Sprintf("%s:%d", config.Host, config.Port)
		if config.Password, err = auth.BuildAuthToken(ctx, address, m.aws.Config.Region, config.User, m.aws.Config.Credentials); err != nil {
			return fmt.Errorf("sign for the database: %w", err)
		}
	}
	config.RuntimeParams[migrations.StartingTokens] = strconv.FormatInt(m.env.UnprovedTokens, 10)
	if err := migrations.UpWith(ctx, config, m.appRole); err != nil {
		return err
	}
	return m.fill(ctx, config)
}

const (
	fillBatch = 1000
	// fillMargin is what stays of the function's time to answer; what is not filled by then, nights do.
	fillMargin = time.Minute
)

// fill makes rows that were there before a migration what the new code expects, in bounded steps.
func (m migrator) fill(ctx context.Context, config *pgx.ConnConfig) error {
	pool, err := postgres.Open(ctx, config.ConnString(), postgres.MaxConns(1), func(c *pgxpool.Config) { c.ConnConfig.Password = config.Password })
	if err != nil {
		return err
	}
	defer pool.Close()
	store := postgres.Maintenance{DB: pool}
	for {
		if end, bounded := ctx.Deadline(); bounded && time.Until(end) < fillMargin {
			m.log.Warn("not all messages can be found yet; nights go on")
			return nil
		}
		if looked, err := store.FillSearch(ctx, fillBatch); err != nil || looked < fillBatch {
			return err
		}
	}
}
