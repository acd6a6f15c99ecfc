package dynamodb

import (
	"context"
	"errors"
	"sync"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

// Memberships is realtime.Memberships on the table.
type Memberships struct{ Table }

var (
	_ realtime.Memberships   = Memberships{}
	_ realtime.MembershipsOf = Memberships{}
	_ realtime.MembersOf     = Memberships{}
)

func membershipKey(person, room id.ID) item {
	return key("MEMBER#"+person.String(), "ROOM#"+room.String())
}

// Raise implements realtime.Memberships.
func (m Memberships) Raise(ctx context.Context, ms ...realtime.Membership) error {
	failed := make([]error, len(ms))
	slots := make(chan struct{}, parallel)
	var wait sync.WaitGroup
	for n, membership := range ms {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			failed[n] = m.raise(ctx, membership)
		})
	}
	wait.Wait()
	return errors.Join(failed...)
}

func (m Memberships) raise(ctx context.Context, ms realtime.Membership) error {
	expression := "SET #role = :role, #version = :version, #username = :username, display_name = :name"
	values := item{
		":role": text(ms.Role), ":version": number(ms.Version), ":username": text(ms.Username), ":name": text(ms.DisplayName),
	}
	// Some of these are DynamoDB's reserved words.
	names := map[string]string{"#role": "role", "#version": "version", "#username": "username", "#ttl": AttrExpiry}
	if ms.Role == realtime.None {
		expression += ", #ttl = :ttl REMOVE read_id"
		values[":ttl"] = number(m.Now().Add(realtime.RemovalLifetime).Unix())
	} else {
		expression += " REMOVE #ttl"
	}
	_, err := m.update(ctx, membershipKey(ms.UserID, ms.RoomID), expression, "attribute_not_exists(#version) OR #version < :version", names, values)
	if err != nil || ms.Read.IsZero() || ms.Role == realtime.None {
		return err
	}
	return m.RaiseRead(ctx, ms.UserID, ms.RoomID, ms.Read)
}

// RaiseRead implements realtime.Memberships. Ids compare as their texts do. Whoever is not in the room reads nothing in it.
func (m Memberships) RaiseRead(ctx context.Context, userID, roomID, read id.ID) error {
	_, err := m.update(ctx, membershipKey(userID, roomID), "SET read_id = :read",
		"attribute_exists(#role) AND #role <> :none AND (attribute_not_exists(read_id) OR read_id < :read)",
		map[string]string{"#role": "role"}, item{":read": text(read.String()), ":none": text(realtime.None)})
	return err
}

// Get implements realtime.Memberships.
func (m Memberships) Get(ctx context.Context, userID, roomID id.ID) (realtime.Membership, bool, error) {
	i, err := m.get(ctx, membershipKey(userID, roomID))
	if err != nil || i == nil {
		return realtime.Membership{}, false, err
	}
	return membershipOf(i), true, nil
}

// GetMany implements realtime.MembershipsOf.
func (m Memberships) GetMany(ctx context.Context, userID id.ID, rooms []id.ID) (map[id.ID]realtime.Membership, error) {
	keys := make([]item, 0, len(rooms))
	for _, room := range rooms {
		keys = append(keys, membershipKey(userID, room))
	}
	found := make(map[id.ID]realtime.Membership, len(rooms))
	return found, m.each(ctx, keys, func(ms realtime.Membership) { found[ms.RoomID] = ms })
}

// Members implements realtime.MembersOf.
func (m Memberships) Members(ctx context.Context, roomID id.ID, users []id.ID) (map[id.ID]realtime.Membership, error) {
	keys := make([]item, 0, len(users))
	for _, user := range users {
		keys = append(keys, membershipKey(user, roomID))
	}
	found := make(map[id.ID]realtime.Membership, len(users))
	return found, m.each(ctx, keys, func(ms realtime.Membership) { found[ms.UserID] = ms })
}

func (m Memberships) each(ctx context.Context, keys []item, take func(realtime.Membership)) error {
	items, err := m.batchGet(ctx, keys)
	for _, i := range items {
		take(membershipOf(i))
	}
	return err
}

func membershipOf(i item) realtime.Membership {
	ms := realtime.Membership{
		Role: textOf(i, "role"), Version: numberOf(i, "version"), Read: idOf(i, "read_id"),
		Username: textOf(i, "username"), DisplayName: textOf(i, "display_name"),
	}
	// The keys carry the ids; this package wrote them.
	ms.UserID, _ = id.Parse(trim(textOf(i, partitionKey), "MEMBER#"))
	ms.RoomID, _ = id.Parse(trim(textOf(i, sortKey), "ROOM#"))
	return ms
}
