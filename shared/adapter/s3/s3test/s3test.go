// Package s3test gives each test its own bucket.
package s3test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"

	"os"

	"github.com/yoriai/yoriai/shared/adapter/s3"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// New is a bucket of this test alone, removed at its end with what is in it.
func New(t testing.TB) s3.Bucket {
	t.Helper()
	endpoint := os.Getenv("TEST_AWS_ENDPOINT")
	if endpoint == "" {
		t.Fatal("TEST_AWS_ENDPOINT is not set: run `go run ./localstack/cmd/yoriai-testbed go test ./shared/...`")
	}
	c, err := config.LoadDefaultConfig(t.Context(), config.WithRegion("us-east-1"), config.WithBaseEndpoint(endpoint),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("test", "test", "")))
	if err != nil {
		t.Fatal(err)
	}
	b := s3.New(c, "exports-"+id.New().String(), true)
	if _, err := b.Client.CreateBucket(t.Context(), &sdk.CreateBucketInput{Bucket: &b.Name}); err != nil {
		t.Fatalf("create the bucket: %v", err)
	}
	t.Cleanup(func() {
		ctx := context.Background()
		if err := b.Remove(ctx, Keys(t, b)); err != nil {
			t.Errorf("empty the bucket: %v", err)
		}
		if _, err := b.Client.DeleteBucket(ctx, &sdk.DeleteBucketInput{Bucket: &b.Name}); err != nil {
			t.Errorf("delete the bucket: %v", err)
		}
	})
	return b
}

// Keys is all that a bucket holds, whole files and those that were begun.
func Keys(t testing.TB, b s3.Bucket) (keys []string) {
	t.Helper()
	ctx := context.Background()
	list, err := b.Client.ListObjectsV2(ctx, &sdk.ListObjectsV2Input{Bucket: &b.Name})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range list.Contents {
		keys = append(keys, aws.ToString(o.Key))
	}
	begun, err := b.Client.ListMultipartUploads(ctx, &sdk.ListMultipartUploadsInput{Bucket: &b.Name})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range begun.Uploads {
		keys = append(keys, "begun: "+aws.ToString(u.Key))
	}
	return keys
}
