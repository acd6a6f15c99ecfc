package payments_test

import (
	"fmt"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/billing"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

const million = 1_000_000

func TestAPackBringsItsTokensOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	page := h.buys("pack_small")
	h.desk.Pay(page, "decline")
	if facts := h.look(); len(facts) != 0 {
		t.Fatalf("a declined card told %+v", facts)
	}
	h.desk.Pay(page, "pay")
	facts := h.look()
	h.applies(shuffled(facts, 1)...)
	h.want("paid", books{balance: million})
	list := h.payments()
	if len(list) != 1 || list[0].Status != billing.Paid || list[0].Amount != 500 || list[0].Currency != "jpy" || list[0].Granted != million || list[0].Receipt == "" || list[0].ExpiresAt.IsZero() {
		t.Errorf("%+v", list)
	}
}

// What is promised brings nothing before it comes, and nothing if it does not.
func TestWhatIsPaidLater(t *testing.T) {
	t.Parallel()
	for how, want := range map[string]billing.Status{"arrive": billing.Paid, "fail": billing.Failed} {
		for seed := range uint64(3) {
			h := newHouse(t)
			h.desk.Pay(h.buys("pack_small"), "later")
			facts := h.look()
			h.applies(facts...)
			h.want("promised", books{})
			list := h.payments()
			if len(list) != 1 || list[0].Status != billing.Pending {
				t.Fatalf("%+v", list)
			}
			h.desk.Press("/desk/payments/" + list[0].Reference + "/" + how)
			h.applies(shuffled(append(facts, h.look()...), seed)...)
			tokens := int64(0)
			if want == billing.Paid {
				tokens = million
			}
			h.want(how, books{balance: tokens})
			if list := h.payments(); len(list) != 1 || list[0].Status != want {
				t.Errorf("%s: %+v", how, list)
			}
		}
	}
}

// Refunds are a state: whatever came first, what is left is what was not refunded.
func TestRefundsInEveryOrder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		h := newHouse(t)
		h.desk.Pay(h.buys("pack_small"), "pay")
		facts := h.look()
		charge := h.charge(facts[0].Reference())
		h.desk.Press("/desk/charges/"+charge+"/refund", "amount", "100")
		facts = append(facts, h.look()...)
		h.desk.Press("/desk/charges/"+charge+"/refund", "amount", "33")
		facts = append(facts, h.look()...)
		// floor(1,000,000 · 133 / 500)
		h.applies(shuffled(facts, seed)...)
		h.want(fmt.Sprint("two partial refunds ", seed), books{balance: million - 266_000})
		h.desk.Press("/desk/charges/" + charge + "/refund")
		facts = append(facts, h.look()...)
		h.applies(shuffled(facts, seed)...)
		h.want(fmt.Sprint("all of it ", seed), books{})
	}
}

func TestARefundThatFailsGivesBack(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		h := newHouse(t)
		h.desk.Pay(h.buys("pack_small"), "pay")
		facts := h.look()
		refund := h.desk.Press("/desk/charges/" + h.charge(facts[0].Reference()) + "/refund")
		facts = append(facts, h.look()...)
		if seed%2 == 0 {
			h.applies(facts...)
			h.want("refunded", books{})
		}
		h.desk.Press(fmt.Sprintf("/desk/refunds/%s/fail", refund["id"]))
		h.applies(shuffled(append(facts, h.look()...), seed)...)
		h.want(fmt.Sprint("failed ", seed), books{balance: million})
	}
}

// What was used already is owed, and repaid first by what comes next.
func TestWhatCannotBeTakenBackIsOwed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.desk.Pay(h.buys("pack_small"), "pay")
	facts := h.look()
	h.applies(facts...)
	h.spends(million - 1000)
	h.desk.Press("/desk/charges/" + h.charge(facts[0].Reference()) + "/refund")
	h.catchUp()
	h.want("refunded after use", books{owed: million - 1000})
	h.desk.Pay(h.buys("pack_large"), "pay")
	h.catchUp()
	h.want("repaid", books{balance: 5*million - (million - 1000)})
}

func TestDisputes(t *testing.T) {
	t.Parallel()
	for how, left := range map[string]int64{"win": million, "lose": 0} {
		for seed := range uint64(4) {
			h := newHouse(t)
			h.desk.Pay(h.buys("pack_small"), "pay")
			facts := h.look()
			charge := h.charge(facts[0].Reference())
			dispute := h.desk.Press("/desk/charges/" + charge + "/dispute")
			facts = append(facts, h.look()...)
			if seed%2 == 0 {
				h.applies(facts...)
				h.want("disputed", books{frozen: true})
			}
			h.desk.Press(fmt.Sprintf("/desk/disputes/%s/%s", dispute["id"], how))
			h.applies(shuffled(append(facts, h.look()...), seed)...)
			h.want(fmt.Sprint(how, seed), books{balance: left})
		}
	}
}

// An inquiry takes nothing: the account only stands still.
func TestAnInquiryOnlyFreezes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.desk.Pay(h.buys("pack_small"), "pay")
	facts := h.look()
	h.applies(facts...)
	dispute := h.desk.Press("/desk/charges/"+h.charge(facts[0].Reference())+"/dispute", "inquiry", "1")
	h.catchUp()
	h.want("asked", books{balance: million, frozen: true})
	h.desk.Press(fmt.Sprintf("/desk/disputes/%s/win", dispute["id"]))
	h.catchUp()
	h.want("answered", books{balance: million})
}

// One page at a time; the same request leads to the same page.
func TestANewPageClosesTheOneBefore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.buys("pack_small")
	request := id.New()
	var again [2]string
	for i := range again {
		var err error
		if again[i], err = h.shop.Checkout(t.Context(), h.aki, request, "pack_small", "en"); err != nil {
			t.Fatal(err)
		}
	}
	if again[0] != again[1] || again[0] == first {
		t.Error(first, again)
	}
	if open := h.desk.Read("/v1/checkout/sessions?status=open")["data"].([]any); len(open) != 1 {
		t.Errorf("%d pages are open", len(open))
	}
	if _, err := h.shop.Checkout(t.Context(), h.aki, id.New(), "pack_none", "en"); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	h.desk.Pay(again[0], "pay")
	h.catchUp()
	h.want("paid", books{balance: million})
	// One customer, however often they came.
	if all := h.desk.Read("/v1/customers/search?query=x")["data"].([]any); len(all) != 1 {
		t.Errorf("%d customers", len(all))
	}
}
