package environment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/yoriai/yoriai/shared/adapter/telemetry"
)

// Environment is what one function is built from.
type Environment struct {
	Function Function
	Config   Config
	AWS      AWS
	wrong    []error
}

// New reads what the contracts and the environment say about the function of this name.
func New(ctx context.Context, name string, getenv func(string) string) (*Environment, error) {
	f, there := Lookup(name)
	if !there {
		return nil, fmt.Errorf("no contract names the function %q", name)
	}
	c, err := load(getenv, f)
	if err != nil {
		return nil, err
	}
	a, err := loadAWS(ctx, c)
	return &Environment{Function: f, Config: c, AWS: a}, err
}

// Fail keeps what went wrong while the function was built: it will not start. No error is none.
func (e *Environment) Fail(err error) {
	if err != nil {
		e.wrong = append(e.wrong, err)
	}
}

// Err is what went wrong so far.
func (e *Environment) Err() error { return errors.Join(e.wrong...) }

// Env is the environment itself, for those that embed it.
func (e *Environment) Env() *Environment { return e }

// Start builds the handler of the function of this name and hands it to Lambda, with its logs and its spans. What is wrong
// ends the process, in one log line.
func Start(name string, build func(e *Environment) (any, error)) {
	slog.SetDefault(telemetry.NewLogger(os.Stdout))
	spans := telemetry.Start(os.Getenv)
	handler, err := prepare(name, build)
	if err != nil {
		slog.Error("cannot start", "function", name, "error", err)
		os.Exit(1)
	}
	lambda.Start(spans.Wrap(handler))
}

func prepare(name string, build func(e *Environment) (any, error)) (any, error) {
	e, err := New(context.Background(), name, os.Getenv)
	if err != nil {
		return nil, err
	}
	handler, err := build(e)
	if err != nil {
		return nil, err
	}
	return handler, e.Err()
}
