package forks_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/handler/http/optest"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
)

// world is a served stage with aki, the master of a room, and mei, a member of it.
type world struct {
	*optest.House
	aki, mei           id.ID
	akiToken, meiToken string
	room               id.ID
}

type jobView struct {
	ID        id.ID  `json:"id"`
	State     string `json:"state"`
	Done      int64  `json:"done"`
	Total     int64  `json:"total"`
	ResultID  *id.ID `json:"result_id"`
	ErrorCode string `json:"error_code"`
}

func newWorld(t *testing.T) *world {
	w := &world{House: optest.New(t)}
	w.aki, w.akiToken = w.Person("aki")
	w.mei, w.meiToken = w.Person("mei")
	var made struct{ ID id.ID }
	w.call(w.akiToken, "POST", "/rooms", map[string]any{"name": "Kyoto"}, 201, &made)
	w.room = made.ID
	w.Joins(w.room, "mei", "member")
	return w
}

func (w *world) call(token, method, path string, body any, want int, into any) {
	w.Helper()
	answer := w.Call(token, method, path, body, "Idempotency-Key", id.New().String())
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

func (w *world) count(sql string, args ...any) (n int) {
	w.Helper()
	if err := w.DB.QueryRow(w.Context(), sql, args...).Scan(&n); err != nil {
		w.Fatalf("%v\n%s", err, sql)
	}
	return n
}

// say sends a message and returns its id.
func (w *world) say(token, text string, with map[string]any) id.ID {
	w.Helper()
	body := map[string]any{"content": text, "client_message_id": id.New().String()}
	for k, v := range with {
		body[k] = v
	}
	var sent struct{ Message struct{ ID id.ID } }
	w.call(token, "POST", "/rooms/"+w.room.String()+"/messages", body, 201, &sent)
	return sent.Message.ID
}

// fill writes n messages in half as many milliseconds, as a busy room would have them: each twentieth is an answered question, each seventh a reply.
func (w *world) fill(n int) {
	w.Helper()
	w.exec(fmt.Sprintf(`WITH at AS (SELECT s.sequence, s.event, 1 + ('x' || substr(replace(s.last_message_id::text, '-', ''), 1, 12))::bit(48)::bigint AS ms FROM room_sequences s WHERE room_id = $1),
		rows AS (SELECT i, (lpad(to_hex((ms + i / 2)::bigint), 12, '0') || '7' || lpad(to_hex(i %% 2), 3, '0') || '8' || substr(md5($1::text || i::text), 1, 15))::uuid AS id,
			sequence + i AS sequence, event + i AS event, i > 1 AND i %% 20 = 1 AS answer FROM at, generate_series(1, %d) i),
		said AS (INSERT INTO messages (id, room_id, sequence, event, sender_id, type, status, content, answers, reply_to, attempt, content_attempt, created_at)
			SELECT id, $1, sequence, event, CASE WHEN NOT answer THEN $2::uuid END, CASE WHEN answer THEN 'ai' ELSE 'human' END, 'completed',
				'message ' || i || ' 京都の寺', CASE WHEN answer THEN lag(id) OVER o END, CASE WHEN i %% 7 = 3 AND NOT answer THEN lag(id) OVER o END,
				answer::int, answer::int, to_timestamp(0) + ('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint * interval '1 millisecond'
			FROM rows WINDOW o AS (ORDER BY i)),
		head AS (UPDATE room_sequences SET sequence = sequence + %d, event = event + %d WHERE room_id = $1)
		INSERT INTO room_events (room_id, event, kind, entity_id) SELECT $1, event, 'message.created', id FROM rows`, n, n, n), w.room, w.aki)
	w.exec(`INSERT INTO ai_generations (message_id, attempt, room_id, question_id, asker_id, requested_by, payer_id, provider, model, status, prompt_budget, reply_cap, weight_input,
		weight_output, input_tokens, output_tokens, charged_tokens, settled_at) SELECT id, 1, room_id, answers, $2, $2, $2, 'scripted', 'scripted', 'completed', 1, 1, 1, 1, 10, 20, 30, now() - interval '1 day'
		FROM messages WHERE room_id = $1 AND type = 'ai' AND content LIKE 'message %'`, w.room, w.aki)
	w.exec(`UPDATE room_sequences SET last_message_id = (SELECT id FROM messages WHERE room_id = $1 ORDER BY id DESC LIMIT 1) WHERE room_id = $1`, w.room)
}

func (w *world) fork(token string, body map[string]any) jobView {
	w.Helper()
	var j jobView
	w.call(token, "POST", "/rooms/"+w.room.String()+"/forks", body, 202, &j)
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
		switch from = w.step(from, jobID); from {
		case jobs.Done, jobs.Cancelled, jobs.Failed:
			return from
		}
	}
	w.Fatal("the machine does not end")
	return ""
}

