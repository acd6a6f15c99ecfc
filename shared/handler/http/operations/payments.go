package operations

import (
	"net/http"
	"strings"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/fault"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/payments"
)

// ListPlans lists what can be bought.
func ListPlans(u payments.Shop) httpapi.Handler {
	return func(r *httpapi.Request) error {
		goods, err := u.Goods(r.Request().Context())
		if err != nil {
			return err
		}
		list := api.OfferList{Items: make([]api.Offer, len(goods))}
		for i, g := range goods {
			list.Items[i] = wire.Offer(g)
		}
		return r.JSON(http.StatusOK, list)
	}
}

const longestOffer = 40

// CreateCheckout leads to the page on which an offer is paid.
func CreateCheckout(u payments.Shop) httpapi.Handler {
	return func(r *httpapi.Request) error {
		key, err := r.IdempotencyKey()
		if err != nil {
			return err
		}
		var body api.CreateCheckout
		if err := r.Decode(&body); err != nil {
			return err
		}
		locale, err := paymentLocale(body.Locale)
		if err != nil {
			return err
		}
		if n := len([]rune(body.Offer)); n == 0 || n > longestOffer {
			return fault.Invalid("offer", "must have 1 to 40 characters")
		}
		return page(r)(u.Checkout(r.Request().Context(), r.Caller.UserID, key, body.Offer, locale))
	}
}

// CreatePortal leads to the page on which a plan is cancelled and resumed.
func CreatePortal(u payments.Shop) httpapi.Handler {
	return func(r *httpapi.Request) error {
		key, err := r.IdempotencyKey()
		if err != nil {
			return err
		}
		var body api.CreatePortal
		if err := r.Decode(&body); err != nil {
			return err
		}
		locale, err := paymentLocale(body.Locale)
		if err != nil {
			return err
		}
		return page(r)(u.Portal(r.Request().Context(), r.Caller.UserID, key, locale))
	}
}

func page(r *httpapi.Request) func(address string, err error) error {
	return func(address string, err error) error {
		if err != nil {
			return err
		}
		return r.JSON(http.StatusCreated, api.PaymentPage{Url: address})
	}
}

func paymentLocale(l *api.PaymentLocale) (string, error) {
	switch {
	case l == nil:
		return "en", nil
	case *l != "en" && *l != "ja":
		return "", fault.Invalid("locale", "must be en or ja")
	}
	return string(*l), nil
}

// ListPayments lists what one paid, newest first.
func ListPayments(u payments.History) httpapi.Handler {
	return func(r *httpapi.Request) error {
		limit, err := r.QueryInt("limit", defaultPage, 1, largestPage)
		if err != nil {
			return err
		}
		before, err := r.QueryID("cursor")
		if err != nil {
			return err
		}
		list, err := u.List(r.Request().Context(), r.Caller.UserID, before, int(limit)+1)
		if err != nil {
			return err
		}
		plans, err := u.Subscriptions(r.Request().Context(), r.Caller.UserID)
		if err != nil {
			return err
		}
		out := api.PaymentPageList{Items: []api.Payment{}, Subscriptions: []api.PaidPlan{}}
		if len(list) > int(limit) {
			list = list[:limit]
			next := list[limit-1].ID.String()
			out.NextCursor = &next
		}
		for _, p := range list {
			out.Items = append(out.Items, wire.Payment(p))
		}
		for _, s := range plans {
			out.Subscriptions = append(out.Subscriptions, wire.PaidPlan(s))
		}
		return r.JSON(http.StatusOK, out)
	}
}

// StripeWebhook hears Stripe: the body as it came is what was signed. The signature is a list, which Lambda's adapter gives in parts.
func StripeWebhook(u payments.Hook) httpapi.Handler {
	return func(r *httpapi.Request) error {
		body, err := r.Raw()
		if err != nil {
			return err
		}
		if err := u.Hear(r.Request().Context(), body, strings.Join(r.Request().Header.Values("Stripe-Signature"), ",")); err != nil {
			return err
		}
		return r.NoContent(http.StatusNoContent)
	}
}
