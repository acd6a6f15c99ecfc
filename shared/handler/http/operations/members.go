package operations

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// maxNameBegins is the longest name.
const maxNameBegins = 64

// ListMembers lists who is in a room.
func ListMembers(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		after, limit, err := pageByID(r)
		if err != nil {
			return err
		}
		name, named, err := r.Query("name")
		if err != nil {
			return err
		}
		if named {
			if n := utf8.RuneCountInString(name); n > maxNameBegins || !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
				return wire.Malformed("name", "must have 1 to 64 characters")
			}
		}
		m, err := u.ListMembers(r.Request().Context(), rooms.MemberQuery{RoomID: roomID, Person: r.Caller.UserID, Name: name, After: after, Limit: limit + 1})
		if err != nil {
			return err
		}
		page := api.MemberPage{Items: []api.Member{}, Total: m.Total, LatestEvent: m.Mine.LatestEvent, UserEvent: m.Mine.UserEvent}
		if len(m.Members) > limit {
			m.Members = m.Members[:limit]
			next := m.Members[limit-1].Person.ID.String()
			page.NextCursor = &next
		}
		for _, one := range m.Members {
			member := wire.MemberTo(r.Caller.UserID, m.Mine.Role, one)
			online := m.Online[one.Person.ID]
			member.Online = &online
			page.Items = append(page.Items, member)
		}
		return r.JSON(http.StatusOK, page)
	}
}

// pageByID is where a list that is sorted by ids goes on, and how long its page is.
func pageByID(r *httpapi.Request) (after id.ID, limit int, err error) {
	wanted, err := r.QueryInt("limit", defaultPage, 1, largestPage)
	if err != nil {
		return after, 0, err
	}
	after, err = r.QueryID("cursor")
	return after, int(wanted), err
}

// rerole tells an absent cap from one that is taken away by null.
type rerole struct {
	Role       *room.Role              `json:"role"`
	MonthlyCap httpapi.Nullable[int64] `json:"monthly_cap"`
}

// UpdateMember changes somebody's role or cap.
func UpdateMember(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, person, err := r.Two("roomId", "userId")
		if err != nil {
			return err
		}
		var body rerole
		if err := r.Decode(&body); err != nil {
			return err
		}
		cmd := rooms.Rerole{RoomID: roomID, Person: r.Caller.UserID, Member: person, Role: body.Role}
		if body.MonthlyCap.Set {
			cmd.Cap = &body.MonthlyCap.Value
		}
		m, mine, err := u.UpdateMember(r.Request().Context(), cmd)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.MemberTo(r.Caller.UserID, mine.Role, m))
	}
}

// RemoveMember takes somebody out of a room, or oneself.
func RemoveMember(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, person, err := r.Two("roomId", "userId")
		if err != nil {
			return err
		}
		if err := u.Remove(r.Request().Context(), roomID, person, r.Caller.UserID); err != nil {
			return err
		}
		return r.NoContent(http.StatusNoContent)
	}
}

// UpdateMyMembership changes what a room is to oneself alone.
func UpdateMyMembership(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		var body api.UpdateMyMembership
		if err := r.Decode(&body); err != nil {
			return err
		}
		if err := u.UpdateMine(r.Request().Context(), roomID, r.Caller.UserID, room.Notify(body.Notify)); err != nil {
			return err
		}
		return r.JSON(http.StatusOK, body)
	}
}

// TransferRoom offers a room to another member.
func TransferRoom(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		var body api.TransferRoom
		if err := r.Decode(&body); err != nil {
			return err
		}
		l, err := u.Offer(r.Request().Context(), roomID, r.Caller.UserID, body.UserId)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.MyRoom(l.Rooms[0], l.Last))
	}
}

// GetTransfer tells an offer of a room to those whom it concerns.
func GetTransfer(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		t, err := u.Transfer(r.Request().Context(), roomID, r.Caller.UserID)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, api.Transfer{UserId: t.Mine.OfferedTo, OfferedBy: t.Mine.OwnerID, ExpiresAt: api.Moment{Time: t.Mine.OfferedUntil},
			MayAsk: t.Cost.MayAsk, ChargedTokens: t.Cost.Charged})
	}
}

// AcceptTransfer makes the caller master.
func AcceptTransfer(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		l, err := u.Accept(r.Request().Context(), roomID, r.Caller.UserID)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.MyRoom(l.Rooms[0], l.Last))
	}
}

// RejectTransfer ends an offer.
func RejectTransfer(u rooms.Rooms) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		if err := u.Reject(r.Request().Context(), roomID, r.Caller.UserID); err != nil {
			return err
		}
		return r.NoContent(http.StatusNoContent)
	}
}
