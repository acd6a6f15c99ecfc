// Package rooms answers the operations about rooms: decode, call, encode.
package rooms

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/idempotency"
	"github.com/yoriai/yoriai/shared/domain/room"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/changes"
	usecase "github.com/yoriai/yoriai/shared/usecase/rooms"
)

const (
	defaultPage = 50
	largestPage = 100
)

// Create answers createRoom.
func Create(u usecase.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		var body api.CreateRoom
		if err := r.Decode(&body); err != nil {
			return err
		}
		value, err := r.IdempotencyKey()
		if err != nil {
			return err
		}
		cmd := usecase.Create{Maker: r.Caller.UserID, Name: body.Name, Provider: text(body.AiProvider), Model: text(body.AiModel)}
		mine, created, err := u.Create(r.Request().Context(), cmd, idempotency.NewKey(r.Caller.UserID, "createRoom", value, nil, body))
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

// List answers listRooms.
func List(store usecase.Store) httpapi.Handler {
	return func(r *httpapi.Request) error {
		limit, err := r.QueryInt("limit", defaultPage, 1, largestPage)
		if err != nil {
			return err
		}
		before, err := r.QueryID("cursor")
		if err != nil {
			return err
		}
		l, err := store.Rooms(r.Request().Context(), r.Caller.UserID, before, int(limit)+1)
		if err != nil {
			return err
		}
		page := api.RoomPage{LatestEvent: l.UserEvent}
		if len(l.Rooms) > int(limit) {
			l.Rooms = l.Rooms[:limit]
			next := l.Rooms[limit-1].LastMessageID.String()
			page.NextCursor = &next
		}
		page.Items = wire.MyRooms(l)
		return r.JSON(http.StatusOK, page)
	}
}

// Get answers getRoom.
func Get(store usecase.Store) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		l, err := store.Room(r.Request().Context(), roomID, r.Caller.UserID)
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
	Name           *string         `json:"name"`
	Description    *string         `json:"description"`
	AIProvider     *string         `json:"ai_provider"`
	AIModel        *string         `json:"ai_model"`
	AIInstructions *string         `json:"ai_instructions"`
	Cutoff         json.RawMessage `json:"ai_context_cutoff_at"`
	MaxReplyTokens *int            `json:"max_reply_tokens"`
	IsArchived     *bool           `json:"is_archived"`
}

// Update answers updateRoom.
func Update(u usecase.Rooms) httpapi.Handler {
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
			AIInstructions: body.AIInstructions, MaxReplyTokens: body.MaxReplyTokens, IsArchived: body.IsArchived}
		if len(body.Cutoff) > 0 {
			var at *time.Time
			if err := json.Unmarshal(body.Cutoff, &at); err != nil {
				return fault.New(fault.Malformed, "ai_context_cutoff_at must be a time or null.")
			}
			if at == nil {
				at = &time.Time{}
			}
			c.Cutoff = at
		}
		l, err := u.Update(r.Request().Context(), roomID, r.Caller.UserID, c)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.MyRoom(l.Rooms[0], l.Last))
	}
}

// Delete answers deleteRoom.
func Delete(u usecase.Rooms) httpapi.Handler {
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

// Members answers listMembers.
func Members(store usecase.Store) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		limit, err := r.QueryInt("limit", defaultPage, 1, largestPage)
		if err != nil {
			return err
		}
		after, err := r.QueryID("cursor")
		if err != nil {
			return err
		}
		m, err := store.Members(r.Request().Context(), roomID, r.Caller.UserID, after, int(limit)+1)
		if err != nil {
			return err
		}
		page := api.MemberPage{LatestEvent: m.RoomEvent, UserEvent: m.UserEvent}
		if len(m.Members) > int(limit) {
			m.Members = m.Members[:limit]
			next := m.Members[limit-1].Person.ID.String()
			page.NextCursor = &next
		}
		page.Items = wire.Members(m.Members)
		return r.JSON(http.StatusOK, page)
	}
}

// MarkRead answers markRead.
func MarkRead(u usecase.Rooms) httpapi.Handler {
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

// Changes answers listChanges.
func Changes(store changes.Store) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		since, err := sinceOf(r)
		if err != nil {
			return err
		}
		ch, err := store.RoomChanges(r.Request().Context(), roomID, r.Caller.UserID, since)
		if err != nil {
			return err
		}
		out := api.RoomChanges{Messages: wire.Messages(ch.Messages), Members: wire.Members(ch.Members), RemovedMemberIds: append([]id.ID{}, ch.Removed...),
			LatestEvent: ch.LatestEvent, HasMore: ch.HasMore, Reset: ch.Reset}
		if ch.Room != nil {
			room := wire.MyRoom(ch.Room.Rooms[0], ch.Room.Last)
			out.Room = &room
		}
		return r.JSON(http.StatusOK, out)
	}
}

// MyChanges answers listMyChanges.
func MyChanges(store changes.Store) httpapi.Handler {
	return func(r *httpapi.Request) error {
		since, err := sinceOf(r)
		if err != nil {
			return err
		}
		ch, err := store.MyChanges(r.Request().Context(), r.Caller.UserID, since)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, api.MyChanges{Messages: []api.Message{}, Rooms: wire.MyRooms(ch.Rooms), RemovedRoomIds: append([]id.ID{}, ch.Left...),
			Invitations: []map[string]any{}, LatestEvent: ch.LatestEvent, HasMore: ch.HasMore, Reset: ch.Reset})
	}
}

func sinceOf(r *httpapi.Request) (int64, error) {
	if r.QueryParam("since") == "" {
		return 0, fault.New(fault.Malformed, "since is missing.")
	}
	return r.QueryInt("since", 0, 0, 1<<53)
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
