package room

import "github.com/yoriai/yoriai/shared/domain/fault"

// MaxLimit is the highest limit on what may be spent in a month.
const MaxLimit = 1_000_000_000_000_000

// Limits are what a room may cost its master in a month; nil is no limit.
type Limits struct {
	// MemberCap is the cap of those who have none of their own, MonthlyBudget that of the whole room.
	MemberCap     *int64
	MonthlyBudget *int64
}

// Validate returns validation_failed for what is no limit.
func (l Limits) Validate() error {
	if err := CheckLimit("default_member_cap", l.MemberCap); err != nil {
		return err
	}
	return CheckLimit("monthly_budget", l.MonthlyBudget)
}

// CheckLimit returns validation_failed for a field that is no limit; nil is none.
func CheckLimit(field string, limit *int64) error {
	if limit != nil && (*limit < 0 || *limit > MaxLimit) {
		return fault.Invalid(field, "must lie between 0 and 1,000,000,000,000,000")
	}
	return nil
}
