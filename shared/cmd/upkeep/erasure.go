package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/erasure"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
)

// keep places a legal hold, or lifts one.
func keep(ctx context.Context, c cloud, args []string) error {
	if len(args) < 3 || len(args) != map[string]int{"hold": 5, "release": 3}[args[0]] {
		return errors.New(usage)
	}
	holds, h := postgres.Holds{DB: c.DB}, erasure.Hold{Kind: erasure.SubjectKind(args[1])}
	var err error
	if h.Kind == erasure.HeldUser {
		err = c.DB.QueryRow(ctx, `SELECT id FROM users WHERE lower(username) = lower($1)`, args[2]).Scan(&h.Subject)
	} else {
		h.Subject, err = id.Parse(args[2])
	}
	if err != nil {
		return fmt.Errorf("there is no %s %s", args[1], args[2])
	}
	if args[0] == "release" {
		return holds.Lift(ctx, h.Subject)
	}
	h.Reason = args[4]
	if args[3] != "-" {
		if h.Until, err = time.Parse(time.DateOnly, args[3]); err != nil {
			return err
		}
	}
	return erasure.Place(ctx, holds, h, time.Now())
}

// erase does a night's erasure, now or as if it were another moment.
func erase(ctx context.Context, c cloud, args []string) (map[string]any, error) {
	now, err := time.Now(), error(nil)
	if len(args) > 0 {
		if now, err = time.Parse(time.RFC3339, args[0]); err != nil {
			return nil, err
		}
	}
	u, err := useCase(ctx, c)
	if err != nil {
		return nil, err
	}
	return maintenance.RunSteps(ctx, erasure.Erasure{Store: postgres.Erasure{DB: c.DB}, Runner: u.Runner}.Steps(now))
}
