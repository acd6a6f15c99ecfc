package room

import (
	"slices"

	"github.com/yoriai/yoriai/shared/domain/fault"
)

// Role is what a person is in one room. The zero value means "outside".
type Role string

// The roles, lowest first.
const (
	Outside Role = ""
	Reader  Role = "reader"
	Guest   Role = "guest"
	Member  Role = "member"
	Admin   Role = "admin"
	Master  Role = "master"
)

var ladder = []Role{Reader, Guest, Member, Admin, Master}

// Valid says whether r is one of the five roles.
func (r Role) Valid() bool { return slices.Contains(ladder, r) }

func (r Role) atLeast(o Role) bool { return slices.Index(ladder, r) >= slices.Index(ladder, o) }

// Right is something that a person may do in a room.
type Right string

// The rights of the matrix that exist so far.
const (
	Read         Right = "read"
	Send         Right = "send"          // send, forward, edit and delete own messages; type
	React        Right = "react"         // answer a message with an emoji
	AskAI        Right = "ask_ai"        // ask, regenerate and stop one's own question
	SteerAny     Right = "steer_any"     // regenerate and stop anybody's question
	ExcludeOwn   Right = "exclude_own"   // keep one's own message from the AI
	ExcludeAny   Right = "exclude_any"   // keep anybody's message from the AI
	DeleteAny    Right = "delete_any"    // delete anybody's message
	MentionAll   Right = "mention_all"   // name everybody at once
	ChangeRoom   Right = "change_room"   // name, model, instructions, cutoff, archive
	RemoveMember Right = "remove_member" // take readers, guests and members out
	RemoveAdmin  Right = "remove_admin"  // take an admin out
	DeleteRoom   Right = "delete_room"   // delete it for everybody
	TransferRoom Right = "transfer_room" // make another member master
)

// matrix is the one place that says which role has which right: the lowest role that has it.
var matrix = map[Right]Role{
	Read: Reader, Send: Guest, React: Guest, ExcludeOwn: Guest, AskAI: Member,
	SteerAny: Admin, ExcludeAny: Admin, DeleteAny: Admin, MentionAll: Admin, ChangeRoom: Admin, RemoveMember: Admin,
	RemoveAdmin: Master, DeleteRoom: Master, TransferRoom: Master,
}

// May says whether the role has the right.
func (r Role) May(right Right) bool {
	lowest, known := matrix[right]
	return known && r.Valid() && r.atLeast(lowest)
}

// MayRemove says whether the role may take somebody of another role out of the room.
func (r Role) MayRemove(other Role) bool {
	if other.atLeast(Admin) {
		return r.May(RemoveAdmin)
	}
	return r.May(RemoveMember)
}

// Check returns not_found for somebody outside (the room's existence is not revealed) and forbidden for somebody inside
// without the right.
func (r Role) Check(right Right) error {
	switch {
	case !r.Valid():
		return fault.New(fault.NotFound, "There is no such room.")
	case !r.May(right):
		return fault.New(fault.Forbidden, "Your role in this room does not allow that.")
	}
	return nil
}
