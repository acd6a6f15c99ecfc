package postgres_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
)

// reacted writes the reactions of a message as somebody sees them.
func reacted(m message.Message) string {
	var list []string
	for _, r := range m.Reactions {
		s := fmt.Sprintf("%s%d", r.Emoji, r.Count)
		if r.Mine {
			s += "!"
		}
		list = append(list, s)
	}
	return strings.Join(list, " ")
}

func (h *house) reacts(person, messageID id.ID, emoji string, take bool) (message.Message, error) {
	return h.messages.React(h.Context(), messages.React{RoomID: h.room, MessageID: messageID, Person: person, Emoji: emoji, Take: take})
}

func TestReactionsAreCountedAndEachIsOneEvent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Guest)
	m := h.says(h.master, "look")
	events := func() int { return h.number(`SELECT event FROM room_sequences WHERE room_id = $1`, h.room) }
	began := events()
	for i, step := range []struct {
		person id.ID
		emoji  string
		take   bool
		want   string
		events int
	}{
		{mei, "🎌", false, "🎌1!", 1}, {h.master, "👍", false, "🎌1 👍1!", 2}, {mei, "👍", false, "🎌1! 👍2!", 3}, {mei, "👍\uFE0F", false, "🎌1! 👍2!", 3},
		{h.master, "👍", true, "🎌1 👍1", 4}, {h.master, "👍", true, "🎌1 👍1", 4}, {mei, "🎌", true, "👍1!", 5}, {h.master, "❤", true, "👍1", 5},
	} {
		got, err := h.reacts(step.person, m.ID, step.emoji, step.take)
		if err != nil || reacted(got) != step.want || events()-began != step.events {
			t.Fatalf("step %d: %q (%v), want %q; %d events", i, reacted(got), err, step.want, events()-began)
		}
		// What is answered is what is read.
		read, err := h.messages.Get(t.Context(), h.room, step.person, m.ID)
		if err != nil || reacted(read) != step.want || read.Event != got.Event {
			t.Fatalf("step %d is read as %q, event %d (%v)", i, reacted(read), read.Event, err)
		}
	}
	ch, err := h.logs.RoomChanges(t.Context(), h.room, mei, int64(began))
	if err != nil || len(ch.Messages) != 1 || reacted(ch.Messages[0]) != "👍1!" {
		t.Fatalf("%+v %v", ch, err)
	}
	h.dense()
	if err := h.messages.Delete(t.Context(), h.room, h.master, m.ID); err != nil {
		t.Fatal(err)
	}
	if n := h.number(`SELECT count(*) FROM message_reactions`); n != 0 || reacted(h.message(m.ID)) != "" {
		t.Fatalf("a tombstone keeps %d", n)
	}
}

