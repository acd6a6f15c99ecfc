package exports_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/s3/s3test"
	"github.com/yoriai/yoriai/shared/cmd/exportcheck/check"
	"github.com/yoriai/yoriai/shared/domain/export"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/handler/http/optest"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
)

type body = map[string]any

// world is a served stage with aki, the master of a room, and mei, a member of it.
type world struct {
	*optest.House
	aki, mei           id.ID
	akiToken, meiToken string
	room               id.ID
}

type jobView struct {
	ID        id.ID  `json:"id"`
	Kind      string `json:"kind"`
	State     string `json:"state"`
	Done      int64  `json:"done"`
	Total     int64  `json:"total"`
	ErrorCode string `json:"error_code"`
	Download  *struct {
		Status string  `json:"status"`
		URL    *string `json:"url"`
		Bytes  int64   `json:"bytes"`
	} `json:"download"`
}

func newWorld(t *testing.T) *world {
	w := &world{House: optest.New(t)}
	w.aki, w.akiToken = w.Person("aki")
	w.mei, w.meiToken = w.Person("mei")
	w.room = w.makes(w.akiToken, "Kyoto")
	w.Joins(w.room, "mei", "member")
	return w
}

func (w *world) makes(token, name string) id.ID {
	w.Helper()
	var made struct{ ID id.ID }
	w.call(token, "POST", "/rooms", body{"name": name}, 201, &made)
	return made.ID
}

func (w *world) call(token, method, path string, b any, want int, into any) {
	w.Helper()
	answer := w.Call(token, method, path, b, "Idempotency-Key", id.New().String())
	if answer.Code != want {
		w.Fatalf("%s %s: %d %s", method, path, answer.Code, answer.Body)
	}
	if into != nil {
		if err := json.Unmarshal(answer.Body.Bytes(), into); err != nil {
			w.Fatal(err)
		}
	}
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	if _, err := w.DB.Exec(w.Context(), sql, args...); err != nil {
		w.Fatalf("%v\n%s", err, sql)
	}
}

func (w *world) count(sql string, args ...any) (n int64) {
	w.Helper()
	if err := w.DB.QueryRow(w.Context(), sql, args...).Scan(&n); err != nil {
		w.Fatalf("%v\n%s", err, sql)
	}
	return n
}

// path is the room's, with more behind it.
func (w *world) path(more string) string { return "/rooms/" + w.room.String() + more }

// says sends a message and returns its id.
func (w *world) says(token, text string, with body) id.ID {
	w.Helper()
	b := body{"content": text, "client_message_id": id.New().String()}
	for k, v := range with {
		b[k] = v
	}
	var sent struct{ Message struct{ ID id.ID } }
	w.call(token, "POST", w.path("/messages"), b, 201, &sent)
	return sent.Message.ID
}

// fill writes n messages of aki's at once, as a busy room would have them: each twentieth is an answered question.
func (w *world) fill(n int) {
	w.Helper()
	w.exec(fmt.Sprintf(`WITH at AS (SELECT s.sequence, s.event, 1 + ('x' || substr(replace(s.last_message_id::text, '-', ''), 1, 12))::bit(48)::bigint AS ms FROM room_sequences s WHERE room_id = $1),
		rows AS (SELECT i, (lpad(to_hex((ms + i / 8)::bigint), 12, '0') || '7' || lpad(to_hex(i %% 8), 3, '0') || '8' || substr(md5($1::text || i::text), 1, 15))::uuid AS id,
			sequence + i AS sequence, event + i AS event, i > 1 AND i %% 20 = 1 AS answer FROM at, generate_series(1, %d) i),
		said AS (INSERT INTO messages (id, room_id, sequence, event, sender_id, type, status, content, answers, attempt, content_attempt, created_at)
			SELECT id, $1, sequence, event, CASE WHEN NOT answer THEN $2::uuid END, CASE WHEN answer THEN 'ai' ELSE 'human' END, 'completed',
				'message ' || i || ' 京都の寺', CASE WHEN answer THEN lag(id) OVER o END, answer::int, answer::int,
				to_timestamp(0) + ('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint * interval '1 millisecond'
			FROM rows WINDOW o AS (ORDER BY i)),
		head AS (UPDATE room_sequences SET sequence = sequence + %d, event = event + %d WHERE room_id = $1)
		INSERT INTO room_events (room_id, event, kind, entity_id) SELECT $1, event, 'message.created', id FROM rows`, n, n, n), w.room, w.aki)
	w.exec(`INSERT INTO ai_generations (message_id, attempt, room_id, question_id, asker_id, requested_by, payer_id, provider, model, status, prompt_budget, reply_cap, weight_input,
		weight_output, input_tokens, output_tokens, charged_tokens, settled_at) SELECT id, 1, room_id, answers, $2, $2, $2, 'scripted', 'scripted', 'completed', 1, 1, 1, 1, 10, 20, 30, now() - interval '1 day'
		FROM messages m WHERE room_id = $1 AND type = 'ai' AND content LIKE 'message %' AND NOT EXISTS (SELECT FROM ai_generations WHERE message_id = m.id)`, w.room, w.aki)
	w.exec(`UPDATE room_sequences SET last_message_id = (SELECT id FROM messages WHERE room_id = $1 ORDER BY id DESC LIMIT 1) WHERE room_id = $1`, w.room)
}

