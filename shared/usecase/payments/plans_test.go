package payments_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/usecase/payments"
)

// plan is the subscriptions that live.
func (h *house) plan() []billing.Subscription {
	h.Helper()
	list, err := payments.History{Store: postgres.Payments{DB: h.db}}.Subscriptions(h.Context(), h.aki)
	if err != nil {
		h.Fatal(err)
	}
	return list
}

// portal presses a button of the portal.
func (h *house) portal(how string) {
	h.Helper()
	page, err := h.shop.Portal(h.Context(), h.aki, id.New(), "ja")
	if err != nil {
		h.Fatal(err)
	}
	h.desk.Press(strings.TrimPrefix(page, h.desk.URL) + "/" + h.plan()[0].Reference + "/" + how)
}

func (h *house) lots() (n int) {
	h.Helper()
	if err := h.db.QueryRow(h.Context(), `SELECT count(*) FROM token_lots WHERE account_id = $1 AND source = 'subscription'`, h.aki).Scan(&n); err != nil {
		h.Fatal(err)
	}
	return n
}

// A month's tokens belong to its invoice's line: they come once, whatever is told how often.
func TestAPlanBringsEachMonthOnce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		h := newHouse(t)
		h.desk.Pay(h.buys("plan_standard"), "pay")
		facts := h.look()
		h.desk.Press("/desk/clock", "by", "month")
		facts = append(facts, h.look()...)
		h.applies(shuffled(facts, seed)...)
		h.want(fmt.Sprint("two months ", seed), books{balance: 6 * million})
		if plan := h.plan(); len(plan) != 1 || plan[0].Offer != "plan_standard" || plan[0].Cancels || h.lots() != 2 {
			t.Errorf("%+v, %d lots", plan, h.lots())
		}
		if list := h.payments(); len(list) != 2 || list[0].Kind != billing.Plan || list[0].Amount != 980 || !strings.Contains(list[0].Receipt, "/receipts/in_") {
			t.Errorf("%+v", list)
		}
	}
}

func TestOnePlanAtATime(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.desk.Pay(h.buys("plan_standard"), "pay")
	if _, err := h.shop.Checkout(t.Context(), h.aki, id.New(), "plan_plus", "en"); !fault.Is(err, fault.AlreadyExists) {
		t.Error(err)
	}
	h.buys("pack_small") // a pack beside a plan is fine
}

// Two pages that were open at the same time, both paid: the later plan is cancelled and refunded, and its tokens go.
func TestASecondPlanIsCancelledAndRefunded(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		h := newHouse(t)
		customer, err := h.account.Customer(t.Context(), h.aki)
		if err != nil {
			t.Fatal(err)
		}
		var pages []string
		for _, key := range []string{"plan_standard", "plan_plus"} {
			offer, _ := h.shop.Offers.Find(key)
			page, err := h.account.Checkout(t.Context(), payments.Order{AccountID: h.aki, Customer: customer, Offer: offer, Request: key, ExpiresAt: time.Now().Add(time.Hour), Back: "http://x"}, key)
			if err != nil {
				t.Fatal(err)
			}
			pages = append(pages, page)
		}
		h.desk.Pay(pages[0], "pay")
		h.desk.Press("/desk/clock", "by", "10s")
		facts := h.look()
		h.desk.Pay(pages[1], "pay")
		facts = append(facts, h.look()...)
		h.applies(shuffled(facts, seed)...)
		wishes := map[billing.Wish]int{}
		executor := payments.Executor{Provider: h.account}
		for _, row := range h.commands() {
			var c billing.Command
			if err := json.Unmarshal([]byte(row.Body), &c); err != nil {
				t.Fatal(err)
			}
			wishes[c.Wish]++
			for range 2 { // queues deliver at least once
				if err := executor.Do(t.Context(), c); err != nil {
					t.Fatal(c, err)
				}
			}
		}
		if wishes[billing.CancelSubscription] != 1 || wishes[billing.Refund] != 1 {
			t.Errorf("seed %d wished %v", seed, wishes)
		}
		h.applies(shuffled(append(facts, h.look()...), seed+100)...)
		h.want(fmt.Sprint("the first stays ", seed), books{balance: 3 * million})
		if plan := h.plan(); len(plan) != 1 || plan[0].Offer != "plan_standard" {
			t.Errorf("%+v", plan)
		}
		if again := h.commands(); len(again) != 0 {
			t.Errorf("wished again: %+v", again)
		}
	}
}

