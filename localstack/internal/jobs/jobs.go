// Package jobs lists the executions of a local cloud's state machines, as the console of Step Functions would.
package jobs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// Execution is one attempt of a job.
type Execution struct {
	Machine, Name, Status string
	Started, Ended        time.Time
}

// Newest lists so many executions of all machines, the newest first.
func Newest(ctx context.Context, endpoint string, limit int) ([]Execution, error) {
	client := sfn.New(sfn.Options{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	machines, err := client.ListStateMachines(ctx, &sfn.ListStateMachinesInput{})
	if err != nil {
		return nil, fmt.Errorf("list state machines: %w", err)
	}
	var all []Execution
	for _, m := range machines.StateMachines {
		found, err := client.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: m.StateMachineArn, MaxResults: int32(limit)})
		if err != nil {
			return nil, fmt.Errorf("list executions of %s: %w", aws.ToString(m.Name), err)
		}
		for _, e := range found.Executions {
			all = append(all, execution(aws.ToString(m.Name), e))
		}
	}
	slices.SortFunc(all, func(a, b Execution) int { return b.Started.Compare(a.Started) })
	return all[:min(len(all), limit)], nil
}

func execution(machine string, e types.ExecutionListItem) Execution {
	return Execution{Machine: machine, Name: aws.ToString(e.Name), Status: string(e.Status), Started: aws.ToTime(e.StartDate), Ended: aws.ToTime(e.StopDate)}
}
