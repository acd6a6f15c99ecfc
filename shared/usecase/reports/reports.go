// Package reports lets people tell the admins of a room about a message.
package reports

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// Store reads reports.
type Store interface {
	Report(ctx context.Context, reportID id.ID) (message.Report, error)
	// OfRoom lists a room's reports, newest first, and the room as the person has it; not_found to outsiders.
	OfRoom(ctx context.Context, roomID, person, before id.ID, limit int) (room.Mine, []message.Report, error)
}

// Reports is the use case.
type Reports struct {
	Store  Store
	Runner transact.Runner
}

// Make records a report with the message as it is now, once for each person and message. Returns not_found, conflict,
// validation_failed.
func (r Reports) Make(ctx context.Context, wish message.Report) (created bool, err error) {
	n := change.Needs{RoomID: wish.RoomID, Person: wish.Reporter.ID, Message: wish.MessageID, Reported: true}
	err = r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		created = false
		if err := s.Readable(); err != nil {
			return nil, err
		}
		found, err := s.Standing()
		if err != nil {
			return nil, err
		}
		if err := s.Room.Role.Check(room.Report); err != nil {
			return nil, err
		}
		if found.Visibility != message.Public {
			// Its text would be shown to the room's admins.
			return nil, fault.New(fault.Conflict, "Nobody but you can see this message.")
		}
		if err := wish.Validate(); err != nil || s.Reported {
			return nil, err
		}
		wish.ID = id.New()
		p := s.Plan(wish.Reporter.ID, n)
		p.Write(change.InsertReport{Report: wish})
		created = true
		return p, nil
	}, nil)
	return created, err
}

// List lists a room's reports, newest first. Returns not_found, forbidden.
func (r Reports) List(ctx context.Context, roomID, person, before id.ID, limit int) ([]message.Report, error) {
	mine, list, err := r.Store.OfRoom(ctx, roomID, person, before, limit)
	if err != nil {
		return nil, err
	}
	if err := mine.Role.Check(room.ManageMembers); err != nil {
		return nil, err
	}
	return list, nil
}

// Resolve says what an admin made of a report; the same twice is harmless. Returns not_found, forbidden, conflict,
// validation_failed.
func (r Reports) Resolve(ctx context.Context, roomID, person, reportID id.ID, resolution message.Resolution) (message.Report, error) {
	n := change.Needs{RoomID: roomID, Person: person, Report: reportID}
	err := r.Runner.Change(ctx, n, func(s change.Situation) (*change.Plan, error) {
		if err := s.Readable(); err != nil {
			return nil, err
		}
		// Whether there is such a report, is told to those who may see reports.
		if err := s.Room.Role.Check(room.ManageMembers); err != nil {
			return nil, err
		}
		switch {
		case s.Report == nil:
			return nil, fault.New(fault.NotFound, "There is no such report.")
		case !resolution.Valid():
			return nil, fault.Invalid("resolution", "must be dismissed or acted")
		case s.Report.Resolution == resolution:
			return nil, nil
		case s.Report.Resolution != "":
			return nil, fault.New(fault.Conflict, "The report was resolved otherwise.")
		}
		p := s.Plan(person, n)
		p.Write(change.ResolveReport{ReportID: reportID, By: person, Resolution: resolution, At: s.Now})
		return p, nil
	}, nil)
	if err != nil {
		return message.Report{}, err
	}
	return r.Store.Report(ctx, reportID)
}
