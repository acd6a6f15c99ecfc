package forks_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/usecase/forks"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
)

func (w *world) last() (v id.ID) {
	w.Helper()
	if err := w.DB.QueryRow(w.Context(), `SELECT last_message_id FROM room_sequences WHERE room_id = $1`, w.room).Scan(&v); err != nil {
		w.Fatal(err)
	}
	return v
}

func TestAForkHasWhatStandsAndOpensAtItsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(2300)
	w.exec(`UPDATE messages SET exclude_from_ai = true WHERE room_id = $1 AND sequence % 50 = 0`, w.room)
	w.call(w.akiToken, "DELETE", "/rooms/"+w.room.String()+"/messages/"+w.say(w.akiToken, "not for long", nil).String(), nil, 204, nil)
	until := w.say(w.akiToken, "the last one", nil)
	j := w.fork(w.meiToken, map[string]any{})
	w.say(w.akiToken, "after the range", nil)
	if next := w.step(jobs.Prepare, j.ID); next != jobs.Work {
		t.Fatal(next)
	}
	var r struct {
		Name       string
		IsArchived bool   `json:"is_archived"`
		ForkState  string `json:"fork_state"`
		Role       string
		From       id.ID `json:"forked_from_room_id"`
		Unread     int   `json:"unread_count"`
		Event      int64 `json:"latest_event"`
	}
	path := "/rooms/" + j.ID.String()
	w.call(w.meiToken, "GET", path, nil, 200, &r)
	if r.Name != "Kyoto (fork)" || !r.IsArchived || r.ForkState != "running" || r.Role != "master" || r.From != w.room || r.Event != 1 {
		t.Errorf("%+v", r)
	}
	w.call(w.meiToken, "PATCH", path, map[string]any{"is_archived": false}, 409, nil)
	w.call(w.akiToken, "GET", path, nil, 404, nil)
	if end := w.run(jobs.Work, j.ID); end != jobs.Done {
		t.Fatal(end, w.job(w.meiToken, j.ID))
	}
	w.whole(w.room, j.ID, until, "the fork")
	r.ForkState = ""
	w.call(w.meiToken, "GET", path, nil, 200, &r)
	if r.IsArchived || r.ForkState != "" || r.Unread != 0 {
		t.Errorf("%+v", r)
	}
	if got := w.job(w.meiToken, j.ID); got.State != "succeeded" || got.Done != got.Total || got.ResultID == nil || *got.ResultID != j.ID {
		t.Errorf("%+v", got)
	}
	// Each room says it once, and the copy goes on like any other.
	for room, code := range map[id.ID]string{w.room: "forked", j.ID: "forked_from"} {
		if n := w.count(`SELECT count(*) FROM messages WHERE room_id = $1 AND system->>'Code' = $2`, room, code); n != 1 {
			t.Errorf("%s is said %d times", code, n)
		}
	}
	source := w.room
	w.room = j.ID
	w.say(w.meiToken, "we go on here", nil)
	// What was charged once is shown, and not counted again.
	if n := w.count(`SELECT count(*) FROM ai_generations WHERE room_id = $1 AND copied AND charged_tokens = 30 AND attempt = 1`, j.ID); n < 100 {
		t.Errorf("%d copied answers show what they cost", n)
	}
	// A fork of a fork.
	until = w.last()
	again := w.fork(w.meiToken, map[string]any{})
	if end := w.run(jobs.Prepare, again.ID); end != jobs.Done {
		t.Fatal(end)
	}
	w.whole(j.ID, again.ID, until, "a fork of a fork")
	w.room = source
}

func TestAForkUpToAMessageHoldsNothingBehindIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.say(w.akiToken, "first", nil)
	w.say(w.akiToken, "second", nil)
	j := w.fork(w.meiToken, map[string]any{"up_to_message_id": first})
	if end := w.run(jobs.Prepare, j.ID); end != jobs.Done {
		t.Fatal(end)
	}
	w.whole(w.room, j.ID, first, "up to the first")
	w.call(w.meiToken, "POST", "/rooms/"+w.room.String()+"/forks", map[string]any{"up_to_message_id": id.New()}, 404, nil)
}

