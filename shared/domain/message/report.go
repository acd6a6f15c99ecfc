package message

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// DeletedBy says who deleted a message.
type DeletedBy string

// Who deletes: the one who wrote it, an admin of the room, or moderation.
const (
	ByAuthor     DeletedBy = "author"
	ByAdmin      DeletedBy = "admin"
	ByModeration DeletedBy = "moderation"
)

// MaxNote is how long the words of a report may be, in code points.
const MaxNote = 1000

var reasons = []string{"spam", "harassment", "violence", "sexual", "self_harm", "other"}

// Resolution is what an admin made of a report.
type Resolution string

// The resolutions: there was nothing in it, or something was done.
const (
	Dismissed Resolution = "dismissed"
	Acted     Resolution = "acted"
)

// Valid says whether r is one of the two.
func (r Resolution) Valid() bool { return r == Dismissed || r == Acted }

// Report is what somebody told the admins of a room about a message, with the message as it was then.
type Report struct {
	ID         id.ID
	RoomID     id.ID
	MessageID  id.ID
	Reporter   room.Person
	Reason     string
	Note       string
	Snapshot   Snapshot
	Resolution Resolution // empty while it is open
	ResolvedBy id.ID
	ResolvedAt time.Time
	CreatedAt  time.Time
}

// Snapshot is a message as it was when it was reported, an answer with its attempts.
type Snapshot struct {
	Type     Type              `json:"type"`
	SenderID id.ID             `json:"sender_id"`
	Content  string            `json:"content"`
	Attempts []json.RawMessage `json:"attempts"`
}

// Validate returns validation_failed for a reason that there is not, or a note that is too long.
func (r Report) Validate() error {
	switch {
	case !slices.Contains(reasons, r.Reason):
		return fault.Invalid("reason", "must be one of "+strings.Join(reasons, ", "))
	case utf8.RuneCountInString(r.Note) > MaxNote, strings.ContainsRune(r.Note, 0):
		return fault.Invalid("note", "must have at most 1,000 characters")
	}
	return nil
}
