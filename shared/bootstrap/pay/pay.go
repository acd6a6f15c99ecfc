// Package pay builds the functions that speak to Stripe. They stand outside the network, without a database: only they link
// Stripe's library.
package pay

import (
	"context"
	"time"

	sdksqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/offers"
	"github.com/yoriai/yoriai/shared/adapter/secretsmanager"
	"github.com/yoriai/yoriai/shared/adapter/sqs"
	"github.com/yoriai/yoriai/shared/adapter/stripe"
	"github.com/yoriai/yoriai/shared/bootstrap/environment"
	"github.com/yoriai/yoriai/shared/bootstrap/operation"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/queue"
	"github.com/yoriai/yoriai/shared/usecase/payments"
)

// Till is what these functions are built from.
type Till struct{ *environment.Environment }

// HTTP is the main of an operation.
func HTTP(name string, build func(t Till) httpapi.Handler) {
	operation.Start(name, func(f *operation.Frame) httpapi.Handler { return build(Till{f.Environment}) })
}

// Open is the main of an operation that anybody may call.
func Open(name string, build func(t Till) httpapi.Handler) {
	environment.Start(name, func(e *environment.Environment) (any, error) {
		return operation.Serve(e, nil, nil, build(Till{e})), nil
	})
}

// Queue is the main of a queue's consumer.
func Queue(name string, build func(t Till) queue.Record) {
	environment.Start(name, func(e *environment.Environment) (any, error) {
		t := Till{e}
		queues := t.queues()
		hide := func(ctx context.Context, receipt string, duration time.Duration) error {
			return queues.Hide(ctx, outbox.Queue(e.Function.Name), receipt, duration)
		}
		return queue.Each(name, hide, build(t)), nil
	})
}

// Schedule is the main of what is called at its times.
func Schedule(name string, build func(t Till) queue.Tasks) {
	environment.Start(name, func(e *environment.Environment) (any, error) { return queue.Scheduled(name, build(Till{e})), nil })
}

func (t Till) queues() *sqs.Queues {
	urls := map[outbox.Queue]string{}
	for name, url := range t.Config.QueueURLs {
		urls[outbox.Queue(name)] = url
	}
	return sqs.New(sdksqs.NewFromConfig(t.AWS.Config), urls)
}

func (t Till) provider() *stripe.Stripe {
	secret := secretsmanager.NewStripe(t.AWS.Secrets(), t.Config.StripeSecretARN, time.Now)
	return &stripe.Stripe{URL: t.Config.StripeURL, Stage: t.Config.Stage, Now: time.Now, Keys: func(ctx context.Context) (stripe.Keys, error) {
		keys, err := secret.Keys(ctx)
		return stripe.Keys(keys), err
	}}
}

// Shop sells.
func (t Till) Shop() payments.Shop {
	list, err := offers.Read()
	t.Fail(err)
	return payments.Shop{Provider: t.provider(), Projection: t.projection(), Offers: list, Now: time.Now, Origin: t.Config.PublicOrigin}
}

// Hook hears Stripe.
func (t Till) Hook() payments.Hook {
	h := payments.Hook{Provider: t.provider(), Queues: t.queues(), Now: time.Now}
	if t.Function.Has(environment.Table) {
		h.Projection = t.projection()
	}
	return h
}

// Executor does what the books wish.
func (t Till) Executor() payments.Executor { return payments.Executor{Provider: t.provider()} }

func (t Till) projection() dynamodb.Payments { return dynamodb.Payments{Table: t.AWS.Table()} }