func TestForksOfOddRooms(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(w *world){
		"empty": func(w *world) {
			w.exec(`DELETE FROM messages WHERE room_id = $1`, w.room)
			w.exec(`UPDATE room_sequences SET sequence = 0, last_message_id = room_id WHERE room_id = $1`, w.room)
		},
		"one deleted message": func(w *world) {
			w.call(w.akiToken, "DELETE", "/rooms/"+w.room.String()+"/messages/"+w.say(w.akiToken, "gone", nil).String(), nil, 204, nil)
		},
		"an answer that is being written": func(w *world) { w.say(w.akiToken, "question", map[string]any{"ai": map[string]any{}}) },
		"a reply to what is not settled": func(w *world) {
			w.say(w.akiToken, "question", map[string]any{"ai": map[string]any{}})
			w.say(w.akiToken, "I wonder", map[string]any{"reply_to": w.last()})
		},
		"a deleted question": func(w *world) {
			w.fill(60)
			w.exec(`UPDATE messages q SET content = '', deleted_at = now() FROM messages a WHERE a.room_id = $1 AND a.answers = q.id`, w.room)
		},
		"an archived room": func(w *world) {
			w.call(w.akiToken, "PATCH", "/rooms/"+w.room.String(), map[string]any{"is_archived": true}, 200, nil)
		},
		"a long name": func(w *world) {
			w.call(w.akiToken, "PATCH", "/rooms/"+w.room.String(), map[string]any{"name": strings.Repeat("寺", 100)}, 200, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			make(w)
			until := w.last()
			j := w.fork(w.meiToken, map[string]any{})
			if end := w.run(jobs.Prepare, j.ID); end != jobs.Done {
				t.Fatal(end, w.job(w.meiToken, j.ID))
			}
			w.whole(w.room, j.ID, until, name)
		})
	}
}

// Private rows of anybody stay where they are, the forker's own too.
func TestAForkTakesNothingPrivate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(40)
	w.exec(`INSERT INTO messages (id, room_id, event, sender_id, type, status, content, visibility, visible_to, created_at)
		SELECT copy_id($2, id), room_id, 1, $2, 'human', 'completed', 'between us', 'private', $2, created_at FROM messages WHERE room_id = $1 AND type = 'human' AND content LIKE 'message %'`, w.room, w.mei)
	until := w.last()
	j := w.fork(w.meiToken, map[string]any{})
	w.run(jobs.Prepare, j.ID)
	w.whole(w.room, j.ID, until, "beside private rows")
	if n := w.count(`SELECT count(*) FROM messages WHERE room_id = $1 AND content = 'between us'`, j.ID); n != 0 {
		t.Errorf("%d private rows were copied", n)
	}
}

// killed is a store whose transactions break off after so many statements.
type killed struct {
	forks.Store
	after *int
}

var errKilled = errors.New("killed")

func (k killed) Batch(ctx context.Context, jobID id.ID, do func(ctx context.Context, b forks.Batch) error) error {
	return k.Store.Batch(ctx, jobID, func(ctx context.Context, b forks.Batch) error { return do(ctx, dying{b, k.after}) })
}

type dying struct {
	forks.Batch
	after *int
}

func (d dying) die() error {
	if *d.after--; *d.after == 0 {
		return errKilled
	}
	return nil
}

func (d dying) Copy(ctx context.Context, s forks.Scene, r forks.Range) (forks.Copied, error) {
	got, err := d.Batch.Copy(ctx, s, r)
	return got, errors.Join(err, d.die())
}

func (d dying) Index(ctx context.Context, s forks.Scene, after id.ID, limit int) (int, id.ID, error) {
	n, last, err := d.Batch.Index(ctx, s, after, limit)
	return n, last, errors.Join(err, d.die())
}

