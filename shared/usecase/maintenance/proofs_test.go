package maintenance_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/adapter/dynamodb"
	"github.com/yoriai/yoriai/shared/adapter/dynamodb/dynamotest"
	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/outbox"
	"github.com/yoriai/yoriai/shared/domain/realtime"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
	"github.com/yoriai/yoriai/shared/usecase/transact"
)

// house is a database with a room: Aki its master, Ben a member who left, Chie a member.
type house struct {
	*testing.T
	db             *pgxpool.Pool
	store          postgres.Proofs
	rooms          rooms.Rooms
	messages       messages.Messages
	room           id.ID
	aki, ben, chie id.ID
	last           message.Message
}

// What this test does not look at: queues that take nothing, a projection nobody reads, no models.
type (
	nowhere     struct{}
	always      struct{ realtime.Activity }
	unprojected struct{ realtime.Memberships }
	none        struct{}
)

func (nowhere) Send(context.Context, []outbox.Row) ([]id.ID, error)     { return nil, nil }
func (always) Raise(context.Context) error                              { return nil }
func (unprojected) Raise(context.Context, ...realtime.Membership) error { return nil }
func (none) Models(context.Context) ([]ai.Model, error)                 { return nil, nil }

func newHouse(t *testing.T) *house {
	t.Helper()
	db := pgtest.New(t)
	run := transact.Runner{Store: postgres.Changes{DB: db}, Relay: transact.Relay{Queues: nowhere{}, Store: postgres.Outbox{DB: db}, Activity: always{}}}
	h := &house{T: t, db: db, store: postgres.Proofs{DB: db},
		rooms:    rooms.Rooms{Store: postgres.Rooms{DB: db}, Runner: run, Memberships: unprojected{}, Catalogue: none{}},
		messages: messages.Messages{Store: postgres.Messages{DB: db}, Runner: run}}
	h.aki, h.ben, h.chie = h.person("aki"), h.person("ben"), h.person("chie")
	mine, _, err := h.rooms.Create(t.Context(), rooms.Create{Maker: h.aki, Name: "Kyoto"}, change.NewKey(h.aki, "createRoom", id.New(), nil, ""))
	if err != nil {
		t.Fatal(err)
	}
	h.room = mine.ID
	for _, name := range []string{"ben", "chie"} {
		if _, err := h.rooms.Join(t.Context(), h.room, name, room.Member); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.rooms.Remove(t.Context(), h.room, h.ben, h.aki); err != nil {
		t.Fatal(err)
	}
	for range 30 {
		h.says()
	}
	return h
}

func (h *house) person(name string) id.ID {
	h.Helper()
	v := id.New()
	h.exec(`INSERT INTO users (id, username, email, display_name) VALUES ($1, $2, $3, $2)`, v, name, name+"@example.com")
	return v
}

func (h *house) exec(sql string, args ...any) {
	h.Helper()
	if _, err := h.db.Exec(h.Context(), sql, args...); err != nil {
		h.Fatal(err)
	}
}

func (h *house) says() {
	h.Helper()
	cmd := messages.Send{RoomID: h.room, Sender: h.chie, ClientMessageID: id.New(), Content: "hello"}
	sent, err := h.messages.Send(h.Context(), cmd, change.NewKey(h.chie, "sendMessage", cmd.ClientMessageID, []id.ID{h.room}, ""))
	if err != nil {
		h.Fatal(err)
	}
	h.last = sent.Message
}

func TestProveFindsEveryKindOfGap(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 45 { // several pages of rooms
		if _, _, err := h.rooms.Create(t.Context(), rooms.Create{Maker: h.aki, Name: "x"}, change.NewKey(h.aki, "createRoom", id.New(), nil, "")); err != nil {
			t.Fatal(err)
		}
	}
	if done, err := maintenance.Prove(t.Context(), h.store); err != nil {
		t.Fatalf("%v %v", done, err)
	}
	// What is purged from the front is no hole.
	h.exec(`DELETE FROM room_events WHERE room_id = $1 AND event <= 5`, h.room)
	if _, err := maintenance.Prove(t.Context(), h.store); err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]struct{ do, undo string }{
		"a message's number twice": {
			`UPDATE messages SET sequence = 7 WHERE sequence = 8`, `UPDATE messages SET sequence = 8 WHERE id = (SELECT id FROM messages WHERE sequence = 7 ORDER BY id DESC LIMIT 1)`},
		"two messages in the wrong order": {
			`UPDATE messages SET sequence = 19 - sequence WHERE sequence IN (9, 10)`, `UPDATE messages SET sequence = 19 - sequence WHERE sequence IN (9, 10)`},
		"a counter that ran ahead of the messages": {
			`UPDATE room_sequences SET sequence = sequence + 1 WHERE sequence = 33`, `UPDATE room_sequences SET sequence = 33 WHERE sequence = 34`},
		"an event that is missing": {
			`UPDATE room_events SET event = 1000 WHERE event = 20`, `UPDATE room_events SET event = 20 WHERE event = 1000`},
		"a counter that ran ahead of the events": {
			`UPDATE room_sequences SET event = event + 1 WHERE sequence = 33`, `UPDATE room_sequences SET event = event - 1 WHERE sequence = 33`},
		"a person's event that is missing": {
			`UPDATE user_events SET event = 1000 WHERE event = 20`, `UPDATE user_events SET event = 20 WHERE event = 1000`},
	} {
		h.exec(damage.do)
		if done, err := maintenance.Prove(t.Context(), h.store); err == nil || done["gaps"] != 1 || !strings.Contains(err.Error(), "not dense") {
			t.Errorf("%s was not seen: %v %v", name, done, err)
		}
		h.exec(damage.undo)
		if _, err := maintenance.Prove(t.Context(), h.store); err != nil {
			t.Fatalf("%s was not undone: %v", name, err)
		}
	}
}

func TestProjectMakesALostProjectionAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	table := dynamotest.New(t)
	memberships, heads := dynamodb.Memberships{Table: table}, dynamodb.Heads{Table: table}
	// A late projection of the time before Ben left must lose.
	if err := memberships.Raise(t.Context(), realtime.Membership{UserID: h.ben, RoomID: h.room, Role: "member", Version: 2}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		done, err := maintenance.Project(t.Context(), h.store, memberships, heads)
		if err != nil || done["memberships"] != 3 || done["room_heads"] != 1 || done["user_heads"] != 3 {
			t.Fatalf("%v %v", done, err)
		}
	}
	chie, found, err := memberships.Get(t.Context(), h.chie, h.room)
	if err != nil || !found || chie.Role != "member" || chie.Username != "chie" || chie.Read != h.last.ID {
		t.Errorf("%+v %v", chie, err)
	}
	if ben, found, err := memberships.Get(t.Context(), h.ben, h.room); err != nil || !found || ben.In() {
		t.Errorf("who left is in: %+v %v", ben, err)
	}
	// One that is there already, and behind in reading alone, rises too.
	h.says()
	if _, err := maintenance.Project(t.Context(), h.store, memberships, heads); err != nil {
		t.Fatal(err)
	}
	if chie, _, err := memberships.Get(t.Context(), h.chie, h.room); err != nil || chie.Read != h.last.ID {
		t.Errorf("the read position stayed behind: %+v %v", chie, err)
	}
	all, err := heads.Get(t.Context(), []string{realtime.RoomStream(h.room), realtime.UserStream(h.aki)})
	if err != nil || all[realtime.RoomStream(h.room)] != h.last.Event || all[realtime.UserStream(h.aki)] != 1 {
		t.Errorf("%v %v", all, err)
	}
	// A room that was deleted is nobody's.
	if err := h.rooms.Delete(t.Context(), h.room, h.aki); err != nil {
		t.Fatal(err)
	}
	if _, err := maintenance.Project(t.Context(), h.store, memberships, heads); err != nil {
		t.Fatal(err)
	}
	if chie, _, err := memberships.Get(t.Context(), h.chie, h.room); err != nil || chie.In() {
		t.Errorf("a deleted room has members: %+v %v", chie, err)
	}
}

// halfBroken cannot tell of rooms.
type halfBroken struct{ maintenance.ProofStore }

func (halfBroken) RoomGaps(context.Context, id.ID, int) ([]maintenance.Gap, id.ID, error) {
	return nil, id.ID{}, errors.New("rooms are broken")
}

func (halfBroken) RoomHeadsAfter(context.Context, id.ID, int) ([]maintenance.Head, error) {
	return nil, errors.New("rooms are broken")
}

func TestWhatCannotBeReadKeepsNothingElseFromBeingDone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.exec(`UPDATE user_events SET event = 1000 WHERE event = 1 AND user_id = $1`, h.aki)
	store := halfBroken{h.store}
	if done, err := maintenance.Prove(t.Context(), store); err == nil || done["gaps"] == 0 || !strings.Contains(err.Error(), "rooms are broken") {
		t.Errorf("%v %v", done, err)
	}
	table := dynamotest.New(t)
	done, err := maintenance.Project(t.Context(), store, dynamodb.Memberships{Table: table}, dynamodb.Heads{Table: table})
	if err == nil || done["user_heads"] != 3 || done["memberships"] != 3 {
		t.Errorf("%v %v", done, err)
	}
}