// whispers writes a private question and its answer of somebody's into the room.
func (w *world) whispers(person id.ID, question, answer string) {
	w.Helper()
	place := id.Floor(time.Now()).Place()
	q, a := place.ID(), place.After().ID()
	w.exec(`INSERT INTO messages (id, room_id, event, sender_id, type, status, content, visibility, visible_to, created_at) VALUES ($1, $2, 1, $3, 'human', 'completed', $4, 'private', $3, now())`, q, w.room, person, question)
	w.exec(`INSERT INTO messages (id, room_id, event, type, status, content, answers, visibility, visible_to, attempt, content_attempt, created_at)
		VALUES ($1, $2, 2, 'ai', 'completed', $5, $3, 'private', $4, 1, 1, now())`, a, w.room, q, person, answer)
	w.exec(`INSERT INTO ai_generations (id, message_id, attempt, room_id, question_id, asker_id, requested_by, payer_id, provider, model, visibility, status, prompt_budget, reply_cap, weight_input, weight_output, charged_tokens, settled_at)
		VALUES ($1, $1, 1, $2, $3, $4, $4, $4, 'scripted', 'scripted', 'private', 'completed', 100, 100, 1, 1, 5, clock_timestamp())`, a, w.room, q, person)
}

func (w *world) exports(token, format string) (j jobView) {
	w.Helper()
	w.call(token, "POST", w.path("/exports"), body{"format": format}, 202, &j)
	return j
}

func (w *world) job(token string, jobID id.ID) (j jobView) {
	w.Helper()
	w.call(token, "GET", "/jobs/"+jobID.String(), nil, 200, &j)
	return j
}

func (w *world) step(s jobs.Step, jobID id.ID) jobs.Step {
	w.Helper()
	next, err := w.Jobs.Step(w.Context(), s, jobID)
	if err != nil {
		w.Fatalf("%s: %v", s, err)
	}
	return next
}

// run plays the state machine from a step to its end.
func (w *world) run(from jobs.Step, jobID id.ID) jobs.Step {
	w.Helper()
	for range 100 {
		if from = w.step(from, jobID); slices.Contains([]jobs.Step{jobs.Done, jobs.Cancelled, jobs.Failed}, from) {
			return from
		}
	}
	w.Fatal("the machine does not end")
	return ""
}

// fetch follows a job's link, as a browser would.
func (w *world) fetch(token string, jobID id.ID) []byte {
	w.Helper()
	j := w.job(token, jobID)
	if j.State != "succeeded" || j.Download == nil || j.Download.URL == nil {
		w.Fatalf("there is nothing to fetch: %+v", j)
	}
	r, err := http.NewRequestWithContext(w.Context(), http.MethodGet, *j.Download.URL, http.NoBody)
	if err != nil {
		w.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	file, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil || answer.StatusCode != 200 || int64(len(file)) != j.Download.Bytes {
		w.Fatalf("%v %s, %d bytes of %d", err, answer.Status, len(file), j.Download.Bytes)
	}
	if kept := answer.Header.Get("Content-Disposition"); !strings.HasPrefix(kept, `attachment; filename="yoriai-export-`) {
		w.Errorf("a browser would not save it: %q", kept)
	}
	return file
}

// right holds a file against the schema and itself.
func (w *world) right(file []byte) *check.Report {
	w.Helper()
	report, err := check.Zip(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		w.Fatal(err)
	}
	for _, wrong := range report.Wrong {
		w.Error(wrong)
	}
	return report
}

// texts are the parts of a file by their names.
func (w *world) texts(file []byte) map[string]string {
	w.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		w.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			w.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			w.Fatal(err)
		}
		all[f.Name] = string(text)
	}
	return all
}

// said are the messages of a file.
func (w *world) said(file []byte) (list []export.Message) {
	w.Helper()
	all := w.texts(file)
	for number := 1; ; number++ {
		text, there := all[export.PartName(export.Messages, number, export.JSON)]
		if !there {
			return list
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
			var m export.Message
			if line == "" {
				continue
			}
			if err := json.Unmarshal([]byte(line), &m); err != nil {
				w.Fatal(err)
			}
			list = append(list, m)
		}
	}
}

// takes exports the room in a format, to its end.
func (w *world) takes(token, format string) []byte {
	w.Helper()
	j := w.exports(token, format)
	if end := w.run(jobs.Prepare, j.ID); end != jobs.Done {
		w.Fatal(end, w.job(token, j.ID))
	}
	return w.fetch(token, j.ID)
}

// takesAll exports what is kept about somebody.
func (w *world) takesAll(token string) []byte {
	w.Helper()
	var j jobView
	w.call(token, "POST", "/me/exports", nil, 202, &j)
	if end := w.run(jobs.Prepare, j.ID); end != jobs.Done {
		w.Fatal(end, w.job(token, j.ID))
	}
	return w.fetch(token, j.ID)
}

// nothingLeft holds that the bucket keeps nothing of a job.
func (w *world) nothingLeft(jobID id.ID, what string) {
	w.Helper()
	for _, key := range s3test.Keys(w, w.Files) {
		if strings.Contains(key, jobID.String()) {
			w.Errorf("%s: %s is left", what, key)
		}
	}
	if n := w.count(`SELECT count(*) FROM jobs WHERE id = $1 AND ended_at IS NULL`, jobID); n != 0 {
		w.Errorf("%s: the job is not over", what)
	}
}
