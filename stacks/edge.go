package stacks

import (
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/stage"
)

// OriginSecretHeader proves that a request came through the edge, or from the
// web app's server, which did. What ViewerHeader says is believed with it only.
const (
	OriginSecretHeader = "X-Yoriai-Origin-Secret"
	ViewerHeader       = "X-Yoriai-Viewer"
)

// arriving runs for every request. The origins are sent another Host, so the
// public one goes along under another name, and so does the viewer's address,
// as every hop behind the edge adds its own to X-Forwarded-For. Nobody but the
// edge may say the origin secret.
const arriving = `function handler(event) {
  var headers = event.request.headers;
  headers['x-forwarded-host'] = { value: headers.host.value };
  headers['x-yoriai-viewer'] = { value: event.viewer.ip };
  delete headers['x-yoriai-origin-secret'];
  return event.request;
}`

// NewEdge makes the one public origin of the stage: CloudFront before the HTTP
// API (/api), the WebSocket API (/ws), the web app and its files, behind the
// firewall, which may be in another region and is therefore named at the deployment.
// One origin, hence no CORS.
func NewEdge(app awscdk.App, s stage.Stage, files []string) awscdk.Stack {
	stack := newStack(app, s, "edge", "CloudFront", false)
	hidden := map[string]*string{
		OriginSecretHeader: jsii.String("{{resolve:secretsmanager:" + s.Secret(constructs.OriginSecret) + ":SecretString:current::}}"),
	}
	http := constructs.APIHost(stack, constructs.Published(stack, s.Parameter(constructs.HTTPAPIParameter)))
	socket := constructs.APIHost(stack, constructs.Published(stack, s.Parameter(constructs.WebSocketAPIParameter)))
	web := constructs.APIHost(stack, constructs.Published(stack, s.Parameter(webAPIParameter)))

	function := awscloudfront.NewFunction(stack, jsii.String("Arriving"), &awscloudfront.FunctionProps{
		FunctionName: jsii.String(s.Resource("arriving")), Runtime: awscloudfront.FunctionRuntime_JS_2_0(),
		Code: awscloudfront.FunctionCode_FromInline(jsii.String(arriving)), AutoPublish: constructs.Yes(),
	})
	pages := dynamic(origin(web, &hidden), function)
	pages.ResponseHeadersPolicy = awscloudfront.ResponseHeadersPolicy_SECURITY_HEADERS()
	behaviours := map[string]*awscloudfront.BehaviorOptions{
		constructs.HTTPStage + "/*": dynamic(origin(http, &hidden), function),
		constructs.WebSocketStage:   dynamic(origin(socket, &hidden), function),
	}
	stored := assets(stack)
	for _, pattern := range files {
		behaviours[pattern] = stored
	}

	props := &awscloudfront.DistributionProps{
		// CloudFormation reads the secret only when the distribution changes: the
		// version stands here so that a rotation is a change.
		Comment:                jsii.String(fmt.Sprintf("%s, origin secret %d", s.ID(), s.API.SecretVersion)),
		DefaultBehavior:        pages,
		AdditionalBehaviors:    &behaviours,
		HttpVersion:            awscloudfront.HttpVersion_HTTP2_AND_3,
		PriceClass:             awscloudfront.PriceClass_PRICE_CLASS_200,
		MinimumProtocolVersion: awscloudfront.SecurityPolicyProtocol_TLS_V1_2_2021,
		WebAclId:               asked(stack, "FirewallArn", "Output of the stack firewall", "arn:aws:wafv2:"+stage.Global+":.+"),
	}
	if s.Edge.Domain != "" {
		props.DomainNames = jsii.Strings(s.Edge.Domain)
		props.Certificate = awscertificatemanager.Certificate_FromCertificateArn(stack, jsii.String("Certificate"), jsii.String(s.Edge.CertificateARN))
	}
	distribution := awscloudfront.NewDistribution(stack, jsii.String("Distribution"), props)

	domain := s.Edge.Domain
	if domain == "" {
		domain = *distribution.DistributionDomainName()
	}
	constructs.Publish(stack, "Domain", s.Parameter(constructs.DomainParameter), domain)
	constructs.Publish(stack, "Origin", s.Parameter(constructs.OriginParameter), "https://"+domain)
	constructs.Output(stack, "DistributionId", *distribution.DistributionId())
	constructs.Output(stack, "PublicOrigin", "https://"+domain)
	return stack
}

// asked is a value of another region, where parameters and exports do not reach:
// it is said at the first deployment (--parameters), and kept.
func asked(stack awscdk.Stack, id, description, pattern string) *string {
	return awscdk.NewCfnParameter(stack, jsii.String(id), &awscdk.CfnParameterProps{
		Description: jsii.String(description), AllowedPattern: jsii.String(pattern),
	}).ValueAsString()
}

func origin(host string, headers *map[string]*string) awscloudfront.IOrigin {
	return awscloudfrontorigins.NewHttpOrigin(jsii.String(host), &awscloudfrontorigins.HttpOriginProps{
		ProtocolPolicy: awscloudfront.OriginProtocolPolicy_HTTPS_ONLY, CustomHeaders: headers,
		OriginSslProtocols: &[]awscloudfront.OriginSslPolicy{awscloudfront.OriginSslPolicy_TLS_V1_2},
		ReadTimeout:        constructs.Seconds(30), KeepaliveTimeout: constructs.Seconds(60),
	})
}

// dynamic passes everything on and keeps nothing.
func dynamic(to awscloudfront.IOrigin, arriving awscloudfront.IFunction) *awscloudfront.BehaviorOptions {
	return &awscloudfront.BehaviorOptions{
		Origin:               to,
		AllowedMethods:       awscloudfront.AllowedMethods_ALLOW_ALL(),
		CachePolicy:          awscloudfront.CachePolicy_CACHING_DISABLED(),
		OriginRequestPolicy:  awscloudfront.OriginRequestPolicy_ALL_VIEWER_EXCEPT_HOST_HEADER(),
		ViewerProtocolPolicy: awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
		FunctionAssociations: &[]*awscloudfront.FunctionAssociation{
			{EventType: awscloudfront.FunctionEventType_VIEWER_REQUEST, Function: arriving},
		},
	}
}

// WebFiles are the URL patterns that need no server: what Next.js compiled, and
// the files of the web app's public folder.
func WebFiles(public string) ([]string, error) {
	entries, err := os.ReadDir(public)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	patterns := []string{"_next/static/*"}
	for _, entry := range entries {
		pattern := entry.Name()
		if entry.IsDir() {
			pattern += "/*"
		}
		patterns = append(patterns, pattern)
	}
	return patterns, nil
}

// assets serves the web app's files from a private bucket. They are uploaded
// before the functions that refer to them, and can always be built again.
func assets(stack awscdk.Stack) *awscloudfront.BehaviorOptions {
	bucket := awss3.NewBucket(stack, jsii.String("Files"), &awss3.BucketProps{
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(), EnforceSSL: constructs.Yes(),
		Encryption: awss3.BucketEncryption_S3_MANAGED, RemovalPolicy: awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE,
	})
	constructs.Output(stack, "WebFilesBucket", *bucket.BucketName())
	return &awscloudfront.BehaviorOptions{
		Origin:                awscloudfrontorigins.S3BucketOrigin_WithOriginAccessControl(bucket, nil),
		CachePolicy:           awscloudfront.CachePolicy_CACHING_OPTIMIZED(),
		ViewerProtocolPolicy:  awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
		ResponseHeadersPolicy: awscloudfront.ResponseHeadersPolicy_SECURITY_HEADERS(),
	}
}
