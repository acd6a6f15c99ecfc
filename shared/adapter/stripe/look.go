package stripe

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v85"
	"github.com/stripe/stripe-go/v85/webhook"

	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/payments"
)

// Listened are the events that tell something.
var Listened = []string{
	"checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed",
	"invoice.paid", "invoice.payment_failed",
	"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted",
	"charge.refunded", "refund.created", "refund.updated", "refund.failed",
	"charge.dispute.created", "charge.dispute.closed", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
}

// tolerance is how old a signature may be.
const tolerance = 5 * time.Minute

// Verify implements payments.Provider. The version of what was sent does not matter: nothing but id and type is used.
func (s *Stripe) Verify(ctx context.Context, payload []byte, signature string) (payments.Event, error) {
	keys, err := s.Keys(ctx)
	if err != nil {
		return payments.Event{}, fault.Wrap(fault.Unavailable, "Payments cannot be reached now.", err)
	}
	for _, secret := range keys.WebhookSecrets {
		if secret == "" {
			continue
		}
		e, err := webhook.ConstructEventWithOptions(payload, signature, secret, webhook.ConstructEventOptions{Tolerance: tolerance, IgnoreAPIVersionMismatch: true})
		if err == nil {
			return event(&e), nil
		}
	}
	return payments.Event{}, fault.New(fault.Unauthenticated, "The signature does not fit.")
}

func event(e *sdk.Event) payments.Event {
	out := payments.Event{ID: e.ID, Type: string(e.Type), At: time.Unix(e.Created, 0).UTC()}
	if e.Data != nil {
		out.Object, _ = e.Data.Object["id"].(string)
	}
	return out
}

// Events implements payments.Provider.
func (s *Stripe) Events(ctx context.Context, since time.Time) ([]payments.Event, error) {
	c, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	params := &sdk.EventListParams{CreatedRange: &sdk.RangeQueryParams{GreaterThanOrEqual: since.Unix()}, Types: sdk.StringSlice(Listened), ListParams: sdk.ListParams{Limit: sdk.Int64(100)}}
	var list []payments.Event
	for e, err := range c.V1Events.List(ctx, params).All(ctx) {
		if err != nil {
			return nil, failed(err)
		}
		list = append(list, event(e))
	}
	slices.Reverse(list)
	return list, nil
}

// Look implements payments.Provider.
func (s *Stripe) Look(ctx context.Context, e payments.Event) (*billing.Fact, error) {
	if e.Object == "" || !slices.Contains(Listened, e.Type) {
		return nil, nil
	}
	c, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	l := look{stripe: s, client: c, fact: billing.Fact{Event: e.ID, Rail: billing.Stripe}}
	var known bool
	switch {
	case strings.HasPrefix(e.Type, "checkout.session."):
		known, err = l.session(ctx, e.Object)
	case strings.HasPrefix(e.Type, "invoice."):
		known, err = l.invoice(ctx, e.Object)
	case strings.HasPrefix(e.Type, "customer.subscription."):
		known, err = l.subscription(ctx, e.Object)
	case strings.HasPrefix(e.Type, "refund."):
		known, err = l.refund(ctx, e.Object)
	case strings.HasPrefix(e.Type, "charge.dispute."):
		known, err = l.dispute(ctx, e.Object)
	default:
		known, err = l.charge(ctx, e.Object)
	}
	// Another sandbox's event, signed with our secret by mistake, names what is not here.
	if missing(err) || err == nil && !known {
		return nil, nil
	}
	if err != nil {
		return nil, failed(err)
	}
	return &l.fact, nil
}

// look is one fact being made.
type look struct {
	stripe *Stripe
	client *sdk.Client
	fact   billing.Fact
}

// whose finds the account of a customer: by the customer, or by what the object itself was given, should they be deleted. It
// returns false for another stage's, and for whom nobody made here.
func (l *look) whose(ctx context.Context, customer *sdk.Customer, metadata map[string]string) (bool, error) {
	if customer != nil {
		l.fact.Customer = customer.ID
		found, err := l.client.V1Customers.Retrieve(ctx, customer.ID, nil)
		if err != nil && !missing(err) {
			return false, err
		}
		if err == nil && !found.Deleted {
			metadata = found.Metadata
		}
	}
	account, err := id.Parse(metadata[metaUser])
	if err != nil || account.IsZero() || metadata[metaStage] != l.stripe.Stage {
		return false, nil
	}
	l.fact.AccountID = account
	return true, nil
}

