package dynamodb_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/realtime"
)

func connection(person id.ID, connectionID string) realtime.Connection {
	return realtime.Connection{
		ID: connectionID, UserID: person, SessionID: id.New(), Username: "ann", DisplayName: "安",
		OpenedAt: time.UnixMilli(1_600_000_000_123).UTC(), SeenAt: time.UnixMilli(1_700_000_000_123).UTC(),
	}
}

func TestAConnectionIsKeptAsItWas(t *testing.T) {
	t.Parallel()
	connections := dynamodb.Connections{Table: dynamotest.New(t)}
	c := connection(id.New(), "L0SM9cOFvHcCIhw=")
	if err := connections.Put(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	got, ok, err := connections.Get(t.Context(), c.ID)
	if err != nil || !ok || got != c {
		t.Fatalf("got %+v, %v, %v; want %+v", got, ok, err, c)
	}
	seen := time.UnixMilli(1_800_000_000_000).UTC()
	if ok, err := connections.Touch(t.Context(), c.ID, seen); err != nil || !ok {
		t.Fatalf("touch: %v, %v", ok, err)
	}
	if got, _, _ := connections.Get(t.Context(), c.ID); !got.SeenAt.Equal(seen) {
		t.Fatalf("seen at %v", got.SeenAt)
	}
	for range 2 {
		if err := connections.Remove(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok, err := connections.Get(t.Context(), c.ID); err != nil || ok {
		t.Fatalf("after its removal: %v, %v", ok, err)
	}
}

func TestAFrameThatComesLateMakesNoConnection(t *testing.T) {
	t.Parallel()
	connections := dynamodb.Connections{Table: dynamotest.New(t)}
	for name, late := range map[string]func() (bool, error){
		"touch":       func() (bool, error) { return connections.Touch(t.Context(), "gone", time.Now()) },
		"view a room": func() (bool, error) { return connections.View(t.Context(), "gone", id.New()) },
		"view none":   func() (bool, error) { return connections.View(t.Context(), "gone", id.ID{}) },
	} {
		if ok, err := late(); err != nil || ok {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
	if _, ok, _ := connections.Get(t.Context(), "gone"); ok {
		t.Fatal("there is one now")
	}
}

func TestWhoHasWhichSocketsAndWatchesWhat(t *testing.T) {
	t.Parallel()
	connections := dynamodb.Connections{Table: dynamotest.New(t)}
	ann, bob, room, other := id.New(), id.New(), id.New(), id.New()
	for _, c := range []realtime.Connection{connection(ann, "a1"), connection(ann, "a2"), connection(bob, "b1"), connection(id.New(), "c1")} {
		if err := connections.Put(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	wantIDs := func(what string, got []realtime.Connection, err error, want ...string) {
		t.Helper()
		var ids []string
		for _, c := range got {
			ids = append(ids, c.ID)
		}
		slices.Sort(ids)
		if err != nil || !slices.Equal(ids, want) {
			t.Fatalf("%s: %v, %v; want %v", what, ids, err, want)
		}
	}
	got, err := connections.OfUsers(t.Context(), []id.ID{ann, bob, id.New()})
	wantIDs("of both", got, err, "a1", "a2", "b1")
	got, err = connections.OfUsers(t.Context(), nil)
	wantIDs("of nobody", got, err)
	for connectionID, watched := range map[string]id.ID{"a1": room, "b1": room, "a2": other} {
		if ok, err := connections.View(t.Context(), connectionID, watched); err != nil || !ok {
			t.Fatal(ok, err)
		}
	}
	got, err = connections.Viewing(t.Context(), room)
	wantIDs("watching", got, err, "a1", "b1")
	// What bounds, denials and recipients need is in the index.
	if c := got[0]; c.Viewing != room || c.UserID.IsZero() || c.SessionID.IsZero() || c.OpenedAt.UnixMilli() != 1_600_000_000_123 {
		t.Fatalf("the index knows %+v", c)
	}
	if ok, err := connections.View(t.Context(), "a1", id.ID{}); err != nil || !ok {
		t.Fatal(ok, err)
	}
	got, err = connections.Viewing(t.Context(), room)
	wantIDs("after one looked away", got, err, "b1")
}

func TestTheSocketsOfManyPeopleAreOneRequestAHundred(t *testing.T) {
	t.Parallel()
	table := dynamotest.New(t)
	requests := dynamotest.Counted(&table)
	connections := dynamodb.Connections{Table: table}
	var people []id.ID
	for range 230 {
		people = append(people, id.New())
	}
	if err := connections.Put(t.Context(), connection(people[229], "last")); err != nil {
		t.Fatal(err)
	}
	before := requests.Load()
	got, err := connections.OfUsers(t.Context(), people)
	if err != nil || len(got) != 1 || requests.Load()-before != 3 {
		t.Fatalf("%v, %v after %d requests", got, err, requests.Load()-before)
	}
	if c := got[0]; c.ID != "last" || c.UserID != people[229] || c.SessionID.IsZero() || c.OpenedAt.UnixMilli() != 1_600_000_000_123 {
		t.Fatalf("%+v", c)
	}
}

// A connection and the list of its person's sockets are two writes: each may be there without the other.
func TestWhatIsOnlyListedOrOnlyKeptIsForgottenToo(t *testing.T) {
	t.Parallel()
	connections := dynamodb.Connections{Table: dynamotest.New(t)}
	of := func(person id.ID) int {
		t.Helper()
		got, err := connections.OfUsers(t.Context(), []id.ID{person})
		if err != nil {
			t.Fatal(err)
		}
		return len(got)
	}
	ann := id.New()
	for _, name := range []string{"one", "two", "three"} {
		if err := connections.Put(t.Context(), connection(ann, name)); err != nil {
			t.Fatal(err)
		}
	}
	// Whoever hangs up tells only the socket.
	if err := connections.Remove(t.Context(), realtime.Connection{ID: "one"}); err != nil || of(ann) != 2 {
		t.Fatal(of(ann), err)
	}
	// Nobody knows the connection any more, but it is listed: a push finds it gone, and knows whose it was.
	if _, err := connections.Client.DeleteItem(t.Context(), &sdk.DeleteItemInput{TableName: &connections.Name, Key: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "CONN#two"}, "sk": &types.AttributeValueMemberS{Value: "CONN"}}}); err != nil {
		t.Fatal(err)
	}
	if err := connections.Remove(t.Context(), realtime.Connection{ID: "two", UserID: ann}); err != nil || of(ann) != 1 {
		t.Fatal(of(ann), err)
	}
	// Of somebody who never had a socket, no list is made.
	stranger := id.New()
	if err := connections.Remove(t.Context(), realtime.Connection{ID: "four", UserID: stranger}); err != nil {
		t.Fatal(err)
	}
	out, err := connections.Client.GetItem(t.Context(), &sdk.GetItemInput{TableName: &connections.Name, Key: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "SOCKETS#" + stranger.String()}, "sk": &types.AttributeValueMemberS{Value: "SOCKETS"}}})
	if err != nil || out.Item != nil {
		t.Fatal(out.Item, err)
	}
}

func TestANewSocketForgetsThoseThatOutlivedTheirTime(t *testing.T) {
	t.Parallel()
	clock := time.Now()
	connections := dynamodb.Connections{Table: dynamotest.At(t, func() time.Time { return clock })}
	ann := id.New()
	for _, name := range []string{"old", "older", "new"} {
		if name == "new" {
			clock = clock.Add(realtime.ConnectionLifetime + time.Second)
		}
		if err := connections.Put(t.Context(), connection(ann, name)); err != nil {
			t.Fatal(err)
		}
	}
	clock = clock.Add(-realtime.ConnectionLifetime) // as if nothing had expired: what is listed shows
	if got, err := connections.OfUsers(t.Context(), []id.ID{ann}); err != nil || len(got) != 1 || got[0].ID != "new" {
		t.Fatal(got, err)
	}
}

func TestMoreSocketsThanOnePageHolds(t *testing.T) {
	t.Parallel()
	connections := dynamodb.Connections{Table: dynamotest.New(t)}
	room := id.New()
	const many = 60
	for n := range many {
		c := connection(id.New(), id.New().String())
		c.DisplayName = strings.Repeat("x", 30_000) // 60 of these are more than the 1 MB of a page
		c.Viewing = room
		if err := connections.Put(t.Context(), c); err != nil {
			t.Fatal(n, err)
		}
	}
	if got, err := connections.Viewing(t.Context(), room); err != nil || len(got) != many {
		t.Fatalf("%d of %d, %v", len(got), many, err)
	}
}

func TestASocketThatOutlivedItsTimeIsLeftOut(t *testing.T) {
	t.Parallel()
	clock := time.Now()
	connections := dynamodb.Connections{Table: dynamotest.At(t, func() time.Time { return clock })}
	c := connection(id.New(), "old")
	c.Viewing = id.New()
	if err := connections.Put(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	clock = clock.Add(realtime.ConnectionLifetime + time.Second)
	if got, err := connections.Viewing(t.Context(), c.Viewing); err != nil || len(got) != 0 {
		t.Fatalf("watching: %v, %v", got, err)
	}
	if got, err := connections.OfUsers(t.Context(), []id.ID{c.UserID}); err != nil || len(got) != 0 {
		t.Fatalf("of its person: %v, %v", got, err)
	}
}
