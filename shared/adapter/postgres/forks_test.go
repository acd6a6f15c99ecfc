package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/adapter/postgres"
	"github.com/yoriai/yoriai/shared/adapter/s3/s3test"
	"github.com/yoriai/yoriai/shared/domain/export"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/usecase/exports"
	"github.com/yoriai/yoriai/shared/usecase/forks"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
)

// Each step takes the job first, and never both rooms.
func TestAForkLocksInOneOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.says(h.master, "said")
	f := forks.Forks{Store: postgres.Forks{DB: h.db}, Jobs: postgres.Jobs{DB: h.db}, Runner: h.run, Memberships: everything{}}
	u := jobs.Jobs{Store: postgres.Jobs{DB: h.db}, Runner: h.run, Kinds: map[job.Kind]jobs.Kind{job.Fork: f}}
	var done, cancelled job.Job
	begin := func(j *job.Job) func() error {
		return func() (err error) {
			*j, _, err = f.Request(t.Context(), h.room, h.master, id.ID{}, h.key(h.master, "forkRoom", ""))
			return err
		}
	}
	step := func(s jobs.Step, j *job.Job) func() error {
		return func() error { _, err := u.Step(t.Context(), s, j.ID); return err }
	}
	for _, s := range []struct {
		name string
		run  func() error
		want []string
	}{
		{"ask for", begin(&done), nil},
		{"prepare", step(jobs.Prepare, &done), []string{"jobs room_members room_sequences"}},
		// The rows, what they are found by, and a look that finds nothing left.
		{"work", step(jobs.Work, &done), []string{"jobs room_sequences", "jobs room_sequences", "jobs"}},
		{"finish", step(jobs.Finish, &done), []string{"jobs room_sequences", "jobs room_sequences rooms room_members user_sequences"}},
		{"ask for another", begin(&cancelled), nil},
		{"prepare another", step(jobs.Prepare, &cancelled), []string{"jobs room_members room_sequences"}},
		{"cancel", func() error { _, err := u.Cancel(t.Context(), cancelled.ID, h.master); return err }, []string{"jobs room_sequences rooms user_sequences"}},
	} {
		all := h.locked(s.run)
		var got []string
		for _, tables := range all {
			got = append(got, strings.Join(tables, " "))
			// What prepare makes is new: nobody can wait for it.
			if !strings.HasPrefix(s.name, "prepare") && !slices.IsSortedFunc(tables, func(a, b string) int { return slices.Index(lockOrder, a) - slices.Index(lockOrder, b) }) {
				t.Errorf("%s locks in another order: %v", s.name, tables)
			}
		}
		if !slices.Equal(got, s.want) {
			t.Errorf("%s locks %q, want %q", s.name, got, s.want)
		}
	}
}

// An export holds its job while it reads, and nothing of the room: nobody who writes there waits for it.
func TestAnExportLocksItsJobAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.says(h.master, "said")
	e := exports.Exports{Store: postgres.Exports{DB: h.db}, Jobs: postgres.Jobs{DB: h.db}, Runner: h.run, Files: s3test.New(t), Now: time.Now}
	u := jobs.Jobs{Store: postgres.Jobs{DB: h.db}, Runner: h.run, Kinds: map[job.Kind]jobs.Kind{job.Export: e}}
	var j job.Job
	step := func(s jobs.Step) func() error {
		return func() error { _, err := u.Step(t.Context(), s, j.ID); return err }
	}
	for _, s := range []struct {
		name string
		run  func() error
		want []string
	}{
		{"ask for", func() (err error) {
			j, _, err = e.Room(t.Context(), h.room, h.master, export.JSON, h.key(h.master, "exportRoom", ""))
			return err
		}, nil},
		{"prepare", step(jobs.Prepare), []string{"jobs"}},
		{"work", step(jobs.Work), []string{"jobs", "jobs"}}, // the part, and a look that finds nothing left
		{"finish", step(jobs.Finish), []string{"jobs", "jobs"}},
	} {
		var got []string
		for _, tables := range h.locked(s.run) {
			got = append(got, strings.Join(tables, " "))
		}
		if !slices.Equal(got, s.want) {
			t.Errorf("%s locks %q, want %q", s.name, got, s.want)
		}
	}
}