func TestOnlyTwentyKindsWhoeverComesFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Member)
	m := h.says(h.master, "look")
	var wait sync.WaitGroup
	for n := range 25 { // 25 kinds at once
		wait.Go(func() {
			_, err := h.reacts(mei, m.ID, string(rune(0x1F600+n)), false)
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	got := h.message(m.ID)
	if len(got.Reactions) != message.MaxReactions {
		t.Fatalf("%d kinds", len(got.Reactions))
	}
	// Another of a kind that is there is none too many.
	if _, err := h.reacts(h.master, m.ID, got.Reactions[0].Emoji, false); err != nil {
		t.Fatal(err)
	}
}

func TestWhoMayReact(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	reader, stranger := h.joins("reader", room.Reader), h.person("stranger")
	m, gone := h.says(h.master, "look"), h.says(h.master, "gone")
	if err := h.messages.Delete(t.Context(), h.room, h.master, gone.ID); err != nil {
		t.Fatal(err)
	}
	before := h.number(everythingStored)
	for name, c := range map[string]struct {
		person, message id.ID
		emoji           string
		code            fault.Code
	}{
		"an outsider": {stranger, m.ID, "abc", fault.NotFound}, "a reader": {reader, m.ID, "abc", fault.Forbidden}, "no message": {h.master, id.New(), "👍", fault.NotFound},
		"a deleted one": {h.master, gone.ID, "👍", fault.NotFound}, "letters": {h.master, m.ID, "abc", fault.ValidationFailed},
		"10,000 characters": {h.master, m.ID, strings.Repeat("👍", 10_000), fault.ValidationFailed},
	} {
		for _, take := range []bool{false, true} {
			if _, err := h.reacts(c.person, c.message, c.emoji, take); !fault.Is(err, c.code) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if after := h.number(everythingStored); after != before {
		t.Errorf("%d rows were written", after-before)
	}
	archived := true
	if _, err := h.rooms.Update(t.Context(), h.room, h.master, room.Changes{IsArchived: &archived}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.reacts(h.master, m.ID, "👍", false); !fault.Is(err, fault.RoomArchived) {
		t.Errorf("in an archived room: %v", err)
	}
}

// Who gave a reaction is told so in pushes.
func TestAPushKnowsWhoGaveWhat(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Member)
	m := h.says(h.master, "look")
	for _, person := range []id.ID{mei, h.master} {
		if _, err := h.reacts(person, m.ID, "👍", false); err != nil {
			t.Fatal(err)
		}
	}
	latest := int64(h.number(`SELECT event FROM room_sequences WHERE room_id = $1`, h.room))
	push, err := h.logs.RoomPush(t.Context(), h.room, latest, latest)
	if err != nil || len(push.Messages) != 1 || reacted(push.Messages[0]) != "👍2" || len(push.Messages[0].Reactions[0].By) != 2 {
		t.Fatalf("%+v %v", push.Messages, err)
	}
}

func (h *house) mentions(person id.ID, text string, who ...message.Mention) (message.Message, error) {
	cmd, key := h.wish(person, text)
	cmd.Mentions = who
	sent, err := h.messages.Send(h.Context(), cmd, key)
	return sent.Message, err
}

func (h *house) unreadMentions(person id.ID) int64 {
	h.Helper()
	l, err := h.rooms.Get(h.Context(), h.room, person)
	if err != nil {
		h.Fatal(err)
	}
	return l.Rooms[0].UnreadMentions
}

func TestMentionsAreMarkedByIDAndCountedUntilTheyAreRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei, ren := h.joins("mei", room.Member), h.joins("ren", room.Member)
	user := func(v id.ID) message.Mention { return message.Mention{Kind: message.MentionsUser, UserID: v} }
	said, err := h.mentions(h.master, "こんにちは@Meiさん、@ai と @mei", user(mei), user(mei), message.Mention{Kind: message.MentionsAI})
	if err != nil || len(said.Mentions) != 2 {
		t.Fatal(said.Mentions, err)
	}
	if _, err := h.mentions(h.master, "@all hello", message.Mention{Kind: message.MentionsAll}); err != nil {
		t.Fatal(err)
	}
	if a, b, c := h.unreadMentions(mei), h.unreadMentions(ren), h.unreadMentions(h.master); a != 2 || b != 1 || c != 0 {
		t.Fatalf("mei %d, ren %d, aki %d", a, b, c)
	}
	// A later name changes nothing of it.
	h.exec(`UPDATE users SET username = 'meiko' WHERE id = $1`, mei)
	got := h.message(said.ID)
	if len(got.Mentions) != 2 || got.Mentions[1] != (message.Mention{Kind: message.MentionsUser, UserID: mei, Name: "mei"}) {
		t.Fatalf("%+v", got.Mentions)
	}
	if _, err := h.rooms.MarkRead(t.Context(), h.room, mei, said.ID); err != nil {
		t.Fatal(err)
	}
	if n := h.unreadMentions(mei); n != 1 {
		t.Fatalf("%d after reading the first", n)
	}
	// What an edit takes out of the text is marked no more.
	text := "nobody but @ai"
	edited, err := h.messages.Edit(t.Context(), messages.Edit{RoomID: h.room, MessageID: said.ID, Person: h.master, Content: &text})
	if err != nil || len(edited.Mentions) != 1 || len(h.message(said.ID).Mentions) != 1 {
		t.Fatalf("%+v %v", edited.Mentions, err)
	}
}

func TestAMessageThatNamesMeAndEverybodyIsCountedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei, ren := h.joins("mei", room.Member), h.joins("ren", room.Member)
	both := []message.Mention{{Kind: message.MentionsUser, UserID: mei}, {Kind: message.MentionsAll}}
	if _, err := h.mentions(h.master, "@all, @mei first", both...); err != nil {
		t.Fatal(err)
	}
	if a, b := h.unreadMentions(mei), h.unreadMentions(ren); a != 1 || b != 1 {
		t.Fatalf("mei %d, ren %d", a, b)
	}
}

func TestWhoMayBeNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei, stranger := h.joins("mei", room.Member), h.person("stranger")
	before := h.number(everythingStored)
	for name, c := range map[string]struct {
		person id.ID
		text   string
		who    message.Mention
		code   fault.Code
	}{
		"a stranger":               {h.master, "@stranger", message.Mention{Kind: message.MentionsUser, UserID: stranger}, fault.ValidationFailed},
		"nobody":                   {h.master, "@mei", message.Mention{Kind: message.MentionsUser}, fault.ValidationFailed},
		"who is not in the text":   {h.master, "hello", message.Mention{Kind: message.MentionsUser, UserID: mei}, fault.ValidationFailed},
		"a longer name":            {h.master, "@meiko", message.Mention{Kind: message.MentionsUser, UserID: mei}, fault.ValidationFailed},
		"an address":               {h.master, "x@mei", message.Mention{Kind: message.MentionsUser, UserID: mei}, fault.ValidationFailed},
		"everybody, by a member":   {mei, "@all", message.Mention{Kind: message.MentionsAll}, fault.Forbidden},
		"everybody, not in a text": {h.master, "all", message.Mention{Kind: message.MentionsAll}, fault.ValidationFailed},
		"of no kind":               {h.master, "@mei", message.Mention{Kind: "group"}, fault.ValidationFailed},
	} {
		if _, err := h.mentions(c.person, c.text, c.who); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if after := h.number(everythingStored); after != before {
		t.Errorf("%d rows were written", after-before)
	}
}

func TestARoomTellsWhatHappenedInIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Member)
	name := "Nara"
	changed, err := h.rooms.Update(t.Context(), h.room, h.master, room.Changes{Name: &name})
	if err != nil || changed.Last[h.room].Note == nil || changed.Rooms[0].LastMessageID != h.last() {
		t.Fatalf("%+v %v", changed, err)
	}
	if err := h.rooms.Remove(t.Context(), h.room, mei, h.master); err != nil {
		t.Fatal(err)
	}
	page, err := h.messages.List(t.Context(), messages.Query{RoomID: h.room, Person: h.master, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, m := range page.Messages {
		who := ""
		if m.Note.User != nil {
			who = m.Note.User.Name
		}
		told = append(told, fmt.Sprintf("%s by %s: %s%s", m.Note.Code, m.Note.Actor.Name, who, m.Note.Value))
	}
	if got := strings.Join(told, ", "); got != "left by aki: mei, name by aki: Nara, joined by mei: mei" {
		t.Fatal(got)
	}
	h.dense()
	// Nobody edits what a room says, and no AI reads it.
	text := "I left"
	if _, err := h.messages.Edit(t.Context(), messages.Edit{RoomID: h.room, MessageID: page.Messages[0].ID, Person: h.master, Content: &text}); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
	if err := h.messages.Delete(t.Context(), h.room, h.master, page.Messages[0].ID); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
	view := ai.View{Question: h.says(h.master, "who left?")}
	if view.May(page.Messages[0]) {
		t.Error("the AI reads notes")
	}
}

func TestForwardingSaysWhereItWasSaidFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := h.joins("mei", room.Reader)
	theirs, _, err := h.rooms.Create(t.Context(), rooms.Create{Maker: mei, Name: "Mei's"}, h.key(mei, "createRoom", "Mei's"))
	if err != nil {
		t.Fatal(err)
	}
	said := h.says(h.master, "worth telling")
	wish := messages.Forward{RoomID: h.room, MessageID: said.ID, Person: mei, To: theirs.ID}
	key := h.key(mei, "forwardMessage", "")
	sent, err := h.messages.Forward(t.Context(), wish, key)
	if err != nil || !sent.Created {
		t.Fatal(err)
	}
	again, err := h.messages.Forward(t.Context(), wish, key)
	if err != nil || again.Created || again.Message.ID != sent.Message.ID {
		t.Fatalf("%+v %v", again, err)
	}
	got, err := h.messages.Get(t.Context(), theirs.ID, mei, sent.Message.ID)
	if err != nil || got.Content != "worth telling" || got.Sender.ID != mei || got.Forwarded == nil || *got.Forwarded != *sent.Message.Forwarded {
		t.Fatalf("%+v %v", got, err)
	}
	if f := *got.Forwarded; f.RoomID != h.room || f.MessageID != said.ID || f.Type != message.Human || f.Author != "aki" || !f.At.Equal(said.CreatedAt) {
		t.Fatalf("%+v", f)
	}
	// Passed on twice, it keeps its first place.
	twice, err := h.messages.Forward(t.Context(), messages.Forward{RoomID: theirs.ID, MessageID: got.ID, Person: mei, To: theirs.ID}, h.key(mei, "forwardMessage", ""))
	if err != nil || *twice.Message.Forwarded != *got.Forwarded {
		t.Fatalf("%+v %v", twice.Message, err)
	}
	// Other words are nobody else's, and what is kept from the AI stays so.
	yes, changed := true, "something else"
	if _, err := h.messages.Edit(t.Context(), messages.Edit{RoomID: theirs.ID, MessageID: got.ID, Person: mei, ExcludeFromAI: &yes}); err != nil {
		t.Fatal(err)
	}
	kept, err := h.messages.Forward(t.Context(), messages.Forward{RoomID: theirs.ID, MessageID: got.ID, Person: mei, To: theirs.ID}, h.key(mei, "forwardMessage", ""))
	if err != nil {
		t.Fatal(err)
	}
	if edited, err := h.messages.Edit(t.Context(), messages.Edit{RoomID: theirs.ID, MessageID: kept.Message.ID, Person: mei, Content: &changed}); err != nil || edited.Forwarded != nil {
		t.Fatalf("%+v %v", edited, err)
	}
	if read, err := h.messages.Get(t.Context(), theirs.ID, mei, kept.Message.ID); err != nil || read.Forwarded != nil || !read.ExcludeFromAI || read.Content != changed {
		t.Fatalf("%+v %v", read, err)
	}
	// A tombstone does not even tell where its text came from.
	if err := h.messages.Delete(t.Context(), theirs.ID, mei, twice.Message.ID); err != nil {
		t.Fatal(err)
	}
	if gone, err := h.messages.Get(t.Context(), theirs.ID, mei, twice.Message.ID); err != nil || gone.Forwarded != nil {
		t.Fatalf("%+v %v", gone, err)
	}
	_, answer := h.asks(h.master, "why?")
	ren := h.person("ren")
	var joined id.ID
	if err := h.db.QueryRow(t.Context(), `SELECT id FROM messages WHERE type = 'system' LIMIT 1`).Scan(&joined); err != nil {
		t.Fatal(err)
	}
	secret := h.private(mei, "secret")
	before := h.number(everythingStored)
	for name, c := range map[string]struct {
		wish messages.Forward
		code fault.Code
	}{
		"from a room one is not in": {messages.Forward{RoomID: h.room, MessageID: said.ID, Person: ren, To: theirs.ID}, fault.NotFound},
		"to a room one is not in":   {messages.Forward{RoomID: h.room, MessageID: said.ID, Person: h.master, To: theirs.ID}, fault.NotFound},
		"of another room":           {messages.Forward{RoomID: theirs.ID, MessageID: said.ID, Person: mei, To: theirs.ID}, fault.NotFound},
		"to where one only reads":   {messages.Forward{RoomID: theirs.ID, MessageID: got.ID, Person: mei, To: h.room}, fault.Forbidden},
		"an answer being written":   {messages.Forward{RoomID: h.room, MessageID: answer.ID, Person: mei, To: theirs.ID}, fault.GenerationRunning},
		"what a room says":          {messages.Forward{RoomID: h.room, MessageID: joined, Person: mei, To: theirs.ID}, fault.Forbidden},
		"a private message":         {messages.Forward{RoomID: h.room, MessageID: secret, Person: mei, To: theirs.ID}, fault.Forbidden},
		"somebody else's private":   {messages.Forward{RoomID: h.room, MessageID: secret, Person: h.master, To: h.room}, fault.NotFound},
	} {
		if _, err := h.messages.Forward(t.Context(), c.wish, h.key(c.wish.Person, "forwardMessage", "")); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if after := h.number(everythingStored); after != before {
		t.Errorf("%d rows were written", after-before)
	}
}
