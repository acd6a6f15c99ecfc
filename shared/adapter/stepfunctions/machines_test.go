package stepfunctions_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/adapter/stepfunctions"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/outbox"
)

// An attempt starts once however often it is asked for, with the job's id and nothing else; the next one ends the one before.
func TestAnAttemptStartsOnceAndEndsTheOneBefore(t *testing.T) {
	t.Parallel()
	client := sfn.NewFromConfig(dynamotest.Config(t))
	name := "test-" + id.New().String() + "-fork"
	made, err := client.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: &name, RoleArn: aws.String("arn:aws:iam::000000000000:role/test"),
		Definition: aws.String(`{"StartAt":"Wait","States":{"Wait":{"Type":"Wait","Seconds":600,"End":true}}}`)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = client.DeleteStateMachine(context.Background(), &sfn.DeleteStateMachineInput{StateMachineArn: made.StateMachineArn})
	})
	m := stepfunctions.Machines{Client: client, Prefix: strings.TrimSuffix(*made.StateMachineArn, "fork")}
	begun := outbox.Start{JobID: id.New(), Kind: job.Fork, Attempt: 1}
	running := func() map[string]types.ExecutionStatus {
		t.Helper()
		list, err := client.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: made.StateMachineArn})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]types.ExecutionStatus{}
		for _, e := range list.Executions {
			got[*e.Name] = e.Status
		}
		return got
	}
	start := func(attempt int) {
		t.Helper()
		begun.Attempt = attempt
		if err := m.Start(t.Context(), begun); err != nil {
			t.Fatal(err)
		}
	}
	first, second := begun.JobID.String()+"-1", begun.JobID.String()+"-2"
	start(1)
	start(1)
	if got := running(); len(got) != 1 || got[first] != types.ExecutionStatusRunning {
		t.Fatalf("%v", got)
	}
	start(2)
	start(2)
	if got := running(); len(got) != 2 || got[first] != types.ExecutionStatusAborted || got[second] != types.ExecutionStatusRunning {
		t.Fatalf("%v", got)
	}
	// One whose attempt before never began.
	begun.JobID = id.New()
	start(3)
	begun.Kind = "luck"
	if err := m.Start(t.Context(), begun); err == nil {
		t.Error("a machine that is not there was started")
	}
}