func (l *look) session(ctx context.Context, object string) (bool, error) {
	params := &sdk.CheckoutSessionRetrieveParams{}
	params.AddExpand("payment_intent.latest_charge")
	params.AddExpand("line_items.data.price")
	session, err := l.client.V1CheckoutSessions.Retrieve(ctx, object, params)
	if err != nil {
		return false, err
	}
	l.fact.FetchedAt = asked(session.APIResource, l.stripe.Now())
	known, err := l.whose(ctx, session.Customer, session.Metadata)
	if err != nil || !known || session.Status != sdk.CheckoutSessionStatusComplete {
		return false, err
	}
	if session.Mode == sdk.CheckoutSessionModeSubscription {
		return true, l.subscriptions(ctx)
	}
	f := &billing.PaymentFact{Reference: session.ID, Key: "session:" + session.ID, Kind: billing.Pack, Offer: session.Metadata[metaOffer], Status: billing.Pending,
		Amount: session.AmountTotal, Currency: string(session.Currency), CreatedAt: time.Unix(session.Created, 0).UTC()}
	if session.LineItems != nil {
		for _, item := range session.LineItems.Data {
			f.Tokens += tokens(item.Price) * item.Quantity
		}
	}
	if intent := session.PaymentIntent; intent != nil {
		f.Reference = intent.ID
		if intent.LatestCharge != nil {
			f.Receipt = intent.LatestCharge.ReceiptURL
		}
		if intent.Status == sdk.PaymentIntentStatusRequiresPaymentMethod || intent.Status == sdk.PaymentIntentStatusCanceled {
			f.Status = billing.Failed
		}
	}
	if session.PaymentStatus == sdk.CheckoutSessionPaymentStatusPaid {
		f.Status = billing.Paid
	}
	l.fact.Payment = f
	return f.Tokens > 0, nil
}

