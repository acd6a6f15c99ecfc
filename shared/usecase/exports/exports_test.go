package exports_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/yoriai/yoriai/shared/adapter/s3/s3test"
	"github.com/yoriai/yoriai/shared/domain/export"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/message"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
)

func TestAnExportHoldsWhatOneMayReadInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.says(w.akiToken, "first <b>&\u2028", nil)
	w.fill(12_345)
	w.says(w.meiToken, "a reply to @aki", body{"reply_to": first, "mentions": []body{{"kind": "user", "user_id": w.aki}}})
	w.call(w.meiToken, "PUT", w.path("/messages/"+first.String()+"/reactions/👍"), nil, 200, nil)
	gone := w.says(w.akiToken, "gone soon", nil)
	w.call(w.akiToken, "DELETE", w.path("/messages/"+gone.String()), nil, 204, nil)
	w.whispers(w.mei, "my own secret", "its answer")
	w.whispers(w.aki, "another's secret", "never seen")
	j := w.exports(w.meiToken, "json")
	w.says(w.akiToken, "after the range", nil)
	if j.Kind != "export" || j.State != "queued" || j.Total < 12_345 || j.Download != nil {
		t.Errorf("%+v", j)
	}
	if end := w.run(jobs.Prepare, j.ID); end != jobs.Done {
		t.Fatal(end)
	}
	if got := w.job(w.meiToken, j.ID); got.Done != got.Total || got.Download.Status != "ready" {
		t.Errorf("%+v", got)
	}
	file := w.fetch(w.meiToken, j.ID)
	report := w.right(file)
	public := w.count(`SELECT count(*) FROM messages WHERE room_id = $1 AND visibility = 'public' AND content <> 'after the range'`, w.room)
	if report.Messages != public+2 || report.Private != 2 || report.Last != w.count(`SELECT max(sequence) - 1 FROM messages WHERE room_id = $1`, w.room) {
		t.Errorf("%+v of %d", report, public)
	}
	if len(report.Manifest.Parts) < 2 || report.Manifest.Room.Name != "Kyoto" || report.Manifest.RequestedBy.Username != "mei" {
		t.Errorf("%+v", report.Manifest)
	}
	for _, text := range w.texts(file) {
		for _, secret := range []string{"another's secret", "never seen", "gone soon", "after the range"} {
			if strings.Contains(text, secret) {
				t.Errorf("it holds %q", secret)
			}
		}
	}
	w.holds(file, first, gone)
	if keys := s3test.Keys(t, w.Files); !slices.Equal(keys, []string{j.ID.String() + "/export.zip"}) {
		t.Errorf("kept: %v", keys)
	}
}

// holds looks at the lines one by one.
func (w *world) holds(file []byte, first, gone id.ID) {
	w.Helper()
	var answers, tombstones, replies, private, notes int
	for _, m := range w.said(file) {
		switch {
		case m.ID == first:
			if m.Content != "first <b>&\u2028" || m.Sender.Username != "aki" || len(m.Reactions) != 1 || m.Reactions[0].User.Username != "mei" || m.Reactions[0].Emoji != "👍" {
				w.Errorf("%+v", m)
			}
		case m.ID == gone:
			tombstones++
			if m.Content != "" || m.DeletedAt.IsZero() || m.DeletedBy != message.ByAuthor {
				w.Errorf("%+v", m)
			}
		case m.Visibility == message.Private:
			private++
			if m.Content != "my own secret" && m.Content != "its answer" {
				w.Errorf("%+v", m)
			}
		case m.ReplyTo != nil:
			replies++
			if *m.ReplyTo != first || len(m.Mentions) != 1 || *m.Mentions[0].UserID != w.aki {
				w.Errorf("%+v", m)
			}
		case m.Type == message.AI:
			answers++
			if m.Answers == nil || len(m.Attempts) != 1 || m.Attempts[0].Model != "scripted" || *m.Attempts[0].ChargedTokens != 30 || m.Attempts[0].Text != "" {
				w.Errorf("%+v", m)
			}
		case m.System != nil:
			notes++
			if m.System.Code != message.Joined || m.System.User.Name != "mei" {
				w.Errorf("%+v", m.System)
			}
		}
	}
	if answers < 600 || tombstones != 1 || replies != 1 || private != 2 || notes != 1 {
		w.Errorf("%d answers, %d tombstones, %d replies, %d private, %d notes", answers, tombstones, replies, private, notes)
	}
}

func TestMarkdownIsForPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`UPDATE users SET locale = 'en'`)
	first := w.says(w.akiToken, "# not a heading\n```\nnever closed\r# nor this\u2028### aki · 2001-01-01 00:00 UTC", nil)
	w.says(w.meiToken, "yes", body{"reply_to": first})
	w.call(w.meiToken, "PUT", w.path("/messages/"+first.String()+"/reactions/👍"), nil, 200, nil)
	w.whispers(w.mei, "my own secret", "its answer")
	w.whispers(w.aki, "another's secret", "never seen")
	gone := w.says(w.akiToken, "gone soon", nil)
	w.call(w.akiToken, "DELETE", w.path("/messages/"+gone.String()), nil, 204, nil)
	file := w.takes(w.meiToken, "markdown")
	if report := w.right(file); report.Messages < 6 || report.Private != 2 {
		t.Errorf("%+v", report)
	}
	text := w.texts(file)["messages-00001.md"]
	for _, part := range []string{"# Kyoto\n", "\n> # not a heading\n> ```\n> never closed\n> # nor this\n> ### aki", "### mei · ", "In reply to aki: \\# not a heading", "Reactions: 👍 mei", "(private)\n\n> my own secret", "AI · scripted", "*deleted*", "*mei joined*"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
	for _, part := range []string{"another's secret", "never seen", "gone soon"} {
		if strings.Contains(text, part) {
			t.Errorf("it holds %q", part)
		}
	}
	// No line of what was said stands for itself.
	for line := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "# Kyoto") && !strings.Contains(line, " · 20") || strings.HasPrefix(line, "```") {
			t.Errorf("%q", line)
		}
	}
	w.exec(`UPDATE users SET locale = 'ja'`)
	if text := w.texts(w.takes(w.meiToken, "markdown"))["messages-00001.md"]; !strings.Contains(text, "meiさんが参加しました") || !strings.Contains(text, "（") && !strings.Contains(text, "削除済み") {
		t.Error(text)
	}
}

func TestAnAccountTakesItsOwnWordsFromEverywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	kyoto := w.room
	first := w.says(w.akiToken, "aki speaks", nil)
	w.says(w.meiToken, "mei answers", body{"reply_to": first})
	w.call(w.meiToken, "PUT", w.path("/messages/"+first.String()+"/reactions/👍"), nil, 200, nil)
	w.whispers(w.mei, "my own secret", "its answer")
	w.whispers(w.aki, "another's secret", "never seen")
	w.room = w.makes(w.akiToken, "Nara")
	w.Joins(w.room, "mei", "member")
	w.says(w.meiToken, "said where I left", nil)
	w.whispers(w.mei, "asked where I left", "what the room knew")
	w.call(w.akiToken, "DELETE", w.path("/members/"+w.mei.String()), nil, 204, nil)
	w.room = w.makes(w.akiToken, "Osaka")
	w.Joins(w.room, "mei", "member")
	w.says(w.meiToken, "said in a room that is gone", nil)
	w.call(w.akiToken, "DELETE", w.path(""), nil, 204, nil)
	w.room = kyoto
	file := w.takesAll(w.meiToken)
	report := w.right(file)
	if report.Messages != 5 || report.Private != 3 || report.Manifest.Kind != export.OfAccount || report.Manifest.Room != nil {
		t.Errorf("%+v", report)
	}
	var said []string
	for _, m := range w.said(file) {
		said = append(said, m.Content)
	}
	if !slices.Equal(said, []string{"mei answers", "my own secret", "its answer", "said where I left", "asked where I left"}) {
		t.Errorf("%q", said)
	}
	all := w.texts(file)
	account := all["account.json"]
	for _, part := range []string{`"username":"mei"`, `"email":"mei@example.com"`, `"name":"Kyoto","role":"member"`, `"name":"","role":""`, `"tokens":1000000000`, `"sessions":[{"id":`} {
		if !strings.Contains(account, part) {
			t.Errorf("%s is missing in %s", part, account)
		}
	}
	for name, text := range all {
		for _, secret := range []string{"another's", "never seen", "aki speaks", "what the room knew", "Nara", "Osaka", "password", "hash"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %q", name, secret)
			}
		}
	}
	if !strings.Contains(all["reactions-00001.jsonl"], `"emoji":"👍"`) || !strings.Contains(all["transactions-00001.jsonl"], `"kind":"grant"`) {
		t.Errorf("%v", all)
	}
}

