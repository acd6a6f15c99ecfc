package realtime

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/yoriai/yoriai/shared/domain/id"
)

var epoch = time.Unix(1_700_000_000, 0)

func socket(user, session id.ID, age int) Connection {
	return Connection{ID: fmt.Sprintf("c%05d", age), UserID: user, SessionID: session, OpenedAt: epoch.Add(-time.Duration(age) * time.Second)}
}

func ids(connections []Connection) []string {
	names := make([]string, 0, len(connections))
	for _, c := range connections {
		names = append(names, c.ID)
	}
	return names
}

func TestASessionsSixthSocketReplacesItsOldest(t *testing.T) {
	t.Parallel()
	ann, session := id.New(), id.New()
	open := []Connection{socket(ann, id.New(), 99)} // another session's is older, and stays
	for age := 1; age <= 5; age++ {
		open = append(open, socket(ann, session, age))
	}
	fresh := socket(ann, session, 0)
	if got := ids(Surplus(open, fresh)); !slices.Equal(got, []string{"c00005"}) {
		t.Fatalf("closes %v", got)
	}
	// The index may hold the fresh one already.
	if got := ids(Surplus(append(open, fresh), fresh)); !slices.Equal(got, []string{"c00005"}) {
		t.Fatalf("closes %v", got)
	}
	if got := Surplus(open[:5], fresh); len(got) != 0 {
		t.Fatalf("five are too many: %v", ids(got))
	}
}

func TestAPersonsTwentyFirstSocketReplacesTheOldest(t *testing.T) {
	t.Parallel()
	ann := id.New()
	var open []Connection
	for age := 1; age <= 20; age++ {
		open = append(open, socket(ann, id.New(), age))
	}
	if got := ids(Surplus(open, socket(ann, id.New(), 0))); !slices.Equal(got, []string{"c00020"}) {
		t.Fatalf("closes %v", got)
	}
	if got := Surplus(open[:19], socket(ann, id.New(), 0)); len(got) != 0 {
		t.Fatalf("twenty are too many: %v", ids(got))
	}
	// What an earlier day left behind goes too, the oldest first.
	for age := 21; age <= 7000; age++ {
		open = append(open, socket(ann, id.New(), age))
	}
	got := ids(Surplus(open, socket(ann, id.New(), 0)))
	if len(got) != 6981 || got[0] != "c07000" || got[6980] != "c00020" {
		t.Fatalf("closes %d, first %s", len(got), got[0])
	}
}

func TestOutletsAreTheNewestOfEachPerson(t *testing.T) {
	t.Parallel()
	ann, bob := id.New(), id.New()
	all := []Connection{socket(bob, id.New(), 9000)}
	for age := 7000; age > 0; age-- {
		all = append(all, socket(ann, id.New(), age))
	}
	if got := ids(Outlets(all)); !slices.Equal(got, []string{"c00001", "c00002", "c00003", "c00004", "c00005", "c09000"}) {
		t.Fatalf("reaches %v", got)
	}
	if got := People(all); !slices.Equal(got, []id.ID{bob, ann}) {
		t.Fatalf("people %v", got)
	}
}
