package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

func membership(ctx context.Context, c cloud, args []string) error {
	if len(args) < 3 {
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
	switch {
	case args[0] == "join" && len(args) == 4:
		_, err = u.Join(ctx, roomID, args[2], room.Role(args[3]))
	case args[0] == "remove" && len(args) == 3:
		var person id.ID
		if person, err = u.Store.PersonNamed(ctx, args[2]); err == nil {
			err = u.Remove(ctx, roomID, person, person)
		}
	default:
		err = errors.New(usage)
	}
	return err
}

func useCase(ctx context.Context, c cloud) (rooms.Rooms, error) {
	queues, err := c.queues(ctx)
	if err != nil {
		return rooms.Rooms{}, err
	}
	relay := transact.Relay{Queues: queues, Store: postgres.Outbox{DB: c.DB}, Activity: dynamodb.NewActivity(c.Table)}
	return rooms.Rooms{Store: postgres.Rooms{DB: c.DB}, Runner: transact.Runner{Store: postgres.Changes{DB: c.DB}, Relay: relay},
		Memberships: dynamodb.Memberships{Table: c.Table}, Hint: redis.NewStopHint(nil)}, nil
}
