package postgres_test

import "testing"

// What the law wants kept outlasts the retention of its room, and of rooms in which a person is who is held.
func TestAHoldStopsTheRetention(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	last := h.says(h.master, "of old")
	h.retains(30)
	h.ages(last.ID)
	for _, kind := range []string{"room", "user"} {
		subject := h.room
		if kind == "user" {
			subject = h.master
		}
		h.exec(`INSERT INTO legal_holds (subject, kind, reason) VALUES ($1, $2, 'case 12')`, subject, kind)
		if n := h.purges(); n != 0 {
			t.Errorf("%d messages went although their %s is held", n, kind)
		}
		h.exec(`DELETE FROM legal_holds WHERE subject = $1`, subject)
	}
	if n := h.purges(); n == 0 {
		t.Error("nothing went after the holds")
	}
	h.proven()
}
