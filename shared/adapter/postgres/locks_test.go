package postgres_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/domain/user"
	"github.com/yoriai/yoriai/shared/usecase/accounts"
	"github.com/yoriai/yoriai/shared/usecase/invitations"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/replies"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// lockOrder is the one order in which a transaction may lock rows.
var lockOrder = []string{"users", "jobs", "room_sequences", "rooms", "room_members", "user_sequences", "ai_generations", "token_balances", "member_usage", "token_lots"}

var (
	locks   = regexp.MustCompile(`(?s)FROM (\w+).*FOR (?:UPDATE|NO KEY UPDATE|SHARE)`)
	upserts = regexp.MustCompile(`INSERT INTO (user_sequences|room_members|member_usage)\b`)
	writes  = regexp.MustCompile(`UPDATE (\w+) `)
)

// locked is the tables that each transaction of a story locks, as it comes to them: by a lock, or by a write of what was
// not locked before.
func (h *house) locked(run func() error) (list [][]string) {
	h.Helper()
	h.trace.take()
	if err := run(); err != nil {
		h.Fatal(err)
	}
	var tables []string
	end := func() {
		if len(tables) > 0 {
			list = append(list, tables)
		}
		tables = nil
	}
	for _, s := range h.trace.take() {
		if strings.HasPrefix(s.sql, "BEGIN") || s.sql == "COMMIT" || s.sql == "ROLLBACK" {
			end()
			continue
		}
		for _, pattern := range []*regexp.Regexp{locks, upserts, writes} {
			for _, found := range pattern.FindAllStringSubmatch(s.sql, -1) {
				if slices.Contains(lockOrder, found[1]) && !slices.Contains(tables, found[1]) {
					tables = append(tables, found[1])
				}
			}
		}
	}
	end()
	return list
}

// Whoever locks in another order can wait for somebody who waits for them.
func TestEveryStoryLocksInOneOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.person("ren")
	mei := h.joins("mei", room.Member)
	said := h.says(h.master, "said")
	question, answer := h.asks(h.master, "why")
	text, archived, open := "edited", true, false
	ctx := t.Context()
	sora := h.person("sora")
	invited := invitations.Invitations{Store: postgres.Invitations{DB: h.db}, Rooms: h.rooms.Store, Runner: h.run, Memberships: everything{}, Now: time.Now}
	var g ai.Generation
	var privately message.Message
	var invitation id.ID
	for _, s := range []struct {
		name string
		want string
		run  func() error
	}{
		{"send", "room_sequences room_members", func() error { h.says(h.master, "hello"); return nil }},
		{"ask", "room_sequences room_members token_balances member_usage", func() error { h.asks(mei, "how"); return nil }},
		{"ask in private", "rooms room_members user_sequences token_balances member_usage", func() error { _, privately = h.asksPrivately(mei, "psst"); return nil }},
		{"settle in private", "user_sequences ai_generations token_balances member_usage token_lots", func() error {
			g := h.calls(privately.ID, 10)
			h.trace.take()
			if !h.settle(g, ai.Outcome{Status: message.Completed, Text: "hi"}) {
				t.Error("not settled")
			}
			return nil
		}},
		{"edit", "room_sequences user_sequences ai_generations", func() error {
			_, err := h.messages.Edit(ctx, messages.Edit{RoomID: h.room, MessageID: said.ID, Person: h.master, Content: &text})
			return err
		}},
		{"react", "room_sequences", func() error {
			_, err := h.messages.React(ctx, messages.React{RoomID: h.room, MessageID: said.ID, Person: h.master, Emoji: "👍"})
			return err
		}},
		{"share", "room_sequences room_members user_sequences", func() error { _, err := h.shares(mei, privately.ID); return err }},
		{"forward", "room_sequences room_members", func() error {
			_, err := h.messages.Forward(ctx, messages.Forward{RoomID: h.room, MessageID: said.ID, Person: h.master, To: h.room}, h.key(h.master, "forwardMessage", ""))
			return err
		}},
		{"settle", "room_sequences ai_generations token_balances member_usage token_lots", func() error {
			g = h.calls(answer.ID, 10)
			h.trace.take()
			if !h.settle(g, ai.Outcome{Status: message.Completed, Text: "hi"}) {
				t.Error("not settled")
			}
			return nil
		}},
		{"regenerate", "room_sequences user_sequences ai_generations token_balances member_usage", func() error {
			_, _, err := h.replies.Regenerate(ctx, replies.Regenerate{RoomID: h.room, QuestionID: question.ID, Person: h.master}, h.key(h.master, "regenerateReply", ""))
			return err
		}},
		{"stop", "room_sequences user_sequences ai_generations token_balances member_usage", func() error { _, _, err := h.replies.Stop(ctx, h.room, h.master, question.ID); return err }},
		{"reap", "room_sequences ai_generations token_balances member_usage", func() error {
			_, late := h.asks(h.master, "late")
			generation := h.generation(late.ID)
			h.passes(generation, "11 minutes")
			h.trace.take()
			verdict, err := h.reaper.Reap(ctx, generation)
			if verdict != ai.End {
				t.Errorf("verdict %v", verdict)
			}
			return err
		}},
		{"delete", "room_sequences user_sequences ai_generations token_balances", func() error { return h.messages.Delete(ctx, h.room, h.master, question.ID) }},
		{"mark read", "room_members", func() error { _, err := h.rooms.MarkRead(ctx, h.room, mei, h.last()); return err }},
		{"update", "room_sequences rooms", func() error { _, err := h.rooms.Update(ctx, h.room, h.master, room.Changes{Name: &text}); return err }},
		{"archive", "room_sequences rooms user_sequences ai_generations token_balances member_usage", func() error {
			_, err := h.rooms.Update(ctx, h.room, h.master, room.Changes{IsArchived: &archived})
			return err
		}},
		{"reopen", "room_sequences rooms", func() error {
			_, err := h.rooms.Update(ctx, h.room, h.master, room.Changes{IsArchived: &open})
			return err
		}},
		{"purge", "room_sequences rooms ai_generations", func() error {
			h.retains(30)
			h.ages(said.ID)
			h.trace.take()
			_, _, err := h.keeps().Run(ctx)
			return err
		}},
		{"say how long", "room_sequences rooms", func() error { _, err := h.rooms.SetRetention(ctx, h.room, h.master, 90); return err }},
		{"join", "room_sequences room_members user_sequences", func() error { _, err := h.rooms.Join(ctx, h.room, "ren", room.Member); return err }},
		{"change a role", "room_sequences room_members", func() error {
			guest := room.Guest
			_, _, err := h.rooms.UpdateMember(ctx, rooms.Rerole{RoomID: h.room, Person: h.master, Member: mei, Role: &guest})
			return err
		}},
		{"offer the room", "room_sequences rooms room_members", func() error { _, err := h.rooms.Offer(ctx, h.room, h.master, mei); return err }},
		{"take the offer back", "room_sequences rooms", func() error { return h.rooms.Reject(ctx, h.room, h.master) }},
		{"give the room away", "users room_sequences rooms room_members", func() error {
			if _, err := h.rooms.Offer(ctx, h.room, h.master, mei); err != nil {
				return err
			}
			h.trace.take()
			_, err := h.rooms.Accept(ctx, h.room, mei)
			return err
		}},
		{"give it back", "users room_sequences rooms room_members", func() error {
			if _, err := h.rooms.Offer(ctx, h.room, mei, h.master); err != nil {
				return err
			}
			h.trace.take()
			_, err := h.rooms.Accept(ctx, h.room, h.master)
			return err
		}},
		{"invite", "room_sequences room_members user_sequences", func() error {
			made, err := invited.Create(ctx, invitations.Create{RoomID: h.room, Inviter: h.master, Kind: room.ForUser, Role: room.Member, Username: "sora"}, h.key(h.master, "createInvitation", ""))
			if err == nil {
				invitation = made.Invitation.ID
			}
			return err
		}},
		{"accept", "users room_sequences room_members user_sequences", func() error { _, err := invited.Accept(ctx, sora, invitation); return err }},
		{"remove", "room_sequences rooms room_members user_sequences", func() error { return h.rooms.Remove(ctx, h.room, mei, h.master) }},
		{"delete the room", "room_sequences rooms user_sequences ai_generations token_balances", func() error { return h.rooms.Delete(ctx, h.room, h.master) }},
	} {
		all := h.locked(s.run)
		if len(all) != 1 {
			t.Errorf("%s: %d transactions lock something: %v", s.name, len(all), all)
			continue
		}
		if got := strings.Join(all[0], " "); got != s.want {
			t.Errorf("%s locks %s, want %s", s.name, got, s.want)
		}
		if !slices.IsSortedFunc(all[0], func(a, b string) int { return slices.Index(lockOrder, a) - slices.Index(lockOrder, b) }) {
			t.Errorf("%s locks in another order: %v", s.name, all[0])
		}
	}
}

