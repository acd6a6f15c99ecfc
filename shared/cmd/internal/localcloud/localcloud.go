// Package localcloud is what the commands of this folder speak to: the local cloud that .local/endpoints.json (or
// YORIAI_ENDPOINTS) tells of.
package localcloud

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
	"github.com/yoriai/yoriai/shared/adapter/postgres/pg"
	"github.com/yoriai/yoriai/shared/adapter/sqs"
	"github.com/yoriai/yoriai/shared/domain/outbox"
)

const prefix = "yoriai-local-"

// Cloud is its stores.
type Cloud struct {
	DB    *pgxpool.Pool
	Table dynamodb.Table
	aws   aws.Config
}

// Open finds the local cloud.
func Open(ctx context.Context) (Cloud, error) {
	path := os.Getenv("YORIAI_ENDPOINTS")
	if path == "" {
		path = ".local/endpoints.json"
	}
	text, err := os.ReadFile(path) //nolint:gosec // the operator's own file
	if err != nil {
		return Cloud{}, fmt.Errorf("is the local cloud up? %w", err)
	}
	var at struct {
		AWS      string `json:"aws"`
		Postgres string `json:"postgres"`
	}
	if err := json.Unmarshal(text, &at); err != nil {
		return Cloud{}, err
	}
	c, err := config.LoadDefaultConfig(ctx, config.WithRegion("us-east-1"), config.WithBaseEndpoint(at.AWS),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("test", "test", "")))
	if err != nil {
		return Cloud{}, err
	}
	pool, err := pg.Open(ctx, at.Postgres)
	if err != nil {
		return Cloud{}, err
	}
	table := dynamodb.Table{Client: sdkdynamodb.NewFromConfig(c), Name: prefix + "realtime", Now: time.Now}
	return Cloud{DB: pool, Table: table, aws: c}, nil
}

// Queues takes what a change owes to fan-out.
func (c Cloud) Queues(ctx context.Context) (*sqs.Queues, error) {
	client := sdksqs.NewFromConfig(c.aws)
	fanOut, err := client.GetQueueUrl(ctx, &sdksqs.GetQueueUrlInput{QueueName: aws.String(prefix + string(outbox.FanOut))})
	if err != nil {
		return nil, err
	}
	return sqs.New(client, map[outbox.Queue]string{outbox.FanOut: aws.ToString(fanOut.QueueUrl)}), nil
}
