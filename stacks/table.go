package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/stage"
)

// NewTable makes the DynamoDB table `realtime`: connections, tickets,
// memberships, heads. DynamoDB encrypts every table; its own key costs nothing.
// The index is sparse, as only connections carry its key, and holds what the
// look-ups answer with: what changes at every heartbeat is not in it, or each
// heartbeat would be written twice.
func NewTable(app awscdk.App, s stage.Stage) awscdk.Stack {
	stack := newStack(app, s, "table", "the realtime table", true)
	text := func(name string) *awsdynamodb.Attribute {
		return &awsdynamodb.Attribute{Name: constructs.Str(name), Type: awsdynamodb.AttributeType_STRING}
	}
	protected := s.Protected
	table := awsdynamodb.NewTable(stack, constructs.Str("Table"), &awsdynamodb.TableProps{
		TableName:           constructs.Str(s.Resource(constructs.TableName)),
		PartitionKey:        text("pk"),
		SortKey:             text("sk"),
		BillingMode:         awsdynamodb.BillingMode_PAY_PER_REQUEST,
		TimeToLiveAttribute: constructs.Str("ttl"),
		DeletionProtection:  &protected,
		RemovalPolicy:       keep(s),
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: &protected,
		},
	})
	table.AddGlobalSecondaryIndex(&awsdynamodb.GlobalSecondaryIndexProps{
		IndexName: constructs.Str("by_viewing"), PartitionKey: text("viewing"), ProjectionType: awsdynamodb.ProjectionType_INCLUDE,
		NonKeyAttributes: constructs.Strs("conn_user", "id", "session", "opened_at", "username", "display_name", "ttl"),
	})
	return stack
}
