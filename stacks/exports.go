package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/stage"
)

// NewExports makes the bucket of the files that people take along: private, and empty again after two days, whoever forgot
// to remove what. A file is led to for one day.
func NewExports(app awscdk.App, s stage.Stage) awscdk.Stack {
	stack := newStack(app, s, "exports", "files that people take along", true)
	bucket := awss3.NewBucket(stack, constructs.Str("Bucket"), &awss3.BucketProps{
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(), EnforceSSL: constructs.Yes(), ObjectOwnership: awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		Encryption: awss3.BucketEncryption_S3_MANAGED, RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Id: constructs.Str("forget"), Expiration: awscdk.Duration_Days(constructs.Num(2)), AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(constructs.Num(1)),
		}},
	})
	constructs.Publish(stack, "BucketName", s.Parameter(constructs.ExportsParameter), *bucket.BucketName())
	return stack
}
