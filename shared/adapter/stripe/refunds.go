package stripe

import (
	"context"
	"errors"
	"time"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/yoriai/yoriai/shared/domain/billing"
)

// refunded says that a refund was refused because all of it went back before.
func refunded(err error) bool {
	var e *sdk.Error
	return errors.As(err, &e) && e.Code == sdk.ErrorCodeChargeAlreadyRefunded
}

func (l *look) refund(ctx context.Context, object string) (bool, error) {
	refund, err := l.client.V1Refunds.Retrieve(ctx, object, nil)
	if err != nil || refund.Charge == nil {
		return false, err
	}
	return l.charge(ctx, refund.Charge.ID)
}

// charge tells how much of a payment went back in all.
func (l *look) charge(ctx context.Context, object string) (bool, error) {
	charge, err := l.client.V1Charges.Retrieve(ctx, object, nil)
	if err != nil {
		return false, err
	}
	l.fact.FetchedAt = asked(charge.APIResource, l.stripe.Now())
	known, err := l.whose(ctx, charge.Customer, charge.Metadata)
	if err != nil || !known || charge.PaymentIntent == nil {
		return false, err
	}
	l.fact.Refund = &billing.RefundFact{Reference: charge.PaymentIntent.ID, Amount: charge.Amount, Refunded: charge.AmountRefunded, Currency: string(charge.Currency),
		Receipt: charge.ReceiptURL, CreatedAt: time.Unix(charge.Created, 0).UTC()}
	return true, nil
}

func (l *look) dispute(ctx context.Context, object string) (bool, error) {
	params := &sdk.DisputeRetrieveParams{}
	params.AddExpand("charge")
	dispute, err := l.client.V1Disputes.Retrieve(ctx, object, params)
	if err != nil || dispute.Charge == nil {
		return false, err
	}
	l.fact.FetchedAt = asked(dispute.APIResource, l.stripe.Now())
	known, err := l.whose(ctx, dispute.Charge.Customer, dispute.Charge.Metadata)
	if err != nil || !known || dispute.Charge.PaymentIntent == nil {
		return false, err
	}
	f := &billing.DisputeFact{Reference: dispute.ID, Payment: dispute.Charge.PaymentIntent.ID, Withdrawn: dispute.Status == sdk.DisputeStatusLost}
	switch dispute.Status { //nolint:exhaustive // the others are decided
	case sdk.DisputeStatusNeedsResponse, sdk.DisputeStatusUnderReview, sdk.DisputeStatusWarningNeedsResponse, sdk.DisputeStatusWarningUnderReview:
		f.Open = true
	}
	if len(dispute.BalanceTransactions) > 0 {
		var moved int64
		for _, t := range dispute.BalanceTransactions {
			moved += t.Amount
		}
		f.Withdrawn = moved < 0
	}
	l.fact.Dispute = f
	return true, nil
}
