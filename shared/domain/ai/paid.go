package ai

import (
	"math"
	"math/bits"
)

// Rates are what the house pays a provider, in billionths of a US dollar for a million tokens: fixed when a question is asked,
// since prices change.
type Rates struct{ Input, CachedInput, Output int64 }

const nano = 1e9

// RatesOf turns a list's prices into whole numbers.
func RatesOf(p Price) Rates {
	whole := func(usd float64) int64 { return int64(math.Round(max(usd, 0) * nano)) }
	return Rates{Input: whole(p.Input), CachedInput: whole(p.CachedInput), Output: whole(p.Output)}
}

// Cost is what the house paid for usage, in billionths of a US dollar. A provider without a price for what it had seen before
// takes its usual one.
func (r Rates) Cost(u Usage) int64 {
	cached := min(max(u.CachedInputTokens, 0), max(u.InputTokens, 0))
	seen := r.CachedInput
	if seen == 0 {
		seen = r.Input
	}
	var high, low, carry uint64
	for _, part := range []struct{ tokens, rate int64 }{{u.InputTokens - cached, r.Input}, {cached, seen}, {u.OutputTokens, r.Output}} {
		h, l := bits.Mul64(uint64(max(part.tokens, 0)), uint64(part.rate))
		low, carry = bits.Add64(low, l, 0)
		high += h + carry
	}
	if high >= perMillion {
		return math.MaxInt64
	}
	cost, _ := bits.Div64(high, low, perMillion)
	return int64(min(cost, math.MaxInt64))
}
