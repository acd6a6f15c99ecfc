package change

import (
	"strconv"

	"github.com/yoriai/yoriai/shared/domain/audit"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// Audited is what the audit log says of the plan. It follows from the rows, so that no use case can forget to say it.
func (p *Plan) Audited() []audit.Entry {
	var entries []audit.Entry
	var place id.Place
	for _, w := range p.writes {
		if e := p.audit(w); e.Act != "" {
			// Of one plan, each stands behind the one before.
			place = place.Next(p.now)
			e.ID, e.Actor = place.ID(), p.actor
			entries = append(entries, e)
		}
	}
	return entries
}

// audit is what the log says of a row; nothing of most.
func (p *Plan) audit(w Write) audit.Entry {
	switch w := w.(type) {
	case InsertRoom:
		return audit.Entry{Act: audit.RoomCreated, RoomID: w.Room.ID}
	case DeleteRoom:
		return audit.Entry{Act: audit.RoomDeleted, RoomID: w.RoomID}
	case FreezeRoom:
		return audit.Entry{Act: either(!w.FrozenAt.IsZero(), audit.RoomFrozen, audit.RoomUnfrozen), RoomID: w.RoomID}
	case SetRetention:
		days := w.Retention.Days
		if !w.Retention.NextAt.IsZero() {
			days = w.Retention.Announced
		}
		return audit.Entry{Act: audit.RoomRetention, RoomID: w.RoomID, Details: map[audit.Detail]string{audit.Days: daysOf(days)}}
	case PutMember:
		return audit.Entry{Act: audit.MemberAdded, RoomID: w.Membership.RoomID, Subject: w.Membership.Person.ID, Details: p.details(w.Membership)}
	case RemoveMember:
		return audit.Entry{Act: either(!w.By.IsZero(), audit.MemberRemoved, audit.MemberLeft), RoomID: w.RoomID, Subject: w.UserID}
	case UpdateMember:
		if before, known := p.parts[w.Membership.Person.ID]; known && before.Role == w.Membership.Role && equal(before.MonthlyCap, w.Membership.MonthlyCap) {
			break // only the name is another
		}
		return audit.Entry{Act: audit.MemberChanged, RoomID: w.Membership.RoomID, Subject: w.Membership.Person.ID, Details: p.details(w.Membership)}
	case OfferRoom:
		return audit.Entry{Act: either(!w.To.IsZero(), audit.OwnerOffered, audit.OfferWithdrawn), RoomID: w.RoomID, Subject: w.To}
	case SetOwner:
		return audit.Entry{Act: audit.OwnerChanged, RoomID: w.RoomID, Subject: w.OwnerID}
	case InsertInvitation:
		e := audit.Entry{Act: audit.InvitationCreated, RoomID: w.Invitation.RoomID, Details: map[audit.Detail]string{audit.Role: string(w.Invitation.Role), audit.Kind: string(w.Invitation.Kind)}}
		if w.Invitation.InvitedUser != nil {
			e.Subject = w.Invitation.InvitedUser.ID
		}
		return e
	case EndInvitation:
		return audit.Entry{Act: audit.InvitationEnded, RoomID: p.room.ID, Subject: w.InvitationID, Details: map[audit.Detail]string{audit.Status: string(w.Status)}}
	case Tombstone:
		if w.By != message.ByAuthor {
			return audit.Entry{Act: audit.MessageRemoved, RoomID: p.room.ID, Subject: w.MessageID}
		}
	case EndAccount:
		return audit.Entry{Act: audit.AccountDeleted, Subject: w.UserID}
	case EraseAccount:
		return audit.Entry{Act: audit.AccountErased, Subject: w.UserID}
	case InsertJob:
		switch w.Job.Kind {
		case job.Fork:
			return audit.Entry{Act: audit.RoomForked, RoomID: w.Job.RoomID, Subject: w.Job.ID}
		case job.Export:
			return audit.Entry{Act: either(!w.Job.RoomID.IsZero(), audit.RoomExported, audit.Exported), RoomID: w.Job.RoomID, Subject: w.Job.ID}
		}
	}
	return audit.Entry{}
}

// details tells what somebody is from now on, and what they were.
func (p *Plan) details(m room.Membership) map[audit.Detail]string {
	d := map[audit.Detail]string{audit.Role: string(m.Role)}
	if before := p.parts[m.Person.ID].Role; before != room.Outside && before != m.Role {
		d[audit.Before] = string(before)
	}
	if m.MonthlyCap != nil {
		d[audit.Cap] = strconv.FormatInt(*m.MonthlyCap, 10)
	}
	return d
}

func equal(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }

func either(first bool, a, b audit.Act) audit.Act {
	if first {
		return a
	}
	return b
}
