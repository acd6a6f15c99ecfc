package service

import (
	"context"
	"errors"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/usecase/erasure"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
)

// Night does one night's work.
func (s *Services) Night(ctx context.Context) (map[string]any, error) {
	return maintenance.Night{Store: postgres.Maintenance{DB: s.DB}, Sessions: s.Sessions, Activity: s.Activity,
		Retention: s.Retention(), Books: postgres.Books{DB: s.DB}, Erasure: erasure.Erasure{Store: postgres.Erasure{DB: s.DB}, Runner: s.Runner()}}.Run(ctx, time.Now())
}

// Prove looks for holes in the logs, and for books that do not add up.
func (s *Services) Prove(ctx context.Context) (map[string]any, error) {
	return maintenance.ProveAll(ctx, postgres.Proofs{DB: s.DB}, postgres.Books{DB: s.DB})
}

// Project makes the projection in DynamoDB anew.
func (s *Services) Project(ctx context.Context) (map[string]any, error) {
	done, err := maintenance.Project(ctx, postgres.Proofs{DB: s.DB}, s.memberships(), dynamodb.Heads{Table: s.Table})
	customers, customerErr := maintenance.ProjectCustomers(ctx, postgres.Payments{DB: s.DB}, dynamodb.Payments{Table: s.Table})
	done["customers"] = customers
	return done, errors.Join(err, customerErr)
}
