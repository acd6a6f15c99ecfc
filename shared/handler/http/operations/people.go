package operations

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/yoriai/yoriai/shared/api"
	"github.com/yoriai/yoriai/shared/domain/change"
	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
	"github.com/yoriai/yoriai/shared/domain/user"
	httpapi "github.com/yoriai/yoriai/shared/handler/http"
	"github.com/yoriai/yoriai/shared/handler/wire"
	"github.com/yoriai/yoriai/shared/usecase/groups"
	"github.com/yoriai/yoriai/shared/usecase/people"
)

// SearchUsers finds people by the beginning of their username.
func SearchUsers(u people.People) httpapi.Handler {
	return func(r *httpapi.Request) error {
		query := strings.TrimSpace(r.QueryParam("query"))
		if n := utf8.RuneCountInString(query); n < 2 || n > user.MaxUsername {
			return wire.Malformed("query", "must have 2 to 32 characters")
		}
		found, err := u.Search(r.Request().Context(), query)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, api.UserPage{Items: wire.People(found)})
	}
}

// ListBlocks lists whom the caller blocked.
func ListBlocks(u people.People) httpapi.Handler {
	return func(r *httpapi.Request) error {
		return userPage(r, func(after id.ID, limit int) ([]room.Person, error) {
			return u.Blocked(r.Request().Context(), r.Caller.UserID, after, limit)
		})
	}
}

func userPage(r *httpapi.Request, read func(after id.ID, limit int) ([]room.Person, error)) error {
	after, limit, err := pageByID(r)
	if err != nil {
		return err
	}
	found, err := read(after, limit+1)
	if err != nil {
		return err
	}
	page := api.UserPage{}
	if len(found) > limit {
		found = found[:limit]
		next := found[limit-1].ID.String()
		page.NextCursor = &next
	}
	page.Items = wire.People(found)
	return r.JSON(http.StatusOK, page)
}

// BlockUser lets the caller not hear from somebody.
func BlockUser(u people.People) httpapi.Handler { return about(u.Block) }

// UnblockUser ends that.
func UnblockUser(u people.People) httpapi.Handler { return about(u.Unblock) }

func about(do func(ctx context.Context, person, other id.ID) error) httpapi.Handler {
	return func(r *httpapi.Request) error {
		other, err := r.ID("userId")
		if err != nil {
			return err
		}
		if err := do(r.Request().Context(), r.Caller.UserID, other); err != nil {
			return err
		}
		return r.NoContent(http.StatusNoContent)
	}
}

// CreateGroup makes a group.
func CreateGroup(u groups.Groups) httpapi.Handler {
	return func(r *httpapi.Request) error {
		var body api.NameGroup
		if err := r.Decode(&body); err != nil {
			return err
		}
		value, err := r.IdempotencyKey()
		if err != nil {
			return err
		}
		g, created, err := u.Create(r.Request().Context(), r.Caller.UserID, body.Name, change.NewKey(r.Caller.UserID, "createGroup", value, nil, body))
		if err != nil {
			return err
		}
		status := http.StatusOK
		if created {
			status = http.StatusCreated
		}
		return r.JSON(status, wire.Group(g))
	}
}

// ListGroups lists the caller's groups.
func ListGroups(u groups.Groups) httpapi.Handler {
	return func(r *httpapi.Request) error {
		after, limit, err := pageByID(r)
		if err != nil {
			return err
		}
		list, err := u.List(r.Request().Context(), r.Caller.UserID, after, limit+1)
		if err != nil {
			return err
		}
		page := api.GroupPage{Items: []api.Group{}}
		if len(list) > limit {
			list = list[:limit]
			next := list[limit-1].ID.String()
			page.NextCursor = &next
		}
		for _, g := range list {
			page.Items = append(page.Items, wire.Group(g))
		}
		return r.JSON(http.StatusOK, page)
	}
}

// UpdateGroup gives a group another name.
func UpdateGroup(u groups.Groups) httpapi.Handler {
	return func(r *httpapi.Request) error {
		groupID, err := r.ID("groupId")
		if err != nil {
			return err
		}
		var body api.NameGroup
		if err := r.Decode(&body); err != nil {
			return err
		}
		g, err := u.Rename(r.Request().Context(), r.Caller.UserID, groupID, body.Name)
		if err != nil {
			return err
		}
		return r.JSON(http.StatusOK, wire.Group(g))
	}
}

// DeleteGroup ends a group.
func DeleteGroup(u groups.Groups) httpapi.Handler {
	return func(r *httpapi.Request) error {
		groupID, err := r.ID("groupId")
		if err != nil {
			return err
		}
		if err := u.Delete(r.Request().Context(), r.Caller.UserID, groupID); err != nil {
			return err
		}
		return r.NoContent(http.StatusNoContent)
	}
}

// ListGroupMembers lists who is in a group.
func ListGroupMembers(u groups.Groups) httpapi.Handler {
	return func(r *httpapi.Request) error {
		groupID, err := r.ID("groupId")
		if err != nil {
			return err
		}
		return userPage(r, func(after id.ID, limit int) ([]room.Person, error) {
			return u.Members(r.Request().Context(), r.Caller.UserID, groupID, after, limit)
		})
	}
}

// AddGroupMember puts somebody into a group.
func AddGroupMember(u groups.Groups) httpapi.Handler { return aboutMember(u.Add) }

// RemoveGroupMember takes somebody out of a group.
func RemoveGroupMember(u groups.Groups) httpapi.Handler { return aboutMember(u.Remove) }

func aboutMember(do func(ctx context.Context, owner, groupID, person id.ID) error) httpapi.Handler {
	return func(r *httpapi.Request) error {
		groupID, person, err := r.Two("groupId", "userId")
		if err != nil {
			return err
		}
		if err := do(r.Request().Context(), r.Caller.UserID, groupID, person); err != nil {
			return err
		}
		return r.NoContent(http.StatusNoContent)
	}
}
