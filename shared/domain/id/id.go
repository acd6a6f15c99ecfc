// Package id makes and reads UUIDv7 identifiers with a counter (RFC 9562, section 6.2, method 1).
//
// 48 bits of milliseconds, 12 bits of counter, 62 random bits. The pair (millisecond, counter) is a message's place in
// its room, so ids compare as messages stand.
package id

import (
	"bytes"
	"crypto/rand"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// ID is a UUIDv7. The zero value means "none".
type ID [16]byte

const maxCounter = 0xFFF

// Place is where an id stands in time: rooms count pairs up, never down.
type Place struct {
	Millisecond int64
	Counter     int
}

// Next is the first place that follows p and is not before the clock.
func (p Place) Next(now time.Time) Place {
	ms := now.UnixMilli()
	if ms > p.Millisecond {
		return Place{Millisecond: ms}
	}
	return p.After()
}

// After is the place right behind p.
func (p Place) After() Place {
	if p.Counter >= maxCounter {
		return Place{Millisecond: p.Millisecond + 1}
	}
	return Place{Millisecond: p.Millisecond, Counter: p.Counter + 1}
}

// ID makes an id at this place.
func (p Place) ID() ID {
	var v ID
	if _, err := rand.Read(v[8:]); err != nil {
		panic(err) // crypto/rand never fails on the systems Go supports
	}
	for i := range 6 {
		v[i] = byte(p.Millisecond >> (8 * (5 - i)))
	}
	v[6] = 0x70 | byte(p.Counter>>8)&0x0F
	v[7] = byte(p.Counter)
	v[8] = 0x80 | v[8]&0x3F
	return v
}

// New makes an id at this moment with a random counter, for everything whose order does not matter.
func New() ID {
	var c [2]byte
	if _, err := rand.Read(c[:]); err != nil {
		panic(err)
	}
	return Place{Millisecond: time.Now().UnixMilli(), Counter: (int(c[0])<<8 | int(c[1])) & maxCounter}.ID()
}

// Floor is the lowest id of a moment: what is before it, is older. Nothing is older than 1970.
func Floor(t time.Time) ID {
	var v ID
	ms := max(t.UnixMilli(), 0)
	for i := range 6 {
		v[i] = byte(ms >> (8 * (5 - i)))
	}
	return v
}

// Place reads where v stands.
func (v ID) Place() Place {
	return Place{Millisecond: v.millisecond(), Counter: int(v[6]&0x0F)<<8 | int(v[7])}
}

// Time is the id's millisecond, in UTC.
func (v ID) Time() time.Time { return time.UnixMilli(v.millisecond()).UTC() }

func (v ID) millisecond() int64 {
	var ms int64
	for i := range 6 {
		ms = ms<<8 | int64(v[i])
	}
	return ms
}

// IsZero says whether v is no id.
func (v ID) IsZero() bool { return v == ID{} }

// Compare orders ids as messages stand.
func (v ID) Compare(o ID) int { return bytes.Compare(v[:], o[:]) }

// String is the canonical text of v.
func (v ID) String() string {
	var b [36]byte
	hex.Encode(b[0:8], v[0:4])
	b[8] = '-'
	hex.Encode(b[9:13], v[4:6])
	b[13] = '-'
	hex.Encode(b[14:18], v[6:8])
	b[18] = '-'
	hex.Encode(b[19:23], v[8:10])
	b[23] = '-'
	hex.Encode(b[24:36], v[10:16])
	return string(b[:])
}

var errNotAnID = errors.New("not a UUID")

// Parse reads the canonical text of a UUID of any version (a client may choose its own), and nothing else.
func Parse(s string) (ID, error) {
	var v ID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return v, errNotAnID
	}
	if _, err := hex.Decode(v[:], []byte(s[0:8]+s[9:13]+s[14:18]+s[19:23]+s[24:36])); err != nil {
		return ID{}, errNotAnID
	}
	return v, nil
}

// MarshalText writes the canonical text.
func (v ID) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads the canonical text.
func (v *ID) UnmarshalText(b []byte) error {
	p, err := Parse(string(b))
	if err != nil {
		return err
	}
	*v = p
	return nil
}

// Scan reads v from a database's uuid; NULL is the zero id.
func (v *ID) Scan(src any) error {
	switch s := src.(type) {
	case nil:
		*v = ID{}
		return nil
	case string:
		return v.UnmarshalText([]byte(s))
	case []byte:
		return v.UnmarshalText(s)
	case [16]byte:
		*v = s
		return nil
	}
	return fmt.Errorf("scan %T into id.ID", src)
}

// Value gives v to a database; the zero id is NULL.
func (v ID) Value() (driver.Value, error) {
	if v.IsZero() {
		return nil, nil
	}
	return v.String(), nil
}

// Before is the id right before this one.
func (v ID) Before() ID {
	for i := len(v) - 1; i >= 0; i-- {
		v[i]--
		if v[i] != 0xff {
			break
		}
	}
	return v
}

// Last is greater than every id.
var Last = ID{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
