package stripe

import (
	"context"
	"net/url"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/usecase/payments"
)

// ExpireSessions implements payments.Provider.
func (s *Stripe) ExpireSessions(ctx context.Context, customer, request string) error {
	c, err := s.open(ctx)
	if err != nil {
		return err
	}
	if err := expireAll(ctx, c, customer, request); err != nil {
		return failed(err)
	}
	return nil
}

func expireAll(ctx context.Context, c *sdk.Client, customer, request string) error {
	open := &sdk.CheckoutSessionListParams{Customer: sdk.String(customer), Status: sdk.String(string(sdk.CheckoutSessionStatusOpen))}
	for session, err := range c.V1CheckoutSessions.List(ctx, open).All(ctx) {
		if err != nil {
			return err
		}
		if request != "" && session.Metadata[metaRequest] == request {
			continue
		}
		if err := expire(ctx, c, session.ID); err != nil {
			return err
		}
	}
	return nil
}

// expire ends a page; one that has ended is no error.
func expire(ctx context.Context, c *sdk.Client, session string) error {
	_, err := c.V1CheckoutSessions.Expire(ctx, session, &sdk.CheckoutSessionExpireParams{})
	if err == nil || missing(err) {
		return nil
	}
	now, lookErr := c.V1CheckoutSessions.Retrieve(ctx, session, nil)
	if lookErr == nil && now.Status != sdk.CheckoutSessionStatusOpen {
		return nil
	}
	return err
}

// Checkout implements payments.Provider.
func (s *Stripe) Checkout(ctx context.Context, o payments.Order, key string) (string, error) {
	c, err := s.open(ctx)
	if err != nil {
		return "", err
	}
	prices, err := s.listPrices(ctx, c)
	if err != nil {
		return "", err
	}
	found := ""
	for _, p := range prices {
		if p.Offer == o.Offer.Key {
			found = p.id
		}
	}
	if found == "" {
		return "", fault.New(fault.NotFound, "There is no such offer.")
	}
	meta := s.metadata(o.AccountID)
	meta[metaOffer] = o.Offer.Key
	params := &sdk.CheckoutSessionCreateParams{
		Customer: sdk.String(o.Customer), ClientReferenceID: sdk.String(o.AccountID.String()), ExpiresAt: sdk.Int64(o.ExpiresAt.Unix()),
		LineItems:  []*sdk.CheckoutSessionCreateLineItemParams{{Price: sdk.String(found), Quantity: sdk.Int64(1)}},
		SuccessURL: sdk.String(back(o.Back, "done")), CancelURL: sdk.String(back(o.Back, "closed")),
		Metadata: map[string]string{metaRequest: o.Request},
	}
	for name, value := range meta {
		params.Metadata[name] = value
	}
	if o.Locale != "" {
		params.Locale = sdk.String(o.Locale)
	}
	if o.Offer.Kind == billing.Plan {
		params.Mode = sdk.String(string(sdk.CheckoutSessionModeSubscription))
		params.SubscriptionData = &sdk.CheckoutSessionCreateSubscriptionDataParams{Metadata: meta}
	} else {
		params.Mode = sdk.String(string(sdk.CheckoutSessionModePayment))
		params.PaymentIntentData = &sdk.CheckoutSessionCreatePaymentIntentDataParams{Metadata: meta}
		params.InvoiceCreation = &sdk.CheckoutSessionCreateInvoiceCreationParams{Enabled: sdk.Bool(true)}
	}
	params.SetIdempotencyKey(key)
	session, err := c.V1CheckoutSessions.Create(ctx, params)
	if err != nil {
		return "", failed(err)
	}
	return session.URL, nil
}

func back(address, how string) string { return address + "?checkout=" + url.QueryEscape(how) }

// Portal implements payments.Provider.
func (s *Stripe) Portal(ctx context.Context, customer, address, locale, key string) (string, error) {
	c, err := s.open(ctx)
	if err != nil {
		return "", err
	}
	configuration, err := s.portal(ctx, c)
	if err != nil {
		return "", failed(err)
	}
	params := &sdk.BillingPortalSessionCreateParams{Customer: sdk.String(customer), ReturnURL: sdk.String(address)}
	if configuration != "" {
		params.Configuration = sdk.String(configuration)
	}
	if locale != "" {
		params.Locale = sdk.String(locale)
	}
	params.SetIdempotencyKey(key)
	session, err := c.V1BillingPortalSessions.Create(ctx, params)
	if err != nil {
		return "", failed(err)
	}
	return session.URL, nil
}

// Do implements payments.Provider. What is done already is done.
func (s *Stripe) Do(ctx context.Context, command billing.Command) error {
	c, err := s.open(ctx)
	if err != nil {
		return err
	}
	switch command.Wish {
	case billing.CancelSubscription:
		params := &sdk.SubscriptionCancelParams{}
		params.SetIdempotencyKey(command.Key)
		_, err = c.V1Subscriptions.Cancel(ctx, command.Subject, params)
	case billing.ExpireSessions:
		err = expireAll(ctx, c, command.Subject, "")
	case billing.Refund:
		params := &sdk.RefundCreateParams{PaymentIntent: sdk.String(command.Subject)}
		params.SetIdempotencyKey(command.Key)
		if _, err = c.V1Refunds.Create(ctx, params); refunded(err) {
			err = nil
		}
	case billing.DeleteCustomer:
		_, err = c.V1Customers.Delete(ctx, command.Subject, nil)
	default:
		return fault.New(fault.Internal, "There is no wish "+string(command.Wish)+".")
	}
	if err == nil || missing(err) {
		return nil
	}
	return failed(err)
}
