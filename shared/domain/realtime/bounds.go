package realtime

import (
	"cmp"
	"slices"

	"github.com/yoriai/yoriai/shared/domain/id"
)

// What one person may hold at once: without bounds a single account could use up what a whole stage may send.
const (
	SocketsPerUser    = 20
	SocketsPerSession = 5
	// OutletsPerUser bounds the sockets of one person that one push or one broadcast reaches.
	OutletsPerUser = 5
)

// newestFirst orders sockets by age; the id decides between equals, so that every caller decides alike.
func newestFirst(a, b Connection) int {
	return cmp.Or(b.OpenedAt.Compare(a.OpenedAt), cmp.Compare(b.ID, a.ID))
}

// Surplus is which sockets must close so that a person keeps to the bounds with a fresh one: the oldest first. The fresh
// one stays, whether or not it is listed already.
func Surplus(open []Connection, fresh Connection) []Connection {
	others := slices.DeleteFunc(slices.Clone(open), func(c Connection) bool { return c.ID == fresh.ID || c.UserID != fresh.UserID })
	slices.SortFunc(others, newestFirst)
	kept, ofSession := 1, map[id.ID]int{fresh.SessionID: 1}
	var surplus []Connection
	for _, c := range others {
		if kept == SocketsPerUser || ofSession[c.SessionID] == SocketsPerSession {
			surplus = append(surplus, c)
			continue
		}
		kept++
		ofSession[c.SessionID]++
	}
	slices.Reverse(surplus)
	return surplus
}

// Outlets keeps the newest sockets of each person, as many as a push or a broadcast may reach.
func Outlets(all []Connection) []Connection {
	sorted := slices.SortedFunc(slices.Values(all), newestFirst)
	ofUser := map[id.ID]int{}
	return slices.DeleteFunc(sorted, func(c Connection) bool {
		ofUser[c.UserID]++
		return ofUser[c.UserID] > OutletsPerUser
	})
}

// People is who has these sockets, each person once.
func People(connections []Connection) []id.ID {
	seen := map[id.ID]bool{}
	var people []id.ID
	for _, c := range connections {
		if !seen[c.UserID] {
			seen[c.UserID] = true
			people = append(people, c.UserID)
		}
	}
	return people
}
