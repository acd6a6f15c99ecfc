// Package dynamotest gives each test its own table `realtime`.
package dynamotest

import (
	"context"
	"errors"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// Variable names the cloud that tests may fill.
const Variable = "TEST_AWS_ENDPOINT"

// Config is the configuration of an AWS client for tests.
func Config(t testing.TB) aws.Config {
	t.Helper()
	endpoint := os.Getenv(Variable)
	if endpoint == "" {
		t.Fatalf("%s is not set: run `go run ./localstack/cmd/yoriai-testbed go test ./shared/...`", Variable)
	}
	c, err := config.LoadDefaultConfig(t.Context(), config.WithRegion("us-east-1"), config.WithBaseEndpoint(endpoint),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("test", "test", "")))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// New is a table of this test alone, deleted at its end.
func New(t testing.TB) dynamodb.Table { return At(t, time.Now) }

// At is New with a clock.
func At(t testing.TB, now func() time.Time) dynamodb.Table {
	t.Helper()
	client := sdk.NewFromConfig(Config(t))
	name := "realtime-" + id.New().String()
	// The name is this test's alone: a table that is there already is ours, made by a call whose answer was lost and which
	// the SDK sent again.
	var made *types.ResourceInUseException
	if _, err := client.CreateTable(t.Context(), definition(name)); err != nil && !errors.As(err, &made) {
		t.Fatalf("create the table: %v", err)
	}
	t.Cleanup(func() {
		// Gone already: a call whose answer was lost, and which the SDK sent again.
		var gone *types.ResourceNotFoundException
		if _, err := client.DeleteTable(context.Background(), &sdk.DeleteTableInput{TableName: &name}); err != nil && !errors.As(err, &gone) {
			t.Errorf("delete the table: %v", err)
		}
	})
	return dynamodb.Table{Client: client, Name: name, Now: now}
}

// Counted counts from now on the requests that this table is asked by.
func Counted(table *dynamodb.Table) *atomic.Int64 {
	count := &counting{}
	table.Client = sdk.New(table.Client.Options(), func(o *sdk.Options) { count.under, o.HTTPClient = o.HTTPClient, count })
	return &count.requests
}

type counting struct {
	under    sdk.HTTPClient
	requests atomic.Int64
}

// Do implements sdk.HTTPClient.
func (c *counting) Do(r *http.Request) (*http.Response, error) {
	c.requests.Add(1)
	return c.under.Do(r)
}

// definition is the table as the stacks make it.
func definition(name string) *sdk.CreateTableInput {
	attribute := func(name string) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: &name, AttributeType: types.ScalarAttributeTypeS}
	}
	keyed := func(name string, kind types.KeyType) types.KeySchemaElement {
		return types.KeySchemaElement{AttributeName: &name, KeyType: kind}
	}
	index := func(name, attribute string) types.GlobalSecondaryIndex {
		return types.GlobalSecondaryIndex{
			IndexName: &name, KeySchema: []types.KeySchemaElement{keyed(attribute, types.KeyTypeHash)},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}
	}
	return &sdk.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions:   []types.AttributeDefinition{attribute("pk"), attribute("sk"), attribute(dynamodb.AttrViewing)},
		KeySchema:              []types.KeySchemaElement{keyed("pk", types.KeyTypeHash), keyed("sk", types.KeyTypeRange)},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{index(dynamodb.ByViewing, dynamodb.AttrViewing)},
	}
}
