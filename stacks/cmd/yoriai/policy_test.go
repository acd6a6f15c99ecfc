package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/stacks/contract"
	"github.com/yoriai/yoriai/stacks/stage"
	"github.com/yoriai/yoriai/stacks/synth"
)

// statement is what a policy allows.
type statement struct {
	actions   []string
	resources []string
}

func reference(value any) string {
	object, _ := value.(map[string]any)
	if list, is := object["Fn::GetAtt"].([]any); is {
		name, _ := list[0].(string)
		return name
	}
	name, _ := object["Ref"].(string)
	return name
}

func texts(value any) []string {
	list, is := value.([]any)
	if !is {
		list = []any{value}
	}
	var all []string
	for _, entry := range list {
		if text, is := entry.(string); is {
			all = append(all, text)
			continue
		}
		all = append(all, synth.JSON(entry))
	}
	return all
}

func statementsIn(document any) []statement {
	object, _ := document.(map[string]any)
	list, _ := object["Statement"].([]any)
	var all []statement
	for _, entry := range list {
		s, _ := entry.(map[string]any)
		if s["Effect"] == "Allow" {
			all = append(all, statement{actions: texts(s["Action"]), resources: texts(s["Resource"])})
		}
	}
	return all
}

func statementsOf(role synth.Resource) []statement {
	var all []statement
	for _, policy := range role.List("Policies") {
		object, _ := policy.(map[string]any)
		all = append(all, statementsIn(object["PolicyDocument"])...)
	}
	return all
}

func attached(stack synth.Template, role string) []statement {
	var all []statement
	for _, r := range stack.Resources {
		if r.Type != "AWS::IAM::Policy" {
			continue
		}
		for _, of := range r.List("Roles") {
			if reference(of) == role {
				all = append(all, statementsIn(r.At("PolicyDocument"))...)
			}
		}
	}
	return all
}

// These actions know no resources: AWS takes nothing but "*" for them.
var withoutResources = []string{
	"ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
	"ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses", "ecr:GetAuthorizationToken",
	"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
}

func TestNobodyMayDoEverything(t *testing.T) {
	for _, name := range allStages {
		s := templates(t, name)
		for _, kind := range []string{"AWS::IAM::Role", "AWS::IAM::Policy"} {
			for _, r := range s.Of(kind) {
				if managed := r.List("ManagedPolicyArns"); len(managed) > 0 {
					t.Errorf("%s %s/%s has managed policies %v: they allow more than is needed", name, r.Stack, r.ID, managed)
				}
				for _, st := range append(statementsOf(r.Resource), statementsIn(r.At("PolicyDocument"))...) {
					for _, action := range st.actions {
						if strings.Contains(action, "*") {
							t.Errorf("%s %s/%s may %s", name, r.Stack, r.ID, action)
						}
						if slices.Contains(st.resources, "*") && !slices.Contains(withoutResources, action) {
							t.Errorf("%s %s/%s may %s on everything", name, r.Stack, r.ID, action)
						}
					}
				}
			}
		}
	}
}

// What a need allows, as patterns of actions. Whatever a function may do must
// come from one of its needs, from its log, its network or its queue.
var allowedBy = map[contract.Need][]string{
	contract.Postgres:    {"rds-db:connect"},
	contract.Table:       {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"},
	contract.SigningKey:  {"secretsmanager:GetSecretValue"},
	contract.Stripe:      {"secretsmanager:GetSecretValue"},
	contract.Connections: {"execute-api:ManageConnections"},
	contract.Machines:    {"states:StartExecution", "states:StopExecution"},
	contract.Exports:     {"s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload"},
}

func TestAFunctionMayDoWhatItNeedsAndNoMore(t *testing.T) {
	for name, f := range declared(t) {
		for _, st := range rights(t, stage.Prod, goFunctions(t, stage.Prod)[name]) {
			for _, action := range st.actions {
				if !expected(f, action, st.resources) {
					t.Errorf("%s needs %v, yet may %s on %v", name, f.Needs, action, st.resources)
				}
			}
		}
	}
}

func expected(f contract.Function, action string, resources []string) bool {
	if strings.HasPrefix(action, "logs:") {
		return action == "logs:CreateLogStream" || action == "logs:PutLogEvents"
	}
	if strings.HasPrefix(action, "ec2:") {
		return f.InNetwork()
	}
	if action == "secretsmanager:GetSecretValue" && (f.Kind == contract.HTTP || f.Name == "connect") {
		return true // the origin secret
	}
	if action == "sqs:SendMessage" {
		var queues []string
		for _, r := range resources {
			queues = append(queues, queueIn(r))
		}
		slices.Sort(queues)
		return slices.Equal(queues, f.SendsTo)
	}
	if f.Consumes() != "" && slices.Contains([]string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"}, action) {
		return true
	}
	return slices.ContainsFunc(f.Needs, func(n contract.Need) bool { return slices.Contains(allowedBy[n], action) })
}

// queueIn is the short name of the queue that an ARN of prod ends in.
func queueIn(arn string) string {
	_, name, _ := strings.Cut(strings.TrimRight(arn, `"]}`), "yoriai-prod-")
	return name
}

func TestOnlySignInReadsTheSigningKey(t *testing.T) {
	for name, f := range declared(t) {
		reads := slices.ContainsFunc(rights(t, stage.Prod, goFunctions(t, stage.Prod)[name]), func(st statement) bool {
			return strings.Contains(strings.Join(st.resources, " "), "jwt-signing-key")
		})
		if reads != f.Has(contract.SigningKey) {
			t.Errorf("%s: reads the signing key: %v, needs it: %v", name, reads, f.Has(contract.SigningKey))
		}
	}
}

func TestQueuesReachTheirOwnConsumersOnly(t *testing.T) {
	for name, f := range goFunctions(t, stage.Prod) {
		for _, st := range rights(t, stage.Prod, f) {
			if !slices.Contains(st.actions, "sqs:ReceiveMessage") {
				continue
			}
			if d := declared(t)[name]; d.Consumes() == "" || len(st.resources) != 1 {
				t.Errorf("%s receives from %v", name, st.resources)
			}
		}
	}
}

func TestNobodyScansOrChangesTheTable(t *testing.T) {
	for name, f := range goFunctions(t, stage.Prod) {
		for _, st := range rights(t, stage.Prod, f) {
			for _, action := range st.actions {
				if strings.HasPrefix(action, "dynamodb:") && !slices.Contains(allowedBy[contract.Table], action) {
					t.Errorf("%s may %s", name, action)
				}
			}
		}
	}
}