func TestExportsOfOddRooms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		make     func(w *world)
		messages int64
	}{
		"empty": {func(w *world) {
			w.exec(`DELETE FROM messages WHERE room_id = $1`, w.room)
			w.exec(`UPDATE room_sequences SET sequence = 0, last_message_id = room_id WHERE room_id = $1`, w.room)
		}, 0},
		"one deleted message": {func(w *world) {
			w.exec(`DELETE FROM messages WHERE room_id = $1`, w.room)
			w.exec(`UPDATE room_sequences SET sequence = 0, last_message_id = room_id WHERE room_id = $1`, w.room)
			w.call(w.akiToken, "DELETE", w.path("/messages/"+w.says(w.akiToken, "gone", nil).String()), nil, 204, nil)
		}, 1},
		"an answer that is being written": {func(w *world) {
			w.says(w.akiToken, "question", body{"ai": body{}})
			w.exec(`UPDATE ai_generations SET status = 'streaming', provider_called_at = now(), partial_text = 'so far' WHERE room_id = $1`, w.room)
		}, 3},
		"an archived room": {func(w *world) {
			w.call(w.akiToken, "PATCH", w.path(""), body{"is_archived": true}, 200, nil)
		}, 1},
		"more than one attempt": {func(w *world) {
			w.fill(21)
			w.exec(`INSERT INTO ai_generations (message_id, attempt, room_id, question_id, asker_id, requested_by, payer_id, provider, model, status, prompt_budget, reply_cap, weight_input, weight_output, partial_text, settled_at)
				SELECT id, 2, room_id, answers, $2, $2, $2, 'scripted', 'other', 'completed', 1, 1, 1, 1, '', now() FROM messages WHERE room_id = $1 AND type = 'ai'`, w.room, w.aki)
			w.exec(`UPDATE ai_generations SET partial_text = 'what it said first' WHERE room_id = $1 AND attempt = 1`, w.room)
			w.exec(`UPDATE messages SET attempt = 2, content_attempt = 2 WHERE room_id = $1 AND type = 'ai'`, w.room)
		}, 22},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.make(w)
			for _, format := range []string{"json", "markdown"} {
				file := w.takes(w.meiToken, format)
				if report := w.right(file); report.Messages != c.messages {
					t.Errorf("%d messages as %s: %v", report.Messages, format, w.texts(file))
				}
				all := fmt.Sprint(w.texts(file))
				if name == "an answer that is being written" && !strings.Contains(all, "so far") || name == "more than one attempt" && format == "json" && strings.Count(all, "what it said first") != 1 {
					t.Error(all)
				}
			}
		})
	}
}

