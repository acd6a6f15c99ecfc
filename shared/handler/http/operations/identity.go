package operations

import (
	"net/http"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/user"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/usecase/identity"
)

// Identity answer with one use case. Cookies says how to set them.
type Identity struct {
	Identity *identity.Identity
	Cookies  httpapi.Cookies
}

type registration struct {
	Username string `json:"username"`
	Email    string `json:"email"`
	Password string `json:"password"`
	Locale   string `json:"locale"`
}

// Register answers registerUser.
func (h Identity) Register(r *httpapi.Request) error {
	cookies, err := h.Cookies.Asked(r)
	if err != nil {
		return err
	}
	var body registration
	if err := r.Decode(&body); err != nil {
		return err
	}
	signedIn, err := h.Identity.Register(r.Request().Context(), user.Registration{
		Username: typed(body.Username), Email: typed(body.Email), Password: body.Password, Locale: user.Locale(body.Locale),
	}, r.Address())
	if err != nil {
		return err
	}
	return h.answer(r, http.StatusCreated, signedIn, cookies)
}

// LogIn answers logIn.
func (h Identity) LogIn(r *httpapi.Request) error {
	cookies, err := h.Cookies.Asked(r)
	if err != nil {
		return err
	}
	var body struct {
		Login    string `json:"login"`
		Password string `json:"password"`
	}
	if err := r.Decode(&body); err != nil {
		return err
	}
	signedIn, err := h.Identity.LogIn(r.Request().Context(), user.Credentials{Login: typed(body.Login), Password: body.Password}, r.Address())
	if err != nil {
		return err
	}
	return h.answer(r, http.StatusOK, signedIn, cookies)
}

// typed is a name or an address in one form: keyboards write the same letter as one character or as several.
func typed(s string) string { return norm.NFC.String(s) }

type refreshToken struct {
	RefreshToken string `json:"refresh_token"`
}

// Refresh answers refreshSession.
func (h Identity) Refresh(r *httpapi.Request) error {
	token, cookies, err := h.presented(r)
	if err != nil {
		return err
	}
	if token == "" {
		return fault.New(fault.Unauthenticated, "Send the refresh token.")
	}
	signedIn, err := h.Identity.Refresh(r.Request().Context(), token, r.Address())
	if err != nil {
		return err
	}
	return h.answer(r, http.StatusOK, signedIn, cookies)
}

// LogOut answers logOut.
func (h Identity) LogOut(r *httpapi.Request) error {
	token, cookies, err := h.presented(r)
	if err != nil {
		return err
	}
	access, err := h.Cookies.AccessToken(r, cookies)
	if err != nil {
		return err
	}
	err = h.Identity.LogOut(r.Request().Context(), token, access)
	// A browser must be able to get rid of cookies that open nothing any more.
	if cookies && (err == nil || httpapi.Status(fault.CodeOf(err)) == http.StatusUnauthorized) {
		h.Cookies.Clear(r)
	}
	if err != nil {
		return err
	}
	return r.NoContent(http.StatusNoContent)
}

// Me answers getMe.
func (h Identity) Me(r *httpapi.Request) error {
	person, err := h.Identity.Me(r.Request().Context(), r.Caller)
	if err != nil {
		return err
	}
	return r.JSON(http.StatusOK, meOf(person))
}

// presented is the refresh token of the body, or of the cookie if the caller asks for cookies.
func (h Identity) presented(r *httpapi.Request) (token string, cookies bool, err error) {
	if cookies, err = h.Cookies.Asked(r); err != nil {
		return "", false, err
	}
	var body refreshToken
	if err := r.DecodeOptional(&body); err != nil {
		return "", false, err
	}
	if body.RefreshToken == "" && cookies {
		body.RefreshToken = h.Cookies.RefreshToken(r)
	}
	return body.RefreshToken, cookies, nil
}

type me struct {
	ID          string `json:"id"`
	Username    string `json:"username"`
	DisplayName string `json:"display_name"`
	Locale      string `json:"locale"`
	CreatedAt   string `json:"created_at"`
	Email       string `json:"email"`
	IsAdmin     bool   `json:"is_admin"`
	AIMayRead   bool   `json:"ai_may_read"`
}

func meOf(u user.User) me {
	return me{
		ID: u.ID.String(), Username: u.Username, DisplayName: u.DisplayName, Locale: string(u.Locale),
		CreatedAt: httpapi.Time(u.CreatedAt), Email: u.Email, IsAdmin: u.IsAdmin, AIMayRead: u.AIMayRead,
	}
}

type signedIn struct {
	User         me     `json:"user"`
	AccessToken  string `json:"access_token,omitempty"`
	RefreshToken string `json:"refresh_token,omitempty"`
	ExpiresIn    int    `json:"expires_in"`
	Cancelled    bool   `json:"deletion_cancelled,omitempty"`
}

// answer gives the tokens once: in cookies that no script can read, or in the body.
func (h Identity) answer(r *httpapi.Request, status int, s user.SignedIn, cookies bool) error {
	body := signedIn{User: meOf(s.User), ExpiresIn: int(user.AccessLifetime / time.Second), Cancelled: s.DeletionCancelled}
	if cookies {
		h.Cookies.Set(r, s.AccessToken, s.RefreshToken)
	} else {
		body.AccessToken, body.RefreshToken = s.AccessToken, s.RefreshToken
	}
	return r.JSON(status, body)
}
