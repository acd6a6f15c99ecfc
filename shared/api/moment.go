package api

import "time"

// Moment is a time as the contract writes it: RFC 3339 in UTC, always with milliseconds.
type Moment struct{ time.Time }

const momentLayout = `"2006-01-02T15:04:05.000Z"`

// MarshalJSON writes milliseconds even where they are zero.
func (m Moment) MarshalJSON() ([]byte, error) {
	return []byte(m.UTC().Format(momentLayout)), nil
}
