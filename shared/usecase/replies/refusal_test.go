package replies_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/ai"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/domain/user"
	"github.com/yoriai/yoriai/shared/usecase/accounts"
	"github.com/yoriai/yoriai/shared/usecase/replies"
)

// refuses lets aki keep what they write from the AI, as updateMe does.
func (w *world) refuses() error {
	no := false
	a := accounts.Accounts{Store: postgres.News{DB: w.db}, Runner: w.runner(), Memberships: projection{}}
	_, err := a.Update(w.Context(), w.aki, user.Changes{AIMayRead: &no})
	return err
}

// Who keeps their words from the AI is in no prompt from then on, nor is a summary that may hold them: one that stands, or is being made.
func TestWhoRefusesTheAIIsForgotten(t *testing.T) {
	t.Parallel()
	w, _ := long(t)
	mei := id.New()
	if _, err := w.db.Exec(t.Context(), `INSERT INTO users (id, username, email, display_name) VALUES ($1, 'mei', 'mei@example.com', 'Mei')`, mei); err != nil {
		t.Fatal(err)
	}
	if _, err := w.db.Exec(t.Context(), `INSERT INTO room_members (room_id, user_id, role, version) VALUES ($1, $2, 'member', 1)`, w.room, mei); err != nil {
		t.Fatal(err)
	}
	// Answers repeat what they were told, in words of their own.
	if _, err := w.db.Exec(t.Context(), `UPDATE messages SET exclude_from_ai = true WHERE type = 'ai'`); err != nil {
		t.Fatal(err)
	}
	asks := func() string {
		shown, err := w.preview().Show(t.Context(), replies.Draft{RoomID: w.room, Person: mei, Visibility: message.Public, Content: "which doors are there?"})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(shown.Request.Lines)
	}
	if !strings.Contains(asks(), "key1") {
		t.Fatal("nothing was known before")
	}
	if err := w.refuses(); err != nil {
		t.Fatal(err)
	}
	if w.count(summaries) != 0 || strings.Contains(asks(), "key1") || strings.Contains(asks(), "message 1 of many") {
		t.Fatal("a prompt holds what is kept from the AI", asks())
	}
}

func TestASummaryThatIsBeingMadeOfRefusedWordsIsNotKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.asks("door 1 opens with key1")
	w.drains()
	tried := 0
	w.model.answers = func(r ai.Request) []string {
		if summarises(r) {
			tried++
			if err := w.refuses(); err != nil {
				w.Error(err)
			}
		}
		return recalls(r)
	}
	w.says(150, chatter)
	w.asks("which doors are there?")
	w.drains()
	if n := w.count(summaries); tried == 0 || n != 0 {
		t.Fatalf("%d were tried, %d kept", tried, n)
	}
}
