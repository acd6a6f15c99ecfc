package operations

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"
	"time"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/billing"
)

// GetBalance reads what one has.
func GetBalance(u billing.Billing) httpapi.Handler {
	return func(r *httpapi.Request) error {
		b, err := u.Balance(r.Request().Context(), r.Caller.UserID)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.Balance(b))
	}
}

// ListTransactions lists one's books, newest first, as JSON or as a table.
func ListTransactions(u billing.Billing) httpapi.Handler {
	return func(r *httpapi.Request) error {
		limit, err := r.QueryInt("limit", defaultPage, 1, largestPage)
		if err != nil {
			return err
		}
		before, err := r.QueryID("cursor")
		if err != nil {
			return err
		}
		format := r.QueryParam("format")
		if format != "" && format != "json" && format != "csv" {
			return fault.Invalid("format", "must be json or csv")
		}
		lines, err := u.Lines(r.Request().Context(), r.Caller.UserID, before, int(limit)+1)
		if err != nil {
			return err
		}
		page := api.TransactionPage{Items: []api.Transaction{}}
		if len(lines) > int(limit) {
			lines = lines[:limit]
			next := lines[limit-1].ID.String()
			page.NextCursor = &next
		}
		for _, l := range lines {
			page.Items = append(page.Items, wire.Transaction(l))
		}
		if format == "csv" {
			return table(r, page)
		}
		return r.JSON(http.StatusOK, page)
	}
}

// table writes a page for spreadsheets.
func table(r *httpapi.Request, page api.TransactionPage) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"id", "created_at", "kind", "amount", "user_id", "room_id", "provider", "model", "private"}}
	for _, t := range page.Items {
		rows = append(rows, []string{t.Id.String(), t.CreatedAt.UTC().Format(time.RFC3339), string(t.Kind), strconv.FormatInt(t.Amount, 10),
			idText(t.UserId), idText(t.RoomId), t.Provider, t.Model, strconv.FormatBool(t.Private)})
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	if page.NextCursor != nil {
		r.Response().Header().Set("Next-Cursor", *page.NextCursor)
	}
	r.Response().Header().Set("Content-Disposition", `attachment; filename="transactions.csv"`)
	return r.Blob(http.StatusOK, "text/csv; charset=utf-8", b.Bytes())
}

func idText(v *id.ID) string {
	if v == nil {
		return ""
	}
	return v.String()
}

// GetUsage sums up what one's tokens were used for.
func GetUsage(u billing.Billing) httpapi.Handler {
	return func(r *httpapi.Request) error {
		q := billing.UsageQuery{Account: r.Caller.UserID, Group: billing.Group(r.QueryParam("group"))}
		for name, to := range map[string]*time.Time{"from": &q.From, "to": &q.To} {
			day, err := time.Parse(time.DateOnly, r.QueryParam(name))
			if err != nil {
				return fault.Invalid(name, "must be a day like 2026-11-30")
			}
			*to = day
		}
		list, err := u.Usage(r.Request().Context(), q)
		if err != nil {
			return err
		}
		out := api.UsageReport{Items: make([]api.Usage, len(list))}
		for i, one := range list {
			out.Items[i] = wire.Usage(one)
		}
		return r.JSON(http.StatusOK, out)
	}
}
