package stripe

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/yoriai/yoriai/shared/domain/billing"
)

// Setup makes what an account must have: a product and a price for each offer, the portal, and the webhook. What is there stays; a
// changed price is made anew and takes over the look-up key, for what was sold under a price is never edited. It returns the webhook's
// secret if it made the webhook: Stripe tells it this once. Without an address it makes none.
func (s *Stripe) Setup(ctx context.Context, offers billing.Offers, webhook, origin string, say func(string)) (secret string, err error) {
	c, err := s.open(ctx)
	if err != nil {
		return "", err
	}
	for _, offer := range offers {
		if err := s.setupOffer(ctx, c, offer, say); err != nil {
			return "", fmt.Errorf("offer %s: %w", offer.Key, err)
		}
	}
	if err := s.setupPortal(ctx, c, origin, say); err != nil {
		return "", fmt.Errorf("portal: %w", err)
	}
	if webhook == "" {
		return "", nil
	}
	secret, err = s.setupWebhook(ctx, c, webhook, say)
	if err != nil {
		return "", fmt.Errorf("webhook: %w", err)
	}
	return secret, nil
}

func (s *Stripe) setupOffer(ctx context.Context, c *sdk.Client, o billing.Offer, say func(string)) error {
	product := "yoriai_" + o.Key
	if _, err := c.V1Products.Retrieve(ctx, product, nil); missing(err) {
		if _, err := c.V1Products.Create(ctx, &sdk.ProductCreateParams{ID: sdk.String(product), Name: sdk.String(o.Names["en"] + " / " + o.Names["ja"]),
			Metadata: map[string]string{metaOffer: o.Key}}); err != nil {
			return err
		}
		say("made product " + product)
	} else if err != nil {
		return err
	}
	meta := map[string]string{metaOffer: o.Key, metaTokens: strconv.FormatInt(o.Tokens, 10)}
	var old *sdk.Price
	for p, err := range c.V1Prices.List(ctx, &sdk.PriceListParams{LookupKeys: sdk.StringSlice([]string{o.Key})}).All(ctx) {
		if err != nil {
			return err
		}
		old = p
	}
	if old != nil && old.Active && old.UnitAmount == o.Amount && string(old.Currency) == o.Currency && old.Metadata[metaTokens] == meta[metaTokens] {
		return nil
	}
	params := &sdk.PriceCreateParams{Product: sdk.String(product), Currency: sdk.String(o.Currency), UnitAmount: sdk.Int64(o.Amount), LookupKey: sdk.String(o.Key),
		TransferLookupKey: sdk.Bool(true), Metadata: meta, TaxBehavior: sdk.String(string(sdk.PriceTaxBehaviorInclusive))}
	if o.Kind == billing.Plan {
		params.Recurring = &sdk.PriceCreateRecurringParams{Interval: sdk.String(string(sdk.PriceRecurringIntervalMonth))}
	}
	made, err := c.V1Prices.Create(ctx, params)
	if err != nil {
		return err
	}
	say("made price " + made.ID + " of " + o.Key)
	if old == nil {
		return nil
	}
	// Who has the old one keeps it; nobody new gets it.
	_, err = c.V1Prices.Update(ctx, old.ID, &sdk.PriceUpdateParams{Active: sdk.Bool(false)})
	return err
}

func (s *Stripe) setupPortal(ctx context.Context, c *sdk.Client, origin string, say func(string)) error {
	if configuration, err := s.portal(ctx, c); err != nil || configuration != "" {
		return err
	}
	// No change of plan, and hence no prorations.
	_, err := c.V1BillingPortalConfigurations.Create(ctx, &sdk.BillingPortalConfigurationCreateParams{
		DefaultReturnURL: sdk.String(origin + "/billing"), Metadata: map[string]string{metaStage: s.Stage},
		Features: &sdk.BillingPortalConfigurationCreateFeaturesParams{
			SubscriptionCancel:  &sdk.BillingPortalConfigurationCreateFeaturesSubscriptionCancelParams{Enabled: sdk.Bool(true), Mode: sdk.String("at_period_end")},
			PaymentMethodUpdate: &sdk.BillingPortalConfigurationCreateFeaturesPaymentMethodUpdateParams{Enabled: sdk.Bool(true)},
			InvoiceHistory:      &sdk.BillingPortalConfigurationCreateFeaturesInvoiceHistoryParams{Enabled: sdk.Bool(true)},
		},
	})
	if err == nil {
		say("made the portal")
	}
	return err
}

// portal is this stage's configuration of the portal; empty if nobody made it.
func (s *Stripe) portal(ctx context.Context, c *sdk.Client) (string, error) {
	for p, err := range c.V1BillingPortalConfigurations.List(ctx, &sdk.BillingPortalConfigurationListParams{Active: sdk.Bool(true)}).All(ctx) {
		if err != nil {
			return "", err
		}
		if p.Metadata[metaStage] == s.Stage {
			return p.ID, nil
		}
	}
	return "", nil
}

func (s *Stripe) setupWebhook(ctx context.Context, c *sdk.Client, address string, say func(string)) (string, error) {
	for w, err := range c.V1WebhookEndpoints.List(ctx, nil).All(ctx) {
		if err != nil {
			return "", err
		}
		if w.URL != address {
			continue
		}
		if w.APIVersion != APIVersion {
			return "", fmt.Errorf("%s speaks %s and not %s: delete it at Stripe, and set up again", address, w.APIVersion, APIVersion)
		}
		have := slices.Clone(w.EnabledEvents)
		want := slices.Clone(Listened)
		slices.Sort(have)
		slices.Sort(want)
		if slices.Equal(have, want) && w.Status == "enabled" {
			return w.Secret, nil
		}
		say("changed the webhook's events")
		_, err := c.V1WebhookEndpoints.Update(ctx, w.ID, &sdk.WebhookEndpointUpdateParams{EnabledEvents: sdk.StringSlice(Listened), Disabled: sdk.Bool(false)})
		return "", err
	}
	made, err := c.V1WebhookEndpoints.Create(ctx, &sdk.WebhookEndpointCreateParams{URL: sdk.String(address), EnabledEvents: sdk.StringSlice(Listened),
		APIVersion: sdk.String(APIVersion), Metadata: map[string]string{metaStage: s.Stage}})
	if err != nil {
		return "", err
	}
	say("made the webhook " + address)
	return made.Secret, nil
}
