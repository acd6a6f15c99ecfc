// Package audit lets the admins of a room read who did what to it and to its people.
package audit

import (
	"context"

	"github.com/yoriai/yoriai/shared/domain/audit"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// Store reads the log.
type Store interface {
	// OfRoom lists what was done to a room, newest first, and the room as the person has it; not_found to outsiders.
	OfRoom(ctx context.Context, roomID, person, before id.ID, limit int) (room.Mine, []audit.Line, error)
}

// Audit is the use case.
type Audit struct{ Store Store }

// List lists what was done to a room, newest first. Returns not_found, forbidden.
func (a Audit) List(ctx context.Context, roomID, person, before id.ID, limit int) ([]audit.Line, error) {
	mine, lines, err := a.Store.OfRoom(ctx, roomID, person, before, limit)
	if err != nil {
		return nil, err
	}
	if err := mine.Role.Check(room.ReadAudit); err != nil {
		return nil, err
	}
	return lines, nil
}