// Cancelled in the last second of its month: nothing more is paid or brought; resumed before, it goes on.
func TestAPlanThatIsCancelledInItsLastSecond(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.desk.Pay(h.buys("plan_standard"), "pay")
	h.catchUp()
	h.portal("cancel")
	h.catchUp()
	if plan := h.plan(); len(plan) != 1 || !plan[0].Cancels {
		t.Fatalf("%+v", plan)
	}
	h.portal("resume")
	h.catchUp()
	ends := h.plan()[0].PeriodEnd
	h.desk.Press("/desk/clock", "by", (time.Until(ends) - 2*time.Second).Round(time.Second).String())
	h.portal("cancel")
	h.desk.Press("/desk/clock", "by", "72h")
	h.applies(shuffled(h.look(), 3)...)
	h.want("ended", books{balance: 3 * million})
	if plan := h.plan(); len(plan) != 0 {
		t.Errorf("%+v", plan)
	}
	h.desk.Pay(h.buys("plan_plus"), "pay") // and now another
	h.catchUp()
	h.want("another", books{balance: 15 * million})
}

func TestACardThatDeclinesBringsNoMonth(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.desk.Pay(h.buys("plan_standard"), "pay")
	h.catchUp()
	customer, _ := h.account.Customer(t.Context(), h.aki)
	h.desk.Press("/desk/customers/" + customer + "/decline")
	h.desk.Press("/desk/clock", "by", "month")
	h.catchUp()
	h.want("declined", books{balance: 3 * million})
	if plan := h.plan(); len(plan) != 1 || plan[0].Status != "past_due" {
		t.Errorf("%+v", plan)
	}
	if list := h.payments(); len(list) != 2 || list[0].Status != billing.Failed {
		t.Errorf("%+v", list)
	}
}

// Heard of only after the month was over: the tokens last as long as they would have.
func TestARenewalThatIsHeardTooLate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.desk.Pay(h.buys("plan_standard"), "pay")
	facts := h.look()
	for i := range facts {
		if p := facts[i].Payment; p != nil {
			p.From, p.Until = p.From.AddDate(0, -3, 0), p.Until.AddDate(0, -3, 0)
		}
	}
	h.applies(facts...)
	h.want("late", books{balance: 3 * million})
	if list := h.payments(); len(list) != 1 || time.Until(list[0].ExpiresAt) < 27*24*time.Hour {
		t.Errorf("%+v", list)
	}
}

// What a refund takes is what is left to take: tokens that ended by themselves are not taken a second time from others.
func TestARefundOfWhatHasExpired(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.desk.Pay(h.buys("pack_small"), "pay")
	facts := h.look()
	h.applies(facts...)
	h.spends(million / 4)
	if _, err := h.db.Exec(t.Context(), `UPDATE token_lots SET expires_at = now() - interval '1 day'`); err != nil {
		t.Fatal(err)
	}
	h.desk.Pay(h.buys("pack_large"), "pay")
	h.catchUp()
	h.desk.Press("/desk/charges/" + h.charge(facts[0].Reference()) + "/refund")
	h.catchUp()
	h.want("a quarter was used", books{balance: 5*million - million/4})
}

// A customer that was deleted at Stripe is still known by what their payments carry.
func TestARefundOfADeletedCustomer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.desk.Pay(h.buys("pack_small"), "pay")
	facts := h.look()
	h.applies(facts...)
	customer, _ := h.account.Customer(t.Context(), h.aki)
	if err := (payments.Executor{Provider: h.account}).Do(t.Context(), billing.Command{Wish: billing.DeleteCustomer, Subject: customer, Key: "k"}); err != nil {
		t.Fatal(err)
	}
	h.desk.Press("/desk/charges/" + h.charge(facts[0].Reference()) + "/refund")
	h.catchUp()
	h.want("refunded", books{})
}

// Who is suspended pays for no further month.
func TestPlansEndWithTheirAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.desk.Pay(h.buys("plan_standard"), "pay")
	h.catchUp()
	open := func() int {
		return len(h.desk.Read("/v1/checkout/sessions?status=open")["data"].([]any))
	}
	if h.buys("pack_small"); open() != 1 {
		t.Fatal("no page is open")
	}
	if err := h.worker.EndPlans(t.Context(), h.aki); err != nil {
		t.Fatal(err)
	}
	for _, row := range h.commands() {
		var c billing.Command
		if err := json.Unmarshal([]byte(row.Body), &c); err != nil {
			t.Fatal(err)
		}
		if err := (payments.Executor{Provider: h.account}).Do(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if n := open(); n != 0 {
		t.Errorf("%d pages to pay on are open", n)
	}
	h.desk.Press("/desk/clock", "by", "month")
	h.catchUp()
	h.want("ended", books{balance: 3 * million})
	if plan := h.plan(); len(plan) != 0 {
		t.Errorf("%+v", plan)
	}
}

func TestAFactAboutNobodyIsDropped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.desk.Pay(h.buys("pack_small"), "pay")
	facts := h.look()
	for i := range facts {
		facts[i].AccountID = id.New()
	}
	h.applies(facts...)
	h.want("nobody's", books{})
	if slices.ContainsFunc(h.payments(), func(billing.Payment) bool { return true }) {
		t.Error("something was written")
	}
}
