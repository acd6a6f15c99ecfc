// Package operations answers every operation of the HTTP contract: decode, call the use case, encode. Each function is named
// after the operation that it answers.
package operations

// How many items a page has unless told, and at most.
const (
	defaultPage = 50
	largestPage = 100
)

// The highest numbers that a query may name: of events, what JSON programs count exactly; of attempts, nine digits.
const (
	largestEvent   = 1 << 53
	largestAttempt = 999_999_999
)

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
