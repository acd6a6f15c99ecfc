package wire

import (
	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/invitations"
)

// Invitation is an invitation, without what opens a link.
func Invitation(i room.Invitation) api.Invitation {
	out := api.Invitation{Id: i.ID, Kind: api.InvitationKind(i.Kind), Role: api.InvitedRole(i.Role), InvitedBy: Person(i.InvitedBy), UsesLeft: i.UsesLeft,
		MonthlyCap: i.MonthlyCap, ExpiresAt: moment(i.ExpiresAt), Status: api.InvitationStatus(i.Status)}
	out.Room.Id, out.Room.Name = i.RoomID, i.RoomName
	if i.InvitedUser != nil {
		invited := Person(*i.InvitedUser)
		out.InvitedUser = &invited
	}
	return out
}

// Invitations is a list, never null.
func Invitations(list []room.Invitation) []api.Invitation {
	out := make([]api.Invitation, len(list))
	for n, i := range list {
		out[n] = Invitation(i)
	}
	return out
}

// Outcomes is what became of inviting a group.
func Outcomes(people []invitations.One) api.InvitationOutcomes {
	out := api.InvitationOutcomes{Items: []api.InvitationOutcome{}}
	for _, one := range people {
		o := api.InvitationOutcome{User: Person(one.Person), Outcome: api.InvitationOutcomeOutcome(one.Outcome)}
		if one.Invitation != nil {
			i := Invitation(*one.Invitation)
			o.Invitation = &i
		}
		out.Items = append(out.Items, o)
	}
	return out
}
