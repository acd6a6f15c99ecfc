package user

import (
	"time"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/domain/fault"
	"github.com/yoriai/yoriai/shared/domain/id"
)

// The bounds of groups. A whole group is invited in one transaction.
const (
	MaxGroups       = 100
	MaxGroupMembers = 100
	MaxGroupName    = 100
)

// Group is people whom its owner likes to invite together. Its owner alone sees it.
type Group struct {
	ID        id.ID
	OwnerID   id.ID
	Name      string
	Members   int
	CreatedAt time.Time
}

// ValidateGroupName returns validation_failed for a name that shows nothing, has line breaks or is too long.
func ValidateGroupName(name string) error {
	if !Visible(name) || !OneLine(Trim(name)) || utf8.RuneCountInString(name) > MaxGroupName {
		return fault.Invalid("name", "must have 1 to 100 characters in one line, and something to see")
	}
	return nil
}
