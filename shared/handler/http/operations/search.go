package operations

import (
	"net/http"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/search"
)

const (
	defaultHits = 20
	mostHits    = 50
)

// SearchMessages finds messages.
func SearchMessages(u search.Search) httpapi.Handler {
	return func(r *httpapi.Request) error {
		var body api.SearchMessages
		if err := r.Decode(&body); err != nil {
			return err
		}
		wish, err := wishOf(r, body)
		if err != nil {
			return err
		}
		page, err := u.Messages(r.Request().Context(), wish)
		if err != nil {
			return err
		}
		out := api.SearchPage{Items: make([]api.SearchHit, len(page.Hits))}
		for i, hit := range page.Hits {
			out.Items[i] = wire.Hit(hit)
		}
		if !page.Next.IsZero() {
			next := page.Next.String()
			out.NextCursor = &next
		}
		return r.JSON(http.StatusOK, out)
	}
}

func wishOf(r *httpapi.Request, body api.SearchMessages) (search.Wish, error) {
	w := search.Wish{Person: r.Caller.UserID, Text: body.Query, Limit: defaultHits}
	if body.RoomId != nil {
		w.RoomID = *body.RoomId
	}
	if body.SenderId != nil {
		w.Sender = *body.SenderId
	}
	w.FromAI = body.FromAi != nil && *body.FromAi
	if body.Since != nil {
		w.Since = body.Since.Time
	}
	if body.Till != nil {
		w.Till = body.Till.Time
	}
	if body.Limit != nil {
		if w.Limit = *body.Limit; w.Limit < 1 || w.Limit > mostHits {
			return w, wire.Malformed("limit", "must be a whole number from 1 to 50")
		}
	}
	if body.Cursor != nil {
		before, err := id.Parse(*body.Cursor)
		if err != nil {
			return w, &fault.Error{Code: fault.InvalidCursor, Detail: "This cursor is not one of ours.", Fields: []fault.Field{{Name: "cursor", Message: "must be a next_cursor"}}}
		}
		w.Before = before
	}
	return w, nil
}
