package postgres_test

import (
	"slices"
	"testing"

	"github.com/yoriai/yoriai/shared/domain/id"
	"github.com/yoriai/yoriai/shared/domain/room"
)

func TestTheAudienceIsReadInPagesAndLeavesOutWhoIsGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := []id.ID{h.master, h.joins("mei", room.Member), h.joins("ken", room.Reader), h.joins("zoe", room.Guest)}
	gone := h.joins("bob", room.Member)
	if err := h.rooms.Remove(t.Context(), h.room, gone, h.master); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(in, id.ID.Compare)
	read := func() (all []id.ID) {
		t.Helper()
		var after id.ID
		for {
			page, err := h.logs.Audience(t.Context(), h.room, after, 3)
			if err != nil || len(page) > 3 {
				t.Fatal(page, err)
			}
			if all = append(all, page...); len(page) < 3 {
				return all
			}
			after = page[2]
		}
	}
	if got := read(); !slices.Equal(got, in) {
		t.Errorf("%v, want %v", got, in)
	}
	if err := h.rooms.Delete(t.Context(), h.room, h.master); err != nil {
		t.Fatal(err)
	}
	if got := read(); !slices.Equal(got, in) {
		t.Errorf("of the deleted room: %v, want %v", got, in)
	}
}
