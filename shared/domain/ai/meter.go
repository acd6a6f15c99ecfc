package ai

import "github.com/yoriai/yoriai/shared/domain/id"

// Ask is a question that somebody will pay for: who, where, and on which terms.
type Ask struct {
	Payer   id.ID
	RoomID  id.ID
	Presser id.ID
	Month   string // of the cap, UTC: 2026-11
	Terms   Terms
}

// Meter says whether a question may be asked, and on which terms: it may lower the reply cap to what is affordable. It
// decides purely; what it must know is part of the situation that it is made for. What was held is settled, or released,
// with the attempt's end.
type Meter interface {
	// Hold returns insufficient_balance or cap_reached if not even a short reply is affordable.
	Hold(a Ask) (Terms, error)
}

// Unmetered lets everybody ask: the meter until there is a ledger. What was used stands in the generation.
type Unmetered struct{}

// Hold implements Meter.
func (Unmetered) Hold(a Ask) (Terms, error) { return a.Terms, nil }
