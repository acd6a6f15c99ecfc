package fanout_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/yoriai/yoriai/shared/domain/event"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/fanout"
)

func TestADeletedRoomEndsInTheProjection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		ann, _ := c.member("ann", 1)
		bob, _ := c.member("bob", 1)
		push := c.happens(event.Event{Number: 9, Kind: event.RoomDeleted})
		if err := c.fanOut(100).Push(t.Context(), push); err != nil {
			t.Fatal(err)
		}
		for _, person := range []id.ID{ann, bob} {
			if m := c.raised[person]; m.Role != realtime.None || m.Version != 9 || "room:"+m.RoomID.String() != push.Stream {
				t.Errorf("projected %+v", m)
			}
		}
		if len(c.frames) != 2 {
			t.Errorf("%d were told", len(c.frames))
		}
	})
}

func TestEveryEventThatChangesWhoIsInHealsTheProjection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		ann, _ := c.member("ann", 0)
		bob := id.New()
		sent := event.Event{Number: 3, Kind: event.MessageCreated, EntityID: id.New(), ActorID: ann}
		if err := c.fanOut(100).Push(t.Context(), c.happens(
			event.Event{Number: 1, Kind: event.MemberUpdated, EntityID: ann}, event.Event{Number: 2, Kind: event.MemberRemoved, EntityID: bob}, sent,
		)); err != nil {
			t.Fatal(err)
		}
		if c.raised[ann].Role != "member" || c.raised[bob].Role != realtime.None || c.raised[bob].Version != 2 || c.reads[ann] != sent.EntityID {
			t.Fatalf("projected %+v, read %v", c.raised, c.reads)
		}
		// A person's own stream heals as well: it may come first.
		place := id.New()
		c.user = fanout.UserPush{
			Events:      []event.Event{{Number: 1, Kind: event.RoomLeft, EntityID: place}},
			Memberships: []room.Membership{{Person: room.Person{ID: bob}, RoomID: place, Version: 40}},
		}
		if err := c.fanOut(100).Push(t.Context(), outbox.Push{Stream: "user:" + bob.String(), From: 1, To: 1}); err != nil {
			t.Fatal(err)
		}
		if m := c.raised[bob]; m.Role != realtime.None || m.Version != 40 || m.RoomID != place {
			t.Fatalf("projected %+v", m)
		}
	})
}

func TestAProjectionThatCannotBeHealedIsTriedAgainButReadsAreRaised(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud()
		ann, _ := c.member("ann", 1)
		c.raiseErr = errors.New("DynamoDB is away")
		sent := event.Event{Number: 2, Kind: event.MessageCreated, EntityID: id.New(), ActorID: ann}
		err := c.fanOut(100).Push(t.Context(), c.happens(event.Event{Number: 1, Kind: event.MemberUpdated, EntityID: ann}, sent))
		if !errors.Is(err, c.raiseErr) || c.reads[ann] != sent.EntityID {
			t.Fatalf("%v, read %v", err, c.reads)
		}
	})
}
