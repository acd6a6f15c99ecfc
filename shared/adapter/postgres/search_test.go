package postgres_test

import (
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/messages"
	"github.com/yoriai/yoriai/shared/usecase/rooms"
	"github.com/yoriai/yoriai/shared/usecase/search"
)

// finds is the texts that a wish finds, newest first.
func (h *house) finds(w search.Wish) string {
	h.Helper()
	if w.Limit == 0 {
		w.Limit = 20
	}
	page, err := search.Search{Store: postgres.Search{DB: h.db}}.Messages(h.Context(), w)
	if err != nil {
		h.Fatal(err)
	}
	var texts []string
	for _, hit := range page.Hits {
		texts = append(texts, hit.Message.Content)
	}
	return strings.Join(texts, "|")
}

// saysIn says something in another room.
func (h *house) saysIn(roomID, person id.ID, text string) {
	h.Helper()
	cmd, key := h.wish(person, text)
	cmd.RoomID = roomID
	if _, err := h.messages.Send(h.Context(), cmd, key); err != nil {
		h.Fatal(err)
	}
}

// A message is found from its commit on, as it is now, until it is deleted.
func TestSearchFollowsEachChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	said := h.says(h.master, "明日の会議は十時")
	mine := func(text string) string { return h.finds(search.Wish{Person: h.master, Text: text}) }
	if got := mine("会議"); got != "明日の会議は十時" {
		t.Fatalf("sent: %q", got)
	}
	text := "明日の集会は十時"
	if _, err := h.messages.Edit(t.Context(), messages.Edit{RoomID: h.room, MessageID: said.ID, Person: h.master, Content: &text}); err != nil {
		t.Fatal(err)
	}
	if got := mine("会議") + "/" + mine("集会"); got != "/"+text {
		t.Fatalf("edited: %q", got)
	}
	question, answer := h.asks(h.master, "what is a rhombus?")
	if got := mine("parallelogram"); got != "" {
		t.Fatalf("pending: %q", got)
	}
	h.works(answer, ai.Outcome{Status: message.Completed, Text: "An equilateral parallelogram."})
	if got := mine("parallelo"); got != "An equilateral parallelogram." {
		t.Fatalf("settled: %q", got)
	}
	if got := h.finds(search.Wish{Person: h.master, Text: "a", FromAI: true}); got != "An equilateral parallelogram." {
		t.Fatalf("from the AI: %q", got)
	}
	for _, v := range []id.ID{said.ID, question.ID, answer.ID} {
		if err := h.messages.Delete(t.Context(), h.room, h.master, v); err != nil {
			t.Fatal(err)
		}
	}
	if got := mine("集会") + mine("rhombus") + mine("parallelogram"); got != "" {
		t.Fatalf("deleted: %q", got)
	}
	if n := h.number(`SELECT count(*) FROM message_search`); n != 0 {
		t.Fatalf("%d rows stay", n)
	}
}