// Whoever asked for a file alone is led to it, for as long as it is kept and they may have it.
func TestNobodyElseIsLedToAFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, noa := w.Person("noa")
	w.Joins(w.room, "noa", "member")
	w.says(w.akiToken, "said", nil)
	j := w.exports(w.meiToken, "json")
	w.run(jobs.Prepare, j.ID)
	link := *w.job(w.meiToken, j.ID).Download.URL
	if got := w.job(w.akiToken, j.ID); got.State != "succeeded" || got.Download != nil {
		t.Errorf("an admin sees %+v", got)
	}
	w.call(noa, "GET", "/jobs/"+j.ID.String(), nil, 404, nil)
	bare, _, _ := strings.Cut(link, "?")
	for name, url := range map[string]string{"another file": strings.Replace(link, "export.zip", "part-00001.gz", 1), "without a signature": bare} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		// The local cloud does not look at signatures: there only what is not there is refused.
		if answer.StatusCode == 200 && name == "another file" {
			t.Errorf("%s: %s", name, answer.Status)
		}
	}
	if !strings.Contains(link, "X-Amz-Expires=600&") || !strings.Contains(link, "X-Amz-Signature=") {
		t.Error(link)
	}
	// Whose role has no right to it any more gets no link; whose room was deleted does.
	w.call(w.akiToken, "PATCH", w.path("/members/"+w.mei.String()), body{"role": "reader"}, 200, nil)
	if got := w.job(w.meiToken, j.ID); got.Download != nil {
		t.Errorf("a reader sees %+v", got.Download)
	}
	w.call(w.akiToken, "PATCH", w.path("/members/"+w.mei.String()), body{"role": "member"}, 200, nil)
	w.call(w.akiToken, "DELETE", w.path(""), nil, 204, nil)
	w.fetch(w.meiToken, j.ID)
	// The last link ends with the file.
	w.exec(`UPDATE jobs SET ended_at = now() - interval '23 hours 55 minutes' WHERE id = $1`, j.ID)
	if got := w.job(w.meiToken, j.ID).Download; got.URL == nil || strings.Contains(*got.URL, "X-Amz-Expires=600&") {
		t.Errorf("%+v", got)
	}
	w.exec(`UPDATE jobs SET ended_at = now() - interval '25 hours' WHERE id = $1`, j.ID)
	if got := w.job(w.meiToken, j.ID).Download; got.Status != "expired" || got.URL != nil {
		t.Errorf("%+v", got)
	}
	// That somebody was led to it stands in the log, once for what was asked within a minute.
	var fetched int
	if err := w.DB.QueryRow(t.Context(), `SELECT count(*) FROM audit_log WHERE act = 'export.fetched' AND subject_id = $1 AND actor_id = $2 AND room_id = $3 AND address <> ''`,
		j.ID, w.mei, w.room).Scan(&fetched); err != nil || fetched != 1 {
		t.Errorf("%d fetches are written down (%v)", fetched, err)
	}
}

// An equal request is the same job, another under its key is none, and nobody begins them without end.
func TestExportsAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{w.path("/exports"), "/me/exports"} {
		key := id.New().String()
		var b any
		if strings.HasPrefix(path, "/rooms") {
			b = body{"format": "json"}
		}
		first := w.Call(w.meiToken, "POST", path, b, "Idempotency-Key", key)
		again := w.Call(w.meiToken, "POST", path, b, "Idempotency-Key", key)
		if first.Code != 202 || again.Code != 200 || first.Body.String() != again.Body.String() {
			t.Errorf("%d %s\n%d %s", first.Code, first.Body, again.Code, again.Body)
		}
		if b != nil {
			if other := w.Call(w.meiToken, "POST", path, body{"format": "markdown"}, "Idempotency-Key", key); other.Code != 422 {
				t.Errorf("%d %s", other.Code, other.Body)
			}
		}
	}
	// Each was written down once.
	if n := w.count(`SELECT count(*) FROM audit_log WHERE actor_id = $1 AND (act = 'room.exported' AND room_id = $2 OR act = 'account.exported' AND room_id IS NULL)`, w.mei, w.room); n != 2 {
		t.Errorf("%d lines in the audit log", n)
	}
	for range job.MaxOpen - 2 {
		w.exports(w.meiToken, "markdown")
	}
	w.call(w.meiToken, "POST", w.path("/exports"), body{"format": "json"}, 429, nil)
	w.call(w.akiToken, "POST", w.path("/exports"), body{"format": "pdf"}, 422, nil)
	w.call(w.akiToken, "POST", w.path("/exports"), body{}, 422, nil)
	w.call(w.akiToken, "POST", w.path("/exports"), body{"format": "json", "attachments": true}, 400, nil)
}
