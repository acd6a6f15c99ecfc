package environment

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	dynamosdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	secretssdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/yoriai/yoriai/shared/adapter/apigateway"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/secretsmanager"
	"github.com/yoriai/yoriai/shared/adapter/telemetry"
)

// AWS makes clients for one environment.
type AWS struct {
	Config aws.Config
	env    Config
}

// loadAWS reads how to reach AWS. AWS_ENDPOINT_URL leads to a local cloud instead.
func loadAWS(ctx context.Context, c Config) (AWS, error) {
	loaded, err := config.LoadDefaultConfig(ctx)
	return AWS{Config: loaded, env: c}, err
}

// DualStack is set on clients of services that functions in the VPC reach by IPv6. It is set for each client: DynamoDB must
// stay on its free gateway endpoint.
func (a AWS) DualStack() aws.DualStackEndpointState {
	if a.env.AWSEndpoint != "" {
		return aws.DualStackEndpointStateDisabled
	}
	return aws.DualStackEndpointStateEnabled
}

// Table is the table `realtime`.
func (a AWS) Table() dynamodb.Table {
	return dynamodb.Table{Client: dynamosdk.NewFromConfig(a.Config), Name: a.env.RealtimeTable, Now: time.Now}
}

// Hub posts to the stage's sockets.
func (a AWS) Hub() *apigateway.Hub { return apigateway.NewHub(a.Config, a.env.CallbackURL) }

// Secrets reads Secrets Manager.
func (a AWS) Secrets() *secretssdk.Client {
	return secretssdk.NewFromConfig(a.Config, func(o *secretssdk.Options) {
		o.EndpointOptions.UseDualStackEndpoint = a.DualStack()
	})
}

// Origin knows the front door's secret.
func (a AWS) Origin() *secretsmanager.Origin {
	return secretsmanager.NewOrigin(a.Secrets(), a.env.OriginSecretARN, time.Now)
}

// Log writes JSON lines with the stage and the version that wrote them.
func (c Config) Log() *slog.Logger {
	return telemetry.NewLogger(os.Stdout).With(slog.String("stage", c.Stage), slog.String("version", c.Version))
}
