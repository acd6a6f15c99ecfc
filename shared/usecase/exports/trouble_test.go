package exports_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/s3/s3test"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/usecase/exports"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
)

var errKilled = errors.New("killed")

// dying is a bucket whose user is killed at a moment: before it is asked, or when it has done what it was asked and nobody hears it.
type dying struct {
	exports.Files
	at *int
}

func (d dying) die() error {
	if *d.at--; *d.at == 0 {
		return errKilled
	}
	return nil
}

func (d dying) around(do func() error) error {
	if err := d.die(); err != nil {
		return err
	}
	return errors.Join(do(), d.die())
}

func (d dying) Put(ctx context.Context, key string, b []byte) error {
	return d.around(func() error { return d.Files.Put(ctx, key, b) })
}

func (d dying) Upload(ctx context.Context, key string, write func(w io.Writer) error) (size int64, err error) {
	err = d.around(func() (err error) {
		size, err = d.Files.Upload(ctx, key, func(w io.Writer) error { return errors.Join(write(w), d.die()) })
		return err
	})
	return size, err
}

func (d dying) Remove(ctx context.Context, keys []string) error {
	return d.around(func() error { return d.Files.Remove(ctx, keys) })
}

// with is how jobs are done with other files.
func (w *world) with(files exports.Files) jobs.Jobs {
	u, e := w.Jobs, w.Exports
	e.Files = files
	u.Kinds = map[job.Kind]jobs.Kind{job.Export: e}
	return u
}

// A step that was killed goes on where it stood, and a step that runs twice writes the same: every moment to die at, every step twice.
func TestAKilledExportGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(10_100)
	want := w.count(`SELECT count(*) FROM messages WHERE room_id = $1`, w.room)
	// Two parts, the file and what is left of the parts: each before and after, the file in its middle, too.
	const moments = 9
	for moment := 1; moment <= moments+1; moment++ {
		j := w.exports(w.akiToken, "json")
		w.step(jobs.Prepare, j.ID)
		w.step(jobs.Prepare, j.ID)
		left := moment
		broken := w.with(dying{w.Files, &left})
		_, err := broken.Step(t.Context(), jobs.Work, j.ID)
		if err == nil {
			_, err = broken.Step(t.Context(), jobs.Finish, j.ID)
		}
		if (moment <= moments) != errors.Is(err, errKilled) {
			t.Fatalf("killed at %d: %v", moment, err)
		}
		for _, s := range []jobs.Step{jobs.Work, jobs.Work, jobs.Finish, jobs.Finish} {
			w.step(s, j.ID)
		}
		if report := w.right(w.fetch(w.akiToken, j.ID)); report.Messages != want || len(report.Manifest.Parts) != 2 {
			t.Errorf("killed at %d: %d messages of %d in %d parts", moment, report.Messages, want, len(report.Manifest.Parts))
		}
		for _, key := range s3test.Keys(t, w.Files) {
			// Parts that nobody removed, since the job was over by then, go with the bucket's own rule.
			if strings.Contains(key, j.ID.String()) && !strings.HasSuffix(key, "/export.zip") && moment < moments-1 {
				t.Errorf("killed at %d: %s is left", moment, key)
			}
		}
	}
}

func TestACancelledExportLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(30)
	for _, at := range []jobs.Step{"", jobs.Prepare, jobs.Work} {
		j := w.exports(w.meiToken, "json")
		for _, s := range []jobs.Step{jobs.Prepare, jobs.Work} {
			if at != "" {
				w.step(s, j.ID)
			}
			if s == at {
				break
			}
		}
		w.call(w.akiToken, "DELETE", "/jobs/"+j.ID.String(), nil, 200, nil) // an admin of the room may
		w.call(w.meiToken, "DELETE", "/jobs/"+j.ID.String(), nil, 200, nil)
		for _, s := range []jobs.Step{jobs.Prepare, jobs.Work, jobs.Finish} {
			if next := w.step(s, j.ID); next != jobs.CleanUp && next != jobs.Cancelled {
				t.Errorf("cancelled at %q, %s goes on with %s", at, s, next)
			}
		}
		if end := w.run(jobs.CleanUp, j.ID); end != jobs.Cancelled {
			t.Errorf("cancelled at %q: %s", at, end)
		}
		if got := w.job(w.meiToken, j.ID); got.State != "cancelled" || got.Download != nil {
			t.Errorf("%+v", got)
		}
		w.nothingLeft(j.ID, fmt.Sprintf("cancelled at %q", at))
	}
	j := w.exports(w.meiToken, "json")
	w.run(jobs.Prepare, j.ID)
	w.call(w.meiToken, "DELETE", "/jobs/"+j.ID.String(), nil, 409, nil)
}

// meddling does something while the file is packed.
type meddling struct {
	exports.Files
	do func()
}

func (m meddling) Upload(ctx context.Context, key string, write func(w io.Writer) error) (int64, error) {
	size, err := m.Files.Upload(ctx, key, write)
	m.do()
	return size, err
}

