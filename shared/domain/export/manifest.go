package export

import (
	"fmt"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// Format is what messages are written as.
type Format string

// The formats.
const (
	JSON     Format = "json"
	Markdown Format = "markdown"
)

// Version counts the changes of the lines that a reader must know of.
const Version = 1

// ManifestName is the file that says what the others hold; it is the first.
const ManifestName = "manifest.json"

// Manifest says what a file holds.
type Manifest struct {
	Format      string       `json:"format"` // always "yoriai-export"
	Version     int          `json:"version"`
	Kind        Kind         `json:"kind"`
	Messages    Format       `json:"messages"`
	JobID       id.ID        `json:"job_id"`
	RequestedBy Person       `json:"requested_by"`
	RequestedAt Time         `json:"requested_at"`
	Room        *RoomSummary `json:"room"`
	Parts       []Part       `json:"parts"`
}

// Kind is whose words a file holds.
type Kind string

// The kinds.
const (
	OfRoom    Kind = "room"
	OfAccount Kind = "account"
)

// RoomSummary is the room as it was when its export ended.
type RoomSummary struct {
	ID               id.ID  `json:"id"`
	Name             string `json:"name"`
	Description      string `json:"description"`
	OwnerID          id.ID  `json:"owner_id"`
	AIProvider       string `json:"ai_provider"`
	AIModel          string `json:"ai_model"`
	AIInstructions   string `json:"ai_instructions"`
	ForkedFromRoomID *id.ID `json:"forked_from_room_id"`
	CreatedAt        Time   `json:"created_at"`
}

// Topic is what a part is about.
type Topic string

// The topics, in the order in which they are written.
const (
	Profiles     Topic = "account"
	Messages     Topic = "messages"
	Reactions    Topic = "reactions"
	Transactions Topic = "transactions"
)

// Part is one of a file's numbered parts.
type Part struct {
	Name    string `json:"name"`
	Topic   Topic  `json:"topic"`
	Entries int64  `json:"entries"`
	// Private counts those of the messages that only who asked for the file may see; the others are numbered from First to Last.
	Private int64 `json:"private"`
	First   int64 `json:"first_sequence"`
	Last    int64 `json:"last_sequence"`
	Bytes   int64 `json:"bytes"`
}

// PartName is what a topic's part of this number is called.
func PartName(topic Topic, number int, format Format) string {
	switch {
	case topic == Profiles:
		return "account.json"
	case topic == Messages && format == Markdown:
		return fmt.Sprintf("messages-%05d.md", number)
	default:
		return fmt.Sprintf("%s-%05d.jsonl", topic, number)
	}
}
