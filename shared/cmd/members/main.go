// members puts people into rooms of the local cloud and takes them out, through the use case that invitations will call:
//
//	members join   <roomId> <username> <role>
//	members remove <roomId> <username>
//
// It finds the local cloud by .local/endpoints.json (or YORIAI_ENDPOINTS).
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdkdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	sdksqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pg"
	"github.com/yoriai/yoriai/shared/adapter/sqs"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/handover"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

const usage = "usage: members join <roomId> <username> <role> | members remove <roomId> <username>"

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type endpoints struct {
	AWS      string `json:"aws"`
	Postgres string `json:"postgres"`
}

func run(ctx context.Context, args []string) error {
	if len(args) < 3 {
		return errors.New(usage)
	}
	roomID, err := id.Parse(args[1])
	if err != nil {
		return fmt.Errorf("%s is no room id", args[1])
	}
	u, store, err := useCase(ctx)
	if err != nil {
		return err
	}
	switch {
	case args[0] == "join" && len(args) == 4:
		_, err = u.Join(ctx, roomID, args[2], room.Role(args[3]))
	case args[0] == "remove" && len(args) == 3:
		var person id.ID
		if person, err = store.PersonNamed(ctx, args[2]); err == nil {
			err = u.Remove(ctx, roomID, person, person)
		}
	default:
		err = errors.New(usage)
	}
	return err
}

func useCase(ctx context.Context) (rooms.Rooms, *postgres.Store, error) {
	path := os.Getenv("YORIAI_ENDPOINTS")
	if path == "" {
		path = ".local/endpoints.json"
	}
	text, err := os.ReadFile(path) //nolint:gosec // the operator's own file
	if err != nil {
		return rooms.Rooms{}, nil, fmt.Errorf("is the local cloud up? %w", err)
	}
	var at endpoints
	if err := json.Unmarshal(text, &at); err != nil {
		return rooms.Rooms{}, nil, err
	}
	c, err := config.LoadDefaultConfig(ctx, config.WithRegion("us-east-1"), config.WithBaseEndpoint(at.AWS),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("test", "test", "")))
	if err != nil {
		return rooms.Rooms{}, nil, err
	}
	pool, err := pg.Open(ctx, at.Postgres)
	if err != nil {
		return rooms.Rooms{}, nil, err
	}
	queues := sdksqs.NewFromConfig(c)
	fanOut, err := queues.GetQueueUrl(ctx, &sdksqs.GetQueueUrlInput{QueueName: aws.String("yoriai-local-fan-out")})
	if err != nil {
		return rooms.Rooms{}, nil, err
	}
	table := dynamodb.Table{Client: sdkdynamodb.NewFromConfig(c), Name: "yoriai-local-realtime", Now: time.Now}
	store := postgres.New(pool, postgres.AllowAll{})
	return rooms.Rooms{Store: store, Memberships: dynamodb.Memberships{Table: table}, StopHint: func(context.Context, []ai.Attempt) {},
		HandOver: handover.HandOver{Store: store, Activity: dynamodb.NewActivity(table),
			Queues: sqs.New(queues, map[outbox.Queue]string{outbox.FanOut: aws.ToString(fanOut.QueueUrl)})}}, store, nil
}
