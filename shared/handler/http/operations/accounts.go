package operations

import (
	"net/http"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/user"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/usecase/accounts"
)

// UpdateMe changes what the caller says of themselves.
func UpdateMe(u accounts.Accounts) httpapi.Handler {
	return func(r *httpapi.Request) error {
		var body api.UpdateMe
		if err := r.Decode(&body); err != nil {
			return err
		}
		wish := user.Changes{AIMayRead: body.AiMayRead}
		if body.DisplayName != nil {
			name := user.Trim(typed(*body.DisplayName))
			wish.DisplayName = &name
		}
		if body.Locale != nil {
			locale := user.Locale(*body.Locale)
			wish.Locale = &locale
		}
		changed, err := u.Update(r.Request().Context(), r.Caller.UserID, wish)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, meOf(changed))
	}
}

// DeleteMe ends the caller's account; a browser gets rid of its cookies.
func DeleteMe(u accounts.Accounts, h Identity) httpapi.Handler {
	return func(r *httpapi.Request) error {
		cookies, err := h.Cookies.Asked(r)
		if err != nil {
			return err
		}
		var body struct {
			Password string `json:"password"`
			Messages bool   `json:"messages"`
		}
		if err := r.Decode(&body); err != nil {
			return err
		}
		ctx := r.Request().Context()
		if err := h.Identity.Confirm(ctx, r.Caller, body.Password, r.Address()); err != nil {
			return err
		}
		if err := u.Delete(ctx, r.Caller.UserID, body.Messages); err != nil {
			return err
		}
		if cookies {
			h.Cookies.Clear(r)
		}
		return r.NoContent(http.StatusNoContent)
	}
}