// What changes of a person is carried into the rooms by transactions of their own.
func TestWhatChangesOfAPersonLocksInOneOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Member)
	h.says(mei, "hello")
	u := accounts.Accounts{Store: postgres.News{DB: h.db}, Runner: h.run, Memberships: everything{}, Rooms: h.rooms, Sessions: nobody{}, Plans: nobody{}}
	name, no := "Mei", false
	for _, s := range []struct {
		name string
		want []string
		run  func() error
	}{
		{"another name and no AI", []string{"users ai_generations", "users room_sequences room_members ai_generations", "users"}, func() error {
			_, err := u.Update(t.Context(), mei, user.Changes{DisplayName: &name, AIMayRead: &no})
			return err
		}},
		{"the end", []string{"users", "users room_sequences rooms room_members user_sequences", "users room_sequences room_members ai_generations", "users"},
			func() error { return u.Delete(t.Context(), mei, false) }},
	} {
		var got []string
		for _, tables := range h.locked(s.run) {
			got = append(got, strings.Join(tables, " "))
			if !slices.IsSortedFunc(tables, func(a, b string) int { return slices.Index(lockOrder, a) - slices.Index(lockOrder, b) }) {
				t.Errorf("%s locks in another order: %v", s.name, tables)
			}
		}
		if !slices.Equal(got, s.want) {
			t.Errorf("%s locks %q, want %q", s.name, got, s.want)
		}
	}
}

// nobody has sessions or plans.
type nobody struct{}

func (nobody) EndAll(context.Context, id.ID, []id.ID) error { return nil }
func (nobody) EndPlans(context.Context, id.ID) error        { return nil }

// last is the newest message of the room.
func (h *house) last() (v id.ID) {
	h.Helper()
	if err := h.db.QueryRow(h.Context(), `SELECT last_message_id FROM room_sequences WHERE room_id = $1`, h.room).Scan(&v); err != nil {
		h.Fatal(err)
	}
	h.trace.take()
	return v
}
