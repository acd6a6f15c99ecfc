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
	"github.com/yoriai/yoriai/shared/usecase/groups"
	"github.com/yoriai/yoriai/shared/usecase/people"
)

// People is people.Store.
type People struct{ DB *pgxpool.Pool }

// Groups is groups.Store.
type Groups struct{ DB *pgxpool.Pool }

var (
	_ people.Store = People{}
	_ groups.Store = Groups{}
)

// active is somebody who is there and may be met.
const active = ` u.deleted_at IS NULL AND u.suspended_at IS NULL `

// literal keeps LIKE from reading what people type.
var literal = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func collectPerson(row pgx.CollectableRow) (room.Person, error) {
	var p room.Person
	return p, row.Scan(personFields(&p)...)
}

// ByPrefix implements people.Store.
func (s People) ByPrefix(ctx context.Context, prefix string, limit int) ([]room.Person, error) {
	if nobody(prefix) {
		return nil, nil
	}
	rows, err := s.DB.Query(ctx, `SELECT `+personColumns+` FROM users u WHERE lower(u.username) LIKE $1 AND`+active+`ORDER BY lower(u.username) LIMIT $2`, literal.Replace(prefix)+"%", limit)
	return collect(rows, err, collectPerson)
}

// Active implements people.Store.
func (s People) Active(ctx context.Context, person id.ID) error {
	var there bool
	if err := s.DB.QueryRow(ctx, `SELECT EXISTS (SELECT FROM users u WHERE u.id = $1 AND`+active+`)`, person).Scan(&there); err != nil {
		return Translate(err)
	}
	if !there {
		return fault.New(fault.NotFound, "There is no such person.")
	}
	return nil
}

// Blocked implements people.Store.
func (s People) Blocked(ctx context.Context, person, after id.ID, limit int) ([]room.Person, error) {
	rows, err := s.DB.Query(ctx, `SELECT `+personColumns+` FROM user_blocks b JOIN users u ON u.id = b.blocked_id
		WHERE b.user_id = $1 AND ($2::uuid IS NULL OR b.blocked_id > $2) ORDER BY b.blocked_id LIMIT $3`, person, after, limit)
	return collect(rows, err, collectPerson)
}

const groupSQL = `SELECT g.id, g.owner_id, g.name, g.created_at, (SELECT count(*) FROM group_members WHERE group_id = g.id) FROM groups g`

func scanGroup(row pgx.Row) (user.Group, error) {
	var g user.Group
	return g, row.Scan(&g.ID, &g.OwnerID, &g.Name, moment{&g.CreatedAt}, &g.Members)
}

// Group implements groups.Store.
func (s Groups) Group(ctx context.Context, owner, groupID id.ID) (user.Group, error) {
	g, err := scanGroup(s.DB.QueryRow(ctx, groupSQL+` WHERE g.id = $1 AND g.owner_id = $2`, groupID, owner))
	found, err := Found(err)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "There is no such group.")
	}
	return g, err
}

// Groups implements groups.Store.
func (s Groups) Groups(ctx context.Context, owner, after id.ID, limit int) ([]user.Group, error) {
	rows, err := s.DB.Query(ctx, groupSQL+` WHERE g.owner_id = $1 AND ($2::uuid IS NULL OR g.id > $2) ORDER BY g.id LIMIT $3`, owner, after, limit)
	return collect(rows, err, func(row pgx.CollectableRow) (user.Group, error) { return scanGroup(row) })
}

// Members implements groups.Store.
func (s Groups) Members(ctx context.Context, owner, groupID, after id.ID, limit int) ([]room.Person, error) {
	if _, err := s.Group(ctx, owner, groupID); err != nil {
		return nil, err
	}
	rows, err := s.DB.Query(ctx, `SELECT `+personColumns+` FROM group_members g JOIN users u ON u.id = g.user_id
		WHERE g.group_id = $1 AND ($2::uuid IS NULL OR g.user_id > $2) ORDER BY g.user_id LIMIT $3`, groupID, after, limit)
	return collect(rows, err, collectPerson)
}
