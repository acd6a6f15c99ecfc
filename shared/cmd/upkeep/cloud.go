package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdkdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	sdksqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/sqs"
	"github.com/yoriai/yoriai/shared/domain/outbox"
)

const prefix = "yoriai-local-"

// cloud is the stores of the local cloud.
type cloud struct {
	DB    *pgxpool.Pool
	Table dynamodb.Table
	aws   aws.Config
}

// find finds the local cloud.
func find(ctx context.Context) (cloud, error) {
	path := os.Getenv("YORIAI_ENDPOINTS")
	if path == "" {
		path = ".local/endpoints.json"
	}
	text, err := os.ReadFile(path) //nolint:gosec // the operator's own file
	if err != nil {
		return cloud{}, fmt.Errorf("is the local cloud up? %w", err)
	}
	var at struct {
		AWS      string `json:"aws"`
		Postgres string `json:"postgres"`
	}
	if err := json.Unmarshal(text, &at); err != nil {
		return cloud{}, err
	}
	c, err := config.LoadDefaultConfig(ctx, config.WithRegion("us-east-1"), config.WithBaseEndpoint(at.AWS),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("test", "test", "")))
	if err != nil {
		return cloud{}, err
	}
	pool, err := postgres.Open(ctx, at.Postgres)
	if err != nil {
		return cloud{}, err
	}
	table := dynamodb.Table{Client: sdkdynamodb.NewFromConfig(c), Name: prefix + "realtime", Now: time.Now}
	return cloud{DB: pool, Table: table, aws: c}, nil
}

// queues takes what a change owes.
func (c cloud) queues(ctx context.Context) (*sqs.Queues, error) {
	client := sdksqs.NewFromConfig(c.aws)
	urls := map[outbox.Queue]string{}
	for _, queue := range []outbox.Queue{outbox.FanOut, outbox.StripeCommands} {
		found, err := client.GetQueueUrl(ctx, &sdksqs.GetQueueUrlInput{QueueName: aws.String(prefix + string(queue))})
		if err != nil {
			return nil, err
		}
		urls[queue] = aws.ToString(found.QueueUrl)
	}
	return sqs.New(client, urls), nil
}
