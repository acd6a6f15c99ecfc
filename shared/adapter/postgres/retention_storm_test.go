package postgres_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

// sleeper is a client as the protocol wants it: rows in their newest state, and how far it has heard.
type sleeper struct {
	rows  map[id.ID]message.Message
	event int64
	room  room.Mine
}

func (h *house) wakes(person id.ID) *sleeper {
	h.Helper()
	s := &sleeper{rows: map[id.ID]message.Message{}, room: h.mine(person)}
	for q := (messages.Query{RoomID: h.room, Person: person, Limit: 100}); ; {
		page, err := h.messages.List(h.Context(), q)
		if err != nil {
			h.Fatal(err)
		}
		if s.event == 0 {
			s.event = page.RoomEvent
		}
		for _, m := range page.Messages {
			s.rows[m.ID] = m
		}
		if !page.More {
			return s
		}
		q.Before = page.Messages[len(page.Messages)-1].ID
	}
}

// catchesUp applies the log, and lets go of what the room does not keep.
func (s *sleeper) catchesUp(h *house, person id.ID) {
	h.Helper()
	for more := true; more; {
		ch, err := h.logs.RoomChanges(h.Context(), h.room, person, s.event)
		if err != nil || ch.Reset {
			h.Fatalf("%v, reset %v", err, ch.Reset)
		}
		for _, m := range ch.Messages {
			s.rows[m.ID] = m
		}
		if ch.Room != nil {
			s.room = ch.Room.Rooms[0]
		}
		for v, m := range s.rows {
			if m.Sequence > 0 && m.Sequence < s.room.FirstSequence || m.Sequence == 0 && v.Time().Before(s.room.HistoryBeginsAt) {
				delete(s.rows, v)
			}
		}
		s.event, more = ch.LatestEvent, ch.HasMore
	}
}

func (s *sleeper) shows() (list []string) {
	rows := make([]message.Message, 0, len(s.rows))
	for _, m := range s.rows {
		rows = append(rows, m)
	}
	slices.SortFunc(rows, func(a, b message.Message) int { return cmp.Or(a.ID.Compare(b.ID)) })
	for _, m := range rows {
		list = append(list, fmt.Sprintf("%d %d %s %s", m.Sequence, m.Event, m.Status, m.Content))
	}
	return list
}

// Random rooms, of which the nights remove the old part, dying now and then, while people write, edit, delete, ask again and read:
// whoever slept through it ends with what stands, and nothing that is gone hangs on.
func TestWhoSleepsThroughAPurgeConverges(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			random := rand.New(rand.NewPCG(seed, 1))
			mei := h.joins("mei", room.Admin)
			var said []message.Message
			var ends []id.ID
			for range 30 + random.IntN(30) {
				if random.IntN(4) == 0 {
					q, a := h.asks(h.master, "why")
					h.works(a, ai.Outcome{Status: message.Completed, Text: "because", Usage: &ai.Usage{InputTokens: 5, OutputTokens: 5}})
					said, ends = append(said, q), append(ends, a.ID)
				} else {
					m := h.says(mei, "words")
					said, ends = append(said, m), append(ends, m.ID)
				}
			}
			until := ends[len(said)/2+random.IntN(len(said)/2)]
			h.ages(until)
			for i := range said {
				if said[i].ID.Compare(until) <= 0 {
					said[i].ID = pgtest.Aged(said[i].ID, long)
				}
			}
			asleep := h.wakes(mei)
			h.retains(30)
			h.lives(random, mei, said)
			h.purges()
			h.proven()
			asleep.catchesUp(h, mei)
			truth := h.wakes(mei)
			if got, want := asleep.shows(), truth.shows(); !slices.Equal(got, want) {
				t.Errorf("who slept shows\n%v\nand there is\n%v", got, want)
			}
			if asleep.room.FirstSequence != truth.room.FirstSequence || !asleep.room.HistoryBeginsAt.Equal(truth.room.HistoryBeginsAt) || asleep.room.Unread() != truth.room.Unread() {
				t.Errorf("who slept knows %+v, and it is %+v", asleep.room, truth.room)
			}
			if _, there := truth.rows[said[0].ID]; there {
				t.Error("what was old is still there")
			}
			for _, table := range hanging {
				if n := h.number(`SELECT count(*) FROM ` + table + ` x WHERE message_id IS NOT NULL AND NOT EXISTS (SELECT FROM messages WHERE id = x.message_id)`); n != 0 {
					t.Errorf("%d rows of %s hang on nothing", n, table)
				}
			}
		})
	}
}

// lives lets people do what they do while nights come and die.
func (h *house) lives(random *rand.Rand, mei id.ID, said []message.Message) {
	h.Helper()
	seeds := [3]uint64{random.Uint64(), random.Uint64(), random.Uint64()}
	var all sync.WaitGroup
	worker := func(n int, act func(random *rand.Rand, m message.Message) error) {
		all.Go(func() {
			random := rand.New(rand.NewPCG(seeds[n], 2))
			for range 25 {
				err := act(random, said[random.IntN(len(said))])
				if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.GenerationRunning) && !errors.Is(err, errDied) {
					h.Errorf("worker %d: %v", n, err)
				}
			}
		})
	}
	worker(0, func(random *rand.Rand, m message.Message) error {
		text := fmt.Sprint("edited ", random.IntN(1000))
		if random.IntN(4) == 0 {
			return h.messages.Delete(h.Context(), h.room, mei, m.ID)
		}
		if m.Sender.ID != mei {
			if _, err := h.rooms.MarkRead(h.Context(), h.room, mei, m.ID); !fault.Is(err, fault.ValidationFailed) {
				return err
			}
			return nil // it is gone
		}
		_, err := h.messages.Edit(h.Context(), messages.Edit{RoomID: h.room, MessageID: m.ID, Person: mei, Content: &text})
		return err
	})
	worker(1, func(random *rand.Rand, m message.Message) error {
		h.says(mei, "meanwhile")
		if m.Sender.ID == mei || random.IntN(2) == 0 {
			return nil
		}
		answer, _, err := h.replies.Regenerate(h.Context(), replies.Regenerate{RoomID: h.room, QuestionID: m.ID, Person: h.master}, h.key(h.master, "regenerateReply", m.ID))
		if err == nil {
			h.works(answer, ai.Outcome{Status: message.Completed, Text: "and yet", Usage: &ai.Usage{InputTokens: 5, OutputTokens: 5}})
		}
		return err
	})
	worker(2, func(random *rand.Rand, _ message.Message) error {
		night := h.keeps()
		night.Batch = 3 + random.IntN(6)
		night.Runner.Store = &mortal{Store: night.Runner.Store, lives: random.IntN(3)}
		_, _, err := night.Run(h.Context())
		return err
	})
	all.Wait()
}