func TestOnlyWhatOneMaySeeIsFound(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei, ren := h.joins("mei", room.Reader), h.person("ren")
	h.says(h.master, "secret of the room")
	other, _, err := h.rooms.Create(t.Context(), rooms.Create{Maker: ren, Name: "Elsewhere"}, h.key(ren, "createRoom", "Elsewhere"))
	if err != nil {
		t.Fatal(err)
	}
	h.saysIn(other.ID, ren, "secret of elsewhere")
	private := h.private(mei, "secret of mei")
	for name, c := range map[string]struct {
		wish search.Wish
		want string
	}{
		"a member's":              {search.Wish{Person: h.master}, "secret of the room"},
		"her own private one":     {search.Wish{Person: mei}, "secret of mei|secret of the room"},
		"in the room":             {search.Wish{Person: mei, RoomID: h.room}, "secret of mei|secret of the room"},
		"somebody else's private": {search.Wish{Person: h.master, RoomID: h.room, Sender: mei}, ""},
		"of a sender":             {search.Wish{Person: mei, Sender: h.master}, "secret of the room"},
		"another room's":          {search.Wish{Person: ren}, "secret of elsewhere"},
		"older than":              {search.Wish{Person: mei, Till: private.Time()}, "secret of the room"},
		"not older than":          {search.Wish{Person: mei, Since: private.Time()}, "secret of mei"},
		"not older than tomorrow": {search.Wish{Person: mei, Since: time.Now().Add(24 * time.Hour)}, ""},
	} {
		c.wish.Text = "secret"
		if got := h.finds(c.wish); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	s := search.Search{Store: postgres.Search{DB: h.db}}
	for _, text := range []string{"secret", " "} { // access comes before what is wrong with the request
		if _, err := s.Messages(t.Context(), search.Wish{Person: ren, Text: text, RoomID: h.room, Limit: 20}); !fault.Is(err, fault.NotFound) {
			t.Errorf("an outsider in the room: %v", err)
		}
	}
	if err := h.rooms.Remove(t.Context(), h.room, mei, mei); err != nil {
		t.Fatal(err)
	}
	if got := h.finds(search.Wish{Person: mei, Text: "secret"}); got != "" {
		t.Errorf("after leaving: %q", got)
	}
	if err := h.rooms.Delete(t.Context(), h.room, h.master); err != nil {
		t.Fatal(err)
	}
	if got := h.finds(search.Wish{Person: h.master, Text: "secret"}); got != "" {
		t.Errorf("in a deleted room: %q", got)
	}
}

// private puts a private row of somebody's into the room, as the use case will write it.
func (h *house) private(person id.ID, text string) id.ID {
	h.Helper()
	v := id.New()
	h.exec(`INSERT INTO messages (id, room_id, event, sender_id, type, status, content, visibility, visible_to, created_at)
		VALUES ($1, $2, 1, $3, 'human', 'completed', $4, 'private', $3, now())`, v, h.room, person, text)
	h.exec(`INSERT INTO message_search (message_id, room_id, sender_id, from_ai, visible_to, vector) VALUES ($1, $2, $3, false, $3, array_to_tsvector($4::text[]))`,
		v, h.room, person, search.Lexemes(h.room, text))
	return v
}

// Pages join without a hole or a double, and what only the index takes for a hit costs no page.
func TestPagesOfHitsJoin(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for n := range 25 {
		h.says(h.master, strings.Repeat("数", n+1)+"会議")
		h.says(h.master, "議会 会議議") // the same pairs as 会議議会
	}
	h.says(h.master, "会議議会")
	if got := h.finds(search.Wish{Person: h.master, Text: "会議議会", Limit: 3}); got != "会議議会" {
		t.Fatalf("%q", got)
	}
	s := search.Search{Store: postgres.Search{DB: h.db}}
	seen := map[string]int{}
	w := search.Wish{Person: h.master, Text: "数", Limit: 10}
	pages := 0
	for ; ; pages++ {
		page, err := s.Messages(t.Context(), w)
		if err != nil || pages > 10 {
			t.Fatal(pages, err)
		}
		for _, hit := range page.Hits {
			seen[hit.Message.Content]++
		}
		if w.Before = page.Next; w.Before.IsZero() {
			break
		}
	}
	if len(seen) != 25 {
		t.Fatalf("%d of 25 found, on %d pages", len(seen), pages)
	}
	for text, n := range seen {
		if n != 1 {
			t.Errorf("%s %d times", text, n)
		}
	}
}

// What was there before the table is found after its steps, whichever are cut off; what was changed meanwhile stays newer.
func TestWhatWasThereBeforeIsFilledInSteps(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 7 {
		h.says(h.master, "old words")
	}
	newest := h.says(h.master, "newest words")
	h.exec(`DELETE FROM message_search WHERE message_id <> $1`, newest.ID)
	h.exec(`INSERT INTO message_search_fill SELECT pass, 'ffffffff-ffff-ffff-ffff-ffffffffffff' FROM generate_series(1, 2) pass`)
	store := postgres.Maintenance{DB: h.db}
	var looked []int64
	for {
		n, err := store.FillSearch(t.Context(), 3)
		if err != nil {
			t.Fatal(err)
		}
		looked = append(looked, n)
		if n < 3 {
			break
		}
		if left := h.number(`SELECT count(*) FROM messages m WHERE NOT EXISTS (SELECT FROM message_search WHERE message_id = m.id)`); left != 8-3*len(looked) {
			t.Fatalf("%d are left after %d steps", left, len(looked))
		}
	}
	if len(looked) != 3 || h.finds(search.Wish{Person: h.master, Text: "words"}) != "newest words"+strings.Repeat("|old words", 7) {
		t.Fatalf("%v", looked)
	}
	// The night after, nothing is left to do but to look once more: code of before may have written since.
	h.exec(`DELETE FROM message_search WHERE message_id = $1`, newest.ID)
	for _, want := range []int64{8, 0} {
		if n, err := store.FillSearch(t.Context(), 1000); err != nil || n != want {
			t.Fatal(n, err)
		}
	}
	if n := h.number(`SELECT count(*) FROM message_search`); n != 8 {
		t.Fatal(n)
	}
}
