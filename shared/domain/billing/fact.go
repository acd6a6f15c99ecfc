package billing

import (
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// Fact is what a provider said when it was asked about something. Facts come twice, late and in any order: each is the whole
// state of what it names, as it was at FetchedAt.
type Fact struct {
	// Event is what made us ask; it is confirmed once the fact is in the books.
	Event     string    `json:"event"`
	Rail      Rail      `json:"rail"`
	FetchedAt time.Time `json:"fetched_at"`
	AccountID id.ID     `json:"account_id"`
	Customer  string    `json:"customer"`

	Payment *PaymentFact `json:"payment,omitempty"`
	Refund  *RefundFact  `json:"refund,omitempty"`
	Dispute *DisputeFact `json:"dispute,omitempty"`
	// Subscriptions are all of the customer's that live, oldest first, and the one that the event names.
	Subscriptions []SubscriptionFact `json:"subscriptions,omitempty"`
}

// Reference is the payment that a fact is about; empty if none.
func (f Fact) Reference() string {
	switch {
	case f.Payment != nil:
		return f.Payment.Reference
	case f.Refund != nil:
		return f.Refund.Reference
	case f.Dispute != nil:
		return f.Dispute.Payment
	}
	return ""
}

// PaymentFact is a payment for an offer. Key is what grants its tokens once.
type PaymentFact struct {
	Reference    string    `json:"reference"`
	Key          string    `json:"key"`
	Kind         Kind      `json:"kind"`
	Offer        string    `json:"offer"`
	Subscription string    `json:"subscription,omitempty"`
	Status       Status    `json:"status"`
	Amount       int64     `json:"amount"`
	Currency     string    `json:"currency"`
	Receipt      string    `json:"receipt,omitempty"`
	Tokens       int64     `json:"tokens"`
	From         time.Time `json:"from,omitzero"`
	Until        time.Time `json:"until,omitzero"`
	CreatedAt    time.Time `json:"created_at"`
}

// RefundFact is how much of a payment went back.
type RefundFact struct {
	Reference string    `json:"reference"`
	Amount    int64     `json:"amount"`
	Refunded  int64     `json:"refunded"`
	Currency  string    `json:"currency"`
	Receipt   string    `json:"receipt,omitempty"`
	CreatedAt time.Time `json:"created_at"`
}

// DisputeFact is what became of a dispute.
type DisputeFact struct {
	Reference string `json:"reference"`
	Payment   string `json:"payment"`
	Open      bool   `json:"open"`
	Withdrawn bool   `json:"withdrawn"`
}

// SubscriptionFact is a subscription.
type SubscriptionFact struct {
	Reference string    `json:"reference"`
	Offer     string    `json:"offer"`
	Status    string    `json:"status"`
	Live      bool      `json:"live"`
	Cancels   bool      `json:"cancels"`
	PeriodEnd time.Time `json:"period_end,omitzero"`
	CreatedAt time.Time `json:"created_at"`
}

// Wish is what a provider shall be asked to do.
type Wish string

// The wishes.
const (
	CancelSubscription Wish = "cancel_subscription"
	ExpireSessions     Wish = "expire_sessions" // all open pages of a customer's
	Refund             Wish = "refund"
	DeleteCustomer     Wish = "delete_customer"
)

// Command is one wish about one thing of the provider's. Its key makes it happen once.
type Command struct {
	Wish    Wish   `json:"wish"`
	Subject string `json:"subject"`
	Key     string `json:"key"`
}
