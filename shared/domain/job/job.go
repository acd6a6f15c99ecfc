// Package job holds long work that people follow: one row for each, whatever it does.
package job

import (
	"encoding/json"
	"time"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// Kind is what a job does; a state machine has the same name.
type Kind string

// The kinds: a fork copies a room, an export makes a file of what somebody may read.
const (
	Fork   Kind = "fork"
	Export Kind = "export"
)

// State is how far a job is.
type State string

// The states; queued and running ones are open.
const (
	Queued    State = "queued"
	Running   State = "running"
	Succeeded State = "succeeded"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Open says whether the job still goes on.
func (s State) Open() bool { return s == Queued || s == Running }

const (
	// MaxAttempts is how often a job is begun at most.
	MaxAttempts = 3
	// StaleAfter is when a job that has not moved is taken for dead.
	StaleAfter = 5 * time.Minute
	// MaxOpen is how many jobs one person may have at a time.
	MaxOpen = 5
)

// Job is one piece of long work. What Wish and Cursor hold, its kind knows.
type Job struct {
	ID          id.ID
	Kind        Kind
	RoomID      id.ID
	RequestedBy id.ID
	State       State
	Attempt     int
	Wish        json.RawMessage
	Cursor      json.RawMessage
	Done, Total int64
	ErrorCode   string
	Result      id.ID // what it made; zero until then
	MovedAt     time.Time
	CreatedAt   time.Time
	EndedAt     time.Time // zero while something is left to do
}

// Download is a file that a job made.
type Download struct {
	// URL is empty once the file has expired.
	URL       string
	Bytes     int64
	ExpiresAt time.Time
}

// MaySee says whether somebody with this role in the job's room may look at the job and cancel it.
func (j Job) MaySee(person id.ID, role room.Role) bool {
	return j.RequestedBy == person || role.May(room.ChangeRoom)
}

// CheckOpen returns conflict for a job that has ended.
func (j Job) CheckOpen() error {
	if !j.State.Open() {
		return fault.New(fault.Conflict, "The job has ended.")
	}
	return nil
}

// Stale says whether nobody seems to work on a job that is not over.
func (j Job) Stale(now time.Time) bool { return j.EndedAt.IsZero() && now.Sub(j.MovedAt) >= StaleAfter }

// Fail ends the job for a reason.
func (j Job) Fail(code fault.Code) Job {
	j.State, j.ErrorCode = Failed, string(code)
	return j
}

// Encode is a kind's own part of a job.
func Encode(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // ids, numbers and switches always marshal
	}
	return b
}

// Decode reads what Encode wrote.
func Decode[T any](part json.RawMessage) (v T, err error) {
	if len(part) == 0 {
		return v, nil
	}
	err = json.Unmarshal(part, &v)
	return v, err
}
