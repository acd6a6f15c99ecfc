package offers_test

import (
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/adapter/offers"
	"github.com/yoriai/yoriai/shared/domain/billing"
)

func TestTheOffersOfThisBuildCanBeSold(t *testing.T) {
	t.Parallel()
	list, err := offers.Read()
	if err != nil || len(list) < 2 {
		t.Fatal(list, err)
	}
	kinds := map[billing.Kind]bool{}
	for _, o := range list {
		kinds[o.Kind] = true
	}
	if !kinds[billing.Pack] || !kinds[billing.Plan] {
		t.Error(kinds)
	}
}

func TestWhatMustNotBeSoldIsRefused(t *testing.T) {
	t.Parallel()
	const good = `currency = "jpy"
[[offers]]
key = "pack"
kind = "pack"
tokens = 10
amount = 5
names = {en = "P", ja = "P"}
valid_days = {stripe = 180}
`
	if _, err := offers.Parse(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"no tokens": {"tokens = 10", "tokens = 0"}, "negative tokens": {"tokens = 10", "tokens = -10"}, "free": {"amount = 5", "amount = 0"},
		"a negative price": {"amount = 5", "amount = -5"}, "half a token": {"tokens = 10", "tokens = 10.5"}, "no name": {`, ja = "P"`, ""},
		"another kind": {`"pack"` + "\ntokens", `"gift"` + "\ntokens"}, "good for no day": {"stripe = 180", "stripe = 0"}, "a rail that is none": {"stripe = 180", "cash = 180"},
		"a plan with days": {`kind = "pack"`, `kind = "plan"`}, "a word that nobody reads": {"amount = 5", "amount = 5\ndiscount = 1"},
		"no currency": {`"jpy"`, `""`}, "twice": {good, good + strings.SplitAfterN(good, "\n", 2)[1]},
	} {
		text := strings.Replace(good, change[0], change[1], 1)
		if text == good {
			t.Fatalf("%s changes nothing", name)
		}
		if list, err := offers.Parse(text); err == nil {
			t.Errorf("%s: %+v", name, list)
		}
	}
}