func tokens(p *sdk.Price) int64 {
	if p == nil {
		return 0
	}
	n, err := strconv.ParseInt(p.Metadata[metaTokens], 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func (l *look) invoice(ctx context.Context, object string) (bool, error) {
	params := &sdk.InvoiceRetrieveParams{}
	params.AddExpand("payments.data.payment.payment_intent")
	invoice, err := l.client.V1Invoices.Retrieve(ctx, object, params)
	if err != nil {
		return false, err
	}
	l.fact.FetchedAt = asked(invoice.APIResource, l.stripe.Now())
	// Nothing but a plan's own months brings tokens; a pack's invoice is only its receipt.
	if invoice.BillingReason != sdk.InvoiceBillingReasonSubscriptionCreate && invoice.BillingReason != sdk.InvoiceBillingReasonSubscriptionCycle ||
		invoice.Parent == nil || invoice.Parent.SubscriptionDetails == nil || invoice.Parent.SubscriptionDetails.Subscription == nil {
		return false, nil
	}
	details := invoice.Parent.SubscriptionDetails
	known, err := l.whose(ctx, invoice.Customer, details.Metadata)
	if err != nil || !known {
		return false, err
	}
	f := &billing.PaymentFact{Reference: invoice.ID, Kind: billing.Plan, Subscription: details.Subscription.ID, Amount: invoice.AmountDue,
		Currency: string(invoice.Currency), Receipt: invoice.HostedInvoiceURL, CreatedAt: time.Unix(invoice.Created, 0).UTC()}
	switch invoice.Status {
	case sdk.InvoiceStatusPaid:
		f.Status = billing.Paid
	case sdk.InvoiceStatusOpen, sdk.InvoiceStatusUncollectible, sdk.InvoiceStatusVoid:
		f.Status = billing.Failed
	default:
		return false, nil
	}
	if invoice.Payments != nil {
		for _, p := range invoice.Payments.Data {
			if p.Payment != nil && p.Payment.PaymentIntent != nil && (p.IsDefault || p.Status == "paid") {
				f.Reference = p.Payment.PaymentIntent.ID
			}
		}
	}
	if err := l.line(ctx, invoice, f); err != nil {
		return false, err
	}
	l.fact.Payment = f
	return f.Tokens > 0, l.subscriptions(ctx)
}

// line takes over the invoice's one line that brings tokens. There are no prorations: plans do not change into each other.
func (l *look) line(ctx context.Context, invoice *sdk.Invoice, f *billing.PaymentFact) error {
	if invoice.Lines == nil {
		return nil
	}
	for _, line := range invoice.Lines.Data {
		if line.Pricing == nil || line.Pricing.PriceDetails == nil || line.Pricing.PriceDetails.Price == nil || line.Period == nil {
			continue
		}
		p, err := l.client.V1Prices.Retrieve(ctx, line.Pricing.PriceDetails.Price.ID, nil)
		if err != nil {
			return err
		}
		if n := tokens(p); n > 0 {
			f.Key, f.Offer, f.Tokens = "line:"+line.ID, p.Metadata[metaOffer], n
			f.From, f.Until = time.Unix(line.Period.Start, 0).UTC(), time.Unix(line.Period.End, 0).UTC()
			return nil
		}
	}
	return nil
}

func (l *look) subscription(ctx context.Context, object string) (bool, error) {
	sub, err := l.client.V1Subscriptions.Retrieve(ctx, object, nil)
	if err != nil {
		return false, err
	}
	l.fact.FetchedAt = asked(sub.APIResource, l.stripe.Now())
	known, err := l.whose(ctx, sub.Customer, sub.Metadata)
	if err != nil || !known {
		return false, err
	}
	if err := l.subscriptions(ctx); err != nil {
		return false, err
	}
	if f := subscription(sub); !slices.ContainsFunc(l.fact.Subscriptions, func(s billing.SubscriptionFact) bool { return s.Reference == f.Reference }) {
		l.fact.Subscriptions = append(l.fact.Subscriptions, f)
	}
	return true, nil
}

func (l *look) subscriptions(ctx context.Context) (err error) {
	l.fact.Subscriptions, err = live(ctx, l.client, l.fact.Customer)
	var known *fault.Error
	if errors.As(err, &known) {
		return known.Cause
	}
	return err
}

func live(ctx context.Context, c *sdk.Client, customer string) ([]billing.SubscriptionFact, error) {
	var list []billing.SubscriptionFact
	// Those that have ended are left out unless asked for.
	for sub, err := range c.V1Subscriptions.List(ctx, &sdk.SubscriptionListParams{Customer: sdk.String(customer), ListParams: sdk.ListParams{Limit: sdk.Int64(100)}}).All(ctx) {
		if missing(err) {
			return nil, nil // the customer was deleted, and their plans with them
		}
		if err != nil {
			return nil, failed(err)
		}
		if f := subscription(sub); f.Live {
			list = append(list, f)
		}
	}
	slices.SortFunc(list, func(a, b billing.SubscriptionFact) int {
		if d := a.CreatedAt.Compare(b.CreatedAt); d != 0 {
			return d
		}
		return strings.Compare(a.Reference, b.Reference)
	})
	return list, nil
}

func subscription(sub *sdk.Subscription) billing.SubscriptionFact {
	f := billing.SubscriptionFact{Reference: sub.ID, Offer: sub.Metadata[metaOffer], Status: string(sub.Status), Cancels: sub.CancelAtPeriodEnd || sub.CancelAt > 0,
		CreatedAt: time.Unix(sub.Created, 0).UTC()}
	switch sub.Status { //nolint:exhaustive // what is not named has ended, or never began
	case sdk.SubscriptionStatusActive, sdk.SubscriptionStatusTrialing, sdk.SubscriptionStatusPastDue, sdk.SubscriptionStatusUnpaid, sdk.SubscriptionStatusPaused:
		f.Live = true
	}
	if sub.Items != nil && len(sub.Items.Data) > 0 {
		f.PeriodEnd = time.Unix(sub.Items.Data[0].CurrentPeriodEnd, 0).UTC()
	}
	return f
}