// Nobody takes along what was taken from them meanwhile, whenever that was.
func TestAnExportEndsWithTheRightToIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(w *world, j id.ID)
		code string
	}{
		"the room is deleted": {func(w *world, _ id.ID) { w.call(w.akiToken, "DELETE", w.path(""), nil, 204, nil) }, "not_found"},
		"who asked is removed": {func(w *world, _ id.ID) {
			w.call(w.akiToken, "DELETE", w.path("/members/"+w.mei.String()), nil, 204, nil)
		}, "not_found"},
		"who asked leaves": {func(w *world, _ id.ID) {
			w.call(w.meiToken, "DELETE", w.path("/members/"+w.mei.String()), nil, 204, nil)
		}, "not_found"},
		"who asked becomes a reader": {func(w *world, _ id.ID) {
			w.call(w.akiToken, "PATCH", w.path("/members/"+w.mei.String()), body{"role": "reader"}, 200, nil)
		}, "forbidden"},
		"the room is frozen": {func(w *world, _ id.ID) { w.exec(`UPDATE rooms SET frozen_at = now() WHERE id = $1`, w.room) }, "room_frozen"},
		"it is cancelled":    {func(w *world, j id.ID) { w.call(w.meiToken, "DELETE", "/jobs/"+j.String(), nil, 200, nil) }, ""},
	} {
		for _, at := range []jobs.Step{jobs.Prepare, jobs.Work, jobs.Finish, "in the packing"} {
			t.Run(name+" before "+string(at), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.fill(30)
				j := w.exports(w.meiToken, "json")
				for _, s := range []jobs.Step{jobs.Prepare, jobs.Work} {
					if s == at {
						break
					}
					w.step(s, j.ID)
				}
				if at == "in the packing" {
					u := w.with(meddling{w.Files, func() { c.do(w, j.ID) }})
					if next, err := u.Step(t.Context(), jobs.Finish, j.ID); err != nil || next != jobs.CleanUp {
						t.Fatal(next, err)
					}
					at = jobs.CleanUp
				} else {
					c.do(w, j.ID)
				}
				end, want := w.run(at, j.ID), jobs.Failed
				if c.code == "" {
					want = jobs.Cancelled
				}
				got := w.job(w.meiToken, j.ID)
				if end != want || got.ErrorCode != c.code || got.Download != nil {
					t.Errorf("ended %s: %+v", end, got)
				}
				w.nothingLeft(j.ID, name)
			})
		}
	}
}

// What is said, changed and deleted while the job goes on is as it is when its part is written; the numbers have no hole.
func TestARoomGoesOnWhileItIsExported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(10_050)
	late := w.says(w.akiToken, "changed before its part", nil)
	j := w.exports(w.meiToken, "json")
	w.step(jobs.Prepare, j.ID)
	left := 2
	_, err := w.with(dying{w.Files, &left}).Step(t.Context(), jobs.Work, j.ID) // the first part is there, and nobody knows
	if !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	w.call(w.akiToken, "DELETE", w.path("/messages/"+late.String()), nil, 204, nil)
	w.says(w.akiToken, "not in the range", nil)
	if end := w.run(jobs.Work, j.ID); end != jobs.Done {
		t.Fatal(end)
	}
	file := w.fetch(w.meiToken, j.ID)
	w.right(file)
	if all := fmt.Sprint(w.texts(file)); strings.Contains(all, "changed before") || strings.Contains(all, "not in the range") {
		t.Error("it holds what was deleted or said later")
	}
}

// A job that stands still is begun again twice, then it ends and nothing is left of it.
func TestTheSweeperHealsExportsThatStandStill(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(30)
	j := w.exports(w.meiToken, "json")
	w.step(jobs.Prepare, j.ID)
	w.step(jobs.Work, j.ID)
	for range job.MaxAttempts {
		w.exec(`UPDATE jobs SET moved_at = moved_at - make_interval(secs => $2) WHERE id = $1`, j.ID, (5 * time.Minute).Seconds())
		if err := w.Jobs.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.job(w.meiToken, j.ID); got.State != "failed" || got.ErrorCode != "internal" {
		t.Errorf("%+v", got)
	}
	w.nothingLeft(j.ID, "after the last attempt")
}

// Two that do the same job at once make one file.
func TestTwoWorkersMakeOneFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(25_000)
	j := w.exports(w.meiToken, "json")
	w.step(jobs.Prepare, j.ID)
	ends := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := w.Jobs.Step(t.Context(), jobs.Work, j.ID)
			ends <- err
		}()
	}
	for range 2 {
		if err := <-ends; err != nil {
			t.Fatal(err)
		}
	}
	w.step(jobs.Finish, j.ID)
	if report := w.right(w.fetch(w.meiToken, j.ID)); report.Messages != w.count(`SELECT count(*) FROM messages WHERE room_id = $1`, w.room) || len(report.Manifest.Parts) != 3 {
		t.Errorf("%+v", report)
	}
}
