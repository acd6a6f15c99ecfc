package operations

import (
	"net/http"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/message"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

// PreviewContext shows what a question would send and cost.
func PreviewContext(u replies.Preview) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		var body api.PreviewContext
		if err := r.Decode(&body); err != nil {
			return err
		}
		if body.Draft != nil && *body.Draft == "" {
			return wire.Malformed("draft", "must hold something, or not be there")
		}
		d := replies.Draft{RoomID: roomID, Person: r.Caller.UserID, Content: text(body.Draft), Visibility: message.Public, Wish: wish(body.Provider, body.Model, body.Effort)}
		items := true
		if v := body.Visibility; v != nil {
			if !v.Valid() {
				return wire.Malformed("visibility", "must be public or private")
			}
			d.Visibility = message.Visibility(*v)
		}
		if v := body.Detail; v != nil {
			if !v.Valid() {
				return wire.Malformed("detail", "must be items or totals")
			}
			items = *v != api.Totals
		}
		shown, err := u.Show(r.Request().Context(), d)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.Context(shown, items))
	}
}
