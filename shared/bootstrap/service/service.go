// Package service builds the functions that keep their truth in PostgreSQL: the use cases, and one way to start each kind.
package service

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/rds/auth"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sdksqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/redis"
	"github.com/yoriai/yoriai/shared/adapter/sqs"
	"github.com/yoriai/yoriai/shared/adapter/stepfunctions"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/bootstrap/operation"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/queue"
)

// Services are made once for each function. Clients connect on first use; what the function does not need is nil.
type Services struct {
	*environment.Environment
	DB       *pgxpool.Pool
	Sessions postgres.Sessions
	Table    dynamodb.Table
	Redis    *redis.Client
	Queues   *sqs.Queues
	Activity *dynamodb.Activity
}

// HTTP is the main of an operation: callers are those whose session stands in its row.
func HTTP(name string, build func(s *Services) httpapi.Handler) {
	start(name, func(s *Services) any {
		return operation.Serve(s.Environment, s.Redis, httpapi.BySession(operation.Verifier(s.Environment), s.Sessions), build(s))
	})
}

// Queue is the main of a queue's consumer, or of its dead-letter queue's.
func Queue(name string, build func(s *Services) queue.Work) {
	start(name, func(s *Services) any { return queue.Each(name, s.Hide, build(s)) })
}

// Schedule is the main of what is called at its times. An operator may ask it for another of its tasks.
func Schedule(name string, build func(s *Services) queue.Tasks) {
	start(name, func(s *Services) any { return queue.Scheduled(name, build(s)) })
}

// Job is the main of a kind of job: the state machine of the same name calls it for each of its steps.
func Job(name string) {
	start(name, func(s *Services) any { return queue.Step(name, s.Jobs().Step) })
}

// Machines starts the state machines of jobs.
func (s *Services) Machines() stepfunctions.Machines {
	return stepfunctions.Machines{Client: sfn.NewFromConfig(s.AWS.Config), Prefix: s.Config.StateMachines}
}

func start(name string, build func(s *Services) any) {
	environment.Start(name, func(e *environment.Environment) (any, error) {
		s, err := open(e)
		if err != nil {
			return nil, err
		}
		return build(s), nil
	})
}

func open(e *environment.Environment) (*Services, error) {
	s := &Services{Environment: e}
	var err error
	if s.Redis, err = redis.Open(e.Config.RedisURL); err != nil {
		return nil, err
	}
	if e.Function.Has(environment.Table) {
		s.Table = e.AWS.Table()
		s.Activity = dynamodb.NewActivity(s.Table)
	}
	if e.Function.Has(environment.Postgres) {
		pool, err := openDatabase(e)
		if err != nil {
			return nil, err
		}
		s.DB, s.Sessions = pool, postgres.Sessions{Pool: pool}
	}
	urls := map[outbox.Queue]string{}
	for name, url := range e.Config.QueueURLs {
		urls[outbox.Queue(name)] = url
	}
	s.Queues = sqs.New(sdksqs.NewFromConfig(e.AWS.Config, func(o *sdksqs.Options) {
		o.EndpointOptions.UseDualStackEndpoint = e.AWS.DualStack()
	}), urls)
	return s, nil
}

const (
	// backgroundWake is how long a consumer, a schedule or a task waits for a database that sleeps: nobody waits for them.
	backgroundWake = 90 * time.Second
	// workerConnections: one settles or prepares an answer while the other keeps its lease.
	workerConnections = 2
)

// openDatabase makes a pool that connects on first use: with a password locally, with a token of IAM on AWS.
func openDatabase(e *environment.Environment) (*pgxpool.Pool, error) {
	var options []postgres.Option
	if e.Function.Kind != environment.HTTP {
		options = append(options, postgres.ConnectTimeout(backgroundWake))
	}
	if e.Function.Kind == environment.Queue && e.Function.Has(environment.Gateway) {
		options = append(options, postgres.MaxConns(workerConnections))
	}
	if e.Config.DatabaseIAM {
		options = append(options, postgres.Password(func(ctx context.Context, host string, port uint16, role string) (string, error) {
			return auth.BuildAuthToken(ctx, fmt.Sprintf("%s:%d", host, port), e.AWS.Config.Region, role, e.AWS.Config.Credentials)
		}))
	}
	if e.Config.DatabaseProxy {
		options = append(options, postgres.ThroughProxy())
	}
	return postgres.Open(context.Background(), e.Config.DatabaseURL, options...)
}

// Hide keeps a message of the queue that this function empties from other consumers for a while.
func (s *Services) Hide(ctx context.Context, receipt string, duration time.Duration) error {
	return s.Queues.Hide(ctx, outbox.Queue(s.Function.Name), receipt, duration)
}
