package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/jsii-runtime-go"

	"github.com/yoriai/yoriai/stacks/constructs"
	"github.com/yoriai/yoriai/stacks/stage"
)

// tooMany is what an address over its limit is told, in the API's own words: a
// bare 403 would be taken for a lack of rights.
const tooMany = `{"type":"about:blank","title":"Too Many Requests","status":429,"code":"rate_limited",` +
	`"detail":"too many requests from this address","request_id":""}`

// NewFirewall makes the rules for the stage's distribution, in CloudFront's own region.
func NewFirewall(app awscdk.App, s stage.Stage) awscdk.Stack {
	stack := newStack(app, s.AtTheEdge(), "firewall", "the firewall of CloudFront", false)
	constructs.Output(stack, "FirewallArn", *firewall(stack, s).AttrArn())
	return stack
}

// firewall limits each address and refuses known bad ones.
func firewall(stack awscdk.Stack, s stage.Stage) awswafv2.CfnWebACL {
	visible := func(name string) *awswafv2.CfnWebACL_VisibilityConfigProperty {
		return &awswafv2.CfnWebACL_VisibilityConfigProperty{
			CloudWatchMetricsEnabled: true, SampledRequestsEnabled: false, MetricName: jsii.String(name),
		}
	}
	rules := []any{&awswafv2.CfnWebACL_RuleProperty{
		Name: jsii.String("rate"), Priority: constructs.Num(0), VisibilityConfig: visible("rate"),
		Action: &awswafv2.CfnWebACL_RuleActionProperty{Block: &awswafv2.CfnWebACL_BlockActionProperty{
			CustomResponse: &awswafv2.CfnWebACL_CustomResponseProperty{
				ResponseCode: constructs.Num(429), CustomResponseBodyKey: jsii.String("too-many"),
				ResponseHeaders: &[]any{&awswafv2.CfnWebACL_CustomHTTPHeaderProperty{Name: jsii.String("Retry-After"), Value: jsii.String("60")}},
			},
		}},
		Statement: &awswafv2.CfnWebACL_StatementProperty{RateBasedStatement: &awswafv2.CfnWebACL_RateBasedStatementProperty{
			AggregateKeyType: jsii.String("IP"), Limit: constructs.Num(s.Edge.RatePerIP),
		}},
	}}
	for i, group := range s.Edge.ManagedWAF {
		managed := &awswafv2.CfnWebACL_ManagedRuleGroupStatementProperty{VendorName: jsii.String("AWS"), Name: jsii.String(group.Name)}
		if group.ReadsBodies {
			managed.ScopeDownStatement = notTheAPI()
		}
		rules = append(rules, &awswafv2.CfnWebACL_RuleProperty{
			Name: jsii.String(group.Name), Priority: constructs.Num(i + 1), VisibilityConfig: visible(group.Name),
			OverrideAction: &awswafv2.CfnWebACL_OverrideActionProperty{None: map[string]any{}},
			Statement:      &awswafv2.CfnWebACL_StatementProperty{ManagedRuleGroupStatement: managed},
		})
	}
	return awswafv2.NewCfnWebACL(stack, jsii.String("Firewall"), &awswafv2.CfnWebACLProps{
		Name: jsii.String(s.ID()), Scope: jsii.String("CLOUDFRONT"), VisibilityConfig: visible(s.ID()), Rules: &rules,
		DefaultAction: &awswafv2.CfnWebACL_DefaultActionProperty{Allow: &awswafv2.CfnWebACL_AllowActionProperty{}},
		CustomResponseBodies: map[string]any{"too-many": &awswafv2.CfnWebACL_CustomResponseBodyProperty{
			ContentType: jsii.String("APPLICATION_JSON"), Content: jsii.String(tooMany),
		}},
	})
}

// notTheAPI leaves out what people write: whoever quotes an attack in a message
// is no attacker, and the API, in Go, knows none of what these rules look for.
func notTheAPI() *awswafv2.CfnWebACL_StatementProperty {
	return &awswafv2.CfnWebACL_StatementProperty{NotStatement: &awswafv2.CfnWebACL_NotStatementProperty{
		Statement: &awswafv2.CfnWebACL_StatementProperty{ByteMatchStatement: &awswafv2.CfnWebACL_ByteMatchStatementProperty{
			FieldToMatch:         &awswafv2.CfnWebACL_FieldToMatchProperty{UriPath: map[string]any{}},
			PositionalConstraint: jsii.String("STARTS_WITH"), SearchString: jsii.String("/" + constructs.HTTPStage + "/"),
			TextTransformations: &[]any{&awswafv2.CfnWebACL_TextTransformationProperty{Priority: constructs.Num(0), Type: jsii.String("NONE")}},
		}},
	}}
}
