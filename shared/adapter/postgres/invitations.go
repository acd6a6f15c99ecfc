package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/domain/user"
	"github.com/yoriai/yoriai/shared/usecase/invitations"
)

// Invitations is invitations.Store.
type Invitations struct{ DB *pgxpool.Pool }

var _ invitations.Store = Invitations{}

// invitationSQL is invitations; one whose maker was suspended, or has left the product, lets nobody in.
const invitationSQL = `SELECT i.id, i.room_id, r.name, i.kind, i.role, i.uses_left, i.monthly_cap, CASE WHEN u.suspended_at IS NULL AND u.deleted_at IS NULL THEN i.status ELSE 'revoked' END, i.created_at, i.expires_at,
	` + personColumns + `, v.id, coalesce(v.username, ''), coalesce(v.display_name, ''), coalesce(v.locale, ''), v.created_at
	FROM room_invitations i JOIN rooms r ON r.id = i.room_id AND r.deleted_at IS NULL JOIN users u ON u.id = i.invited_by LEFT JOIN users v ON v.id = i.invited_user`

func scanInvitation(row pgx.Row) (room.Invitation, error) {
	var i room.Invitation
	var invited room.Person
	err := row.Scan(append(append([]any{&i.ID, &i.RoomID, &i.RoomName, &i.Kind, &i.Role, &i.UsesLeft, &i.MonthlyCap, &i.Status, moment{&i.CreatedAt}, moment{&i.ExpiresAt}},
		personFields(&i.InvitedBy)...), personFields(&invited)...)...)
	if !invited.ID.IsZero() {
		i.InvitedUser = &invited
	}
	return i, err
}

func collectInvitation(row pgx.CollectableRow) (room.Invitation, error) { return scanInvitation(row) }

func (s Invitations) one(ctx context.Context, condition string, arg any) (room.Invitation, error) {
	i, err := scanInvitation(s.DB.QueryRow(ctx, invitationSQL+condition, arg))
	found, err := Found(err)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "There is no such invitation.")
	}
	return i, err
}

// Invitation implements invitations.Store.
func (s Invitations) Invitation(ctx context.Context, invitationID id.ID) (room.Invitation, error) {
	return s.one(ctx, ` WHERE i.id = $1`, invitationID)
}

// ByHash implements invitations.Store.
func (s Invitations) ByHash(ctx context.Context, hash invitations.Hash) (room.Invitation, error) {
	return s.one(ctx, ` WHERE i.token_hash = $1`, hash[:])
}

const waiting = ` AND i.status = 'pending' AND i.expires_at > now() AND ($2::uuid IS NULL OR i.id < $2) ORDER BY i.id DESC LIMIT $3`

// OfRoom implements invitations.Store.
func (s Invitations) OfRoom(ctx context.Context, roomID, person, after id.ID, limit int) (mine room.Mine, list []room.Invitation, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		if mine, err = roomOf(ctx, tx, roomID, person); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, invitationSQL+` WHERE i.room_id = $1`+waiting, roomID, after, limit)
		list, err = collect(rows, err, collectInvitation)
		return err
	})
	return mine, list, err
}

// OfPerson implements invitations.Store.
func (s Invitations) OfPerson(ctx context.Context, person, after id.ID, limit int) ([]room.Invitation, error) {
	rows, err := s.DB.Query(ctx, invitationSQL+` WHERE i.invited_user = $1 AND u.suspended_at IS NULL AND u.deleted_at IS NULL
		AND NOT EXISTS (SELECT FROM user_blocks b WHERE b.user_id = $1 AND b.blocked_id = i.invited_by)`+waiting, person, after, limit)
	return collect(rows, err, collectInvitation)
}

// invitationsByID reads a person's own invitations as they are now.
func invitationsByID(ctx context.Context, db DB, person id.ID, ids []id.ID) ([]room.Invitation, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := db.Query(ctx, invitationSQL+` WHERE i.invited_user = $1 AND i.id = ANY ($2::text[]::uuid[]) ORDER BY i.id`, person, texts(ids))
	return collect(rows, err, collectInvitation)
}

const inviteeSQL = `SELECT ` + personColumns + `, u.deleted_at IS NOT NULL OR u.suspended_at IS NOT NULL FROM users u`

func scanInvitee(row pgx.CollectableRow) (invitations.Invitee, error) {
	var i invitations.Invitee
	return i, row.Scan(append(personFields(&i.Person), &i.Away)...)
}

// Named implements invitations.Store.
func (s Invitations) Named(ctx context.Context, username string) (invitations.Invitee, error) {
	rows, err := s.DB.Query(ctx, inviteeSQL+` WHERE lower(u.username) = lower($1) AND u.deleted_at IS NULL`, strings.ReplaceAll(username, "\x00", " "))
	list, err := collect(rows, err, scanInvitee)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "There is no such person.")
	}
	if err != nil {
		return invitations.Invitee{}, err
	}
	return list[0], nil
}

// OfGroup implements invitations.Store.
func (s Invitations) OfGroup(ctx context.Context, owner, group id.ID) (people []invitations.Invitee, err error) {
	err = InSnapshot(ctx, s.DB, func(tx Tx) error {
		var there bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM groups WHERE id = $1 AND owner_id = $2)`, group, owner).Scan(&there); err != nil {
			return err
		}
		if !there {
			return fault.New(fault.NotFound, "There is no such group.")
		}
		rows, err := tx.Query(ctx, inviteeSQL+` JOIN group_members g ON g.user_id = u.id WHERE g.group_id = $1 ORDER BY u.id LIMIT $2`, group, user.MaxGroupMembers)
		people, err = collect(rows, err, scanInvitee)
		return err
	})
	return people, err
}

// Part implements invitations.Store.
func (s Invitations) Part(ctx context.Context, roomID, person id.ID) (part room.Membership, err error) {
	part, err = scanMember(s.DB.QueryRow(ctx, memberSQL+` WHERE m.room_id = $1 AND m.user_id = $2`, roomID, person))
	return part, Translate(orNothing(err))
}
