package operations

import (
	"net/http"
	"net/url"
	"time"

	"github.com/yoriai/yoriai/shared/domain/realtime"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	usecase "github.com/yoriai/yoriai/shared/usecase/realtime"
)

// CreateRealtimeTicket makes a ticket, and tells the address to open with it.
func CreateRealtimeTicket(office usecase.TicketOffice, socketURL string) httpapi.Handler {
	return func(r *httpapi.Request) error {
		ticket, err := office.Issue(r.Request().Context(), r.Caller)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusCreated, struct {
			Ticket    string `json:"ticket"`
			URL       string `json:"url"`
			ExpiresIn int    `json:"expires_in"`
		}{ticket, socketURL + "?ticket=" + url.QueryEscape(ticket), int(realtime.TicketLifetime / time.Second)})
	}
}
