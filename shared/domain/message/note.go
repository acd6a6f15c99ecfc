package message

import (
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
)

// NoteCode is what a room says of itself. Each reader's client words it in their language.
type NoteCode string

// The codes of notes.
const (
	Joined       NoteCode = "joined"
	Left         NoteCode = "left"        // by themselves, or taken out by the actor
	RoleChanged  NoteCode = "role"        // Value is the new one
	Renamed      NoteCode = "name"        // Value is the new one
	ModelChanged NoteCode = "model"       // Value is provider/model
	Transferred  NoteCode = "transfer"    // User is the new master
	Forked       NoteCode = "forked"      // Value is the copy's id
	ForkedFrom   NoteCode = "forked_from" // Value is the source's id

	Retained           NoteCode = "retention"           // Value is for how many days messages are kept, empty for ever
	RetentionAnnounced NoteCode = "retention_announced" // the same, after a notice; without an actor by the installation
	RetentionWithdrawn NoteCode = "retention_withdrawn" // Value is what goes on to hold
)

// Note is what a system message says: who did what to whom. Names are kept as they were then: people leave.
type Note struct {
	Code  NoteCode
	Actor *Named
	User  *Named `json:",omitempty"`
	Value string `json:",omitempty"`
}

// Named is somebody by the name that they had.
type Named struct {
	ID   id.ID
	Name string
}

// NameOf is somebody as a note calls them.
func NameOf(p room.Person) *Named {
	if p.DisplayName != "" {
		return &Named{p.ID, p.DisplayName}
	}
	return &Named{p.ID, p.Username}
}

// Forwarded tells where a text was said first.
type Forwarded struct {
	RoomID    id.ID
	MessageID id.ID
	Type      Type
	Author    string // the person's name, or the AI's model
	At        time.Time
}
