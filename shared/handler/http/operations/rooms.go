package operations

import (
	"net/http"
	"strings"
	"time"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// CreateRoom makes a room.
func CreateRoom(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		var body api.CreateRoom
		if err := r.Decode(&body); err != nil {
			return err
		}
		value, err := r.IdempotencyKey()
		if err != nil {
			return err
		}
		cmd := rooms.Create{Maker: r.Caller.UserID, Name: body.Name, Provider: text(body.AiProvider), Model: text(body.AiModel), MemberCap: body.DefaultMemberCap}
		mine, created, err := u.Create(r.Request().Context(), cmd, change.NewKey(r.Caller.UserID, "createRoom", value, nil, body))
		if err != nil {
			return err
		}
		status := http.StatusOK
		if created {
			status = http.StatusCreated
		}
		return r.JSON(status, wire.MyRoom(mine, nil))
	}
}

// ListRooms lists one's rooms, newest activity first.
func ListRooms(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		limit, err := r.QueryInt("limit", defaultPage, 1, largestPage)
		if err != nil {
			return err
		}
		from, err := roomCursor(r)
		if err != nil {
			return err
		}
		l, err := u.List(r.Request().Context(), r.Caller.UserID, from, int(limit)+1)
		if err != nil {
			return err
		}
		items := wire.MyRooms(l)
		n := wire.Fit(items[:min(len(items), int(limit))])
		page := api.RoomPage{LatestEvent: l.UserEvent, Items: items[:n]}
		if n < len(items) {
			page.NextCursor = nextRooms(from, l.Rooms[:n])
		}
		return r.JSON(http.StatusOK, page)
	}
}

// roomCursor reads what nextRooms wrote.
func roomCursor(r *httpapi.Request) (c rooms.Cursor, err error) {
	text, there, err := r.Query("cursor")
	if err != nil || !there {
		return c, err
	}
	below, above, found := strings.Cut(text, ".")
	if found {
		if c.Below, err = id.Parse(below); err == nil {
			c.Above, err = id.Parse(above)
		}
	}
	if !found || err != nil {
		return c, &fault.Error{Code: fault.InvalidCursor, Detail: "This cursor is not one of ours.", Fields: []fault.Field{{Name: "cursor", Message: "must be a next_cursor"}}}
	}
	return c, nil
}

// nextRooms goes on below the last room of a page, and above the highest one that was seen.
func nextRooms(from rooms.Cursor, page []room.Mine) *string {
	top, last := from.Above, page[len(page)-1].LastMessageID
	for _, m := range page {
		if m.LastMessageID.Compare(top) > 0 {
			top = m.LastMessageID
		}
	}
	next := last.String() + "." + top.String()
	return &next
}

// GetRoom reads one room.
func GetRoom(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		l, err := u.Get(r.Request().Context(), roomID, r.Caller.UserID)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, snapshot{Room: wire.MyRoom(l.Rooms[0], l.Last), UserEvent: l.UserEvent})
	}
}

type snapshot struct {
	api.Room
	UserEvent int64 `json:"user_event"`
}

// update tells an absent cutoff from one that is taken away by null.
type update struct {
	Name           *string                     `json:"name"`
	Description    *string                     `json:"description"`
	AIProvider     *string                     `json:"ai_provider"`
	AIModel        *string                     `json:"ai_model"`
	AIInstructions *string                     `json:"ai_instructions"`
	Cutoff         httpapi.Nullable[time.Time] `json:"ai_context_cutoff_at"`
	MaxReplyTokens *int                        `json:"max_reply_tokens"`
	Effort         *room.Effort                `json:"effort"`
	AllowedModels  *[]string                   `json:"allowed_models"`
	IsArchived     *bool                       `json:"is_archived"`
}

// UpdateRoom changes settings.
func UpdateRoom(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		var body update
		if err := r.Decode(&body); err != nil {
			return err
		}
		c := room.Changes{Name: body.Name, Description: body.Description, AIProvider: body.AIProvider, AIModel: body.AIModel,
			AIInstructions: body.AIInstructions, MaxReplyTokens: body.MaxReplyTokens, Effort: body.Effort, AllowedModels: body.AllowedModels, IsArchived: body.IsArchived}
		if body.Cutoff.Set {
			var cutoff time.Time
			if at := body.Cutoff.Value; at != nil {
				cutoff = at.UTC()
			}
			c.Cutoff = &cutoff
		}
		l, err := u.Update(r.Request().Context(), roomID, r.Caller.UserID, c)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.MyRoom(l.Rooms[0], l.Last))
	}
}

// DeleteRoom hides a room from everybody.
func DeleteRoom(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		if err := u.Delete(r.Request().Context(), roomID, r.Caller.UserID); err != nil {
			return err
		}
		return r.NoContent(http.StatusNoContent)
	}
}

// MarkRead raises a read position.
func MarkRead(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		var body api.MarkRead
		if err := r.Decode(&body); err != nil {
			return err
		}
		mine, err := u.MarkRead(r.Request().Context(), roomID, r.Caller.UserID, body.MessageId)
		if err != nil {
			return err
		}
		position := api.ReadPosition{UnreadCount: mine.Unread()}
		if !mine.LastReadMessageID.IsZero() {
			position.LastReadMessageId = &mine.LastReadMessageID
		}
		return r.JSON(http.StatusOK, position)
	}
}
