package deploy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/yoriai/yoriai/localstack/internal/ministack"
)

// migrate calls the function that migrates the database once more. The deployment calls it as on AWS; but the local AWS may
// answer that from a process of the function's old code, which knows nothing of a new migration.
func (d Deployment) migrate(ctx context.Context) error {
	body := []byte("{}")
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Endpoint+"/2015-03-31/functions/yoriai-"+Stage+"-migrate/invocations", bytes.NewReader(body))
	if err != nil {
		return err
	}
	config := d.config()
	credentials, err := config.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, credentials, request, hex.EncodeToString(sum[:]), "lambda", ministack.Region, time.Now()); err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, 4096))
	if err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	if answer.StatusCode != http.StatusOK || answer.Header.Get("X-Amz-Function-Error") != "" {
		return fmt.Errorf("migrate the database: %s: %s", answer.Status, said)
	}
	return nil
}
