package operations

import (
	"net/http"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/room"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// GetSpending tells what one spent in a room this month, and may spend.
func GetSpending(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		s, err := u.Spending(r.Request().Context(), roomID, r.Caller.UserID)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.Spending(s))
	}
}

// spendingLimits tells a limit that is taken away by null from one that is not there.
type spendingLimits struct {
	DefaultMemberCap httpapi.Nullable[int64] `json:"default_member_cap"`
	MonthlyBudget    httpapi.Nullable[int64] `json:"monthly_budget"`
}

// SetSpendingLimits limits what a room may cost in a month.
func SetSpendingLimits(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		var body spendingLimits
		if err := r.Decode(&body); err != nil {
			return err
		}
		switch {
		case !body.DefaultMemberCap.Set:
			return fault.Invalid("default_member_cap", "is missing")
		case !body.MonthlyBudget.Set:
			return fault.Invalid("monthly_budget", "is missing")
		}
		limits := room.Limits{MemberCap: body.DefaultMemberCap.Value, MonthlyBudget: body.MonthlyBudget.Value}
		if err := u.SetLimits(r.Request().Context(), roomID, r.Caller.UserID, limits); err != nil {
			return err
		}
		return r.JSON(http.StatusOK, api.SpendingLimits{DefaultMemberCap: limits.MemberCap, MonthlyBudget: limits.MonthlyBudget})
	}
}
