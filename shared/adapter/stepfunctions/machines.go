// Package stepfunctions starts the state machines of jobs in AWS Step Functions.
package stepfunctions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
)

// Machines are the state machines of a stage: one for each kind of job.
type Machines struct {
	Client *sfn.Client
	// Prefix is what the address of each begins with; the kind follows.
	Prefix string
}

// Start begins an attempt of a job, after ending the one before. An attempt has one name, so that it begins once however often it is
// asked for.
func (m Machines) Start(ctx context.Context, s outbox.Start) error {
	machine := m.Prefix + string(s.Kind)
	if s.Attempt > 1 {
		if err := m.stop(ctx, machine, name(s.JobID, s.Attempt-1)); err != nil {
			return err
		}
	}
	input, err := json.Marshal(struct {
		JobID id.ID `json:"job_id"`
	}{s.JobID})
	if err != nil {
		return err
	}
	_, err = m.Client.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &machine, Name: aws.String(name(s.JobID, s.Attempt)), Input: aws.String(string(input))})
	var there *types.ExecutionAlreadyExists
	if err != nil && !errors.As(err, &there) {
		return fmt.Errorf("start %s: %w", s.Kind, err)
	}
	return nil
}

func name(jobID id.ID, attempt int) string { return fmt.Sprintf("%s-%d", jobID, attempt) }

func (m Machines) stop(ctx context.Context, machine, execution string) error {
	arn := strings.Replace(machine, ":stateMachine:", ":execution:", 1) + ":" + execution
	_, err := m.Client.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: &arn, Cause: aws.String("It has not moved; another attempt takes its place.")})
	var gone *types.ExecutionDoesNotExist
	if err != nil && !errors.As(err, &gone) {
		return fmt.Errorf("stop %s: %w", execution, err)
	}
	return nil
}
