package operations

import (
	"net/http"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/invitations"
)

// CreateInvitation invites a person, a group, or whoever holds a link. A link's token stands in the fragment of its address, which
// no server sees.
func CreateInvitation(u invitations.Invitations, publicOrigin string) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		var body api.CreateInvitation
		if err := r.Decode(&body); err != nil {
			return err
		}
		value, err := r.IdempotencyKey()
		if err != nil {
			return err
		}
		cmd := invitations.Create{RoomID: roomID, Inviter: r.Caller.UserID, Kind: room.InvitationKind(body.Kind), Role: room.Role(body.Role), Username: text(body.Username),
			MaxUses: body.MaxUses, Hours: body.ExpiresInHours, MonthlyCap: body.MonthlyCap}
		if body.GroupId != nil {
			cmd.GroupID = *body.GroupId
		}
		made, err := u.Create(r.Request().Context(), cmd, change.NewKey(r.Caller.UserID, "createInvitation", value, []id.ID{roomID}, body))
		if err != nil {
			return err
		}
		status := http.StatusOK
		if made.Created {
			status = http.StatusCreated
		}
		if made.Invitation == nil {
			return r.JSON(status, wire.Outcomes(made.People))
		}
		out := wire.Invitation(*made.Invitation)
		if made.Token != "" {
			url := publicOrigin + "/join#" + made.Token
			out.Url = &url
		}
		return r.JSON(status, out)
	}
}

// ListInvitations lists what waits in a room.
func ListInvitations(u invitations.Invitations) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, err := r.ID("roomId")
		if err != nil {
			return err
		}
		after, limit, err := pageByID(r)
		if err != nil {
			return err
		}
		list, err := u.OfRoom(r.Request().Context(), roomID, r.Caller.UserID, after, limit+1)
		return invitationPage(r, list, limit, err)
	}
}

// ListMyInvitations lists what waits for the caller.
func ListMyInvitations(u invitations.Invitations) httpapi.Handler {
	return func(r *httpapi.Request) error {
		after, limit, err := pageByID(r)
		if err != nil {
			return err
		}
		list, err := u.Mine(r.Request().Context(), r.Caller.UserID, after, limit+1)
		return invitationPage(r, list, limit, err)
	}
}

func invitationPage(r *httpapi.Request, list []room.Invitation, limit int, err error) error {
	if err != nil {
		return err
	}
	page := api.InvitationPage{}
	if len(list) > limit {
		list = list[:limit]
		next := list[limit-1].ID.String()
		page.NextCursor = &next
	}
	page.Items = wire.Invitations(list)
	return r.JSON(http.StatusOK, page)
}

// RevokeInvitation takes an invitation back.
func RevokeInvitation(u invitations.Invitations) httpapi.Handler {
	return func(r *httpapi.Request) error {
		roomID, invitationID, err := r.Two("roomId", "invitationId")
		if err != nil {
			return err
		}
		if err := u.Revoke(r.Request().Context(), roomID, r.Caller.UserID, invitationID); err != nil {
			return err
		}
		return r.NoContent(http.StatusNoContent)
	}
}

// AcceptInvitation lets the caller in.
func AcceptInvitation(u invitations.Invitations) httpapi.Handler {
	return func(r *httpapi.Request) error {
		invitationID, err := r.ID("invitationId")
		if err != nil {
			return err
		}
		l, err := u.Accept(r.Request().Context(), r.Caller.UserID, invitationID)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.MyRoom(l.Rooms[0], l.Last))
	}
}

// RejectInvitation ends an invitation without joining.
func RejectInvitation(u invitations.Invitations) httpapi.Handler {
	return func(r *httpapi.Request) error {
		invitationID, err := r.ID("invitationId")
		if err != nil {
			return err
		}
		if err := u.Reject(r.Request().Context(), r.Caller.UserID, invitationID); err != nil {
			return err
		}
		return r.NoContent(http.StatusNoContent)
	}
}

// PreviewInvitationLink tells what a link leads to.
func PreviewInvitationLink(u invitations.Invitations) httpapi.Handler {
	return func(r *httpapi.Request) error {
		var body api.InvitationToken
		if err := r.Decode(&body); err != nil {
			return err
		}
		p, err := u.Preview(r.Request().Context(), r.Caller.UserID, body.Token)
		if err != nil {
			return err
		}
		out := api.InvitationPreview{InvitedBy: wire.Person(p.InvitedBy), Role: api.InvitedRole(p.Role), ExpiresAt: api.Moment{Time: p.ExpiresAt}, Joined: p.Inside}
		out.Room.Id, out.Room.Name = p.RoomID, p.RoomName
		return r.JSON(http.StatusOK, out)
	}
}

// JoinByLink lets in who holds a link.
func JoinByLink(u invitations.Invitations) httpapi.Handler {
	return func(r *httpapi.Request) error {
		var body api.InvitationToken
		if err := r.Decode(&body); err != nil {
			return err
		}
		l, err := u.Join(r.Request().Context(), r.Caller.UserID, body.Token)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.MyRoom(l.Rooms[0], l.Last))
	}
}
