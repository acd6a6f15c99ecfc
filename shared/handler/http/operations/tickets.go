package operations

import (
	"net/http"
	"net/url"
	"time"

	"github.com/yoriai/yoriai/shared/domain/realtime"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/usecase/sockets"
)

// CreateRealtimeTicket makes a ticket, and tells the address to open with it.
func CreateRealtimeTicket(tickets sockets.TicketService, socketURL string) httpapi.Handler {
	return func(r *httpapi.Request) error {
		ticket, err := tickets.Issue(r.Request().Context(), r.Caller)
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
