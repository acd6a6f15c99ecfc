package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/job"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/usecase/jobs"
)

// Jobs is jobs.Store.
type Jobs struct{ DB *pgxpool.Pool }

var _ jobs.Store = Jobs{}

const jobSQL = `SELECT j.id, j.kind, j.room_id, j.requested_by, j.state, j.attempt, j.wish::text, j.cursor::text, j.done, j.total, coalesce(j.error_code, ''), j.result,
	j.moved_at, j.created_at, j.ended_at FROM jobs j`

func jobFields(j *job.Job) []any {
	return []any{&j.ID, &j.Kind, &j.RoomID, &j.RequestedBy, &j.State, &j.Attempt, (*[]byte)(&j.Wish), (*[]byte)(&j.Cursor), &j.Done, &j.Total, &j.ErrorCode, &j.Result,
		moment{&j.MovedAt}, moment{&j.CreatedAt}, moment{&j.EndedAt}}
}

func scanJob(row pgx.Row) (j job.Job, err error) {
	err = row.Scan(jobFields(&j)...)
	return j, err
}

// jobs locks a job; before everything else, so that a step that writes its job and a room waits in one place.
func (l *loading) jobs() {
	if l.n.OpenJobs {
		l.one(`SELECT count(*) FROM jobs WHERE requested_by = $1 AND ended_at IS NULL`, []any{l.n.Person}, func(row pgx.Row) error { return row.Scan(&l.s.OpenJobs) })
	}
	if l.n.Job.IsZero() {
		return
	}
	l.one(jobSQL+` WHERE j.id = $1 FOR NO KEY UPDATE`, []any{l.n.Job}, func(row pgx.Row) error {
		j, err := scanJob(row)
		if err == nil {
			l.s.Job = &j
		}
		return err
	})
}

const updateJob = `UPDATE jobs SET state = $2, attempt = $3, cursor = $4::text::jsonb, done = $5, total = $6, error_code = nullif($7, ''), result = $8,
	moved_at = clock_timestamp(), ended_at = $9 WHERE id = $1`

func jobValues(j job.Job) []any {
	return []any{j.ID, string(j.State), j.Attempt, string(j.Cursor), j.Done, j.Total, j.ErrorCode, j.Result, orNull(j.EndedAt)}
}

func queueOfJob(b *pgx.Batch, w change.Write) {
	switch w := w.(type) {
	case change.InsertJob:
		j := w.Job
		b.Queue(`INSERT INTO jobs (id, kind, room_id, requested_by, wish, total, created_at, moved_at) VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $7, $7)`, j.ID, string(j.Kind), j.RoomID, j.RequestedBy,
			string(j.Wish), j.Total, j.CreatedAt)
	case change.UpdateJob:
		b.Queue(updateJob, jobValues(w.Job)...)
	}
}

// Find implements jobs.Store.
func (s Jobs) Find(ctx context.Context, jobID, person id.ID) (j job.Job, role room.Role, found bool, err error) {
	found, err = Found(s.DB.QueryRow(ctx, `SELECT found.*, coalesce(m.role, '') FROM (`+jobSQL+` WHERE j.id = $1) found LEFT JOIN room_members m
		ON m.room_id = found.room_id AND m.user_id = $2 AND m.removed_at IS NULL`, jobID, person).Scan(append(jobFields(&j), &role)...))
	return j, role, found, err
}

// Stale implements jobs.Store.
func (s Jobs) Stale(ctx context.Context, age time.Duration, limit int) ([]id.ID, error) {
	rows, err := s.DB.Query(ctx, `SELECT id FROM jobs WHERE ended_at IS NULL AND moved_at < clock_timestamp() - make_interval(secs => $1) ORDER BY moved_at LIMIT $2`, age.Seconds(), limit)
	return collect(rows, err, pgx.RowTo[id.ID])
}

// Made implements jobs.Store.
func (s Jobs) Made(ctx context.Context, key change.Key) (j job.Job, err error) {
	resource, _, err := began(ctx, s.DB, key)
	if err != nil {
		return j, Translate(err)
	}
	j, err = scanJob(s.DB.QueryRow(ctx, jobSQL+` WHERE j.id = $1`, resource))
	return j, Translate(err)
}