// A step that was killed goes on where it stood, a step that runs twice writes the same: every place to die at, every step twice.
func TestAKilledForkGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(1100)
	for dies := 1; dies <= 5; dies++ {
		until := w.last()
		j := w.fork(w.akiToken, map[string]any{})
		w.step(jobs.Prepare, j.ID)
		w.step(jobs.Prepare, j.ID)
		after := dies
		broken := w.Jobs
		f := w.Jobs.Kinds[job.Fork].(forks.Forks)
		f.Store = killed{f.Store, &after}
		broken.Kinds = map[job.Kind]jobs.Kind{job.Fork: f}
		_, err := broken.Step(t.Context(), jobs.Work, j.ID)
		if dies <= 4 && !errors.Is(err, errKilled) {
			t.Fatalf("it did not die at %d: %v", dies, err)
		}
		for _, s := range []jobs.Step{jobs.Work, jobs.Work, jobs.Finish, jobs.Finish} {
			w.step(s, j.ID)
		}
		w.whole(w.room, j.ID, until, fmt.Sprintf("killed at %d", dies))
		if n := w.count(`SELECT count(*) FROM messages WHERE room_id = $1 AND system IS NOT NULL AND copied_from IS NULL`, j.ID); n != 1 {
			t.Errorf("killed at %d: said %d times", dies, n)
		}
		// The same job and source give the same ids.
		if n := w.count(`SELECT count(*) FROM messages WHERE room_id = $1 AND copied_from IS NOT NULL AND id <> copy_id($1, copied_from)`, j.ID); n != 0 {
			t.Errorf("killed at %d: %d ids do not follow from job and source", dies, n)
		}
	}
}

func TestACancelledForkLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(1500)
	for _, at := range []jobs.Step{"", jobs.Prepare, jobs.Work} {
		j := w.fork(w.meiToken, map[string]any{})
		for _, s := range []jobs.Step{jobs.Prepare, jobs.Work} {
			if at != "" {
				w.step(s, j.ID)
			}
			if s == at {
				break
			}
		}
		w.call(w.akiToken, "DELETE", "/jobs/"+j.ID.String(), nil, 200, nil) // an admin of the source may
		w.call(w.meiToken, "DELETE", "/jobs/"+j.ID.String(), nil, 200, nil)
		w.call(w.meiToken, "GET", "/rooms/"+j.ID.String(), nil, 404, nil)
		for _, s := range []jobs.Step{jobs.Prepare, jobs.Work, jobs.Finish} {
			if next := w.step(s, j.ID); next != jobs.CleanUp && next != jobs.Cancelled {
				t.Errorf("cancelled at %q, %s goes on with %s", at, s, next)
			}
		}
		if end := w.run(jobs.Work, j.ID); end != jobs.Cancelled {
			t.Errorf("cancelled at %q: %s", at, end)
		}
		w.nothingLeft(j.ID, fmt.Sprintf("cancelled at %q", at))
	}
	until := w.last()
	j := w.fork(w.meiToken, map[string]any{})
	w.run(jobs.Prepare, j.ID)
	w.call(w.meiToken, "DELETE", "/jobs/"+j.ID.String(), nil, 409, nil)
	w.whole(w.room, j.ID, until, "cancelled too late")
}

func TestNobodySeesAJobThatIsNotTheirs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, noa := w.Person("noa")
	w.Joins(w.room, "noa", "member")
	j := w.fork(w.meiToken, map[string]any{})
	w.call(noa, "GET", "/jobs/"+j.ID.String(), nil, 404, nil)
	w.call(noa, "DELETE", "/jobs/"+j.ID.String(), nil, 404, nil)
	w.job(w.akiToken, j.ID)
}

func TestAForkEndsWithTheRightToIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(w *world, copied id.ID)
		code string
	}{
		"the source is deleted": {func(w *world, _ id.ID) { w.call(w.akiToken, "DELETE", "/rooms/"+w.room.String(), nil, 204, nil) }, "not_found"},
		"the forker is removed": {func(w *world, _ id.ID) {
			w.call(w.akiToken, "DELETE", "/rooms/"+w.room.String()+"/members/"+w.mei.String(), nil, 204, nil)
		}, "not_found"},
		"the forker becomes a reader": {func(w *world, _ id.ID) {
			w.call(w.akiToken, "PATCH", "/rooms/"+w.room.String()+"/members/"+w.mei.String(), map[string]any{"role": "reader"}, 200, nil)
		}, "forbidden"},
		"the source is frozen": {func(w *world, _ id.ID) { w.exec(`UPDATE rooms SET frozen_at = now() WHERE id = $1`, w.room) }, "room_frozen"},
		"the copy is deleted":  {func(w *world, copied id.ID) { w.call(w.meiToken, "DELETE", "/rooms/"+copied.String(), nil, 204, nil) }, "not_found"},
	} {
		for _, at := range []jobs.Step{jobs.Work, jobs.Finish} {
			t.Run(name+" before "+string(at), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.fill(30)
				j := w.fork(w.meiToken, map[string]any{})
				w.step(jobs.Prepare, j.ID)
				if at == jobs.Finish {
					w.step(jobs.Work, j.ID)
				}
				c.do(w, j.ID)
				if end := w.run(at, j.ID); end != jobs.Failed {
					t.Errorf("ended %s", end)
				}
				if got := w.job(w.meiToken, j.ID); got.State != "failed" || got.ErrorCode != c.code {
					t.Errorf("%+v", got)
				}
				w.nothingLeft(j.ID, name)
			})
		}
	}
}

func TestTwoForksAtOnceAreTwoRooms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(1200)
	until := w.last()
	a, b := w.fork(w.meiToken, map[string]any{}), w.fork(w.akiToken, map[string]any{})
	ends := make(chan error, 2)
	for _, j := range []id.ID{a.ID, b.ID} {
		go func() {
			for step := jobs.Prepare; step != jobs.Done; {
				next, err := w.Jobs.Step(t.Context(), step, j)
				if err != nil || next == jobs.CleanUp {
					ends <- fmt.Errorf("%s: %s %w", step, next, err)
					return
				}
				step = next
			}
			ends <- nil
		}()
	}
	for range 2 {
		if err := <-ends; err != nil {
			t.Fatal(err)
		}
	}
	w.whole(w.room, a.ID, until, "one")
	w.whole(w.room, b.ID, until, "the other")
}

// An equal request is the same job, and nobody begins them without end.
func TestRequestsAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := id.New().String()
	path := "/rooms/" + w.room.String() + "/forks"
	first := w.Call(w.meiToken, "POST", path, `{}`, "Idempotency-Key", key)
	again := w.Call(w.meiToken, "POST", path, ` {}`, "Idempotency-Key", key)
	if first.Code != 202 || again.Code != 200 || first.Body.String() != again.Body.String() {
		t.Errorf("%d %s\n%d %s", first.Code, first.Body, again.Code, again.Body)
	}
	for range job.MaxOpen - 1 {
		w.fork(w.meiToken, map[string]any{})
	}
	w.call(w.meiToken, "POST", path, map[string]any{}, 429, nil)
}

// A job that stands still is begun again twice, then it ends and is cleaned.
func TestTheSweeperHealsJobsThatStandStill(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(1500)
	j := w.fork(w.meiToken, map[string]any{})
	w.step(jobs.Prepare, j.ID)
	sweep := func(attempt int, state job.State) {
		t.Helper()
		if err := w.Jobs.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, _, _, err := w.Jobs.Store.Find(t.Context(), j.ID, w.mei)
		if err != nil || got.Attempt != attempt || got.State != state {
			t.Fatalf("attempt %d, %s, %v; want %d, %s", got.Attempt, got.State, err, attempt, state)
		}
	}
	sweep(1, job.Running)
	for attempt := 2; attempt <= job.MaxAttempts; attempt++ {
		w.age(j.ID, 5*time.Minute)
		sweep(attempt, job.Running)
		sweep(attempt, job.Running)
	}
	if w.Queues.Rows["jobs"] != job.MaxAttempts {
		t.Errorf("begun %d times", w.Queues.Rows["jobs"])
	}
	unfinished, err := (postgres.Generations{DB: w.DB}).Unfinished(t.Context())
	if err != nil || !unfinished {
		t.Error("an open job lets the database sleep", err)
	}
	w.age(j.ID, 5*time.Minute)
	sweep(job.MaxAttempts, job.Failed)
	w.nothingLeft(j.ID, "after the last attempt")
}
