package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/yoriai/yoriai/localstack/internal/ministack"
)

// config reaches the local AWS and nothing else, whatever the user's own AWS settings are.
func (d Deployment) config() aws.Config {
	return aws.Config{
		Region:       ministack.Region,
		BaseEndpoint: aws.String(d.Endpoint),
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
	}
}

// stands tells whether the local AWS still has both APIs: its state may have been thrown away.
func (d Deployment) stands(ctx context.Context, outputs Outputs) bool {
	client := apigatewayv2.NewFromConfig(d.config())
	for _, id := range []string{outputs.HTTPAPI, outputs.WebSocketAPI} {
		if _, err := client.GetApi(ctx, &apigatewayv2.GetApiInput{ApiId: aws.String(id)}); err != nil {
			return false
		}
	}
	return true
}

// OriginSecret is what the front door proves itself to the functions with.
func (d Deployment) OriginSecret(ctx context.Context) (string, error) {
	client := secretsmanager.NewFromConfig(d.config())
	answer, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String("yoriai/" + Stage + "/origin")})
	if err != nil {
		return "", fmt.Errorf("read the origin secret: %w", err)
	}
	var secret struct{ Current string }
	if err := json.Unmarshal([]byte(aws.ToString(answer.SecretString)), &secret); err != nil {
		return "", fmt.Errorf("read the origin secret: %w", err)
	}
	if secret.Current == "" {
		return "", errors.New("the origin secret is empty")
	}
	return secret.Current, nil
}