// whole holds a copy against its source: everything up to a place that is settled, public and stands, in the same order.
func (w *world) whole(source, copied, until id.ID, what string) {
	w.Helper()
	const eligible = `SELECT row_number() OVER (ORDER BY m.id) AS n, left(m.id::text, 18) AS place, m.type, m.content, m.created_at, m.exclude_from_ai, m.sender_id FROM messages m
		LEFT JOIN messages q ON q.id = m.answers WHERE m.room_id = $1 AND m.id <= $3 AND m.visibility = 'public' AND m.deleted_at IS NULL AND m.status IN ('completed', 'failed', 'cancelled')
		AND (m.type <> 'ai' OR q.deleted_at IS NULL)`
	const there = `SELECT sequence AS n, left(id::text, 18) AS place, type, content, created_at, exclude_from_ai, sender_id FROM messages WHERE room_id = $2 AND copied_from IS NOT NULL`
	if n := w.count(`SELECT count(*) FROM (`+eligible+`) a FULL JOIN (`+there+`) b ON a.n = b.n WHERE to_jsonb(a) IS DISTINCT FROM to_jsonb(b)`, source, copied, until); n != 0 {
		w.Errorf("%s: %d rows differ from the source", what, n)
	}
	if n := w.count(`SELECT count(*) FROM messages m WHERE room_id = $1 AND (reply_to IS NOT NULL AND NOT EXISTS (SELECT FROM messages r WHERE r.id = m.reply_to AND r.room_id = $1)
		OR answers IS NOT NULL AND NOT EXISTS (SELECT FROM messages r WHERE r.id = m.answers AND r.room_id = $1) OR content <> '' AND sequence > 0 AND type <> 'system'
		AND NOT EXISTS (SELECT FROM message_search s WHERE s.message_id = m.id AND s.room_id = $1))`, copied); n != 0 {
		w.Errorf("%s: %d rows point outside or cannot be found", what, n)
	}
	done, err := maintenance.ProveAll(w.Context(), postgres.Proofs{DB: w.DB}, postgres.Books{DB: w.DB})
	if err != nil {
		w.Errorf("%s: %v %v", what, done, err)
	}
}

// nothingLeft holds that no row of a copy stands.
func (w *world) nothingLeft(copied id.ID, what string) {
	w.Helper()
	n := w.count(`SELECT (SELECT count(*) FROM messages WHERE room_id = $1) + (SELECT count(*) FROM rooms WHERE id = $1) + (SELECT count(*) FROM room_members WHERE room_id = $1)
		+ (SELECT count(*) FROM ai_generations WHERE room_id = $1) + (SELECT count(*) FROM message_search WHERE room_id = $1) + (SELECT count(*) FROM room_events WHERE room_id = $1)
		+ (SELECT count(*) FROM room_sequences WHERE room_id = $1) + (SELECT count(*) FROM jobs WHERE id = $1 AND ended_at IS NULL)`, copied)
	if n != 0 {
		w.Errorf("%s: %d rows are left", what, n)
	}
}

// age lets a job stand still for a while.
func (w *world) age(jobID id.ID, by time.Duration) {
	w.Helper()
	w.exec(`UPDATE jobs SET moved_at = moved_at - make_interval(secs => $2) WHERE id = $1`, jobID, by.Seconds())
}
