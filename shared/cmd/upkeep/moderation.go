package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/identity"
	"github.com/yoriai/yoriai/shared/usecase/payments"
)

func moderate(ctx context.Context, c cloud, args []string) error {
	people := postgres.Suspensions{Pool: c.DB}
	switch {
	case args[0] == "suspend" && len(args) == 3:
		i := identity.Identity{Denials: dynamodb.Denials{Table: c.Table}, Sockets: dynamodb.Connections{Table: c.Table}}
		if err := i.Suspend(ctx, people, args[1], args[2], time.Now()); err != nil {
			return err
		}
		return endPlans(ctx, c, args[1])
	case args[0] == "reinstate" && len(args) == 2:
		return people.Reinstate(ctx, args[1])
	case len(args) != 2:
		return errors.New(usage)
	}
	roomID, err := id.Parse(args[1])
	if err != nil {
		return fmt.Errorf("%s is no room id", args[1])
	}
	u, err := useCase(ctx, c)
	if err != nil {
		return err
	}
	return u.Freeze(ctx, roomID, args[0] == "freeze")
}

// endPlans cancels what somebody who is kept out would go on paying.
func endPlans(ctx context.Context, c cloud, username string) error {
	u, err := useCase(ctx, c)
	if err != nil {
		return err
	}
	person, err := u.Store.PersonNamed(ctx, username)
	if err != nil {
		return err
	}
	return payments.Worker{Runner: u.Runner, Projection: dynamodb.Payments{Table: c.Table}}.EndPlans(ctx, person)
}
