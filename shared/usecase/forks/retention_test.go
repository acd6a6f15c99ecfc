package forks_test

import (
	"errors"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/postgres/pgtest"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/usecase/forks"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
	"github.com/yoriai/yoriai/shared/usecase/maintenance"
	"github.com/yoriai/yoriai/shared/usecase/retention"
)

// night removes what rooms need not keep.
func (w *world) night() {
	w.Helper()
	if _, _, err := (retention.Retention{Store: postgres.Retention{DB: w.DB}, Runner: w.Rooms.Runner}).Run(w.Context()); err != nil {
		w.Fatal(err)
	}
	if done, err := maintenance.ProveAll(w.Context(), postgres.Proofs{DB: w.DB}, postgres.Books{DB: w.DB}); err != nil {
		w.Fatalf("%v %v", done, err)
	}
}

// A night that passes the range of a fork takes from the source what is old; what was copied before stays in the copy until it opens,
// and keeps its messages as long as the source does.
func TestRetentionPassesAForkThatRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(2300)
	pgtest.Age(t, w.DB, w.room, w.last(), 40*24*time.Hour)
	w.exec(`UPDATE rooms SET retention_days = 30 WHERE id = $1`, w.room)
	w.say(w.akiToken, "young words", nil)
	j := w.fork(w.meiToken, map[string]any{})
	w.step(jobs.Prepare, j.ID)
	batches, broken := 2, w.Jobs
	f := w.Jobs.Kinds[job.Fork].(forks.Forks)
	f.Store = killed{f.Store, &batches}
	broken.Kinds = map[job.Kind]jobs.Kind{job.Fork: f}
	if _, err := broken.Step(t.Context(), jobs.Work, j.ID); !errors.Is(err, errKilled) {
		t.Fatalf("it did not die: %v", err)
	}
	copied := w.count(`SELECT count(*) FROM messages WHERE room_id = $1`, j.ID)
	if copied == 0 {
		t.Fatal("nothing was copied before")
	}
	w.night()
	if n := w.count(`SELECT count(*) FROM messages WHERE room_id = $1`, w.room); n != 1 {
		t.Errorf("%d messages of the source stay", n)
	}
	if n := w.count(`SELECT count(*) FROM messages WHERE room_id = $1`, j.ID); n != copied {
		t.Errorf("%d of %d messages stay in the copy that is being filled", n, copied)
	}
	if end := w.run(jobs.Work, j.ID); end != jobs.Done {
		t.Fatal(end)
	}
	if n := w.count(`SELECT count(*) FROM messages m WHERE room_id = $1 AND (reply_to IS NOT NULL AND NOT EXISTS (SELECT FROM messages r WHERE r.id = m.reply_to AND r.room_id = $1)
		OR answers IS NOT NULL AND NOT EXISTS (SELECT FROM messages r WHERE r.id = m.answers AND r.room_id = $1))`, j.ID); n != 0 {
		t.Errorf("%d rows of the copy point outside", n)
	}
	var r struct {
		Retention int     `json:"retention_days"`
		First     int64   `json:"first_sequence"`
		Begins    *string `json:"history_begins_at"`
		Last      int64   `json:"last_sequence"`
	}
	look := func(room id.ID) { w.call(w.meiToken, "GET", "/rooms/"+room.String(), nil, 200, &r) }
	if look(j.ID); r.Retention != 30 || r.First != 1 || r.Begins != nil || r.Last < int64(copied) {
		t.Errorf("the copy: %+v", r)
	}
	w.night()
	if look(j.ID); r.First != int64(copied)+1 || r.Begins == nil {
		t.Errorf("the copy after a night: %+v, %d were old", r, copied)
	}
	if look(w.room); r.Begins == nil || r.First < 2300 {
		t.Errorf("the source: %+v", r)
	}
}
