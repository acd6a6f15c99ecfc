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

// Given says whether the role is given to people: mastership is transferred.
func (r Role) Given() bool { return r.Valid() && r != Master }

// lower is the lower of two roles.
func (r Role) lower(o Role) Role {
	return ladder[min(slices.Index(ladder, r), slices.Index(ladder, o))]
}

func (r Role) atLeast(o Role) bool { return slices.Index(ladder, r) >= slices.Index(ladder, o) }

// Right is something that a person may do in a room.
type Right string

// The rights of the matrix that exist so far.
const (
	Read          Right = "read"
	Report        Right = "report"         // report a message
	Send          Right = "send"           // send, forward, edit and delete own messages; type
	React         Right = "react"          // answer a message with an emoji
	AskAI         Right = "ask_ai"         // ask, regenerate and stop one's own question
	Fork          Right = "fork"           // copy the room to one of one's own
	Export        Right = "export"         // take along what one may read
	SteerAny      Right = "steer_any"      // regenerate and stop anybody's question
	ExcludeOwn    Right = "exclude_own"    // keep one's own message from the AI
	ExcludeAny    Right = "exclude_any"    // keep anybody's message from the AI
	DeleteAny     Right = "delete_any"     // delete anybody's message
	MentionAll    Right = "mention_all"    // name everybody at once
	ChangeRoom    Right = "change_room"    // name, model, instructions, cutoff, archive
	ManageMembers Right = "manage_members" // invite, remove and re-role readers, guests and members; see reports
	ManageAdmins  Right = "manage_admins"  // invite, make and unmake an admin; set a member's monthly cap
	ReadAudit     Right = "read_audit"     // read who did what to the room and its people
	DeleteRoom    Right = "delete_room"    // delete it for everybody
	TransferRoom  Right = "transfer_room"  // make another member master
	SetRetention  Right = "set_retention"  // say for how long messages are kept
)

// matrix is the one place that says which role has which right: the lowest role that has it.
var matrix = map[Right]Role{
	Read: Reader, Report: Reader, Send: Guest, React: Guest, ExcludeOwn: Guest, AskAI: Member, Fork: Member, Export: Member,
	SteerAny: Admin, ExcludeAny: Admin, DeleteAny: Admin, MentionAll: Admin, ChangeRoom: Admin, ManageMembers: Admin, ReadAudit: Admin,
	ManageAdmins: Master, DeleteRoom: Master, TransferRoom: Master, SetRetention: Master,
}

// Known says whether the matrix has the right.
func (r Right) Known() bool {
	_, known := matrix[r]
	return known
}

// May says whether the role has the right.
func (r Role) May(right Right) bool {
	lowest, known := matrix[right]
	return known && r.Valid() && r.atLeast(lowest)
}

// ToManage is the right to invite somebody as r, to give somebody that role, and to take it or the room from them.
func ToManage(r Role) Right {
	if r.atLeast(Admin) {
		return ManageAdmins
	}
	return ManageMembers
}

// WhoMay are the roles that have a right.
func WhoMay(right Right) []string {
	var roles []string
	for _, r := range ladder {
		if r.May(right) {
			roles = append(roles, string(r))
		}
	}
	return roles
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
